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
/// Lists of places, diagonals and the choice of a maximum are all this primitive.
struct Gather: NonnegativeOperation {
  /// The lanes along which the choice varies.
  let lanes: [Lane]
  let sourceShape: [Int]
  let shape: [Int]
  let indices: [Int]
  /// How many elements, one after another, each index picks: whole rows need one index each, which
  /// counts `run` elements at a time.
  let run: Int

  init(
    lanes: [Lane] = [], from sourceShape: [Int], to shape: [Int], indices: [Int], run: Int = 1
  ) {
    self.run = run
    self.lanes = lanes
    self.sourceShape = sourceShape
    self.shape = shape
    self.indices = indices
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }

  func value(_ x: Value) throws -> Value {
    // A choice from rows without elements has no places: nothing is read that is not there.
    guard indices.count >= lanes.extent * (shape.reduce(1, *) / max(run, 1)) else {
      throw EvaluationProblem.ofNothing("a choice")
    }
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
            let picks = run == 1 ? size : size / max(run, 1)
            let choice = (offsets[1] + i * choiceStep) * picks
            let target = result.start + (block + i) * size
            if run != 1 {
              for j in 0..<picks {
                (target + j * run).update(from: source + indices[choice + j] * run, count: run)
                if j % Tensor.stopInterval == 0, tensor.account.isCancelled { return false }
              }
              continue
            }
            for from in stride(from: 0, to: size, by: Tensor.stopInterval) {
              for j in from..<min(size, from + Tensor.stopInterval) {
                let index = indices[choice + j]
                target[j] = index < 0 ? 0 : source[index]
              }
              if from > 0, tensor.account.isCancelled { return false }
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
struct Reshape: NonnegativeOperation {
  let shape: [Int]
  var account = MemoryAccount.unlimited

  func value(_ x: Value) throws -> Value {
    guard case .tensor(let tensor) = x else {
      if shape.isEmpty { return x }
      let content: Tensor.Content = x.isMask ? .truths : .numbers
      return .tensor(
        try Tensor([try x.numberOrThrow()], shape: shape, content: content, account: account))
    }
    try Tensor.check(lanes: tensor.lanes, shape: shape, account: tensor.account)
    return Tensor(sharing: tensor, lanes: tensor.lanes, shape: shape).value
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }
}

/// Repeats elements to reach a larger shape, by the rule of broadcasting.
struct BroadcastTo: NonnegativeOperation {
  let shape: [Int]
  let account: MemoryAccount

  func value(_ x: Value) throws -> Value {
    if x.shape == shape { return x }
    try Tensor.check(lanes: x.lanes, shape: shape, account: account)
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
    try result.account.checkStop()
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
  /// - Parameter fallback: the account that the result is drawn from where this is a number.
  func broadcast(to shape: [Int], orElse fallback: MemoryAccount? = nil) throws -> Value {
    let account = account?.orElse(fallback ?? .unlimited) ?? fallback ?? .unlimited
    return try .apply(BroadcastTo(shape: shape, account: account), self)
  }

  /// - Parameter account: what the result is drawn from where this is a number.
  func reshaped(_ shape: [Int], account: MemoryAccount = .unlimited) throws -> Value {
    self.shape == shape ? self : try .apply(Reshape(shape: shape, account: account), self)
  }

  /// The axes in another order: axis i of the result is axis `permutation[i]`.
  func transposed(_ permutation: [Int]) throws -> Value {
    let shape = shape
    if permutation == Array(shape.indices) { return self }
    return try .apply(Transpose(permutation: permutation), self)
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

/// The axes in another order.
///
/// A walk of its own, not a `Gather`: that would take a list as long as the array.
struct Transpose: NonnegativeOperation {
  let permutation: [Int]

  func value(_ x: Value) throws -> Value {
    // A number that stands for an array is the same everywhere.
    guard case .tensor(let tensor) = x else { return x }
    let result = try Tensor(
      lanes: tensor.lanes, shape: permutation.map { tensor.shape[$0] }, content: tensor.content,
      account: tensor.account)
    let outer = tensor.lanes.count
    let own = rowMajorStrides(of: tensor.lanes.map(\.size) + tensor.shape)
    let source = Array(own[..<outer]) + permutation.map { own[outer + $0] }
    let extents = result.lanes.map(\.size) + result.shape
    let target = rowMajorStrides(of: extents)
    // The longest axis is run along: many small matrices in lanes would be runs of two or three.
    let order = extents.indices.sorted { (extents[$0], $0) < (extents[$1], $1) }
    let walk = StridedWalk(
      extents: order.map { extents[$0] },
      strides: [order.map { source[$0] }, order.map { target[$0] }])
    let last = walk.extents.count - 1
    let (sourceStep, targetStep) = (walk.strides[0][last], walk.strides[1][last])
    walk.forEachRun { _, offsets, length in
      let from = tensor.start + offsets[0]
      let to = result.start + offsets[1]
      for i in 0..<length { to[i * targetStep] = from[i * sourceStep] }
      return !tensor.account.isCancelled
    }
    try tensor.account.checkStop()
    return .tensor(result)
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }
}

/// How far apart the neighbours along each axis lie.
func rowMajorStrides(of extents: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: extents.count)
  for axis in extents.indices.dropLast().reversed() {
    strides[axis] = strides[axis + 1] * extents[axis + 1]
  }
  return strides
}
