/// Samples of a function of one variable, or of several at the same places, close where it bends.
///
/// A grid comes first, then rounds that cut intervals: those at a point which is off the line
/// between its neighbours by more than a tolerance of the picture (so corners are found, too: where
/// the lines on both sides of an interval meet inside it, that is where it is cut), and those in
/// which the function becomes undefined or jumps, down to a billionth of the whole. What differs
/// still across so little is a jump. All new places of a round are evaluated together; the same
/// function gives the same samples everywhere.
struct CurveSampler {
  /// How many intervals the first grid has.
  static let gridCount = 400
  /// The most places at which a function is evaluated.
  static let evaluationLimit = 6000
  /// The distance from a straight line that is not seen, as a part of the picture's height.
  static let tolerance = 1e-4
  /// The shortest interval, as a part of the whole.
  static let shortest = 1e-9
  /// The difference that is a jump across such an interval, as a part of the picture's height.
  private static let jump = 2e-3

  private let interval: ClosedRange<Double>
  /// Values of all functions at some places: a row for each function.
  private let evaluate: ([Double]) throws -> [[Double]]
  private var xs: [Double] = []
  private var rows: [[Double]] = []
  private(set) var evaluationCount = 0

  /// The sampled functions: points with gaps, and the places of jumps.
  static func sample(
    over interval: ClosedRange<Double>, _ evaluate: @escaping ([Double]) throws -> [[Double]]
  ) throws -> (curves: [SampledCurve], evaluationCount: Int) {
    var sampler = CurveSampler(interval: interval, evaluate: evaluate)
    try sampler.run()
    return (sampler.rows.map(sampler.curve), sampler.evaluationCount)
  }

  private init(
    interval: ClosedRange<Double>, evaluate: @escaping ([Double]) throws -> [[Double]]
  ) {
    self.interval = interval
    self.evaluate = evaluate
  }

  private mutating func run() throws {
    try insert((0...Self.gridCount).map { position(Double($0) / Double(Self.gridCount)) })
    for round in 0..<64 {
      var places = newPlaces(isEven: round % 2 == 0)
      let room = Self.evaluationLimit - evaluationCount
      if places.isEmpty || room <= 0 { break }
      // Too many at once: the most important ones.
      if places.count > room {
        places.sort { ($0.weight, -$0.x) > ($1.weight, -$1.x) }
        places.removeSubrange(room...)
      }
      try insert(places.map(\.x))
    }
  }

  /// The place at a part of the interval, in which no difference overflows.
  private func position(_ t: Double) -> Double {
    interval.lowerBound * (1 - t) + interval.upperBound * t
  }

  /// The part of the interval at a place, from 0 to 1.
  private var part: PlotScale { PlotScale(interval) }

  private mutating func insert(_ places: [Double]) throws {
    let known = Set(xs)
    let new = Set(places).subtracting(known).filter(interval.contains).sorted()
    if new.isEmpty { return }
    evaluationCount += new.count
    let values = try evaluate(new)
    if rows.isEmpty { rows = values.map { _ in [] } }
    let order = (xs + new).enumerated().sorted { $0.element < $1.element }.map(\.offset)
    let all = xs + new
    for (i, row) in values.enumerated() where i < rows.count {
      let merged = rows[i] + row
      rows[i] = order.map { merged[$0] }
    }
    xs = order.map { all[$0] }
  }

  // MARK: Where to cut

  private struct Place {
    let x: Double
    /// How much it matters.
    let weight: Double
  }

  private func newPlaces(isEven: Bool) -> [Place] {
    let part = part
    let parts = xs.map { part($0) }
    var weights = [Double](repeating: 0, count: max(xs.count - 1, 0))
    var cuts = [Double?](repeating: nil, count: weights.count)
    for heights in rows.flatMap(scales) {
      let slopes = weights.indices.map { i in
        ((heights[i + 1] - heights[i]) / (parts[i + 1] - parts[i])).magnitude
      }
      for i in weights.indices {
        let (a, b) = (heights[i], heights[i + 1])
        // What begins to be undefined, and a step that stands out from a neighbour: a jump does so
        // however often it is cut, a steep slope only until it is resolved.
        let before = i > 0 ? slopes[i - 1] : 0
        let after = i + 1 < slopes.count ? slopes[i + 1] : 0
        if a.isFinite != b.isFinite
          || (a - b).magnitude > Self.jump && !(slopes[i] <= 1.5 * min(before, after))
        {
          weights[i] = max(weights[i], 1)
        }
      }
      for i in heights.indices.dropFirst().dropLast() {
        let deviation = Self.deviation(of: i, parts, heights)
        if deviation > Self.tolerance {
          weights[i - 1] = max(weights[i - 1], deviation)
          weights[i] = max(weights[i], deviation)
        }
      }
      guard isEven else { continue }
      for i in weights.indices where weights[i] > 0 && cuts[i] == nil {
        cuts[i] = Self.meeting(in: i, parts, heights)
      }
    }
    return weights.indices.compactMap { i in
      guard weights[i] > 0, parts[i + 1] - parts[i] > Self.shortest else { return nil }
      let middle = xs[i] / 2 + xs[i + 1] / 2
      var x = middle
      if let cut = cuts[i] { x = position(cut) }
      if !(xs[i] < x && x < xs[i + 1]) { x = middle }
      // Neighbouring doubles have nothing between them.
      guard xs[i] < x, x < xs[i + 1] else { return nil }
      return Place(x: x, weight: weights[i])
    }
  }

