/// A sharpness that `smooth(e, error = …)` chose, for notes.
struct SharpnessChoice {
  let site: CallSite
  /// The least and the largest, where it was chosen for several elements.
  var range: ClosedRange<Double>
}

extension Evaluator {
  // MARK: Bounds

  /// What a smoothed expression may be, around its hard value: evaluates it with the hard primitives
  /// answering in enclosures.
  ///
  /// Whatever derivatives the inputs carry are taken off on the way, so nothing that is noted about
  /// corners counts.
  func enclosure(
    k: Value, _ family: SmoothFamily, _ body: () throws -> Value
  ) throws -> (origin: Enclosure.Origin, value: Value) {
    let origin = Enclosure.Origin(level: derivativeLevel)
    let log = corners.log
    let search = provenance
    corners.log = nil
    provenance = nil
    let mark = corners.mark()
    defer {
      corners.rewind(to: mark)
      corners.log = log
      provenance = search
    }
    let smoothing = Smoothing(k: k, family: family, answer: .enclosure(origin))
    return (origin, try inFrame(smoothing: smoothing, body))
  }

  /// The largest error of any element of a smoothed expression with a sharpness.
  private func errorBound(
    k: Double, _ family: SmoothFamily, _ body: () throws -> Value
  ) throws -> Double {
    let (origin, value) = try enclosure(k: .number(k), family, body)
    if case .function = value { throw EvaluationProblem.errorOfFunction }
    guard value.isNumeric else { throw EvaluationProblem.notANumber(value.kindDescription) }
    let radius = try Enclosure(value, in: origin).radius()
    // Each element of a comprehension has a sharpness of its own.
    guard radius.lanes.isEmpty else { throw LaneDependence() }
    if case .tensor(let radii) = radius { return radii.elements.reduce(0, Enclosure.larger) }
    return Enclosure.larger(0, try radius.numberOrThrow())
  }

  // MARK: The choice of a sharpness

  /// Whether an argument of `smooth` is the error.
  func isError(_ argument: NodeID, among list: Script.List) -> Bool {
    stride(from: 0, to: list.count, by: 3).contains { i in
      list.node(i + 2) == argument && list.symbol(i) != .none
        && symbols.name(of: list.symbol(i)) == "error"
    }
  }

  /// The sharpness of `smooth(e, error = …)`: the least that keeps the bound within the error.
  func sharpness(
    keeping error: Double, _ family: SmoothFamily, at site: CallSite, _ body: () throws -> Value
  ) throws -> Double {
    let k = try Evaluator.leastSharpness(within: error) { k in
      if account.isCancelled { throw EvaluationProblem.cancelled }
      return try errorBound(k: k, family, body)
    }
    if let known = sharpnessChoices.firstIndex(where: { $0.site == site }) {
      let range = sharpnessChoices[known].range
      sharpnessChoices[known].range = min(range.lowerBound, k)...max(range.upperBound, k)
    } else {
      sharpnessChoices.append(SharpnessChoice(site: site, range: k...k))
    }
    return k
  }

  /// The least k for which a bound that falls with it is at most `error`; 1 where every k will do.
  ///
  /// Where the bound is C/k, as it is for sums and maxima of maxima, it is C/error, rounded up as far
  /// as it takes; else it is found by bisection to one part in 10¹⁰, from above.
  static func leastSharpness(
    within error: Double, _ bound: (Double) throws -> Double
  ) throws -> Double {
    let atOne = try bound(1)
    if atOne == 0 { return 1 }
    var guess = atOne / error
    if guess > 0x1p-1000, guess < 0x1p1000,
      try (bound(guess) * guess - atOne).magnitude <= 1e-13 * atOne
    {
      for _ in 0..<16 {
        if try bound(guess) <= error { return guess }
        guess = guess.nextUp
      }
    }
    // The bound at `low` is too large, that at `high` is not.
    var (low, high, step) = (1.0, 1.0, 2.0)
    if atOne > error {
      while true {
        high = min(low * step, 0x1p1000)
        let reached = try bound(high)
        if reached <= error { break }
        guard high < 0x1p1000 else {
          throw EvaluationProblem.errorOutOfReach(error, least: reached)
        }
        low = high
        step = min(step * step, 0x1p64)
      }
    } else {
      while true {
        low = high / step
        if try bound(low) > error { break }
        high = low
        // Whatever is smoothed stays within the error.
        guard high > 0x1p-1000 else { return 1 }
        step = min(step * step, 0x1p64)
      }
    }
    while high > low * (1 + 1e-10) {
      let middle = low * (high / low).squareRoot()
      if try bound(middle) <= error { high = middle } else { low = middle }
    }
    return high
  }

  // MARK: The gap

  /// `gap(e, k, family)`: the hard and the smooth value, their difference and its bound.
  func gap(_ smoothing: Smoothing, _ expression: NodeID, _ env: Environment) throws -> Value {
    func value(_ smoothing: Smoothing?) throws -> Value {
      let value = try inFrame(smoothing: smoothing) { try evaluate(expression, env) }
      guard value.isNumeric else {
        throw error(.notANumber(value.kindDescription), expression, env)
      }
      return value
    }
    let hard = try value(nil)
    let smooth = try value(smoothing)
    let bound = try locating(expression, env) { () throws -> Value in
      do {
        let (origin, value) = try enclosure(k: smoothing.k.plain, smoothing.family) {
          try evaluate(expression, env)
        }
        return try Enclosure(value, in: origin).radius()
      } catch  where error.isUnboundedError {
        return try Value.number(.infinity).broadcast(to: hard.shape, account)
      }
    }
    // Of equal infinities the difference would be nan.
    let isSame = try Value.mapped(hard.plain, smooth.plain, content: .truths) { hard, smooth in
      hard == smooth && hard.isInfinite ? 1 : 0
    }
    return .record(
      Record(
        names: ["hard", "smooth", "gap", "bound"],
        values: [hard, smooth, try .select(isSame, .number(0), smooth - hard), bound]))
  }
}

extension Error {
  /// Whether no bound of an error could be given.
  fileprivate var isUnboundedError: Bool {
    switch (self as? LossError)?.problem as? EvaluationProblem ?? self as? EvaluationProblem {
    case .noErrorBound?, .jumpHasNoErrorBound?: true
    default: false
    }
  }
}

extension EvaluationProblem {
  /// The problem with the operation that met it, where that was not known yet.
  func met(by operation: String) -> EvaluationProblem {
    if case .noErrorBound(nil) = self { .noErrorBound(operation) } else { self }
  }
}
