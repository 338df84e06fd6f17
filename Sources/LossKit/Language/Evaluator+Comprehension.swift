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
    let key = LoopKey(script: env.script.identity, node: id, openLanes: openLanes)
    guard count > 1, !loopsOnly.contains(key) else { return nil }
    var block = max(1, min(count, Evaluator.laneBudget / max(openExtent, 1)))
    // Parts are taken apart and added to in the same blocks, with however many directions.
    if observer != nil { block = max(1, min(count, Evaluator.laneBudget)) }
    // A compiled program cuts its work into blocks itself.
    if graph != nil { block = count }
    let observed = observer?.beginAttempt()
    defer { observer?.endAttempt() }
    while block > 1 {
      let mark = corners.mark()
      do {
        return try inBlocks(count, block: block, id, env, evaluateBlock)
      } catch is LaneDependence {
        corners.rewind(to: mark)
        if let observed { observer?.rewind(to: observed) }
        // Every line of a prompt may have one.
        if loopsOnly.count == 1 << 10 { loopsOnly = [] }
        loopsOnly.insert(key)
        return nil
      } catch {
        let problem = (error as? LossError)?.problem as? EvaluationProblem
        guard case .tooManyElements? = problem ?? error as? EvaluationProblem else { throw error }
        corners.rewind(to: mark)
        if let observed { observer?.rewind(to: observed) }
        block /= 16
      }
    }
    return nil
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
    corners.loops[lane.id] = scope
    defer { corners.loops[lane.id] = nil }
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
      scope.bind(.init(symbol: variable.symbol, value: value))
    }
    corners.loops[inner.id] = scope
    defer { corners.loops[inner.id] = nil }
    let value = try evaluate(element, env.with(scope))
    guard value.isNumeric else { throw LaneDependence() }
    return try value.closingLane(inner, account: account)
  }

  /// The loop variables at several tuples, as lanes.
  func laneScope(
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
        scope.bind(.init(symbol: variable.symbol, value: value))
      }
    }
    return scope
  }

  // MARK: One by one

  private func oneByOne(
    _ tuples: Tuples, _ element: NodeID, _ filter: NodeID, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    var texts: [String] = []
    var textRoom = 0
    defer { account.giveBack(textRoom) }
    let elements = CollectedElements(
      expecting: filter.isNone ? tuples.count : 1 << 10, account: account)
    for tuple in 0..<tuples.count {
      if account.isCancelled { throw error(.cancelled, id, env) }
      let inner = env.with(try scope(tuples, at: tuple, env))
      if !filter.isNone, try unsmoothed({ try !truth(filter, inner, for: .filter) }) { continue }
      let value = try evaluate(element, inner)
      if case .text(let text) = value, elements.isEmpty {
        let room = [text].byteCount / 8
        try locating(element, env) { try account.draw(room) }
        textRoom += room
        texts.append(text)
        continue
      }
      guard texts.isEmpty else { throw error(.mixedArray(value.kindDescription), element, env) }
      try locating(element, env) { try elements.append(value) }
    }
    if !texts.isEmpty {
      // One room goes over into the other: it is the same array.
      account.giveBack(textRoom)
      textRoom = 0
      return try textArray(texts, id, env)
    }
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
