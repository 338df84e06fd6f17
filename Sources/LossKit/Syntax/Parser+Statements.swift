extension Parser {
  /// The whole text.
  mutating func parseText() -> ParseResult {
    skipSeparators()
    while current.kind != .end, errors.count < Self.maximumErrorCount {
      let start = current.start
      do throws(ParseFailure) {
        try statement()
        guard isAtSeparator || current.kind == .end else { throw unexpected(.endOfStatement) }
      } catch {
        recover()
        add(node(.invalid, from: start, 0))
      }
      skipSeparators()
    }
    tree.numbers = lexer.numbers
    tree.texts = lexer.texts
    return ParseResult(tree: tree, errors: errors, isUnfinished: isUnfinished)
  }

  private mutating func add(_ statement: NodeID) { tree.statements.append(statement) }

  private mutating func statement() throws(ParseFailure) {
    let start = current.start
    switch current.kind {
    case .param: try param()
    case .data: try data()
    case .let:
      let documentation = try documentation()
      advance()
      add(try definition(from: start, documentation: documentation))
      if current.kind == .comma { throw fail(.severalDefinitions, at: current.range) }
    case .print: try printing()
    case .assert: add(try assertion())
    case .check: try check()
    case .import: try importFile()
    case .table: try table()
    case .plot: try plot()
    case .minimize: try minimize()
    case .colon: try setting()
    default: try expressionOrAssignment()
    }
  }

  // MARK: - Inputs

  private mutating func param() throws(ParseFailure) {
    var start = current.start
    repeat {
      advance()
      // The first statement begins at its word, each further one at its name.
      if previous.kind == .comma { start = current.start }
      let (name, value) = try nameAndValue(of: .input)
      var interval = NodeID.none
      if current.kind == .in {
        advance()
        interval = try operators(.range)
        guard tree[interval].kind == .range else {
          throw fail(.intervalIsNoRange, at: tree[interval].range)
        }
      }
      let content = list(value.index, interval.index, name.range.start)
      add(node(.param, from: start, name.symbol.index, content))
    } while current.kind == .comma
  }

  private mutating func data() throws(ParseFailure) {
    var start = current.start
    repeat {
      advance()
      if previous.kind == .comma { start = current.start }
      let (name, value) = try nameAndValue(of: .input)
      let content = list(value.index, name.range.start)
      add(node(.data, from: start, name.symbol.index, content))
    } while current.kind == .comma
  }

  /// `x = e` of an input.
  ///
  /// The word before it may have been meant as a name: `data = 3`.
  private mutating func nameAndValue(
    of named: SyntaxProblem.Expectation.Named
  ) throws(ParseFailure) -> (name: (symbol: Symbol, range: SourceRange), value: NodeID) {
    if current.kind == .equal, previous.kind.isReservedWord {
      throw fail(.reservedWord(previous.kind.spelling), at: previous.range)
    }
    let name = try definedName(of: named)
    if current.kind == .equalEqual { throw fail(.definitionWithDoubleEqual, at: current.range) }
    try consume(.equal)
    return (name, try expression())
  }

  private mutating func expressionOrAssignment() throws(ParseFailure) {
    let start = current.start
    let value = try expression()
    guard current.kind == .equal else {
      add(node(.show, from: start, value.index))
      return
    }
    guard isBareName(value, from: start) else { throw misplacedEqual(after: value) }
    var name = (symbol: tree.nodes.removeLast().a, range: previous.range)
    while true {
      if name.symbol == KnownName.lastValue.symbol.index {
        throw fail(.lastValueDefined, at: name.range)
      }
      advance()
      let value = try expression()
      let content = list(value.index, name.range.start)
      add(node(.assignment, from: name.range.start, name.symbol, content))
      guard current.kind == .comma else { return }
      advance()
      let next = try self.name(of: .input)
      guard current.kind == .equal else { throw unexpected(.token(.equal)) }
      name = (next.symbol.index, next.range)
    }
  }

  private mutating func misplacedEqual(after value: NodeID) -> ParseFailure {
    let node = tree[value]
    switch node.kind {
    case .call where tree.nodes[Int(node.a)].kind == .name:
      return fail(
        .assignmentToCall(tree.source.text(tree.nodes[Int(node.a)].range)), at: current.range)
    case .index, .member: return fail(.assignmentToPart, at: node.range)
    default: return fail(.assignmentToExpression, at: current.range)
    }
  }

  // MARK: - Formulas

  /// The documentation above the statement, as an index in `texts`.
  private mutating func documentation() throws(ParseFailure) -> UInt32 {
    let range = lexer.documentation
    guard range.end > 0 else { return .max }
    lexer.texts.append(lexer.documentationText(range))
    return UInt32(truncatingIfNeeded: lexer.texts.count - 1)
  }

  /// What follows `let`: a formula or a function.
  mutating func definition(
    from start: UInt32, documentation: UInt32
  ) throws(ParseFailure) -> NodeID {
    if current.kind == .equal {
      throw fail(.reservedWord(previous.kind.spelling), at: previous.range)
    }
    let name = try definedName(of: .formula)
    guard current.kind == .leftParenthesis else {
      if current.kind == .equalEqual { throw fail(.definitionWithDoubleEqual, at: current.range) }
      if current.kind == .comma { throw fail(.severalDefinitions, at: current.range) }
      try consume(.equal)
      let value = try expression()
      let content = list(value.index, name.range.start, documentation)
      return node(.formula, from: start, name.symbol.index, content)
    }
    let base = scratch.count
    scratch.append(NodeID.none.index)
    scratch.append(name.range.start)
    scratch.append(documentation)
    try parameters()
    if current.kind == .equalEqual { throw fail(.definitionWithDoubleEqual, at: current.range) }
    try consume(.equal)
    scratch[base] = try expression().index
    return node(.function, from: start, name.symbol.index, list(from: base))
  }

  /// `(a, b = 2)`: collects symbol, offset and default value of each.
  private mutating func parameters() throws(ParseFailure) {
    let base = scratch.count
    open()
    while current.kind != .rightParenthesis {
      let parameter = try name(of: .parameter)
      scratch.append(parameter.symbol.index)
      scratch.append(parameter.range.start)
      if current.kind == .equal {
        advance()
        scratch.append(try expression().index)
      } else {
        scratch.append(NodeID.none.index)
      }
      guard current.kind == .comma else { break }
      advance()
    }
    try close()
    try checkDistinct(from: base, stride: 3)
  }

  // MARK: - Commands

  /// `:set digits 5`.
  private mutating func setting() throws(ParseFailure) {
    let start = current.start
    let words = lexer.commandWords()
    let command = words.first.map(tree.source.text) ?? ""
    let end = words.last?.end ?? current.end
    current = Token(kind: .text, start: start, end: end)
    guard command == "set" else {
      let place = SourceRange(start: start, end: words.first?.end ?? current.end)
      throw fail(.unknownCommand(command), at: place)
    }
    let base = scratch.count
    for word in words.dropFirst() {
      let bytes = tree.source.bytes[Int(word.start)..<Int(word.end)]
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw fail(.invalidUTF8, at: word)
      }
      scratch.append(UInt32(truncatingIfNeeded: lexer.texts.count))
      lexer.texts.append(text)
    }
    advance()
    add(node(.setting, from: start, list(from: base)))
  }
}
