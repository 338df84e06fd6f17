/// Runs the statements of one text in a session.
struct StatementRun {
  let session: Session
  let script: Script
  /// Where definitions go.
  let module: Module
  let echo: Session.Echo
  let output: (Output) -> Void

  var evaluator: Evaluator { session.evaluator }
  var env: Environment { Environment(script: script, scope: nil, module: module) }

  func all() throws(LossError) {
    for statement in script.tree.statements {
      // A `minimize` that was stopped has shown what it reached; what follows it does not run.
      if session.account.isCancelled { throw error(.cancelled, statement) }
      try run(statement)
      // What could not be shown, or was cut short as a `minimize` is, is an error of this statement,
      // be it the last.
      if session.stop.reachedLimit != nil { throw error(.cancelled, statement) }
      session.completedStatements += 1
    }
  }

  /// An imported file: its definitions only.
  func definitionsOnly() throws(LossError) {
    for statement in script.tree.statements {
      switch script[statement].kind {
      case .param, .data, .assignment, .formula, .function, .importFile: try run(statement)
      default: break
      }
    }
  }

  func run(_ id: NodeID) throws(LossError) {
    try located(evaluator, script, id) {
      let node = script[id]
      switch node.kind {
      case .param: try declare(.param, node, id)
      case .data: try declare(.data, node, id)
      case .assignment: try assign(node, id)
      case .formula: try defineFormula(node, id)
      case .function: try defineFunction(node, id)
      case .show: try show(node, id)
      case .print:
        let list = script.list(node.a)
        show(.print(try list.indices.map { try evaluate(list.node($0)) }), id)
      case .assert: try evaluator.assert(id, env)
      case .check: try check(node, id)
      case .importFile: try importFile(node, id)
      case .table: try table(node, id)
      case .plot: try plot(node, id)
      case .minimize: try minimize(node, id)
      case .setting: try apply(node, id)
      default: throw error(.notAnExpression, id)
      }
    }
  }

  // MARK: Helpers

  func evaluate(_ id: NodeID) throws -> Value { try evaluator.evaluate(id, env) }

  func error(_ problem: EvaluationProblem, _ id: NodeID) -> LossError {
    evaluator.error(problem, id, env)
  }

  /// An error at a name, given by its offset.
  func error(_ problem: EvaluationProblem, at offset: UInt32, _ name: String) -> LossError {
    LossError(
      problem, in: script.source,
      at: SourceRange(start: offset, end: script.source.nameEnd(at: offset)))
  }

  func show(_ content: Output.Content, _ id: NodeID) {
    output(
      Output(
        content: content, source: script.text(of: id), echo: echo, count: session.outputCount,
        line: script.source.line(at: script.range(of: id).start)))
  }

  private func echoDefinition(_ text: String, _ id: NodeID, notes: [String] = []) {
    if echo == .prompt || !notes.isEmpty { show(.definition(text, notes: notes), id) }
  }

  private func checkedName(_ symbol: Symbol, at offset: UInt32) throws -> String {
    let name = session.symbols.name(of: symbol)
    if evaluator.builtin(symbol) != nil { throw error(.builtinRedefined(name), at: offset, name) }
    return name
  }

  // MARK: Inputs

  private func declare(_ kind: Definition.Kind, _ node: Node, _ id: NodeID) throws {
    let list = script.list(node.b)
    let symbol = Symbol(index: node.a)
    let offset = kind == .param ? list[2] : list[1]
    let name = try checkedName(symbol, at: offset)
    let override = overridden(name)
    var value = try override.map { session.overrides[$0].value } ?? evaluate(list.node(0)).plain
    if kind == .param { value = try input(value, name, list.node(0)) }
    var interval: ClosedRange<Double>?
    if kind == .param, !list.node(1).isNone {
      interval = try self.interval(list.node(1), name)
      if let interval { try check(value, lies: interval, name, list.node(0)) }
    }
    module.define(
      Definition(
        id: session.newDefinitionID(), symbol: symbol, name: name, kind: kind, module: module,
        script: script, statement: id, body: list.node(0), documentation: nil, value: value,
        interval: interval))
    if let override { session.overrides[override].isUsed = true }
    evaluator.definitionsChanged()
    echoInput(name, value, kind, id)
  }

  /// What an input is now, at the prompt; in a script only what is to be known of data that it read,
  /// under a name rather than a value that may have a thousand columns.
  private func echoInput(_ name: String, _ value: Value, _ kind: Definition.Kind, _ id: NodeID) {
    let text =
      echo == .prompt
      ? "\(name) = \(valueText(value, after: name))" : (kind == .param ? "param " : "data ") + name
    echoDefinition(text, id, notes: evaluator.dataNotes)
  }

  /// The place of the value that the call gave the input.
  private func overridden(_ name: String) -> Int? {
    guard module === session.root else { return nil }
    return session.overrides.lastIndex { $0.name == name }
  }

