extension StatementRun {
  // MARK: Values with gradients

  func show(_ node: Node, _ id: NodeID) throws {
    let e = NodeID(index: node.a)
    let expression = script[e]
    // `e at (…)` is shown with its gradient at that point.
    let replacements = expression.kind == .at ? try evaluator.atBindings(expression, env) : []
    let body = expression.kind == .at ? NodeID(index: expression.a) : e
    let value = try evaluator.replacing(replacements, in: env) { try evaluator.evaluate(body, $0) }
    var gradient: [(name: String, value: Value)]?
    if isNumber(value), !mentionsDerivative(e) {
      do {
        gradient = try self.gradient(of: body, replacements)
      } catch let error as LossError {
        // A value of the greatest depth is still a value; only its gradient is one level too deep.
        guard case .derivativesNestTooDeeply? = error.problem as? EvaluationProblem else {
          throw error
        }
      }
    }
    var notes = evaluator.dataNotes + sharpnessNotes(id) + cornerNotes(id)
    if let fault = Provenance.Fault(of: [value]) {
      notes += faultNote(fault, in: .value, id) {
        _ = try evaluator.replacing(replacements, in: env) { try evaluator.evaluate(body, $0) }
      }
    } else if let fault = Provenance.Fault(of: gradient?.map(\.value) ?? []) {
      notes += faultNote(fault, in: .derivative, id) {
        _ = try self.gradient(of: body, replacements)
      }
    }
    // Notes that a stop has cut short would be missing without a word.
    if session.account.isCancelled { throw error(.cancelled, e) }
    evaluator.lastValue = value.plain
    show(.value(value.plain, gradient: gradient, notes: notes), id)
  }

  private func isNumber(_ value: Value) -> Bool {
    if case .number = value { true } else { false }
  }

  /// The gradient by all params jointly, in the order of their declaration.
  func gradient(
    of e: NodeID, _ replacements: [(target: Target, value: Value)]
  ) throws -> [(name: String, value: Value)]? {
    let params = evaluator.params(of: e, env)
    if params.isEmpty { return nil }
    return try evaluator.replacing(replacements, in: env) { inner in
      let values = try params.map { try evaluator.value(of: $0, e, inner) }
      // A param that `at` replaced by something else has no gradient to show.
      guard values.allSatisfy(\.isNumeric) else { return nil }
      let (_, derivative) = try evaluator.derivative(at: values) { duals in
        try evaluator.replacing(zip(params, duals).map { (.definition($0), $1) }, in: inner) {
          try evaluator.evaluate(e, $0)
        }
      }
      let parts = try evaluator.parts(derivative, values.map(\.shape), of: [])
      return zip(params, parts).map { ($0.name, $1) }
    }
  }

  /// Whether the expression's own text asks for a derivative.
  private func mentionsDerivative(_ id: NodeID) -> Bool {
    var pending = [id]
    while let next = pending.popLast() {
      let node = script[next]
      if node.kind == .name,
        case .special? = evaluator.builtin(Symbol(index: node.a))?.implementation
      {
        return true
      }
      script.forEachChild(of: next) { pending.append($0) }
    }
    return false
  }

  // MARK: Notes

  /// Where a nan or an infinity first arose, if all inputs are finite.
  private func faultNote(
    _ fault: Provenance.Fault, in part: Provenance.Part, _ id: NodeID,
    _ evaluation: () throws -> Void
  ) -> [String] {
    let inputs = evaluator.dependencies(of: NodeID(index: script[id].a), env, .all).filter(
      \.isInput)
    guard inputs.allSatisfy({ Provenance.Fault(of: [$0.value]) == nil }),
      let finding = evaluator.whereFirst(fault, in: part, evaluation)
    else { return [] }
    let name = fault == .nan ? "nan" : "infinity"
    let what = part == .value ? "\(name) first arises" : "\(name) first arises in the derivative"
    return [
      "\(what) here: \(finding.text) (\(describe([finding.site], id)))"
        + (finding.hint.map { "; \($0)" } ?? "")
    ]
  }

  /// The sharpnesses that were chosen by an error, with their places where there are several.
  private func sharpnessNotes(_ statement: NodeID) -> [String] {
    let choices = evaluator.sharpnessChoices
    return choices.map { choice in
      let (least, largest) = (choice.range.lowerBound, choice.range.upperBound)
      let k =
        least == largest
        ? "k = \(NumberFormat.formatted(least))"
        : "k from \(NumberFormat.formatted(least)) to \(NumberFormat.formatted(largest))"
      return "smooth uses \(k)"
        + (choices.count > 1 ? " (\(describe([choice.site], statement)))" : "")
    }
  }

