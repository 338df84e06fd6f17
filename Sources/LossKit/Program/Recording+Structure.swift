// How the primitives that move elements are recorded: as views where they can be.

extension Reshape {
  func traced(_ x: TracedValue) throws -> Value { x.relabelled(lanes: x.lanes, shape: shape) }
}

extension BroadcastTo {
  func traced(_ x: TracedValue) throws -> Value {
    guard Broadcast.shape(x.shape, shape) == shape else {
      throw EvaluationProblem.shapesDoNotBroadcast(x.shape, shape)
    }
    let broadcast = Broadcast(lanes: x.lanes, shape: shape)
    return x.result(
      try x.graph.filled(x, broadcast), lanes: x.lanes, shape: shape, isMask: x.isMask)
  }
}

extension TracedValue {
  /// A view of the elements within each point of the lanes.
  func viewed(offset: Int = 0, strides: [Int], shape: [Int]) throws -> Value {
    let outer = lanes.map(\.size)
    let laneStrides = rowMajorStrides(of: outer).map { $0 * size }
    let node = try graph.view(
      self.node, offset: offset, strides: laneStrides + strides, extents: outer + shape)
    return result(node, lanes: lanes, shape: shape, isMask: isMask)
  }
}

extension Transpose {
  func traced(_ x: TracedValue) throws -> Value {
    let strides = rowMajorStrides(of: x.shape)
    return try x.viewed(
      strides: permutation.map { strides[$0] }, shape: permutation.map { x.shape[$0] })
  }
}

extension TakeRow {
  func traced(_ x: TracedValue) throws -> Value {
    let shape = Array(x.shape.dropFirst())
    return try x.viewed(
      offset: row * shape.reduce(1, *), strides: rowMajorStrides(of: shape), shape: shape)
  }
}

extension TakeRows {
  func traced(_ x: TracedValue) throws -> Value {
    let shape = [rows.count] + x.shape.dropFirst()
    return try x.viewed(
      offset: rows.lowerBound * x.shape.dropFirst().reduce(1, *),
      strides: rowMajorStrides(of: shape), shape: shape)
  }
}

extension OpenLane {
  func traced(_ x: TracedValue) throws -> Value {
    guard !x.shape.isEmpty else { return x.value }
    return x.relabelled(lanes: x.lanes + [lane], shape: Array(x.shape.dropFirst()))
  }
}

extension CloseLane {
  func traced(_ x: TracedValue) throws -> Value {
    let outer = x.lanes.filter { $0.id != lane.id }
    let shape = [lane.size] + x.shape
    let own = rowMajorStrides(of: x.lanes.map(\.size) + x.shape)
    func step(_ wanted: Lane) -> Int {
      x.lanes.firstIndex { $0.id == wanted.id }.map { own[$0] } ?? 0
    }
    let node = try x.graph.view(
      x.node, strides: outer.map(step) + [step(lane)] + own.suffix(x.shape.count),
      extents: outer.map(\.size) + shape)
    return x.result(node, lanes: outer, shape: shape, isMask: x.isMask)
  }
}

extension Gather {
  func traced(_ x: TracedValue) throws -> Value {
    let graph = x.graph
    let picks = shape.reduce(1, *) / max(run, 1)
    guard indices.count >= lanes.extent * picks else { throw Untraceable() }
    if lanes.isEmpty, let view = try slice(of: x, picks) { return view }
    let merged = x.lanes.merged(with: lanes)
    let (blocks, choices) = (
      Broadcast(lanes: merged, shape: []).laneStrides(of: x.lanes),
      Broadcast(lanes: merged, shape: []).laneStrides(of: lanes)
    )
    guard graph.size(x.node) < Int(Int32.max) else { throw Untraceable() }
    var places: [Int32] = []
    let walk = StridedWalk(extents: merged.map(\.size), strides: [blocks, choices])
    let last = walk.extents.count - 1
    walk.forEachRun { _, offsets, length in
      for i in 0..<length {
        let block = offsets[0] + i * walk.strides[0][last]
        let choice = offsets[1] + i * walk.strides[1][last]
        for j in 0..<picks {
          let index = indices[choice * picks + j]
          for k in 0..<run {
            places.append(index < 0 ? -1 : Int32(block * x.size + index * run + k))
          }
        }
      }
      return true
    }
    let extents = merged.map(\.size) + shape
    // A number stands for all its elements.
    let source = try graph.filled(x, Broadcast(lanes: x.lanes, shape: x.shape))
    let node = try graph.node(.gather(table: graph.table(places)), [source], extents)
    return x.result(node, lanes: merged, shape: shape, isMask: x.isMask)
  }

  /// Evenly spaced places are a view.
  private func slice(of x: TracedValue, _ picks: Int) throws -> Value? {
    guard let first = indices.first, first >= 0, picks > 0 else { return nil }
    let step = picks > 1 ? indices[1] - first : 0
    for i in 0..<picks where indices[i] != first + i * step { return nil }
    if picks == 1 || run == 1 && step == 1 || step == 1 {
      return try x.viewed(
        offset: first * run, strides: rowMajorStrides(of: shape), shape: shape)
    }
    guard run == 1, step >= 0 else { return nil }
    return try x.viewed(
      offset: first, strides: rowMajorStrides(of: shape).map { $0 * step }, shape: shape)
  }
}

extension Graph {
  /// Arrays one after another within each point of the lanes, as `Value.joined` lays them.
  func recordedJoin(_ parts: [Value], shape: [Int]) throws -> Value {
    let parts = try parts.map(traced)
    let lanes = parts.reduce([]) { $0.merged(with: $1.lanes) }
    let isMask = parts.allSatisfy(\.isMask)
    let total = shape.reduce(1, *)
    var offsets: [Int] = []
    var operands: [Int] = []
    var offset = 0
    for part in parts {
      let own = Broadcast(lanes: lanes, shape: part.shape)
      let filled = try filled(part, own)
      // Each point of the lanes has a piece of its own in the result.
      guard lanes.extent <= 4096 else { throw Untraceable() }
      for point in 0..<lanes.extent {
        offsets.append(point * total + offset)
        operands.append(try slice(filled, point * part.size, extents: [part.size]))
      }
      offset += part.size
    }
    let node = try node(.assemble(offsets: offsets), operands, lanes.map(\.size) + shape)
    return TracedValue(graph: self, node: node, lanes: lanes, shape: shape, isMask: isMask).value
  }
}
