// The logistic family with a sharpness k > 0 (nan for other k; k = ∞ is the limit).
//
// With t = kx, the result depends on e^{-|t|}, which amplifies the relative rounding error of the
// product by |t|, up to 2^9.5. So the product is carried as high + low, with low its exact
// rounding error by a fused multiply-add, and e^{-|high|} is corrected by the factor 1 - low.
extension Scalar {
  /// kx as an unevaluated sum, also for k ≤ 0, with 0 · ∞ = 0.
  ///
  /// The low part matters, and is finite, only where e^{-|kx|} is between 0 and 1; elsewhere it
  /// would be ∞ - ∞. A product that overflows is right as ±∞: every use of it has reached its
  /// limit long before.
  static func product(_ x: Double, k: Double) -> (high: Double, low: Double) {
    if x == 0 { return (k.isNaN ? k : x, 0) }
    let high = k * x
    return (high, high.magnitude < 4096 ? (-high).addingProduct(k, x) : 0)
  }

  /// kx, nan where k is not a sharpness.
  private static func sharpened(_ x: Double, k: Double) -> (high: Double, low: Double) {
    k > 0 ? product(x, k: k) : (.nan, 0)
  }

  /// e^{-|high + low|}, at most 0.6 ulp; the square of low is below 2^-87.
  @inline(__always) static func decay(_ t: (high: Double, low: Double)) -> Double {
    let e = systemExp(-t.high.magnitude)
    return t.high < 0 ? e + e * t.low : e - e * t.low
  }

  private static func doubled(_ t: (high: Double, low: Double)) -> (high: Double, low: Double) {
    (2 * t.high, 2 * t.low)
  }

  /// σ(kx), at most 2.5 ulp.
  static func sigmoid(_ x: Double, k: Double) -> Double {
    let e = decay(sharpened(x, k: k))
    return (x < 0 ? e : 1) / (1 + e)
  }

  /// σ(kx) σ(-kx), at most 3 ulp: the slope of σ(kx) without its factor k.
  static func sigmoidSlope(_ x: Double, k: Double) -> Double {
    logisticDensity(decay(sharpened(x, k: k)))
  }

  /// tanh(kx), at most 3 ulp.
  ///
  /// Its condition number is at most 1, so that the low part adds half an ulp at most.
  static func tanh(_ x: Double, k: Double) -> Double {
    tanh(sharpened(x, k: k).high)
  }

  /// sech²(kx), at most 3 ulp: the slope of tanh(kx) without its factor k.
  static func tanhSlope(_ x: Double, k: Double) -> Double {
    let t = doubled(sharpened(x, k: k))
    if t.high.magnitude > tailStart { return tail(t, factor: 4, k: k, power: 0) }
    return 4 * logisticDensity(decay(t))
  }

  /// (1/k) ln(1 + e^{kx}) = max(x, 0) + log1p(e^{-|kx|})/k, at most 3 ulp; its slope is σ(kx).
  static func softplus(_ x: Double, k: Double) -> Double {
    let t = sharpened(x, k: k)
    if t.high < -tailStart { return tail(t, factor: 1, k: k, power: 1) }
    let rest = systemLog1p(decay(t)) / k
    return x > 0 ? x + rest : rest
  }

  /// (1/k) ln(e^{kx} + e^{-kx}) = |x| + log1p(e^{-2|kx|})/k, at most 3 ulp; its slope is tanh(kx).
  static func smoothabs(_ x: Double, k: Double) -> Double {
    let t = sharpened(x, k: k)
    return x.magnitude + systemLog1p(decay(doubled(t))) / k
  }

  /// The entropy of (σ(kx), σ(-kx)) in nats, at most 4 ulp.
  ///
  /// With t = kx, e = e^{-|t|} it is log1p(e) + |t| e/(1 + e). Both terms are positive, unlike
  /// those of softplus(t) - t σ(t).
  static func binaryEntropy(_ x: Double, k: Double) -> Double {
    entropy(sharpened(x, k: k), k: k, power: 0)
  }

  /// d/dk softplus(x, k) = -H(σ(t), σ(-t))/k², t = kx, at most 5 ulp.
  static func softplusSharpnessSlope(_ x: Double, k: Double) -> Double {
    -entropy(sharpened(x, k: k), k: k, power: 2)
  }

  /// d/dk smoothabs(x, k) = -H(σ(t), σ(-t))/k², t = 2kx, at most 5 ulp.
  static func smoothabsSharpnessSlope(_ x: Double, k: Double) -> Double {
    -entropy(doubled(sharpened(x, k: k)), k: k, power: 2)
  }

  /// H(σ(t), σ(-t))/k^power.
  private static func entropy(
    _ t: (high: Double, low: Double), k: Double, power: Int
  ) -> Double {
    let magnitude = t.high.magnitude
    if magnitude > tailStart { return tail(t, factor: 1 + magnitude, k: k, power: power) }
    let e = decay(t)
    var value = systemLog1p(e) + magnitude * e / (1 + e)
    for _ in 0..<power { value /= k }
    return value
  }
}

// MARK: Where e^{-|t|} leaves the range but its quotient by k or k² need not

extension Scalar {
  /// Beyond it e^{-|t|} comes near the subnormal numbers; log1p(e) is e long before.
  private static let tailStart = 700.0

  /// factor · e^{-|t|}/k^power for |t| > 700 and 1 ≤ factor ≤ 2301, rounded once more when
  /// subnormal.
  ///
  /// e^{-|t|} = 2^n e^r with |r| ≤ ln 2/2 (r by Cody and Waite: the first part of ln 2 has 21 zero
  /// bits at its end, so that its product with n is exact), and the exponents of k and n are added
  /// as integers. As x ≤ 2^1024, k ≥ |t|/2^1024, so that beyond 2300 everything is below 2^-1075.
  private static func tail(
    _ t: (high: Double, low: Double), factor: Double, k: Double, power: Int
  ) -> Double {
    let magnitude = t.high.magnitude
    guard magnitude < 2300 else { return 0 }
    let n = (magnitude / ln2).rounded()
    let remainder = (n * 0x1.62e42feep-1 - magnitude) + n * 0x1.a39ef35793c76p-33
    let e = systemExp(remainder - (t.high < 0 ? -t.low : t.low))
    var significand = factor * e
    for _ in 0..<power { significand /= k.significand }
    // k is finite here, as kx is and x is not 0.
    return Double(
      sign: .plus, exponent: -Int(n) - power * k.exponent, significand: significand)
  }
}
