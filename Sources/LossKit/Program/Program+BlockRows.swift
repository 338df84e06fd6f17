import CLossKernels

extension Program {
  /// The instructions on rows, at several points side by side.
  func rows(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let n = instruction.pointee.count
    let length = instruction.pointee.length
    let lanes = memory.lanes
    let (first, second) = (instruction.pointee.a, instruction.pointee.b)
    let (a, b, out) = (memory[first], memory[second], memory[instruction.pointee.out])
    let (aStride, bStride) = (memory.stride(first), memory.stride(second))
    let outStride = memory.stride(instruction.pointee.out)
    switch instruction.pointee.code {
    case .sumRows:
      for row in 0..<n {
        let y = out + row &* outStride
        if first.isUniform {
          y.update(repeating: loss_sum(a + row &* length, length), count: lanes)
        } else {
          loss_sum_columns(a + row &* length &* aStride, aStride, length, y, lanes)
        }
      }
    case .dotRows: dotRows(instruction, memory)
    case .sumColumns:
      for j in 0..<n {
        let y = out + j &* outStride
        y.update(repeating: 0, count: lanes)
        for row in 0..<length {
          let place = row &* n &+ j
          if first.isUniform {
            loss_add_as(y, a[place], y, lanes)
          } else {
            loss_add(y, a + place &* aStride, y, lanes)
          }
        }
      }
    case .largestPlace:
      for row in 0..<n {
        for r in 0..<lanes {
          var largest = 0
          for i in 0..<length {
            let x = a[(row &* length &+ i) &* aStride &+ (first.isUniform ? 0 : r)]
            let best = a[(row &* length &+ largest) &* aStride &+ (first.isUniform ? 0 : r)]
            if x > best || x.isNaN {
              largest = i
              if x.isNaN { break }
            }
          }
          out[row &* outStride &+ r] = Double(largest)
        }
      }
    case .pick:
      for row in 0..<n {
        for r in 0..<lanes {
          let place = Int(a[row &* aStride &+ (first.isUniform ? 0 : r)])
          out[row &* outStride &+ r] =
            b[(row &* length &+ place) &* bStride &+ (second.isUniform ? 0 : r)]
        }
      }
    case .place:
      for j in 0..<n &* length { (out + j &* outStride).update(repeating: 0, count: lanes) }
      for row in 0..<n {
        for r in 0..<lanes {
          let place = Int(a[row &* aStride &+ (first.isUniform ? 0 : r)])
          out[(row &* length &+ place) &* outStride &+ r] =
            b[row &* bStride &+ (second.isUniform ? 0 : r)]
        }
      }
    case .matrixProduct: multiply(instruction, memory)
    case .refuseTies:
      for j in 0..<n {
        let x = a + first.place(j) &* aStride
        let z = b + second.place(j) &* bStride
        for r in 0..<lanes {
          let value = x[first.isUniform ? 0 : r]
          if value == z[second.isUniform ? 0 : r], value.isFinite { memory.flags[r] = true }
        }
      }
    case .refuseTiesInRows:
      for row in 0..<n {
        let start = a + row &* length &* aStride
        for r in 0..<lanes {
          if tiesAlong(start + (first.isUniform ? 0 : r), aStride, length) {
            memory.flags[r] = true
          }
        }
      }
    case .refuseIfSet:
      for j in 0..<n {
        for r in 0..<lanes where a[j &* aStride &+ (first.isUniform ? 0 : r)] != 0 {
          memory.flags[r] = true
        }
      }
    default: for r in 0..<lanes { memory.flags[r] = true }
    }
  }

  private func tiesAlong(_ x: UnsafePointer<Double>, _ stride: Int, _ n: Int) -> Bool {
    var largest = -Double.infinity
    var count = 0
    for i in 0..<n {
      let entry = x[i &* stride]
      if entry > largest {
        largest = entry
        count = 1
      } else if entry == largest {
        count &+= 1
      }
    }
    return count > 1 && largest.isFinite
  }

  /// The sums of products; an operand that is the same at all points is spread over them.
  private func dotRows(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let length = instruction.pointee.length
    let lanes = memory.lanes
    let out = memory[instruction.pointee.out]
    let outStride = memory.stride(instruction.pointee.out)
    var (x, y) = (instruction.pointee.a, instruction.pointee.b)
    if y.isUniform { (x, y) = (y, x) }
    let (a, b) = (memory[x], memory[y])
    let (aStride, bStride) = (memory.stride(x), memory.stride(y))
    for row in 0..<instruction.pointee.count {
      let result = out + row &* outStride
      let start = row &* length
      if !x.isUniform {
        loss_dot_columns(
          a + start &* aStride, aStride, b + start &* bStride, bStride, length, result, lanes)
        continue
      }
      if y.isUniform {
        result.update(repeating: loss_dot(a + start, b + start, length), count: lanes)
        continue
      }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: lanes &* length) { products in
        guard let first = products.baseAddress else { return }
        for i in 0..<length {
          loss_mul_as(b + (start &+ i) &* bStride, a[start &+ i], first + i &* lanes, lanes)
        }
        loss_sum_columns(first, lanes, length, result, lanes)
      }
    }
  }

  private func multiply(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let form = forms[instruction.pointee.index]
    let lanes = memory.lanes
    let (x, y) = (instruction.pointee.a, instruction.pointee.b)
    let (a, b, out) = (memory[x], memory[y], memory[instruction.pointee.out])
    let (aStride, bStride) = (memory.stride(x), memory.stride(y))
    let outStride = memory.stride(instruction.pointee.out)
    for i in 0..<form.rows {
      for j in 0..<form.columns {
        let result = out + (i &* form.columns &+ j) &* outStride
        result.update(repeating: 0, count: lanes)
        for k in 0..<form.inner {
          let left = form.isLeftTransposed ? k &* form.rows &+ i : i &* form.inner &+ k
          let right = form.isRightTransposed ? j &* form.inner &+ k : k &* form.columns &+ j
          let (p, q) = (a + left &* aStride, b + right &* bStride)
          switch (x.isUniform, y.isUniform) {
          case (false, false): loss_fma(p, q, result, result, lanes)
          case (true, false): loss_add_scaled(p[0], q, result, lanes)
          case (false, true): loss_add_scaled(q[0], p, result, lanes)
          case (true, true): loss_add_as(result, p[0] * q[0], result, lanes)
          }
        }
      }
    }
  }
}
