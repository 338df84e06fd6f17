/// A loss as a function of a vector, with its exact gradient and Hessian.
///
/// Immutable and safe to share: one function serves many threads, each with a workspace of its own.
/// Corners are differentiated as in the language: the gradient is an element of Clarke's generalized
/// gradient, by the order of the inputs.
public struct LossFunction: Sendable {
  struct Input: Sendable {
    let name: String
    let definition: Definition
    let shape: [Int]
    var size: Int { shape.reduce(1, *) }
  }

  let model: LossModel
  private let symbols: SymbolTable
  let script: Script
  let expression: NodeID
  let inputs: [Input]
  /// The places in `inputs` of those by which gradients are taken, in the order of the gradient.
  let gradientPlaces: [Int]

  /// Which generalized gradient is taken at corners.
  public let corners: CornerRule
  /// The number of elements that a call supplies.
  public let inputCount: Int
  /// The number of elements of a gradient.
  public let gradientCount: Int

  /// Whether the loss runs as a compiled program; otherwise it is interpreted, with the same results.
  public var isCompiled: Bool { compiled != nil }

  /// The program of the gradient: kept alive by `compiled`, and used without counting references,
  /// which would cost a call of a short loss a tenth of its time.
  private var gradientProgram: Unmanaged<Program>?

  /// The programs, where the loss has them.
  private(set) var compiled: CompiledLoss?
  private let lazyHessian = LazyHessian()

  /// The same function without its programs: the definition that they are measured against.
  package var interpreted: LossFunction {
    var result = self
    result.compiled = nil
    result.gradientProgram = nil
    return result
  }

  init(
    model: LossModel, loss: String, inputs names: [String], gradientInputs: [String]?,
    corners: CornerRule, stop: StopSignal
  ) throws(LossError) {
    self.corners = corners
    let source = Source(text: loss)
    let symbols = model.symbols.copy()
    let result = parse(source, symbols: symbols, limits: model.limits)
    if let first = result.errors.first { throw first }
    let script = Script(tree: result.tree, serial: 0)
    guard script.tree.statements.count == 1, script[script.tree.statements[0]].kind == .show else {
      throw LossError(
        EvaluationProblem.notAnExpression, in: source,
        at: SourceRange(start: 0, end: UInt32(loss.utf8.count)))
    }
    let expression = NodeID(index: script[script.tree.statements[0]].a)
    let env = Environment(script: script, scope: nil, module: model.root)
    let evaluator = model.makeEvaluator(symbols, stop)
    var inputs: [Input] = []
    for (place, name) in names.enumerated() {
      if names.firstIndex(of: name) != place {
        throw LossError(EvaluationProblem.repeatedName(name))
      }
      guard let symbol = symbols.symbol(of: name), let definition = model.root.find(symbol),
        definition.kind != .function
      else { throw LossError(EvaluationProblem.notAnInput(name)) }
      let value = try located(evaluator, script, expression) {
        try evaluator.value(of: definition, expression, env)
      }
      guard value.isNumeric else { throw LossError(EvaluationProblem.notAnInput(name)) }
      inputs.append(Input(name: name, definition: definition, shape: value.shape))
    }
    var places: [Int] = []
    for name in gradientInputs ?? names {
      guard let place = names.firstIndex(of: name) else {
        throw LossError(EvaluationProblem.gradientByUnsupplied(name))
      }
      places.append(place)
    }
    let value = try located(evaluator, script, expression) {
      try evaluator.evaluate(expression, env)
    }
    guard case .number = value else {
      throw LossError(EvaluationProblem.lossIsNoNumber(loss, value.kindDescription))
    }
    self.model = model
    self.symbols = symbols
    self.script = script
    self.expression = expression
    self.inputs = inputs
    gradientPlaces = places
    inputCount = inputs.reduce(0) { $0 + $1.size }
    gradientCount = places.reduce(0) { $0 + inputs[$1].size }
    let tracer = model.makeEvaluator(symbols, stop)
    compiled = CompiledLoss.compile(
      shapes: inputs.map(\.shape), gradientBy: places, tracer
    ) { values in
      try tracer.replacing(
        zip(inputs, values).map { (.definition($0.definition), $1) }, in: env
      ) { try tracer.evaluate(expression, $0) }
    }
    // The interpreter meets the limit where it draws what a program lays out beforehand.
    if compiled?.workspaceSize ?? 0 > model.limits.elements { compiled = nil }
    gradientProgram = compiled.map { Unmanaged.passUnretained($0.gradient) }
  }

