extension Typesetter {
  // MARK: - Ranges

  /// A range as a set: {a, …, b}.
  mutating func range(_ node: Node) -> Typeset {
    let lower = expression(NodeID(index: node.a)).box
    let upper = upperEnd(node).box
    return Typeset(
      .fenced(.square, .row([lower, .sign(.comma), .sign(.dots), .sign(.comma), upper])))
  }

  /// The last number of a range: `b` less 1 where the range is half-open.
  mutating func upperEnd(_ range: Node) -> Typeset {
    let id = NodeID(index: range.b)
    return range.detail == 1 ? expression(id) : adding(-1, to: id)
  }

  /// An expression and a whole number, which is joined with a number at the expression's end.
  mutating func adding(_ step: Double, to id: NodeID) -> Typeset {
    guard !id.isNone else { return Self.dots }
    let node = script[id]
    func number(_ value: Double) -> Box { .number(NumberFormat.formatted(value)) }
    if node.kind == .number {
      let value = script.number(node.a) + step
      return value < 0
        ? Typeset([.sign(.negative), number(-value)], .product, beginsWithSign: true)
        : Typeset(number(value))
    }
    let formula = expression(id)
    guard node.kind == .sum else {
      return Typeset(
        [
          bracketed(formula, below: .sum), .sign(step < 0 ? .minus : .plus), number(step.magnitude),
        ],
        .sum, beginsWithSign: formula.beginsWithSign)
    }
    // n - 1 less 1 is n - 2.
    let list = script.list(node.a)
    let last = script[list.node(list.count - 1)]
    if last.kind == .number, case .row(let boxes) = formula.box, boxes.count > 2 {
      let sign: Double =
        ChainOperator(rawValue: list[list.count - 3]) == .subtract ? -1 : 1
      let value = sign * script.number(last.a) + step
      let front = Array(boxes.dropLast(2))
      if value == 0 {
        return Typeset(
          front, front.count == 1 ? .power : .sum, beginsWithSign: formula.beginsWithSign)
      }
      return Typeset(
        front + [.sign(value < 0 ? .minus : .plus), number(value.magnitude)], .sum,
        beginsWithSign: formula.beginsWithSign)
    }
    return Typeset(
      [formula.box, .sign(step < 0 ? .minus : .plus), number(step.magnitude)], .sum,
      beginsWithSign: formula.beginsWithSign)
  }

  // MARK: - Indices

  /// An index as a subscript; those of an index of an index go on after a comma.
  mutating func index(_ node: Node) -> Typeset {
    let baseID = NodeID(index: node.a)
    let subscripts = Array(script.list(node.b)).map(NodeID.init)
    let base = expression(baseID)
    let indices = inScript { setter in
      Self.separated(subscripts.prefix(Self.listLimit).map { setter.subscriptBox($0) })
    }
    if script[baseID].kind == .index, case .scripts(let letter, let sub?, nil) = base.box {
      return Typeset(
        .scripts(letter, sub: .row([sub, .sign(.comma)] + indices), sup: nil))
    }
    let isSubscripted =
      if case .scripts = base.box { true } else { false }
    return Typeset(
      .scripts(
        isSubscripted ? .fenced(.round, base.box) : self.base(base),
        sub: indices.count == 1 ? indices[0] : .row(indices), sup: nil))
  }

  /// One subscript: a slice says which places it takes.
  private mutating func subscriptBox(_ id: NodeID) -> Box {
    let node = script[id]
    guard node.kind == .range else { return expression(id).box }
    let lower = NodeID(index: node.a)
    let upper = NodeID(index: node.b)
    switch (lower.isNone, upper.isNone) {
    case (true, true): return .sign(.placeholder)
    case (false, true): return .row([.sign(.greaterOrEqual), expression(lower).box])
    case (true, false):
      return .row([.sign(node.detail == 1 ? .lessOrEqual : .less), expression(upper).box])
    case (false, false):
      let ends = [expression(lower).box, expression(upper).box]
      return .fenced(node.detail == 1 ? .square : .halfOpen, .row(Self.separated(ends)))
    }
  }

  mutating func member(_ node: Node) -> Typeset {
    let record = expression(NodeID(index: node.a))
    let field = symbols.name(of: Symbol(index: node.b))
    if field == "T" { return transposed(record) }
    return Typeset(
      [base(record), .sign(Sign(".", ".", .ordinary)), NameLayout.box(of: field)], .atom)
  }

  func transposed(_ formula: Typeset) -> Typeset {
    power(formula, .sign(.transposed))
  }

  // MARK: - Arrays

  mutating func array(_ node: Node) -> Typeset {
    let ids = Array(script.list(node.a)).map(NodeID.init)
    let rows = ids.map { script[$0] }
    guard rows.allSatisfy({ $0.kind == .array }),
      let width = rows.first.map({ script.list($0.a).count }), width > 0,
      rows.allSatisfy({ script.list($0.a).count == width }),
      // An array of matrices stays a list of them.
      !rows.contains(where: { script[script.list($0.a).node(0)].kind == .array })
    else { return Typeset(.fenced(.square, list(ids))) }
    var lines: [[Box]] = []
    for (place, row) in rows.enumerated() {
      if rows.count > Self.listLimit, place >= Self.listLimit - 2, place < rows.count - 1 {
        if place == Self.listLimit - 2 {
          lines.append([Box](repeating: .sign(.dots), count: min(width, Self.listLimit)))
        }
        continue
      }
      lines.append(
        elided(Array(script.list(row.a)).map(NodeID.init), limit: Self.listLimit))
    }
    return Typeset(.matrix(lines))
  }

  mutating func arrayComprehension(_ node: Node) -> Typeset {
    withClauses(node) { setter, clauses in
      let conditions = setter.conditions(clauses)
      let element = setter.expression(NodeID(index: node.a))
      return Typeset(
        .scripts(
          .fenced(.square, element.box), sub: .row(Self.separated(conditions)), sup: nil))
    }
  }
}
