extension Session {
  /// Takes an expression apart: the value of each part, and how the whole changes with it.
  ///
  /// Formulas and functions are followed into their definitions. Where the evaluation ends in an
  /// error, the parts that were reached are there, and the part that failed is marked.
  ///
  /// - Parameters:
  ///   - text: an expression; with `at (…)` it is explained at that point.
  ///   - rows: how many parts are listed at most, those nearest to the whole first.
  /// - Throws: the error of a text that is no expression.
  public func explanation(of text: String, rows: Int = 40) throws(LossError) -> Explanation {
    try query(Source(text: text)) { script throws(LossError) in
      let expression = try onlyExpression(of: script)
      return try located(evaluator, script, expression) {
        try ExplanationRun(session: self, script: script, rows: rows).explanation(of: expression)
      }
    }
  }
}

/// Makes an explanation in three evaluations: one that finds the parts, one for the gradient that is
/// shown and its corners, one in which every part is moved by itself.
private struct ExplanationRun {
  let session: Session
  let script: Script
  let rows: Int

  /// The most elements of parts by which the whole is differentiated.
  private static let directionLimit = 4096
  /// The most elements that the tangents of the largest part may have.
  private static let tangentLimit = 1 << 21

  private typealias Part = PartObserver.Part

  private var evaluator: Evaluator { session.evaluator }

  func explanation(of expression: NodeID) throws -> Explanation {
    let env = Environment(script: script, scope: nil, module: session.root)
    let node = script[expression]
    guard node.kind == .at else { return try explanation(of: expression, env, []) }
    let replacements = try evaluator.atBindings(node, env)
    return try evaluator.replacing(replacements, in: env) {
      try explanation(of: NodeID(index: node.a), $0, replacements)
    }
  }

