// The log-sum-exp family on rows, with a sharpness k.
//
// With m the largest entry of a row, dᵢ = k (xᵢ - m) ≤ 0 and R = Σ e^{dᵢ} over all entries but one
// largest, `lse = m + log1p(R)/k`: the largest term is taken out of the sum, so that nothing
// overflows and `lse(0, -50)` keeps its 1.9e-22. R is summed as `Summation` does. A weight
// `e^{dᵢ}/(1 + R)` has a relative error near 2^-53 (4 + |dᵢ|), the value an absolute one near
// 2^-52 max(|m|, |lse|). Entries of -inf are masks: weight 0, gradient 0. An entry of +inf takes all
// the weight, several share it.

/// A function of rows and of k.
private protocol SharpRows: BinaryOperation {
  /// Whether the result keeps the rows, or has one number for each.
  static var keepsRows: Bool { get }
  /// - Parameters:
  ///   - weights: e^{dᵢ}, with 0 in the place of the largest.
  ///   - rest: R.
  static func fill(
    _ result: UnsafeMutablePointer<Double>, _ row: UnsafeBufferPointer<Double>, k: Double,
    largest: Int, weights: UnsafeBufferPointer<Double>, rest: Double)
}

extension SharpRows {
  func value(_ x: Value, _ k: Value) throws -> Value {
    let x = try x.arrayOrThrow()
    let lanes = x.lanes.merged(with: k.lanes)
    let n = x.rowLength
    let shape = Self.keepsRows ? x.shape : Array(x.shape.dropLast())
    let result = try Tensor(lanes: lanes, shape: shape, account: x.account)
    let rows = x.shape.dropLast().reduce(1, *)
    let broadcast = Broadcast(lanes: lanes, shape: [])
    let (sharpness, kTensor): (Double, Tensor?) =
      if case .tensor(let tensor) = k { (0, tensor) } else { (try k.numberOrThrow(), nil) }
    guard kTensor?.shape.isEmpty ?? true else { throw EvaluationProblem.sharpnessNotANumber }
    let walk = StridedWalk(
      extents: lanes.map(\.size),
      strides: [
        broadcast.strides(lanes: x.lanes, shape: []), broadcast.strides(lanes: k.lanes, shape: []),
      ])
    let last = walk.extents.count - 1
    let (stepX, stepK) = (walk.strides[0][last], walk.strides[1][last])
    let step = Self.keepsRows ? n : 1
    withUnsafeTemporaryAllocation(of: Double.self, capacity: n) { weights in
      walk.forEachRun { block, offsets, length in
        for i in 0..<length {
          let k = kTensor.map { $0.start[offsets[1] + i * stepK] } ?? sharpness
          let base = x.start + (offsets[0] + i * stepX) * rows * n
          for row in 0..<rows {
            Self.fill(
              result.start + ((block + i) * rows + row) * step,
              UnsafeBufferPointer(start: base + row * n, count: n), k: k, weights, x.account)
          }
          if x.account.isCancelled { return false }
        }
        return true
      }
    }
    if x.account.isCancelled { throw EvaluationProblem.cancelled }
    return result.value
  }

  private static func fill(
    _ result: UnsafeMutablePointer<Double>, _ row: UnsafeBufferPointer<Double>, k: Double,
    _ weights: UnsafeMutableBufferPointer<Double>, _ account: MemoryAccount
  ) {
    var largest = 0
    for i in row.indices where row[i] > row[largest] || row[i].isNaN {
      largest = i
      if row[i].isNaN { break }
    }
    let m = row.isEmpty ? -.infinity : row[largest]
    for i in row.indices {
      if i & 0x3fff == 0x3fff, account.isCancelled { return }
      // An infinite m would give inf - inf: entries equal to it count 1, the others 0.
      weights[i] = row[i] == m ? (m == -.infinity ? 0 : 1) : Scalar.exp(k * (row[i] - m))
    }
    if !row.isEmpty, m != -.infinity { weights[largest] = 0 }
    let rest = Summation.sum(UnsafeBufferPointer(weights))
    fill(result, row, k: k, largest: largest, weights: UnsafeBufferPointer(weights), rest: rest)
  }
}

