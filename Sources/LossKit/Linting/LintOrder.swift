/// Follows the statements of a text in their order: what each needs, what was replaced unseen.
struct LintOrder {
  let linter: Linter
  private var current: [Symbol: LintDefinition] = [:]
  /// Whether anything is shown, asserted, checked or drawn: otherwise the text is a library.
  private var hasAction = false
  private var reportedEarly: Set<UInt32> = []
  /// A bound on the work: a text of many statements over many formulas would take their product.
  private var visitsLeft = 20_000_000

  init(linter: Linter) { self.linter = linter }

  mutating func add(_ id: NodeID, uses: [LintUse]) {
    let node = linter.script[id]
    if let definition = linter.definitionOf[id] {
      definition.uses = uses
      if definition.isInput { definition.sources = reach(uses, from: id) }
      if let old = current[definition.symbol], !old.isRead {
        linter.report(
          .replacedDefinition,
          LintProblem.replacedDefinition(
            old.name, line: linter.script.source.line(at: definition.range.start)), old.range)
        // Said once.
        old.isUsed = true
      }
      current[definition.symbol] = definition
      return
    }
    switch node.kind {
    case .assignment:
      let found = reach(uses, from: id)
      let target = current[Symbol(index: node.a)]
      target?.sources += found
      // What is assigned to is no definition that nobody saw.
      target?.isRead = true
    case .importFile, .setting: break
    default:
      hasAction = true
      for definition in reach(uses, from: id) { definition.isUsed = true }
    }
  }

  /// What an evaluation of some names reaches, by the definitions that are in force.
  private mutating func reach(_ uses: [LintUse], from id: NodeID) -> [LintDefinition] {
    var found: [LintDefinition] = []
    var seen: Set<ObjectIdentifier> = []
    var pending = uses
    while let use = pending.popLast() {
      visitsLeft -= 1
      if visitsLeft < 0 { break }
      guard let definition = current[use.symbol] else {
        reportEarly(use, id)
        continue
      }
      guard seen.insert(ObjectIdentifier(definition)).inserted else { continue }
      found.append(definition)
      definition.isRead = true
      if !definition.isInput { pending += definition.uses }
    }
    return found
  }

  private mutating func reportEarly(_ use: LintUse, _ id: NodeID) {
    guard let later = linter.definitions[use.symbol]?.first,
      !linter.modules.contains(where: { $0.definitions[use.symbol] != nil }),
      // A definition by its own name is a cycle or a recursion, which has its own report.
      linter.definitionOf[id]?.symbol != use.symbol || later.isInput,
      reportedEarly.insert(use.range.start).inserted
    else { return }
    let source = linter.script.source
    linter.report(
      .usedTooEarly,
      LintProblem.usedTooEarly(
        later.name, line: source.line(at: later.range.start),
        user: source.line(at: linter.script.range(of: id).start)), use.range)
  }

  mutating func finish() {
    reportCycles()
    guard hasAction, visitsLeft >= 0 else { return }
    // What an input was made of is used where the input is.
    let all = linter.definitions.values.flatMap { $0 }
    var pending = all.filter(\.isUsed)
    while let definition = pending.popLast() {
      for source in definition.sources where !source.isUsed {
        source.isUsed = true
        pending.append(source)
      }
    }
    for definition in all where !definition.isUsed && !definition.name.hasPrefix("_") {
      linter.report(
        .unusedDefinition, LintProblem.unusedDefinition(definition.name), definition.range)
    }
  }

  // MARK: - Cycles

  /// Formulas that need themselves, each with the way that leads back.
  private func reportCycles() {
    var isDone: Set<ObjectIdentifier> = []
    for start in linter.definitions.values.compactMap(\.last).sorted(by: {
      $0.range.start < $1.range.start
    }) {
      // A stack of its own: a chain of formulas may be as long as the text.
      var path: [(definition: LintDefinition, next: Int)] = [(start, 0)]
      var onPath: [ObjectIdentifier: Int] = [ObjectIdentifier(start): 0]
      if isDone.contains(ObjectIdentifier(start)) { continue }
      while let (definition, next) = path.last {
        guard !definition.isInput, next < definition.uses.count else {
          path.removeLast()
          onPath[ObjectIdentifier(definition)] = nil
          isDone.insert(ObjectIdentifier(definition))
          continue
        }
        path[path.count - 1].next += 1
        let use = definition.uses[next]
        guard !use.isDeferred, let target = linter.definitions[use.symbol]?.last else { continue }
        if let place = onPath[ObjectIdentifier(target)] {
          report(path[place...].map(\.definition))
        } else if !isDone.contains(ObjectIdentifier(target)) {
          onPath[ObjectIdentifier(target)] = path.count
          path.append((target, 0))
        }
      }
    }
  }

  private func report(_ cycle: [LintDefinition]) {
    // Functions may call themselves.
    guard let formula = cycle.firstIndex(where: { $0.kind == .formula }) else { return }
    let turned = cycle[formula...] + cycle[..<formula]
    linter.report(
      .cycle, EvaluationProblem.cycle(turned.map(\.name) + [cycle[formula].name]),
      cycle[formula].range)
  }
}
