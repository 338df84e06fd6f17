/// Why an expression has no symbolic derivative.
struct SymbolicFailure: Error {
  /// The part that has none, and why.
  let part: String
  let reason: String
}

/// Reads expressions of a syntax tree as `Symbolic`, local definitions put in their places.
struct SymbolicReader {
  let script: Script
  let symbols: SymbolTable

  /// The most parts that an expression may have.
  static let sizeLimit = 3000

  /// Reads an expression.
  ///
  /// - Parameter names: what stands for local names: arguments, definitions of blocks.
  func read(_ id: NodeID, _ names: [String: Symbolic] = [:]) throws(SymbolicFailure) -> Symbolic {
    let result = try expression(id, names, depth: 0)
    guard !result.isLarger(than: Self.sizeLimit) else { throw failure(id, "it is too long") }
    return result
  }

  private func failure(_ id: NodeID, _ reason: String) -> SymbolicFailure {
    SymbolicFailure(part: script.text(of: id), reason: reason)
  }

  private func name(_ symbol: Symbol) -> String { symbols.name(of: symbol) }

  private func expression(
    _ id: NodeID, _ names: [String: Symbolic], depth: Int
  ) throws(SymbolicFailure) -> Symbolic {
    guard depth < 100 else { throw failure(id, "it is nested too deeply") }
    func read(_ id: NodeID) throws(SymbolicFailure) -> Symbolic {
      try expression(id, names, depth: depth + 1)
    }
    func readAll(_ list: Script.List, from start: Int = 0, by step: Int = 1)
      throws(SymbolicFailure) -> [Symbolic]
    {
      var result: [Symbolic] = []
      guard list.count / step < Self.sizeLimit else { throw failure(id, "it is too long") }
      for place in stride(from: start, to: list.count, by: step) {
        result.append(try read(list.node(place)))
      }
      return result
    }
    let node = script[id]
    switch node.kind {
    case .number: return .number(script.number(node.a))
    case .truth, .text: return .literal(script.text(of: id))
    case .name:
      let name = name(Symbol(index: node.a))
      return names[name] ?? .name(name)
    case .sign:
      let operand = try read(NodeID(index: node.a))
      return node.b % 2 == 1 ? .negating(operand) : operand
    case .not:
      let operand = try read(NodeID(index: node.a))
      return node.b % 2 == 1 ? .not(operand) : operand
    case .sum, .product, .power, .comparison, .and, .or:
      return chain(node, try readAll(script.list(node.a), by: 3))
    case .range:
      let lower = NodeID(index: node.a)
      let upper = NodeID(index: node.b)
      return .range(
        lower.isNone ? nil : try read(lower), upper.isNone ? nil : try read(upper),
        isClosed: node.detail == 1)
    case .conditional: return .conditional(try readAll(script.list(node.a)))
    case .array: return .array(try readAll(script.list(node.a)))
    case .tuple: return .tuple(try readAll(script.list(node.a)))
    case .index:
      return .index(try read(NodeID(index: node.a)), try readAll(script.list(node.b)))
    case .member:
      return .member(try read(NodeID(index: node.a)), name(Symbol(index: node.b)))
    case .lambda:
      let list = script.list(node.a)
      var parameters: [String] = []
      for place in stride(from: 0, to: list.count, by: 2) {
        parameters.append(name(list.symbol(place)))
      }
      return try function(parameters, NodeID(index: node.b), names, depth: depth)
    case .call:
      let list = script.list(node.b)
      var callee = try read(NodeID(index: node.a))
      // What is called is a function: reshape has an argument `shape`, and so has its derivative's
      // text a call of that name.
      let written = script.text(of: NodeID(index: node.a))
      if Builtins.named(written) != nil, !callee.isFunction { callee = .name(written) }
      let values = try readAll(list, from: 2, by: 3)
      let arguments = values.enumerated().map { place, value in
        let label = list.symbol(3 * place)
        return Symbolic.Argument(label: label == .none ? nil : name(label), value: value)
      }
      return .call(callee, Self.withoutDefaults(callee, arguments))
    case .comprehension: return try comprehension(node, names, depth: depth)
    case .block: return try block(node, names, depth: depth)
    default: throw failure(id, "it has no symbolic form")
    }
  }

  private func chain(_ node: Node, _ operands: [Symbolic]) -> Symbolic {
    let list = script.list(node.a)
    var operators: [ChainOperator] = []
    for place in stride(from: 1, to: list.count, by: 3) {
      operators.append(ChainOperator(rawValue: list[place]) ?? .add)
    }
    switch node.kind {
    case .sum:
      let terms = zip(operands.dropFirst(), operators).map { $1 == .subtract ? .negating($0) : $0 }
      return .adding([operands[0]] + terms)
    case .power:
      return operands.dropLast().reversed().reduce(operands[operands.count - 1]) {
        .raising($1, to: $0)
      }
    case .product:
      return zip(operands.dropFirst(), operators).reduce(operands[0]) { left, next in
        switch next.1 {
        case .divide: .dividing(left, by: next.0)
        case .remainder: .remainder(left, next.0)
        case .matrixProduct: .matrixProduct(left, next.0)
        default: .multiplying([left, next.0])
        }
      }
    default:
      return .claims(operands, operators.map(Self.spelling))
    }
  }

