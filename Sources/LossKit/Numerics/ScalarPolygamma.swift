extension Scalar {
  /// The greatest order of ``polygamma(_:_:)``.
  static let greatestPolygammaOrder = 20

  /// ψ⁽ⁿ⁾(x), the n-th derivative of ψ, for n from 0 to 20; nan for other orders.
  ///
  /// For x > 0 it is (-1)^{n+1} n! Σ_{j ≥ 0} (x + j)^{-n-1}: terms up to x + j ≥ n + 12, then the
  /// asymptotic series of the rest to B₂₄ (Abramowitz and Stegun 6.4.10 and 6.4.11); all terms of
  /// the sum have one sign: at most n/2 + 4 ulp, as the power amplifies the rounding of x + j.
  ///
  /// For x < 0 by reflection, ψ⁽ⁿ⁾(x) = (-1)ⁿ (ψ⁽ⁿ⁾(1 - x) - π^{n+1} Pₙ(cot πx)), with
  /// P₀ = c, Pₘ₊₁ = (1 + c²) Pₘ': at most 4 (n + 2) ulp of the larger of the two terms, which for
  /// odd n is the result. At the poles inf for odd n; for even n ∓inf at ±0 and nan below.
  static func polygamma(_ n: Int, _ x: Double) -> Double {
    guard n > 0 else { return n == 0 ? digamma(x) : .nan }
    guard n <= greatestPolygammaOrder, !x.isNaN, x != -.infinity else { return .nan }
    let isOdd = n % 2 == 1
    if x == 0 { return isOdd ? .infinity : -1 / x }
    if x > 0 { return isOdd ? powerSum(n, x) : -powerSum(n, x) }
    let cotangent = cotangentOfPi(x)
    if cotangent.isNaN { return isOdd ? .infinity : .nan }
    let reflected = systemPow(.pi, Double(n + 1)) * cotangentPolynomial(n, cotangent)
    let sum = powerSum(n, 1 - x)
    return isOdd ? reflected - sum : -sum - reflected
  }

  /// n! Σ_{j ≥ 0} (x + j)^{-n-1} for x > 0 and 1 ≤ n ≤ 20.
  private static func powerSum(_ n: Int, _ x: Double) -> Double {
    let order = Double(n)
    let factorial = (1...n).reduce(1.0) { $0 * Double($1) }
    // At most 32 terms, the smallest first.
    let count = Int(max(0, min(32, (order + 12 - x).rounded(.up))))
    let start = x + Double(count)
    // The ratio of neighbouring terms of the series without B₂ₖ/(2k)! is (n+2k-2)(n+2k-1)/start².
    let inverse = 1 / start
    var series = 0.0
    for (index, coefficient) in eulerMaclaurin.enumerated().reversed() {
      let rising = order + 2 * Double(index)
      series = (rising * inverse) * ((rising + 1) * inverse) * (coefficient + series)
    }
    let rest = 1 / order + 0.5 * inverse + series / order
    let power = systemPow(start, -order)
    // n! can bring a power back that is subnormal, but not its lost bits.
    guard power.isNormal else {
      let half = systemPow(start, -order / 2)
      return (half * (factorial * rest)) * half
    }
    var sum = power * rest
    for j in stride(from: count - 1, through: 0, by: -1) {
      sum += systemPow(x + Double(j), -order - 1)
    }
    return factorial * sum
  }

  /// B₂ₖ/(2k)!, k = 1 … 12.
  private static let eulerMaclaurin: [Double] = [
    0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07,
    2.08767569878681e-08, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
    8.586062056277845e-15, -2.174868698558062e-16, 5.5090028283602295e-18, -1.3954464685812522e-19,
  ]

  /// Pₙ(c); its powers of c are those of the parity of n + 1, and all coefficients are positive.
  private static func cotangentPolynomial(_ n: Int, _ c: Double) -> Double {
    let square = c * c
    var value = 0.0
    for coefficient in cotangentCoefficients[n].reversed() { value = value * square + coefficient }
    return n % 2 == 1 ? value : value * c
  }

  /// The coefficients of P₀ … P₂₀, for every second power of c.
  private static let cotangentCoefficients: [[Double]] = {
    var polynomial = [0.0, 1.0]
    var table = [[1.0]]
    for n in 1...greatestPolygammaOrder {
      var next = [Double](repeating: 0, count: n + 2)
      for power in 1...n {
        next[power - 1] += Double(power) * polynomial[power]
        next[power + 1] += Double(power) * polynomial[power]
      }
      polynomial = next
      table.append(stride(from: (n + 1) % 2, through: n + 1, by: 2).map { next[$0] })
    }
    return table
  }()
}
