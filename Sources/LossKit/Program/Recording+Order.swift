// How choices of entries by places that are not known yet are recorded.

/// The entries of each row at places of its own.
struct PickRows: UnaryOperation {
  /// One row of places for each row.
  let places: TracedValue
  var isLinear: Bool { true }

  func value(_ x: Value) throws -> Value { try traced(places.graph.traced(x)) }

  func traced(_ x: TracedValue) throws -> Value {
    let lanes = x.lanes.merged(with: places.lanes)
    let (of, at) = (
      Broadcast(lanes: lanes, shape: x.shape), Broadcast(lanes: lanes, shape: places.shape)
    )
    guard x.shape.dropLast() == places.shape.dropLast() else { throw Untraceable() }
    let node = try x.graph.node(
      .pickEach,
      [
        x.graph.labelled(x.graph.filled(places, at), extents: at.extents),
        x.graph.labelled(x.graph.filled(x, of), extents: of.extents),
      ], at.extents)
    return x.result(node, lanes: lanes, shape: places.shape)
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? { try .apply(self, t) }
}

extension Value {
  /// The entries of each row where another array of that shape has its largest entries, the largest
  /// first; what ties there, or is nan, is left to the interpreter.
  func inOrder(of keys: Value, count: Int) throws -> Value {
    guard case .traced(let rows) = keys.plain, let n = rows.shape.last else { throw Untraceable() }
    let graph = rows.graph
    try graph.refuse(where: .whether("isnan", rows.value) { $0.isNaN })
    guard case .traced(let order) = try rows.perElement(.order, [rows.rows()]) else {
      throw Untraceable()
    }
    if level > 0, n > 1 {
      let sorted = try Value.apply(PickRows(places: order), rows.value)
      try graph.noteTies(sorted.columns(0..<n - 1), sorted.columns(1..<n), level: level)
    }
    guard case .traced(let first) = try order.value.columns(0..<count) else { throw Untraceable() }
    return try .apply(PickRows(places: first), self)
  }

  /// A few neighbouring entries of each row.
  private func columns(_ range: Range<Int>) throws -> Value {
    try picking(range, axis: shape.count - 1)
  }

  /// Indices as places from 0 on; a point at which one is no index below n is left to the
  /// interpreter.
  func placesToBe(below n: Int) throws -> Value {
    guard let graph = plain.graph else { throw Untraceable() }
    let bound = Value.number(Double(n))
    try graph.refuse(
      where: .byValue("no index", self, bound, content: .truths) { i, n in
        i == i.rounded() && i >= -n && i < n ? 0 : 1
      })
    // Some place even then: the program goes on until it looks at the condition.
    return try .byValue("place", self, bound) { i, n in
      i == i.rounded() && i >= -n && i < n ? (i < 0 ? i + n : i) : 0
    }
  }

  /// The places of the first axis at an index, or at each of a list.
  func entries(at index: Value) throws -> Value {
    guard let n = shape.first, n > 0, index.shape.count <= 1 else { throw Untraceable() }
    let places = try index.placesToBe(below: n)
    let rest = Array(shape.dropFirst())
    let wide = try places.reshaped(rest.map { _ in 1 } + [index.shape.first ?? 1])
      .broadcast(to: rest + [index.shape.first ?? 1])
    guard case .traced(let wanted) = wide else { throw Untraceable() }
    let entries = try Value.apply(PickRows(places: wanted), movingAxisLast(0))
    return index.shape.isEmpty
      ? try entries.reshaped(rest) : try entries.movingAxisFirst(rest.count)
  }
}

extension Value {
  /// The array without the place of the first axis that an index names.
  func dropping(_ index: Value) throws -> Value {
    guard let n = shape.first, n > 1 else { throw Untraceable() }
    guard index.shape.isEmpty else { throw Untraceable() }
    return try entries(at: index.placesToBe(below: n).keepingRowAxis().allBut(below: n))
  }

  /// The places below n other than one, from rows of that one.
  fileprivate func allBut(below n: Int) throws -> Value {
    let left = try Tensor((0..<n - 1).map(Double.init), account: account ?? .unlimited)
    return try .byValue("all but", .tensor(left), self) { j, dropped in
      j < dropped ? j : j + 1
    }
  }
}

extension TracedValue {
  private func largestPlace() throws -> TracedValue {
    guard case .traced(let place) = try perRow(.largestPlace, [rows()]) else {
      throw Untraceable()
    }
    return place
  }

  /// 1 at the first largest entry of each row, 0 elsewhere.
  func firstLargest() throws -> Value {
    let place = try largestPlace()
    let one = try graph.filled(graph.number(1), graph.extents(place.node))
    return try perElement(.place, [place.node, one])
  }

  /// Nan in each row that has one, else 0.
  private func nanOrZero() throws -> Value {
    try .byValue("nan or 0", value.largestEntries()(value)) { $0.isNaN ? $0 : 0 }
  }

  /// The places of each row's elements in ascending order; a row with nan is left to the
  /// interpreter.
  func argsort() throws -> Value {
    try graph.refuse(where: .whether("isnan", value) { $0.isNaN })
    guard case .traced(let negated) = try -value else { throw Untraceable() }
    return try negated.perElement(.order, [negated.rows()])
  }

  func argmax() throws -> Value { try largestPlace().value + nanOrZero() }
  func hardmax() throws -> Value { try firstLargest() + nanOrZero().keepingRowAxis() }
}

// MARK: Cross entropy

/// Softmax cross entropy against labels that are not known yet; see `CrossEntropy`.
struct CrossEntropyAt: UnaryOperation {
  let places: Value

  func value(_ s: Value) throws -> Value {
    guard let graph = places.graph else { throw Untraceable() }
    return try traced(graph.traced(s))
  }

  func traced(_ s: TracedValue) throws -> Value {
    let (operands, rows) = try operands(s)
    return try rows.perRow(.crossEntropyAt, operands)
  }

  func tangent(of t: Value, at s: Value, result y: Value) throws -> Value? {
    guard let graph = places.graph else { throw Untraceable() }
    if s.level > 0 { return try weightedChange(t, at: s) }
    let (operands, rows) = try operands(graph.traced(s))
    return try .apply(RowProduct(), rows.perElement(.crossEntropyWeightsAt, operands), t)
  }

  /// `Σ_{j ≠ y} pⱼ (tⱼ - t_y)`, for scores with derivatives.
  private func weightedChange(_ t: Value, at s: Value) throws -> Value {
    let n = s.shape.last ?? 0
    guard n > 1 else { throw Untraceable() }
    let others = try places.keepingRowAxis().allBut(below: n)
    guard case .traced(let own) = try places.keepingRowAxis(),
      case .traced(let rest) = others
    else { throw Untraceable() }
    let p = try Value.apply(SoftmaxWeights(), s, .number(1))
    let change = try Value.apply(PickRows(places: rest), t) - .apply(PickRows(places: own), t)
    return try .apply(RowProduct(), change, .apply(PickRows(places: rest), p))
  }

  private func operands(_ s: TracedValue) throws -> (nodes: [Int], rows: TracedValue) {
    let graph = s.graph
    let places = try graph.traced(places)
    let lanes = s.lanes.merged(with: places.lanes)
    let rows = TracedValue(
      graph: graph,
      node: try graph.filled(s, Broadcast(lanes: lanes, shape: s.shape)), lanes: lanes,
      shape: s.shape)
    let at = Broadcast(lanes: lanes, shape: places.shape)
    return (
      [try graph.labelled(graph.filled(places, at), extents: at.extents), try rows.rows()], rows
    )
  }
}
