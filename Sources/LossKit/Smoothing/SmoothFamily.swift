/// The families of smooth maxima, each with sharpness k; they tend to the maximum as k grows.
///
/// Largest errors over n entries: `lse` 0 ≤ M - max ≤ ln n / k; `mellow` -ln n / k ≤ M - max ≤ 0;
/// `boltzmann` 0 ≤ max - M ≤ W((n - 1)/e) / k, W Lambert's; `sparse` 0 ≤ M - max ≤ (1 - 1/n)/2k;
/// `sqrt` ⌈log₂ n⌉ / 2k; `abs` ln 2n / 2k; `power` n^{1/(2k+1)} - 1, relative; `expexp`
/// ln(1 + ln n) / k.
enum SmoothFamily: String, CaseIterable, Sendable {
  case lse, mellow, boltzmann, sparse, sqrt, abs, power, expexp

  /// Whether the family smooths other operations than `max`.
  var smoothsOnlyMaximum: Bool {
    switch self {
    case .lse, .mellow, .boltzmann, .sparse, .sqrt: false
    case .abs, .power, .expexp: true
    }
  }

  /// The smooth maximum of each row.
  func maximum(_ x: Value, k: Value) throws -> Value {
    let n = x.shape.last ?? 1
    // Of nothing -inf, like `max`; of one entry itself, which no family changes but by its bias.
    if n == 0 { return try .apply(LogSumExp(), x, k) }
    try checkDomain(x)
    switch self {
    case .lse: return try .apply(LogSumExp(), x, k)
    case .mellow:
      return try .apply(LogSumExp(), x, k) - .number(Scalar.log(Double(n))) / k
    case .boltzmann:
      // Relative to the largest entry, so that a large common part does not cancel.
      let largest = try Value.apply(SmoothFamily.largestOfRows(x.plain.arrayOrThrow()), x)
      let weights = try Value.apply(SoftmaxWeights(), x, k)
      return try largest + .apply(RowProduct(), x - largest.keepingRowAxis(), weights)
    case .sparse: return try .apply(SparseMaximum(), x, k)
    case .sqrt: return try SmoothFamily.pairwise(x, k: k)
    case .abs:
      // (1/2k) ln Σ (e^{2k x} + e^{-2k x}): log-sum-exp of x and -x together.
      return try .apply(LogSumExp(), SmoothFamily.joinedRows(x, -x), k * .number(2))
    case .power: return try SmoothFamily.power(x, k: k)
    case .expexp: return try .apply(ExpExpMaximum(), x, k)
    }
  }

  /// `"abs"` and `"power"` take entries from 0 on, `"expexp"` a maximum from 0 on.
  private func checkDomain(_ x: Value) throws {
    guard smoothsOnlyMaximum else { return }
    let rows = try x.plain.arrayOrThrow()
    let n = max(rows.rowLength, 1)
    for row in 0..<rows.count / n {
      let entries = rows.row(row)
      if self == .expexp {
        if let largest = entries.max(), largest < 0 {
          throw EvaluationProblem.outsideFamily(rawValue, largest, "the largest entry")
        }
      } else if let place = entries.firstIndex(where: { $0 < 0 }) {
        throw EvaluationProblem.outsideFamily(rawValue, entries[place], "entry \(place)")
      }
    }
  }

  // MARK: Formulas

  /// The choice of the first largest entry of each row, by value alone.
  static func largestOfRows(_ x: Tensor) -> Gather {
    let n = x.rowLength
    let rows = max(x.shape.dropLast().reduce(1, *), 1)
    let indices = (0..<(n == 0 ? 0 : x.count / n)).map { row in
      let values = x.row(row)
      var largest = 0
      for i in values.indices where values[i] > values[largest] { largest = i }
      return row % rows * n + largest
    }
    return Gather(lanes: x.lanes, from: x.shape, to: Array(x.shape.dropLast()), indices: indices)
  }

  private static func joinedRows(_ a: Value, _ b: Value) throws -> Value {
    let account = a.account ?? .unlimited
    return try Value.concatenated(
      [a.movingLastAxisFirst(), b.movingLastAxisFirst()], account: account
    ).movingFirstAxisLast()
  }

  /// `max(x, y) ≈ (x + y + √((x - y)² + 1/k²))/2`, folded over neighbours, then over the results.
  private static func pairwise(_ x: Value, k: Value) throws -> Value {
    var row = x
    while let n = row.shape.last, n > 1 {
      let left = try row.entries(stride(from: 0, to: n - 1, by: 2))
      let right = try row.entries(stride(from: 1, to: n, by: 2))
      let joint = try smoothPair(left, right, k)
      row = n % 2 == 0 ? joint : try joinedRows(joint, row.entries([n - 1]))
    }
    return try row.placeOfRows(0)
  }

  /// As `m + 1/(2k² (h + |d|))`, m the larger, d the difference, h = √(d² + 1/k²): the sum under the
  /// root cancels where the larger is negative and far from the other.
  private static func smoothPair(_ x: Value, _ y: Value, _ k: Value) throws -> Value {
    let isFirst = try Value.mapped(x.plain, y.plain, content: .truths) { $0 >= $1 ? 1 : 0 }
    let larger = try Value.select(isFirst, x, y)
    let difference = try Value.select(isFirst, x - y, y - x)
    let width = try .number(1) / k
    let root = try Value.apply(Hypot.self, difference, width)
    return try larger + width * width / (.number(2) * (root + difference))
  }

  /// `m (Σ (x/m)^{2k+1})^{1/(2k+1)}`, m the largest entry by value, so that no power overflows.
  private static func power(_ x: Value, k: Value) throws -> Value {
    let p = try .number(2) * k + .number(1)
    let largest = try Value.apply(largestOfRows(x.plain.arrayOrThrow()), x.plain)
    let unit = try Value.mapped(largest, .number(0)) { x, _ in x == 0 ? 1 : x }
    let powers = try Value.apply(Power.self, x / unit.keepingRowAxis(), p)
    return try unit * .apply(Power.self, .apply(SumRows(), powers), .number(1) / p)
  }
}

extension Value {
  fileprivate func movingLastAxisFirst() throws -> Value { try movingAxisFirst(shape.count - 1) }

  /// Some entries of each row.
  fileprivate func entries(_ places: some Sequence<Int>) throws -> Value {
    try picking(places, axis: shape.count - 1)
  }
}
