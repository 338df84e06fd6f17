extension Parser {
  // MARK: - Arguments and subscripts

  /// The arguments of a call with their brackets: collects label, label's offset and value of each.
  mutating func arguments() throws(ParseFailure) {
    let base = scratch.count
    var labelCount = 0
    open()
    while current.kind != .rightParenthesis {
      let start = current.start
      var value = try expression()
      if current.kind == .equal, isBareName(value, from: start) {
        let label = tree.nodes.removeLast().a
        advance()
        value = try expression()
        scratch.append(label)
        labelCount += 1
      } else {
        if labelCount > 0, current.kind == .comma || current.kind == .rightParenthesis {
          throw fail(.positionalAfterNamed, at: tree[value].range)
        }
        if current.kind == .for, scratch.count == base {
          try bareComprehension(of: value, from: start)
          break
        }
        scratch.append(Symbol.none.index)
      }
      scratch.append(start)
      scratch.append(value.index)
      guard current.kind == .comma else { break }
      advance()
    }
    try checkDistinct(from: base, stride: 3)
    try close()
  }

  /// The subscripts of an index with their brackets: collects their nodes.
  mutating func subscripts() throws(ParseFailure) {
    let start = current.start
    let base = scratch.count
    open()
    brackets[brackets.count - 1].isIndex = true
    while current.kind != .rightBracket {
      scratch.append(try subscriptExpression().index)
      guard current.kind == .comma else { break }
      advance()
    }
    try close()
    guard scratch.count > base else {
      throw fail(.emptyIndex, at: SourceRange(start: start, end: previous.end))
    }
  }

  /// An expression, or a range without a lower end: `..<2`, `...`.
  private mutating func subscriptExpression() throws(ParseFailure) -> NodeID {
    let start = current.start
    switch current.kind {
    case .closedRange, .halfOpenRange:
      let isClosed: UInt8 = current.kind == .closedRange ? 1 : 0
      advance()
      let isOpen = current.kind == .comma || current.kind == .rightBracket
      // A whole axis is `...`; `..<` without an upper end says nothing.
      if isOpen, isClosed == 0 { throw unexpected(.expression) }
      let upper = isOpen ? NodeID.none : try operators(.sum)
      return node(.range, detail: isClosed, from: start, NodeID.none.index, upper.index)
    case .colon: throw fail(.colonInIndex, at: current.range)
    default: return try expression()
    }
  }

  // MARK: - Arrays and blocks

  mutating func array() throws(ParseFailure) -> NodeID {
    let start = current.start
    let base = scratch.count
    open()
    while current.kind != .rightBracket {
      let element = try expression()
      if current.kind == .for, scratch.count == base {
        try bracketedClauses()
        try close()
        return node(.comprehension, from: start, element.index, list(from: base))
      }
      scratch.append(element.index)
      guard current.kind == .comma else { break }
      advance()
    }
    try close()
    return node(.array, from: start, list(from: base))
  }

  mutating func block() throws(ParseFailure) -> NodeID {
    let start = current.start
    let base = scratch.count
    open()
    skipSeparators()
    while current.kind == .let || current.kind == .assert {
      let start = current.start
      if current.kind == .assert {
        scratch.append(try assertion().index)
      } else {
        advance()
        scratch.append(try definition(from: start, documentation: .max).index)
        if current.kind == .comma { throw fail(.severalDefinitions, at: current.range) }
      }
      guard isAtSeparator || current.kind == .rightBrace else { throw unexpected(.endOfStatement) }
      skipSeparators()
    }
    if current.kind == .rightBrace {
      throw scratch.count == base
        ? fail(.emptyBlock, at: SourceRange(start: start, end: current.end))
        : fail(.blockWithoutValue, at: current.range)
    }
    guard !current.kind.beginsStatement else {
      throw current.kind == .param || current.kind == .data
        ? fail(.definitionInsideBlock, at: current.range) : unexpected(.expression)
    }
    let value = try expression()
    scratch.append(value.index)
    if current.kind == .equal, tree[value].kind == .name {
      throw fail(.definitionInsideBlock, at: tree[value].range)
    }
    if isAtSeparator {
      skipSeparators()
      if current.kind != .rightBrace, current.kind != .end {
        throw fail(.valueInsideBlock, at: tree[value].range)
      }
    }
    try close()
    return node(.block, from: start, list(from: base))
  }

  /// Whether a statement can end here.
  var isAtSeparator: Bool { current.kind == .newline || current.kind == .semicolon }

  mutating func skipSeparators() {
    while isAtSeparator { advance() }
  }

  // MARK: - Comprehensions

  /// The clauses of `[e for …]`: collects the filter, then index, element and iterated of each.
  private mutating func bracketedClauses() throws(ParseFailure) {
    let base = scratch.count
    scratch.append(NodeID.none.index)
    advance()
    try clause()
    while current.kind == .comma {
      advance()
      try clause()
    }
    try filter(into: base)
  }

  /// The clauses of `f(e for …, k = 2)` up to the closing bracket: collects the comprehension as an
  /// argument, then the named arguments.
  private mutating func bareComprehension(
    of element: NodeID, from start: UInt32
  ) throws(ParseFailure) {
    let base = scratch.count
    scratch.append(NodeID.none.index)
    advance()
    try clause()
    // After a comma: `j in r` and `j, v in r` are clauses, `k = 2` is an argument of the call.
    var label: Token?
    var end = previous.end
    while current.kind == .comma {
      let comma = current
      advance()
      guard current.kind == .name else {
        throw current.kind.beginsOperand
          ? fail(.comprehensionIsNotAlone, at: comma.range) : unexpected(.name(of: .element))
      }
      let name = current
      advance()
      if current.kind == .equal {
        label = name
        break
      }
      try clause(after: name)
      end = previous.end
    }
    if label == nil {
      try filter(into: base)
      end = previous.end
    }
    let comprehension = node(
      .comprehension, detail: 1, range: SourceRange(start: start, end: end), element.index,
      list(from: base))
    scratch.append(Symbol.none.index)
    scratch.append(start)
    scratch.append(comprehension.index)
    if let label { try labelledArgument(label) }
    while current.kind == .comma {
      advance()
      if current.kind == .rightParenthesis { break }
      let name = current
      _ = try self.name(of: .option)
      guard current.kind == .equal else { throw unexpected(.token(.equal)) }
      try labelledArgument(name)
    }
    if current.kind == .if { throw fail(.secondFilter, at: current.range) }
  }

  private mutating func labelledArgument(_ label: Token) throws(ParseFailure) {
    advance()
    let value = try expression()
    scratch.append(label.value)
    scratch.append(label.start)
    scratch.append(value.index)
  }

  private mutating func filter(into place: Int) throws(ParseFailure) {
    if current.kind == .for { throw fail(.secondFor, at: current.range) }
    guard current.kind == .if else { return }
    advance()
    scratch[place] = try operators(.or).index
    if current.kind == .if { throw fail(.secondFilter, at: current.range) }
    if current.kind == .for { throw fail(.secondFor, at: current.range) }
  }

  private mutating func clause() throws(ParseFailure) {
    if current.kind == .leftParenthesis { throw fail(.tupleAsPattern, at: current.range) }
    let name = current
    _ = try self.name(of: .element)
    try clause(after: name)
  }

  /// The rest of a clause whose first name was passed over.
  private mutating func clause(after first: Token) throws(ParseFailure) {
    var index = Symbol.none.index
    var element = symbolOfElement(first)
    if current.kind == .comma {
      advance()
      let second = current
      _ = try name(of: .element)
      index = element
      element = symbolOfElement(second)
      if index == element, index != Symbol.none.index {
        throw fail(.repeatedName(tree.source.text(second.range)), at: second.range)
      }
    }
    try consume(.in)
    scratch.append(index)
    scratch.append(element)
    scratch.append(try operators(.or).index)
  }

  /// `_` names nothing.
  private func symbolOfElement(_ token: Token) -> UInt32 {
    token.value == KnownName.lastValue.symbol.index ? Symbol.none.index : token.value
  }

  // MARK: - Bindings

  /// `(x = 1, s = v)`: collects name, its offset and value of each.
  mutating func bindings(of named: SyntaxProblem.Expectation.Named) throws(ParseFailure) {
    let base = scratch.count
    let start = current.start
    open()
    while current.kind != .rightParenthesis {
      let name = try definedName(of: named)
      scratch.append(name.symbol.index)
      scratch.append(name.range.start)
      if current.kind == .equalEqual { throw fail(.definitionWithDoubleEqual, at: current.range) }
      try consume(.equal)
      scratch.append(try expression().index)
      guard current.kind == .comma else { break }
      advance()
    }
    try close()
    guard scratch.count > base else {
      throw fail(.emptyBrackets, at: SourceRange(start: start, end: previous.end))
    }
    try checkDistinct(from: base, stride: 3)
  }
}
