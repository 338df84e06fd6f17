/// Functions of real numbers, stable over the whole range of doubles.
///
/// Each is a pure function; outside its domain it gives nan, and nan gives nan. Error bounds are
/// in units in the last place (ulp) of the result. Those of plain library functions are glibc's
/// (its manual, "Known Maximum Errors in Math Functions", x86_64); the others add up the roundings
/// of their formulas and were compared with mpmath at thousands of random points. Darwin's library
/// is not covered by more than the tests.
enum Scalar {
  // MARK: Exponentials and logarithms, at most 1 ulp

  @inline(__always) static func exp(_ x: Double) -> Double { systemExp(x) }
  @inline(__always) static func expm1(_ x: Double) -> Double { systemExpm1(x) }
  @inline(__always) static func log(_ x: Double) -> Double { systemLog(x) }
  @inline(__always) static func log1p(_ x: Double) -> Double { systemLog1p(x) }
  @inline(__always) static func log2(_ x: Double) -> Double { systemLog2(x) }
  /// The decimal logarithm, at most 2 ulp.
  @inline(__always) static func log10(_ x: Double) -> Double { systemLog10(x) }

  /// log' = 1/x for x ≥ 0, correctly rounded; infinite at both zeros, nan outside the domain.
  @inline(__always) static func logSlope(_ x: Double) -> Double {
    x < 0 ? .nan : 1 / x.magnitude
  }

  /// log1p' = 1/(1 + x) for x ≥ -1, at most 1.5 ulp; infinite at -1, nan outside the domain.
  @inline(__always) static func log1pSlope(_ x: Double) -> Double {
    x < -1 ? .nan : 1 / (1 + x)
  }

  // MARK: Roots and powers

  /// The square root, correctly rounded.
  @inline(__always) static func sqrt(_ x: Double) -> Double { x.squareRoot() }

  /// √(x² + y²) without overflow or underflow of the squares, at most 1 ulp.
  @inline(__always) static func hypot(_ x: Double, _ y: Double) -> Double { systemHypot(x, y) }

  /// x^p as in C, at most 1 ulp: `pow(x, 0)` and `pow(1, p)` are 1 even for nan, and a negative
  /// base has a power only where `p` is whole.
  @inline(__always) static func pow(_ x: Double, _ p: Double) -> Double { systemPow(x, p) }

  /// d/dx x^p = p x^(p-1), at most 4 ulp; 0 where p is 0, at x = 0 too: x^0 is the constant 1,
  /// and 0 · ∞ would be nan.
  ///
  /// Two roundings that plain `p * pow(x, p - 1)` suffers are undone: that of p - 1, which ln x
  /// amplifies up to 2^9.5 times, and that of a power which leaves the range of normal numbers
  /// though its product with p does not (then half the exponent is applied on each side of p).
  static func powSlope(_ x: Double, _ p: Double) -> Double {
    if p == 0 { return x.isNaN ? x : 0 }
    let exponent = p - 1
    let power = systemPow(x, exponent)
    guard x != 0, x.isFinite, p.isFinite, !power.isNaN else { return p * power }
    // Knuth's two-sum: exponent + low is exactly p - 1.
    let back = exponent - p
    let low = (p - (exponent - back)) + (-1 - back)
    let correction = low == 0 ? 1 : systemExp(low * systemLog(x.magnitude))
    if power.isNormal { return p * power * correction }
    let half = systemPow(x.magnitude, exponent / 2)
    return (half * p) * (power.sign == .minus ? -half : half) * correction
  }

  // MARK: Trigonometric functions, at most 1 ulp

  @inline(__always) static func sin(_ x: Double) -> Double { systemSin(x) }
  @inline(__always) static func cos(_ x: Double) -> Double { systemCos(x) }
  @inline(__always) static func tan(_ x: Double) -> Double { systemTan(x) }
  @inline(__always) static func asin(_ x: Double) -> Double { systemAsin(x) }
  @inline(__always) static func acos(_ x: Double) -> Double { systemAcos(x) }
  @inline(__always) static func atan(_ x: Double) -> Double { systemAtan(x) }

  /// The angle of the point (x, y), with C's signs at the axes and at infinity.
  @inline(__always) static func atan2(_ y: Double, _ x: Double) -> Double { systemAtan2(y, x) }

  /// asin' = 1/√((1 - x)(1 + x)), at most 2.5 ulp; infinite at ±1.
  ///
  /// The product of the factors, not 1 - x²: near ±1 the rounding of x² would be all that is left.
  @inline(__always) static func asinSlope(_ x: Double) -> Double {
    1 / ((1 - x) * (1 + x)).squareRoot()
  }

  /// acos' = -1/√((1 - x)(1 + x)), at most 2.5 ulp.
  @inline(__always) static func acosSlope(_ x: Double) -> Double { -asinSlope(x) }

  // MARK: Hyperbolic functions (tanh is with the logistic ones) and the error function

  /// At most 2 ulp.
  @inline(__always) static func sinh(_ x: Double) -> Double { systemSinh(x) }
  /// At most 2 ulp.
  @inline(__always) static func cosh(_ x: Double) -> Double { systemCosh(x) }
  /// At most 1 ulp.
  @inline(__always) static func erf(_ x: Double) -> Double { systemErf(x) }
  /// At most 5 ulp far out in the tail, where erfc is e^{-x²}; no cancellation anywhere.
  @inline(__always) static func erfc(_ x: Double) -> Double { systemErfc(x) }
}
