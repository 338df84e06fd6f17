extension Evaluator {
  /// The error for a name that stands for nothing: with the nearest name in scope, or the word that
  /// is used here.
  func unknownName(_ symbol: Symbol, _ id: NodeID, _ env: Environment, call: Bool = false)
    -> LossError
  {
    error(unknownNameProblem(symbol, env), id, env)
  }

  func unknownNameProblem(_ symbol: Symbol, _ env: Environment) -> EvaluationProblem {
    let name = symbols.name(of: symbol)
    if symbol == KnownName.lastValue.symbol { return .nothingShownYet }
    if let hint = ForeignWords.hint(for: name) { return .foreignName(name, hint: hint) }
    return .unknownName(name, suggestion: nearest(to: name, among: namesInScope(env)))
  }

  /// All names that can be used at a place: local ones first.
  func namesInScope(_ env: Environment) -> [String] {
    var names: [String] = []
    var scope = env.scope
    while let current = scope {
      names += current.bindings.map { symbols.name(of: $0.symbol) }
      scope = current.parent
    }
    names += env.module.visibleNames.map { symbols.name(of: $0) }
    return names + Builtins.all.map(\.name)
  }
}

extension Module {
  /// The names that can be used in the module, its own first.
  var visibleNames: [Symbol] {
    order + imports.flatMap(\.order) + (root?.visibleNames ?? [])
  }
}

extension Caller {
  /// The results at n places side by side, in blocks as those of a comprehension; `nil` where that
  /// cannot be.
  func inLanes(_ n: Int, _ body: (Lane, Range<Int>) throws -> Value) throws -> Value? {
    try evaluator.inLanes(n, id, environment) { range in
      let outer = evaluator.openExtent
      evaluator.openLanes += 1
      defer {
        evaluator.openLanes -= 1
        evaluator.openExtent = outer
      }
      let lane = evaluator.newLane(size: range.count, kind: .elements)
      evaluator.openExtent = outer * lane.size
      let result = try body(lane, range)
      guard result.isNumeric else { throw LaneDependence() }
      return try result.closingLane(lane, account: account)
    }
  }

  func checkStop() throws {
    if account.isCancelled { throw EvaluationProblem.cancelled }
  }
}
