/// The exact distance in units in the last place: how many steps from a double to the next.
///
/// Zeros of both signs are one number, and so are all nan; a nan or an infinity against
/// anything else is at the greatest distance.
func unitsInTheLastPlace(_ a: Double, _ b: Double) -> Int {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  guard a.isFinite, b.isFinite else { return .max }
  func rank(_ x: Double) -> Int {
    let magnitude = Int(x.magnitude.bitPattern)
    return x < 0 ? -magnitude : magnitude
  }
  // Ranks are below 2^63 - 2^52, of which the difference may overflow.
  let (distance, overflow) = rank(a).subtractingReportingOverflow(rank(b))
  return overflow ? .max : Int(clamping: distance.magnitude)
}

/// The worst of many comparisons, with where it was met.
struct WorstError {
  private(set) var ulps = 0
  private(set) var place = "nowhere"

  mutating func note(_ actual: Double, expected: Double, at place: @autoclosure () -> String) {
    let distance = unitsInTheLastPlace(actual, expected)
    guard distance > ulps else { return }
    ulps = distance
    self.place = "\(place()): \(actual), not \(expected)"
  }
}
