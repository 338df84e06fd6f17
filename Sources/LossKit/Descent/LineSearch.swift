/// A search along a line for a step that makes the loss smaller by enough and is long enough.
///
/// What it looks for are the strong Wolfe conditions
///
///     φ(α) ≤ φ(0) + c₁ α φ′(0)     and     |φ′(α)| ≤ c₂ |φ′(0)|
///
/// by bracketing and zooming (Nocedal and Wright, *Numerical Optimization*, 2nd edition 2006,
/// algorithms 3.5 and 3.6), each trial the minimum of a cubic, safeguarded. Beyond the book:
///
/// - Where the loss has corners no step may meet the second condition, as the slope jumps. The weak
///   one, φ′(α) ≥ c₂ φ′(0), can be met then (Lewis and Overton, "Nonsmooth optimization via
///   quasi-Newton methods", 2013); it is what quasi-Newton updates need, and is settled for once the
///   bracket has become smaller and the slopes at its ends have not come closer.
/// - Near a minimum the first condition drowns in rounding. Within a few units in the last place of
///   φ(0) it is replaced by one of slopes, φ′(α) ≤ (2 c₁ - 1) φ′(0) (Hager and Zhang, "A new
///   conjugate gradient method with guaranteed descent and an efficient line search", 2005), so that
///   a gradient can be brought to its own precision rather than to the root of it.
/// - A trial that is not finite is a wall, from which the search turns back.
struct LineSearch {
  /// c₁, the part of the first-order decrease that is asked for.
  var decrease = 1e-4

  /// c₂, the part of the slope that may be left.
  var curvature = 0.9

  /// Whether the weak conditions are enough at once, as where a slope is known to jump.
  var settlesForWeak = false

  /// The most trials for the strong conditions once the weak ones are met.
  private static let patience = 20

  /// The most trials once a minimum is bracketed: bisection then has reached the last bit.
  private static let zoomLimit = 52

  /// A point of the line.
  struct Trial: Equatable {
    var step: Double
    var value: Double
    var slope: Double

    var isFinite: Bool { value.isFinite && slope.isFinite }
  }

  /// What a search came to.
  enum Outcome: Equatable {
    /// The strong conditions are met.
    case strong(Trial)
    /// The weak conditions are met, and the strong ones seem not to be.
    case weak(Trial)
    /// The decrease is enough, at the end of the line or where nothing better was found.
    case decrease(Trial)
    /// The loss goes on falling however far the step; the last trial with a finite value, which may
    /// be the start.
    case unbounded(Trial)
    /// No step makes the loss smaller. `jump` tells of a slope that goes from negative to positive
    /// within rounding, as at a corner; `wall` that no step had a finite value.
    case none(jump: Bool, wall: Bool)
  }

  /// Searches a line.
  ///
  /// - Parameters:
  ///   - start: the trial of step 0, whose slope is negative.
  ///   - first: the step tried first.
  ///   - maximum: the end of the line.
  ///   - far: the step from which on a loss that still falls counts as falling without end.
  ///   - evaluate: the value and slope at a step. The outcome's trial is the last one that it was
  ///     called for, except for `weak`, `decrease` and `unbounded`: there it may be an earlier one.
  func search(
    from start: Trial, first: Double, upTo maximum: Double = .infinity,
    far: Double = 1e60, _ evaluate: (_ step: Double) throws -> Trial
  ) rethrows -> Outcome {
    var zoom = Zoom(search: self, start: start)
    var step = min(first, maximum)
    var wall = Double.infinity
    while true {
      let trial = try evaluate(step)
      if trial.value == -.infinity { return .unbounded(zoom.low) }
      guard trial.isFinite else {
        wall = step
        let lowest = zoom.low.step
        let next = lowest + (step - lowest) * 0.1
        // Only steps too small to change anything are left.
        if next <= lowest || next < first * 1e-40 || next == 0 {
          return zoom.settled(isAtWall: true)
        }
        step = next
        continue
      }
      if zoom.isUnmoved(trial) { return zoom.settled(isAtWall: wall < .infinity) }
      let isFirst = zoom.low.step == 0
      if !zoom.isDecrease(trial) || !isFirst && zoom.isHigher(trial) {
        zoom.high = trial
        return try zoom.run(evaluate)
      }
      if zoom.isStrong(trial) { return .strong(trial) }
      if trial.slope >= 0 {
        zoom.high = zoom.low
        zoom.low = trial
        zoom.note(trial)
        return try zoom.run(evaluate)
      }
      if step >= maximum { return .decrease(trial) }
      if step >= far { return .unbounded(trial) }
      // Still falling: further on, where a cubic has its minimum, but neither timidly nor wildly.
      let width = step - zoom.low.step
      let cubic = LineSearch.cubicMinimum(zoom.low, trial)
      zoom.low = trial
      zoom.note(trial)
      var next = min(max(cubic ?? .infinity, step + width), step + 9 * width)
      if next >= wall { next = step + (wall - step) / 2 }
      // The wall stands right behind.
      if next <= step || next >= wall { return .decrease(trial) }
      step = min(next, maximum)
    }
  }

