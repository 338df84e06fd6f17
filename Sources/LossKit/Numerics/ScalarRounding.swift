// Functions that jump, and products with a convention at 0.
extension Scalar {
  /// The whole number nearest to x, the even one of two at the same distance.
  @inline(__always) static func roundHalfEven(_ x: Double) -> Double {
    x.rounded(.toNearestOrEven)
  }

  /// -1, 0 or 1; 0 (not -0) at both zeros, so that it prints as 0; nan for nan.
  @inline(__always) static func sign(_ x: Double) -> Double {
    x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x
  }

  /// 0 below 0, 1/2 at 0, 1 above: the limit of σ(kx) for large k.
  @inline(__always) static func step(_ x: Double) -> Double {
    x > 0 ? 1 : x < 0 ? 0 : x == 0 ? 0.5 : x
  }

  /// a - b ⌊a/b⌋, exact but for one rounding where the signs differ.
  ///
  /// Not by that formula, whose quotient rounds (1 % 0.1 would be 0 or negative) or overflows:
  /// `fmod` is exact, and the remainder moves by b when it has the wrong sign. Edge cases are
  /// those of Python's float `%` (a zero has the sign of b; a finite a modulo an infinity of the
  /// other sign is that infinity), except that b = 0 gives nan, where Python raises an error.
  static func flooredRemainder(_ a: Double, _ b: Double) -> Double {
    let remainder = a.truncatingRemainder(dividingBy: b)
    if remainder == 0 { return b < 0 ? -0.0 : 0 }
    return (remainder < 0) == (b < 0) ? remainder : remainder + b
  }

  /// x ln y, and 0 where x is 0 even at y = 0 (the limit in entropies), unless y is nan.
  @inline(__always) static func xlogy(_ x: Double, _ y: Double) -> Double {
    x == 0 && !y.isNaN ? 0 : x * systemLog(y)
  }
}
