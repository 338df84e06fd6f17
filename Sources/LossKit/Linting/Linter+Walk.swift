extension Linter {
  // MARK: - Statements

  func walk(statement id: NodeID) {
    let node = script[id]
    switch node.kind {
    case .param, .data, .assignment: walkInput(node, id)
    case .formula:
      checkName(Symbol(index: node.a), at: script.list(node.b)[1])
      walk(script.list(node.b).node(0))
    case .function:
      checkName(Symbol(index: node.a), at: script.list(node.b)[1])
      walkFunction(node)
      reportHiddenInputs(node)
    case .assert, .check: walkClaim(node)
    case .table, .plot:
      let list = script.list(node.b)
      let base = locals.count
      for i in stride(from: 2, to: list.count, by: 3) {
        walk(list.node(i + 2))
        replace(list.symbol(i), at: list[i + 1])
      }
      for column in script.list(node.a) { walk(NodeID(index: column)) }
      locals.removeSubrange(base...)
    case .minimize:
      checkMinimize(node)
      script.forEachChild(of: id) { walk($0) }
    case .importFile, .setting, .invalid: break
    default: script.forEachChild(of: id) { walk($0) }
    }
  }

  private func walkInput(_ node: Node, _ id: NodeID) {
    let list = script.list(node.b)
    let symbol = Symbol(index: node.a)
    let offset = node.kind == .param ? list[2] : list[1]
    checkName(symbol, at: offset)
    walk(list.node(0))
    if node.kind == .param, !list.node(1).isNone { walk(list.node(1)) }
    guard node.kind == .assignment, builtin(symbol) == nil else { return }
    let isImported = modules.contains { $0.definitions[symbol] != nil }
    // What it is then, not what it becomes later.
    let own = definitions[symbol]?.last { $0.range.start < offset }
    if let own {
      if !own.isInput {
        report(.wrongDefinition, EvaluationProblem.assignmentToFormula(own.name), own: offset)
      }
    } else if !isImported {
      let suggestion = nearest(
        to: name(symbol), among: definitions.keys.map { name($0) }.sorted())
      report(
        .wrongDefinition,
        EvaluationProblem.assignmentToUnknown(name(symbol), suggestion: suggestion), own: offset)
    }
  }

  private func report(_ rule: LintRule, _ problem: EvaluationProblem, own offset: UInt32) {
    report(rule, problem, script.nameRange(at: offset))
  }

  private func checkName(_ symbol: Symbol, at offset: UInt32) {
    guard builtin(symbol) != nil else { return }
    report(.wrongDefinition, EvaluationProblem.builtinRedefined(name(symbol)), own: offset)
  }

  /// The parameters and the body of a `let f(…)`, at the top or in a block.
  private func walkFunction(_ node: Node) {
    let list = script.list(node.b)
    let base = locals.count
    for i in stride(from: 3, to: list.count, by: 3) {
      checkName(list.symbol(i), at: list[i + 1])
      if !list.node(i + 2).isNone { walk(list.node(i + 2)) }
      locals.append(
        LintLocal(
          symbol: list.symbol(i), kind: .parameter, range: nil, signature: nil))
    }
    walk(list.node(0))
    locals.removeSubrange(base...)
  }

  private func walkClaim(_ node: Node) {
    let list = script.list(node.b)
    let outer = isInClaim
    let base = locals.count
    isInClaim = true
    if node.kind == .check {
      for i in stride(from: 1, to: list.count, by: 4) {
        walk(list.node(i + 3))
        replace(list.symbol(i), at: list[i + 1])
      }
      if !list.node(0).isNone { walk(list.node(0)) }
    } else {
      for part in list where part != NodeID.none.index { walk(NodeID(index: part)) }
    }
    let condition = NodeID(index: node.a)
    reportSameSides(condition)
    walk(condition)
    locals.removeSubrange(base...)
    isInClaim = outer
  }

  /// A name that is drawn or gone over: a definition of that name is replaced meanwhile.
  private func replace(_ symbol: Symbol, at offset: UInt32) {
    let isOwn = definitions[symbol]?.contains { $0.range.start < offset } ?? false
    if isOwn || modules.contains(where: { $0.definitions[symbol] != nil }) {
      use(symbol, script.nameRange(at: offset))
    } else {
      locals.append(LintLocal(symbol: symbol, kind: .parameter, range: nil, signature: nil))
    }
  }

  private func reportSameSides(_ id: NodeID) {
    let node = script[id]
    guard node.kind == .comparison else { return }
    let list = script.list(node.a)
    guard list.count == 4, let operation = ChainOperator(rawValue: list[1]),
      [.equal, .approximatelyEqual, .lessOrEqual, .greaterOrEqual].contains(operation)
    else { return }
    let text = script.text(of: list.node(0))
    if text == script.text(of: list.node(3)) {
      report(.sameSides, LintProblem.sameSides(text), script.range(of: id))
    }
  }

  // MARK: - Expressions

  func walk(_ id: NodeID) {
    // Deeper than the stack goes nothing is said: parsing would have refused what is not finite.
    if isStackExhausted { return }
    reportUnstable(id)
    let node = script[id]
    switch node.kind {
    case .name: use(Symbol(index: node.a), node.range)
    case .member: walkMember(node, id)
    case .call: walkCall(node, id)
    case .comparison:
      reportNan(node)
      script.forEachChild(of: id) { walk($0) }
    case .lambda:
      let list = script.list(node.a)
      let base = locals.count
      for i in stride(from: 0, to: list.count, by: 2) {
        locals.append(
          LintLocal(symbol: list.symbol(i), kind: .parameter, range: nil, signature: nil))
      }
      deferral += 1
      walk(NodeID(index: node.b))
      deferral -= 1
      locals.removeSubrange(base...)
    case .comprehension: walkComprehension(node)
    case .block: walkBlock(node)
    case .at:
      let list = script.list(node.b)
      for i in stride(from: 0, to: list.count, by: 3) {
        use(list.symbol(i), script.nameRange(at: list[i + 1]))
      }
      script.forEachChild(of: id) { walk($0) }
    default: script.forEachChild(of: id) { walk($0) }
    }
  }

  private func walkComprehension(_ node: Node) {
    let list = script.list(node.b)
    let base = locals.count
    for i in stride(from: 1, to: list.count, by: 3) {
      walk(list.node(i + 2))
      for symbol in [list.symbol(i), list.symbol(i + 1)] where symbol != .none {
        locals.append(
          LintLocal(
            symbol: symbol, kind: .loop, range: clauseRange(symbol, before: list.node(i + 2)),
            signature: nil))
      }
    }
    if !list.node(0).isNone { walk(list.node(0)) }
    walk(NodeID(index: node.a))
    reportUnused(from: base)
  }

  /// Where the name of a clause stands: the last place of it before what the clause goes over.
  private func clauseRange(_ symbol: Symbol, before id: NodeID) -> SourceRange? {
    let spelling = Array(name(symbol).utf8)
    let bytes = script.source.bytes
    var start = Int(script.range(of: id).start) - spelling.count
    while start >= 0 {
      let end = start + spelling.count
      if bytes[start..<end].elementsEqual(spelling), start == 0 || !bytes[start - 1].isNameByte,
        end >= bytes.count || !bytes[end].isNameByte
      {
        return SourceRange(start: UInt32(start), end: UInt32(end))
      }
      start -= 1
    }
    return nil
  }

  private func walkBlock(_ node: Node) {
    let list = script.list(node.a)
    let base = locals.count
    for index in list.indices {
      let id = list.node(index)
      let part = script[id]
      switch part.kind {
      case .formula, .function:
        let symbol = Symbol(index: part.a)
        let offset = script.list(part.b)[1]
        if part.kind == .formula {
          walk(script.list(part.b).node(0))
        } else {
          deferral += 1
          // It may call itself.
          locals.append(
            LintLocal(
              symbol: symbol, kind: .parameter, range: nil,
              signature: script.signature(of: id, name(symbol))))
          walkFunction(part)
          locals.removeLast()
          deferral -= 1
        }
        locals.append(
          LintLocal(
            symbol: symbol, kind: .block, range: script.nameRange(at: offset),
            signature: script.signature(of: id, name(symbol))))
      case .assert: walkClaim(part)
      default: walk(id)
      }
    }
    reportUnused(from: base)
  }

  /// Ends the names made since `base`.
  private func reportUnused(from base: Int) {
    for local in locals[base...] {
      guard !local.isUsed, let range = local.range else { continue }
      let name = name(local.symbol)
      if name.hasPrefix("_") { continue }
      report(
        .unusedLocal, LintProblem.unusedLocal(name, isLoop: local.kind == .loop), range)
    }
    locals.removeSubrange(base...)
  }

  // MARK: - Names

  /// Notes that a name is used, and reports one that stands for nothing.
  func use(_ symbol: Symbol, _ range: SourceRange) {
    if let place = locals.lastIndex(where: { $0.symbol == symbol }) {
      locals[place].isUsed = true
      return
    }
    if symbol == KnownName.lastValue.symbol { return }
    if definitions[symbol] != nil {
      uses.append(LintUse(symbol: symbol, range: range, isDeferred: deferral > 0))
      return
    }
    if let module = modules.last(where: { $0.definitions[symbol] != nil }) {
      module.isUsed = true
      return
    }
    if builtin(symbol) != nil { return }
    report(.unknownName, unknownNameProblem(symbol), range)
  }

  private func unknownNameProblem(_ symbol: Symbol) -> EvaluationProblem {
    let spelling = name(symbol)
    if let hint = ForeignWords.hint(for: spelling) { return .foreignName(spelling, hint: hint) }
    let names =
      locals.map { name($0.symbol) } + definitions.keys.map { name($0) }
      + modules.flatMap(\.order) + Builtins.all.map(\.name)
    return .unknownName(spelling, suggestion: nearest(to: spelling, among: names))
  }

  private func walkMember(_ node: Node, _ id: NodeID) {
    let base = NodeID(index: node.a)
    let symbol = Symbol(index: script[base].a)
    let field = name(Symbol(index: node.b))
    guard script[base].kind == .name, !locals.contains(where: { $0.symbol == symbol }) else {
      return walk(base)
    }
    if let definition = definitions[symbol]?.last {
      if definition.kind == .param, field != "T" {
        report(
          .wrongCall,
          .noFields(field, "an array", isBuiltin: builtin(Symbol(index: node.b)) != nil), id)
      }
      return walk(base)
    }
    let spelling = name(symbol)
    if let module = modules.last(where: { $0.name == spelling }) {
      module.isUsed = true
      if module.definitions[Symbol(index: node.b)] == nil {
        report(.unknownName, .unknownField(field, module.order), id)
      }
    } else if let problem = ForeignWords.module(spelling, field) {
      report(.unknownName, problem, id)
    } else {
      walk(base)
    }
  }

  /// A function's parameter that hides an input which a formula in the body uses: the note that
  /// defining it shows.
  private func reportHiddenInputs(_ node: Node) {
    let list = script.list(node.b)
    for i in stride(from: 3, to: list.count, by: 3) {
      guard let input = definitions[list.symbol(i)]?.last, input.isInput else { continue }
      for use in uses {
        guard let formula = definitions[use.symbol]?.last, formula.kind == .formula,
          mentions(formula.body, input.symbol)
        else { continue }
        report(
          .hiddenInput, LintProblem.hiddenInput(input.name, formula: formula.name),
          script.nameRange(at: list[i + 1]))
        break
      }
    }
  }

  /// Whether a formula reaches a name, itself or through others.
  private func mentions(_ body: NodeID, _ symbol: Symbol) -> Bool {
    var pending = [body]
    var seen: Set<Symbol> = []
    while let id = pending.popLast() {
      let node = script[id]
      if node.kind == .name {
        let name = Symbol(index: node.a)
        if name == symbol { return true }
        if seen.insert(name).inserted, let next = definitions[name]?.last, !next.isInput {
          pending.append(next.body)
        }
      }
      script.forEachChild(of: id) { pending.append($0) }
    }
    return false
  }

  // MARK: - Spellings

  private func reportUnstable(_ id: NodeID) {
    guard !isInClaim, !covered.contains(id) else { return }
    let match = matcher.match(id, in: script) { [locals] symbol in
      !locals.contains { $0.symbol == symbol }
    }
    guard let match else { return }
    covered.formUnion(match.covered)
    report(
      .unstable,
      LintProblem.unstable(reason: match.row.reason.words, replacement: match.replacement),
      script.range(of: id), replacement: match.replacement)
  }

  private func reportNan(_ node: Node) {
    let list = script.list(node.a)
    for i in stride(from: 0, to: list.count, by: 3) {
      let operand = script[list.node(i)]
      guard operand.kind == .name, let builtin = builtin(Symbol(index: operand.a)),
        builtin.name == "nan"
      else { continue }
      report(.nanComparison, LintProblem.nanComparison, node.range)
      return
    }
  }
}
