import CLossKernels

/// The memory of one run at several points side by side: element j of all points lies together,
/// elements `stride` apart.
struct BlockMemory {
  let workspace: UnsafeMutablePointer<Double>
  let point: UnsafePointer<Double>
  let pointStride: Int
  let gradient: UnsafeMutablePointer<Double>
  let gradientStride: Int
  let constants: UnsafePointer<Double>
  /// How many points there are.
  let lanes: Int
  /// How far apart elements lie in the workspace.
  let workspaceStride: Int
  /// Set for a point that the interpreter has to settle.
  let flags: UnsafeMutablePointer<Bool>
  /// Whether the gradient is not read again soon, so that its stores need not go through the caches.
  let streamsGradient: Bool

  @inline(__always)
  func stride(_ operand: Operand) -> Int {
    switch operand.base {
    case .workspace: workspaceStride
    case .point: pointStride
    case .gradient: gradientStride
    case .constants, .none: 1
    }
  }

  @inline(__always)
  subscript(_ operand: Operand) -> UnsafeMutablePointer<Double> {
    switch operand.base {
    case .workspace: workspace + operand.offset &* workspaceStride
    case .point: UnsafeMutablePointer(mutating: point) + operand.offset &* pointStride
    case .gradient: gradient + operand.offset &* gradientStride
    case .constants, .none: UnsafeMutablePointer(mutating: constants) + operand.offset
    }
  }

  @inline(__always)
  func output(_ operand: Operand) -> UnsafeMutablePointer<Double>? {
    operand.isNone ? nil : self[operand]
  }
}

extension Operand {
  /// Whether it is the same at all points.
  @inline(__always)
  var isUniform: Bool { base == .constants }
}

extension Program {
  /// Whether the program runs at several points side by side.
  static func goesInBlocks(_ instructions: [Instruction]) -> Bool {
    instructions.allSatisfy { instruction in
      switch instruction.code {
      case .logSumExp: instruction.b.isUniform && !instruction.a.isUniform
      case .map, .softplusAndSlope: !instruction.a.isUniform
      case .zip, .select, .copyEvenly, .gather, .scatter, .fill, .copy, .add, .sumRows,
        .sumColumns, .dotRows, .matrixProduct, .largestPlace, .pick, .place, .refuseTies,
        .refuseTiesInRows, .refuseIfSet:
        true
      // Rare, or made of long rows: the points one by one.
      case .group, .scaleChunks, .crossEntropy, .crossEntropyAt, .order, .pickEach, .placeEach,
        .runningSum, .runningSumFromEnd, .runningProduct, .runningLogSumExp, .recurrence,
        .recurrenceFromEnd:
        false
      }
    }
  }

  /// Runs the program at several points, and flags those that the interpreter has to settle.
  func run(_ memory: BlockMemory) {
    for i in instructions.indices {
      step(instructions.baseAddress.unsafelyUnwrapped + i, memory)
    }
    for check in checks {
      let elements = memory[check.place]
      let stride = memory.stride(check.place)
      for j in 0..<check.count {
        let lanes = elements + j &* stride
        if check.place.isUniform {
          if !lanes[0].isFinite { for r in 0..<memory.lanes { memory.flags[r] = true } }
        } else if loss_all_finite(lanes, memory.lanes) == 0 {
          for r in 0..<memory.lanes where !lanes[r].isFinite { memory.flags[r] = true }
        }
      }
    }
  }

  private func step(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let n = instruction.pointee.count
    let lanes = memory.lanes
    let out = memory[instruction.pointee.out]
    let outStride = memory.stride(instruction.pointee.out)
    let a = memory[instruction.pointee.a]
    let aStride = memory.stride(instruction.pointee.a)
    switch instruction.pointee.code {
    case .map:
      let (kernel, index) = (instruction.pointee.mapKernel, instruction.pointee.index)
      for j in 0..<n { apply(kernel, index, a + j &* aStride, out + j &* outStride, lanes) }
    case .softplusAndSlope:
      let slope = memory[instruction.pointee.out2]
      let slopeStride = memory.stride(instruction.pointee.out2)
      for j in 0..<n {
        loss_softplus_sigmoid(
          a + j &* aStride, out + j &* outStride, slope + j &* slopeStride, lanes)
      }
    case .zip: zip(instruction, memory)
    case .logSumExp: logSumExp(instruction, memory)
    case .select: select(instruction, memory)
    case .fill:
      for j in 0..<n { (out + j &* outStride).update(repeating: 0, count: lanes) }
    case .copy:
      for j in 0..<n { copy(instruction.pointee.a, j, to: out + j &* outStride, memory) }
    case .add:
      for j in 0..<n {
        let y = out + j &* outStride
        if instruction.pointee.a.isUniform {
          loss_add_as(y, a[j], y, lanes)
        } else {
          loss_add(y, a + j &* aStride, y, lanes)
        }
      }
    case .copyEvenly:
      var j = 0
      walks[instruction.pointee.index].forEachPlace { place in
        copy(instruction.pointee.a, place, to: out + j &* outStride, memory)
        j &+= 1
      }
    case .gather:
      let table = tables[instruction.pointee.index]
      for j in 0..<n {
        let y = out + j &* outStride
        if table[j] < 0 {
          y.update(repeating: 0, count: lanes)
        } else {
          copy(instruction.pointee.a, Int(table[j]), to: y, memory)
        }
      }
    case .scatter:
      let table = tables[instruction.pointee.index]
      for j in 0..<n where table[j] >= 0 {
        let y = out + Int(table[j]) &* outStride
        if instruction.pointee.a.isUniform {
          loss_add_as(y, a[j], y, lanes)
        } else {
          loss_add(y, a + j &* aStride, y, lanes)
        }
      }
    default: rows(instruction, memory)
    }
  }

