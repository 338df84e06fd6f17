extension Evaluator {
  // MARK: Blocks and functions

  func block(_ node: Node, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    // A scope for each `let`: a name may be bound anew, and what was made before keeps the old one.
    var inner = env
    for i in 0..<list.count - 1 {
      if env.script[list.node(i)].kind == .assert {
        try assert(list.node(i), inner)
        continue
      }
      inner = env.with(
        Scope(parent: inner.scope, bindings: [try binding(list.node(i), inner)]))
    }
    return try evaluate(list.node(list.count - 1), inner)
  }

  /// Evaluates a local `let`.
  func binding(_ id: NodeID, _ env: Environment) throws -> Scope.Binding {
    let node = env.script[id]
    let symbol = Symbol(index: node.a)
    if let builtin = builtin(symbol) { throw error(.builtinRedefined(builtin.name), id, env) }
    let list = env.script.list(node.b)
    if node.kind == .function {
      return Scope.Binding(
        symbol: symbol, value: .truth(false), definition: id, functionFrame: frame)
    }
    return Scope.Binding(
      symbol: symbol, value: try evaluate(list.node(0), env), definition: id,
      varies: variesInSmooth(list.node(0), env))
  }

  /// The function that a `let f(…) = e` defines.
  func closure(of id: NodeID, _ env: Environment, frame: Frame?) -> Closure {
    let node = env.script[id]
    let list = env.script.list(node.b)
    var parameters: [Closure.Parameter] = []
    for i in stride(from: 3, to: list.count, by: 3) {
      parameters.append(
        .init(symbol: list.symbol(i), offset: list[i + 1], defaultValue: list.node(i + 2)))
    }
    return Closure(
      name: symbols.name(of: Symbol(index: node.a)), parameters: parameters, body: list.node(0),
      environment: env, frame: frame)
  }

  func lambda(_ node: Node, _ env: Environment) -> Value {
    let list = env.script.list(node.a)
    let parameters = stride(from: 0, to: list.count, by: 2).map { i in
      Closure.Parameter(symbol: list.symbol(i), offset: list[i + 1], defaultValue: .none)
    }
    return .function(
      .closure(
        Closure(
          name: nil, parameters: parameters, body: NodeID(index: node.b), environment: env,
          frame: frame)))
  }

  // MARK: Arrays

  func arrayLiteral(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    if list.isEmpty { return .tensor(try locating(id, env) { try Tensor([], account: account) }) }
    var elements: [Value] = []
    elements.reserveCapacity(list.count)
    for i in 0..<list.count {
      let element = try evaluate(list.node(i), env)
      if i > 0, element.isNumeric, elements[0].isNumeric, element.shape != elements[0].shape {
        throw error(.raggedArray(elements[0].shape, element.shape), list.node(i), env)
      }
      elements.append(element)
    }
    if case .text = elements[0] {
      let texts = try elements.enumerated().map { i, element in
        guard case .text(let text) = element else {
          throw error(.mixedArray(element.kindDescription), list.node(i), env)
        }
        return text
      }
      return try textArray(texts, id, env)
    }
    for (i, element) in elements.enumerated() where !element.isNumeric {
      throw error(.elementIsNoNumber(element.kindDescription), list.node(i), env)
    }
    return try locating(id, env) { try .stacked(elements, account: account) }
  }

  /// A range outside an index or a `for`: an array.
  func rangeArray(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let range = try wholeRange(node, id, env)
    return try locating(id, env) {
      let tensor = try Tensor(shape: [range.count], account: account)
      for (i, x) in range.enumerated() { tensor.start[i] = Double(x) }
      return .tensor(tensor)
    }
  }

  /// The whole numbers of a range; empty where the upper end lies below the lower.
  func wholeRange(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Range<Int> {
    let (lower, end) = try unsmoothed {
      (
        try wholeNumber(NodeID(index: node.a), env, use: .rangeEnd),
        try wholeNumber(NodeID(index: node.b), env, use: .rangeEnd)
      )
    }
    let upper = node.detail == 1 ? end + 1 : end
    return lower..<max(lower, upper)
  }

  /// The whole number that an expression has in every lane.
  func wholeNumber(_ id: NodeID, _ env: Environment, use: WholeNumberUse) throws -> Int {
    let value = try evaluate(id, env)
    return try locating(id, env) { try value.wholeNumber(use) }
  }
}

extension Value {
  /// The value as one whole number, of magnitude at most 2⁵³.
  func wholeNumber(_ use: WholeNumberUse) throws -> Int {
    let number: Double
    switch plain {
    case .number(let x): number = x
    case .truth(let x): number = x ? 1 : 0
    case .tensor(let tensor) where tensor.shape.isEmpty:
      number = tensor.start[0]
      for i in 0..<tensor.count where tensor.start[i] != number { throw LaneDependence() }
    case .traced: throw Untraceable()
    default: throw EvaluationProblem.notAWholeNumber(use, kindDescription)
    }
    guard number == number.rounded(.towardZero), number.isFinite else {
      throw EvaluationProblem.notAWholeNumber(use, NumberFormat.formatted(number))
    }
    guard number.magnitude <= 0x1p53 else {
      throw EvaluationProblem.wholeNumberTooLarge(use, NumberFormat.formatted(number))
    }
    return Int(number)
  }
}