  // MARK: One point

  /// What evaluations of one thread reuse from call to call.
  ///
  /// - Parameters:
  ///   - parallelism: how many threads work on arrays of 65,536 elements and more; the caller's
  ///     alone unless given. Results do not depend on it.
  ///   - cancellation: stops an evaluation that is interpreted, and one of long arrays that is
  ///     compiled.
  public func makeWorkspace(parallelism: Int = 1, cancellation: Cancellation? = nil) -> Workspace {
    makeWorkspace(parallelism: parallelism, stop: model.makeStopSignal(cancellation))
  }

  func makeWorkspace(parallelism: Int = 1, stop: StopSignal) -> Workspace {
    Workspace(size: compiled?.workspaceSize ?? 0, parallelism: parallelism, stop: stop)
  }

  func makeEvaluator(_ stop: StopSignal) -> Evaluator {
    let evaluator = model.makeEvaluator(symbols, stop)
    evaluator.cornerRule = corners
    return evaluator
  }

  /// The value at a point.
  ///
  /// - Parameter point: `inputCount` elements.
  public func value(at point: [Double]) throws(LossError) -> Double {
    var work = makeWorkspace()
    return try value(at: point.span, using: &work)
  }

  /// The value at a point, with a workspace to reuse.
  public func value(at point: Span<Double>, using work: inout Workspace) throws(LossError) -> Double
  {
    if let compiled, point.count == inputCount,
      let value = work.run(compiled.value, at: point)
    {
      return value
    }
    let evaluator = work.evaluator(of: self)
    return try work.stop.request { () throws(LossError) in
      let values = try values(at: point, evaluator)
      return try located(evaluator, script, expression) {
        try evaluate(values, evaluator).plain.numberOrThrow()
      }
    }
  }

  /// The value and the gradient at a point.
  ///
  /// - Parameter point: `inputCount` elements.
  /// - Returns: the value, and a gradient of `gradientCount` elements.
  public func valueWithGradient(at point: [Double]) throws(LossError) -> (
    value: Double, gradient: [Double]
  ) {
    var work = makeWorkspace()
    var gradient = [Double](repeating: 0, count: gradientCount)
    var span = gradient.mutableSpan
    let value = try valueWithGradient(at: point.span, gradient: &span, using: &work)
    return (value, gradient)
  }

  /// The value at a point; the gradient is written into a buffer of `gradientCount` elements.
  public func valueWithGradient(
    at point: Span<Double>, gradient: inout MutableSpan<Double>, using work: inout Workspace
  ) throws(LossError) -> Double {
    guard gradient.count == gradientCount else {
      throw LossError(
        EvaluationProblem.pointSize(given: gradient.count, wanted: gradientCount))
    }
    if let gradientProgram, point.count == inputCount {
      let value = gradientProgram._withUnsafeGuaranteedRef {
        work.run($0, at: point, gradient: &gradient)
      }
      if let value { return value }
    }
    return try interpretedValueWithGradient(at: point, gradient: &gradient, using: &work)
  }

  private func interpretedValueWithGradient(
    at point: Span<Double>, gradient: inout MutableSpan<Double>, using work: inout Workspace
  ) throws(LossError) -> Double {
    let evaluator = work.evaluator(of: self)
    let (value, derivative) = try work.stop.request { () throws(LossError) in
      let values = try values(at: point, evaluator)
      return try located(evaluator, script, expression) {
        let (value, derivative) = try differentiate(values, evaluator)
        return (try value.plain.numberOrThrow(), try derivative.reshaped([gradientCount]))
      }
    }
    if case .tensor(let tensor) = derivative {
      for i in 0..<gradientCount { gradient[i] = tensor.start[i] }
    }
    return value
  }

