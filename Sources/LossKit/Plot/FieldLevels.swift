/// The round levels between which a field is one colour.
struct FieldLevels {
  /// The values shown, from the least to the largest, outliers apart.
  let range: Plot.VerticalRange
  let levels: [Ticks.Tick]
  /// What is to be added to the labels of the levels.
  let offset: String?

  init(_ field: Plot.Field, atMost limit: Int) {
    let range = Self.range(of: field.values)
    self.range = range
    // A level at an end of the range has nothing on its other side.
    func inner(_ ticks: Ticks) -> [Ticks.Tick] {
      ticks.ticks.filter {
        range.interval.lowerBound < $0.value && $0.value < range.interval.upperBound
      }
    }
    // Of the scales that fit the one with most levels; of several the roundest.
    let scales = [Ticks.Steps.round, Ticks.Steps.many].flatMap { steps in
      [limit + 2, limit + 1, limit].map { Ticks(in: range.interval, atMost: $0, steps: steps) }
    }.filter { inner($0).count <= limit }
    let ticks =
      scales.max { inner($0).count < inner($1).count }
      ?? Ticks(in: range.interval, atMost: limit)
    levels = inner(ticks)
    offset = ticks.offset
  }

  var bandCount: Int { levels.count + 1 }

  /// The band of a value: how many levels are not above it; `nil` for nan.
  func band(of value: Double) -> Int? {
    if value.isNaN { return nil }
    return levels.count { $0.value <= value }
  }

  /// The place of a band in the colour map.
  func color(of band: Int) -> UInt8 {
    guard bandCount > 1 else { return 128 }
    return UInt8(255 * min(max(band, 0), bandCount - 1) / (bandCount - 1))
  }

  /// All values, unless some lie ten times the width of the middle 70 % further out.
  private static func range(of values: [Double]) -> Plot.VerticalRange {
    let finite = values.filter(\.isFinite).sorted()
    var range = Plot.VerticalRange(of: finite)
    guard let least = finite.first, let largest = finite.last else { return range }
    func quantile(_ q: Double) -> Double { finite[Int(q * Double(finite.count - 1))] }
    let (low, high) = (quantile(0.15), quantile(0.85))
    let spread = high / 2 - low / 2
    guard spread > 0 else { return range }
    let isHigh = largest / 20 - high / 20 > spread
    let isLow = low / 20 - least / 20 > spread
    if isHigh || isLow {
      let lower = isLow ? max(least, low - 1.5 * spread) : least
      let upper = isHigh ? min(largest, high + 1.5 * spread) : largest
      range = Plot.VerticalRange(interval: lower...upper, isClipped: true)
    }
    return range
  }
}

extension Plot.Field {
  /// The value at a place from 0 to 1 in both directions: linear between the places of the grid,
  /// the nearest one's where a neighbour is not finite.
  func value(_ s: Double, _ t: Double) -> Double {
    let (nx, ny) = (xs.count, ys.count)
    let u = min(max(s, 0), 1) * Double(nx - 1)
    let v = min(max(t, 0), 1) * Double(ny - 1)
    let (i, j) = (min(Int(u), nx - 2), min(Int(v), ny - 2))
    let (a, b) = (u - Double(i), v - Double(j))
    let corner = j * nx + i
    let near = [values[corner], values[corner + 1], values[corner + nx], values[corner + nx + 1]]
    guard near.allSatisfy(\.isFinite) else { return near[(b < 0.5 ? 0 : 2) + (a < 0.5 ? 0 : 1)] }
    let low = near[0] * (1 - a) + near[1] * a
    let high = near[2] * (1 - a) + near[3] * a
    return low * (1 - b) + high * b
  }
}
