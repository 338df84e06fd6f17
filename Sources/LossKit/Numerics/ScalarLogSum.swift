extension Scalar {
  /// ln(e^a + e^b) = max + log1p(e^{-|a - b|}); -inf is a term that is absent.
  ///
  /// The rounding error of a - b is carried along (two-sum): at most 4 ulp. Where e^a + e^b is
  /// near 1 the two terms cancel; there ``logaddexpNearZero(_:_:)`` computes with twice the digits
  /// (some 80 times slower). Log probabilities that add up to 1 are the common case.
  static func logaddexp(_ a: Double, _ b: Double) -> Double {
    let larger = a > b ? a : b
    let smaller = a > b ? b : a
    let difference = larger - smaller
    // Not less than: terms that differ by more than 800 do not interact; with nan or with equal
    // infinities (whose difference is nan) the plain formula decides.
    guard difference < 800 else {
      return larger == smaller ? larger : larger + systemLog1p(systemExp(-difference))
    }
    let back = difference - larger
    let low = (larger - (difference - back)) - (smaller + back)
    let e = systemExp(-difference)
    let rest = systemLog1p(e - e * low)
    let result = larger + rest
    return result.magnitude * 2 < rest ? logaddexpNearZero(larger, smaller) : result
  }

  /// ln(e^a + e^b) = log1p(S), S = (e^a - 1) + e^b, where e^a + e^b is near 1 and a ≥ b.
  ///
  /// S to about 100 bits, relative to e^b, so that 2 ulp are left unless S is below 2^-46 e^b.
  private static func logaddexpNearZero(_ a: Double, _ b: Double) -> Double {
    let sum = DoubleDouble.expm1(a) + DoubleDouble.exp(b)
    return systemLog1p(sum.high) + sum.low / (1 + sum.high)
  }
}