  /// The values as parts of the picture's height, of both pictures that may come of them: one of all
  /// values, and one of the middle, which leaves poles out.
  private func scales(of row: [Double]) -> [[Double]] {
    let whole = Plot.VerticalRange(of: row).interval
    let middle = Plot.VerticalRange(ofMiddle: zip(xs, row).map { .init(x: $0, y: $1) })?.interval
    return [heights(of: row, in: whole)]
      + (middle.flatMap { $0 == whole ? nil : [heights(of: row, in: $0)] } ?? [])
  }

  /// Values far outside are drawn in to its edge.
  private func heights(of row: [Double], in range: ClosedRange<Double>) -> [Double] {
    let scale = PlotScale(range)
    return row.map { $0.isFinite ? min(max(scale($0), -1), 2) : .nan }
  }

  /// The distance of a point from the line between its neighbours; 0 where one is undefined.
  private static func deviation(of i: Int, _ parts: [Double], _ heights: [Double]) -> Double {
    let (dx, dy) = (parts[i + 1] - parts[i - 1], heights[i + 1] - heights[i - 1])
    let (ex, ey) = (parts[i] - parts[i - 1], heights[i] - heights[i - 1])
    let length = Scalar.hypot(dx, dy)
    let area = (dx * ey - dy * ex).magnitude
    return area > 0 && length > 0 ? area / length : 0
  }

  /// Where the lines before and after an interval meet, well inside it.
  private static func meeting(in i: Int, _ parts: [Double], _ heights: [Double]) -> Double? {
    guard i > 0, i + 2 < parts.count else { return nil }
    let left = (heights[i] - heights[i - 1]) / (parts[i] - parts[i - 1])
    let right = (heights[i + 2] - heights[i + 1]) / (parts[i + 2] - parts[i + 1])
    let width = parts[i + 1] - parts[i]
    let rise = heights[i + 1] - heights[i]
    let t = (rise - right * width) / ((left - right) * width)
    return t > 0.02 && t < 0.98 ? parts[i] + t * width : nil
  }

  // MARK: Curves

  private func curve(_ row: [Double]) -> SampledCurve {
    let scales = scales(of: row)
    var points: [Plot.Point] = []
    var jumps: [Double] = []
    for i in row.indices {
      if i > 0, part(xs[i]) - part(xs[i - 1]) <= Self.shortest,
        scales.contains(where: { ($0[i] - $0[i - 1]).magnitude > Self.jump })
      {
        let x = xs[i - 1] / 2 + xs[i] / 2
        points.append(.init(x: x, y: .nan))
        jumps.append(x)
      }
      points.append(.init(x: xs[i], y: row[i]))
    }
    return SampledCurve(points: points, jumps: jumps)
  }
}

/// What a sampler makes of one function.
struct SampledCurve {
  let points: [Plot.Point]
  let jumps: [Double]

  /// The points without those on the line between their neighbours, to within a tenth of what was
  /// allowed between samples.
  func thinned(in range: ClosedRange<Double>, over interval: ClosedRange<Double>) -> [Plot.Point] {
    let (x, y) = (PlotScale(interval), PlotScale(range))
    func place(_ p: Plot.Point) -> PicturePoint { PicturePoint(x: x(p.x), y: y(p.y)) }
    let tolerance = CurveSampler.tolerance / 10
    var result: [Plot.Point] = []
    var start = 0
    while start < points.count {
      result.append(points[start])
      guard points[start].y.isFinite else {
        // Of a row of undefined places its ends.
        var end = start
        while end + 1 < points.count, Self.isSame(points[end + 1].y, points[start].y) { end += 1 }
        if end > start { result.append(points[end]) }
        start = end + 1
        continue
      }
      // The longest stroke from here whose points all lie on it: the slopes that pass each point
      // within the tolerance narrow to an interval.
      let origin = place(points[start])
      var (least, largest) = (-Double.infinity, Double.infinity)
      var end = start
      while end + 1 < points.count, points[end + 1].y.isFinite {
        let p = place(points[end + 1])
        let (dx, dy) = (p.x - origin.x, p.y - origin.y)
        guard dx > 0, dy / dx >= least, dy / dx <= largest else { break }
        least = max(least, (dy - tolerance) / dx)
        largest = min(largest, (dy + tolerance) / dx)
        end += 1
      }
      start = max(end, start + 1)
    }
    return result
  }

  private static func isSame(_ a: Double, _ b: Double) -> Bool { a == b || a.isNaN && b.isNaN }
}
