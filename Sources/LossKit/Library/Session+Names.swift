/// What each text of a session keeps, so that the session can tell when no text is left.
final class NamesUser: Sendable {}

// Names are numbered for the whole session, and a session may run for days: what a line was the first
// to use is forgotten with the line, unless it defined something.
extension Session {
  /// Does one request, which is `body` with a parsed text.
  func request<Result>(
    _ source: Source, _ body: (Script) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    try stop.request { () throws(LossError) in try withScript(of: source, body) }
  }

  /// Does one request that asks something of the session and changes nothing.
  func query<Result>(
    _ source: Source, _ body: (Script) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    try asking { () throws(LossError) in try request(source, body) }
  }

  /// Calls `body` with a parsed text.
  ///
  /// Names that the text was the first to use are forgotten at the end, unless something of it is
  /// kept: a definition, or a function that is a value.
  func withScript<Result>(
    of source: Source, _ body: (Script) throws(LossError) -> Result
  ) throws(LossError) -> Result {
    let known = symbols.count
    var script: Script
    do {
      script = try parsed(source)
    } catch {
      symbols.forget(from: known)
      throw error
    }
    let parsed = symbols.count
    defer {
      // The values of formulas are of this text alone.
      evaluator.begin()
      // A file that the text imported came with names of its own, which follow.
      if symbols.count == parsed, isKnownUniquelyReferenced(&script) {
        symbols.forget(from: known)
      }
    }
    return try body(script)
  }

  /// Forgets the names of all texts, if none is left; one may be that which is running.
  func forgetNames() {
    if isKnownUniquelyReferenced(&namesUser) { symbols.forget(from: builtinNames) }
  }

  /// The expression that a text is.
  func onlyExpression(of script: Script) throws(LossError) -> NodeID {
    let statements = script.tree.statements
    guard statements.count == 1, script[statements[0]].kind == .show else {
      throw LossError(
        EvaluationProblem.notAnExpression, in: script.source,
        at: SourceRange(start: 0, end: UInt32(clamping: script.source.bytes.count)))
    }
    return NodeID(index: script[statements[0]].a)
  }
}
