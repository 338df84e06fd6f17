// Primitives that move elements and compute nothing. All are linear, so a tangent goes the way of
// its primal.

extension Tensor {
  /// The array as a value: one element without axes and lanes is a number.
  var value: Value {
    guard shape.isEmpty, lanes.isEmpty else { return .tensor(self) }
    return isMask ? .truth(start[0] != 0) : .number(start[0])
  }
}

/// Picks elements: element i of the result is element `indices[i]` of the operand, within each
/// point of the lanes; an index of -1 gives 0.
///
/// Slices, transposes, permutations, diagonals and the choice of a maximum are all this primitive.
struct Gather: UnaryOperation {
  /// The lanes along which the choice varies.
  let lanes: [Lane]
  let sourceShape: [Int]
  let shape: [Int]
  let indices: [Int]

  init(lanes: [Lane] = [], from sourceShape: [Int], to shape: [Int], indices: [Int]) {
    self.lanes = lanes
    self.sourceShape = sourceShape
    self.shape = shape
    self.indices = indices
  }

  var isLinear: Bool { true }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }

  func value(_ x: Value) throws -> Value {
    switch x {
    case .tensor(let tensor):
      let merged = tensor.lanes.merged(with: lanes)
      let result = try Tensor(
        lanes: merged, shape: shape, content: tensor.content, account: tensor.account)
      let broadcast = Broadcast(lanes: merged, shape: [])
      let walk = StridedWalk(
        extents: merged.map(\.size),
        strides: [
          broadcast.strides(lanes: tensor.lanes, shape: []),
          broadcast.strides(lanes: lanes, shape: []),
        ])
      let last = walk.extents.count - 1
      let (blockStep, choiceStep) = (walk.strides[0][last], walk.strides[1][last])
      let size = result.size
      indices.withUnsafeBufferPointer { indices in
        walk.forEachRun { block, offsets, length in
          for i in 0..<length {
            let source = tensor.start + (offsets[0] + i * blockStep) * tensor.size
            let choice = (offsets[1] + i * choiceStep) * size
            let target = result.start + (block + i) * size
            for j in 0..<size {
              let index = indices[choice + j]
              target[j] = index < 0 ? 0 : source[index]
            }
          }
          return !tensor.account.isCancelled
        }
      }
      if tensor.account.isCancelled { throw EvaluationProblem.cancelled }
      return result.value
    default:
      // A number is its own only element.
      let number = try x.numberOrThrow()
      if shape.isEmpty, lanes.isEmpty { return .number(indices.first == -1 ? 0 : number) }
      let result = try Tensor(lanes: lanes, shape: shape, account: .unlimited)
      for i in 0..<result.count { result.start[i] = indices[i] < 0 ? 0 : number }
      return .tensor(result)
    }
  }
}

/// The same elements under another shape of the same size.
struct Reshape: UnaryOperation {
  let shape: [Int]
  var isLinear: Bool { true }

  func value(_ x: Value) throws -> Value {
    guard case .tensor(let tensor) = x else {
      if shape.isEmpty { return x }
      return .tensor(try Tensor([try x.numberOrThrow()], shape: shape, account: .unlimited))
    }
    return Tensor(sharing: tensor, lanes: tensor.lanes, shape: shape).value
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }
}

/// Repeats elements to reach a larger shape, by the rule of broadcasting.
struct BroadcastTo: UnaryOperation {
  let shape: [Int]
  let account: MemoryAccount
  var isLinear: Bool { true }

  func value(_ x: Value) throws -> Value {
    if x.shape == shape { return x }
    guard Broadcast.shape(x.shape, shape) == shape else {
      throw EvaluationProblem.shapesDoNotBroadcast(x.shape, shape)
    }
    guard case .tensor(let tensor) = x else {
      let number = try x.numberOrThrow()
      let result = try Tensor(shape: shape, account: account)
      result.start.update(repeating: number, count: result.count)
      return .tensor(result)
    }
    let result = try Tensor(
      lanes: tensor.lanes, shape: shape, content: tensor.content, account: account)
    result.fill(from: tensor)
    return .tensor(result)
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }
}

extension Tensor {
  /// Fills an array just made with the elements of another, repeated by broadcasting.
  func fill(from source: Tensor) {
    let broadcast = Broadcast(lanes: lanes, shape: shape)
    let walk = StridedWalk(
      extents: broadcast.extents,
      strides: [broadcast.strides(lanes: source.lanes, shape: source.shape)])
    let step = walk.strides[0][walk.extents.count - 1]
    walk.forEachRun { offset, offsets, length in
      let from = source.start + offsets[0]
      for i in 0..<length { start[offset + i] = from[i * step] }
      return true
    }
  }
}

extension Value {
  func broadcast(to shape: [Int]) throws -> Value {
    try .apply(BroadcastTo(shape: shape, account: account ?? .unlimited), self)
  }

  func reshaped(_ shape: [Int]) throws -> Value {
    self.shape == shape ? self : try .apply(Reshape(shape: shape), self)
  }

  /// The axes in another order: axis i of the result is axis `permutation[i]`.
  func transposed(_ permutation: [Int]) throws -> Value {
    let shape = shape
    if permutation == Array(shape.indices) { return self }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let target = permutation.map { shape[$0] }
    let indices = flatIndices(of: target, strides: permutation.map { strides[$0] })
    return try .apply(Gather(from: shape, to: target, indices: indices), self)
  }

  /// The array with one axis moved to the end.
  func movingAxisLast(_ axis: Int) throws -> Value {
    try transposed(shape.indices.filter { $0 != axis } + [axis])
  }

  /// The array with its last axis moved to a place.
  func movingLastAxis(to axis: Int) throws -> Value {
    var order = Array(shape.indices.dropLast())
    order.insert(shape.count - 1, at: axis)
    return try transposed(order)
  }
}

/// The offsets that a strided view of an array reads, in row-major order.
func flatIndices(of extents: [Int], strides: [Int], offset: Int = 0) -> [Int] {
  var indices: [Int] = []
  indices.reserveCapacity(extents.reduce(1, *))
  let walk = StridedWalk(extents: extents, strides: [strides])
  let step = walk.strides[0][walk.extents.count - 1]
  walk.forEachRun { _, offsets, length in
    for i in 0..<length { indices.append(offset + offsets[0] + i * step) }
    return true
  }
  return indices
}
