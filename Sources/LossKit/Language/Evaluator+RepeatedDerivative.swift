extension Evaluator {
  // MARK: Of higher order

  /// `diff(e, x, n)`, `diff(f, n)`, `diff(f)`.
  func repeatedDerivative(
    _ e: NodeID, _ arguments: [NodeID], _ builtin: Builtin, _ env: Environment
  ) throws -> Value {
    if arguments.count < 3 {
      let isName = arguments.count == 2 && env.script[arguments[1]].kind == .name
      let value = try evaluate(e, env)
      if case .function(let function) = value {
        let order = arguments.count == 2 ? try derivativeOrder(arguments[1], env) : 1
        return .function(
          .derivative(FunctionDerivative(form: .repeated, base: function, order: order)))
      }
      guard isName else { throw error(.derivativeNeedsName(builtin.name), e, env) }
    }
    let names = try targets(arguments[1], builtin, env)
    guard names.count == 1, names[0].value.shape.isEmpty else {
      throw error(.diffNeedsNumber(names[0].name), arguments[1], env)
    }
    let order = arguments.count == 3 ? try derivativeOrder(arguments[2], env) : 1
    return try nthDerivative(at: names[0].value, order: order) { x in
      try replacing([(names[0].target, x)], in: env) { try evaluate(e, $0) }
    }
  }

  private func derivativeOrder(_ id: NodeID, _ env: Environment) throws -> Int {
    let order = try wholeNumber(id, env, use: .order)
    return try locating(id, env) { try checkedOrder(order) }
  }

  func checkedOrder(_ order: Int) throws(EvaluationProblem) -> Int {
    guard (0...Evaluator.greatestOrder).contains(order) else {
      throw .orderOutOfRange(order, Evaluator.greatestOrder)
    }
    return order
  }

  /// The greatest order of `diff`: beyond, n! is no double.
  static let greatestOrder = 170

  func nthDerivative(at x: Value, order: Int, _ function: (Value) throws -> Value) throws -> Value {
    if order == 0 { return try function(x) }
    guard derivativeLevel < Evaluator.nestingLimit else {
      throw EvaluationProblem.derivativesNestTooDeeply(Evaluator.nestingLimit)
    }
    derivativeLevel += 1
    seriesDepth += 1
    let arena = SeriesArena(account: account)
    defer {
      derivativeLevel -= 1
      seriesDepth -= 1
      arena.dismiss()
    }
    let level = derivativeLevel
    let series = Series(level: level, order: order, constantTerm: x, arena: arena) { _, k in
      .number(k == 1 ? 1 : 0)
    }
    try series.force()
    let result = try function(.series(series))
    guard case .series(let y) = result, y.level == level else {
      guard result.isNumeric else {
        throw EvaluationProblem.derivativeOfKind("diff", result.kindDescription)
      }
      return try Value.number(0).broadcast(to: result.shape, account)
    }
    var factorial = 1.0
    for i in 1...order { factorial *= Double(i) }
    return try (y.coefficient(order) * .number(factorial)).broadcast(
      to: y.constantTerm.shape, account)
  }
}
