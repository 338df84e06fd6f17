/// One descent while it goes on: where it is, what it has cost, and the record of its steps.
final class DescentRun {
  let objective: Objective
  /// Whether it goes at a rate, without looking.
  var wentAtRate = false
  let bounds: DescentBounds
  let tolerance: Double
  let stepLimit: Int
  private let progress: ((Descent.Step) -> Void)?

  private(set) var point: [Double]
  private(set) var gradient: [Double]
  private(set) var value: Double
  private(set) var gradientNorm: Double
  private(set) var steps = 0
  private(set) var evaluations = 0
  /// How far the last step went.
  private(set) var lastLength = 0.0
  private var trajectory = DescentTrajectory()
  /// The error that a trial met; the step is then taken to leave the domain of the loss.
  private(set) var problem: LossError?

  /// Whether a search has met a slope that jumps: strong Wolfe conditions are then not waited for.
  var meetsCorners = false

  /// The inputs along which the slope jumps at the point, so that they stay where they are; empty
  /// where there are none.
  var cornered: [Bool] = []
  /// The loss after the last sweep along all inputs; infinite before the first.
  var valueAfterSweep = Double.infinity
  /// The longest step since then.
  var longestSinceSweep = 0.0

  /// Whether the slopes along all inputs were looked at last, and none led down.
  var risesAlongInputs = false

  /// Room for the point and the gradient of a trial.
  var trialPoint: [Double]
  var trialGradient: [Double]
  /// The trial of a line search that they belong to.
  var lastTrial = LineSearch.Trial(step: 0, value: .nan, slope: .nan)

  /// Evaluates the start.
  ///
  /// - Throws: `StartNotFinite` where the loss or its gradient is not finite there; what the loss
  ///   itself throws; `DescentInterrupted`.
  init(
    _ objective: Objective, from start: [Double], bounds: DescentBounds, tolerance: Double,
    steps: Int, progress: ((Descent.Step) -> Void)? = nil
  ) throws {
    self.objective = objective
    self.bounds = bounds
    self.tolerance = tolerance
    stepLimit = steps
    self.progress = progress
    point = start
    bounds.project(&point)
    gradient = Array(repeating: 0, count: objective.count)
    trialPoint = point
    trialGradient = gradient
    if objective.isCancelled() { throw DescentInterrupted() }
    value = try objective.evaluate(point, &gradient)
    evaluations = 1
    gradientNorm = bounds.projectedNorm(point, gradient)
    guard value.isFinite else { throw StartNotFinite(value: value, gradient: nil) }
    if let element = gradient.first(where: { !$0.isFinite }) {
      throw StartNotFinite(value: value, gradient: element)
    }
    record(length: 0)
  }

  /// The loss, or an element of its gradient, is not finite where the descent begins.
  struct StartNotFinite: Error {
    let value: Double
    let gradient: Double?
  }

  // MARK: Evaluations

  /// Evaluates the loss at `trialPoint`, its gradient going to `trialGradient`.
  ///
  /// - Returns: nan where the loss has no value or no finite gradient there.
  func evaluateTrial() throws -> Double {
    if objective.isCancelled() { throw DescentInterrupted() }
    evaluations += 1
    problem = nil
    do {
      let value = try objective.evaluate(trialPoint, &trialGradient)
      return value == -.infinity || isFinite(trialGradient) ? value : .nan
    } catch let error as LossError {
      if error.isCancellation { throw DescentInterrupted() }
      // A matrix that is not positive definite there, say: outside of the domain, as nan is.
      problem = error
      return .nan
    }
  }

  // MARK: Steps

  /// Goes to the trial that was evaluated last.
  func accept(value: Double) {
    risesAlongInputs = false
    // The point that is left is overwritten: it is of no more use.
    add(-1, trialPoint, to: &point)
    lastLength = length(point)
    longestSinceSweep = max(longestSinceSweep, lastLength)
    swap(&point, &trialPoint)
    swap(&gradient, &trialGradient)
    self.value = value
    gradientNorm = bounds.projectedNorm(point, gradient)
    steps += 1
    record(length: lastLength)
  }

