/// A session as a script, with what the script cannot restore.
public struct SavedSession: Sendable {
  /// The script; run in a fresh session it defines the same.
  public let script: String

  /// What it does not restore, a sentence each, without a full stop; empty where it restores all.
  public let notes: [String]
}

extension Session {
  /// A script that restores the session's definitions and settings.
  ///
  /// Inputs have the values that they have now, exactly: what was drawn is not drawn again. Formulas and
  /// functions have their own text. What `_` stands for is not part of it.
  ///
  /// - Parameter folder: the folder, with its final `/`, that relative paths of the session begin at:
  ///   it is put before those of imported files, so that the script can lie elsewhere.
  public func saved(folder: String = "") -> SavedSession {
    var writer = SessionWriter(session: self, folder: folder)
    writer.writeAll()
    return SavedSession(
      script: writer.lines.map { $0 + "\n" }.joined(), notes: writer.notes)
  }

  /// The script of `saved(folder:)`, with paths as they were written.
  public func savedScript() -> String { saved().script }

  /// How a name of the session is defined, as a statement; `nil` where it is not, or where its value
  /// cannot be written.
  public func statement(defining name: String) -> String? {
    guard
      let definition = root.order.lazy.compactMap({ self.root.own($0) })
        .first(where: { $0.name == name })
    else { return nil }
    var writer = SessionWriter(session: self, folder: "")
    writer.write(definition)
    return writer.notes.isEmpty ? writer.lines.joined(separator: "\n") : nil
  }
}

/// Writes the statements of a saved session.
struct SessionWriter {
  let session: Session
  let folder: String
  private(set) var lines: [String] = []
  private(set) var notes: [String] = []

  init(session: Session, folder: String) {
    self.session = session
    self.folder = folder
  }

  mutating func writeAll() {
    for module in session.root.imports { writeImport(of: module) }
    // In the order in which they were made last: a value may be a function defined before.
    let definitions = session.root.order.compactMap { session.root.own($0) }
    for definition in definitions.sorted(by: { $0.id < $1.id }) { write(definition) }
    for setting in Setting.all {
      if let value = setting.saved(session) { lines.append(":set \(setting.name) \(value)") }
    }
  }

  private mutating func writeImport(of module: Module) {
    guard let key = session.imported.first(where: { $0.value === module })?.key else { return }
    if key.hasPrefix("\0") {
      lines.append("import \(key.dropFirst())")
    } else {
      lines.append("import \(quoted(absolute(key)))")
    }
    // An input of an imported file may have got another value since; here, before the session's own
    // names, its name reaches it.
    for definition in module.order.compactMap({ module.own($0) })
    where definition.isInput && definition.isReassigned {
      if let text = LiteralText(session: session, before: 0).text(definition.value) {
        lines.append("\(definition.name) = \(text)")
      } else {
        notes.append("\(module.name).\(definition.name) keeps the value that its file gives it")
      }
    }
  }

  mutating func write(_ definition: Definition) {
    for line in definition.documentation?.split(separator: "\n", omittingEmptySubsequences: false)
      ?? []
    {
      lines.append(line.isEmpty ? "##" : "## \(line)")
    }
    switch definition.kind {
    case .param, .data:
      let word = definition.kind == .param ? "param" : "data"
      let interval = definition.interval.map { " in \(describe($0))" } ?? ""
      guard
        let text = LiteralText(session: session, before: definition.id).text(definition.value)
      else {
        lines.append("# data \(definition.name) = \(definition.value.kindDescription)")
        notes.append(
          "\(definition.name) is left out: \(definition.value.kindDescription) that was made inside "
            + "another one cannot be written")
        return
      }
      lines.append("\(word) \(definition.name) = \(text)\(interval)")
    case .formula:
      lines.append("let \(definition.name) = \(body(of: definition))")
    case .function:
      guard case .function(let function) = definition.value else { return }
      lines.append("let \(definition.name)\(function.parameterList) = \(body(of: definition))")
    }
  }

  /// The text of a formula, with relative paths in it made whole.
  private mutating func body(of definition: Definition) -> String {
    let script = definition.script
    let range = script.range(of: definition.body)
    var paths: [SourceRange] = []
    var drawsByPlace = false
    var pending = [definition.body]
    while let next = pending.popLast() {
      script.forEachChild(of: next) { pending.append($0) }
      let node = script[next]
      guard node.kind == .call else { continue }
      let callee = script[NodeID(index: node.a)]
      guard callee.kind == .name, let builtin = session.evaluator.builtin(Symbol(index: callee.a))
      else { continue }
      let arguments = script.list(node.b)
      if builtin.name == "csv", arguments.count > 2, script[arguments.node(2)].kind == .text {
        paths.append(script.range(of: arguments.node(2)))
      }
      if builtin.topic == .random {
        let labels = stride(from: 0, to: arguments.count, by: 3).map { arguments.symbol($0) }
        let seed = session.symbols.intern("seed")
        drawsByPlace = drawsByPlace || !labels.contains(seed)
      }
    }
    if drawsByPlace {
      notes.append(
        "\(definition.name) draws anew: without a seed a draw goes by its place in the text")
    }
    var result = ""
    var position = range.start
    for path in paths.sorted(by: { $0.start < $1.start }) where path.start >= position {
      result += script.source.text(SourceRange(start: position, end: path.start))
      let literal = script.source.text(path)
      // A path with an escape in it is left alone rather than read a second time.
      let written = String(literal.dropFirst().dropLast())
      result +=
        written.contains("\\") || written.hasPrefix("/")
        ? literal : quoted(absolute(script.folder + written))
      position = path.end
    }
    return LiteralText.statementPart(
      result + script.source.text(SourceRange(start: position, end: range.end)))
  }

  private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

  private func quoted(_ text: String) -> String {
    ValueText(settings: DisplaySettings()).quoted(text)
  }
}
