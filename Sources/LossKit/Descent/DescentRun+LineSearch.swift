/// Where a method that searches along lines goes next.
protocol SearchDirections {
  /// The least part of the slope that a line search may leave.
  var curvature: Double { get }

  /// Whether the next direction is the steepest one, from nothing learned on the way.
  var isFresh: Bool { get }

  /// A direction of descent from the run's point, 0 in each input that is held by a bound, and the
  /// step along it to try first.
  mutating func direction(at run: DescentRun, into direction: inout [Double]) throws -> Double

  /// Learns from a step that was taken and what the gradient changed by.
  mutating func learn(step: [Double], gradientChange: [Double])

  /// Forgets what was learned, since no direction made of it leads down.
  mutating func forget()

  /// A direction along which the loss falls though its gradient is 0, as at a saddle; none where
  /// that is not known.
  mutating func escape(from run: DescentRun, into direction: inout [Double]) throws -> Bool
}

extension SearchDirections {
  var curvature: Double { 0.9 }

  mutating func escape(from run: DescentRun, into direction: inout [Double]) throws -> Bool {
    false
  }
}

extension DescentRun {
  /// So many steps in a row that neither change the loss by more than rounding nor bring the gradient
  /// below its least so far are the last ones.
  private static let stallLimit = 10

  /// Steps that are no longer than this, as a part of the point, and end at a jump of the slope, lead
  /// no nearer to the corner that they go around.
  static let cornerStep = 1e-14

  /// Up to so many inputs a corner is looked at along each of them.
  static let coordinateLimit = 200

  /// Goes down by line searches until a rule says stop.
  func descend<Directions: SearchDirections>(by directions: inout Directions) throws
    -> Descent.Reason
  {
    var direction = Array(repeating: 0.0, count: objective.count)
    var before = (point: point, gradient: gradient)
    var stalled = 0
    var leastNorm = gradientNorm
    while true {
      if isConverged {
        guard steps < stepLimit, try directions.escape(from: self, into: &direction) else {
          return convergence
        }
        guard try stepDownhill(along: direction) else { return convergence }
        directions.forget()
        continue
      }
      if steps >= stepLimit { return .steps }
      if !cornered.isEmpty, isConvergedBesideCorners {
        guard try sweepInputs() else { return .corner }
        directions.forget()
        continue
      }
      let first = try directions.direction(at: self, into: &direction)
      let slope = dot(gradient, direction)
      guard slope < 0, slope.isFinite, first > 0 else {
        if directions.isFresh { return .precision }
        directions.forget()
        continue
      }
      before.point = point
      before.gradient = gradient
      let valueBefore = value
      let outcome = try step(along: direction, slope: slope, first: first, directions.curvature)
      switch outcome {
      case .taken:
        directions.learn(
          step: difference(point, before.point),
          gradientChange: difference(gradient, before.gradient))
      case .unbounded: return .unbounded
      case .stuck(let jump, let wall):
        let isAtCorner = try isAtCorner()
        meetsCorners = meetsCorners || isAtCorner
        if isAtCorner, try stepAlongCoordinate() {
          directions.forget()
          break
        }
        if risesAlongInputs { return .corner }
        if !directions.isFresh {
          directions.forget()
          continue
        }
        guard jump || isAtCorner || !cornered.isEmpty else { return wall ? .notFinite : .precision }
        guard try sweepInputs() else { return .corner }
        continue
      }
      // Also where rounding lets the loss rise by a bit, which the search allows for.
      let isStalled =
        valueBefore - value <= .ulpOfOne * max(valueBefore.magnitude, value.magnitude)
        && gradientNorm >= leastNorm
      leastNorm = min(leastNorm, gradientNorm)
      let isShort =
        meetsCorners && lastLength <= DescentRun.cornerStep * max(1, largestMagnitude(point))
      stalled = isStalled || isShort ? stalled + 1 : 0
      if stalled >= DescentRun.stallLimit {
        if isConverged { return convergence }
        let isAtCorner = try isAtCorner()
        guard isShort || isAtCorner || !cornered.isEmpty else { return .precision }
        guard try sweepInputs() else { return .corner }
        directions.forget()
        stalled = 0
      }
    }
  }

  // MARK: One step

  enum StepOutcome {
    case taken
    case unbounded
    case stuck(jump: Bool, wall: Bool)
  }

  func step(
    along direction: [Double], slope: Double, first: Double, _ curvature: Double
  ) throws -> StepOutcome {
    let reach = bounds.reach(from: point, along: direction)
    // Up to its first trial a straight line tells all; beyond a bound the path bends.
    if reach < first { return try stepAlongBentPath(direction, first: first) }
    let start = LineSearch.Trial(step: 0, value: value, slope: slope)
    let far = 1e60 * max(1, largestMagnitude(point)) / largestMagnitude(direction)
    let search = LineSearch(curvature: curvature, settlesForWeak: meetsCorners)
    let outcome = try search.search(
      from: start, first: first, upTo: reach, far: far
    ) { try trial(along: direction, $0) }
    switch outcome {
    case .strong(let trial): accept(value: trial.value)
    case .weak(let trial):
      meetsCorners = meetsCorners || isSteep
      try accept(trial, along: direction)
    case .decrease(let trial): try accept(trial, along: direction)
    case .unbounded(let trial):
      if trial.step > 0 { try accept(trial, along: direction) }
      return .unbounded
    case .none(var jump, let wall):
      jump = jump && isSteep
      meetsCorners = meetsCorners || jump
      return .stuck(jump: jump, wall: wall)
    }
    return .taken
  }

