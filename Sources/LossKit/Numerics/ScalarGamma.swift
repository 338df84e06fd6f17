extension Scalar {
  /// ln |Γ(x)|; inf at the poles 0, -1, -2, … and at ±inf.
  ///
  /// glibc: at most 4 ulp for x > 0, also near the zeros 1 and 2; for x < 0 as much of the larger
  /// of the result and 1.
  @inline(__always) static func lgamma(_ x: Double) -> Double { systemLogGamma(x) }

  /// ψ(x) = d/dx ln Γ(x); ∓inf at ±0, nan at the poles below.
  ///
  /// At most 4 ulp for x > 0, also near its zero there; for x < 0 at most 5 ulp of the larger
  /// term of the reflection ψ(x) = ψ(1 - x) - π cot πx.
  ///
  /// From 10 on the asymptotic series ln x - 1/2x - Σ B₂ₖ/2k x^{-2k} to k = 8 (truncated below
  /// 2^-58), down to 1 by ψ(x) = ψ(x - 1) + 1/(x - 1), in [1, 2] a polynomial times x - x₀ with
  /// x₀ = 1.4616… the zero (Abramowitz and Stegun 6.3.5, 6.3.7, 6.3.18).
  static func digamma(_ x: Double) -> Double {
    if x == 0 { return -1 / x }
    if x < 0 { return digamma(1 - x) - .pi * cotangentOfPi(x) }
    if x < 1 { return digammaAboveOne(x + 1) - 1 / x }
    return digammaAboveOne(x)
  }

  /// ψ'(x), see ``polygamma(_:_:)``.
  static func trigamma(_ x: Double) -> Double { polygamma(1, x) }

  /// cot πx with an exact reduction of x, at most 3 ulp; nan at whole numbers.
  static func cotangentOfPi(_ x: Double) -> Double {
    let reduced = x - x.rounded()
    if reduced == 0 { return .nan }
    if reduced.magnitude < 0.25 { return 1 / systemTan(.pi * reduced) }
    // Near the zeros at 1/2 the rounding of π would be all that is left.
    let complement = systemTan(.pi * (0.5 - reduced.magnitude))
    return reduced < 0 ? -complement : complement
  }

  private static func digammaAboveOne(_ x: Double) -> Double {
    if x >= 10 {
      let y = 1 / (x * x)
      var series = 0.0
      for coefficient in digammaAsymptotic.reversed() { series = series * y + coefficient }
      return systemLog(x) - (0.5 / x + series * y)
    }
    var base = x
    var sum = 0.0
    // At most 8 turns; base - 1 is exact, and nan ends it at once.
    while base > 2 {
      base -= 1
      sum += 1 / base
    }
    let u = 2 * base - 3
    var quotient = 0.0
    for coefficient in digammaCentral.reversed() { quotient = quotient * u + coefficient }
    let distance = (base - 0x1.762d86356be3fp+0) - 9.549995429965697e-17
    return distance * quotient + sum
  }

  /// B₂ₖ/2k, k = 1 … 8.
  private static let digammaAsymptotic: [Double] = [
    1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12,
    -3617.0 / 8160,
  ]

  /// ψ(x)/(x - x₀) on [1, 2] in powers of 2x - 3, interpolated at 23 Chebyshev nodes with mpmath
  /// (300 bits); its relative error is below 2^-58.
  private static let digammaCentral: [Double] = [
    0.9510558760318328, -0.2118137106407303, 0.060135621060196744, -0.018550615381735115,
    0.005936795278305649, -0.0019350666648590097, 0.0006368880303257201, -0.00021074841140458636,
    6.995018873950506e-05, -2.325824239445257e-05, 7.741232223504057e-06, -2.57809436305308e-06,
    8.589127353033379e-07, -2.86315275846934e-07, 9.542050972688906e-08, -3.163020268955334e-08,
    1.0542687624027994e-08, -3.7075072647122386e-09, 1.2358072433984831e-09,
    -2.7619635330317715e-10, 9.206434499177992e-11, -8.498137230186096e-11, 2.832706668021759e-11,
  ]
}
