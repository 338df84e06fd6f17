/// How long a text takes, run again and again.
public struct TimedRuns: Sendable {
  /// The first run, which also compiles what is compiled.
  public let first: Duration

  /// The runs after the first, shortest first; empty where one run was all.
  public let others: [Duration]

  /// The time below which a part of the runs lies: 0.5 gives the median.
  ///
  /// The one run's where there is no other.
  public func quantile(_ part: Double) -> Duration {
    if others.isEmpty { return first }
    let place = (part * Double(others.count - 1)).rounded()
    return others[min(max(0, Int(place)), others.count - 1)]
  }
}

extension Session {
  /// Runs a text as `run` does and measures how long it takes; an expression by itself again and again.
  ///
  /// A run is all that showing the expression needs: its value, and its gradient where one is shown.
  /// No value of a formula is kept from one run to the next. Other statements change the session, so
  /// they run once.
  ///
  /// - Parameters:
  ///   - limit: after this time no further run begins.
  ///   - output: called with what the first run shows.
  public func timedRuns(
    of text: String, within limit: Duration, output: (Output) -> Void
  ) throws(LossError) -> TimedRuns {
    try request(Source(text: text)) { script throws(LossError) in
      try runs(of: script, within: limit, output: output)
    }
  }

  private func runs(
    of script: Script, within limit: Duration, output: (Output) -> Void
  ) throws(LossError) -> TimedRuns {
    let clock = ContinuousClock()
    let start = clock.now
    try run(script, .prompt, output)
    let first = clock.now - start
    var others: [Duration] = []
    guard script.tree.statements.count == 1, script[script.tree.statements[0]].kind == .show else {
      return TimedRuns(first: first, others: [])
    }
    while others.count < 10_000, clock.now - start < limit {
      if account.isCancelled {
        throw LossError(
          EvaluationProblem.cancelled, in: script.source,
          at: script.range(of: script.tree.statements[0]))
      }
      evaluator.forgetFormulas()
      let begin = clock.now
      try run(script, .prompt) { _ in }
      others.append(clock.now - begin)
    }
    others.sort()
    return TimedRuns(first: first, others: others)
  }
}
