/// Sums of doubles in one fixed order, compensated.
///
/// **Order.** Element `i` goes to lane `i % 8`; each lane adds its elements from the first to the
/// last; then lanes 4 to 7 are added to lanes 0 to 3, of these 2 and 3 to 0 and 1, and 1 to 0. It
/// depends on the number of elements only: not on alignment, stride or instruction set, so every
/// path through the library gives the same double.
///
/// **Compensation.** Every addition is Knuth's TwoSum (The Art of Computer Programming 2, 4.2.2,
/// theorem B): `a + b = s + e` exactly, without the comparison of magnitudes that Kahan's and
/// Neumaier's forms need, which does not vectorize. The errors are added up beside the sum, and
/// join it at the end (Kahan-Babuška; Ogita, Rump and Oishi 2005, "Accurate sum and dot product",
/// algorithm Sum2). With u = 2^-53 and n elements their proposition 4.5 bounds the error by
///
///     |result - Σx| <= u |Σx| + γ² Σ|x|,    γ = (n - 1) u / (1 - (n - 1) u)
///
/// that is, as if summed in twice the precision and rounded once. Plain pairwise summation loses
/// u log₂n Σ|x|, which is everything where terms cancel: `[1e16, 1, -1e16]` sums to 0 there, to 1
/// here.
///
/// **Price.** Six additions for one. With the two lanes of SSE2 0.45 ns an element, where eight
/// plain lanes take 0.08 ns in the cache and 0.24 ns from memory; the exponential or logarithm that
/// mostly stands before a sum takes several ns. Summing |x| beside x, and compensating only where
/// much cancels, would take about 0.15 ns, but round worse by a factor that changes from point to
/// point: a loss would step by some ulp where one formula takes over from the other.
enum Summation {
  /// The sum; +0 of nothing, -0 of negative zeros only.
  static func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
    guard let base = values.baseAddress else { return 0 }
    return total(count: values.count) { base[$0] }.value
  }

  /// The sum of every `stride`-th element, the same double as of a contiguous copy.
  static func sum(_ base: UnsafePointer<Double>, stride: Int, count: Int) -> Double {
    total(count: count) { base[$0 &* stride] }.value
  }

  /// The arithmetic mean; nan of nothing.
  ///
  /// It is finite wherever the elements are, though their sum may overflow.
  static func mean(_ values: UnsafeBufferPointer<Double>) -> Double {
    guard let base = values.baseAddress, values.count > 0 else { return .nan }
    return mean(base, stride: 1, count: values.count)
  }

  /// The mean of every `stride`-th element.
  static func mean(_ base: UnsafePointer<Double>, stride: Int, count: Int) -> Double {
    guard count > 0 else { return .nan }
    let total = total(count: count) { base[$0 &* stride] }
    return total.scaled / Double(count) * total.unit
  }

  /// The dot product `Σ aᵢ bᵢ`.
  ///
  /// Each product is rounded once, then added as `sum` adds, so that the result is the same double
  /// as the sum of the elementwise product. The error is at most `2u Σ|aᵢ bᵢ|` (n < 2^26).
  ///
  /// Exact products (Dot2 of Ogita, Rump and Oishi) need 17 operations for one where there is no
  /// fused multiply-add in the baseline instruction set, and overflow from 2^996 on.
  static func dot(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int,
    strideA: Int = 1, strideB: Int = 1
  ) -> Double {
    if strideA == 1, strideB == 1 { return total(count: count) { a[$0] * b[$0] }.value }
    return total(count: count) { a[$0 &* strideA] * b[$0 &* strideB] }.value
  }
}

// MARK: - The one order

extension Summation {
  /// A sum as `scaled * unit`, where `unit` is other than 1 if the sum of the elements as they are
  /// passes through infinity.
  private struct Total {
    var scaled: Double
    var unit = 1.0

    var value: Double { scaled * unit }
  }

  /// Every caller passes a literal closure; inlined, the contiguous one becomes vector loads.
  @inline(__always)
  private static func total(count: Int, element: (Int) -> Double) -> Total {
    guard count > 0 else { return Total(scaled: 0) }
    let plain = compensated(count: count, element: element)
    if plain.isFinite { return Total(scaled: plain) }
    return exceptional(count: count, element: element)
  }

  @inline(__always)
  private static func compensated(count: Int, element: (Int) -> Double) -> Double {
    // -0 is what leaves every number as it is under addition; +0 would turn a sum of -0 into +0.
    var sums = SIMD8<Double>(repeating: -0.0)
    var errors = SIMD8<Double>.zero
    var index = 0
    while index &+ 8 <= count {
      let next = SIMD8(
        element(index), element(index &+ 1), element(index &+ 2), element(index &+ 3),
        element(index &+ 4), element(index &+ 5), element(index &+ 6), element(index &+ 7))
      add(next, to: &sums, errors: &errors)
      index &+= 8
    }
    if index < count {
      let rest = SIMD8(
        element(index), index &+ 1 < count ? element(index &+ 1) : -0.0,
        index &+ 2 < count ? element(index &+ 2) : -0.0,
        index &+ 3 < count ? element(index &+ 3) : -0.0,
        index &+ 4 < count ? element(index &+ 4) : -0.0,
        index &+ 5 < count ? element(index &+ 5) : -0.0,
        index &+ 6 < count ? element(index &+ 6) : -0.0, -0.0)
      add(rest, to: &sums, errors: &errors)
    }
    return joined(sums, errors)
  }

  @inline(__always)
  private static func add<Lanes: SIMD<Double>>(
    _ next: Lanes, to sums: inout Lanes, errors: inout Lanes
  ) {
    let total = sums + next
    let added = total - sums
    errors += (sums - (total - added)) + (next - added)
    sums = total
  }

  /// Not inlined: its code would cost the loops before it their registers.
  @inline(never)
  private static func joined(_ sums: SIMD8<Double>, _ errors: SIMD8<Double>) -> Double {
    var (sums4, errors4) = (sums.lowHalf, errors.lowHalf + errors.highHalf)
    add(sums.highHalf, to: &sums4, errors: &errors4)
    var (sums2, errors2) = (sums4.lowHalf, errors4.lowHalf + errors4.highHalf)
    add(sums4.highHalf, to: &sums2, errors: &errors2)
    let (a, b) = (sums2[0], sums2[1])
    let total = a + b
    let added = total - a
    let error = errors2[0] + errors2[1] + ((a - (total - added)) + (b - added))
    // The error of an infinite sum is nan and must not reach it; one of 0 must not make -0 a +0.
    return error.isFinite && error != 0 ? total + error : total
  }

  /// The sum where the plain one is not finite.
  ///
  /// It is that of 2^-64 times the elements, of which no number that fits in memory overflows: an
  /// infinity is then one among the elements, not one that arose on the way, which might meet one
  /// of the other sign. Scaling rounds only what is below 2^-958.
  @inline(never)
  private static func exceptional(count: Int, element: (Int) -> Double) -> Total {
    Total(
      scaled: compensated(count: count) { element($0) * 0x1p-64 }, unit: 0x1p64)
  }
}
