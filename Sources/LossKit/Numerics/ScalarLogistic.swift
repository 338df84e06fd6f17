// The logistic family. Everything is written with e = e^{-|t|}, which cannot overflow and loses
// nothing when it underflows, and without a difference of nearly equal numbers. The error bounds
// add up the roundings of each formula (exp 0.51 ulp, log1p and expm1 below 1 ulp in glibc).
extension Scalar {
  /// ln 2, and what its rounding left.
  static let ln2 = 0x1.62e42fefa39efp-1
  static let ln2Low = 0x1.abc9e3b39803fp-56

  /// σ(x) = 1/(1 + e^{-x}), at most 2.5 ulp.
  ///
  /// For x < 0 it is e^x/(1 + e^x): relatively accurate down to the least subnormal.
  @inline(__always) static func sigmoid(_ x: Double) -> Double {
    let e = systemExp(-x.magnitude)
    return (x < 0 ? e : 1) / (1 + e)
  }

  /// σ'(x) = σ(x) σ(-x) = e/(1 + e)², e = e^{-|x|}, at most 2 ulp.
  ///
  /// Not σ (1 - σ), which is 0 from x = 37 on. (1 + e)² as 1 + e (2 + e) rounds once, not thrice.
  @inline(__always) static func sigmoidSlope(_ x: Double) -> Double {
    logisticDensity(systemExp(-x.magnitude))
  }

  /// e/(1 + e)² for 0 ≤ e ≤ 1.
  @inline(__always) static func logisticDensity(_ e: Double) -> Double { e / (1 + e * (2 + e)) }

  /// ln(1 + e^x) = max(x, 0) + log1p(e^{-|x|}), at most 2 ulp.
  ///
  /// Without a threshold beyond which a term is dropped: e^x at x = -20 is all there is.
  @inline(__always) static func softplus(_ x: Double) -> Double {
    let tail = systemLog1p(systemExp(-x.magnitude))
    return x > 0 ? x + tail : tail
  }

  /// ln σ(x) = -softplus(-x), at most 2 ulp; its slope is σ(-x).
  @inline(__always) static func logsigmoid(_ x: Double) -> Double { -softplus(-x) }

  /// At most 2 ulp in glibc, and 1 ulp at every reference point.
  @inline(__always) static func tanh(_ x: Double) -> Double { systemTanh(x) }

  /// tanh'(x) = sech²(x) = 4e/(1 + e)², e = e^{-2|x|}, at most 2 ulp.
  ///
  /// Not 1 - tanh², which cancels from the first digit on. Beyond 300 it is (2e^{-|x|})², as 4
  /// times a subnormal e would be 4 times its rounding error.
  @inline(__always) static func tanhSlope(_ x: Double) -> Double {
    if x.magnitude > 300 {
      let root = 2 * systemExp(-x.magnitude)
      return root * root
    }
    return 4 * logisticDensity(systemExp(-2 * x.magnitude))
  }

  /// ln(1 - e^x) for x ≤ 0, -inf at 0, nan above; at most 3 ulp.
  ///
  /// Two forms meet at -ln 2 (Mächler 2012, "Accurately computing log(1 - exp(-|a|))"): there
  /// both arguments are 1/2, so that neither logarithm is taken near 1, where it amplifies.
  static func log1mexp(_ x: Double) -> Double {
    // log of a negative number is nan, which also serves x > 0.
    x > -ln2 ? systemLog(-systemExpm1(x)) : systemLog1p(-systemExp(x))
  }

  /// d/dx ln(1 - e^x) = -1/(e^{-x} - 1) for x ≤ 0, -inf at 0, nan above; at most 2 ulp.
  ///
  /// From -40 down e^{-x} - 1 is e^{-x} to the last bit, and -e^x does not overflow on the way to
  /// its subnormal results.
  static func log1mexpSlope(_ x: Double) -> Double {
    if x > 0 { return .nan }
    return x < -40 ? -systemExp(x) : -1 / systemExpm1(x.magnitude)
  }
}
