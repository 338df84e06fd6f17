// How a reduction of elements that a filter leaves is recorded, where the filter is not known yet.

extension Evaluator {
  /// `sum(e for x in v if c)`: of all elements, of which those that the filter drops count for nothing.
  ///
  /// - Returns: `nil` where this is no such call, or the filter is known.
  func filteredReduction(
    _ builtin: Builtin, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value? {
    // The smooth twins of reductions know no number that changes nothing.
    if case .none = builtin.filtering { return nil }
    guard list.count == 3, list.symbol(0) == .none,
      !(frame.smoothing != nil && builtin.hasSmoothTwin),
      env.script[list.node(2)].kind == .comprehension,
      let (elements, mask) = try elementsInLanes(list.node(2), env)
    else { return nil }
    func reduction(of elements: Value, orElse neutral: Double) throws -> Value {
      let other: Value = elements.isMask ? .truth(neutral != 0) : .number(neutral)
      let kept = try Value.select(mask, elements, other)
      return try apply(builtin, [Argument(label: .none, value: kept)], id, env)
    }
    switch builtin.filtering {
    case .none: return nil
    case .neutral(let neutral): return try reduction(of: elements, orElse: neutral)
    case .mean:
      let total = try Value.apply(SumRows(), .select(mask, elements, .number(0)))
      return try total / .apply(SumRows(), mask)
    }
  }

  /// The same; `nil` also where the elements cannot be evaluated side by side.
  private func elementsInLanes(_ id: NodeID, _ env: Environment) throws -> (
    elements: Value, mask: Value
  )? {
    do { return try filteredElements(id, env) } catch is LaneDependence { return nil }
  }

  /// All elements of a comprehension, and which of them its filter keeps; `nil` where that is known.
  private func filteredElements(_ id: NodeID, _ env: Environment) throws -> (
    elements: Value, mask: Value
  )? {
    let node = env.script[id]
    let list = env.script.list(node.b)
    let filter = list.node(0)
    guard !filter.isNone else { return nil }
    let tuples = try enumerate(list, id, env)
    guard tuples.count > 0 else { return nil }
    let outerExtent = openExtent
    let lane = newLane(size: tuples.count, kind: .elements)
    openExtent = outerExtent * lane.size
    openLanes += 1
    defer {
      openLanes -= 1
      openExtent = outerExtent
    }
    let inner = env.with(try laneScope(tuples, Array(0..<tuples.count), lane, id, env))
    let mask = try unsmoothed { try evaluate(filter, inner) }
    guard mask.isTraced, mask.isMask, mask.shape.isEmpty else { return nil }
    let element = try evaluate(NodeID(index: node.a), inner)
    guard element.isNumeric, element.shape.isEmpty else { throw Untraceable() }
    return try locating(id, env) {
      (
        try element.closingLane(lane, account: account),
        try mask.closingLane(lane, account: account)
      )
    }
  }
}
