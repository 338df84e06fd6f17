extension Typesetter {
  /// A statement on lines of its own; `nil` for one that is no formula.
  mutating func statement(_ id: NodeID) -> DisplayedFormula? {
    let node = script[id]
    switch node.kind {
    case .show, .assert, .check: return displayed([], NodeID(index: node.a))
    case .formula: return displayed([name(Symbol(index: node.a))], script.list(node.b).node(0))
    case .function: return function(node)
    case .data, .assignment:
      return displayed([name(Symbol(index: node.a))], script.list(node.b).node(0))
    case .param: return param(node)
    default: return nil
    }
  }

  /// A formula with what it is called; the definitions of a block follow on lines of their own.
  mutating func displayed(_ left: [Box], _ body: NodeID) -> DisplayedFormula {
    let relation: [Box] = left.isEmpty ? [] : [.sign(.equal)]
    guard script[body].kind == .block else {
      return DisplayedFormula(lines: [
        .init(left: left, relation: relation, right: expression(body).box)
      ])
    }
    return blockLines(body) { setter, value, definitions in
      var lines = [
        DisplayedFormula.Line(
          left: left, relation: relation, right: setter.expression(value).box)
      ]
      var word = "where "
      for definition in definitions {
        var line = setter.definition(definition)
        line.left.insert(.text(word), at: 0)
        word = "and "
        lines.append(line)
      }
      return DisplayedFormula(lines: lines)
    }
  }

  private mutating func function(_ node: Node) -> DisplayedFormula {
    let list = script.list(node.b)
    let parameters = stride(from: 3, to: list.count - 2, by: 3).map { list.symbol($0) }
    let head = head(Symbol(index: node.a), parameters)
    return withLocals(parameters) { $0.displayed([head], list.node(0)) }
  }

  private func head(_ symbol: Symbol, _ parameters: [Symbol]) -> Box {
    application(name(symbol), .row(Self.separated(parameters.map(name)))).box
  }

  private mutating func param(_ node: Node) -> DisplayedFormula {
    let list = script.list(node.b)
    var result = displayed([name(Symbol(index: node.a))], list.node(0))
    let interval = list.node(1)
    guard !interval.isNone, script[interval].kind == .range, var line = result.lines.first else {
      return result
    }
    let range = script[interval]
    let ends = [range.a, range.b].map { expression(NodeID(index: $0)).box }
    line.right = .row([
      line.right, .sign(.element), .fenced(.square, .row(Self.separated(ends))),
    ])
    result.lines[0] = line
    return result
  }

  // MARK: - Blocks

  /// Calls `body` with the value of a block and its definitions, whose names are in force then.
  private mutating func blockLines<Result>(
    _ id: NodeID, _ body: (inout Typesetter, NodeID, [Node]) -> Result
  ) -> Result {
    let ids = Array(script.list(script[id].a)).map(NodeID.init)
    let definitions = ids.dropLast().map { script[$0] }.filter { $0.kind != .assert }
    return withLocals(definitions.map { Symbol(index: $0.a) }) { setter in
      body(&setter, ids.last ?? .none, Array(definitions.prefix(2 * Self.listLimit)))
    }
  }

  /// A local definition.
  private mutating func definition(_ node: Node) -> DisplayedFormula.Line {
    let list = script.list(node.b)
    guard node.kind == .function else {
      return .init(
        left: [name(Symbol(index: node.a))], relation: [.sign(.equal)],
        right: expression(list.node(0)).box)
    }
    let parameters = stride(from: 3, to: list.count - 2, by: 3).map { list.symbol($0) }
    let head = head(Symbol(index: node.a), parameters)
    return withLocals(parameters) { setter in
      .init(
        left: [head], relation: [.sign(.equal)], right: setter.expression(list.node(0)).box)
    }
  }

  /// A block within a formula: its value where its definitions hold, on one line.
  mutating func block(_ node: Node) -> Typeset {
    let ids = Array(script.list(node.a)).map(NodeID.init)
    guard ids.dropLast().contains(where: { script[$0].kind != .assert }) else {
      return expression(ids.last ?? .none)
    }
    let definitions = ids.dropLast().map { script[$0] }.filter { $0.kind != .assert }
    return withLocals(definitions.map { Symbol(index: $0.a) }) { setter in
      var boxes = [setter.expression(ids.last ?? .none).box, Box.text(" where ")]
      var lines: [Box] = []
      for definition in definitions.prefix(Self.listLimit) {
        lines.append(.row(setter.definition(definition).boxes))
      }
      boxes += Self.separated(lines)
      return Typeset(boxes, .choice)
    }
  }

  // MARK: - Choices and functions

  /// `if` as a case distinction.
  mutating func conditional(_ node: Node) -> Typeset {
    let list = script.list(node.a)
    var branches: [(value: NodeID, condition: NodeID?)] = []
    var place = 0
    while place + 1 < list.count, branches.count < Self.listLimit {
      branches.append((list.node(place + 1), list.node(place)))
      place += 2
    }
    let isCut = place + 1 < list.count
    branches.append((list.node(list.count - 1), nil))
    var rows = branches.map { caseRow($0.value, $0.condition) }
    if isCut { rows.insert([.sign(.dots)], at: rows.count - 1) }
    return Typeset(.cases(rows), .choice)
  }

  mutating func caseRow(_ value: NodeID, _ condition: NodeID?) -> [Box] {
    let value = expression(value).box
    guard let condition else { return [value, .text("otherwise")] }
    return [value, .row([.text("if "), expression(condition).box])]
  }

  mutating func lambda(_ node: Node) -> Typeset {
    let list = script.list(node.a)
    let parameters = stride(from: 0, to: list.count, by: 2).map { list.symbol($0) }
    let names = parameters.map(name)
    let head = names.count == 1 ? names[0] : .fenced(.round, .row(Self.separated(names)))
    let body = withLocals(parameters) { $0.expression(NodeID(index: node.b)) }
    return Typeset([head, .sign(.mapsTo), body.box], .choice)
  }

  /// `e at (x = 1)`: e, a bar, and the replacements below it.
  mutating func replacement(_ node: Node) -> Typeset {
    let value = expression(NodeID(index: node.a))
    let list = script.list(node.b)
    let bindings = inScript { setter in
      stride(from: 0, to: min(list.count - 2, 3 * Self.listLimit), by: 3).map {
        Box.row([
          setter.name(list.symbol($0)), .sign(.equal), setter.expression(list.node($0 + 2)).box,
        ])
      }
    }
    let content = value.level < .product ? inBrackets(value) : value.box
    return Typeset(
      .scripts(
        .fenced(.evaluation, content), sub: .row(Self.separated(bindings)), sup: nil))
  }
}
