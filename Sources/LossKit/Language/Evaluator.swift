/// The interpreter: walks a syntax tree and applies primitives to values.
///
/// It knows no derivative: where an input is a dual, so is what is computed from it. One evaluator
/// serves one session or one call; it is not shared between threads.
final class Evaluator {
  let symbols: SymbolTable
  let account: MemoryAccount
  let files: FileAccess
  let corners = Corners()
  /// The definitions of the session.
  let root: Module
  /// What `_` stands for.
  var lastValue: Value?
  /// How errors show values.
  var settings = DisplaySettings()

  /// The replacements in force.
  var frame: Frame
  private let rootFrame: Frame
  /// Which generalized gradient is taken at corners.
  var cornerRule = CornerRule.lexicographic
  /// The level of the innermost derivative being evaluated, 0 for none.
  var derivativeLevel = 0
  /// How many points all open lanes and directions have together, to keep intermediate arrays small.
  var openExtent = 1
  /// How many comprehensions are being evaluated in lanes.
  var openLanes = 0
  /// The comprehensions that could not be evaluated in lanes, with the number of lanes open then.
  var loopsOnly: Set<LoopKey> = []
  /// The dependencies of definitions, until a definition changes.
  var dependencyCache: [DependencyKey: Set<Int>] = [:]
  /// The formulas being evaluated, outermost first.
  private var formulasInProgress: [Definition] = []
  var callDepth = 0
  /// How many `diff` are being evaluated: whether values may hold series.
  var seriesDepth = 0
  /// Whether derivatives in many directions run as programs.
  var compilesDerivatives = false
  /// Where operations are recorded, while an expression is compiled.
  var graph: Graph?
  /// The search for a first nan or infinity, while one goes on.
  var provenance: Provenance?
  /// What watches the parts of an expression, while one is explained.
  var observer: PartObserver?
  /// The sharpnesses that `smooth(e, error = …)` has chosen.
  var sharpnessChoices: [SharpnessChoice] = []
  /// What is to be known of the data that the statement has read.
  var dataNotes: [String] = []
  /// The number of the draw in a `check`, for draws without a seed of their own.
  var drawSeed: UInt64 = 0
  private var nextLane = 0
  /// How many steps are left; while there is no limit, more than are ever done.
  private var stepsLeft = Int.max
  private var requestNumber = -1
  private let limits: Limits
  private(set) var stack = StackGuard()
  private let builtins: [Builtin?]

  init(
    root: Module, symbols: SymbolTable, builtins: [Builtin?], account: MemoryAccount,
    limits: Limits, files: FileAccess
  ) {
    self.root = root
    self.symbols = symbols
    self.builtins = builtins
    self.account = account
    self.limits = limits
    self.files = files
    rootFrame = Frame(parent: nil)
    frame = rootFrame
  }

  deinit { rootFrame.leave() }

  /// Counts what is not an expression of the text and is done again and again: an evaluation of a
  /// compiled loss, a call by a built-in function.
  func countStep(_ id: NodeID, _ env: Environment) throws {
    stepsLeft &-= 1
    if stepsLeft & 0xff == 0 { try checkLimits(id, env) }
  }

  /// Begins to count the steps anew.
  func beginSteps() {
    // Looked at every 256 steps, and at 0, where one more than the limit is done.
    stepsLeft =
      limits.steps.map { max($0, 0).addingReportingOverflow(1) }
      .map { $0.overflow ? .max : $0.partialValue } ?? .max
  }

  /// The most calls of functions that may go on at once.
  var recursionLimit: Int { min(limits.recursion, Evaluator.recursionLimit) }

  /// Begins a statement or a call: whatever an error left unfinished is forgotten.
  func begin() {
    if requestNumber != account.stop.requestNumber {
      requestNumber = account.stop.requestNumber
      beginSteps()
    }
    rootFrame.memo = [:]
    frame = rootFrame
    derivativeLevel = 0
    seriesDepth = 0
    openExtent = 1
    openLanes = 0
    callDepth = 0
    formulasInProgress = []
    corners.log = nil
    observer = nil
    _ = corners.takeEvents()
    sharpnessChoices = []
    dataNotes = []
    stack = StackGuard()
  }

  /// Forgets what depends on definitions, because one has changed.
  func definitionsChanged() {
    rootFrame.memo = [:]
    dependencyCache = [:]
    loopsOnly = []
  }

  /// Forgets the values of formulas, but not what they depend on.
  func forgetFormulas() { rootFrame.memo = [:] }

  func newLane(size: Int, kind: Lane.Kind) -> Lane {
    nextLane += 1
    return Lane(id: nextLane, size: size, kind: kind)
  }

  func builtin(_ symbol: Symbol) -> Builtin? {
    let index = Int(symbol.index)
    return index < builtins.count ? builtins[index] : nil
  }

  // MARK: Expressions

  func evaluate(_ id: NodeID, _ env: Environment) throws -> Value {
    if observer != nil, let value = try observation(of: id, env) { return value }
    let node = env.script[id]
    switch node.kind {
    case .number: return .number(env.script.number(node.a))
    case .name: return try name(Symbol(index: node.a), id, env)
    case .truth: return .truth(node.a != 0)
    case .text: return .text(env.script.tree.texts[Int(node.a)])
    default: break
    }
    stepsLeft &-= 1
    if stepsLeft & 0xff == 0 || stack.isExhausted { try checkLimits(id, env) }
    let value = try compound(node, id, env)
    if seriesDepth > 0 { try forceSeries(of: value, id, env) }
    return value
  }

