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
  /// The scores at each point of their lanes and the labels', and the places of the labels among
  /// all their elements.
  private func labelled(_ s: TracedValue) throws -> (scores: TracedValue, table: Int) {
    let lanes = s.lanes.merged(with: label.lanes)
    let rows = s.shape.dropLast().reduce(1, *)
    guard s.size * lanes.extent < Int(Int32.max) else { throw Untraceable() }
    let points = Broadcast(lanes: lanes, shape: [])
    var places: [Int32] = []
    for point in 0..<lanes.extent {
      let own = points.offset(of: point, in: label.lanes) * rows
      for row in 0..<rows { places.append(Int32(point * s.size + label.indices[own + row])) }
    }
    let scores = TracedValue(
      graph: s.graph, node: try s.graph.filled(s, Broadcast(lanes: lanes, shape: s.shape)),
      lanes: lanes, shape: s.shape)
    return (scores, try s.graph.table(places))
  }

  func traced(_ s: TracedValue) throws -> Value {
    let (scores, table) = try labelled(s)
    return try scores.perRow(.crossEntropy(table: table), [scores.rows()])
  }

  /// The derivative by the scores, as rows.
  func tracedWeights(_ s: TracedValue) throws -> Value {
    let (scores, table) = try labelled(s)
    return try scores.perElement(.crossEntropyWeights(table: table), [scores.rows()])
  }
}

// MARK: Choices

/// The first largest entry of each row of x, or what stands in its place in other rows.
struct LargestOfRows: UnaryOperation {
  let x: TracedValue
  var isLinear: Bool { true }

  func value(_ v: Value) throws -> Value { try traced(x.graph.traced(v)) }

  func traced(_ v: TracedValue) throws -> Value {
    guard v.shape == x.shape else { throw Untraceable() }
    let place = try x.perRow(.largestPlace, [x.rows()])
    let lanes = v.lanes.merged(with: x.lanes)
    let of = Broadcast(lanes: lanes, shape: v.shape)
    let at = Broadcast(lanes: lanes, shape: place.shape)
    let node = try x.graph.node(
      .pick,
      [
        x.graph.labelled(x.graph.filled(x.graph.traced(place), at), extents: at.extents),
        x.graph.labelled(x.graph.filled(v, of), extents: of.extents),
      ], at.extents)
    return x.result(node, lanes: lanes, shape: place.shape)
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
    guard b.lanes.isEmpty else { return try tracedSideBySide(a, b) }
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

extension MatrixMultiply {
  /// A product at each point of the lanes of the right operand.
  private func tracedSideBySide(_ a: TracedValue, _ b: TracedValue) throws -> Value {
    if a.lanes.isEmpty, a.shape.count <= 2 {
      // The lanes of b stay in front: b is multiplied from the right, both transposed.
      let left = b.shape.count == 2 ? try b.value.transposed([1, 0]) : b.value
      let right = a.shape.count == 2 ? try a.value.transposed([1, 0]) : a.value
      let product = try Value.apply(self, left, right)
      return product.shape.count == 2 ? try product.transposed([1, 0]) : product
    }
    // Each element is a sum of products of its own.
    let columns = b.shape.count == 2 ? try b.value.transposed([1, 0]) : b.value
    let shape = Array(a.shape.dropLast()) + (b.shape.count == 2 ? [b.shape[1]] : [])
    let wide = shape + [b.shape[0]]
    let lanes = a.lanes.merged(with: b.lanes)
    guard wide.reduce(lanes.extent, *) <= 1 << 20 else { throw Untraceable() }
    let rows =
      b.shape.count == 2
      ? try a.value.reshaped(Array(a.shape.dropLast()) + [1, b.shape[0]]) : a.value
    return try .apply(RowProduct(), rows.broadcast(to: wide), columns.broadcast(to: wide))
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
