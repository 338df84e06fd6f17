/// Gradient descent with a line search: against the gradient.
///
/// The first trial of each search is the rate that fits the curvature along the step before, `sᵀs /
/// sᵀy` (Barzilai and Borwein, "Two-point step size gradient methods", 1988), which needs far fewer
/// steps than the rate of the exact minimum along the line.
struct SteepestDirections: SearchDirections {
  private var rate: Double?

  var isFresh: Bool { rate == nil }

  mutating func direction(at run: DescentRun, into direction: inout [Double]) throws -> Double {
    for i in direction.indices { direction[i] = -run.gradient[i] }
    run.mask(&direction)
    return rate ?? min(1, 1 / length(direction))
  }

  mutating func learn(step: [Double], gradientChange: [Double]) {
    let curvature = dot(step, gradientChange)
    let square = dot(step, step)
    let fitted = square / curvature
    rate = curvature > 0 && fitted.isFinite && fitted > 0 ? fitted : nil
  }

  mutating func forget() { rate = nil }
}
