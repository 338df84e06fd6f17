extension Value {
  /// The first axis turned into a lane: the elements of an array side by side.
  func openingLane(_ lane: Lane) throws -> Value {
    try .apply(OpenLane(lane: lane), self)
  }

  /// A lane turned into the first axis; a value that lacks the lane is repeated along it.
  func closingLane(_ lane: Lane, account: MemoryAccount) throws -> Value {
    try .apply(CloseLane(lane: lane, account: account), self)
  }
}

/// The lane is younger than all that the operand has, so it comes last among them and the elements
/// stay where they are.
struct OpenLane: NonnegativeOperation {
  let lane: Lane

  func value(_ x: Value) throws -> Value {
    guard case .tensor(let tensor) = x else { return x }
    return .tensor(
      Tensor(sharing: tensor, lanes: tensor.lanes + [lane], shape: Array(tensor.shape.dropFirst())))
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }
}

struct CloseLane: NonnegativeOperation {
  let lane: Lane
  let account: MemoryAccount

  func value(_ x: Value) throws -> Value {
    guard case .tensor(let tensor) = x else {
      let result = try Tensor(
        shape: [lane.size], content: x.isMask ? .truths : .numbers, account: account)
      result.start.update(repeating: try x.numberOrThrow(), count: lane.size)
      return .tensor(result)
    }
    let shape = [lane.size] + tensor.shape
    let outer = tensor.lanes.filter { $0.id != lane.id }
    try Tensor.check(lanes: outer, shape: shape, account: tensor.account)
    if let last = tensor.lanes.last, last.id == lane.id {
      return .tensor(
        Tensor(sharing: tensor, lanes: Array(tensor.lanes.dropLast()), shape: shape))
    }
    // A lane that lies further out, or that the value lacks: the elements move.
    let result = try Tensor(lanes: outer, shape: shape, content: tensor.content, account: account)
    let broadcast = Broadcast(lanes: outer + [lane], shape: tensor.shape)
    var strides = [Int](repeating: 0, count: outer.count + 1 + tensor.shape.count)
    var step = 1
    for axis in tensor.shape.indices.reversed() {
      strides[outer.count + 1 + axis] = step
      step *= tensor.shape[axis]
    }
    for own in tensor.lanes.reversed() {
      let place = own.id == lane.id ? outer.count : outer.firstIndex(of: own) ?? outer.count
      strides[place] = step
      step *= own.size
    }
    let walk = StridedWalk(extents: broadcast.extents, strides: [strides])
    let runStep = walk.strides[0][walk.extents.count - 1]
    walk.forEachRun { offset, offsets, length in
      for i in 0..<length {
        result.start[offset + i] = tensor.start[offsets[0] + i * runStep]
      }
      return !account.isCancelled
    }
    try account.checkStop()
    return .tensor(result)
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    try Value.apply(self, t)
  }
}