  // Functions of their own, as `evaluate` stands on the stack once for each level of an expression.

  @inline(never)
  private func checkLimits(_ id: NodeID, _ env: Environment) throws {
    if stepsLeft <= 0, let limit = limits.steps {
      // Whatever is tried instead finds the stop.
      stepsLeft = 0x100
      account.stop.reach(.tooManySteps(limit: limit))
    }
    if account.isCancelled { throw error(.cancelled, id, env) }
    if stack.isExhausted { throw error(.nestedTooDeeply, id, env) }
  }

  @inline(never)
  private func forceSeries(of value: Value, _ id: NodeID, _ env: Environment) throws {
    try locating(id, env) { try value.forceSeries() }
  }

  @inline(__always)
  private func compound(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    switch node.kind {
    case .sum, .product: return try arithmeticChain(node, id, env)
    case .call: return try call(node, id, env)
    case .sign: return try sign(node, id, env)
    case .power: return try powerChain(node, id, env)
    case .index: return try index(node, id, env)
    case .comparison: return try comparisonChain(node, id, env)
    case .conditional: return try conditional(node, id, env)
    case .and, .or: return try logicalChain(node, id, env)
    case .not: return try not(node, id, env)
    case .block: return try block(node, env)
    case .lambda: return lambda(node, env)
    case .array: return try arrayLiteral(node, id, env)
    case .comprehension: return try comprehension(node, id, env)
    case .member: return try member(node, id, env)
    case .at: return try at(node, id, env)
    case .range: return try rangeArray(node, id, env)
    case .tuple: throw error(.tupleIsNoValue, id, env)
    default: throw error(.notAnExpression, id, env)
    }
  }

  // MARK: Errors

  func error(_ problem: EvaluationProblem, _ id: NodeID, _ env: Environment) -> LossError {
    LossError(problem, in: env.script.source, at: env.script.range(of: id))
  }

  /// Gives the problems of primitives their place.
  @inline(__always)
  func locating<Result>(_ id: NodeID, _ env: Environment, _ body: () throws -> Result) throws
    -> Result
  {
    do {
      return try body()
    } catch let problem as EvaluationProblem {
      throw error(problem, id, env)
    }
  }

  func context(_ name: String, _ id: NodeID, _ env: Environment) -> CallContext {
    CallContext(
      name: name,
      site: CallSite(
        source: env.script.source, range: env.script.range(of: id)),
      script: env.script, call: id, corners: corners, account: account,
      place: env.script.serial << 32 | UInt64(env.script.range(of: id).start),
      drawSeed: drawSeed)
  }

  // MARK: Names

  /// The value of a local name; `nil` where there is none.
  @inline(__always)
  func local(_ symbol: Symbol, _ env: Environment) -> Value? {
    guard let (binding, scope) = env.scope?.lookUp(symbol) else { return nil }
    guard let frame = binding.functionFrame else { return binding.value }
    return .function(.closure(closure(of: binding.definition, env.with(scope), frame: frame)))
  }

  private func name(_ symbol: Symbol, _ id: NodeID, _ env: Environment) throws -> Value {
    if let value = local(symbol, env) { return value }
    if let definition = env.module.find(symbol) { return try value(of: definition, id, env) }
    if let builtin = builtin(symbol) {
      if case .constant(let constant) = builtin.implementation { return .number(constant) }
      return .function(.builtin(builtin))
    }
    if symbol == KnownName.lastValue.symbol, let lastValue { return lastValue }
    throw unknownName(symbol, id, env)
  }

  /// The value of a definition under the replacements in force.
  func value(of definition: Definition, _ id: NodeID, _ env: Environment) throws -> Value {
    if let replaced = frame.replacement(of: definition.id) { return replaced }
    guard definition.kind == .formula else { return definition.value.used(by: account) }
    let home =
      frame.parent == nil ? frame : frame.innermost(replacing: dependencies(of: definition))
    if let remembered = home.memo[definition.id] { return remembered }
    if formulasInProgress.contains(where: { $0 === definition }) {
      throw error(.cycle(cycle(to: definition)), id, env)
    }
    if stack.isExhausted { throw error(.nestedTooDeeply, id, env) }
    formulasInProgress.append(definition)
    let outer = frame
    frame = home
    defer {
      frame = outer
      formulasInProgress.removeLast()
    }
    // What is remembered outside a derivative in chunks is evaluated in one of the chunks only.
    let log = corners.log
    if let log, !log.covers(home) { corners.log = nil }
    defer { corners.log = log }
    func body() throws -> Value {
      try evaluate(
        definition.body,
        Environment(script: definition.script, scope: nil, module: definition.module))
    }
    let value = try corners.log?.evaluating(definition.id, in: home, body) ?? body()
    home.memo[definition.id] = value
    return value
  }

  private func cycle(to definition: Definition) -> [String] {
    let start = formulasInProgress.firstIndex { $0 === definition } ?? 0
    return formulasInProgress[start...].map(\.name) + [definition.name]
  }
}

/// A comprehension together with the number of lanes open around it.
struct LoopKey: Hashable {
  let script: UInt64
  let node: NodeID
  let openLanes: Int
}

/// Thrown where something that must be one value differs from lane to lane; the comprehension is
/// then evaluated element by element.
struct LaneDependence: Error {}