  private func explanation(
    of e: NodeID, _ env: Environment, _ replacements: [(target: Target, value: Value)]
  ) throws -> Explanation {
    let observer = PartObserver(account: evaluator.account)
    var params = evaluator.params(of: e, env)
    var values = try params.map { try evaluator.value(of: $0, e, env) }
    if !values.allSatisfy(\.isNumeric) { (params, values) = ([], []) }
    var whole: Value?
    do {
      whole = try record(e, env, params, values, observer)
    } catch let error as LossError {
      if error.isCancellation || observer.root == nil { throw error }
    }
    _ = evaluator.corners.takeEvents()
    // Of the greatest depth there is only the value.
    if let root = observer.root, whole != nil, !root.varies { (params, values) = ([], []) }
    guard let root = observer.root else { throw EvaluationProblem.notAnExpression }
    if case .function(let function)? = whole {
      let text = script.text(of: e)
      let called = script[e].kind == .lambda ? "(\(text))" : text
      throw evaluator.error(
        .explainedFunction(text, call: called + function.parameterList), e, env)
    }

    var builder = ExplanationBuilder(evaluator: evaluator, observer: observer, rows: rows)
    let listed = builder.listedParts(root)
    var derivative = Explanation.Derivative.absent("an error ended the evaluation")
    var notes: [String] = []
    if let whole {
      derivative = try self.derivative(of: whole, params, values)
      let run = StatementRun(
        session: session, script: script, module: session.root, echo: .prompt, output: { _ in })
      if derivative == .ofWhole {
        let gradient = try run.gradient(of: e, replacements)
        let events = evaluator.corners.takeEvents()
        builder.corners = events.map { ($0.site, run.text(of: $0)) }
        builder.derivatives = try adjoints(
          of: e, env, params, values, listed, observer, isAtCorner: !events.isEmpty)
        _ = evaluator.corners.takeEvents()
        builder.gradient = Dictionary(
          (gradient ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        if builder.derivatives == nil {
          notes.append("the derivatives of the parts are left out: \(Self.tooMany)")
        }
      }
      builder.fault = try fault(whole, builder.gradient, e, env, run, replacements)
    }
    builder.showsTangents = derivative.isByParam
    return Explanation(root: builder.part(root), derivative: derivative, notes: notes)
  }

  private static let tooMany = "the expression is too large to move each part by itself"

  // MARK: The parts

  /// Evaluates once, each param moved by 1: what changes then is a part that varies.
  private func record(
    _ e: NodeID, _ env: Environment, _ params: [Definition], _ values: [Value],
    _ observer: PartObserver
  ) throws -> Value {
    let ones = try values.map { try Value.number(1).broadcast(to: $0.shape, evaluator.account) }
    func evaluation(_ duals: [Value]) throws -> Value {
      observer.beginRecording(level: evaluator.derivativeLevel)
      return try observing(observer, zip(params, duals).map { ($0.id, $1) }) {
        try evaluator.evaluate(e, env)
      }
    }
    do {
      return try evaluator.directionalDerivative(at: values, along: ones, evaluation).value
    } catch let error as LossError {
      // At the greatest depth a value is still a value.
      guard case .derivativesNestTooDeeply? = error.problem as? EvaluationProblem else {
        throw error
      }
      return try evaluation(values)
    }
  }

  private func observing(
    _ observer: PartObserver, _ replacements: [(id: Int, value: Value)],
    _ body: () throws -> Value
  ) throws -> Value {
    let frame = evaluator.frame
    evaluator.frame = Frame(
      parent: frame, replacements: replacements.map { .init(id: $0.id, value: $0.value) },
      keepsFormulas: true)
    evaluator.observer = observer
    defer {
      evaluator.observer = nil
      evaluator.frame.leave()
      evaluator.frame = frame
    }
    return try body()
  }

  // MARK: Derivatives

  private func derivative(of whole: Value, _ params: [Definition], _ values: [Value]) throws
    -> Explanation.Derivative
  {
    if params.isEmpty { return .absent("it depends on no param") }
    switch whole.plain {
    case .number: return .ofWhole
    case .tensor:
      if params.count == 1, values[0].shape.isEmpty { return .byParam(params[0].name) }
      return .absent("the whole is not one number")
    default: return .absent("the whole is no number")
    }
  }

  /// The derivative of the whole by each visit of the parts; `nil` where the evaluation goes another
  /// way when they are moved.
  ///
  /// At a corner the params come first among the directions, so that a tie is settled as in the
  /// gradient that is shown, and the parts are differentiated along the same piece: what the
  /// occurrences of a param say adds up to its gradient. Elsewhere they would only cost time.
  private func adjoints(
    of e: NodeID, _ env: Environment, _ params: [Definition], _ values: [Value],
    _ listed: [Part], _ observer: PartObserver, isAtCorner: Bool
  ) throws -> [ObjectIdentifier: [Value]]? {
    let total = values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    var largest = 1
    observer.forEachPart { part in
      for visit in part.visits { largest = max(largest, visit.value.shape.reduce(1, *)) }
    }
    var left = min(Self.directionLimit, max(Self.tangentLimit / largest, 16))
    let movesParams = isAtCorner
    if movesParams { left -= total }
    if left <= 0 { return nil }
    var moved: [Part] = []
    var zeros: [Value] = []
    for part in listed where part.varies && part.isWhollyKept {
      let size = part.visits.reduce(0) { $0 + $1.value.shape.reduce(1, *) }
      guard size <= left else { continue }
      left -= size
      moved.append(part)
      zeros += try part.visits.map {
        try Value.number(0).broadcast(to: $0.value.shape, evaluator.account)
      }
    }
    let compiles = evaluator.compilesDerivatives
    evaluator.compilesDerivatives = false
    evaluator.corners.rotatable = movesParams ? total : 0
    defer {
      evaluator.compilesDerivatives = compiles
      evaluator.corners.rotatable = nil
    }
    let all = (movesParams ? values : []) + zeros
    let first = movesParams ? params.count : 0
    do {
      let (value, derivative) = try evaluator.derivative(at: all) { duals in
        var next = first
        observer.beginAdding(
          moved.map { part in
            defer { next += part.visits.count }
            return (part, Array(duals[next..<next + part.visits.count]))
          })
        let inputs = movesParams ? Array(duals[..<first]) : values
        let replacements = zip(params, inputs).map { (id: $0.id, value: $1) }
        let value = try observing(observer, replacements) { try evaluator.evaluate(e, env) }
        guard moved.allSatisfy(\.isWhollyKept) else { throw PartsDiffer() }
        return value
      }
      let parts = try evaluator.parts(derivative, all.map(\.shape), of: value.shape)
      var result: [ObjectIdentifier: [Value]] = [:]
      var next = first
      for part in moved {
        result[ObjectIdentifier(part)] = Array(parts[next..<next + part.visits.count])
        next += part.visits.count
      }
      return result
    } catch is PartsDiffer {
      return nil
    }
  }

  // MARK: Faults

  /// Where a nan or an infinity first arose.
  private func fault(
    _ whole: Value, _ gradient: [String: Value], _ e: NodeID, _ env: Environment,
    _ run: StatementRun, _ replacements: [(target: Target, value: Value)]
  ) throws -> (site: CallSite, text: String)? {
    let part: Provenance.Part
    let fault: Provenance.Fault
    if let found = Provenance.Fault(of: [whole]) {
      (part, fault) = (.value, found)
    } else if let found = Provenance.Fault(of: Array(gradient.values)) {
      (part, fault) = (.derivative, found)
    } else {
      return nil
    }
    let finding = evaluator.whereFirst(fault, in: part) {
      if part == .value {
        _ = try evaluator.evaluate(e, env)
      } else {
        _ = try run.gradient(of: e, replacements)
      }
    }
    guard let finding else { return nil }
    let name = fault == .nan ? "nan" : "infinity"
    let place = part == .value ? "" : " in the derivative"
    return (
      finding.site,
      "first \(name)\(place): \(finding.text)" + (finding.hint.map { "; \($0)" } ?? "")
    )
  }
}

extension Explanation.Derivative {
  fileprivate var isByParam: Bool {
    if case .byParam = self { true } else { false }
  }
}

extension PartObserver.Part {
  /// Whether it depends on a param, and so has a derivative.
  var varies: Bool { visits.contains { $0.tangent != nil } }

  /// Whether every evaluation of it was kept.
  var isWhollyKept: Bool { count == visits.count }
}
