extension LossFunction {
  /// Minimizes the loss over the inputs by which gradients are taken; the others stay as they are.
  ///
  /// ```swift
  /// let descent = try rosenbrock.minimized(from: [-1.2, 1])
  /// print(descent.value, descent.point, descent.explanation)
  /// ```
  ///
  /// Deterministic: results do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - point: where to begin, `inputCount` elements.
  ///   - method: how steps are found.
  ///   - options: when to stop, and the rate of methods that have one.
  ///   - bounds: an interval for each of the `gradientCount` elements that are moved; none unless
  ///     given. The start is moved into them.
  ///   - parallelism: how many threads work on long arrays; see `makeWorkspace`.
  ///   - cancellation: ends the descent, which then gives what it has reached.
  ///   - progress: called with the start and after each step.
  /// - Returns: the descent; its point has `gradientCount` elements.
  /// - Throws: an error where the start or the bounds have another number of elements, and where the
  ///   loss cannot be evaluated at the start or is not finite there.
  public func minimized(
    from point: [Double], method: Descent.Method = .lbfgs,
    options: Descent.Options = Descent.Options(), bounds: [ClosedRange<Double>]? = nil,
    parallelism: Int = 1, cancellation: Cancellation? = nil,
    progress: ((Descent.Step) -> Void)? = nil
  ) throws(LossError) -> Descent {
    guard point.count == inputCount else {
      throw LossError(EvaluationProblem.pointSize(given: point.count, wanted: inputCount))
    }
    if let bounds, bounds.count != gradientCount {
      throw LossError(EvaluationProblem.pointSize(given: bounds.count, wanted: gradientCount))
    }
    let evaluations = PointEvaluations(
      self, at: point, parallelism: parallelism, cancellation: cancellation)
    return try evaluations.stop.request { () throws(LossError) in
      try minimized(evaluations, method, options, bounds, progress)
    }
  }

  private func minimized(
    _ evaluations: PointEvaluations, _ method: Descent.Method, _ options: Descent.Options,
    _ bounds: [ClosedRange<Double>]?, _ progress: ((Descent.Step) -> Void)?
  ) throws(LossError) -> Descent {
    do {
      return try DescentRun.minimize(
        evaluations.objective(hasHessian: method == .newton), from: evaluations.start,
        method: method, options: options, bounds: bounds, progress: progress)
    } catch let error as LossError {
      throw error
    } catch let start as DescentRun.StartNotFinite {
      throw LossError(
        MinimizeProblem.startNotFinite(value: start.value, gradient: start.gradient),
        in: script.source, at: script.range(of: expression))
    } catch {
      throw LossError(EvaluationProblem.cancelled)
    }
  }

  /// The function at points that differ in some inputs only.
  private final class PointEvaluations {
    private let function: LossFunction
    let stop: StopSignal
    private var work: Workspace
    private var point: [Double]
    /// The places in the point of the elements that are moved, in the order of the gradient.
    private let places: [Int]

    init(
      _ function: LossFunction, at point: [Double], parallelism: Int, cancellation: Cancellation?
    ) {
      self.function = function
      self.point = point
      work = function.makeWorkspace(parallelism: parallelism, cancellation: cancellation)
      stop = work.stop
      var offsets: [Int] = []
      var offset = 0
      for input in function.inputs {
        offsets.append(offset)
        offset += input.size
      }
      places = function.gradientPlaces.flatMap { place in
        (0..<function.inputs[place].size).map { offsets[place] + $0 }
      }
    }

    var start: [Double] { places.map { point[$0] } }

    private func point(with values: [Double]) -> [Double] {
      for (place, value) in zip(places, values) { point[place] = value }
      return point
    }

    func objective(hasHessian: Bool) -> Objective {
      var objective = Objective(count: places.count) { [self] values, gradient in
        let point = point(with: values)
        var span = gradient.mutableSpan
        return try function.valueWithGradient(at: point.span, gradient: &span, using: &work)
      }
      if hasHessian {
        objective.hessian = { [self] values, rows in
          let point = point(with: values)
          var span = rows.mutableSpan
          try function.hessian(at: point.span, into: &span, using: &work)
        }
      }
      objective.slope = { [self] values, direction in
        try function.slope(at: point(with: values), along: direction, &work)
      }
      objective.isAtCorner = { [self] values in
        try function.isAtCorner(point(with: values), &work)
      }
      objective.isCancelled = { [stop] in stop.isRequested }
      return objective
    }
  }

  /// The one-sided slope along a direction of the inputs by which gradients are taken.
  private func slope(at point: [Double], along direction: [Double], _ work: inout Workspace)
    throws -> Double
  {
    let evaluator = work.evaluator(of: self)
    let values = try values(at: point.span, evaluator)
    var offset = 0
    let tangents = try gradientPlaces.map { place -> Value in
      let input = inputs[place]
      defer { offset += input.size }
      if input.shape.isEmpty { return .number(direction[offset]) }
      let tensor = try Tensor(shape: input.shape, account: evaluator.account)
      for i in 0..<tensor.count { tensor.start[i] = direction[offset + i] }
      return .tensor(tensor)
    }
    return try located(evaluator, script, expression) {
      try evaluator.directionalDerivative(
        at: gradientPlaces.map { values[$0] }, along: tangents
      ) { duals in
        var all = values
        for (place, dual) in zip(gradientPlaces, duals) { all[place] = dual }
        return try evaluate(all, evaluator)
      }.tangent.plain.numberOrThrow()
    }
  }

  private func isAtCorner(_ point: [Double], _ work: inout Workspace) throws -> Bool {
    let evaluator = work.evaluator(of: self)
    let values = try values(at: point.span, evaluator)
    return try located(evaluator, script, expression) {
      _ = try differentiate(values, evaluator)
      defer { _ = evaluator.corners.takeEvents() }
      return evaluator.corners.count > 0
    }
  }
}