  /// A param's value: numbers only, truth values as 0 and 1.
  private func input(_ value: Value, _ name: String, _ id: NodeID) throws -> Value {
    guard value.isNumeric else { throw error(.inputKind(name, value.kindDescription), id) }
    return value.isMask ? try value * .number(1) : value
  }

  func interval(_ id: NodeID, _ name: String) throws -> ClosedRange<Double> {
    let node = script[id]
    let ends = try [node.a, node.b].map { end in
      try evaluator.locating(NodeID(index: end), env) {
        try evaluate(NodeID(index: end)).plain.numberOrThrow()
      }
    }
    guard ends[0] <= ends[1] else { throw error(.intervalIsEmpty(name), id) }
    return ends[0]...ends[1]
  }

  private func check(
    _ value: Value, lies interval: ClosedRange<Double>, _ name: String, _ id: NodeID
  ) throws {
    let elements: [Double] =
      if case .tensor(let tensor) = value { Array(tensor.elements) } else {
        [try value.numberOrThrow()]
      }
    for x in elements where !interval.contains(x) {
      throw error(.outsideInterval(name, x, interval), id)
    }
  }

  private func assign(_ node: Node, _ id: NodeID) throws {
    let list = script.list(node.b)
    let symbol = Symbol(index: node.a)
    let name = try checkedName(symbol, at: list[1])
    guard let definition = module.find(symbol) else {
      let inputs = module.visibleNames.map { session.symbols.name(of: $0) }
      throw error(
        .assignmentToUnknown(name, suggestion: nearest(to: name, among: inputs)), at: list[1], name)
    }
    guard definition.isInput else { throw error(.assignmentToFormula(name), at: list[1], name) }
    var value = try evaluate(list.node(0)).plain
    if definition.kind == .param {
      value = try input(value, name, list.node(0))
      if let interval = definition.interval {
        try check(value, lies: interval, name, list.node(0))
      }
    }
    if !session.importsInProgress.isEmpty {
      session.replacedByImport.append((definition, definition.value, definition.isReassigned))
    }
    definition.value = value
    evaluator.definitionsChanged()
    echoInput(name, value, definition.kind, id)
  }

  private func valueText(_ value: Value, after name: String) -> String {
    ValueText(settings: session.settings).fitted(value, after: name.displayWidth + 3)
  }

  // MARK: Formulas and functions

  private func defineFormula(_ node: Node, _ id: NodeID) throws {
    let list = script.list(node.b)
    let symbol = Symbol(index: node.a)
    let name = try checkedName(symbol, at: list[1])
    module.define(
      Definition(
        id: session.newDefinitionID(), symbol: symbol, name: name, kind: .formula, module: module,
        script: script, statement: id, body: list.node(0), documentation: documentation(list[2])))
    evaluator.definitionsChanged()
    echoDefinition("\(name) = \(script.text(of: list.node(0)))", id)
  }

  private func defineFunction(_ node: Node, _ id: NodeID) throws {
    let list = script.list(node.b)
    let symbol = Symbol(index: node.a)
    let name = try checkedName(symbol, at: list[1])
    for i in stride(from: 3, to: list.count, by: 3) {
      _ = try checkedName(list.symbol(i), at: list[i + 1])
    }
    let closure = evaluator.closure(of: id, env, frame: nil)
    let definition = Definition(
      id: session.newDefinitionID(), symbol: symbol, name: name, kind: .function, module: module,
      script: script, statement: id, body: list.node(0), documentation: documentation(list[2]),
      value: .function(.closure(closure)))
    module.define(definition)
    evaluator.definitionsChanged()
    echoDefinition(
      "\(name)\(Function.closure(closure).parameterList) = \(script.text(of: list.node(0)))", id,
      notes: hiddenInputs(closure, name))
  }

  /// Notes on parameters that hide an input which a formula in the body uses.
  private func hiddenInputs(_ closure: Closure, _ name: String) -> [String] {
    let hidden = closure.parameters.compactMap { module.find($0.symbol) }.filter(\.isInput)
    // What a function uses is all that the functions before it use: looked for at each of a chain of
    // definitions it takes time by the square of their number.
    if hidden.isEmpty { return [] }
    let used = evaluator.dependencies(of: closure.body, closure.environment, .all)
    return hidden.compactMap { input in
      guard
        let formula = used.first(where: { formula in
          formula.kind == .formula && formula !== input
            && evaluator.dependencies(of: formula).contains(input.id)
        })
      else { return nil }
      return "'\(input.name)' is the function's own here; '\(formula.name)' in its body still uses "
        + "the input '\(input.name)'"
    }
  }

  private func documentation(_ index: UInt32) -> String? {
    index == .max ? nil : script.tree.texts[Int(index)]
  }

  // MARK: Settings

  private func apply(_ node: Node, _ id: NodeID) throws {
    let list = script.list(node.a)
    let words = list.map { script.tree.texts[Int($0)] }
    let name = words.first ?? ""
    if let problem = session.setting(name, words.dropFirst().joined(separator: " ")) {
      throw error(problem, id)
    }
  }
}