/// ln(1 + R).
///
/// From R = 1 on nothing is lost in the sum, and the logarithm is the better rounded of
/// the two in the C library.
private func logOfTotal(_ rest: Double) -> Double {
  rest < 1 ? Scalar.log1p(rest) : Scalar.log(1 + rest)
}

/// `(1/k) ln Σ e^{k x}`: `lse` of nothing, and of nothing but masks, is -inf with gradient 0.
///
///
/// Its gradient is `SoftmaxWeights`; by k its derivative is -H/k², H the entropy of the weights.
struct LogSumExp: SharpRows {
  static var keepsRows: Bool { false }

  fileprivate static func fill(
    _ result: UnsafeMutablePointer<Double>, _ row: UnsafeBufferPointer<Double>, k: Double,
    largest: Int, weights: UnsafeBufferPointer<Double>, rest: Double
  ) {
    guard !row.isEmpty, row[largest] != -.infinity else {
      result[0] = -.infinity
      return
    }
    guard k > 0 else {
      result[0] = .nan
      return
    }
    let m = row[largest]
    let excess = rest == 0 ? 0 : logOfTotal(rest) / k
    result[0] = m + excess
    // Where m and the excess cancel, e^x is summed with twice the digits. (Only for k = 1: no
    // cancelling sum with another k was met that its product k x would not spoil first.)
    if k == 1, result[0].magnitude * 4 < excess { result[0] = nearZero(row, largest) }
  }

  /// ln Σ e^x = log1p(S), S = (e^m - 1) + Σ e^x over the rest, where the sum is near 1.
  private static func nearZero(_ row: UnsafeBufferPointer<Double>, _ largest: Int) -> Double {
    var sum = DoubleDouble.expm1(row[largest])
    for i in row.indices where i != largest && row[i] != -.infinity {
      sum = sum + DoubleDouble.exp(row[i])
    }
    return Scalar.log1p(sum.high) + sum.low / (1 + sum.high)
  }

  /// The weights are at least 0 and add up to 1.
  func enclosed(_ x: Enclosure, _ k: Enclosure) throws -> Enclosure {
    let radii = try x.largestRadii()
    return try Enclosure(
      x.origin, center: value(x.center, k.exactOrThrow()), below: radii.below, above: radii.above)
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result y: Value) throws
    -> Value?
  {
    let fromX = try tx.map {
      try Value.apply(RowProduct(), .apply(SoftmaxWeights(), x, k), $0)
    }
    let fromK = try tk.map {
      try (-(.apply(SoftmaxEntropy(), x, k) / k / k)).chained($0)
    }
    return try sum(fromX, fromK)
  }
}

/// `e^{k xᵢ} / Σ e^{k x}`; 0 everywhere where all entries are masks.
///
/// Its derivative along t is `pᵢ (uᵢ - Σ pⱼ uⱼ)` with `u = w - w_*`, w = k t + k' x, and * the
/// largest entry: taking the largest entry's own out first leaves nothing to cancel where it has
/// almost all the weight.
struct SoftmaxWeights: SharpRows {
  static var keepsRows: Bool { true }

  fileprivate static func fill(
    _ result: UnsafeMutablePointer<Double>, _ row: UnsafeBufferPointer<Double>, k: Double,
    largest: Int, weights: UnsafeBufferPointer<Double>, rest: Double
  ) {
    guard !row.isEmpty else { return }
    let m = row[largest]
    let total = 1 + rest
    for i in row.indices { result[i] = k > 0 ? weights[i] / total : .nan }
    if m != -.infinity { result[largest] = k > 0 ? 1 / total : .nan }
  }

  /// With r the sum of the largest radii of a row and of its signs, each weight stays between
  /// `p e^{-k r}` and `p e^{k r}`.
  func enclosed(_ x: Enclosure, _ k: Enclosure) throws -> Enclosure {
    let sharpness = try k.exactOrThrow()
    let p = try value(x.center, sharpness)
    let range = try x.rangeOfRows(sharpness).keepingRowAxis()
    return try Enclosure(
      x.origin, center: p, below: .mapped(p, range) { p, r in -p * Scalar.expm1(-r) },
      above: .mapped(p, range) { p, r in p == 0 ? 0 : min(p * Scalar.expm1(r), 1 - p) })
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result p: Value) throws
    -> Value?
  {
    guard let u = try relativeLogits(tx, tk, x, k) else { return nil }
    let mean = try Value.apply(RowProduct(), u, p).keepingRowAxis()
    return try (u - mean).chained(p)
  }
}

