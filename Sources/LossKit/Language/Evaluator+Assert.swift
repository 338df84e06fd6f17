extension Evaluator {
  /// Evaluates `assert c within t, "why"`, a statement or a part of a block.
  ///
  /// By value alone: nothing in it is smoothed, and it notes no corner.
  func assert(_ id: NodeID, _ env: Environment) throws {
    let node = env.script[id]
    let list = env.script.list(node.b)
    let claim = Claim(NodeID(index: node.a), env.script)
    let site = CallSite(source: env.script.source, range: node.range)
    try unsmoothed {
      try corners.ignoring(site) {
        if try recordsAssertion(claim, list, env) { return }
        let tolerance = try self.tolerance(list.node(1), env)
        let state = try self.state(of: claim, for: .assertion, env) { comparison, a, b, _ in
          try Evaluator.compare(comparison, a, b, tolerance: tolerance)
        }
        if state.isNowhereFalse { return }
        // Which lane it is, and what its sides are, tells an evaluation one by one.
        if openLanes > 0 { throw LaneDependence() }
        let text = ValueText(settings: settings)
        var details = try sides(of: claim, env)
        if let place = state.firstFalsePlace { details.append("false at \(place)") }
        if let tolerance { details.append("within \(NumberFormat.formatted(tolerance))") }
        let message = list.node(0).isNone ? nil : text.printed(try evaluate(list.node(0), env))
        throw error(
          .assertionFailed(
            env.script.label(of: claim.condition), message: message, details: details),
          claim.condition, env)
      }
    }
  }

  /// Records an assertion about numbers that are not known yet: where it does not hold the point is
  /// interpreted, which raises the error.
  private func recordsAssertion(_ claim: Claim, _ list: Script.List, _ env: Environment) throws
    -> Bool
  {
    guard let graph else { return false }
    let condition = try evaluate(claim.condition, env)
    guard condition.isTraced else { return false }
    guard condition.isMask, list.node(1).isNone else { throw Untraceable() }
    try graph.refuse(where: .answer(IsEqual.self, condition, .number(0)))
    return true
  }

  /// The tolerance after `within`; `nil` where there is none.
  func tolerance(_ id: NodeID, _ env: Environment) throws -> Double? {
    if id.isNone { return nil }
    let value = try evaluate(id, env).plain
    guard case .number(let tolerance) = value, tolerance >= 0 else {
      let text = ValueText(settings: settings).text(value)
      throw error(.notATolerance(value.isNumeric ? text : value.kindDescription), id, env)
    }
    return tolerance
  }

  /// The sides of a claim's comparisons with their values, other than those that are written out.
  func sides(of claim: Claim, _ env: Environment) throws -> [String] {
    var lines: [String] = []
    var seen: Set<String> = []
    for comparison in claim.comparisons {
      for side in [comparison.left, comparison.right] {
        let text = env.script.label(of: side)
        guard seen.insert(text).inserted else { continue }
        // One that was not evaluated, because what stands before it decided, may be an error.
        guard let value = try? evaluate(side, env) else { continue }
        let shown = ValueText(settings: settings).text(value.plain)
        if text != shown { lines.append("\(text) = \(shown)") }
      }
    }
    // A side whose evaluation was stopped would be missing without a word, and the point that a check
    // was about to find simpler would be shown as the simplest.
    if account.isCancelled { throw error(.cancelled, claim.condition, env) }
    return lines
  }
}
