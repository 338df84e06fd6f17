extension Evaluator {
  // MARK: What the clauses run over

  /// The loop variables and how often the element is evaluated.
  struct Tuples {
    /// One loop variable: the elements of `source` (or, where there is none, the whole numbers from
    /// `start` on) at `places`.
    struct Variable {
      let symbol: Symbol
      let source: Value?
      let start: Int
      var places: Places

      func place(_ tuple: Int) -> Int {
        switch places {
        case .cyclic(let every, let count): tuple / every % count
        case .listed(let places): places[tuple]
        }
      }
    }

    /// The place of a variable at each tuple.
    enum Places {
      /// The next one after every so many tuples, and after the last the first again: clauses that
      /// are independent of each other need no list, however many tuples they make.
      case cyclic(every: Int, count: Int)
      case listed([Int])
    }

    var variables: [Variable] = []
    var count: Int

    /// Repeats each tuple for the elements of an inner clause that has the same number everywhere.
    mutating func repeatTuples(_ times: Int) {
      for i in variables.indices {
        switch variables[i].places {
        case .cyclic(let every, let count):
          variables[i].places = .cyclic(every: every * max(times, 1), count: count)
        case .listed(let places):
          variables[i].places = .listed(places.flatMap { repeatElement($0, count: times) })
        }
      }
    }

    /// Repeats each tuple as often as an inner clause has elements there.
    mutating func repeatTuples(_ times: [Int]) {
      for i in variables.indices {
        variables[i].places = .listed(
          (0..<count).flatMap { tuple in
            repeatElement(variables[i].place(tuple), count: times[tuple])
          })
      }
    }
  }

  struct Clause {
    let index: Symbol
    let element: Symbol
    let source: Value?
    let start: Int
    let count: Int
  }

  func clause(_ list: Script.List, _ at: Int, _ env: Environment) throws -> Clause {
    let iterated = list.node(at + 2)
    let node = env.script[iterated]
    if node.kind == .range {
      let range = try wholeRange(node, iterated, env)
      return Clause(
        index: list.symbol(at), element: list.symbol(at + 1), source: nil, start: range.lowerBound,
        count: range.count)
    }
    let value = try evaluate(iterated, env)
    guard let count = value.shape.first, value.isNumeric || value.isTexts else {
      throw error(.notIterable(value.kindDescription), iterated, env)
    }
    return Clause(
      index: list.symbol(at), element: list.symbol(at + 1), source: value, start: 0, count: count)
  }

  func enumerate(_ list: Script.List, _ id: NodeID, _ env: Environment) throws -> Tuples {
    let first = try clause(list, 1, env)
    try checkTuples(first.count, id, env)
    var tuples = Tuples(count: first.count)
    let places = Tuples.Places.cyclic(every: 1, count: max(first.count, 1))
    add(first, indexPlaces: places, places: places, to: &tuples)
    for at in stride(from: 4, to: list.count, by: 3) {
      let varies = mentions(list.node(at + 2), tuples.variables.map(\.symbol), env)
      if varies {
        try addVaryingClause(list, at, to: &tuples, id, env)
      } else {
        let inner = try clause(list, at, env)
        let (total, overflow) = tuples.count.multipliedReportingOverflow(by: inner.count)
        try checkTuples(overflow ? .max : total, id, env)
        tuples.repeatTuples(inner.count)
        let places = Tuples.Places.cyclic(every: 1, count: max(inner.count, 1))
        tuples.count = total
        add(inner, indexPlaces: places, places: places, to: &tuples)
      }
    }
    return tuples
  }

  /// A clause whose range or array depends on the variables before it: asked for at each tuple.
  func addVaryingClause(
    _ list: Script.List, _ at: Int, to tuples: inout Tuples, _ id: NodeID, _ env: Environment
  ) throws {
    var counts: [Int] = []
    var indexPlaces: [Int] = []
    var places: [Int] = []
    var sources: [Value] = []
    var offset = 0
    for tuple in 0..<tuples.count {
      let inner = try clause(list, at, env.with(try scope(tuples, at: tuple, env)))
      if let source = inner.source {
        guard source.isNumeric else { throw error(.innerSourceVaries, list.node(at + 2), env) }
        sources.append(source)
        places += offset..<offset + inner.count
        offset += inner.count
      } else {
        places += inner.start..<inner.start + inner.count
      }
      indexPlaces += 0..<inner.count
      counts.append(inner.count)
      try checkTuples(places.count, id, env)
      if account.isCancelled { throw error(.cancelled, id, env) }
    }
    let source =
      sources.isEmpty
      ? nil
      : try locating(list.node(at + 2), env) {
        try Value.concatenated(sources, account: account)
      }
    tuples.repeatTuples(counts)
    tuples.count = places.count
    add(
      Clause(
        index: list.symbol(at), element: list.symbol(at + 1), source: source, start: 0, count: 0),
      indexPlaces: .listed(indexPlaces), places: .listed(places), to: &tuples)
  }

  func checkTuples(_ count: Int, _ id: NodeID, _ env: Environment) throws {
    if count > account.limit {
      throw error(.tooManyElements(wanted: count, limit: account.limit), id, env)
    }
  }

  func add(
    _ clause: Clause, indexPlaces: Tuples.Places, places: Tuples.Places, to tuples: inout Tuples
  ) {
    if clause.index != .none {
      tuples.variables.append(
        .init(symbol: clause.index, source: nil, start: 0, places: indexPlaces))
    }
    if clause.element != .none {
      tuples.variables.append(
        .init(symbol: clause.element, source: clause.source, start: clause.start, places: places))
    }
  }

  /// The loop variables at one tuple.
  func scope(_ tuples: Tuples, at tuple: Int, _ env: Environment) throws -> Scope {
    let scope = Scope(parent: env.scope)
    for variable in tuples.variables {
      let place = variable.place(tuple)
      let value: Value
      switch variable.source {
      case nil: value = .number(Double(variable.start + place))
      case .texts(let texts)?: value = .text(texts.elements[place])
      case let source?: value = try .apply(TakeRow(row: place), source)
      }
      scope.bind(.init(symbol: variable.symbol, value: value))
    }
    return scope
  }
}
