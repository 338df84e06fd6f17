extension Plot.VerticalRange {
  /// The range of the values of some curves.
  ///
  /// All of them, unless a curve has a pole: a value next to a gap or a jump that is far out and
  /// still grows towards it. Then the range is that of the middle 70 % of the values, half as wide
  /// again on each side (and no wider than the values): 1/x over -1...1 shows -8.3 to 8.3 and not
  /// one tall stroke. A spike, a jump and a steep end are no poles and are shown whole.
  init(of curves: [[Plot.Point]]) {
    let values = curves.flatMap { $0.lazy.map(\.y).filter(\.isFinite) }
    guard let least = values.min(), let largest = values.max() else {
      self.init(interval: -1...1, isClipped: false)
      return
    }
    let cores = curves.compactMap(Core.init)
    var (lower, upper) = (largest, least)
    for core in cores {
      lower = min(lower, core.lower)
      upper = max(upper, core.upper)
    }
    lower = max(lower, least)
    upper = min(upper, largest)
    self.init(
      interval: Self.widened(lower, upper),
      isClipped: lower > least || upper < largest || curves.joined().contains { $0.y.isInfinite })
  }

  /// The range of some numbers, of positive width.
  init(of values: some Sequence<Double>) {
    let finite = values.lazy.filter(\.isFinite)
    guard let least = finite.min(), let largest = finite.max() else {
      self.init(interval: -1...1, isClipped: false)
      return
    }
    self.init(interval: Self.widened(least, largest), isClipped: false)
  }

  /// The range of the middle of the values, whether the others are at a pole or not; `nil` where the
  /// middle is flat.
  init?(ofMiddle points: [Plot.Point]) {
    guard let core = Core(points), core.middle.lowerBound < core.middle.upperBound else {
      return nil
    }
    self.init(
      interval: Self.widened(core.middle.lowerBound, core.middle.upperBound), isClipped: true)
  }

  /// The range of equal numbers is widened, and that of numbers that differ by roundings only: the
  /// saw teeth of the last digits are no shape that anybody asked for. (The least doubles have no
  /// more digits.)
  private static func widened(_ lower: Double, _ upper: Double) -> ClosedRange<Double> {
    let magnitude = max(lower.magnitude, upper.magnitude)
    if upper - lower > (magnitude.isNormal ? 64 * magnitude.ulp : 0) { return lower...upper }
    if magnitude == 0 { return -1...1 }
    let margin = max(magnitude / 2, Double.leastNonzeroMagnitude)
    return max(
      lower - margin, -.greatestFiniteMagnitude)...min(
        upper + margin, .greatestFiniteMagnitude)
  }
}

/// The part of a curve's values that is shown.
private struct Core {
  let lower: Double
  let upper: Double
  /// What is shown of a curve with poles on both sides.
  let middle: ClosedRange<Double>

  init?(_ points: [Plot.Point]) {
    let finite = points.filter(\.y.isFinite)
    guard let first = finite.first, let last = finite.last else { return nil }
    let sorted = Core.evenSamples(finite, from: first.x, to: last.x).sorted()
    guard let least = finite.map(\.y).min(), let largest = finite.map(\.y).max(), !sorted.isEmpty
    else { return nil }
    func quantile(_ q: Double) -> Double { sorted[Int(q * Double(sorted.count - 1))] }
    let (low, median, high) = (quantile(0.15), quantile(0.5), quantile(0.85))
    // Halves, as everywhere: a difference of two doubles may be none.
    let spread = high / 2 - low / 2
    func isPole(_ sign: Double) -> Bool {
      Core.ends(of: points).contains { end in
        let distance = sign * (end.y / 2 - median / 2)
        let growth = sign * (end.y / 2 - end.further / 2)
        return distance > 3 * spread && growth > 0.25 * distance
      }
    }
    let margin = 1.5 * spread
    middle = max(least, low - margin)...min(largest, high + margin)
    lower = isPole(-1) ? middle.lowerBound : least
    upper = isPole(1) ? middle.upperBound : largest
  }

  /// A value on each side of a gap, with one a thousand times further off.
  private static func ends(of points: [Plot.Point]) -> [(y: Double, further: Double)] {
    var result: [(y: Double, further: Double)] = []
    func look(from end: Int, _ step: Int) {
      let gap = end - step
      guard points.indices.contains(gap), points[end].y.isFinite else { return }
      let distance = (points[end].x - points[gap].x).magnitude
      var place = end
      while points.indices.contains(place + step), points[place + step].y.isFinite,
        (points[place].x - points[end].x).magnitude < 1000 * distance
      {
        place += step
      }
      result.append((points[end].y, points[place].y))
    }
    for i in points.indices where !points[i].y.isFinite {
      if i > 0 { look(from: i - 1, -1) }
      if i + 1 < points.count { look(from: i + 1, 1) }
    }
    return result
  }

  /// Values at even distances: samples crowd where a curve bends.
  private static func evenSamples(_ points: [Plot.Point], from start: Double, to end: Double)
    -> [Double]
  {
    var result: [Double] = []
    var place = 0
    let count = 400
    for i in 0...count {
      let t = Double(i) / Double(count)
      let x = start * (1 - t) + end * t
      while place + 1 < points.count, points[place + 1].x <= x { place += 1 }
      result.append(points[place].y)
    }
    return result
  }
}
