import CLossKernels

extension Program {
  /// The instructions that are rarer, or work on rows.
  @inline(never)
  func otherStep(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) -> Bool {
    let n = instruction.pointee.count
    let length = instruction.pointee.length
    let a = memory[instruction.pointee.a]
    let b = memory[instruction.pointee.b]
    let out = memory[instruction.pointee.out]
    switch instruction.pointee.code {
    case .copy: out.update(from: a, count: n)
    case .fill: out.update(repeating: 0, count: n)
    case .add: loss_add(out, a, out, n)
    case .group: runGroup(instruction, memory)
    case .scaleChunks: scaleChunks(instruction, memory)
    case .select: select(instruction, memory)
    case .copyEvenly:
      let walk = walks[instruction.pointee.index]
      let step = walk.strides[0][walk.extents.count - 1]
      walk.forEachRun { offset, offsets, length in
        for i in 0..<length { out[offset &+ i] = a[offsets[0] &+ i &* step] }
        return true
      }
    case .gather:
      tables[instruction.pointee.index].withUnsafeBufferPointer { places in
        for i in 0..<n {
          let place = Int(places[i])
          out[i] = place < 0 ? 0 : a[place]
        }
      }
    case .scatter:
      tables[instruction.pointee.index].withUnsafeBufferPointer { places in
        for i in 0..<n where places[i] >= 0 { out[Int(places[i])] += a[i] }
      }
    case .sumRows: for row in 0..<n { out[row] = loss_sum(a + row &* length, length) }
    case .dotRows:
      for row in 0..<n { out[row] = loss_dot(a + row &* length, b + row &* length, length) }
    case .sumColumns:
      out.update(from: a, count: n)
      for row in 1..<max(length, 1) { loss_add(out, a + row &* n, out, n) }
    case .largestPlace:
      for row in 0..<n {
        let entries = a + row &* length
        var largest = 0
        for i in 0..<length where entries[i] > entries[largest] || entries[i].isNaN {
          largest = i
          if entries[i].isNaN { break }
        }
        out[row] = Double(largest)
      }
    case .pick: for row in 0..<n { out[row] = b[row &* length &+ Int(a[row])] }
    case .place:
      out.update(repeating: 0, count: n &* length)
      for row in 0..<n { out[row &* length &+ Int(a[row])] = b[row] }
    case .matrixProduct: multiply(forms[instruction.pointee.index], a, b, out, memory)
    case .crossEntropy: crossEntropy(instruction, memory)
    case .refuseTies: return !hasTie(instruction, memory)
    case .refuseTiesInRows:
      for row in 0..<n where Program.hasTie(a + row &* length, length) { return false }
    case .refuseIfSet: for i in 0..<n where a[i] != 0 { return false }
    default: return orderedStep(instruction, memory)
    }
    return true
  }

  private func select(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) {
    let mask = memory[instruction.pointee.c]
    let a = memory[instruction.pointee.a]
    let b = memory[instruction.pointee.b]
    let out = memory[instruction.pointee.out]
    for i in 0..<instruction.pointee.count {
      out[i] =
        mask[instruction.pointee.c.place(i)] != 0
        ? a[instruction.pointee.a.place(i)] : b[instruction.pointee.b.place(i)]
    }
  }

  private func multiply(
    _ form: MatrixForm, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, _ memory: ProgramMemory
  ) {
    if form.rows * form.columns * form.inner >= Program.chunkedCount {
      multiplyInChunks(form, a, b, out, pool: memory.pool)
      return
    }
    loss_matrix_product(
      a, form.isLeftTransposed ? 1 : form.inner, form.isLeftTransposed ? form.rows : 1,
      b, form.isRightTransposed ? 1 : form.columns, form.isRightTransposed ? form.inner : 1,
      out, form.columns, form.rows, form.inner, form.columns)
  }

  private func crossEntropy(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) {
    let length = instruction.pointee.length
    let scores = memory[instruction.pointee.a]
    let value = memory.output(instruction.pointee.out)
    let weights = memory.output(instruction.pointee.out2)
    tables[instruction.pointee.index].withUnsafeBufferPointer { labels in
      guard let first = labels.baseAddress else { return }
      let rows = instruction.pointee.count
      if rows * length < Program.chunkedCount {
        loss_cross_entropy_rows(scores, length, first, 0, value, weights, rows)
      } else {
        crossEntropyInChunks(
          scores, length: length, labels: first, rows: rows, value: value, weights: weights,
          pool: memory.pool)
      }
    }
  }

  // MARK: Corners

  private func hasTie(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) -> Bool {
    let a = memory[instruction.pointee.a]
    let b = memory[instruction.pointee.b]
    for i in 0..<instruction.pointee.count {
      let x = a[instruction.pointee.a.place(i)]
      if x == b[instruction.pointee.b.place(i)], x.isFinite { return true }
    }
    return false
  }

  /// Whether the largest entry occurs twice.
  static func hasTie(_ row: UnsafePointer<Double>, _ n: Int) -> Bool {
    let largest = loss_max(row, n)
    guard largest.isFinite else { return false }
    var found = false
    for i in 0..<n where row[i] == largest {
      if found { return true }
      found = true
    }
    return false
  }
}

extension Operand {
  /// Which element belongs to element i of the result.
  @inline(__always)
  func place(_ i: Int) -> Int {
    switch reading {
    case .each: i
    case .one: 0
    case .perRow: i / Int(period)
    case .perColumn: i % Int(period)
    }
  }
}
