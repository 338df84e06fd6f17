/// An unevaluated sum of two doubles, |low| ≤ ulp(high)/2: about 106 bits.
///
/// For the rare places where doubles cancel; the algorithms are those of Dekker (1971) and Knuth,
/// with the bounds of Joldes, Muller and Popescu (2017): each operation is within 2^-102, an
/// addition of opposite signs within 2^-104 of its operands.
struct DoubleDouble {
  let high: Double
  let low: Double

  init(_ x: Double) {
    high = x
    low = 0
  }

  /// The sum of two doubles, of which the first is not smaller in magnitude.
  private init(larger: Double, smaller: Double) {
    high = larger + smaller
    low = smaller - (high - larger)
  }

  /// The exact sum of two doubles.
  private init(sum a: Double, _ b: Double) {
    high = a + b
    let back = high - a
    low = (a - (high - back)) + (b - back)
  }

  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let s = DoubleDouble(sum: a.high, b.high)
    let t = DoubleDouble(sum: a.low, b.low)
    let u = DoubleDouble(larger: s.high, smaller: s.low + t.high)
    return DoubleDouble(larger: u.high, smaller: u.low + t.low)
  }

  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let p = a.high * b.high
    let error = (-p).addingProduct(a.high, b.high)
    return DoubleDouble(larger: p, smaller: error + (a.high * b.low + a.low * b.high))
  }

  static func / (a: DoubleDouble, b: Double) -> DoubleDouble {
    let q = a.high / b
    let remainder = a.high.addingProduct(-q, b) + a.low
    return DoubleDouble(larger: q, smaller: remainder / b)
  }

  /// e^x - 1 for |x| ≤ 1.1, by 27 terms of the series; the next is below 2^-92.
  static func expm1(_ x: Double) -> DoubleDouble { expm1(DoubleDouble(x)) }

  private static func expm1(_ x: DoubleDouble) -> DoubleDouble {
    var sum = DoubleDouble(1)
    for n in stride(from: 27.0, to: 1, by: -1) { sum = DoubleDouble(1) + x * sum / n }
    return x * sum
  }

  /// e^x for -745 ≤ x ≤ 0.7, reduced by multiples of ln 2 (to 160 bits, in three parts).
  ///
  /// Elsewhere it is no better than a double.
  static func exp(_ x: Double) -> DoubleDouble {
    guard x > -1000, x <= 0.7 else { return DoubleDouble(systemExp(x)) }
    let n = (x / Scalar.ln2).rounded()
    let ln2 = DoubleDouble(larger: Scalar.ln2, smaller: Scalar.ln2Low)
    let r =
      DoubleDouble(x) + ln2 * DoubleDouble(-n)
      + DoubleDouble(-n * 0x1.7b57a079a1934p-111)
    let mantissa = DoubleDouble(1) + expm1(r)
    // Scaling is exact except towards subnormal results.
    let scale = Double(sign: .plus, exponent: Int(n), significand: 1)
    return DoubleDouble(larger: mantissa.high * scale, smaller: mantissa.low * scale)
  }
}
