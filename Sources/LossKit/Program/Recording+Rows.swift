// How the primitives on rows are recorded.

extension TracedValue {
  /// One number for each row.
  func perRow(_ operation: GraphOperation, _ operands: [Int]) throws -> Value {
    let shape = Array(shape.dropLast())
    let node = try graph.node(operation, operands, lanes.map(\.size) + shape)
    return result(node, lanes: lanes, shape: shape)
  }

  /// An element for each element.
  func perElement(_ operation: GraphOperation, _ operands: [Int]) throws -> Value {
    result(
      try graph.node(operation, operands, lanes.map(\.size) + shape), lanes: lanes, shape: shape)
  }

  /// The node with all its elements.
  func rows() throws -> Int {
    guard !shape.isEmpty, shape.last != 0 else { throw Untraceable() }
    let broadcast = Broadcast(lanes: lanes, shape: shape)
    return try graph.labelled(graph.filled(self, broadcast), extents: broadcast.extents)
  }
}

extension SumRows {
  func traced(_ x: TracedValue) throws -> Value { try x.perRow(.sumRows, [x.rows()]) }
}

extension MeanRows {
  func traced(_ x: TracedValue) throws -> Value {
    try Value.apply(SumRows(), x.value) / .number(Double(x.shape.last ?? 1))
  }
}

extension RowProduct {
  func traced(_ a: Value, _ b: Value, in graph: Graph) throws -> Value {
    let (a, b) = (try graph.traced(a), try graph.traced(b))
    guard a.shape == b.shape, let n = a.shape.last, n > 0 else { throw Untraceable() }
    let broadcast = Broadcast(lanes: a.lanes.merged(with: b.lanes), shape: a.shape)
    let joint = TracedValue(
      graph: graph, node: a.node, lanes: broadcast.lanes, shape: broadcast.shape)
    return try joint.perRow(
      .dotRows,
      [
        graph.labelled(graph.filled(a, broadcast), extents: broadcast.extents),
        graph.labelled(graph.filled(b, broadcast), extents: broadcast.extents),
      ])
  }
}

// MARK: Log-sum-exp

extension Graph {
  /// A sharpness: one positive number.
  fileprivate func sharpness(_ k: Value) throws -> Int {
    let k = try traced(k)
    guard size(k.node) == 1 else { throw Untraceable() }
    if let known = literal(k.node), !(known > 0) { throw Untraceable() }
    return k.node
  }
}

extension LogSumExp {
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value {
    let x = try graph.traced(x)
    return try x.perRow(.logSumExp, [x.rows(), graph.sharpness(k)])
  }
}

extension SoftmaxWeights {
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value {
    let x = try graph.traced(x)
    let (rows, k) = (try x.rows(), try graph.sharpness(k))
    let scale = try x.perRow(.weightScale, [rows, k])
    return try x.perElement(.weights, [rows, k]) * scale.keepingRowAxis()
  }
}

extension LogSoftmax {
  /// Relative to the largest entry, so that its own result keeps a normalizer far below 1.
  func traced(_ x: Value, _ k: Value, in graph: Graph) throws -> Value {
    let relative = try x - x.largestEntries()(x).keepingRowAxis()
    let sum = try Value.apply(LogSumExp(), relative, k)
    return try k * (relative - sum.keepingRowAxis())
  }
}

extension CrossEntropy {
  /// The places of the labels among all elements of the scores.
  private func labels(_ s: TracedValue) throws -> Int {
    guard s.lanes == label.lanes || label.lanes.isEmpty && s.lanes.isEmpty,
      label.indices.count * (s.shape.last ?? 1) == s.graph.size(s.node),
      s.graph.size(s.node) < Int(Int32.max)
    else { throw Untraceable() }
    let rows = s.shape.dropLast().reduce(1, *)
    return s.graph.table(
      label.indices.enumerated().map { i, place in Int32(i / max(rows, 1) * s.size + place) })
  }

  func traced(_ s: TracedValue) throws -> Value {
    try s.perRow(.crossEntropy(table: labels(s)), [s.rows()])
  }

  /// The derivative by the scores, as rows.
  func tracedWeights(_ s: TracedValue) throws -> Value {
    try s.perElement(.crossEntropyWeights(table: labels(s)), [s.rows()])
  }
}

// MARK: Choices

/// The first largest entry of each row of x, or what stands in its place in other rows.
struct LargestOfRows: UnaryOperation {
  let x: TracedValue
  var isLinear: Bool { true }

  func value(_ v: Value) throws -> Value { throw Untraceable() }

  func traced(_ v: TracedValue) throws -> Value {
    let place = try x.graph.node(
      .largestPlace, [x.rows()], x.lanes.map(\.size) + x.shape.dropLast())
    let broadcast = Broadcast(lanes: x.lanes, shape: x.shape)
    guard v.shape == x.shape, v.lanes.merged(with: x.lanes) == x.lanes else { throw Untraceable() }
    return try x.perRow(
      .pick,
      [place, x.graph.labelled(x.graph.filled(v, broadcast), extents: broadcast.extents)])
  }

  func tangent(of t: Value, at v: Value, result y: Value) throws -> Value? {
    try .apply(self, t)
  }
}

extension MatrixMultiply {
  func traced(_ a: Value, _ b: Value, in graph: Graph) throws -> Value {
    let (a, b) = (try graph.traced(a), try graph.traced(b))
    guard let length = a.shape.last, (1...2).contains(b.shape.count), length == b.shape[0] else {
      throw EvaluationProblem.matrixShapesDoNotFit(a.shape, b.shape)
    }
    // Each point of the lanes would be a product of its own.
    guard b.lanes.isEmpty else { throw Untraceable() }
    let n = b.shape.count == 2 ? b.shape[1] : 1
    let shape = Array(a.shape.dropLast()) + (b.shape.count == 2 ? [n] : [])
    let left = try graph.filled(a, Broadcast(lanes: a.lanes, shape: a.shape))
    let right = try graph.filled(b, Broadcast(lanes: [], shape: b.shape))
    let m = shape.dropLast(b.shape.count == 2 ? 1 : 0).reduce(a.lanes.extent, *)
    let node = try graph.product(
      left, right,
      MatrixForm(
        rows: m, inner: length, columns: n, isLeftTransposed: false, isRightTransposed: false),
      extents: a.lanes.map(\.size) + shape)
    return TracedValue(graph: graph, node: node, lanes: a.lanes, shape: shape).value
  }
}

extension Graph {
  /// A matrix product; a transposed matrix is read where it lies.
  func product(_ a: Int, _ b: Int, _ form: MatrixForm, extents: [Int]) throws -> Int {
    var form = form
    var operands = [a, b]
    if let source = transposedMatrix(a) {
      operands[0] = source
      form = MatrixForm(
        rows: form.rows, inner: form.inner, columns: form.columns,
        isLeftTransposed: !form.isLeftTransposed, isRightTransposed: form.isRightTransposed)
    }
    if let source = transposedMatrix(b) {
      operands[1] = source
      form = MatrixForm(
        rows: form.rows, inner: form.inner, columns: form.columns,
        isLeftTransposed: form.isLeftTransposed, isRightTransposed: !form.isRightTransposed)
    }
    return try node(.matrixProduct(form), operands, extents)
  }

  /// The node of which a view is the whole transpose.
  private func transposedMatrix(_ id: Int) -> Int? {
    let view = nodes[id]
    guard case .view(0, let strides) = view.operation, view.extents.count == 2,
      strides == [1, view.extents[0]], nodes[view.operands[0]].size == view.size
    else { return nil }
    return view.operands[0]
  }
}
