// Primitives on the rows of an array: its last axis, at each point of the other axes and lanes.

extension Tensor {
  /// The length of the rows.
  var rowLength: Int { shape.last ?? 1 }

  func row(_ index: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: start + index * rowLength, count: rowLength)
  }

  /// Looks at the request to stop every 16,384 elements of a long row.
  @inline(__always)
  func shouldStop(after elements: Int) -> Bool {
    elements & 0x3fff == 0x3fff && account.isCancelled
  }

  /// One number for each row.
  @inline(__always)
  func reducingRows(_ function: (UnsafeBufferPointer<Double>) -> Double) throws -> Value {
    let result = try Tensor(lanes: lanes, shape: Array(shape.dropLast()), account: account)
    var work = 0
    for i in 0..<result.count {
      result.start[i] = function(row(i))
      work += rowLength
      if work > Tensor.stopInterval {
        work = 0
        if account.isCancelled { throw EvaluationProblem.cancelled }
      }
    }
    return result.value
  }

  /// A row of the same length for each row.
  @inline(__always)
  func mappingRows(
    _ function: (UnsafeBufferPointer<Double>, UnsafeMutablePointer<Double>) throws -> Void
  ) throws -> Value {
    let result = try Tensor(lanes: lanes, shape: shape, account: account)
    var work = 0
    for i in 0..<(rowLength == 0 ? 0 : count / rowLength) {
      do {
        try function(row(i), result.start + i * rowLength)
      } catch is KernelStopped {
        throw EvaluationProblem.cancelled
      }
      work += rowLength
      if work > Tensor.stopInterval {
        work = 0
        if account.isCancelled { throw EvaluationProblem.cancelled }
      }
    }
    return .tensor(result)
  }
}

extension Value {
  /// The array that a kernel of rows works on.
  func arrayOrThrow() throws -> Tensor {
    guard case .tensor(let tensor) = self else {
      if isTraced { throw Untraceable() }
      if case .enclosed = self { throw EvaluationProblem.noErrorBound(nil) }
      throw EvaluationProblem.notAnArray(kindDescription)
    }
    return tensor
  }
}

extension Gather {
  /// The choice of the first largest entry of each row, by value alone.
  static func largestOfRows(_ x: Tensor) -> Gather {
    let n = x.rowLength
    let rows = x.shape.dropLast().reduce(1, *)
    // Rows of nothing have no entry to choose; what is computed from it is empty, too.
    if n == 0 {
      return Gather(
        from: x.shape, to: Array(x.shape.dropLast()), indices: Array(repeating: -1, count: rows))
    }
    let indices = (0..<x.count / n).map { row in
      let values = x.row(row)
      var largest = 0
      for i in values.indices where values[i] > values[largest] { largest = i }
      return row % rows * n + largest
    }
    return Gather(lanes: x.lanes, from: x.shape, to: Array(x.shape.dropLast()), indices: indices)
  }
}

// MARK: Sums

/// The sum of each row, compensated: see `Summation`.
struct SumRows: NonnegativeOperation {
  func value(_ x: Value) throws -> Value {
    try x.arrayOrThrow().reducingRows { Summation.sum($0) }
  }
  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? { try .apply(self, t) }
}

/// The mean of each row, finite wherever the elements are.
struct MeanRows: NonnegativeOperation {
  func value(_ x: Value) throws -> Value {
    try x.arrayOrThrow().reducingRows { Summation.mean($0) }
  }
  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? { try .apply(self, t) }
}

/// `Σ aᵢ bᵢ` of each row, where b may be a tangent: an element of b that is 0 takes no part, even
/// where a is infinite or nan.
struct RowProduct: BinaryOperation {
  var isBilinear: Bool { true }

