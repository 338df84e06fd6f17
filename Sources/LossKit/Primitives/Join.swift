extension Value {
  /// Arrays of one shape under a new first axis.
  static func stacked(_ parts: [Value], account: MemoryAccount) throws -> Value {
    let shape = parts.first?.shape ?? []
    return try joined(parts, shape: [parts.count] + shape, account: account)
  }

  /// Several values, broadcast against each other, as rows: along a new last axis.
  static func rows(of parts: [Value], account: MemoryAccount) throws -> Value {
    let shape = try parts.dropFirst().reduce(parts.first?.shape ?? []) { shape, x in
      guard let joint = Broadcast.shape(shape, x.shape) else {
        throw EvaluationProblem.shapesDoNotBroadcast(shape, x.shape)
      }
      return joint
    }
    let spread = try parts.map { part in
      guard part.isNumeric else { throw EvaluationProblem.notANumber(part.kindDescription) }
      return try part.broadcast(to: shape, account)
    }
    return try stacked(spread, account: account).movingFirstAxisLast()
  }

  /// Arrays one after another along their first axis.
  static func concatenated(_ parts: [Value], account: MemoryAccount) throws -> Value {
    let rows = parts.reduce(0) { $0 + ($1.shape.first ?? 1) }
    return try joined(
      parts, shape: [rows] + (parts.first?.shape.dropFirst() ?? []), account: account)
  }

  /// Lays the elements of arrays one after another, within each point of the lanes.
  private static func joined(_ parts: [Value], shape: [Int], account: MemoryAccount) throws -> Value
  {
    let level = parts.reduce(0) { max($0, $1.level) }
    guard level > 0 else { return try joinedPlain(parts, shape: shape, account: account) }
    if let known = try Enclosure.among(parts) {
      func joint(_ part: (Enclosure) -> Value) throws -> Value {
        try joinedPlain(known.map(part), shape: shape, account: account)
      }
      return try known[0].with(
        center: joint(\.center), below: joint(\.below), above: joint(\.above))
    }
    if let result = try Series.joining(
      parts, level: level, { try joined($0, shape: shape, account: account) })
    {
      return result
    }
    let split = parts.map { $0.split(at: level) }
    let primal = try joined(split.map(\.primal), shape: shape, account: account)
    let tangents = try split.map { part in
      try part.tangent ?? Value.number(0).broadcast(to: part.primal.shape, account)
    }
    return .dual(
      level: level, primal: primal, tangent: try joined(tangents, shape: shape, account: account))
  }

  private static func joinedPlain(_ parts: [Value], shape: [Int], account: MemoryAccount) throws
    -> Value
  {
    if let graph = parts.lazy.compactMap(\.graph).first {
      return try graph.recordedJoin(parts, shape: shape)
    }
    var lanes: [Lane] = []
    var masks = 0
    for part in parts {
      lanes = lanes.merged(with: part.lanes)
      switch part {
      case .truth: masks += 1
      case .tensor(let tensor) where tensor.isMask: masks += 1
      default: break
      }
    }
    let isMask = masks == parts.count && masks > 0
    let result = try Tensor(
      lanes: lanes, shape: shape, content: isMask ? .truths : .numbers, account: account)
    var offset = 0
    for part in parts {
      guard case .tensor(let tensor) = part else {
        let number = try part.numberOrThrow()
        for block in 0..<lanes.extent { result.start[block * result.size + offset] = number }
        offset += 1
        continue
      }
      let broadcast = Broadcast(lanes: lanes, shape: [])
      let walk = StridedWalk(
        extents: lanes.map(\.size), strides: [broadcast.strides(lanes: tensor.lanes, shape: [])])
      let step = walk.strides[0][walk.extents.count - 1]
      walk.forEachRun { block, offsets, length in
        for i in 0..<length {
          (result.start + (block + i) * result.size + offset).update(
            from: tensor.start + (offsets[0] + i * step) * tensor.size, count: tensor.size)
        }
        return !account.isCancelled
      }
      try account.checkStop()
      offset += tensor.size
    }
    return .tensor(result)
  }

  /// `a` where the mask holds, `b` elsewhere, with broadcasting.
  ///
  /// What is not chosen contributes neither value nor derivative.
  static func select(_ mask: Value, _ a: Value, _ b: Value) throws -> Value {
    let level = max(a.level, b.level)
    guard level > 0 else { return try selectPlain(mask, a, b) }
    if let known = try Enclosure.among(a, b) {
      let (a, b) = (known[0], known[1])
      return try a.with(
        center: selectPlain(mask, a.center, b.center), below: selectPlain(mask, a.below, b.below),
        above: selectPlain(mask, a.above, b.above))
    }
    if let result = try Series.joining([a, b], level: level, { try select(mask, $0[0], $0[1]) }) {
      return result
    }
    let (pa, ta) = a.split(at: level)
    let (pb, tb) = b.split(at: level)
    let primal = try select(mask, pa, pb)
    guard ta != nil || tb != nil else { return primal }
    let tangent = try select(mask, ta ?? .number(0), tb ?? .number(0))
    return .dual(
      level: level, primal: primal,
      tangent: try tangent.broadcast(to: primal.shape, orElse: primal.account))
  }

  private static func selectPlain(_ mask: Value, _ a: Value, _ b: Value) throws -> Value {
    if case .truth(let choice) = mask, a.shape == b.shape { return choice ? a : b }
    if let graph = mask.graph ?? a.graph ?? b.graph {
      return try graph.recordedSelection(mask, a, b)
    }
    guard let shape = Broadcast.shape(a.shape, b.shape).flatMap({ Broadcast.shape($0, mask.shape) })
    else {
      let (first, second) =
        Broadcast.shape(a.shape, b.shape) == nil ? (a, b) : (mask, a.shape.isEmpty ? b : a)
      throw EvaluationProblem.shapesDoNotBroadcast(first.shape, second.shape)
    }
    let lanes = a.lanes.merged(with: b.lanes).merged(with: mask.lanes)
    let operands = [mask, a, b]
    let accounts = operands.compactMap(\.account)
    guard let account = accounts.first(where: { $0 !== MemoryAccount.unlimited }) ?? accounts.first
    else {
      return try mask.numberOrThrow() != 0 ? a : b
    }
    let tensors = try operands.map { operand -> Tensor in
      if case .tensor(let tensor) = operand { return tensor }
      return try Tensor([operand.numberOrThrow()], shape: [], account: account)
    }
    let result = try Tensor(
      lanes: lanes, shape: shape,
      content: a.isMask && b.isMask ? .truths : .numbers, account: account)
    let broadcast = Broadcast(lanes: lanes, shape: shape)
    let walk = StridedWalk(
      extents: broadcast.extents,
      strides: tensors.map { broadcast.strides(lanes: $0.lanes, shape: $0.shape) })
    let steps = walk.strides.map { $0[walk.extents.count - 1] }
    walk.forEachRun { offset, offsets, length in
      for i in 0..<length {
        result.start[offset + i] =
          tensors[0].start[offsets[0] + i * steps[0]] != 0
          ? tensors[1].start[offsets[1] + i * steps[1]]
          : tensors[2].start[offsets[2] + i * steps[2]]
      }
      return !account.isCancelled
    }
    if account.isCancelled { throw EvaluationProblem.cancelled }
    return result.value
  }

  /// Whether this is a truth value or an array of them.
  ///
  var isMask: Bool {
    switch self {
    case .truth: true
    case .tensor(let tensor): tensor.isMask
    case .traced(let traced): traced.isMask
    default: false
    }
  }
}
