/// A definition, as `:list` shows it.
public struct DefinitionSummary: Sendable {
  /// What was defined.
  public enum Kind: Sendable { case param, data, formula, function }

  /// The name that was defined.
  public let name: String

  /// What it stands for.
  public let kind: Kind

  /// `x = 0.5`, `L(k) = softplus(x - y, k)`.
  public let text: String
  /// Its `##` text.
  public let documentation: String?
}

extension Session {
  /// The session's definitions, in the order in which they were first made.
  public func definitions() -> [DefinitionSummary] {
    root.order.compactMap { root.own($0) }.map { definition in
      let kind: DefinitionSummary.Kind =
        switch definition.kind {
        case .param: .param
        case .data: .data
        case .formula: .formula
        case .function: .function
        }
      return DefinitionSummary(
        name: definition.name, kind: kind, text: text(of: definition),
        documentation: definition.documentation)
    }
  }

  func text(of definition: Definition) -> String {
    switch definition.kind {
    case .param, .data:
      let value = ValueText(settings: settings).fitted(
        definition.value, after: definition.name.displayWidth + 3)
      return "\(definition.name) = \(value)"
        + (definition.interval.map { " in \(describe($0))" } ?? "")
    case .formula: return "\(definition.name) = \(definition.script.text(of: definition.body))"
    case .function:
      guard case .function(let function) = definition.value else { return definition.name }
      return "\(definition.name)\(function.parameterList) = "
        + definition.script.text(of: definition.body)
    }
  }

  /// What kind of value an expression has and what it depends on: `array (3), depends on s, W`.
  public func kind(of text: String) throws(LossError) -> String {
    try query(Source(text: text)) { script throws(LossError) in
      let expression = try onlyExpression(of: script)
      let value = try value(of: expression, script)
      let env = Environment(script: script, scope: nil, module: root)
      let used = evaluator.dependencies(of: expression, env, .all).filter(\.isInput)
        .sorted { $0.id < $1.id }.map(\.name)
      let isInput = script[expression].kind == .name && used == [text.trimmingSpaces]
      return kindText(value)
        + (used.isEmpty || isInput ? "" : ", depends on \(used.joined(separator: ", "))")
    }
  }

  /// `array (3)`, `function (x, k = 1)`, `record with a: number, b: mask (2)`.
  func kindText(_ value: Value) -> String {
    switch value {
    case .tensor(let tensor):
      return "\(tensor.isMask ? "mask" : "array") \(describe(shape: tensor.shape))"
    case .texts(let texts): return "array of texts (\(texts.elements.count))"
    case .function(let function): return "function \(function.parameterList)"
    case .record(let record):
      let fields = zip(record.names, record.values).map { "\($0): \(kindText($1))" }
      return "record with \(fields.joined(separator: ", "))"
    default: return String(value.kindDescription.drop { $0 != " " }.dropFirst())
    }
  }

  /// All of a value, which is elided elsewhere: of an expression, or the last one shown.
  ///
  /// - Parameter width: the columns to break the lines at; `nil` leaves them as long as they are.
  public func wholeText(of text: String?, width: Int?) throws(LossError) -> String {
    var settings = settings
    settings.elide = .max
    let value =
      if let text {
        try stop.request { () throws(LossError) -> Value in try self.value(of: text) }
      } else if let last = evaluator.lastValue { last } else {
        throw LossError(EvaluationProblem.nothingShownYet)
      }
    return ValueText(settings: settings).broken(value, width: width)
  }

  func value(of text: String) throws(LossError) -> Value {
    try query(Source(text: text)) { script throws(LossError) in
      try value(of: onlyExpression(of: script), script)
    }
  }

  private func value(of expression: NodeID, _ script: Script) throws(LossError) -> Value {
    try located(evaluator, script, expression) {
      try evaluator.evaluate(expression, Environment(script: script, scope: nil, module: root))
        .plain
    }
  }

  // MARK: Completion

  /// The libraries that `import` brings in by name.
  public static var libraryNames: [String] { StatementRun.libraries.keys.sorted() }

  /// What help knows that a name is most likely a misspelling of.
  public func nearestHelp(to name: String) -> String? {
    // Words such as 'for' are too short to be meant by what has only some of their letters.
    let words = Set(HelpEntry.statements.flatMap(\.names).filter { $0.count <= 3 })
    return nearest(
      to: name,
      among: root.visibleNames.map { symbols.name(of: $0) }
        + Session.helpNames.filter { !words.contains($0) })
  }

  /// The name in scope that another is most likely a misspelling of.
  public func nearestName(to name: String) -> String? {
    let own = root.visibleNames.map { symbols.name(of: $0) }
    return nearest(to: name, among: own + Builtins.all.map(\.name))
  }

  /// What a beginning of a word can become: names in scope, built-in functions, reserved words and
  /// those that are reserved within a statement only, such as `over`.
  public func completions(of prefix: String) -> [String] {
    let functions = Builtins.all.map { builtin in
      if case .constant = builtin.implementation { builtin.name } else { builtin.name + "(" }
    }
    let own = root.visibleNames.compactMap { root.find($0) }.map { definition in
      definition.kind == .function ? definition.name + "(" : definition.name
    }
    let words =
      TokenKind.allCases.prefix(TokenKind.reservedWordCount).map(\.spelling)
      + HelpEntry.statements.flatMap(\.names).filter { $0.first?.isLetter == true }
    var seen = Set<String>()
    return (own + functions + words).filter { $0.hasPrefix(prefix) && seen.insert($0).inserted }
      .sorted()
  }
}
