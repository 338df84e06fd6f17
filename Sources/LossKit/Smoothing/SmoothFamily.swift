/// The families of smooth maxima, each with sharpness k; they tend to the maximum as k grows.
///
/// Largest errors over n entries: `lse` 0 ≤ M - max ≤ ln n / k; `mellow` -ln n / k ≤ M - max ≤ 0;
/// `boltzmann` 0 ≤ max - M ≤ W((n - 1)/e) / k, W Lambert's; `sparse` 0 ≤ M - max ≤ (1 - 1/n)/2k;
/// `sqrt` ⌈log₂ n⌉ / 2k; `abs` ln 2n / 2k; `power` n^{1/(2k+1)} - 1, relative; `expexp`
/// ln(1 + ln n) / k.
enum SmoothFamily: String, CaseIterable, Sendable {
  case lse, mellow, boltzmann, sparse, sqrt, abs, power, expexp

  /// Whether the family smooths other operations than `max`.
  var smoothsOnlyMaximum: Bool {
    switch self {
    case .lse, .mellow, .boltzmann, .sparse, .sqrt: false
    case .abs, .power, .expexp: true
    }
  }

  /// The smooth maximum of each row.
  func maximum(_ x: Value, k: Value) throws -> Value {
    if let known = try Enclosure.among(x, k) { return try enclosed(known[0], k: k) }
    let n = x.shape.last ?? 1
    // Of nothing -inf, like `max`; of one entry itself, which no family changes but by its bias.
    if n == 0 { return try .apply(LogSumExp(), x, k) }
    try checkDomain(x)
    let k = try SmoothFamily.finite(k)
    switch self {
    case .lse: return try .apply(LogSumExp(), x, k)
    case .mellow: return try .apply(MellowMaximum(), x, k)
    case .boltzmann: return try SmoothFamily.weightedMean(x, k: k)
    case .sparse: return try .apply(SparseMaximum(), x, k)
    case .sqrt:
      let common = try SmoothFamily.commonPart(x)
      return try common + SmoothFamily.pairwise(x - common.keepingRowAxis(), k: k)
    case .abs:
      // As log-sum-exp of smooth magnitudes: a weight of e^{2k x} less one of e^{-2k x} would cancel
      // where x is small, their quotient tanh(2k x) does not.
      let twice = try k * .number(2)
      return try .apply(LogSumExp(), .apply(SmoothAbs.self, x, twice), twice)
    case .power: return try SmoothFamily.powerSum(x, p: .number(2) * k + .number(1))
    case .expexp: return try .apply(ExpExpMaximum(), x, k)
    }
  }

  /// `"abs"` and `"power"` take entries from 0 on, `"expexp"` a maximum from 0 on.
  func checkDomain(_ x: Value) throws {
    guard smoothsOnlyMaximum else { return }
    if let graph = x.plain.graph {
      let parts = self == .expexp ? try x.plain.largestEntries()(x.plain) : x.plain
      return try graph.refuse(where: .whether("below 0", parts) { $0 < 0 })
    }
    let rows = try x.plain.arrayOrThrow()
    let n = max(rows.rowLength, 1)
    for row in 0..<rows.count / n {
      let entries = rows.row(row)
      if self == .expexp {
        if let largest = entries.max(), largest < 0 {
          throw EvaluationProblem.outsideFamily(rawValue, largest, "the largest entry")
        }
      } else if let place = entries.firstIndex(where: { $0 < 0 }) {
        throw EvaluationProblem.outsideFamily(rawValue, entries[place], "entry \(place)")
      }
    }
  }
}
