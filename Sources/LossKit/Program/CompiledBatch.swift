import CLossKernels

/// A batch call of a compiled loss: points go through the program in blocks that stay in the caches.
struct CompiledBatch: @unchecked Sendable {  // Each thread writes its own points.
  private let batch: Batch
  private let program: Program
  /// How many points go side by side; 1 where the program takes them one by one.
  private let lanes: Int

  /// The doubles of a block, beside the points and gradients.
  private static let blockBudget = 1 << 15

  init(_ batch: Batch, _ program: Program) {
    self.batch = batch
    self.program = program
    func fitting(_ width: Int) -> Int { CompiledBatch.blockBudget / max(width, 1) / 8 * 8 }
    // Whether points go in blocks must not depend on the layout: sums over a column of a block have
    // another order than those of one point.
    let width = program.workspaceSize + batch.function.inputCount + batch.function.gradientCount
    let own = batch.layout == .rowMajor ? width : program.workspaceSize
    lanes = program.goesInBlocks && fitting(width) > 0 ? min(fitting(own), 512) : 1
  }

  /// How many points one thread takes at a time: many blocks, so that its memory is made once for
  /// all of them, but not so many that the threads end apart.
  func rangeSize(threads: Int) -> Int {
    let share = batch.count / (max(threads, 1) * 8) + 1
    return max(1, (share + lanes - 1) / lanes) * lanes
  }

  func run(_ range: Range<Int>) -> LossError? {
    lanes == 1 ? runOneByOne(range) : runInBlocks(range)
  }

  // MARK: Side by side

  private func runInBlocks(_ range: Range<Int>) -> LossError? {
    let function = batch.function
    let isColumnMajor = batch.layout == .columnMajor
    let (inputs, outputs) = (function.inputCount, function.gradientCount)
    let own = (program.workspaceSize + (isColumnMajor ? 0 : inputs + outputs)) * lanes
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(own, 1) * MemoryLayout<Double>.stride, alignment: 64
    ).bindMemory(to: Double.self, capacity: max(own, 1))
    let flags = UnsafeMutablePointer<Bool>.allocate(capacity: lanes)
    defer {
      UnsafeMutableRawPointer(memory).deallocate()
      flags.deallocate()
    }
    let pointBlock = memory + program.workspaceSize * lanes
    let gradientBlock = pointBlock + inputs * lanes
    // Gradients that would push everything else out of the caches go past them.
    let streams = isColumnMajor && batch.count * outputs > 1 << 20
    var evaluator: Evaluator?
    var start = range.lowerBound
    while start < range.upperBound {
      if batch.stop.isRequested { return LossError(EvaluationProblem.cancelled) }
      let count = min(lanes, range.upperBound - start)
      flags.update(repeating: false, count: count)
      let points = batch.points.baseAddress ?? UnsafePointer(memory)
      let gradients = batch.gradients.baseAddress ?? memory
      guard let values = batch.values.baseAddress else { return nil }
      if !isColumnMajor {
        loss_transpose(points + start * inputs, inputs, pointBlock, lanes, count, inputs)
      }
      let block = BlockMemory(
        workspace: memory, point: isColumnMajor ? points + start : UnsafePointer(pointBlock),
        pointStride: isColumnMajor ? batch.count : lanes,
        gradient: isColumnMajor ? gradients + start : gradientBlock,
        gradientStride: isColumnMajor ? batch.count : lanes,
        constants: program.constants.baseAddress ?? UnsafePointer(memory), lanes: count,
        workspaceStride: lanes, flags: flags, streamsGradient: streams)
      program.run(block)
      let value = block[program.value]
      if program.value.isUniform {
        (values + start).update(repeating: value[0], count: count)
      } else {
        (values + start).update(from: value, count: count)
      }
      if !isColumnMajor {
        loss_transpose(gradientBlock, lanes, gradients + start * outputs, outputs, outputs, count)
      }
      for r in 0..<count where flags[r] {
        if streams { loss_streaming_finish() }
        let settling = evaluator ?? function.makeEvaluator(batch.stop)
        evaluator = settling
        if let error = batch.interpret(start + r, settling) { return error }
      }
      start += count
    }
    if streams { loss_streaming_finish() }
    return nil
  }

  // MARK: One by one

  private func runOneByOne(_ range: Range<Int>) -> LossError? {
    let function = batch.function
    var work = function.makeWorkspace(stop: batch.stop)
    let (inputs, outputs) = (function.inputCount, function.gradientCount)
    var point = [Double](repeating: 0, count: inputs)
    var gradient = [Double](repeating: 0, count: outputs)
    for row in range {
      if batch.stop.isRequested { return LossError(EvaluationProblem.cancelled) }
      for j in 0..<inputs { point[j] = batch.points[batch.place(row, j, of: inputs)] }
      var span = gradient.mutableSpan
      do {
        batch.values[row] = try function.valueWithGradient(
          at: point.span, gradient: &span, using: &work)
      } catch {
        return error
      }
      for j in 0..<outputs { batch.gradients[batch.place(row, j, of: outputs)] = gradient[j] }
    }
    return nil
  }
}