  /// Element j of an operand, for every point.
  private func copy(
    _ operand: Operand, _ j: Int, to out: UnsafeMutablePointer<Double>, _ memory: BlockMemory
  ) {
    let source = memory[operand]
    if operand.isUniform {
      out.update(repeating: source[j], count: memory.lanes)
    } else {
      out.update(from: source + j &* memory.stride(operand), count: memory.lanes)
    }
  }

  // MARK: Elementwise

  private func zip(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let n = instruction.pointee.count
    let lanes = memory.lanes
    let (first, second) = (instruction.pointee.a, instruction.pointee.b)
    let (a, b, out) = (memory[first], memory[second], memory[instruction.pointee.out])
    let (aStride, bStride) = (memory.stride(first), memory.stride(second))
    let outStride = memory.stride(instruction.pointee.out)
    let (kernel, index) = (instruction.pointee.zipKernel, instruction.pointee.index)
    if kernel == .mul, first.reading == .each, second.reading == .one || n == 1,
      !first.isUniform, !second.isUniform
    {
      if memory.streamsGradient, instruction.pointee.out.base == .gradient {
        loss_scale_columns_streaming(b, a, aStride, out, outStride, n, lanes)
      } else {
        loss_scale_columns(b, a, aStride, out, outStride, n, lanes)
      }
      return
    }
    for j in 0..<n {
      let x = a + first.place(j) &* aStride
      let z = b + second.place(j) &* bStride
      let y = out + j &* outStride
      switch (first.isUniform, second.isUniform) {
      case (false, false): apply(kernel, index, x, z, y, lanes)
      case (false, true): apply(kernel, index, x, z[0], y, lanes)
      case (true, false): apply(kernel, index, x[0], z, y, lanes)
      case (true, true): y.update(repeating: apply(kernel, index, x[0], z[0]), count: lanes)
      }
    }
  }

  private func select(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let operands = (instruction.pointee.c, instruction.pointee.a, instruction.pointee.b)
    let outStride = memory.stride(instruction.pointee.out)
    let out = memory[instruction.pointee.out]
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * memory.lanes) { spread in
      func lanes(_ operand: Operand, _ j: Int, _ slot: Int) -> UnsafePointer<Double> {
        let source = memory[operand] + operand.place(j) &* memory.stride(operand)
        guard operand.isUniform, let start = spread.baseAddress else {
          return UnsafePointer(source)
        }
        let filled = start + slot * memory.lanes
        filled.update(repeating: source[0], count: memory.lanes)
        return UnsafePointer(filled)
      }
      for j in 0..<instruction.pointee.count {
        loss_select(
          lanes(operands.0, j, 0), lanes(operands.1, j, 1), lanes(operands.2, j, 2),
          out + j &* outStride, memory.lanes)
      }
    }
  }

  // MARK: Log-sum-exp

  private func logSumExp(_ instruction: UnsafePointer<Instruction>, _ memory: BlockMemory) {
    let length = instruction.pointee.length
    let lanes = memory.lanes
    let x = memory[instruction.pointee.a]
    let xStride = memory.stride(instruction.pointee.a)
    let k = memory[instruction.pointee.b][0]
    let kept = instruction.pointee.out2.isNone ? instruction.pointee.c : instruction.pointee.out2
    let weights = memory[kept]
    let weightStride = memory.stride(kept)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * lanes) { spare in
      guard let start = spare.baseAddress else { return }
      for row in 0..<instruction.pointee.count {
        let value =
          memory.output(instruction.pointee.out)
          .map { $0 + row &* memory.stride(instruction.pointee.out) } ?? start
        let inverse =
          memory.output(instruction.pointee.out3)
          .map { $0 + row &* memory.stride(instruction.pointee.out3) } ?? start + lanes
        let cancelling = loss_lse_columns(
          x + row &* length &* xStride, xStride, length, k, value,
          weights + row &* length &* weightStride, weightStride, inverse, lanes)
        if cancelling > 0, k == 1, !instruction.pointee.out.isNone {
          for r in 0..<lanes where Program.cancels(value[r], inverse[r]) { memory.flags[r] = true }
        }
      }
    }
  }
}