  /// Goes back to a better point, which is no step.
  func restore(_ best: Best) {
    point = best.point
    gradient = best.gradient
    value = best.value
    gradientNorm = bounds.projectedNorm(point, gradient)
  }

  private func record(length: Double) {
    let step = Descent.Step(
      number: steps, value: value, gradientNorm: gradientNorm, length: length,
      evaluations: evaluations)
    trajectory.append(step)
    progress?(step)
  }

  // MARK: Inputs that are held

  /// Whether an input stays where it is: at its bound, or at a corner.
  func holds(_ i: Int) -> Bool {
    bounds.holds(i, point, gradient) || !cornered.isEmpty && cornered[i]
  }

  /// Whether all inputs may move.
  var holdsNothing: Bool { bounds.isEmpty && cornered.isEmpty }

  /// Puts 0 in the places of inputs that are held.
  func mask(_ vector: inout [Double]) {
    if holdsNothing { return }
    for i in vector.indices where holds(i) { vector[i] = 0 }
  }

  /// Whether the gradient by the inputs that no corner holds is as small as was asked for.
  var isConvergedBesideCorners: Bool {
    var free = gradient
    mask(&free)
    return bounds.projectedNorm(point, free) <= tolerance
  }

  // MARK: Ends

  /// Whether the gradient is as small as was asked for.
  var isConverged: Bool { gradientNorm <= tolerance }

  /// The reason where it is: a minimum inside, or one that bounds hold.
  var convergence: Descent.Reason {
    heldInputs == objective.count && objective.count > 0 ? .bounds : .gradient
  }

  private var heldInputs: Int { bounds.heldCount(point, gradient) }

  func result(_ reason: Descent.Reason) -> Descent {
    Descent(
      point: point, value: value, gradientNorm: gradientNorm, steps: steps,
      evaluations: evaluations, reason: reason, heldInputs: heldInputs,
      trajectory: trajectory.steps,
      risesAlongInputs: reason == .corner && risesAlongInputs,
      problem: reason == .notFinite ? problem : nil,
      wentAtRate: wentAtRate)
  }

  // MARK: Public interface

  /// Minimizes a function.
  ///
  /// - Parameters:
  ///   - start: where to begin; moved into the bounds.
  ///   - intervals: one for each input, or none.
  ///   - progress: called with the start and after each step.
  static func minimize(
    _ objective: Objective, from start: [Double], method: Descent.Method = .lbfgs,
    options: Descent.Options = Descent.Options(), bounds intervals: [ClosedRange<Double>]? = nil,
    progress: ((Descent.Step) -> Void)? = nil
  ) throws -> Descent {
    let run = try DescentRun(
      objective, from: start, bounds: DescentBounds(intervals), tolerance: options.tolerance,
      steps: options.steps ?? method.defaultSteps, progress: progress)
    do {
      return run.result(try run.descend(method, rate: options.rate))
    } catch is DescentInterrupted {
      return run.result(.interrupted)
    }
  }

  private func descend(_ method: Descent.Method, rate: Double?) throws -> Descent.Reason {
    switch method {
    case .lbfgs:
      var directions = LBFGSDirections()
      return try descend(by: &directions)
    case .newton:
      var directions = NewtonDirections(count: objective.count)
      return try descend(by: &directions)
    case .gradientDescent:
      if let rate {
        var update = GradientUpdate(rate: rate)
        return try descend(at: &update)
      }
      var directions = SteepestDirections()
      return try descend(by: &directions)
    case .adam:
      var update = AdamUpdate(rate: rate ?? AdamUpdate.defaultRate, count: objective.count)
      return try descend(at: &update)
    }
  }
}
