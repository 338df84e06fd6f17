/// What a method that goes at a rate, without looking, subtracts from each input.
protocol RateUpdate {
  /// Writes the change of the point for its gradient.
  mutating func change(for gradient: [Double], into change: inout [Double])
}

/// `x ← x - rate g`.
struct GradientUpdate: RateUpdate {
  let rate: Double

  mutating func change(for gradient: [Double], into change: inout [Double]) {
    for i in change.indices { change[i] = -rate * gradient[i] }
  }
}

extension DescentRun {
  /// Goes down at a rate until a rule says stop, and ends at the best point that it came by.
  func descend<Update: RateUpdate>(at update: inout Update) throws -> Descent.Reason {
    wentAtRate = true
    var change = Array(repeating: 0.0, count: objective.count)
    var best = Best(run: self)
    let reason: Descent.Reason
    do {
      reason = try descend(at: &update, &change, &best)
    } catch is DescentInterrupted {
      reason = .interrupted
    }
    // Where it overshoots, the last point may be worse than one before.
    if best.value < value { restore(best) }
    return reason
  }

  /// The best point so far.
  struct Best {
    var value: Double
    var point: [Double]
    var gradient: [Double]

    init(run: DescentRun) {
      value = run.value
      point = run.point
      gradient = run.gradient
    }
  }

  private func descend<Update: RateUpdate>(
    at update: inout Update, _ change: inout [Double], _ best: inout Best
  ) throws -> Descent.Reason {
    while true {
      if isConverged { return convergence }
      if steps >= stepLimit { return .steps }
      update.change(for: gradient, into: &change)
      store(point, plus: 1, change, in: &trialPoint)
      bounds.project(&trialPoint)
      if trialPoint == point { return .precision }
      let trial = try evaluateTrial()
      if trial == -.infinity { return .unbounded }
      guard trial.isFinite else { return .notFinite }
      accept(value: trial)
      if value < best.value {
        best.value = value
        best.point = point
        best.gradient = gradient
      }
    }
  }
}
