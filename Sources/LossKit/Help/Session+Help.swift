extension Session {
  /// Help on a name of the session, a built-in function, a statement, an operator, a topic or a loss of
  /// the library; `nil` where there is none.
  ///
  /// Its examples are run now, in a session of their own.
  ///
  /// - Parameter width: the columns of the terminal; `nil` where there is none, 80 then.
  public func help(_ name: String, width: Int? = nil) -> StyledText? {
    if let definition = definition(named: name) { return help(definition, width) }
    if let builtin = Builtins.all.first(where: { $0.name == name }) { return help(builtin, width) }
    if let entry = HelpEntry.named(name) { return help(entry, width) }
    if let bytes = StatementRun.libraries[name] { return contents(ofLibrary: bytes, name, width) }
    return libraryHelp(name, width)
  }

  /// The topics of help, with a line each.
  ///
  /// - Parameters:
  ///   - own: topics of the program, with their summaries.
  ///   - width: the columns of the terminal; `nil` where there is none, 80 then.
  public func helpTopics(
    and own: [(name: String, summary: String)] = [], width: Int? = nil
  ) -> StyledText {
    var page = HelpPage(width: width)
    page.heading("Help on a topic, a function, a word, an operator or a name of yours: :help NAME")
    page.list(
      HelpEntry.topics.map { ($0.name, $0.summary) }
        + [("losses", "the library that import losses brings in")] + own)
    return page.text
  }

  /// The names that help knows besides those of the session: topics, statements, functions.
  public static var helpNames: [String] {
    HelpEntry.topics.map(\.name) + StatementRun.libraries.keys.sorted()
      + HelpEntry.statements.flatMap(\.names) + Builtins.all.map(\.name)
  }

  private func definition(named name: String) -> Definition? {
    root.visibleNames.lazy.compactMap { self.root.find($0) }.first { $0.name == name }
  }

  // MARK: Built-in functions

  private func help(_ builtin: Builtin, _ width: Int?) -> StyledText {
    var page = HelpPage(width: width)
    page.heading(builtin.signature)
    page.paragraph(builtin.summary)
    if let formula = builtin.formula { page.labelled("formula", formula) }
    if let derivative = builtin.derivative {
      for (parameter, text) in derivative.byParameter {
        let label = derivative.form == .adjoint ? "u times ∂\(parameter)" : "∂\(parameter)"
        page.labelled(label, text, as: .derivative)
      }
      if let remark = derivative.remark {
        page.labelled(derivative.byParameter.isEmpty ? "derivative" : "", remark)
      }
    } else if case .constant = builtin.implementation {
      page.labelled("value", ValueText(settings: settings).text(constant(builtin)))
    } else {
      page.labelled("derivative", "none")
    }
    switch builtin.smooth {
    case .twin(let text, _): page.labelled("smooth(…, k)", text)
    case .refused: page.labelled("smooth(…, k)", "refused: it has no smooth counterpart")
    case .unchanged: break
    }
    let hard = Builtins.all.filter { $0.twinNames(builtin.name) }.map(\.name)
    if !hard.isEmpty {
      page.labelled("stands for", hard.joined(separator: ", ") + " inside smooth")
    }
    if let example = builtin.example { page.labelled("example", shown(example, of: builtin)) }
    for (i, edge) in builtin.edges.enumerated() {
      page.labelled(i == 0 ? "edges" : "", shown(edge))
    }
    let related = builtin.related
    if !related.isEmpty { page.labelled("see also", related.joined(separator: ", ")) }
    return page.text
  }

  private func constant(_ builtin: Builtin) -> Value {
    if case .constant(let x) = builtin.implementation { .number(x) } else { .number(.nan) }
  }

  /// `softplus(0) = 0.6931471805599453   ∂x = 0.5`, computed now.
  private func shown(_ example: String, of builtin: Builtin) -> StyledText {
    var text = shown(example)
    guard let call = CallText(example), call.function == builtin.name,
      let derivative = builtin.derivative, derivative.form != .adjoint
    else { return text }
    for (i, parameter) in builtin.parameters.enumerated() where i < call.arguments.count {
      guard derivative.byParameter.contains(where: { $0.key == parameter.name }) else { continue }
      var arguments = call.arguments
      arguments[i] = "_x"
      let function = "_x -> \(builtin.name)(\(arguments.joined(separator: ", ")))"
      // Elementwise, the slopes themselves and not the Jacobian's diagonal.
      let slope =
        derivative.form == .elementwise
        ? "{ let v = \(call.arguments[i]); jvp((\(function))(v), v, 1 + 0 * v) }"
        : "jac(\(function))(\(call.arguments[i]))"
      if let value = HelpExample.value(slope, settings) {
        text.append("   ")
        text.append("∂\(parameter.name) = \(value)", as: .derivative)
      }
    }
    return text
  }

  private func shown(_ expression: String) -> StyledText {
    var text = StyledText()
    text.append("\(expression) = ")
    text.append(HelpExample.value(expression, settings) ?? "an error", as: .value)
    return text
  }

  // MARK: Definitions

  private func help(_ definition: Definition, _ width: Int?) -> StyledText {
    var page = HelpPage(width: width)
    page.heading(text(of: definition))
    page.paragraph(definition.documentation ?? "")
    switch definition.kind {
    case .param: page.labelled("kind", "param, \(kindText(definition.value))")
    case .data: page.labelled("kind", "data, \(kindText(definition.value))")
    case .function: page.labelled("kind", "function")
    case .formula:
      do throws(LossError) {
        let value = try self.value(of: definition.name)
        page.labelled("kind", kindText(value))
        page.labelled("value", ValueText(settings: settings).text(value), as: .value)
      } catch {
        page.labelled("value", "error: \(error.message)", as: .error)
      }
    }
    let used = evaluator.dependencies(
      of: definition.body,
      Environment(script: definition.script, scope: nil, module: definition.module), .all)
    if !used.isEmpty, !definition.isInput {
      page.labelled("depends on", used.map(\.name).joined(separator: ", "))
    }
    if definition.module !== root { page.labelled("from", "import \(definition.module.name)") }
    return page.text
  }

  // MARK: Statements, operators, topics

  private func help(_ entry: HelpEntry, _ width: Int?) -> StyledText {
    var page = HelpPage(width: width)
    page.heading(entry.usage ?? entry.name)
    page.paragraph(Self.sentence(entry.summary))
    page.paragraph(entry.text)
    if entry.name == "statements" { page.list(HelpEntry.statements.map { ($0.name, $0.summary) }) }
    if entry.name == "operators" { page.list(HelpEntry.operators.map { ($0.name, $0.summary) }) }
    if let topic = entry.functions {
      page.list(Builtins.all.filter { $0.topic == topic }.map { ($0.signature, $0.summary) })
    }
    if let example = entry.example { page.example(example, settings) }
    return page.text
  }

  /// A summary as a sentence, unless it begins with a name or an operator, which stays as it is typed.
  private static func sentence(_ summary: String) -> String {
    let word = summary.prefix { $0.isLetter || $0 == "_" }
    if word.isEmpty { return summary }
    let isName =
      Builtins.all.contains { $0.name == word }
      || HelpEntry.statements.contains { $0.names.contains(String(word)) }
    return (isName ? String(word) : word.prefix(1).uppercased() + word.dropFirst())
      + summary.dropFirst(word.count) + (summary.hasSuffix("…") ? "" : ".")
  }

  // MARK: The library

  /// Help on a loss of a library that is not imported.
  private func libraryHelp(_ name: String, _ width: Int?) -> StyledText? {
    for library in StatementRun.libraries.keys.sorted() {
      let session = Session()
      session.settings = settings
      guard (try? session.run("import \(library)", output: { _ in })) != nil,
        let definition = session.definition(named: name)
      else { continue }
      var text = session.help(definition, width)
      text.append("\n  not imported yet: import \(library)", as: .hint)
      return text
    }
    return nil
  }

  /// The definitions of a library under its headings, which are comments that begin with `#:`.
  private func contents(ofLibrary bytes: [UInt8], _ name: String, _ width: Int?) -> StyledText {
    var page = HelpPage(width: width)
    page.heading("import \(name)")
    page.paragraph(":help NAME shows one of them; after the import :help works for each as well.")
    var names: [String] = []
    func flush() {
      if !names.isEmpty { page.paragraph("  " + names.joined(separator: " ")) }
      names = []
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("#:") {
        flush()
        page.heading(line.dropFirst(2).trimmingSpaces)
      } else if line.hasPrefix("let ") {
        names.append(String(line.dropFirst(4).prefix { $0 != "(" && $0 != " " && $0 != "=" }))
      }
    }
    flush()
    return page.text
  }
}

extension Builtin {
  /// Whether a function stands in the text of the smooth counterpart.
  fileprivate func twinNames(_ name: String) -> Bool {
    if case .twin(let text, _) = smooth { text.calls(name) } else { false }
  }

  /// The functions that its counterpart and its derivatives name, and those that name it.
  fileprivate var related: [String] {
    Builtins.all.filter { other in
      other.name != name
        && (texts.contains { $0.calls(other.name) } || other.texts.contains { $0.calls(name) })
    }.prefix(8).map(\.name)
  }

  private var texts: [String] {
    var texts = derivative?.byParameter.map(\.value) ?? []
    if case .twin(let text, _) = smooth { texts.append(text) }
    return texts
  }
}

extension String {
  /// Whether the text calls a function: its name stands there, whole, before a bracket.
  fileprivate func calls(_ name: String) -> Bool {
    var rest = self[...]
    while let range = rest.firstRange(of: "\(name)(") {
      let before = rest[..<range.lowerBound].last
      if before.map({ !$0.isLetter && !$0.isNumber && $0 != "_" }) ?? true { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }
}
