extension Syntax {
  /// Looks for what is wrong or doubtful in a text, without evaluating any of it.
  ///
  /// - Parameters:
  ///   - fileName: what diagnostics call the text, and what paths in it are relative to.
  ///   - files: what `import` may read, so that the names of imported files are known.
  /// - Returns: What was found, in the order of the text. A comment `# lint: allow NAME` on a line, or
  ///   on the line above it, leaves out what the rule of that name would report there.
  public static func lint(
    _ text: String, fileName: String? = nil, files: FileAccess = .none
  ) -> [LintDiagnostic] {
    lint(bytes: Array(text.utf8), fileName: fileName, files: files)
  }

  /// Looks for what is wrong or doubtful in the bytes of a file.
  public static func lint(
    bytes: [UInt8], fileName: String?, files: FileAccess
  ) -> [LintDiagnostic] {
    let source = Source(name: fileName, bytes: bytes)
    let symbols = SymbolTable()
    let builtins = Builtins.bySymbol(symbols)
    let result = parse(source, symbols: symbols)
    guard result.errors.isEmpty else {
      return result.errors.map { LintDiagnostic(rule: .syntax, error: $0, replacement: nil) }
    }
    let linter = Linter(
      script: Script(tree: result.tree, serial: 0), symbols: symbols, builtins: builtins,
      files: files)
    return linter.run()
  }
}

/// The state of linting one text.
final class Linter {
  let script: Script
  let symbols: SymbolTable
  let builtins: [Builtin?]
  let files: FileAccess
  let matcher: PatternMatcher
  private let stack = StackGuard()

  /// Of each name the definitions of the text, in its order.
  var definitions: [Symbol: [LintDefinition]] = [:]
  var definitionOf: [NodeID: LintDefinition] = [:]
  var modules: [LintModule] = []

  // What a walk over one statement fills.
  var locals: [LintLocal] = []
  var uses: [LintUse] = []
  var deferral = 0
  /// Whether the walk is in a claim, where unstable spellings are on purpose.
  var isInClaim = false
  /// What a pattern covered.
  var covered: Set<NodeID> = []

  private(set) var diagnostics: [LintDiagnostic] = []

  init(script: Script, symbols: SymbolTable, builtins: [Builtin?], files: FileAccess) {
    self.script = script
    self.symbols = symbols
    self.builtins = builtins
    self.files = files
    matcher = PatternMatcher(symbols: symbols)
  }

  func run() -> [LintDiagnostic] {
    for (statement, definition) in script.lintDefinitions(symbols) {
      definitions[definition.symbol, default: []].append(definition)
      definitionOf[statement] = definition
    }
    for id in script.tree.statements where script[id].kind == .importFile { importFile(id) }
    var order = LintOrder(linter: self)
    for id in script.tree.statements {
      uses = []
      walk(statement: id)
      order.add(id, uses: uses)
    }
    order.finish()
    for module in modules where !module.isUsed {
      report(.unusedImport, LintProblem.unusedImport(module.name), module.range)
    }
    let allowed = Allowances(of: script.source)
    for (name, range) in allowed.unknownNames {
      report(.unknownRule, LintProblem.unknownRule(name), range)
    }
    return diagnostics.filter { !allowed.contains($0) }.sorted {
      ($0.utf8Range.lowerBound, $0.utf8Range.upperBound)
        < ($1.utf8Range.lowerBound, $1.utf8Range.upperBound)
    }
  }

  // MARK: - Reports

  func report(
    _ rule: LintRule, _ problem: any Problem, _ range: SourceRange, replacement: String? = nil
  ) {
    diagnostics.append(
      LintDiagnostic(
        rule: rule, error: LossError(problem, in: script.source, at: range),
        replacement: replacement))
  }

  func report(_ rule: LintRule, _ problem: EvaluationProblem, _ id: NodeID) {
    report(rule, problem, script.range(of: id))
  }

  var isStackExhausted: Bool { stack.isExhausted }

  func name(_ symbol: Symbol) -> String { symbols.name(of: symbol) }

  func builtin(_ symbol: Symbol) -> Builtin? {
    let index = Int(symbol.index)
    return index < builtins.count ? builtins[index] : nil
  }

  // MARK: - Imports

  private func importFile(_ id: NodeID) {
    let node = script[id]
    if node.a == .max {
      let library = name(Symbol(index: node.b))
      guard let bytes = StatementRun.libraries[library] else {
        return report(.importFails, .unknownLibrary(library), id)
      }
      return add(Source(name: library, bytes: bytes), as: library, path: library, id)
    }
    let path = script.tree.texts[Int(node.a)]
    let resolved = path.hasPrefix("/") ? path : script.folder + path
    do throws(FileAccess.Failure) {
      let bytes = try files.read(resolved, atMost: Limits.standard.sourceBytes)
      let source = Source(name: resolved, bytes: bytes)
      let file = path.split(separator: "/").last.map(String.init) ?? path
      let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
      add(source, as: stem, path: path, id)
    } catch {
      report(.importFails, .cannotRead(path, error.reason), id)
    }
  }

  private func add(_ source: Source, as name: String, path: String, _ id: NodeID) {
    let result = parse(source, symbols: symbols)
    if let error = result.errors.first {
      report(
        .importFails, LintProblem.importHasErrors(path, first: error.message),
        script.range(of: id))
    }
    let imported = Script(tree: result.tree, serial: 0)
    let found = imported.lintDefinitions(symbols).map(\.1)
    modules.append(
      LintModule(
        name: name, range: script.range(of: id),
        definitions: Dictionary(found.map { ($0.symbol, $0.signature) }, uniquingKeysWith: { $1 }),
        order: found.map(\.name)))
  }
}

/// The comments `# lint: allow NAME` of a text.
struct Allowances {
  private var lines: [Int: Set<String>] = [:]
  private(set) var unknownNames: [(String, SourceRange)] = []

  init(of source: Source) {
    guard source.bytes.contains(UInt8(ascii: "#")) else { return }
    for token in FormatTokenReader.tokens(of: source) {
      for comment in token.leading { add(comment, source, for: source.line(at: token.range.start)) }
      if let comment = token.trailing {
        add(comment, source, for: source.line(at: comment.range.start))
      }
    }
  }

  private mutating func add(_ comment: FormatComment, _ source: Source, for line: Int) {
    let text = source.text(comment.range)
    guard let range = text.firstRange(of: "lint: allow "),
      text[..<range.lowerBound].allSatisfy({ $0 == "#" || $0 == " " })
    else { return }
    let words = text[range.upperBound...].split { $0 == " " || $0 == "," }.map(String.init)
    // What follows the names is for the reader.
    let names = words.prefix { !$0.hasPrefix("#") && !$0.hasPrefix("(") }
    lines[line, default: []].formUnion(names)
    for name in names where LintRule(rawValue: name) == nil {
      unknownNames.append((name, comment.range))
    }
  }

  func contains(_ diagnostic: LintDiagnostic) -> Bool {
    lines[diagnostic.line]?.contains(diagnostic.rule.rawValue) ?? false
  }
}
