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

  /// What a text may ask for; steps, output and time are counted anew for each call.
  public let limits: Limits

  let symbols: SymbolTable
  let account: MemoryAccount
  let owner: ModuleOwner
  var root: Module { owner.root }
  let evaluator: Evaluator
  let files: FileAccess
  let stop: StopSignal
  /// How much the request has shown.
  let outputCount: OutputCount
  /// The files imported so far, by resolved path.
  var imported: [String: Module] = [:]
  /// The files being imported, outermost first.
  var importsInProgress: [String] = []
  /// The values given to `override` that no declaration has used.
  var overrides: [(name: String, value: Value, isUsed: Bool)] = []
  /// What inputs were before the imports in progress gave them other values, to be undone where one
  /// of these ends with an error.
  var replacedByImport: [(input: Definition, value: Value, isReassigned: Bool)] = []
  /// How many statements have run to their end.
  var completedStatements = 0
  /// The number of the last text.
  private var serial: UInt64 = 0
  /// Kept by every text that uses the names of `symbols`.
  var namesUser = NamesUser()
  /// As many names as the table of built-in functions has.
  let builtinNames: Int
  private var nextDefinition = 0

  /// - Parameters:
  ///   - limits: what a text may ask for.
  ///   - files: what `import` and `csv` may read and `plot` may write; nothing unless given.
  ///   - cancellation: stops a running `run`, from another thread or a signal handler.
  public init(
    limits: Limits = .standard, files: FileAccess = .none, cancellation: Cancellation? = nil
  ) {
    self.limits = limits
    symbols = SymbolTable()
    let builtins = Builtins.bySymbol(symbols)
    builtinNames = symbols.count
    stop = StopSignal(cancellation: cancellation, duration: limits.duration)
    account = MemoryAccount(limit: limits.elements, stop: stop)
    outputCount = OutputCount(limit: limits.outputBytes, stop: stop)
    owner = ModuleOwner(root: Module(name: "", root: nil))
    self.files = files
    evaluator = Evaluator(
      root: owner.root, symbols: symbols, builtins: builtins, account: account, limits: limits,
      files: files)
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
    try request(Source(name: fileName, bytes: bytes)) { script throws(LossError) in
      try run(script, echo, output)
    }
  }

  func run(_ script: Script, _ echo: Echo, _ output: (Output) -> Void) throws(LossError) {
    let statements = completedStatements
    // A text of which nothing has run, be it stopped or wrong, has no part in what is drawn after it:
    // run again, it gives what it would have given.
    defer { if completedStatements == statements { serial = script.serial - 1 } }
    do {
      try withoutActuallyEscaping(output) { output in
        try StatementRun(session: self, script: script, module: root, echo: echo, output: output)
          .all()
      }
    } catch let error as LossError {
      throw error
    } catch {
      // `withoutActuallyEscaping` hides that only these are thrown.
      throw LossError(EvaluationProblem.notAnExpression)
    }
  }

  /// Makes the definitions of a text; what it would show, check or assert is left out.
  func define(_ source: Source) throws(LossError) {
    try stop.request { () throws(LossError) in
      try StatementRun(
        session: self, script: parsed(source), module: root, echo: .script, output: { _ in }
      ).definitionsOnly()
    }
  }

  func parsed(_ source: Source) throws(LossError) -> Script {
    let room = try parsingRoom(source)
    let result = parse(source, symbols: symbols, limits: limits)
    if var first = result.errors.first {
      first.further = Array(result.errors.dropFirst())
      throw first
    }
    return try script(of: result.tree, room)
  }

  /// Room for the tree of a text while it is parsed: its size is not known before.
  func parsingRoom(_ source: Source) throws(LossError) -> DrawnElements {
    // Without further parsing: a text that is too long is refused by the parser.
    let bytes = source.bytes.count > limits.sourceBytes ? 0 : source.bytes.count
    return try located(source) { () throws(EvaluationProblem) in
      try DrawnElements(bytes: bytes * SyntaxTree.bytesPerSourceByte, account: account)
    }
  }

  /// A script that counts among what the session holds.
  func script(of tree: SyntaxTree, _ room: consuming DrawnElements) throws(LossError) -> Script {
    room = try located(tree.source) { () throws(EvaluationProblem) in
      try DrawnElements(bytes: tree.byteCount, account: account)
    }
    serial += 1
    return Script(tree: tree, serial: serial, user: namesUser, room: room)
  }

  private func located<Result>(
    _ source: Source, _ body: () throws(EvaluationProblem) -> Result
  ) throws(LossError) -> Result {
    do {
      return try body()
    } catch {
      throw LossError(error, in: source, at: SourceRange(start: 0, end: 0))
    }
  }

  /// Does what only asks something of the session: it has no part in what is drawn after it, and draws
  /// what it would draw when run.
  func asking<Result>(_ body: () throws(LossError) -> Result) throws(LossError) -> Result {
    let before = serial
    defer { serial = before }
    return try body()
  }

  func script(of tree: SyntaxTree) -> Script {
    serial += 1
    return Script(tree: tree, serial: serial, user: namesUser)
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
    let value = try stop.request { () throws(LossError) -> Value in try self.value(of: text) }
    // The last one given counts.
    overrides.removeAll { $0.name == name }
    overrides.append((name, value, false))
  }

  /// The names given to `override` that no declaration has used so far.
  public var unusedOverrides: [String] { overrides.filter { !$0.isUsed }.map(\.name) }

  /// Forgets all definitions, settings and overrides.
  public func reset() {
    owner.removeAll()
    imported = [:]
    settings = DisplaySettings(width: settings.width)
    corners = .lexicographic
    overrides = []
    evaluator.lastValue = nil
    evaluator.definitionsChanged()
    evaluator.begin()
    forgetNames()
  }
}
