extension StatementRun {
  // MARK: Counterexamples

  /// The error for a point where the comparison fails, made as simple as it can be while failing.
  func counterexample(
    _ comparison: Comparison, _ sources: [DrawSource], _ found: [Value], _ condition: NodeID
  ) throws -> LossError {
    var point = found
    for (i, source) in sources.enumerated() {
      point[i] = try simplified(point, i, source, comparison, sources)
    }
    let text = ValueText(settings: session.settings)
    var details = zip(sources, point).map { "\($0.name) = \(text.text($1))" }
    let sides = try with(zip(sources, point).map { ($0.target, $1) }) { inner -> [String] in
      try self.sides(of: comparison, inner)
    }
    details += sides.filter { !details.contains($0) }
    return error(.checkFailed(details: details), condition)
  }

  private static let simpleNumbers = [0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 5, -5, 10, -10]

  private func simplified(
    _ point: [Value], _ place: Int, _ source: DrawSource, _ comparison: Comparison,
    _ sources: [DrawSource]
  ) throws -> Value {
    let isArray = !point[place].shape.isEmpty
    var elements: [Double] =
      if case .tensor(let tensor) = point[place] { Array(tensor.elements) } else {
        [try point[place].numberOrThrow()]
      }
    func value(_ elements: [Double]) throws -> Value {
      isArray
        ? .tensor(try Tensor(elements, shape: point[place].shape, account: session.account))
        : .number(elements[0])
    }
    func fails(_ candidate: [Double]) throws -> Bool {
      guard candidate.allSatisfy(source.admits) else { return false }
      var changed = point
      changed[place] = try value(candidate)
      return (try? outcome(comparison, sources, at: changed)) == .fails
    }
    let zeros = [Double](repeating: 0, count: elements.count)
    if try fails(zeros) { return try value(zeros) }
    // Long vectors: the first elements are enough to see why. The simplest numbers first, then
    // what is near: a whole number, a half, a tenth.
    for i in elements.indices.prefix(64) {
      let x = elements[i]
      let near = [x.rounded(), (x * 2).rounded() / 2, (x * 10).rounded() / 10]
      for simple in StatementRun.simpleNumbers + near {
        if session.account.isCancelled { throw EvaluationProblem.cancelled }
        var candidate = elements
        candidate[i] = simple
        if candidate[i] != elements[i], try fails(candidate) {
          elements = candidate
          break
        }
      }
    }
    return try value(elements)
  }
}
