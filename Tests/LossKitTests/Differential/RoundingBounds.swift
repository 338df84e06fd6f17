@testable import LossKit

/// How far the rounding of intermediate results can move numbers.
///
/// Stochastic arithmetic (Parker, "Monte Carlo arithmetic", 1997): each element of each intermediate
/// result and of its derivatives is moved by a relative ±2^-30 at random, and what that does to a
/// result is scaled to 128 roundings of 2^-53. A function and its derivative take some ten steps of
/// their own, each of which errs by at most 4 roundings (see `Scalar`), on both sides; a few draws
/// find a good part of the worst choice of signs. So a bound is wide exactly where the result is ill
/// conditioned, and no number is excused because it is small.
enum RoundingBounds {
  static let width = 0x1p-30
  static let factor = 128 * 0x1p-53 / width
  /// Where an intermediate result underflows, the error is 2^-1074, times what follows.
  static let underflow = 0x1p-1054

  /// The same where what follows is large.
  ///
  /// As large as the numbers of a point, or as the reciprocal of the result. A sweep back multiplies from the result on, and meets the square of a reciprocal where
  /// the interpreter divides twice.
  static func underflow(_ point: [Double], _ value: Double) -> Double {
    let magnitudes = (point + [value, 1 / value]).map(\.magnitude).filter(\.isFinite)
    return 4 * 0x1p-1074 * magnitudes.reduce(1, max)
  }

  private static let draws: ClosedRange<UInt64> = 1...6

  /// The largest moves of some numbers; fewer draws where `isEnough` already says so.
  ///
  /// - Parameter moved: the numbers when intermediate results are moved, for the number of a draw.
  static func widest(
    _ exact: [Double], isEnough: ([Double]) -> Bool, _ moved: (UInt64) throws -> [Double]
  ) rethrows -> [Double] {
    var bounds = exact.map { max(4 * $0.ulp, underflow) }
    for draw in draws {
      for (i, x) in try moved(draw).enumerated() where i < bounds.count {
        let distance = abs(x - exact[i]) * factor
        bounds[i] = distance.isFinite ? max(bounds[i], distance) : .infinity
      }
      // More draws only widen the bounds.
      if isEnough(bounds) { break }
    }
    return bounds
  }
}
