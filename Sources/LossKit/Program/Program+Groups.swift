import CLossKernels

// Long elementwise chains go chunk by chunk through all their instructions, so that what one leaves
// for the next is still in the cache; and by several threads, where there are any.

extension Program {
  /// Puts elementwise instructions over long arrays into groups of those that follow one another.
  static func grouped(_ instructions: [Instruction]) -> (
    instructions: [Instruction], groups: [[Instruction]]
  ) {
    var result: [Instruction] = []
    var groups: [[Instruction]] = []
    var open: [Instruction] = []
    func close() {
      guard let first = open.first else { return }
      result.append(Instruction(code: .group, count: first.count, index: groups.count))
      groups.append(open)
      open = []
    }
    for instruction in instructions {
      if !open.isEmpty, !instruction.continues(open) { close() }
      if instruction.isLongAndElementwise {
        open.append(instruction)
      } else {
        result.append(instruction)
      }
    }
    close()
    return (result, groups)
  }

  func runGroup(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) {
    let group = groups[instruction.pointee.index]
    forEachChunk(
      of: instruction.pointee.count, size: Program.groupChunkSize, pool: memory.pool
    ) { _, range in
      for instruction in group { run(instruction, on: range, memory) }
    }
  }

  /// The elements of a chunk: those of a handful of arrays stay in the second cache.
  private static let groupChunkSize = 1 << 12

  private func run(_ instruction: Instruction, on range: Range<Int>, _ memory: ProgramMemory) {
    let n = range.count
    func start(_ operand: Operand) -> UnsafeMutablePointer<Double> {
      memory[operand] + (operand.reading == .each ? range.lowerBound : 0)
    }
    let (a, out) = (start(instruction.a), start(instruction.out))
    switch instruction.code {
    case .map: apply(instruction.mapKernel, instruction.index, a, out, n)
    case .softplusAndSlope: loss_softplus_sigmoid(a, out, start(instruction.out2), n)
    case .copy: out.update(from: a, count: n)
    case .add: loss_add(out, a, out, n)
    default:
      let b = start(instruction.b)
      let (kernel, index) = (instruction.zipKernel, instruction.index)
      switch (instruction.a.reading, instruction.b.reading) {
      case (.one, .each): apply(kernel, index, a[0], b, out, n)
      case (.each, .one): apply(kernel, index, a, b[0], out, n)
      default: apply(kernel, index, a, b, out, n)
      }
    }
  }
}

extension Instruction {
  /// Whether each element of the result depends on the operands' elements at its own place only.
  fileprivate var isLongAndElementwise: Bool {
    guard count >= Program.chunkedCount else { return false }
    switch code {
    case .map, .softplusAndSlope, .copy, .add: return a.reading == .each
    case .zip:
      switch (a.reading, b.reading) {
      case (.each, .each), (.each, .one), (.one, .each): return true
      default: return false
      }
    default: return false
    }
  }

  /// Whether the instruction may go through its chunks together with those before it: it reads of
  /// their results only what lies at the same place.
  fileprivate func continues(_ group: [Instruction]) -> Bool {
    guard isLongAndElementwise, count == group[0].count else { return false }
    let reads = [a, b].filter { !$0.isNone } + (code == .add ? [out] : [])
    let writes = [out, out2].filter { !$0.isNone }
    return group.allSatisfy { earlier in
      let earlierWrites = [earlier.out, earlier.out2].filter { !$0.isNone }
      let earlierReads = [earlier.a, earlier.b].filter { !$0.isNone }
      return reads.allSatisfy { read in
        earlierWrites.allSatisfy { $0.isAlignedWith(read, count) }
      }
        && writes.allSatisfy { write in
          (earlierReads + earlierWrites).allSatisfy { $0.isAlignedWith(write, count) }
        }
    }
  }
}

extension Operand {
  /// Whether two operands of `count` elements are the same ones or have none in common.
  fileprivate func isAlignedWith(_ other: Operand, _ count: Int) -> Bool {
    guard base == other.base else { return true }
    if offset == other.offset { return reading == other.reading }
    let length = reading == .each ? count : 1
    let otherLength = other.reading == .each ? count : 1
    return offset + length <= other.offset || other.offset + otherLength <= offset
  }
}
