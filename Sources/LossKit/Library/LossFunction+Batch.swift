/// How the points of a batch lie in memory, and their gradients.
public enum BatchLayout: Sendable {
  /// The elements of one point are neighbours.
  case rowMajor
  /// The same element of all points are neighbours.
  case columnMajor
}

extension LossFunction {
  /// How many points are evaluated side by side.
  private static let blockSize = 256

  /// The values and gradients at many points.
  ///
  /// - Parameters:
  ///   - points: `count * inputCount` elements in the given layout.
  ///   - count: the number of points.
  ///   - parallelism: how many threads work; the caller's alone for 1.
  ///   - values: receives `count` elements.
  ///   - gradients: receives `count * gradientCount` elements in the layout of the points.
  /// - Throws: the error of the first point that has one, as far as can be told; what was computed
  ///   before it is in the buffers.
  public func valuesWithGradients(
    at points: Span<Double>, count: Int, layout: BatchLayout = .rowMajor, parallelism: Int = 1,
    values: inout MutableSpan<Double>, gradients: inout MutableSpan<Double>,
    cancellation: Cancellation? = nil
  ) throws(LossError) {
    let (pointElements, overflow) = count.multipliedReportingOverflow(by: inputCount)
    guard count >= 0, !overflow, points.count == pointElements else {
      throw LossError(
        EvaluationProblem.pointSize(given: points.count, wanted: overflow ? .max : pointElements))
    }
    guard values.count == count else {
      throw LossError(EvaluationProblem.pointSize(given: values.count, wanted: count))
    }
    guard gradients.count == count * gradientCount else {
      throw LossError(
        EvaluationProblem.pointSize(given: gradients.count, wanted: count * gradientCount))
    }
    let stop = model.makeStopSignal(cancellation)
    try stop.request { () throws(LossError) in
      let failure = failure(
        at: points, count: count, layout, parallelism, &values, &gradients, stop)
      if let failure { throw failure }
    }
  }

  private func failure(
    at points: Span<Double>, count: Int, _ layout: BatchLayout, _ parallelism: Int,
    _ values: inout MutableSpan<Double>, _ gradients: inout MutableSpan<Double>,
    _ stop: StopSignal
  ) -> LossError? {
    points.withUnsafeBufferPointer { points in
      values.withUnsafeMutableBufferPointer { values in
        gradients.withUnsafeMutableBufferPointer { gradients in
          let batch = Batch(
            function: self, points: points, count: count, layout: layout, values: values,
            gradients: gradients, stop: stop)
          guard let compiled else {
            return ParallelRanges.run(
              0..<count, blockSize: LossFunction.blockSize, threads: parallelism
            ) { batch.run($0) }
          }
          let compiledBatch = CompiledBatch(batch, compiled.gradient)
          return ParallelRanges.run(
            0..<count, blockSize: compiledBatch.rangeSize(threads: parallelism),
            threads: parallelism
          ) { compiledBatch.run($0) }
        }
      }
    }
  }
}

/// One batch call: the buffers are written by several threads, each its own points.
struct Batch: @unchecked Sendable {
  let function: LossFunction
  let points: UnsafeBufferPointer<Double>
  let count: Int
  let layout: BatchLayout
  let values: UnsafeMutableBufferPointer<Double>
  let gradients: UnsafeMutableBufferPointer<Double>
  let stop: StopSignal

  /// Evaluates some points: side by side where the loss allows it, else one by one.
  func run(_ range: Range<Int>) -> LossError? {
    let evaluator = function.makeEvaluator(stop)
    if range.count > 1 {
      do {
        evaluator.begin()
        evaluator.beginSteps()
        try runInLanes(range, evaluator)
        return nil
      } catch let error as LossError where error.isCancellation {
        return error
      } catch {
        // What differs from point to point, or goes wrong at one of them, is found point by point.
      }
    }
    for point in range {
      if stop.isRequested { return LossError(EvaluationProblem.cancelled) }
      if let error = interpret(point, evaluator) { return error }
    }
    return nil
  }

  /// Evaluates one point by the interpreter.
  func interpret(_ point: Int, _ evaluator: Evaluator) -> LossError? {
    // Each point has all steps: which of them share an evaluator depends on the number of threads.
    evaluator.beginSteps()
    do {
      try located(evaluator, function.script, function.expression) {
        let (value, derivative) = try function.differentiate(
          try inputs(point..<point + 1, lane: nil, evaluator), evaluator)
        values[point] = try value.plain.numberOrThrow()
        store(try derivative.reshaped([function.gradientCount]), at: point)
      }
    } catch {
      return error
    }
    return nil
  }

  private func runInLanes(_ range: Range<Int>, _ evaluator: Evaluator) throws {
    let lane = evaluator.newLane(size: range.count, kind: .elements)
    evaluator.openExtent = range.count
    evaluator.openLanes = 1
    let (value, derivative) = try function.differentiate(
      try inputs(range, lane: lane, evaluator), evaluator)
    let column = try value.plain.closingLane(lane, account: evaluator.account).arrayOrThrow()
    let rows = try derivative.closingLane(lane, account: evaluator.account).arrayOrThrow()
    for (i, point) in range.enumerated() {
      values[point] = column.start[i]
      for j in 0..<function.gradientCount {
        gradients[place(point, j, of: function.gradientCount)] =
          rows.start[i * function.gradientCount + j]
      }
    }
  }

  private func store(_ gradient: Value, at point: Int) {
    guard case .tensor(let tensor) = gradient else { return }
    for j in 0..<function.gradientCount {
      gradients[place(point, j, of: function.gradientCount)] = tensor.start[j]
    }
  }

  func place(_ point: Int, _ element: Int, of width: Int) -> Int {
    switch layout {
    case .rowMajor: point * width + element
    case .columnMajor: element * count + point
    }
  }

  /// The inputs at some points, as lanes where there is one.
  private func inputs(_ range: Range<Int>, lane: Lane?, _ evaluator: Evaluator) throws -> [Value] {
    var offset = 0
    return try function.inputs.map { input in
      let lanes = lane.map { [$0] } ?? []
      let tensor = try Tensor(lanes: lanes, shape: input.shape, account: evaluator.account)
      for (i, point) in range.enumerated() {
        for j in 0..<input.size {
          tensor.start[i * input.size + j] =
            points[place(point, offset + j, of: function.inputCount)]
        }
      }
      offset += input.size
      return tensor.value
    }
  }
}