  /// Arguments but for the last ones of a built-in function that are what stands there without them.
  private static func withoutDefaults(
    _ callee: Symbolic, _ arguments: [Symbolic.Argument]
  ) -> [Symbolic.Argument] {
    guard case .name(let name) = callee, let builtin = Builtins.named(name) else {
      return arguments
    }
    var result = arguments
    let parameters = builtin.parameters(labelled: arguments.map(\.label))
    while let last = result.last, let parameter = parameters[result.count - 1] {
      switch parameter.kind {
      case .optional(let value), .option(let value):
        guard value == last.value.text else { return result }
        result.removeLast()
      case .required, .rest: return result
      }
    }
    return result
  }

  private static func spelling(_ operation: ChainOperator) -> String {
    switch operation {
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .notEqual: "!="
    case .approximatelyEqual: "~="
    case .and: "and"
    case .or: "or"
    default: "=="
    }
  }

  // MARK: - Names that are bound

  /// The names for the parts of an expression that binds some: those that are free in what stands for
  /// other names are renamed.
  private func binding(
    _ bound: [String], _ names: [String: Symbolic]
  ) -> (names: [String: Symbolic], renamed: [String: String]) {
    var inner = names
    for name in bound { inner[name] = nil }
    var taken = inner.values.reduce(into: Set<String>()) { $0.formUnion($1.freeNames) }
    var renamed: [String: String] = [:]
    for name in bound where taken.contains(name) {
      let fresh = Self.fresh(name, besides: taken.union(bound))
      taken.insert(fresh)
      renamed[name] = fresh
      inner[name] = .name(fresh)
    }
    return (inner, renamed)
  }

  /// A name like another that is not among those taken.
  static func fresh(_ name: String, besides taken: Set<String>) -> String {
    let letters = name.count == 1 ? ["i", "j", "k", "l", "m", "n"] : []
    if let letter = letters.first(where: { !taken.contains($0) }) { return letter }
    var number = 1
    while taken.contains("\(name)\(number)") { number += 1 }
    return "\(name)\(number)"
  }

  private func function(
    _ parameters: [String], _ body: NodeID, _ names: [String: Symbolic], depth: Int
  ) throws(SymbolicFailure) -> Symbolic {
    let (inner, renamed) = binding(parameters, names)
    return .function(
      parameters.map { renamed[$0] ?? $0 }, try expression(body, inner, depth: depth + 1))
  }

  private func comprehension(
    _ node: Node, _ names: [String: Symbolic], depth: Int
  ) throws(SymbolicFailure) -> Symbolic {
    let list = script.list(node.b)
    var bound: [String] = []
    for place in stride(from: 1, to: list.count - 2, by: 3) {
      for symbol in [list.symbol(place), list.symbol(place + 1)] where symbol != .none {
        bound.append(name(symbol))
      }
    }
    let (inner, renamed) = binding(bound, names)
    var clauses: [Symbolic.Clause] = []
    for place in stride(from: 1, to: list.count - 2, by: 3) {
      let index = list.symbol(place)
      let element = list.symbol(place + 1)
      func written(_ symbol: Symbol) -> String {
        symbol == .none ? "_" : renamed[name(symbol)] ?? name(symbol)
      }
      clauses.append(
        Symbolic.Clause(
          index: index == .none ? nil : written(index), element: written(element),
          iterated: try expression(list.node(place + 2), inner, depth: depth + 1)))
    }
    let filter = list.node(0)
    return .comprehension(
      Symbolic.Comprehension(
        element: try expression(NodeID(index: node.a), inner, depth: depth + 1),
        clauses: clauses,
        filter: filter.isNone ? nil : try expression(filter, inner, depth: depth + 1),
        isBare: node.detail == 1))
  }

  /// The value of a block, its definitions put in; assertions have no part in it.
  private func block(
    _ node: Node, _ names: [String: Symbolic], depth: Int
  ) throws(SymbolicFailure) -> Symbolic {
    var names = names
    let list = script.list(node.a)
    for place in 0..<max(list.count - 1, 0) {
      let id = list.node(place)
      let definition = script[id]
      let content = script.list(definition.b)
      switch definition.kind {
      case .formula:
        let value = try expression(content.node(0), names, depth: depth + 1)
        guard !value.isLarger(than: Self.sizeLimit) else { throw failure(id, "it is too long") }
        names[name(Symbol(index: definition.a))] = value
      case .function:
        var parameters: [String] = []
        for place in stride(from: 3, to: content.count - 2, by: 3) {
          parameters.append(name(content.symbol(place)))
        }
        names[name(Symbol(index: definition.a))] = try function(
          parameters, content.node(0), names, depth: depth)
      default: break
      }
    }
    return try expression(list.node(list.count - 1), names, depth: depth + 1)
  }
}
