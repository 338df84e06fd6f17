extension Evaluator {
  // MARK: Records and texts

  func column(
    of record: Record, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    guard list.count == 1, env.script[list.node(0)].kind != .range,
      case .text(let name) = try evaluate(list.node(0), env)
    else { throw error(.recordNeedsName(record.names), id, env) }
    guard let value = record[name] else {
      throw error(.unknownField(name, record.names), list.node(0), env)
    }
    return value
  }

  func element(
    of texts: TextArray, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    let baseID = NodeID(index: env.script[id].a)
    guard list.count == 1 else {
      throw error(.tooManySubscripts([texts.elements.count], list.count), id, env)
    }
    switch try specify(list.node(0), axis: 0, [texts.elements.count], baseID, env) {
    case .place(let place): return .text(texts.elements[place])
    case .slice(let range): return try textArray(Array(texts.elements[range]), id, env)
    case .places(let places): return try textArray(places.map { texts.elements[$0] }, id, env)
    case .perLane: throw LaneDependence()
    }
  }

  /// An array of texts, with the room that it takes.
  func textArray(_ texts: [String], _ id: NodeID, _ env: Environment) throws -> Value {
    try locating(id, env) { .texts(try TextArray(texts, account: account)) }
  }

  func member(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let baseID = NodeID(index: node.a)
    let symbol = Symbol(index: node.b)
    let field = symbols.name(of: symbol)
    let base = env.script[baseID]
    if base.kind == .name, !(env.scope?.binds(Symbol(index: base.a)) ?? false),
      env.module.find(Symbol(index: base.a)) == nil
    {
      let name = symbols.name(of: Symbol(index: base.a))
      if let module = env.module.imported(name) {
        guard let definition = importedDefinition(node, env, bound: []) else {
          throw error(
            .unknownField(field, module.order.map { symbols.name(of: $0) }), id, env)
        }
        return try value(of: definition, id, env)
      }
      if let word = ForeignWords.module(name, field) { throw error(word, id, env) }
    }
    let value = try evaluate(baseID, env)
    switch value {
    case .record(let record):
      guard let value = record[field] else {
        throw error(.unknownField(field, record.names), id, env)
      }
      return value
    case .tensor, .dual, .series, .number, .scalarDual, .traced, .enclosed:
      guard field == "T" else {
        throw error(
          .noFields(field, value.kindDescription, isBuiltin: builtin(symbol) != nil), id, env)
      }
      return try value.transposed(Array(value.shape.indices.reversed()))
    default:
      throw error(
        .noFields(field, value.kindDescription, isBuiltin: builtin(symbol) != nil), id, env)
    }
  }
}

extension Evaluator {
  /// The definition that `file.name` reaches; `nil` where `file` is no imported file.
  func importedDefinition(_ node: Node, _ env: Environment, bound: [Symbol]) -> Definition? {
    let base = env.script[NodeID(index: node.a)]
    let symbol = Symbol(index: base.a)
    guard base.kind == .name, !bound.contains(symbol), !(env.scope?.binds(symbol) ?? false),
      env.module.find(symbol) == nil
    else { return nil }
    return env.module.imported(symbols.name(of: symbol))?.own(Symbol(index: node.b))
  }
}

extension Module {
  /// A file that this one, or the session, has imported.
  func imported(_ name: String) -> Module? {
    imports.last { $0.name == name } ?? root?.imported(name)
  }

  /// What the imported files are reached by.
  var importedModuleNames: [String] { imports.map(\.name) }
}