  func value(_ a: Value, _ b: Value) throws -> Value {
    let a = try a.arrayOrThrow()
    let b = try b.arrayOrThrow()
    guard a.shape == b.shape else {
      throw EvaluationProblem.shapesDoNotBroadcast(a.shape, b.shape)
    }
    let n = a.rowLength
    let lanes = a.lanes.merged(with: b.lanes)
    let shape = Array(a.shape.dropLast())
    let result = try Tensor(lanes: lanes, shape: shape, account: a.account)
    let broadcast = Broadcast(lanes: lanes, shape: shape)
    let walk = StridedWalk(
      extents: broadcast.extents,
      strides: [
        broadcast.strides(lanes: a.lanes, shape: shape),
        broadcast.strides(lanes: b.lanes, shape: shape),
      ])
    let last = walk.extents.count - 1
    let (stepA, stepB) = (walk.strides[0][last], walk.strides[1][last])
    walk.forEachRun { offset, offsets, length in
      for i in 0..<length {
        let rowA = a.start + (offsets[0] + i * stepA) * n
        let rowB = b.start + (offsets[1] + i * stepB) * n
        let product = Summation.dot(rowA, rowB, count: n)
        result.start[offset + i] =
          product.isFinite ? product : RowProduct.skippingZeros(rowA, rowB, count: n)
      }
      return !a.account.isCancelled
    }
    if a.account.isCancelled { throw EvaluationProblem.cancelled }
    return result.value
  }

  private static func skippingZeros(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int
  ) -> Double {
    var sum = 0.0
    for i in 0..<count where b[i] != 0 { sum += a[i] * b[i] }
    return sum
  }

  func tangent(_ ta: Value?, _ tb: Value?, at a: Value, _ b: Value, result y: Value) throws
    -> Value?
  {
    try sum(ta.map { try .apply(self, b, $0) }, tb.map { try .apply(self, a, $0) })
  }
}

// MARK: Recurrences

/// `zᵢ = aᵢ zᵢ₋₁ + bᵢ` along each row, from z₋₁ = 0.
///
/// Products and cumulative sums of exponentials differentiate through it in linear time and
/// without division, so zeros among the factors need no special case.
struct LinearRecurrence: BinaryOperation {
  func value(_ a: Value, _ b: Value) throws -> Value {
    let (a, b) = try Value.sameLayout(a, b)
    let n = a.rowLength
    let result = try Tensor(lanes: a.lanes, shape: a.shape, account: a.account)
    for row in 0..<(n == 0 ? 0 : a.count / n) {
      var z = 0.0
      for i in row * n..<(row + 1) * n {
        if a.shouldStop(after: i) { throw EvaluationProblem.cancelled }
        z = (z == 0 ? 0 : a.start[i] * z) + b.start[i]
        result.start[i] = z
      }
      if a.account.isCancelled { throw EvaluationProblem.cancelled }
    }
    return .tensor(result)
  }

  func tangent(_ ta: Value?, _ tb: Value?, at a: Value, _ b: Value, result z: Value) throws
    -> Value?
  {
    let fromA = try ta.map { try z.shiftedRight().chained($0) }
    guard let drive = try sum(fromA, tb) else { return nil }
    return try .apply(self, a, drive)
  }
}

extension Value {
  /// Two plain arrays brought to the same lanes and shape.
  static func sameLayout(_ a: Value, _ b: Value) throws -> (Tensor, Tensor) {
    guard let broadcast = Broadcast(a, b) else {
      throw EvaluationProblem.shapesDoNotBroadcast(a.shape, b.shape)
    }
    let account = a.account ?? b.account ?? .unlimited
    func spread(_ x: Value) throws -> Tensor {
      if case .tensor(let tensor) = x, tensor.shape == broadcast.shape,
        tensor.lanes == broadcast.lanes
      {
        return tensor
      }
      let result = try Tensor(lanes: broadcast.lanes, shape: broadcast.shape, account: account)
      if case .tensor(let tensor) = x {
        result.fill(from: tensor)
      } else {
        result.start.update(repeating: try x.numberOrThrow(), count: result.count)
      }
      return result
    }
    return (try spread(a), try spread(b))
  }

  /// Each row moved one place to the right, with 0 in front.
  fileprivate func shiftedRight() throws -> Value {
    let shape = shape
    let n = shape.last ?? 1
    let indices = (0..<shape.reduce(1, *)).map { $0 % n == 0 ? -1 : $0 - 1 }
    return try .apply(Gather(from: shape, to: shape, indices: indices), self)
  }

  /// 1 at the first place of each row, 0 elsewhere.
  fileprivate func firstPlaces() throws -> Value {
    let shape = shape
    let n = max(shape.last ?? 1, 1)
    let result = try Tensor(shape: shape, account: account ?? .unlimited)
    for i in 0..<result.count { result.start[i] = i % n == 0 ? 1 : 0 }
    return .tensor(result)
  }

  /// The last element of each row.
  func lastOfRows() throws -> Value {
    let shape = shape
    let n = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    return try .apply(
      Gather(
        from: shape, to: Array(shape.dropLast()), indices: (0..<rows).map { ($0 + 1) * n - 1 }),
      self)
  }
}