  /// `column 9`, `columns 1 and 11` on the statement's own line, else with line and file.
  func describe(_ places: [CallSite], _ statement: NodeID) -> String {
    let line = script.source.line(at: script.range(of: statement).start)
    let own = places.filter {
      $0.source === script.source && $0.source.line(at: $0.range.start) == line
    }
    var parts: [String] = []
    let columns = own.map { $0.source.column(at: $0.range.start) }.sorted().map(String.init)
    if !columns.isEmpty {
      parts.append(columns.count == 1 ? "column \(columns[0])" : "columns \(joined(columns))")
    }
    parts += places.filter { !own.contains($0) }.map { place in
      let place = (place.source, place.range.start)
      let file = place.0 === script.source ? nil : place.0.name
      return (file.map { "\($0), " } ?? "")
        + (place.0.hasSeveralLines ? "line \(place.0.line(at: place.1)), " : "")
        + "column \(place.0.column(at: place.1))"
    }
    return joined(parts)
  }

  func joined(_ items: [String]) -> String {
    items.count < 2
      ? items.joined() : items.dropLast().joined(separator: ", ") + " and " + (items.last ?? "")
  }

  // MARK: What a table or a draw runs over

  /// The values that a range or an array has, one after another.
  func places(of id: NodeID) throws -> Places {
    let node = script[id]
    if node.kind == .range { return .range(try evaluator.wholeRange(node, id, env)) }
    let value = try evaluate(id).plain
    switch value {
    case .texts(let texts): return .texts(texts)
    case .tensor(let tensor) where !tensor.shape.isEmpty: return .rows(value, tensor.shape[0])
    default: throw error(.tableRange(value.kindDescription), id)
    }
  }

  /// What a table or a draw runs over.
  ///
  /// A range is not written out: it may be long.
  enum Places {
    case range(Range<Int>)
    case texts(TextArray)
    case rows(Value, Int)

    var count: Int {
      switch self {
      case .range(let range): range.count
      case .texts(let texts): texts.elements.count
      case .rows(_, let count): count
      }
    }

    func value(_ place: Int) throws -> Value {
      switch self {
      case .range(let range): .number(Double(range.lowerBound + place))
      case .texts(let texts): .text(texts.elements[place])
      case .rows(let rows, _): try .apply(TakeRow(row: place), rows)
      }
    }

    /// Whether a number is among them.
    func contains(_ x: Double) -> Bool {
      switch self {
      case .range(let range):
        x == x.rounded() && x.magnitude < 0x1p53 && range.contains(Int(x))
      case .texts: false
      case .rows(.tensor(let tensor), _): tensor.shape.count == 1 && tensor.elements.contains(x)
      case .rows: false
      }
    }
  }

  /// Evaluates with names replaced, or bound where the text has no input of that name.
  func with<Result>(
    _ replacements: [(target: Target, value: Value)], _ body: (Environment) throws -> Result
  ) throws -> Result {
    let scope = Scope(parent: nil)
    for case (.local(let symbol), let value) in replacements {
      scope.bind(.init(symbol: symbol, value: value))
    }
    let globals = replacements.filter {
      if case .definition = $0.target { true } else { false }
    }
    do {
      return try evaluator.replacing(
        globals, in: env.with(scope.bindings.isEmpty ? nil : scope), body)
    } catch let error as LossError {
      // A definition that names what only this statement does.
      guard case .unknownName(let name, _)? = error.problem as? EvaluationProblem,
        scope.bindings.contains(where: { session.symbols.name(of: $0.symbol) == name })
      else { throw error }
      throw LossError(
        EvaluationProblem.unknownInDefinition(name), in: error.source, at: error.range,
        labels: error.labels)
    }
  }
}

extension Provenance.Fault {
  /// What is wrong with some values: nan where there is one, else infinity.
  init?(of values: [Value]) {
    var hasInfinity = false
    for value in values {
      let elements: [Double]
      switch value {
      case .number(let x): elements = [x]
      case .tensor(let tensor): elements = Array(tensor.elements)
      case .record(let record):
        // A data set: what is missing in it is nan from the start.
        guard let fault = Provenance.Fault(of: record.values) else { continue }
        self = fault
        return
      default: continue
      }
      if elements.contains(where: \.isNaN) {
        self = .nan
        return
      }
      hasInfinity = hasInfinity || elements.contains(where: \.isInfinite)
    }
    guard hasInfinity else { return nil }
    self = .infinity
  }
}
