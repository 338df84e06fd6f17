/// A running session of the language: what the prompt and the script runner use.
///
/// Definitions made by one text are there for the next. Not to be shared between threads.
public final class Session {
  /// Whether definitions are echoed, as at a prompt, or silent, as in a script.
  public enum Echo: Sendable { case script, prompt }

  /// How values are shown.
  public var settings: DisplaySettings {
    get { evaluator.settings }
    set { evaluator.settings = newValue }
  }

  /// Which generalized gradient is shown at corners, and given by `grad` and its kin.
  public var corners: CornerRule {
    get { evaluator.cornerRule }
    set { evaluator.cornerRule = newValue }
  }

  /// Called while `minimize` goes on: with the start and after each step.
  ///
  /// It is called often, on the thread of `run`: what takes time should look at a clock first.
  public var onProgress: ((Descent.Step) -> Void)?

  let symbols: SymbolTable
  let account: MemoryAccount
  let owner: ModuleOwner
  var root: Module { owner.root }
  let evaluator: Evaluator
  let files: FileAccess
  /// The files imported so far, by resolved path.
  var imported: [String: Module] = [:]
  /// The files being imported, outermost first.
  var importsInProgress: [String] = []
  /// The values given to `override` that no declaration has used.
  var overrides: [(name: String, value: Value, isUsed: Bool)] = []
  /// The number of the next text.
  private var serial: UInt64 = 0
  private var nextDefinition = 0

  /// - Parameters:
  ///   - files: what `import` and `csv` may read and `plot` may write; nothing unless given.
  ///   - cancellation: stops a running `run`, from another thread or a signal handler.
  public init(files: FileAccess = .none, cancellation: Cancellation? = nil) {
    symbols = SymbolTable()
    let builtins = Builtins.bySymbol(symbols)
    account = MemoryAccount(cancellation: cancellation)
    owner = ModuleOwner(root: Module(name: "", root: nil))
    self.files = files
    evaluator = Evaluator(
      root: owner.root, symbols: symbols, builtins: builtins, account: account, files: files)
    evaluator.compilesDerivatives = true
  }

  /// Runs a text statement by statement.
  ///
  /// - Parameters:
  ///   - fileName: what diagnostics call the text, and what paths in it are relative to.
  ///   - output: called with each result as it is made.
  /// - Throws: the first error. After a syntax error nothing of the text has run, and
  ///   `LossError.further` holds the other ones; after any other, the statements before it have.
  public func run(
    _ text: String, fileName: String? = nil, echo: Echo = .script, output: (Output) -> Void
  ) throws(LossError) {
    try run(bytes: Array(text.utf8), fileName: fileName, echo: echo, output: output)
  }

  /// Runs the bytes of a file, which must be UTF-8.
  public func run(
    bytes: [UInt8], fileName: String?, echo: Echo, output: (Output) -> Void
  ) throws(LossError) {
    let script = try parsed(Source(name: fileName, bytes: bytes))
    do {
      try withoutActuallyEscaping(output) { output in
        let run = StatementRun(
          session: self, script: script, module: root, echo: echo, output: output)
        try run.all()
      }
    } catch let error as LossError {
      throw error
    } catch {
      // `withoutActuallyEscaping` hides that only these are thrown.
      throw LossError(EvaluationProblem.notAnExpression)
    }
  }

  func parsed(_ source: Source) throws(LossError) -> Script {
    let result = parse(source, symbols: symbols)
    if var first = result.errors.first {
      first.further = Array(result.errors.dropFirst())
      throw first
    }
    return Script(tree: result.tree, serial: newSerial())
  }

  func newSerial() -> UInt64 {
    serial += 1
    return serial
  }

  func newDefinitionID() -> Int {
    nextDefinition += 1
    return nextDefinition
  }

  /// Whether a text ends inside an open bracket or waits for an operand, so that a prompt asks for
  /// another line.
  public static func needsContinuation(_ text: String) -> Bool {
    parse(Source(text: text), symbols: SymbolTable()).isUnfinished
  }

  // MARK: Settings and overrides

  /// Applies `:set NAME VALUE`.
  public func set(_ option: String, to value: String) throws(LossError) {
    if let problem = setting(option, value) { throw LossError(problem) }
  }

  func setting(_ option: String, _ value: String) -> EvaluationProblem? {
    guard let setting = Setting.all.first(where: { $0.name == option }) else {
      return .unknownSetting(
        option, suggestion: nearest(to: option, among: Setting.all.map(\.name)))
    }
    return setting.apply(value, self) ? nil : .settingValue(option, setting.values)
  }

  /// The names that `set` knows.
  public static var settingNames: [String] { Setting.all.map(\.name) }

  /// Gives a `param` or `data` another value, at its declaration: `--set name=text`.
  public func override(_ name: String, with text: String) throws(LossError) {
    let script = try parsed(Source(text: text))
    guard script.tree.statements.count == 1,
      script[script.tree.statements[0]].kind == .show
    else {
      throw LossError(
        EvaluationProblem.notAnExpression, in: script.source,
        at: SourceRange(start: 0, end: UInt32(text.utf8.count)))
    }
    let expression = NodeID(index: script[script.tree.statements[0]].a)
    let value = try located(evaluator, script, expression) {
      try evaluator.evaluate(
        expression, Environment(script: script, scope: nil, module: root))
    }
    // The last one given counts.
    overrides.removeAll { $0.name == name }
    overrides.append((name, value.plain, false))
  }

  /// The names given to `override` that no declaration has used so far.
  public var unusedOverrides: [String] { overrides.filter { !$0.isUsed }.map(\.name) }

  /// Forgets all definitions, settings and overrides.
  public func reset() {
    root.removeAll()
    imported = [:]
    settings = DisplaySettings(width: settings.width)
    corners = .lexicographic
    overrides = []
    evaluator.lastValue = nil
    evaluator.definitionsChanged()
    evaluator.begin()
  }
}
