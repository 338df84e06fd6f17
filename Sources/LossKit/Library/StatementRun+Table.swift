extension StatementRun {
  /// The most rows that a table has.
  static let tableLimit = 100_000

  func table(_ node: Node, _ id: NodeID) throws {
    let columns = script.list(node.a)
    let list = script.list(node.b)
    let symbol = list.symbol(2)
    let name = session.symbols.name(of: symbol)
    let target: Target = module.find(symbol).map { .definition($0) } ?? .local(symbol)
    let texts = columns.indices.map { script.label(of: columns.node($0)) }
    var header = texts
    var rows: [[Value]] = []
    let places = try places(of: list.node(4))
    guard places.count <= StatementRun.tableLimit else {
      throw error(.tableTooLong(places.count, limit: StatementRun.tableLimit), list.node(4))
    }
    for place in 0..<places.count {
      if session.account.isCancelled { throw error(.cancelled, id) }
      let value = try places.value(place)
      let row = try with([(target, value)]) { inner in
        try columns.indices.flatMap { i in
          try cells(of: evaluator.evaluate(columns.node(i), inner).plain, columns.node(i), texts[i])
        }
      }
      let names = row.map(\.name)
      if place == 0 { header = names }
      guard names == header else { throw error(.tableColumnsDiffer, id) }
      rows.append([value] + row.map(\.value))
    }
    if texts.count == 1 { header = StatementRun.shortened(header, texts[0], beside: name) }
    show(.table(columns: [name] + header, rows: rows), id)
  }

  /// What an expression puts into a row, with the names of the columns: a record has one for each
  /// field.
  private func cells(of value: Value, _ id: NodeID, _ name: String) throws -> [(
    name: String, value: Value
  )] {
    func cell(_ name: String, _ value: Value) throws -> (name: String, value: Value) {
      switch value {
      case .function, .record: throw error(.tableEntry(value.kindDescription), id)
      default: return (name, value)
      }
    }
    guard case .record(let record) = value else { return [try cell(name, value)] }
    return try zip(record.names, record.values).map { try cell("\(name).\($0)", $1) }
  }

  /// The fields of the only expression by their own names, unless the first column has one of these.
  private static func shortened(_ header: [String], _ text: String, beside name: String)
    -> [String]
  {
    let prefix = text + "."
    let fields = header.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    return fields.contains(name) ? header : fields
  }
}