/// The running products of each row; `y'ᵢ = xᵢ y'ᵢ₋₁ + yᵢ₋₁ x'ᵢ`, so that zeros need no division.
struct CumulativeProduct: UnaryOperation {
  /// `|Π (x + d) - Π x|` grows by one factor after another like `|x + d| e + |d| |Π x|`.
  func enclosed(_ x: Enclosure) throws -> Enclosure {
    let magnitudes = try Value.mapped(x.center, .number(0)) { x, _ in x.magnitude }
    let radii = try x.radius()
    let products = try value(magnitudes)
    let before = try products.shiftedRight() + products.firstPlaces()
    let errors = try LinearRecurrence().value(magnitudes + radii, before * radii)
    return try Enclosure(x.origin, center: value(x.center), below: errors, above: errors)
  }

  func value(_ x: Value) throws -> Value {
    let array = try x.arrayOrThrow()
    return try array.mappingRows { row, result in
      var product = 1.0
      for i in row.indices {
        if array.shouldStop(after: i) { throw KernelStopped() }
        product *= row[i]
        result[i] = product
      }
    }
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    let before = try y.shiftedRight() + y.firstPlaces()
    return try .apply(LinearRecurrence(), x, before.chained(t))
  }
}

/// The running sums of each row, compensated by TwoSum as `Summation` is.
struct CumulativeSum: NonnegativeOperation {
  func value(_ x: Value) throws -> Value {
    let array = try x.arrayOrThrow()
    return try array.mappingRows { row, result in
      guard let start = row.baseAddress else { return }
      var total = Total()
      for from in stride(from: 0, to: row.count, by: Tensor.stopInterval) {
        let count = min(row.count - from, Tensor.stopInterval)
        CumulativeSum.fill(result + from, start + from, count, by: 1, &total)
        if array.account.isCancelled { throw KernelStopped() }
      }
    }
  }

  /// A sum with what was rounded away.
  struct Total {
    var sum = 0.0
    var error = 0.0
  }

  /// The sums of elements that lie `step` apart, forward or back.
  static func fill(
    _ result: UnsafeMutablePointer<Double>, _ elements: UnsafePointer<Double>, _ count: Int,
    by step: Int, _ total: inout Total
  ) {
    for i in 0..<count {
      let x = elements[i * step]
      let next = total.sum + x
      let back = next - total.sum
      let lost = (total.sum - (next - back)) + (x - back)
      if lost.isFinite { total.error += lost }
      total.sum = next
      result[i * step] = next.isFinite ? next + total.error : next
    }
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? { try .apply(self, t) }
}

/// `ln Σ_{j ≤ i} e^{xⱼ}` along each row; by xⱼ its derivative is `e^{xⱼ - yᵢ}`, through the
/// recurrence `y'ᵢ = e^{yᵢ₋₁ - yᵢ} y'ᵢ₋₁ + e^{xᵢ - yᵢ} x'ᵢ`.
struct CumulativeLogSumExp: UnaryOperation {
  func enclosed(_ x: Enclosure) throws -> Enclosure {
    func largest(_ radii: Value) throws -> Value {
      try radii.arrayOrThrow().mappingRows { row, result in
        var largest = 0.0
        for i in row.indices {
          largest = Enclosure.larger(largest, row[i])
          result[i] = largest
        }
      }
    }
    return try Enclosure(
      x.origin, center: value(x.center), below: largest(x.below), above: largest(x.above))
  }

  func value(_ x: Value) throws -> Value {
    let array = try x.arrayOrThrow()
    return try array.mappingRows { row, result in
      var total = -Double.infinity
      for i in row.indices {
        if array.shouldStop(after: i) { throw KernelStopped() }
        total = Scalar.logaddexp(total, row[i])
        result[i] = total
      }
    }
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    let kept = try Value.apply(ExpDifference.self, y.shiftedRight(), y)
    let joined = try Value.apply(ExpDifference.self, x, y)
    return try .apply(LinearRecurrence(), kept, joined.chained(t))
  }
}

/// `e^(a - b)`; a term of -inf has no weight, also against another.
enum ExpDifference: ElementwisePartials {
  static func value(_ a: Double, _ b: Double) -> Double {
    a == -.infinity ? 0 : a == b ? 1 : Scalar.exp(a - b)
  }
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) -> N { y }
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N { try -y }
}