/// `k xᵢ - ln Σ e^{k x}`; -inf at masks, where the derivative is its limit.
///
/// Where all entries are masks there is none: it is 0.
///
struct LogSoftmax: SharpRows {
  static var keepsRows: Bool { true }

  fileprivate static func fill(
    _ result: UnsafeMutablePointer<Double>, _ row: UnsafeBufferPointer<Double>, k: Double,
    largest: Int, weights: UnsafeBufferPointer<Double>, rest: Double
  ) {
    guard !row.isEmpty else { return }
    let m = row[largest]
    let normalizer = logOfTotal(rest)
    for i in row.indices {
      result[i] =
        row[i] == -.infinity
        ? -.infinity : row[i] == m ? 0 - normalizer : k * (row[i] - m) - normalizer
      if !(k > 0) { result[i] = .nan }
    }
  }

  func enclosed(_ x: Enclosure, _ k: Enclosure) throws -> Enclosure {
    let sharpness = try k.exactOrThrow()
    let range = try x.rangeOfRows(sharpness).keepingRowAxis()
    return try Enclosure(
      x.origin, center: value(x.center, sharpness), below: range, above: range)
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result y: Value) throws
    -> Value?
  {
    guard let u = try relativeLogits(tx, tk, x, k) else { return nil }
    let p = try Value.apply(SoftmaxWeights(), x, k)
    let mean = try Value.apply(RowProduct(), u, p).keepingRowAxis()
    return try u - mean
  }
}

/// `w - w_*`, the change of the logits k x relative to that of the largest.
private func relativeLogits(_ tx: Value?, _ tk: Value?, _ x: Value, _ k: Value) throws -> Value? {
  let largest = try x.plain.largestEntries()
  func relative(_ v: Value) throws -> Value {
    try v - largest(v).keepingRowAxis()
  }
  let fromX = try tx.map { try k * relative($0) }
  let fromK = try tk.map { try relative(x).chained($0.keepingRowAxis()) }
  return try sum(fromX, fromK)
}

/// The entropy of softmax(k x) in nats: `log1p(R) + Σ pᵢ k (m - xᵢ)`, two terms of one sign.
///
/// By xᵢ its derivative is `-k pᵢ (ln pᵢ + H)`, by k it is `-Σ xᵢ pᵢ (ln pᵢ + H)`.
struct SoftmaxEntropy: SharpRows {
  static var keepsRows: Bool { false }

  fileprivate static func fill(
    _ result: UnsafeMutablePointer<Double>, _ row: UnsafeBufferPointer<Double>, k: Double,
    largest: Int, weights: UnsafeBufferPointer<Double>, rest: Double
  ) {
    guard !row.isEmpty else {
      result[0] = 0
      return
    }
    let m = row[largest]
    var energy = 0.0
    for i in row.indices where weights[i] > 0 && row[i] != m {
      energy += weights[i] * (k * (m - row[i]))
    }
    result[0] = m == -.infinity ? 0 : logOfTotal(rest) + energy / (1 + rest)
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result h: Value) throws
    -> Value?
  {
    guard let u = try relativeLogits(tx, tk, x, k) else { return nil }
    let p = try Value.apply(SoftmaxWeights(), x, k)
    let surprise = try (.apply(LogSoftmax(), x, k) + h.keepingRowAxis()).chained(p)
    return try -Value.apply(RowProduct(), u, surprise)
  }
}

extension Value {
  /// The choice of the first largest entry of each row, by value alone.
  func largestEntries() throws -> (Value) throws -> Value {
    if case .traced(let rows) = self {
      return { try .apply(LargestOfRows(x: rows), $0) }
    }
    let gather = try Gather.largestOfRows(arrayOrThrow())
    return { try .apply(gather, $0) }
  }

  /// One number for each row, as rows of length 1, so that it broadcasts along them.
  func keepingRowAxis() throws -> Value { try reshaped(shape + [1]) }
}
