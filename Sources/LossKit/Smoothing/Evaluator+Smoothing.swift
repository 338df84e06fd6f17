/// The forms that evaluate an expression in another frame.
enum FrameForm: CaseIterable, Sendable { case smooth, hard, gap }

/// A function whose calls are smoothed, or, by `hard`, are not.
final class SmoothedFunction: @unchecked Sendable {  // Immutable.
  let base: Function
  let smoothing: Smoothing?
  /// See `Function.nesting`.
  let nesting: Int

  init(base: Function, smoothing: Smoothing?) {
    nesting = 1 + base.nesting
    self.base = base
    self.smoothing = smoothing
  }
}

extension Evaluator {
  // MARK: The forms

  /// `smooth(e, k, family)`, `hard(e)` and `gap(e, k, family)`: e evaluated in a frame of its own, the
  /// options outside.
  func frameForm(
    _ form: FrameForm, _ builtin: Builtin, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    guard list.count > 0, list.symbol(0) == .none else {
      throw error(.missingArgument(builtin.name, "e"), id, env)
    }
    let expression = list.node(2)
    var smoothing: Smoothing?
    switch form {
    case .hard:
      guard list.count == 3 else {
        throw error(.tooManyArguments("hard", 1, list.count / 3), id, env)
      }
    case .smooth, .gap:
      var options = [Argument(label: .none, value: .number(0))]
      for i in stride(from: 3, to: list.count, by: 3) {
        options.append(
          Argument(label: list.symbol(i), value: try evaluate(list.node(i + 2), env)))
      }
      smoothing = try locating(id, env) {
        try self.smoothing(options, builtin, at: context(builtin.name, id, env).site) {
          try unobserved { try evaluate(expression, env) }
        }
      }
    }
    if form == .gap, let smoothing {
      return try locating(id, env) { try unobserved { try gap(smoothing, expression, env) } }
    }
    let value = try inFrame(smoothing: smoothing) { try evaluate(expression, env) }
    guard case .function(let function) = value else { return value }
    return .function(.smoothed(SmoothedFunction(base: function, smoothing: smoothing)))
  }

  /// What the options of `smooth` or `gap` say; the first argument is not looked at.
  ///
  /// - Parameter body: evaluates what is to be smoothed, where its error decides about the sharpness.
  func smoothing(
    _ arguments: [Argument], _ builtin: Builtin, at site: CallSite, _ body: () throws -> Value
  ) throws -> Smoothing {
    let bound = try builtin.bind(arguments, symbols)
    let family = try Builtins.smoothFamily(bound.optional(2))
    guard let error = bound.parameter("error", of: builtin) else {
      return Smoothing(
        k: try Builtins.sharpness(bound.optional(1), of: builtin.name), family: family)
    }
    if bound.optional(1) != nil { throw EvaluationProblem.sharpnessAndError }
    guard error.isNumeric, error.shape.isEmpty else {
      throw EvaluationProblem.invalidArgument("smooth", "error", "a positive number")
    }
    guard error.lanes.isEmpty else { throw LaneDependence() }
    let size = try error.plain.numberOrThrow()
    guard size > 0, size.isFinite else {
      throw EvaluationProblem.invalidArgument("smooth", "error", "a positive number")
    }
    return Smoothing(
      k: .number(try sharpness(keeping: size, family, at: site, body)), family: family)
  }

  func inFrame<Result>(smoothing: Smoothing?, _ body: () throws -> Result) rethrows -> Result {
    let outer = frame
    let inner = Frame(parent: outer, smoothing: smoothing)
    frame = inner
    defer {
      inner.leave()
      frame = outer
    }
    return try body()
  }

  /// Evaluates what `smooth` does not reach: an index, a range, a shape, a filter.
  @inline(__always)
  func unsmoothed<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard frame.smoothing != nil else { return try body() }
    return try inFrame(smoothing: nil, body)
  }

  // MARK: Primitives inside smooth

  /// What a built-in function answers with inside `smooth`; `nil` where it stays what it is.
  func smoothed(
    _ builtin: Builtin, _ smoothing: Smoothing, _ arguments: [Argument], _ id: NodeID,
    _ env: Environment
  ) throws -> Value? {
    switch builtin.smooth {
    case .unchanged: return nil
    case .twin(_, let function):
      let bound = try builtin.bind(arguments, symbols)
      return try function(bound, context(builtin.name, id, env), smoothing)
    case .refused:
      let list = env.script.list(env.script[id].b)
      for (i, parameter) in parameters(of: builtin, list).enumerated()
      where !(parameter?.isPlace ?? false) && varies(list.node(3 * i + 2), env) {
        throw error(.noSmoothCounterpart(builtin.name), id, env)
      }
      return nil
    }
  }

  /// The arguments of a built-in function, of which an index, an axis or a size stays hard.
  func argumentsInSmooth(of builtin: Builtin, _ list: Script.List, _ env: Environment) throws
    -> [Argument]
  {
    try parameters(of: builtin, list).enumerated().map { i, parameter in
      let node = list.node(3 * i + 2)
      let value =
        parameter?.isPlace ?? false
        ? try unsmoothed { try evaluate(node, env) } : try evaluate(node, env)
      return Argument(label: list.symbol(3 * i), value: value)
    }
  }

  /// The parameter of each argument of a call, as far as it stands in the text.
  private func parameters(of builtin: Builtin, _ list: Script.List) -> [Builtin.Parameter?] {
    builtin.parameters(
      labelled: stride(from: 0, to: list.count, by: 3).map { i in
        list.symbol(i) == .none ? nil : symbols.name(of: list.symbol(i))
      })
  }

  /// `%` jumps like `floor`: an error at the operator where what stands before it in the chain or its
  /// divisor varies.
  func refuseVaryingRemainder(_ list: Script.List, _ i: Int, _ env: Environment) throws {
    for operand in stride(from: 0, through: i + 2, by: 3) where varies(list.node(operand), env) {
      let start = list[i + 1]
      throw LossError(
        EvaluationProblem.noSmoothCounterpart("%"), in: env.script.source,
        at: SourceRange(start: start, end: env.script.source.operatorEnd(.remainder, at: start)))
    }
  }

  /// Whether the value of an expression varies with a param: by what its text names, and by what
  /// local names were bound to.
  func varies(_ id: NodeID, _ env: Environment) -> Bool {
    var walk = DependencyWalk(evaluator: self, mode: .smoothed)
    walk.visit(id, env, bound: [])
    return walk.reachesVaryingLocal || walk.order.contains { $0.kind == .param }
  }

  /// The same for a value that is being bound, which costs a walk only inside `smooth`.
  @inline(__always)
  func variesInSmooth(_ id: NodeID, _ env: Environment) -> Bool {
    frame.smoothing != nil && varies(id, env)
  }
}
