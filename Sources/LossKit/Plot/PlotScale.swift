/// Maps an interval to 0...1, without a difference that overflows.
struct PlotScale {
  private let lower: Double
  private let half: Double
  private let factor: Double

  init(_ interval: ClosedRange<Double>) {
    // Halving the least doubles would lose a bit of theirs.
    let largest = max(interval.lowerBound.magnitude, interval.upperBound.magnitude)
    factor = largest < 1e-290 ? 0x1p60 : 0.5
    lower = interval.lowerBound * factor
    half = interval.upperBound * factor - lower
  }

  func callAsFunction(_ x: Double) -> Double { (x * factor - lower) / half }
}

/// A point of a picture, both parts from 0 to 1 within it.
struct PicturePoint {
  var x: Double
  var y: Double
}

extension Plot.Curve {
  /// The strokes of the curve within the picture: its segments cut at the lower and upper edge.
  func strokes(_ horizontal: PlotScale, _ vertical: PlotScale) -> [[PicturePoint]] {
    segments.flatMap { segment in
      cut(segment.map { PicturePoint(x: horizontal($0.x), y: vertical($0.y)) })
    }
  }

  private func cut(_ points: [PicturePoint]) -> [[PicturePoint]] {
    var strokes: [[PicturePoint]] = []
    var stroke: [PicturePoint] = []
    func end() {
      if !stroke.isEmpty { strokes.append(stroke) }
      stroke = []
    }
    if points.count == 1, let only = points.first, 0...1 ~= only.y { return [[only]] }
    for (a, b) in zip(points, points.dropFirst()) {
      guard let (from, to) = Self.inside(a, b) else {
        end()
        continue
      }
      if stroke.isEmpty || !(0...1 ~= a.y) {
        end()
        stroke.append(from)
      }
      stroke.append(to)
      if !(0...1 ~= b.y) { end() }
    }
    end()
    return strokes
  }

  /// The part of a line that lies between the heights 0 and 1.
  private static func inside(_ a: PicturePoint, _ b: PicturePoint) -> (PicturePoint, PicturePoint)?
  {
    if max(a.y, b.y) < 0 || min(a.y, b.y) > 1 { return nil }
    func moved(_ p: PicturePoint, _ q: PicturePoint) -> PicturePoint {
      let edge: Double = p.y < 0 ? 0 : 1
      if 0...1 ~= p.y { return p }
      // Quarters: a difference of heights far outside may overflow.
      let t = (edge / 4 - p.y / 4) / (q.y / 4 - p.y / 4)
      return PicturePoint(x: p.x + (q.x - p.x) * t, y: edge)
    }
    return (moved(a, b), moved(b, a))
  }
}
