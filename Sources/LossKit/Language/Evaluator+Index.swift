/// What a subscript takes along one axis.
enum Subscript {
  /// One place: the axis goes.
  case place(Int)
  /// A slice: the axis stays.
  case slice(Range<Int>)
  /// Places in order, from a list or a mask.
  case places([Int])
  /// One place in each lane, or a list of them: `tensor` holds the places, already checked.
  case perLane(Tensor)

  var keepsAxis: Bool {
    switch self {
    case .place: false
    case .slice, .places: true
    case .perLane(let tensor): !tensor.shape.isEmpty
    }
  }

  var isList: Bool {
    if case .slice = self { false } else { keepsAxis }
  }

  var count: Int {
    switch self {
    case .place: 1
    case .slice(let range): range.count
    case .places(let places): places.count
    case .perLane(let tensor): tensor.size
    }
  }

  /// The places at a point of some lanes.
  func places(at point: Int, _ lanes: Broadcast) -> [Int] {
    switch self {
    case .place(let place): return [place]
    case .slice(let range): return Array(range)
    case .places(let places): return places
    case .perLane(let tensor):
      let own = lanes.offset(of: point, in: tensor.lanes) * tensor.size
      return (0..<tensor.size).map { Int(tensor.start[own + $0]) }
    }
  }
}

extension Evaluator {
  func index(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let baseID = NodeID(index: node.a)
    let base = try evaluate(baseID, env)
    return try unsmoothed { try element(of: base, baseID, id, env) }
  }

  /// The elements of a value that the subscripts of an index ask for.
  private func element(of base: Value, _ baseID: NodeID, _ id: NodeID, _ env: Environment) throws
    -> Value
  {
    let list = env.script.list(env.script[id].b)
    switch base {
    case .record(let record): return try column(of: record, list, id, env)
    case .texts(let texts): return try element(of: texts, list, id, env)
    case .text, .function: throw error(.notIndexable(base.kindDescription), baseID, env)
    default: break
    }
    let shape = base.shape
    guard !shape.isEmpty else { throw error(.notIndexable(base.kindDescription), baseID, env) }
    guard list.count <= shape.count else {
      throw error(.tooManySubscripts(shape, list.count), list.node(shape.count), env)
    }
    if graph != nil, let entries = try tracedEntries(of: base, list, baseID, id, env) {
      return entries
    }
    // One place of the first axis, by far the commonest, is a part of the memory.
    if list.count == 1, env.script[list.node(0)].kind != .range {
      let subscriptValue = try evaluate(list.node(0), env)
      if case .number = subscriptValue {
        let place = try checked(subscriptValue, axis: 0, shape, list.node(0), baseID, env)
        return try .apply(TakeRow(row: place), base)
      }
      if subscriptValue.isMask, shape.count > 1, subscriptValue.shape == shape {
        return try maskedElements(of: base, subscriptValue)
      }
      let specification = try specify(subscriptValue, axis: 0, shape, list.node(0), baseID, env)
      return try locating(id, env) { try gather([specification], from: base) }
    }
    var subscripts: [Subscript] = []
    for axis in 0..<list.count {
      subscripts.append(try specify(list.node(axis), axis: axis, shape, baseID, env))
    }
    return try locating(id, env) { try gather(subscripts, from: base) }
  }

  /// The elements where a mask of the array's own shape is true, in row-major order.
  private func maskedElements(of base: Value, _ mask: Value) throws -> Value {
    guard case .tensor(let tensor) = mask, tensor.lanes.isEmpty else { throw LaneDependence() }
    let count = try tensor.holdingCount()
    return try account.holding(count) {
      let places = try tensor.placesThatHold(count: count)
      return try .apply(Gather(from: base.shape, to: [count], indices: places), base)
    }
  }

  // MARK: One subscript

  func specify(
    _ subscriptID: NodeID, axis: Int, _ shape: [Int], _ baseID: NodeID, _ env: Environment
  ) throws -> Subscript {
    let node = env.script[subscriptID]
    guard node.kind == .range else {
      return try specify(
        try evaluate(subscriptID, env), axis: axis, shape, subscriptID, baseID, env)
    }
    let n = shape[axis]
    let (lowerID, upperID) = (NodeID(index: node.a), NodeID(index: node.b))
    var lower = lowerID.isNone ? 0 : try wholeNumber(lowerID, env, use: .index)
    var upper: Int
    if upperID.isNone {
      upper = n
    } else {
      upper = try wholeNumber(upperID, env, use: .index)
      // From the end, as an index; ..< -1 leaves the last out.
      if upper < 0 { upper += n }
      if node.detail == 1 { upper += 1 }
    }
    if lower < 0 { lower += n }
    guard lower >= 0, lower <= n, upper >= 0, upper <= n else {
      throw error(
        .sliceOutOfBounds(
          env.script.text(of: subscriptID), env.script.text(of: baseID), axis, n, shape.count),
        subscriptID, env)
    }
    return .slice(lower..<max(lower, upper))
  }

