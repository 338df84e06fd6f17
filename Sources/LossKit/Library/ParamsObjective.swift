/// A loss of a session as a function of some of its params, the elements of which follow one another.
///
/// Compiled where a program can follow it; where not, and at points that a program leaves to it, the
/// interpreter evaluates, with the same results. All else that the loss depends on is constant.
final class ParamsObjective {
  private let evaluator: Evaluator
  private let expression: NodeID
  private let env: Environment
  let params: [Definition]
  private let shapes: [[Int]]
  private let compiled: CompiledLoss?
  private var hessian: CompiledHessian?
  private var work: Workspace

  init(
    _ evaluator: Evaluator, _ expression: NodeID, _ env: Environment, params: [Definition],
    parallelism: Int
  ) {
    self.evaluator = evaluator
    self.expression = expression
    self.env = env
    self.params = params
    shapes = params.map(\.value.shape)
    compiled = evaluator.compiledLoss(shapes) { values in
      try evaluator.replacing(zip(params, values).map { (.definition($0), $1) }, in: env) {
        try evaluator.evaluate(expression, $0)
      }
    }
    work = Workspace(
      size: compiled?.workspaceSize ?? 0, parallelism: parallelism,
      stop: evaluator.account.stop)
  }

  /// The number of elements of all params.
  var count: Int { shapes.reduce(0) { $0 + $1.reduce(1, *) } }

  /// How many doubles a program works on.
  var workspaceSize: Int { compiled?.workspaceSize ?? 0 }

  /// The loss as the optimizers see it.
  ///
  /// - Parameter hasHessian: whether its Hessian is asked for, so that it is worth a program.
  func objective(hasHessian: Bool) -> Objective {
    var objective = Objective(count: count) { [self] in try evaluate($0, &$1) }
    if hasHessian {
      hessian = evaluator.compiledHessian(shapes, value)
      objective.hessian = { [self] in try evaluateHessian($0, &$1) }
    }
    objective.slope = { [self] in try slope($0, $1) }
    objective.isAtCorner = { [self] in try isAtCorner($0) }
    objective.isCancelled = { [account = evaluator.account] in account.isCancelled }
    return objective
  }

  // MARK: Points

  /// The present values of the params, one after another.
  func point() throws -> [Double] {
    var point: [Double] = []
    point.reserveCapacity(count)
    for param in params {
      if case .tensor(let tensor) = param.value {
        point.append(contentsOf: tensor.elements)
      } else {
        point.append(try param.value.numberOrThrow())
      }
    }
    return point
  }

  /// The interval of each element; `nil` where no param has one.
  func bounds() -> [ClosedRange<Double>]? {
    guard params.contains(where: { $0.interval != nil }) else { return nil }
    return zip(params, shapes).flatMap { param, shape in
      repeatElement(param.interval ?? -.infinity ... .infinity, count: shape.reduce(1, *))
    }
  }

  /// A point as values of the params.
  func values(at point: [Double], account: MemoryAccount) throws -> [Value] {
    var offset = 0
    return try shapes.map { shape in
      defer { offset += shape.reduce(1, *) }
      if shape.isEmpty { return .number(point[offset]) }
      let tensor = try Tensor(shape: shape, account: account)
      for i in 0..<tensor.count { tensor.start[i] = point[offset + i] }
      return .tensor(tensor)
    }
  }

  // MARK: Evaluations

  private func value(_ values: [Value]) throws -> Value {
    try evaluator.replacing(zip(params, values).map { (.definition($0), $1) }, in: env) {
      try evaluator.evaluate(expression, $0)
    }
  }

  private func evaluate(_ point: [Double], _ gradient: inout [Double]) throws -> Double {
    try evaluator.countStep(expression, env)
    if let compiled {
      var span = gradient.mutableSpan
      if let value = work.run(compiled.gradient, at: point.span, gradient: &span) { return value }
    }
    return try silently {
      let values = try values(at: point, account: evaluator.account)
      let (value, derivative) = try evaluator.derivative(at: values, self.value)
      if case .tensor(let tensor) = derivative {
        for i in 0..<min(tensor.count, gradient.count) { gradient[i] = tensor.start[i] }
      }
      return try value.plain.numberOrThrow()
    }
  }

  private func evaluateHessian(_ point: [Double], _ rows: inout [Double]) throws {
    if let hessian {
      var span = rows.mutableSpan
      if work.run(hessian, at: point.span, into: &span) { return }
    }
    try silently {
      let values = try values(at: point, account: evaluator.account)
      let result = try evaluator.derivative(at: values) { duals in
        try evaluator.derivative(at: duals, self.value).derivative
      }.derivative
      if case .tensor(let tensor) = result {
        for i in 0..<min(tensor.count, rows.count) { rows[i] = tensor.start[i] }
      }
    }
  }

  private func slope(_ point: [Double], _ direction: [Double]) throws -> Double {
    try silently {
      let account = evaluator.account
      return try evaluator.directionalDerivative(
        at: values(at: point, account: account), along: values(at: direction, account: account),
        value
      ).tangent.plain.numberOrThrow()
    }
  }

  private func isAtCorner(_ point: [Double]) throws -> Bool {
    if let compiled {
      // A program stands only where nothing ties.
      var gradient = Array(repeating: 0.0, count: point.count)
      var span = gradient.mutableSpan
      if work.run(compiled.gradient, at: point.span, gradient: &span) != nil { return false }
    }
    return try silently {
      try noteCorners(at: point)
      return evaluator.corners.count > 0
    }
  }

  /// Leaves the corners that the loss has at a point among the notes of the evaluator.
  func noteCorners(at point: [Double]) throws {
    _ = try evaluator.derivative(at: values(at: point, account: evaluator.account), value)
  }

  /// Evaluates by the interpreter, leaving neither notes nor, after an error, anything else behind.
  private func silently<Result>(_ body: () throws -> Result) throws -> Result {
    // A program for one point, after none was found for all, would be looked for in vain.
    evaluator.compilesDerivatives = false
    let mark = evaluator.corners.markNotes()
    defer {
      evaluator.compilesDerivatives = true
      evaluator.corners.rewind(to: mark)
    }
    do {
      return try body()
    } catch let problem as EvaluationProblem {
      evaluator.begin()
      throw evaluator.error(problem, expression, env)
    } catch {
      evaluator.begin()
      throw error
    }
  }
}
