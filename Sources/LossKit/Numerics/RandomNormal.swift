/// The standard normal number that belongs to 64 random bits.
///
/// By inversion, because the result must not differ between platforms: it takes additions,
/// multiplications, divisions and square roots alone, which IEEE 754 fixes to the last bit. The
/// polar method and Box-Muller call the C library's `log` and `cos`, which it does not; the polar
/// method and the ziggurat also take a varying number of bits.
///
/// The first bit is the sign, the other 63 are the probability p of a larger magnitude:
/// `p = (k + ½) 2^-64`, which reaches out to 9.2 standard deviations with full precision, where a
/// uniform number of 53 bits would end at 8.2, in steps.
@inline(__always)
func normalQuantile(bits: UInt64) -> Double {
  let magnitude = upperNormalQuantile((Double(bits & (1 << 63 - 1)) + 0.5) * 0x1p-64)
  return bits >> 63 == 0 ? magnitude : -magnitude
}

/// The x with `P(X > x) = p` for standard normal X and `0 < p <= ½`.
///
/// Algorithm AS 241, PPND16 (Wichura, Applied Statistics 37, 1988): rational approximations with a
/// relative error of about 1e-16; with the rounding of their evaluation it stays below 1e-15.
@inline(__always)
func upperNormalQuantile(_ p: Double) -> Double {
  let q = 0.5 - p
  if q <= 0.425 {
    let r = 0.180625 - q * q
    return q * polynomial(r, centre.numerator) / polynomial(r, centre.denominator)
  }
  return upperNormalQuantileInTail(p)
}

@inline(never)
private func upperNormalQuantileInTail(_ p: Double) -> Double {
  let r = (-portableLog(p)).squareRoot()
  if r <= 5 {
    return polynomial(r - 1.6, middle.numerator) / polynomial(r - 1.6, middle.denominator)
  }
  return polynomial(r - 5, far.numerator) / polynomial(r - 5, far.denominator)
}

/// The natural logarithm of a positive normal number, from IEEE operations alone.
///
/// With `x = 2^e m`, m in [√½, √2) and `s = (m - 1)/(m + 1)`: `log x = e ln 2 + 2 artanh s`,
/// `|s| < 0.1716`, the series to s^21 leaving out less than 1e-18. Within 2 ulp below ¼, which is
/// all that is asked of it here: near 1 nothing would be lost either, but it has not been measured.
func portableLog(_ x: Double) -> Double {
  var (exponent, significand) = (Double(x.exponent), x.significand)
  if significand > 0x1.6a09e667f3bcdp+0 {
    significand /= 2
    exponent += 1
  }
  let s = (significand - 1) / (significand + 1)
  let square = s * s
  var series = 0.0
  for divisor in stride(from: 21.0, to: 1.0, by: -2.0) { series = (series + 1 / divisor) * square }
  let high = exponent * 0x1.62e42fee00000p-1  // exact: ln 2 to 32 bits
  return high + (exponent * 0x1.a39ef35793c76p-33 + (2 * s + 2 * s * series))
}

// MARK: - Coefficients of PPND16

private typealias Coefficients = SIMD8<Double>

/// Horner's rule, constant term first.
@inline(__always)
private func polynomial(_ x: Double, _ c: Coefficients) -> Double {
  ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]
}

private var centre: (numerator: Coefficients, denominator: Coefficients) {
  (
    [
      3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
      45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
    ],
    [
      1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077,
      21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
    ]
  )
}

private var middle: (numerator: Coefficients, denominator: Coefficients) {
  (
    [
      1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055,
      3.64784832476320460504, 1.27045825245236838258, 0.24178072517745061177,
      0.0227238449892691845833, 7.7454501427834140764e-4,
    ],
    [
      1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455,
      0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4,
      1.05075007164441684324e-9,
    ]
  )
}

private var far: (numerator: Coefficients, denominator: Coefficients) {
  (
    [
      6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358,
      0.29656057182850489123, 0.026532189526576123093, 0.0012426609473880784386,
      2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ],
    [
      1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
      7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
      2.04426310338993978564e-15,
    ]
  )
}