  func specify(
    _ value: Value, axis: Int, _ shape: [Int], _ id: NodeID, _ baseID: NodeID, _ env: Environment
  ) throws -> Subscript {
    switch value.plain {
    case .number:
      return .place(try checked(value, axis: axis, shape, id, baseID, env))
    case .tensor(let tensor) where tensor.isMask && tensor.shape.count == 1:
      guard tensor.lanes.isEmpty else { throw LaneDependence() }
      guard tensor.count == shape[axis] else {
        throw error(.maskLength(tensor.count, shape[axis]), id, env)
      }
      return .places(try tensor.placesThatHold(count: try tensor.holdingCount()))
    case .tensor(let tensor) where tensor.shape.count <= 1 && !tensor.isMask:
      let places = try Tensor(lanes: tensor.lanes, shape: tensor.shape, account: account)
      for i in 0..<tensor.count {
        places.start[i] = Double(
          try checked(.number(tensor.start[i]), axis: axis, shape, id, baseID, env))
        if i % Tensor.stopInterval == 0, account.isCancelled { throw error(.cancelled, id, env) }
      }
      if tensor.lanes.isEmpty { return .places((0..<places.count).map { Int(places.start[$0]) }) }
      return .perLane(places)
    case .truth: throw error(.notAnIndex("a truth value"), id, env)
    default: throw error(.notAnIndex(value.kindDescription), id, env)
    }
  }

  /// A place along an axis, counted from the start, within bounds.
  private func checked(
    _ value: Value, axis: Int, _ shape: [Int], _ id: NodeID, _ baseID: NodeID, _ env: Environment
  ) throws -> Int {
    let place = try locating(id, env) { try value.wholeNumber(.index) }
    let n = shape[axis]
    guard place >= -n, place < n else {
      throw error(
        .indexOutOfBounds(place, env.script.text(of: baseID), axis, n, shape.count), id, env)
    }
    return place < 0 ? place + n : place
  }

  // MARK: Picking

  /// The elements at an index that is not known yet, where the last subscript is one: after those
  /// before it, which are known, have picked a row.
  private func tracedEntries(
    of base: Value, _ list: Script.List, _ baseID: NodeID, _ id: NodeID, _ env: Environment
  ) throws -> Value? {
    let last = list.node(list.count - 1)
    guard env.script[last].kind != .range else { return nil }
    let index = try evaluate(last, env)
    guard index.plain.isTraced else { return nil }
    guard !index.isMask else { throw Untraceable() }
    let outer = try (0..<list.count - 1).map {
      try specify(list.node($0), axis: $0, base.shape, baseID, env)
    }
    guard !outer.contains(where: \.keepsAxis) else { throw Untraceable() }
    return try locating(id, env) {
      try (outer.isEmpty ? base : gather(outer, from: base)).entries(at: index)
    }
  }

  private func gather(_ subscripts: [Subscript], from base: Value) throws -> Value {
    let shape = base.shape
    if subscripts.count == 1, case .slice(let range) = subscripts[0] {
      return try .apply(TakeRows(rows: range), base)
    }
    // In steps of what the subscripts leave together.
    let strides = rowMajorStrides(of: Array(shape.prefix(subscripts.count)))
    // As in NumPy, several lists of places go together, element by element.
    let lists = subscripts.indices.filter { subscripts[$0].isList }
    for axis in lists where subscripts[axis].count != subscripts[lists[0]].count {
      throw EvaluationProblem.shapesDoNotBroadcast(
        [subscripts[lists[0]].count], [subscripts[axis].count])
    }
    var lanes: [Lane] = []
    var target: [Int] = []
    for (axis, specification) in subscripts.enumerated() {
      if case .perLane(let tensor) = specification { lanes = lanes.merged(with: tensor.lanes) }
      if specification.keepsAxis, !specification.isList || axis == lists.first {
        target.append(specification.count)
      }
    }
    try Tensor.check(lanes: lanes, shape: target, account: account)
    let count = target.reduce(1, *) * lanes.extent
    target += shape.dropFirst(subscripts.count)
    let rest = shape.dropFirst(subscripts.count).reduce(1, *)
    return try account.holding(count) {
      let indices = try indices(subscripts, lists: lists, strides: strides, lanes, count: count)
      return try .apply(
        Gather(lanes: lanes, from: shape, to: target, indices: indices, run: rest), base)
    }
  }

  /// The elements that subscripts pick at each point of some lanes.
  private func indices(
    _ subscripts: [Subscript], lists: [Int], strides: [Int], _ lanes: [Lane], count: Int
  ) throws -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(count)
    let broadcast = Broadcast(lanes: lanes, shape: [])
    for point in 0..<lanes.extent {
      try account.checkStop()
      var offsets = [0]
      for (axis, specification) in subscripts.enumerated() {
        let places = specification.places(at: point, broadcast)
        if !specification.isList {
          offsets = offsets.flatMap { offset in places.map { offset + $0 * strides[axis] } }
        } else if axis == lists.first {
          var joint = places.map { $0 * strides[axis] }
          for other in lists.dropFirst() {
            for (i, place) in subscripts[other].places(at: point, broadcast).enumerated() {
              joint[i] += place * strides[other]
            }
          }
          offsets = offsets.flatMap { offset in joint.map { offset + $0 } }
        }
      }
      indices += offsets
    }
    return indices
  }

}

extension Broadcast {
  /// The point of an operand's lanes that belongs to a point of these.
  func offset(of point: Int, in operand: [Lane]) -> Int {
    var rest = point
    var result = 0
    let steps = laneStrides(of: operand)
    for (axis, lane) in lanes.enumerated().reversed() {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: lane.size)
      result += remainder * steps[axis]
      rest = quotient
    }
    return result
  }
}
