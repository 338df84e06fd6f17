/// The two sides of a comparison, or a condition of another form.
struct Comparison {
  struct Link {
    let left: NodeID
    let right: NodeID
    let comparison: ChainOperator
  }

  /// Empty for a condition that is no comparison.
  let links: [Link]
  let condition: NodeID

  init(_ condition: NodeID, _ script: Script) {
    self.condition = condition
    let node = script[condition]
    var links: [Link] = []
    if node.kind == .comparison {
      let list = script.list(node.a)
      for i in stride(from: 1, to: list.count, by: 3) {
        // Before an operator stands its left operand: the first one, or the one of the last link.
        links.append(
          Link(
            left: list.node(i - 1), right: list.node(i + 2),
            comparison: ChainOperator(rawValue: list[i]) ?? .equal))
      }
    }
    self.links = links
  }
}

extension StatementRun {
  // MARK: assert

  func assert(_ node: Node, _ id: NodeID) throws {
    let list = script.list(node.b)
    let condition = NodeID(index: node.a)
    let comparison = Comparison(condition, script)
    let tolerance: Double? =
      list.node(1).isNone
      ? nil
      : try evaluator.locating(list.node(1), env) {
        try evaluate(list.node(1)).plain.numberOrThrow()
      }
    var results: [Value] = []
    if tolerance != nil, !comparison.links.isEmpty {
      results = try comparison.links.map { link in
        let (a, b) = try (evaluate(link.left), evaluate(link.right))
        return try evaluator.locating(condition, env) {
          try Evaluator.compare(link.comparison, a, b, tolerance: tolerance)
        }
      }
    } else {
      results = [try evaluate(condition)]
    }
    let failing = try evaluator.locating(condition, env) {
      try results.first { try !$0.holdsEverywhere(.assertion) }
    }
    guard let failing else { return }
    var details = try sides(of: comparison, env)
    if let place = failing.firstFalsePlace { details.append("false at \(place)") }
    if let tolerance { details.append("within \(NumberFormat.formatted(tolerance))") }
    let message: String? =
      list.node(0).isNone
      ? nil : ValueText(settings: session.settings).printed(try evaluate(list.node(0)))
    throw error(
      .assertionFailed(
        script.text(of: condition), message: message, details: details),
      condition)
  }

  /// Both sides of a comparison with their values, other than those that are written out.
  func sides(of comparison: Comparison, _ env: Environment) throws -> [String] {
    var lines: [String] = []
    var seen: Set<NodeID> = []
    for link in comparison.links {
      for side in [link.left, link.right] where seen.insert(side).inserted {
        let text = script.text(of: side)
        let value = ValueText(settings: session.settings).text(
          try evaluator.evaluate(side, env).plain)
        if text != value { lines.append("\(text) = \(value)") }
      }
    }
    return lines
  }
}

extension Value {
  /// Whether a truth value is true, or all of a mask.
  func holdsEverywhere(_ use: TruthUse) throws -> Bool {
    guard isMask else { throw EvaluationProblem.notATruthValue(use, kindDescription) }
    switch self {
    case .truth(let truth): return truth
    case .tensor(let tensor): return tensor.elements.allSatisfy { $0 != 0 }
    default: return false
    }
  }

  /// Where a mask is first false: `[1]`, `[0, 2]`; nothing for a single truth value.
  var firstFalsePlace: String? {
    guard case .tensor(let tensor) = self, !tensor.shape.isEmpty,
      var rest = tensor.elements.firstIndex(of: 0)
    else { return nil }
    var places: [String] = []
    for n in tensor.shape.reversed() {
      places.append(String(rest % n))
      rest /= n
    }
    return "[\(places.reversed().joined(separator: ", "))]"
  }
}
