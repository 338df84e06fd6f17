// How norms and what goes along rows is recorded.

extension RowNorm {
  /// Rows of zeros, and rows whose squares would overflow or lose digits, are left to the
  /// interpreter.
  func traced(_ x: TracedValue) throws -> Value {
    if p == 2 {
      let squares = try Value.apply(RowProduct(), x.value, x.value)
      try x.graph.refuse(
        where: .whether("beyond squares", squares) { !($0 > 0x1p-900 && $0 < 0x1p1000) })
      return try .apply(SquareRoot.self, squares)
    }
    let magnitudes = try Value.apply(Magnitude.self, x.value)
    let largest = try magnitudes.largestEntries()(magnitudes)
    try x.graph.refuse(
      where: .whether("0 or infinite", largest) { !($0 > 0 && $0 < .infinity) })
    let ratios = try magnitudes / largest.keepingRowAxis()
    let total = try Value.apply(SumRows(), .apply(Power.self, ratios, .number(p)))
    return try largest * .apply(Power.self, total, .number(1 / p))
  }
}

extension CumulativeSum {
  func traced(_ x: TracedValue) throws -> Value {
    try x.perElement(.runningSum(isReversed: false), [x.rows()])
  }
}

extension CumulativeProduct {
  func traced(_ x: TracedValue) throws -> Value { try x.perElement(.runningProduct, [x.rows()]) }
}

extension CumulativeLogSumExp {
  func traced(_ x: TracedValue) throws -> Value {
    try x.perElement(.runningLogSumExp, [x.rows()])
  }
}

extension LinearRecurrence {
  func traced(_ a: Value, _ b: Value, in graph: Graph) throws -> Value {
    let (a, b) = (try graph.traced(a), try graph.traced(b))
    guard let broadcast = Broadcast(a.value, b.value), broadcast.shape.last ?? 0 > 0 else {
      throw Untraceable()
    }
    let node = try graph.node(
      .recurrence(isReversed: false),
      [
        graph.labelled(graph.filled(a, broadcast), extents: broadcast.extents),
        graph.labelled(graph.filled(b, broadcast), extents: broadcast.extents),
      ], broadcast.extents)
    return TracedValue(
      graph: graph, node: node, lanes: broadcast.lanes, shape: broadcast.shape
    ).value
  }
}

// MARK: Smooth maxima

extension SoftmaxEntropy {
  /// As `log1p(R) + Σ pᵢ k (m - xᵢ)`.
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value {
    let relative = try x - x.largestEntries()(x).keepingRowAxis()
    let energy = try Value.apply(
      RowProduct(), -relative, .apply(SoftmaxWeights(), relative, k))
    return try k * (.apply(LogSumExp(), relative, k) + energy)
  }
}

extension MellowMaximum {
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value { try value(x, k) }
}

extension ExpExpMaximum {
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value { try value(x, k) }
}

extension SparseMaximum {
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value { try value(x, k) }
}

extension SparsemaxWeights {
  /// By the sorted entries z: on the support `1 + (i + 1) zᵢ > z₀ + … + zᵢ`.
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value {
    let relative = try k * (x - x.largestEntries()(x).keepingRowAxis())
    let n = relative.shape.last ?? 0
    let sorted = try relative.inOrder(of: relative, count: n)
    let totals = try Value.apply(CumulativeSum(), sorted)
    let places = try Tensor((1...max(n, 1)).map(Double.init), account: graph.account)
    let isIn = try Value.answer(IsGreater.self, .number(1) + .tensor(places) * sorted, totals)
    let size = try Value.apply(SumRows(), isIn)
    let last = try Value.byValue("last of several", size) { max($0 - 1, 0) }
    guard case .traced(let place) = try last.keepingRowAxis() else { throw Untraceable() }
    let total = try Value.apply(PickRows(places: place), totals)
    let threshold = try (total - .number(1)) / size.keepingRowAxis()
    return try .apply(Larger.self, relative - threshold, .number(0))
  }
}
