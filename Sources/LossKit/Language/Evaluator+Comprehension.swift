extension Evaluator {
  /// The points of lanes and directions that one evaluation should not exceed: arrays of this size
  /// times the length of a vector or two stay in the caches.
  private static let laneBudget = 1 << 16

  /// `[e for i, v in r, w in q if c]`, and the argument of an aggregate.
  ///
  /// The elements are evaluated side by side, as lanes: `mean(f(X[i], y[i]) for i in 0..<n)` is one
  /// evaluation of f over n lanes (or a few, in blocks). Where that cannot be (an `if` that differs
  /// from element to element, shapes that do), they are evaluated one by one.
  func comprehension(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.b)
    let filter = list.node(0)
    let element = NodeID(index: node.a)
    let tuples = try enumerate(list, id, env)
    return try inLanes(
      tuples.count, id, env, { try inOneBlock(tuples, $0, element, filter, id, env) })
      ?? oneByOne(tuples, element, filter, id, env)
  }

  /// What `evaluateBlock` gives for the places below `count`, block by block, as one array; `nil`
  /// where they cannot be evaluated side by side.
  ///
  /// `evaluateBlock` returns `nil` where its block has no elements. The blocks get smaller when
  /// memory runs out.
  func inLanes(
    _ count: Int, _ id: NodeID, _ env: Environment,
    _ evaluateBlock: (Range<Int>) throws -> Value?
  ) throws -> Value? {
    let key = LoopKey(script: ObjectIdentifier(env.script), node: id, openLanes: openLanes)
    guard count > 1, !loopsOnly.contains(key) else { return nil }
    var block = max(1, min(count, Evaluator.laneBudget / max(openExtent, 1)))
    while block > 1 {
      let mark = corners.mark()
      do {
        return try inBlocks(count, block: block, id, env, evaluateBlock)
      } catch is LaneDependence {
        corners.rewind(to: mark)
        loopsOnly.insert(key)
        return nil
      } catch {
        let problem = (error as? LossError)?.problem as? EvaluationProblem
        guard case .tooManyElements? = problem ?? error as? EvaluationProblem else { throw error }
        corners.rewind(to: mark)
        block /= 16
      }
    }
    return nil
  }

  // MARK: What the clauses run over

  /// The loop variables and how often the element is evaluated.
  private struct Tuples {
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

  private struct Clause {
    let index: Symbol
    let element: Symbol
    let source: Value?
    let start: Int
    let count: Int
  }

  private func clause(_ list: Script.List, _ at: Int, _ env: Environment) throws -> Clause {
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

  private func enumerate(_ list: Script.List, _ id: NodeID, _ env: Environment) throws -> Tuples {
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
  private func addVaryingClause(
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

  private func checkTuples(_ count: Int, _ id: NodeID, _ env: Environment) throws {
    if count > account.limit {
      throw error(.tooManyElements(wanted: count, limit: account.limit), id, env)
    }
  }

  private func add(
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
  private func scope(_ tuples: Tuples, at tuple: Int, _ env: Environment) throws -> Scope {
    let scope = Scope(parent: env.scope)
    for variable in tuples.variables {
      let place = variable.place(tuple)
      let value: Value
      switch variable.source {
      case nil: value = .number(Double(variable.start + place))
      case .texts(let texts)?: value = .text(texts.elements[place])
      case let source?: value = try .apply(TakeRow(row: place), source)
      }
      scope.bindings.append(.init(symbol: variable.symbol, value: value))
    }
    return scope
  }

  // MARK: Side by side

  private func inBlocks(
    _ count: Int, block: Int, _ id: NodeID, _ env: Environment,
    _ evaluateBlock: (Range<Int>) throws -> Value?
  ) throws -> Value {
    var results: [Value] = []
    var start = 0
    while start < count {
      if account.isCancelled { throw error(.cancelled, id, env) }
      let end = min(count, start + block)
      if let result = try evaluateBlock(start..<end) {
        if let first = results.first, first.shape.dropFirst() != result.shape.dropFirst() {
          throw LaneDependence()
        }
        results.append(result)
      }
      start = end
    }
    if results.isEmpty { return .tensor(try Tensor([], account: account)) }
    if results.count == 1 { return results[0] }
    return try locating(id, env) { try .concatenated(results, account: account) }
  }

  private func inOneBlock(
    _ tuples: Tuples, _ range: Range<Int>, _ element: NodeID, _ filter: NodeID, _ id: NodeID,
    _ env: Environment
  ) throws -> Value? {
    let outerExtent = openExtent
    openLanes += 1
    defer {
      openLanes -= 1
      openExtent = outerExtent
    }
    var kept = Array(range)
    if !filter.isNone {
      let lane = newLane(size: range.count, kind: .elements)
      openExtent = outerExtent * lane.size
      let scope = try laneScope(tuples, kept, lane, id, env)
      let mask = try unsmoothed { try evaluate(filter, env.with(scope)) }
      guard mask.isMask, mask.shape.isEmpty else {
        throw error(.notATruthValue(.filter, mask.kindDescription), filter, env)
      }
      switch mask {
      case .truth(let holds): if !holds { kept = [] }
      case .tensor(let tensor) where tensor.lanes == [lane]:
        kept = (0..<range.count).filter { tensor.start[$0] != 0 }.map { range.lowerBound + $0 }
      default: return try filteredByLane(tuples, range, mask, lane, element, id, env)
      }
      if kept.isEmpty { return nil }
    }
    let lane = newLane(size: kept.count, kind: .elements)
    openExtent = outerExtent * lane.size
    let scope = try laneScope(tuples, kept, lane, id, env)
    let value = try evaluate(element, env.with(scope))
    guard value.isNumeric else { throw LaneDependence() }
    return try locating(id, env) { try value.closingLane(lane, account: account) }
  }

  /// A filter that differs from lane to lane of an outer comprehension, but keeps the same number
  /// of elements everywhere (`j != y[i]`): the loop variables are chosen lane by lane.
  private func filteredByLane(
    _ tuples: Tuples, _ range: Range<Int>, _ mask: Value, _ lane: Lane, _ element: NodeID,
    _ id: NodeID, _ env: Environment
  ) throws -> Value? {
    guard case .tensor(let closed) = try mask.closingLane(lane, account: account) else {
      throw LaneDependence()
    }
    let n = range.count
    var chosen: [[Int]] = []
    for point in 0..<closed.lanes.extent {
      let places = (0..<n).filter { closed.start[point * n + $0] != 0 }
      guard places.count == chosen.first?.count ?? places.count else { throw LaneDependence() }
      chosen.append(places)
    }
    guard let count = chosen.first?.count, count > 0 else {
      if chosen.first?.isEmpty ?? true { return nil }
      throw LaneDependence()
    }
    let inner = newLane(size: count, kind: .elements)
    openExtent = openExtent / max(lane.size, 1) * count
    let scope = Scope(parent: env.scope)
    for variable in tuples.variables {
      let places = chosen.flatMap { list in
        list.map { variable.place(range.lowerBound + $0) }
      }
      let value: Value
      if let source = variable.source {
        guard source.isNumeric else { throw LaneDependence() }
        let rest = source.shape.dropFirst().reduce(1, *)
        let gather = Gather(
          lanes: closed.lanes, from: source.shape, to: [count] + source.shape.dropFirst(),
          indices: places, run: rest)
        value = try Value.apply(gather, source).openingLane(inner)
      } else {
        let tensor = try Tensor(lanes: closed.lanes, shape: [count], account: account)
        for (i, place) in places.enumerated() { tensor.start[i] = Double(variable.start + place) }
        value = try Value.tensor(tensor).openingLane(inner)
      }
      scope.bindings.append(.init(symbol: variable.symbol, value: value))
    }
    let value = try evaluate(element, env.with(scope))
    guard value.isNumeric else { throw LaneDependence() }
    return try value.closingLane(inner, account: account)
  }

  /// The loop variables at several tuples, as lanes.
  private func laneScope(
    _ tuples: Tuples, _ kept: [Int], _ lane: Lane, _ id: NodeID, _ env: Environment
  ) throws -> Scope {
    let scope = Scope(parent: env.scope)
    try locating(id, env) {
      for variable in tuples.variables {
        let value: Value
        if let source = variable.source {
          guard source.isNumeric else { throw LaneDependence() }
          let places = kept.map { variable.place($0) }
          value = try source.rows(places).openingLane(lane)
        } else {
          let tensor = try Tensor(shape: [kept.count], account: account)
          for (i, tuple) in kept.enumerated() {
            tensor.start[i] = Double(variable.start + variable.place(tuple))
          }
          value = try Value.tensor(tensor).openingLane(lane)
        }
        scope.bindings.append(.init(symbol: variable.symbol, value: value))
      }
    }
    return scope
  }

  // MARK: One by one

  private func oneByOne(
    _ tuples: Tuples, _ element: NodeID, _ filter: NodeID, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    // Texts are few; numbers and arrays may be as many as memory holds.
    var texts: [String] = []
    let elements = CollectedElements(
      expecting: filter.isNone ? tuples.count : 1 << 10, account: account)
    for tuple in 0..<tuples.count {
      if account.isCancelled { throw error(.cancelled, id, env) }
      let inner = env.with(try scope(tuples, at: tuple, env))
      if !filter.isNone, try unsmoothed({ try !truth(filter, inner, for: .filter) }) { continue }
      let value = try evaluate(element, inner)
      if case .text(let text) = value, elements.isEmpty {
        texts.append(text)
        continue
      }
      guard texts.isEmpty else { throw error(.mixedArray(value.kindDescription), element, env) }
      try locating(element, env) { try elements.append(value) }
    }
    if !texts.isEmpty { return .texts(TextArray(texts)) }
    return try locating(id, env) { try elements.stacked() }
  }
}

extension Value {
  var isTexts: Bool {
    if case .texts = self { true } else { false }
  }

  /// The places of the first axis that are asked for, in order.
  func rows(_ places: [Int]) throws -> Value {
    let shape = shape
    // Neighbours are a part of the memory.
    if let first = places.first, places.elementsEqual(first..<first + places.count) {
      return try .apply(TakeRows(rows: first..<first + places.count), self)
    }
    return try .apply(
      Gather(
        from: shape, to: [places.count] + shape.dropFirst(), indices: places,
        run: shape.dropFirst().reduce(1, *)),
      self)
  }
}

/// Elements of one shape that are made one by one and become the rows of an array.
///
/// Numbers, by far the commonest, lie in an array from the start: as values in a list they would
/// take many times the memory, and none of it from the account.
final class CollectedElements {
  private let account: MemoryAccount
  private var numbers: GrowingElements
  private var truths = 0
  /// The elements from the first on that is not a plain number or truth value.
  private var others: [Value] = []

  /// What a small array takes beside its elements, in elements.
  private static let overhead = 16

  init(expecting expected: Int, account: MemoryAccount) {
    self.account = account
    numbers = GrowingElements(expecting: expected, account: account)
  }

  deinit { account.giveBack(others.count * CollectedElements.overhead) }

  var isEmpty: Bool { numbers.count == 0 && others.isEmpty }

  func append(_ value: Value) throws {
    guard value.isNumeric else {
      if case .text = value { throw EvaluationProblem.notANumber(value.kindDescription) }
      throw EvaluationProblem.elementIsNoNumber(value.kindDescription)
    }
    let first = numbers.count > 0 ? [] : others.first?.shape ?? value.shape
    guard first == value.shape else {
      throw EvaluationProblem.raggedComprehension(first, value.shape)
    }
    if others.isEmpty {
      switch value {
      case .number(let x): return try numbers.append(x)
      case .truth(let x):
        truths += 1
        return try numbers.append(x ? 1 : 0)
      default: break
      }
    }
    try account.draw(CollectedElements.overhead)
    others.append(value)
  }

  /// The elements under a new first axis.
  func stacked() throws -> Value {
    let count = numbers.count
    let content: Tensor.Content = truths == count && count > 0 ? .truths : .numbers
    let plain = Value.tensor(try Tensor(&numbers, content: content))
    if others.isEmpty { return plain }
    let stacked = try Value.stacked(others, account: account)
    return count == 0 ? stacked : try .concatenated([plain, stacked], account: account)
  }
}
