extension StatementRun {
  // MARK: Counterexamples

  /// The error for a point where a claim fails, made as simple as it can be while failing.
  func counterexample(_ claim: CheckedClaim, _ found: [Value]) throws -> LossError {
    let point = try simplest(claim, found)
    var details = inputLines(claim, point)
    let sides = try with(zip(claim.sources, point).map { ($0.target, $1) }) {
      try evaluator.sides(of: claim.claim, $0)
    }
    let names = Set(claim.sources.map(\.name))
    details += sides.filter { side in !names.contains { side.hasPrefix("\($0) = ") } }
    if let tolerance = claim.tolerance {
      details.append("within \(NumberFormat.formatted(tolerance))")
    }
    return error(.checkFailed(details: details), claim.claim.condition)
  }

  /// What is drawn at a point: `s = [1, 0]`, a line for each name.
  func inputLines(_ claim: CheckedClaim, _ point: [Value]) -> [String] {
    zip(claim.sources, point).map { "\($0.name) = \(inputText($1))" }
  }

  /// A value in full, whatever the settings, so that what is shown fails when it is typed in.
  ///
  /// Long arrays by a formula, since they are mostly zeros; those that are not are elided.
  private func inputText(_ value: Value) -> String {
    let elide = max(session.settings.elide, StatementRun.shownElements)
    let text = ValueText(settings: DisplaySettings(elide: elide))
    guard case .tensor(let tensor) = value, !tensor.isMask,
      tensor.shape.contains(where: { $0 > elide })
    else { return text.text(value) }
    let shape = tensor.shape.map(String.init).joined(separator: ", ")
    let places = tensor.elements.indices.filter { tensor.elements[$0] != 0 }
    if places.isEmpty { return "zeros(\(shape))" }
    if tensor.elements.allSatisfy({ $0 == tensor.elements[0] }) {
      let size = tensor.shape.count == 1 ? shape : "[\(shape)]"
      return "full(\(size), \(text.text(tensor.elements[0])))"
    }
    guard tensor.shape.count == 1, places.count <= 4 else { return text.text(value) }
    return places.map { "\(text.text(tensor.elements[$0])) * onehot(\($0), \(shape))" }
      .joined(separator: " + ")
  }

  /// The length up to which the arrays of a counterexample are not elided.
  private static let shownElements = 64

  /// How many points may be tried for a simpler one, and how many elements they may have together.
  private static let trials = (points: 4000, elements: 1 << 22)

  /// The most elements of a point that is made simpler: of a longer one few trials could be made, and
  /// to prepare them would take long.
  private static let simplifiedElements = 1 << 16

  private func simplest(_ claim: CheckedClaim, _ found: [Value]) throws -> [Value] {
    let size = found.reduce(0) { $0 + $1.shape.reduce(1, *) }
    if size > StatementRun.simplifiedElements { return found }
    var parts: [PointSimplifier.Part] = []
    var point: [Double] = []
    for (source, value) in zip(claim.sources, found) {
      let elements = StatementRun.elements(of: value)
      let support =
        try source.admits.map { PointSimplifier.Support(admits: $0) }
        ?? drawnSupport(of: source, found: elements)
      parts.append(
        PointSimplifier.Part(
          range: point.count..<point.count + elements.count, support: support))
      point += elements
    }
    func values(_ point: [Double]) throws -> [Value] {
      try zip(parts, found).map { part, value in
        guard case .tensor(let tensor) = value else {
          return part.range.isEmpty ? value : .number(point[part.range.lowerBound])
        }
        return .tensor(
          try Tensor(Array(point[part.range]), shape: tensor.shape, account: session.account))
      }
    }
    var simplifier = PointSimplifier(
      point: point, parts: parts, trials: StatementRun.trials.points,
      elements: StatementRun.trials.elements
    ) { candidates in
      if session.account.isCancelled { throw error(.cancelled, claim.claim.condition) }
      let points = try candidates.map(values)
      // At a point at which the claim itself is an error it does not fail.
      let outcomes = try? self.outcomes(claim, points)
      for (i, point) in points.enumerated() where outcomes.map({ $0[i] == .fails }) ?? true {
        // By itself, as it is when it is typed in: sums side by side may round in another order.
        if (try? outcome(claim, at: point)) == .fails { return i }
      }
      return nil
    }
    try simplifier.run()
    return try values(simplifier.point)
  }

  /// What the draws of an expression have in common.
  private func drawnSupport(of source: DrawSource, found: [Double]) throws
    -> PointSimplifier.Support
  {
    var samples = [found]
    let count = min(StatementRun.draws, (1 << 18) / max(found.count, 1) + 2)
    for draw in 0..<count {
      if session.account.isCancelled { throw EvaluationProblem.cancelled }
      let elements = StatementRun.elements(of: try source.draw(UInt64(draw)))
      if elements.count == found.count { samples.append(elements) }
    }
    return PointSimplifier.Support(samples: samples)
  }

  /// The numbers of a drawn value; none of a text.
  private static func elements(of value: Value) -> [Double] {
    switch value {
    case .number(let x): [x]
    case .truth(let x): [x ? 1 : 0]
    case .tensor(let tensor): Array(tensor.elements)
    default: []
    }
  }
}
