/// One place of the first axis.
struct TakeRow: NonnegativeOperation {
  let row: Int

  func value(_ x: Value) throws -> Value {
    let tensor = try x.arrayOrThrow()
    let shape = Array(tensor.shape.dropFirst())
    let size = shape.reduce(1, *)
    if tensor.lanes.isEmpty {
      return Tensor(sharing: tensor, lanes: [], shape: shape, offset: row * size).value
    }
    let result = try Tensor(
      lanes: tensor.lanes, shape: shape, content: tensor.content, account: tensor.account)
    for block in 0..<tensor.lanes.extent {
      (result.start + block * size).update(
        from: tensor.start + block * tensor.size + row * size, count: size)
    }
    return .tensor(result)
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? { try .apply(self, t) }
}

/// A few neighbouring places of the first axis.
struct TakeRows: NonnegativeOperation {
  let rows: Range<Int>

  func value(_ x: Value) throws -> Value {
    let tensor = try x.arrayOrThrow()
    if rows == 0..<(tensor.shape.first ?? 1) { return x }
    let shape = [rows.count] + tensor.shape.dropFirst()
    let rest = tensor.shape.dropFirst().reduce(1, *)
    if tensor.lanes.isEmpty {
      return .tensor(
        Tensor(sharing: tensor, lanes: [], shape: shape, offset: rows.lowerBound * rest))
    }
    let result = try Tensor(
      lanes: tensor.lanes, shape: shape, content: tensor.content, account: tensor.account)
    for block in 0..<tensor.lanes.extent {
      (result.start + block * result.size).update(
        from: tensor.start + block * tensor.size + rows.lowerBound * rest, count: result.size)
    }
    return .tensor(result)
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? { try .apply(self, t) }
}

extension Tensor {
  /// How many elements of a mask hold.
  func holdingCount() throws -> Int {
    var result = 0
    for from in stride(from: 0, to: count, by: Tensor.stopInterval) {
      for i in from..<min(count, from + Tensor.stopInterval) where start[i] != 0 { result += 1 }
      try account.checkStop()
    }
    return result
  }

  /// Where a mask holds.
  func placesThatHold(count found: Int) throws -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(found)
    for from in stride(from: 0, to: count, by: Tensor.stopInterval) {
      for i in from..<min(count, from + Tensor.stopInterval) where start[i] != 0 {
        result.append(i)
      }
      try account.checkStop()
    }
    return result
  }
}
