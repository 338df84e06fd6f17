/// The box that a descent keeps to.
struct DescentBounds {
  private let lower: [Double]
  private let upper: [Double]
  /// Whether there is no bound at all.
  let isEmpty: Bool

  /// - Parameter intervals: one for each input; none where nothing is bounded.
  init(_ intervals: [ClosedRange<Double>]?) {
    let bounded = intervals?.contains { $0.lowerBound > -.infinity || $0.upperBound < .infinity }
    isEmpty = bounded != true
    lower = isEmpty ? [] : intervals?.map(\.lowerBound) ?? []
    upper = isEmpty ? [] : intervals?.map(\.upperBound) ?? []
  }

  /// The nearest point within the bounds.
  func project(_ point: inout [Double]) {
    if isEmpty { return }
    for i in point.indices { point[i] = min(max(point[i], lower[i]), upper[i]) }
  }

  /// Whether an input is at a bound and the gradient would take it further.
  func holds(_ i: Int, _ point: [Double], _ gradient: [Double]) -> Bool {
    if isEmpty { return false }
    return point[i] <= lower[i] && gradient[i] > 0 || point[i] >= upper[i] && gradient[i] < 0
      || lower[i] == upper[i]
  }

  /// How many inputs are held by a bound.
  func heldCount(_ point: [Double], _ gradient: [Double]) -> Int {
    isEmpty ? 0 : point.indices.count { holds($0, point, gradient) }
  }

  /// The largest element of the projected gradient `x - P(x - g)`, cut off at the bounds.
  func projectedNorm(_ point: [Double], _ gradient: [Double]) -> Double {
    if isEmpty { return largestMagnitude(gradient) }
    var result = 0.0
    for i in point.indices {
      let g = gradient[i]
      let room = g > 0 ? point[i] - lower[i] : upper[i] - point[i]
      let projected = min(g.magnitude, room)
      if g.isNaN { return .nan }
      result = max(result, projected)
    }
    return result
  }

  /// How far a line goes before it meets a bound, as a multiple of its direction.
  func reach(from point: [Double], along direction: [Double]) -> Double {
    if isEmpty { return .infinity }
    var result = Double.infinity
    for i in point.indices where direction[i] != 0 {
      let room = direction[i] > 0 ? upper[i] - point[i] : lower[i] - point[i]
      result = min(result, room / direction[i])
    }
    return result
  }
}
