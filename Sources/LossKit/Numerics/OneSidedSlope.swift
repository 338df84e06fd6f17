/// A one-sided derivative from values, with an estimate of its error.
///
/// Difference quotients (f(h) - f(0))/h have an error with all powers of h; Richardson's
/// extrapolation over steps that halve takes one power off after another. Of the tableau that entry
/// is taken which differs least from its neighbours, counting what rounding can have done to it, also
/// from the one below: beside a corner two neighbours agree by chance, three do not. C. J.
/// F. Ridders, *Accurate computation of F'(x) and F'(x) F''(x)*, Advances in Engineering Software 4
/// (1982), there for central differences; one-sided ones are right at a corner, too.
struct OneSidedSlope {
  let estimate: Double
  /// How far the estimate may be off, as far as the values tell.
  let error: Double
  /// The difference quotient over the longest step: how steep the function is from afar.
  let chord: Double

  /// How often the extrapolation goes on: more powers take off less than rounding brings in.
  private static let order = 7
  /// Equidistant points by which the noise of a function is measured.
  static let noisePoints = 7

  /// An entry of the tableau.
  private struct Entry {
    let estimate: Double
    var error: Double
    /// What rounding of the argument may add to the error.
    ///
    /// It does not decide between entries: for a wave far from 0 it would favour steps longer than
    /// the wave.
    let slack: Double
  }

  /// - Parameters:
  ///   - start: the value at 0.
  ///   - values: the values at the steps; what is not finite is passed over.
  ///   - steps: in falling order, each half of the one before (a jump begins a new series).
  ///   - noise: how far a value may be off by rounding.
  ///   - argumentNoise: how far the argument may be off by rounding, which shows in the values as far
  ///     as they are steep: where the function is flat at 0, the noise there does not tell.
  /// - Returns: `nil` where fewer than three neighbouring values are finite.
  init?(
    start: Double, values: [Double], steps: [Double], noise: Double, argumentNoise: Double = 0
  ) {
    var best: Entry?
    var bestOfSeries: Entry?
    // Of two series that contradict each other the one of smaller steps: there is a corner, or
    // whatever it is, between.
    // Entries that no row below has confirmed yet, by column.
    var pending: [Entry?] = []
    func accept(_ entry: Entry) {
      if entry.error < bestOfSeries?.error ?? .infinity { bestOfSeries = entry }
    }
    func acceptPending() {
      for case let entry? in pending { accept(entry) }
      pending = []
    }
    func endSeries() {
      acceptPending()
      if let new = bestOfSeries {
        let isContradiction =
          best.map { ($0.estimate - new.estimate).magnitude > 8 * ($0.error + new.error) } ?? true
        if isContradiction || new.error < best?.error ?? .infinity { best = new }
      }
      bestOfSeries = nil
    }
    var chord: Double?
    var above: [Double] = []
    var (stepAbove, valueAbove) = (Double.nan, Double.nan)
    for (value, step) in zip(values, steps) {
      let quotient = (value - start) / step
      guard quotient.isFinite else {
        acceptPending()
        above = []
        continue
      }
      chord = chord ?? quotient
      // The steps are halves to rounding; anything else begins anew.
      if !((stepAbove / step - 2).magnitude < 0.01) {
        above = []
        endSeries()
      }
      let steepness =
        above.isEmpty ? quotient.magnitude : ((valueAbove - value) / (stepAbove - step)).magnitude
      (stepAbove, valueAbove) = (step, value)
      var row = [quotient]
      var power = 1.0
      // A quotient is off by the noise of two values; each extrapolation adds its share.
      var rounding = 2 * max(noise, value.magnitude * 0x1p-52, .leastNonzeroMagnitude) / step
      var slack = 2 * steepness * argumentNoise / step
      var entries: [Entry?] = [nil]
      for k in 0..<min(above.count, Self.order) {
        power *= 2
        let entry = row[k] + (row[k] - above[k]) / (power - 1)
        rounding *= (power + 1) / (power - 1)
        slack *= (power + 1) / (power - 1)
        row.append(entry)
        let error = max((entry - row[k]).magnitude, (entry - above[k]).magnitude) + rounding
        entries.append(
          k > 0 && error.isFinite ? Entry(estimate: entry, error: error, slack: slack) : nil)
        if k + 1 < pending.count, var above = pending[k + 1] {
          above.error = max(above.error, (entry - above.estimate).magnitude - rounding)
          accept(above)
        }
      }
      pending = entries
      above = row
    }
    endSeries()
    guard let best, let chord else { return nil }
    self.chord = chord
    estimate = best.estimate
    error = best.error + best.slack
  }

  /// The steps for an argument of some magnitude, in falling order.
  ///
  /// They span what is small beside 1 and what is small beside the argument: which of both is the
  /// scale of a function is not known.
  static func steps(magnitude: Double) -> [Double] {
    func series(from scale: Double, to least: Double) -> [Double] {
      var steps: [Double] = []
      var step = scale / 8
      while step >= least, step > 0 {
        steps.append(step)
        step /= 2
      }
      return steps
    }
    guard magnitude > 0, magnitude.isFinite else { return series(from: 1, to: 0x1p-26) }
    let scale = magnitude.binade
    if scale >= 1 { return series(from: scale, to: max(0x1p-26, scale * 0x1p-40)) }
    return series(from: 1, to: 0x1p-26)
      + (scale < 0x1p-6 ? series(from: scale, to: scale * 0x1p-26) : [])
  }

  /// The noise of a function from its values at equidistant points that are close together.
  ///
  /// Differences of order k remove what is smooth and multiply noise by √((2k)!)/k!: R. W. Hamming,
  /// *Introduction to Applied Numerical Analysis* (1971), section 6; J. J. Moré and S. M. Wild,
  /// *Estimating computational noise*, SIAM Journal on Scientific Computing 33 (2011).
  static func noise(of values: [Double]) -> Double {
    let finite = values.filter(\.isFinite)
    // Half a unit in the last place at least, twice for good measure.
    let scale = finite.map(\.magnitude).max() ?? 0
    let least = scale * 0x1p-52
    guard finite.count == noisePoints, scale > 0 else { return least }
    // Scaled, so that no square overflows.
    var differences = finite.map { $0 / scale }
    var factor = 1.0
    var largest = 0.0
    for k in 1...5 {
      differences = zip(differences.dropFirst(), differences).map { $0 - $1 }
      // (k!)²/(2k)!
      factor *= Double(k) / Double(2 * (2 * k - 1))
      guard k >= 3 else { continue }
      let mean = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
      largest = max(largest, (factor * mean).squareRoot())
    }
    return max(least, 3 * largest * scale)
  }
}