  /// The Hessian at a point: `gradientCount` rows of `gradientCount` elements.
  ///
  /// - Parameter point: `inputCount` elements.
  public func hessian(at point: [Double]) throws(LossError) -> [Double] {
    var work = makeWorkspace()
    var result = [Double](repeating: 0, count: gradientCount * gradientCount)
    var span = result.mutableSpan
    try hessian(at: point.span, into: &span, using: &work)
    return result
  }

  /// The Hessian at a point, written row by row into a buffer of `gradientCount²` elements.
  public func hessian(
    at point: Span<Double>, into result: inout MutableSpan<Double>, using work: inout Workspace
  ) throws(LossError) {
    guard result.count == gradientCount * gradientCount else {
      throw LossError(
        EvaluationProblem.pointSize(given: result.count, wanted: gradientCount * gradientCount))
    }
    if let compiledHessian, point.count == inputCount,
      work.run(compiledHessian, at: point, into: &result)
    {
      return
    }
    let evaluator = work.evaluator(of: self)
    let hessian = try work.stop.request { () throws(LossError) in
      let values = try values(at: point, evaluator)
      return try located(evaluator, script, expression) {
        let chosen = gradientPlaces.map { values[$0] }
        return try evaluator.derivative(at: chosen) { duals in
          var inner = values
          for (place, dual) in zip(gradientPlaces, duals) { inner[place] = dual }
          return try differentiate(inner, evaluator).derivative
        }.derivative
      }
    }
    guard case .tensor(let tensor) = hessian else { return }
    for i in 0..<min(result.count, tensor.count) { result[i] = tensor.start[i] }
  }

  /// Whether the Hessian runs as a compiled program.
  package var isHessianCompiled: Bool { compiledHessian != nil }

  /// The program of the Hessian, compiled when it is first asked for.
  var compiledHessian: CompiledHessian? {
    guard compiled != nil else { return nil }
    return lazyHessian.compiled {
      let tracer = makeEvaluator(StopSignal())
      let hessian = CompiledHessian.compile(
        shapes: inputs.map(\.shape), gradientBy: gradientPlaces, tracer
      ) { try evaluate($0, tracer) }
      return hessian.flatMap {
        $0.program.workspaceSize > model.limits.elements ? nil : $0
      }
    }
  }

  // MARK: Evaluation

  func values(at point: Span<Double>, _ evaluator: Evaluator) throws(LossError) -> [Value] {
    guard point.count == inputCount else {
      throw LossError(EvaluationProblem.pointSize(given: point.count, wanted: inputCount))
    }
    var offset = 0
    var values: [Value] = []
    for input in inputs {
      if input.shape.isEmpty {
        values.append(.number(point[offset]))
      } else {
        do {
          let tensor = try Tensor(shape: input.shape, account: evaluator.account)
          for i in 0..<tensor.count { tensor.start[i] = point[offset + i] }
          values.append(.tensor(tensor))
        } catch { throw LossError(error) }
      }
      offset += input.size
    }
    return values
  }

  func evaluate(_ values: [Value], _ evaluator: Evaluator) throws -> Value {
    let env = Environment(script: script, scope: nil, module: model.root)
    return try evaluator.replacing(
      zip(inputs, values).map { (.definition($0.definition), $1) }, in: env
    ) { try evaluator.evaluate(expression, $0) }
  }

  /// The value and its derivative by the elements of the gradient's inputs, jointly.
  func differentiate(_ values: [Value], _ evaluator: Evaluator) throws -> (
    value: Value, derivative: Value
  ) {
    try evaluator.derivative(at: gradientPlaces.map { values[$0] }) { duals in
      var all = values
      for (place, dual) in zip(gradientPlaces, duals) { all[place] = dual }
      return try evaluate(all, evaluator)
    }
  }
}
