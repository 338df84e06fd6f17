extension DescentRun {
  /// Goes down along one input after another, and holds those at which the slope jumps.
  ///
  /// Where many corners meet, as in a sum of absolute values, every direction that moves several
  /// inputs crosses some of them, and quasi-Newton steps come to a halt short of the minimum. Along one
  /// input at a time descent goes on (Tseng, "Convergence of a block coordinate descent method for
  /// nondifferentiable minimization", 2001, for corners of which each is in one input); what then
  /// lies at a corner is left there while the others are minimized.
  ///
  /// - Returns: whether to go on, as this or what was done since the last time made the loss smaller.
  func sweepInputs() throws -> Bool {
    guard objective.count <= DescentRun.coordinateLimit else { return false }
    let before = valueAfterSweep
    cornered = []
    meetsCorners = true
    let start = value
    var held = Array(repeating: false, count: objective.count)
    var direction = Array(repeating: 0.0, count: objective.count)
    for i in 0..<objective.count {
      // Twice: once to the corner, once to see that it is one.
      for _ in 0..<3 where gradient[i].magnitude > tolerance && steps < stepLimit {
        if bounds.holds(i, point, gradient) { break }
        direction[i] = gradient[i] > 0 ? -1 : 1
        let first = min(1, max(lastLength, 1e-6))
        let outcome = try step(
          along: direction, slope: -gradient[i].magnitude, first: first, 0.1)
        direction[i] = 0
        if case .taken = outcome { continue }
        if case .stuck(jump: true, _) = outcome { held[i] = true }
        break
      }
    }
    if held.contains(true) { cornered = held }
    valueAfterSweep = value
    let least = 1e-13 * value.magnitude
    risesAlongInputs = start - value <= least
    guard steps < stepLimit else { return true }
    // Where the least loss is 0, each step could still make it smaller by a part, down to 1e-308.
    let isFar = longestSinceSweep > DescentRun.cornerStep * max(1, largestMagnitude(point))
    longestSinceSweep = 0
    return before - value > least && isFar
  }
}
