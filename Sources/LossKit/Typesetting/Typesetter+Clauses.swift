extension Typesetter {
  /// The clauses of a comprehension.
  struct Clauses {
    struct Clause {
      let index: Symbol
      let element: Symbol
      let iterated: NodeID
    }
    let all: [Clause]
    let filter: NodeID
    let element: NodeID
  }

  /// Sets a comprehension with its names in force.
  mutating func withClauses<Result>(
    _ node: Node, _ body: (inout Typesetter, Clauses) -> Result
  ) -> Result {
    let list = script.list(node.b)
    let all = stride(from: 1, to: list.count - 2, by: 3).map {
      Clauses.Clause(
        index: list.symbol($0), element: list.symbol($0 + 1), iterated: list.node($0 + 2))
    }
    let clauses = Clauses(all: all, filter: list.node(0), element: NodeID(index: node.a))
    return withLocals(all.flatMap { [$0.index, $0.element] }) { body(&$0, clauses) }
  }

  /// What the names of a comprehension run through, and its filter, as conditions for a place below
  /// the line.
  mutating func conditions(_ clauses: Clauses) -> [Box] {
    inScript { setter in
      var result: [Box] = []
      for clause in clauses.all.prefix(Self.listLimit) {
        let node = setter.script[clause.iterated]
        if node.kind == .range, clause.index == .none {
          let lower = setter.expression(NodeID(index: node.a)).box
          let upper = setter.expression(NodeID(index: node.b)).box
          result.append(
            .row([
              lower, .sign(.lessOrEqual), setter.name(clause.element),
              .sign(node.detail == 1 ? .lessOrEqual : .less), upper,
            ]))
        } else {
          result.append(setter.membership(clause))
        }
      }
      return result + setter.filterLines(clauses)
    }
  }

  private mutating func membership(_ clause: Clauses.Clause) -> Box {
    let iterated = expression(clause.iterated).box
    let element = name(clause.element)
    guard clause.index != .none else {
      return .row([element, .sign(.element), iterated])
    }
    let pair = Box.fenced(
      .round, .row(Self.separated([name(clause.index), element])))
    return .row([pair, .sign(.element), iterated])
  }

  /// The conditions of a filter, each on a line.
  private mutating func filterLines(_ clauses: Clauses) -> [Box] {
    guard !clauses.filter.isNone else { return [] }
    let node = script[clauses.filter]
    guard node.kind == .and else { return [expression(clauses.filter).box] }
    let list = script.list(node.a)
    return stride(from: 0, to: min(list.count, 3 * Self.listLimit), by: 3).map {
      let claim = expression(list.node($0))
      return claim.level <= .and ? .fenced(.round, claim.box) : claim.box
    }
  }

  /// A big operator for each clause; those of ranges have their ends below and above, and the filter
  /// stands below the last.
  mutating func bigOperators(_ sign: Sign, _ clauses: Clauses) -> [Box] {
    inScript { setter in
      var result: [Box] = []
      for (place, clause) in clauses.all.prefix(Self.listLimit).enumerated() {
        let node = setter.script[clause.iterated]
        var below: [Box]
        var above: Box?
        if node.kind == .range, clause.index == .none {
          let lower = setter.expression(NodeID(index: node.a)).box
          below = [.row([setter.name(clause.element), .sign(.equal), lower])]
          above = setter.upperEnd(node).box
        } else {
          below = [setter.membership(clause)]
        }
        if place == clauses.all.count - 1 { below += setter.filterLines(clauses) }
        result.append(.limits(.sign(sign), below: below, above: above))
      }
      return result
    }
  }

  /// How many elements a comprehension of one unfiltered clause has: `n`, or |v|.
  mutating func count(_ clauses: Clauses) -> Typeset? {
    guard clauses.all.count == 1, clauses.filter.isNone else { return nil }
    let iterated = clauses.all[0].iterated
    let node = script[iterated]
    guard node.kind == .range else {
      return Typeset(.fenced(.magnitude, expression(iterated).box))
    }
    let lower = NodeID(index: node.a)
    let upper = NodeID(index: node.b)
    guard script[lower].kind == .number else { return nil }
    let start = script.number(script[lower].a)
    // b - a + 1 of a closed range.
    let step = (node.detail == 1 ? 1 : 0) - start
    return step == 0 ? expression(upper) : adding(step, to: upper)
  }
}
