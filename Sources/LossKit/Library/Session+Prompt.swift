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

  private func text(of definition: Definition) -> String {
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

  /// What kind of value an expression has: `array (3)`, `function (x, k = 1)`.
  public func kind(of text: String) throws(LossError) -> String {
    let value = try value(of: text)
    switch value {
    case .tensor(let tensor):
      return "\(tensor.isMask ? "mask" : "array") \(describe(shape: tensor.shape))"
    case .texts(let texts): return "array of texts (\(texts.elements.count))"
    case .function(let function): return "function \(function.parameterList)"
    case .record(let record): return "record with fields \(record.names.joined(separator: ", "))"
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
      if let text { try value(of: text) } else if let last = evaluator.lastValue { last } else {
        throw LossError(EvaluationProblem.nothingShownYet)
      }
    return ValueText(settings: settings).broken(value, width: width)
  }

  func value(of text: String) throws(LossError) -> Value {
    let script = try parsed(Source(text: text))
    guard script.tree.statements.count == 1, script[script.tree.statements[0]].kind == .show else {
      throw LossError(
        EvaluationProblem.notAnExpression, in: script.source,
        at: SourceRange(start: 0, end: UInt32(text.utf8.count)))
    }
    let expression = NodeID(index: script[script.tree.statements[0]].a)
    return try located(evaluator, script, expression) {
      try evaluator.evaluate(expression, Environment(script: script, scope: nil, module: root))
        .plain
    }
  }

  // MARK: Help and completion

  /// Help on a built-in function or on one of the user's names; `nil` where there is none.
  public func help(_ name: String) -> StyledText? {
    var text = StyledText()
    if let definition = root.visibleNames.lazy.compactMap({ self.root.find($0) })
      .first(where: { $0.name == name })
    {
      text.append(self.text(of: definition), as: .heading)
      if let documentation = definition.documentation { text.append("\n\(documentation)") }
      return text
    }
    guard let builtin = Builtins.all.first(where: { $0.name == name }) else {
      return StatementRun.libraries[name].map { contents(ofLibrary: $0, name) }
    }
    text.append(builtin.signature, as: .heading)
    text.append("\n\(builtin.summary)")
    if let formula = builtin.formula { text.append("\n\(formula)") }
    for line in builtin.derivative?.lines ?? [] { text.append("\nderivative \(line)") }
    if let example = builtin.example { text.append("\nexample: \(example)", as: .hint) }
    if case .twin(let twin, _) = builtin.smooth { text.append("\nsmooth counterpart: \(twin)") }
    if builtin.isWithoutDerivative { text.append("\nwithout derivative") }
    return text
  }

  /// All built-in functions, by topic.
  public func helpTopics() -> StyledText {
    var text = StyledText()
    for topic in Builtin.Topic.allCases {
      let names = Builtins.all.filter { $0.topic == topic }.map(\.name)
      if names.isEmpty { continue }
      if !text.spans.isEmpty { text.append("\n") }
      text.append(topic.rawValue, as: .heading)
      text.append("\n")
      text.append(wrapped(names, width: 76))
    }
    return text
  }

  /// The definitions of a library under its headings, which are comments that begin with `#:`.
  private func contents(ofLibrary bytes: [UInt8], _ name: String) -> StyledText {
    var text = StyledText()
    text.append("import \(name)", as: .heading)
    var names: [String] = []
    func flush() {
      if !names.isEmpty { text.append("\n" + wrapped(names, width: 76)) }
      names = []
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("#:") {
        flush()
        text.append("\n\(line.dropFirst(2).trimmingSpaces)", as: .heading)
      } else if line.hasPrefix("let ") {
        names.append(String(line.dropFirst(4).prefix { $0 != "(" && $0 != " " && $0 != "=" }))
      }
    }
    flush()
    return text
  }

  private func wrapped(_ names: [String], width: Int) -> String {
    var lines = ["  "]
    for name in names {
      if lines[lines.count - 1].count + name.count + 1 > width { lines.append("  ") }
      lines[lines.count - 1] += lines[lines.count - 1].count > 2 ? " \(name)" : name
    }
    return lines.joined(separator: "\n")
  }

  /// The name in scope that another is most likely a misspelling of.
  public func nearestName(to name: String) -> String? {
    let own = root.visibleNames.map { symbols.name(of: $0) }
    return nearest(to: name, among: own + Builtins.all.map(\.name))
  }

  /// What a beginning of a word can become: names in scope, built-in functions, reserved words.
  public func completions(of prefix: String) -> [String] {
    let functions = Builtins.all.map { builtin in
      if case .constant = builtin.implementation { builtin.name } else { builtin.name + "(" }
    }
    let own = root.visibleNames.compactMap { root.find($0) }.map { definition in
      definition.kind == .function ? definition.name + "(" : definition.name
    }
    let words = TokenKind.allCases.prefix(TokenKind.reservedWordCount).map(\.spelling)
    var seen = Set<String>()
    return (own + functions + words).filter { $0.hasPrefix(prefix) && seen.insert($0).inserted }
      .sorted()
  }
}
