/// Evaluates one expression of a plot at many places at once.
///
/// The places are lanes, as the draws of a `check`; where something differs from place to place
/// that cannot in lanes (the branch of an `if`), or an error has to say where, they are gone
/// through one by one.
struct PlotBatch {
  /// A name with its values at all places.
  typealias Input = (target: Target, name: String, values: [Double])

  /// The expression's text, in one line.
  let label: String
  /// The same where an index follows.
  private let base: String
  private let id: NodeID
  /// The labels of the numbers that the expression consists of, once it was evaluated.
  private(set) var labels: [String] = []
  /// What the expression is, as errors say it.
  private(set) var kind = "a number"
  private var isOneByOne = false

  /// The labels of the elements of an array that is written out: their own texts.
  private let elementLabels: [String]?

  init(id: NodeID, _ run: StatementRun) {
    self.id = id
    label = run.script.label(of: id)
    let node = run.script[id]
    elementLabels =
      node.kind == .array
      ? run.script.list(node.a).map { run.script.label(of: NodeID(index: $0)) } : nil
    switch node.kind {
    case .name, .call, .index, .member: base = label
    default: base = "(\(label))"
    }
  }

  /// The values: a row for each number that the expression consists of, in the order of `labels`.
  mutating func evaluate(_ inputs: [Input], _ run: StatementRun) throws -> [[Double]] {
    if !isOneByOne, let rows = try evaluateInLanes(inputs, run) { return rows }
    isOneByOne = true
    let count = inputs.first?.values.count ?? 0
    var rows: [[Double]] = []
    for place in 0..<count {
      if run.session.account.isCancelled { throw run.error(.cancelled, id) }
      let column: [Double]
      do {
        column = try numbers(inputs, at: place, run)
      } catch let error as LossError where error.problem is EvaluationProblem {
        if error.isCancellation || isEverywhere(error, inputs, run) { throw error }
        throw LossError(
          ProblemAtPoint(
            problem: error.problem,
            point: inputs.map { "\($0.name) = \(NumberFormat.formatted($0.values[place]))" }),
          in: error.source, at: error.range, labels: error.labels)
      }
      if rows.isEmpty { rows = column.map { _ in [] } }
      guard rows.count == column.count else { throw problem(.curvesDiffer, run) }
      for (i, x) in column.enumerated() { rows[i].append(x) }
    }
    return rows
  }

  private mutating func numbers(_ inputs: [Input], at place: Int, _ run: StatementRun) throws
    -> [Double]
  {
    let value = try run.with(inputs.map { ($0.target, .number($0.values[place])) }) {
      try run.evaluator.evaluate(id, $0).plain
    }
    return try numbers(of: value, run).flatMap { try elements(of: $0) }
  }

  /// Whether an error is the same at some other places, so that none explains it.
  private mutating func isEverywhere(_ error: LossError, _ inputs: [Input], _ run: StatementRun)
    -> Bool
  {
    let count = inputs.first?.values.count ?? 0
    for place in [0, count / 3, count / 2, count - 1] {
      do {
        _ = try numbers(inputs, at: place, run)
        return false
      } catch let other {
        if (other as? LossError)?.message != error.message { return false }
      }
    }
    return true
  }

  /// `nil` where the places have to be gone through one by one.
  private mutating func evaluateInLanes(_ inputs: [Input], _ run: StatementRun) throws
    -> [[Double]]?
  {
    let (evaluator, account) = (run.evaluator, run.session.account)
    let count = inputs.first?.values.count ?? 0
    guard count > 1 else { return nil }
    let lane = evaluator.newLane(size: count, kind: .elements)
    evaluator.openExtent = count
    evaluator.openLanes = 1
    defer {
      evaluator.openExtent = 1
      evaluator.openLanes = 0
    }
    do {
      let replacements = try inputs.map { input in
        (
          target: input.target,
          value: try Value.tensor(Tensor(input.values, account: account)).openingLane(lane)
        )
      }
      let value = try run.with(replacements) { try evaluator.evaluate(id, $0).plain }
      var rows: [[Double]] = []
      for part in try numbers(of: value, run) {
        let closed = try part.closingLane(lane, account: account).arrayOrThrow()
        let size = closed.count / count
        for element in 0..<size {
          rows.append((0..<count).map { closed.start[$0 * size + element] })
        }
      }
      return rows
    } catch let error as LossError where error.isCancellation || error.problem is PlotProblem {
      throw error
    } catch {
      return nil
    }
  }

  // MARK: What the expression consists of

  /// The numbers and vectors in a value; the labels are made on the way, and have to stay.
  private mutating func numbers(of value: Value, _ run: StatementRun) throws -> [Value] {
    var parts: [Value] = []
    var names: [String] = []
    if value.isNumeric, value.shape.isEmpty {
      names.append(label)
      parts.append(value)
    } else {
      try collect(value, base, run, &parts, &names)
      if case .tensor = value, let own = elementLabels, own.count == names.count { names = own }
    }
    guard !names.isEmpty else { throw problem(.noCurve, run) }
    if labels.isEmpty {
      labels = names
      kind = value.kindDescription
    }
    guard labels == names else { throw problem(.curvesDiffer, run) }
    return parts
  }

  private func collect(
    _ value: Value, _ name: String, _ run: StatementRun, _ parts: inout [Value],
    _ names: inout [String]
  ) throws {
    if case .record(let record) = value {
      for (field, part) in zip(record.names, record.values) {
        try collect(part, "\(name).\(ValueText.fieldName(field))", run, &parts, &names)
      }
      return
    }
    guard value.isNumeric else { throw problem(.curveOfKind(value.kindDescription), run) }
    let shape = value.shape
    switch shape.count {
    case 0: names.append(name)
    case 1:
      guard shape[0] <= StatementRun.curveLimit else {
        throw problem(.tooManyCurves(shape[0], limit: StatementRun.curveLimit), run)
      }
      names += (0..<shape[0]).map { "\(name)[\($0)]" }
    default: throw problem(.curveOfMatrix(shape), run)
    }
    parts.append(value)
  }

  private func elements(of value: Value) throws -> [Double] {
    if case .tensor(let tensor) = value { return Array(tensor.elements) }
    return [try value.numberOrThrow()]
  }

  private func problem(_ problem: PlotProblem, _ run: StatementRun) -> LossError {
    LossError(problem, in: run.script.source, at: run.script.range(of: id))
  }
}