  /// Where the tangents of two trials cross; `nil` where they do not between them.
  static func crossing(_ a: Trial, _ b: Trial) -> Double? {
    guard a.slope * b.slope < 0 else { return nil }
    let width = b.step - a.step
    let part = (b.value - a.value - b.slope * width) / ((a.slope - b.slope) * width)
    return part > 0 && part < 1 ? a.step + part * width : nil
  }

  /// The minimum of the cubic with the values and slopes of two trials (Nocedal and Wright, 3.59);
  /// `nil` where it has none.
  static func cubicMinimum(_ a: Trial, _ b: Trial) -> Double? {
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return nil }
    let d2 = square.squareRoot() * (b.step > a.step ? 1 : -1)
    let result = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    return result.isFinite ? result : nil
  }
}

extension LineSearch {
  /// A bracket that is made smaller.
  struct Zoom {
    let search: LineSearch
    let start: Trial
    /// The end with the smaller value, which meets the condition of decrease.
    var low: Trial
    /// The other end.
    var high: Trial
    /// The best trial that meets the weak conditions.
    private var weak: Trial?
    /// Differences of values up to this are rounding.
    private let noise: Double

    init(search: LineSearch, start: Trial) {
      self.search = search
      self.start = start
      low = start
      high = start
      noise = 4 * start.value.magnitude * .ulpOfOne
    }

    /// Whether a step was too small to change anything.
    func isUnmoved(_ trial: Trial) -> Bool {
      trial.value == start.value && trial.slope == start.slope && low.step == 0
    }

    /// Whether the value is smaller by enough.
    func isDecrease(_ trial: Trial) -> Bool {
      trial.value <= start.value + search.decrease * trial.step * start.slope
        || trial.value <= start.value + noise
          && trial.slope <= (2 * search.decrease - 1) * start.slope
          && (trial.value - start.value).magnitude <= noise
    }

    func isStrong(_ trial: Trial) -> Bool {
      trial.slope.magnitude <= -search.curvature * start.slope
    }

    /// Whether the value is above that at the low end.
    func isHigher(_ trial: Trial) -> Bool {
      // Of two that differ by rounding the slope tells more.
      trial.value >= low.value
        && !((trial.value - low.value).magnitude <= noise
          && trial.slope.magnitude < low.slope.magnitude)
    }

    /// Remembers a trial that meets the weak conditions.
    mutating func note(_ trial: Trial) {
      guard isDecrease(trial), trial.slope >= search.curvature * start.slope,
        trial.value < weak?.value ?? .infinity
      else { return }
      weak = trial
    }

    mutating func run(_ evaluate: (_ step: Double) throws -> Trial) rethrows -> Outcome {
      var width = (high.step - low.step).magnitude
      // The bracket when the weak conditions were first met.
      var first: (width: Double, jump: Double)?
      var trialsSinceWeak = 0
      for _ in 0..<LineSearch.zoomLimit {
        if weak != nil {
          let now = (
            width: (high.step - low.step).magnitude, jump: (high.slope - low.slope).magnitude
          )
          let before = first ?? now
          first = before
          trialsSinceWeak += 1
          let isCorner = now.width <= before.width / 64 && now.jump >= before.jump / 2
          if search.settlesForWeak || isCorner || trialsSinceWeak > LineSearch.patience { break }
        }
        let step = next(since: &width)
        if step == low.step || step == high.step { break }
        let trial = try evaluate(step)
        if trial.value == -.infinity { return .unbounded(low) }
        if isUnmoved(trial) { break }
        if trial.isFinite {
          if isDecrease(trial), isStrong(trial) { return .strong(trial) }
          note(trial)
        }
        if !trial.isFinite || !isDecrease(trial) || isHigher(trial) {
          high = trial
        } else {
          if trial.slope * (high.step - low.step) >= 0 { high = low }
          low = trial
        }
      }
      return settled(isAtWall: false)
    }

    /// What is left where the strong conditions were not met.
    func settled(isAtWall: Bool) -> Outcome {
      if let weak { return .weak(weak) }
      if low.step > 0 { return .decrease(low) }
      // The bracket is as narrow as doubles go: a smooth loss has one slope on both of its sides.
      return .none(
        jump: high.isFinite && high.slope >= -0.1 * start.slope,
        wall: isAtWall || !high.isFinite)
    }

    /// The next trial: the minimum of the cubic, kept off the ends; the middle where that is not
    /// known, or where the bracket has not become smaller by a third.
    ///
    /// Where the slope is known to jump, it is tried where the tangents at the ends cross: at the corner
    /// itself if both sides are straight.
    private func next(since width: inout Double) -> Double {
      let now = high.step - low.step
      defer { width = now.magnitude }
      let middle = low.step + now / 2
      guard low.isFinite, high.isFinite, now.magnitude <= 0.67 * width || now.magnitude == width,
        let cubic =
          search.settlesForWeak
          ? LineSearch.crossing(low, high) : LineSearch.cubicMinimum(low, high)
      else { return middle }
      // A crossing may well lie close to an end.
      let margin = search.settlesForWeak ? 0.001 : 0.1
      let (a, b) = (low.step + margin * now, low.step + (1 - margin) * now)
      return min(max(cubic, min(a, b)), max(a, b))
    }
  }
}
