extension SmoothFamily {
  // MARK: Of a maximum

  /// How far the smooth maximum of n entries may lie from the largest.
  ///
  /// The bounds are those that stand with the families. Entries of -inf count among the n, which can
  /// only widen them.
  ///
  /// - Parameter largest: an upper bound of the largest entry, for the family with a relative error.
  func errorBound(count n: Int, k: Double, largest: Double) -> Spread {
    if n == 0 || largest.isInfinite { return .exact }
    let n = Double(n)
    let logarithm = Scalar.log(n)
    return switch self {
    case .lse: Spread(below: 0, above: logarithm / k)
    case .mellow: Spread(below: logarithm / k, above: 0)
    case .boltzmann: Spread(below: SmoothFamily.lambertW((n - 1) / Scalar.exp(1)) / k, above: 0)
    case .sparse: Spread(below: 0, above: (1 - 1 / n) / 2 / k)
    case .sqrt: Spread(below: 0, above: Scalar.log2(n).rounded(.up) / 2 / k)
    case .abs: Spread(below: 0, above: Scalar.log(2 * n) / 2 / k)
    case .power: Spread(below: 0, above: Scalar.expm1(logarithm / (2 * k + 1)) * largest)
    case .expexp: Spread(below: 0, above: Scalar.log1p(logarithm) / k)
    }
  }

  /// Lambert's W for x ≥ 0, the root of `w e^w = x`: Newton's steps from ln(1 + x), which lies above
  /// it, fall towards it and end within a few units in the last place.
  static func lambertW(_ x: Double) -> Double {
    var w = Scalar.log1p(x)
    while true {
      let next = w - (w - x * Scalar.exp(-w)) / (1 + w)
      guard next < w else { return w }
      w = next
    }
  }

  // MARK: Of enclosures

  /// What the smooth maximum of each row may be, around the hard one.
  func enclosedMaximum(_ rows: Enclosure, k: Value) throws -> Enclosure {
    try checkDomain(rows.center)
    let n = rows.center.shape.last ?? 1
    let hard = try rows.largestOfRows()
    let largest = try hard.center + hard.above
    let below = try Value.mapped(largest, k) { errorBound(count: n, k: $1, largest: $0).below }
    let above = try Value.mapped(largest, k) { errorBound(count: n, k: $1, largest: $0).above }
    return try Enclosure(
      rows.origin, center: hard.center, below: hard.below + below, above: hard.above + above)
  }

  /// The smooth maximum itself, of entries that are known within bounds only.
  ///
  /// The slopes of all families but Boltzmann's are at least 0 and add up to at most 1, those of
  /// `power`, a (2k + 1)-norm, to at most n^{1/(2k+1)}. Boltzmann's mean stays near the maximum.
  func enclosed(_ rows: Enclosure, k: Value) throws -> Value {
    if case .enclosed = k { throw EvaluationProblem.noErrorBound(nil) }
    let center = try maximum(rows.center, k: k.plain)
    if self == .boltzmann {
      let near = try enclosedMaximum(rows, k: k.plain)
      return try rows.with(
        center: center, below: center - (near.center - near.below),
        above: near.center + near.above - center)
    }
    let n = Double(rows.center.shape.last ?? 1)
    let radii = try rows.largestRadii()
    let slope = try Value.mapped(k.plain, .number(0)) { k, _ in
      self == .power ? Scalar.pow(n, 1 / (2 * k + 1)) : 1
    }
    return try rows.with(center: center, below: radii.below * slope, above: radii.above * slope)
  }
}