  /// Whether the gradient is more than the rounding of the loss can make: a slope that is all
  /// rounding jumps, too.
  private var isSteep: Bool { gradientNorm > 1e-8 * max(1, value.magnitude) }

  /// Goes to a trial that need not be the one looked at last.
  private func accept(_ trial: LineSearch.Trial, along direction: [Double]) throws {
    if trial.step == lastTrial.step { return accept(value: trial.value) }
    accept(value: try self.trial(along: direction, trial.step).value)
  }

  private func trial(along direction: [Double], _ step: Double) throws -> LineSearch.Trial {
    store(point, plus: step, direction, in: &trialPoint)
    // At the end of the line rounding must not lead over the bound.
    bounds.project(&trialPoint)
    let value = try evaluateTrial()
    lastTrial = LineSearch.Trial(
      step: step, value: value, slope: value.isFinite ? dot(trialGradient, direction) : .nan)
    return lastTrial
  }

  /// Searches along the path that bends at the bounds, `P(x + α d)`, by halving down to a decrease of
  /// c₁ times what the gradient promises (Bertsekas, "Projected Newton methods for optimization
  /// problems with simple constraints", 1982), so that one step may meet many bounds.
  private func stepAlongBentPath(_ direction: [Double], first: Double) throws -> StepOutcome {
    let decrease = LineSearch().decrease
    let noise = 4 * value.magnitude * .ulpOfOne
    var step = first
    var isWall = true
    for _ in 0..<60 {
      store(point, plus: step, direction, in: &trialPoint)
      bounds.project(&trialPoint)
      if trialPoint == point { break }
      let promised = zip(gradient.indices, trialPoint).reduce(0.0) {
        $0 + gradient[$1.0] * ($1.1 - point[$1.0])
      }
      let trial = try evaluateTrial()
      if trial == -.infinity { return .unbounded }
      if trial.isFinite {
        isWall = false
        let isEnough = promised < 0 && trial <= value + decrease * promised
        // Within rounding the slopes tell, as along a straight line.
        let isLevel =
          promised < 0 && (trial - value).magnitude <= noise
          && bounds.projectedNorm(trialPoint, trialGradient) < gradientNorm
        if isEnough || isLevel {
          accept(value: trial)
          return .taken
        }
      }
      // The minimum of the parabola through the value, the slope and the trial.
      let parabola = -promised * step / (2 * (trial - value - promised))
      step = parabola.isFinite ? min(max(parabola, 0.1 * step), 0.5 * step) : 0.1 * step
    }
    return .stuck(jump: false, wall: isWall)
  }

  // MARK: Corners and saddles

  /// Whether the loss has a corner at the point itself.
  private func isAtCorner() throws -> Bool {
    do {
      return try objective.isAtCorner(point)
    } catch let error as LossError {
      if error.isCancellation { throw DescentInterrupted() }
      return false
    }
  }

  /// At a corner the gradient belongs to one of the pieces that meet there, and need not lead down
  /// where another does: the one-sided slopes along each input are exact.
  private func stepAlongCoordinate() throws -> Bool {
    guard let slope = objective.slope, objective.count <= DescentRun.coordinateLimit else {
      return false
    }
    var best = (slope: -tolerance, input: -1, sign: 0.0)
    var direction = Array(repeating: 0.0, count: objective.count)
    for i in 0..<objective.count {
      for sign in [1.0, -1.0] {
        if objective.isCancelled() { throw DescentInterrupted() }
        direction[i] = sign
        if bounds.reach(from: point, along: direction) > 0 {
          let slope = try slope(point, direction)
          if slope < best.slope { best = (slope, i, sign) }
        }
        direction[i] = 0
      }
    }
    if best.input < 0 {
      risesAlongInputs = true
      return false
    }
    direction[best.input] = best.sign
    let first = lastLength > 0 ? lastLength : 1
    let outcome = try step(along: direction, slope: best.slope, first: first, 0.9)
    if case .taken = outcome { return true }
    return false
  }

  /// A step along a line on which the slope is 0 and the curvature negative, either way.
  private func stepDownhill(along direction: [Double]) throws -> Bool {
    for sign in [1.0, -1.0] {
      var step = 1.0
      for _ in 0..<40 {
        store(point, plus: sign * step, direction, in: &trialPoint)
        bounds.project(&trialPoint)
        let trial = try evaluateTrial()
        if trial < value - 4 * value.magnitude * .ulpOfOne, trial.isFinite {
          accept(value: trial)
          return true
        }
        step /= 4
      }
    }
    return false
  }
}
