// The statements that do something with values rather than define them.
extension Parser {
  mutating func printing() throws(ParseFailure) {
    let start = current.start
    advance()
    let base = scratch.count
    repeat {
      if scratch.count > base { advance() }
      scratch.append(try expression().index)
    } while current.kind == .comma
    // Who writes `print("a", x)` means two values.
    if scratch.count == base + 1 { unpackTuple(from: base) }
    tree.statements.append(node(.print, from: start, list(from: base)))
  }

  /// `assert c within t, "why"`, as a statement or in a block.
  mutating func assertion() throws(ParseFailure) -> NodeID {
    let start = current.start
    advance()
    let base = scratch.count
    scratch.append(try expression().index)
    var tolerance = NodeID.none
    if isAt(.within) {
      advance()
      tolerance = try expression()
    }
    if current.kind == .comma {
      advance()
      scratch.append(try expression().index)
    } else if tolerance.isNone, scratch.count == base + 1 {
      // `assert(c, "why")` would otherwise assert a tuple.
      unpackTuple(from: base)
    }
    guard scratch.count - base <= 2 else {
      throw fail(.assertTakesTwo, at: tree[NodeID(index: scratch[base + 2])].range)
    }
    let message = scratch.count - base == 2 ? NodeID(index: scratch[base + 1]) : .none
    let condition = scratch[base]
    scratch.removeSubrange(base...)
    let content = list(message.index, tolerance.index)
    return node(.assert, from: start, condition, content)
  }

  /// Replaces a tuple, the only item collected since `base`, by its elements.
  private mutating func unpackTuple(from base: Int) {
    guard let last = tree.nodes.last, last.kind == .tuple,
      scratch[base] == UInt32(truncatingIfNeeded: tree.nodes.count - 1)
    else { return }
    scratch.removeLast()
    scratch.append(contentsOf: tree.list(at: last.a))
    tree.nodes.removeLast()
  }

  mutating func check() throws(ParseFailure) {
    let start = current.start
    advance()
    let condition = try expression()
    let base = scratch.count
    scratch.append(NodeID.none.index)
    if isAt(.within) {
      advance()
      scratch[base] = try expression().index
    }
    if isAt(.over) {
      advance()
      guard current.kind == .leftParenthesis else { throw unexpected(.draws) }
      try draws()
      if isAt(.within) { throw fail(.toleranceAfterDraws, at: current.range) }
    }
    tree.statements.append(node(.check, from: start, condition.index, list(from: base)))
  }

  /// `(s = randn(5), k in 1...8)`: collects symbol, offset, 0 for `=` or 1 for `in`, expression.
  private mutating func draws() throws(ParseFailure) {
    let base = scratch.count
    let start = current.start
    open()
    while current.kind != .rightParenthesis {
      let name = try definedName(of: .replacement)
      scratch.append(name.symbol.index)
      scratch.append(name.range.start)
      guard current.kind == .equal || current.kind == .in else { throw unexpected(.token(.equal)) }
      scratch.append(current.kind == .in ? 1 : 0)
      advance()
      scratch.append(try expression().index)
      guard current.kind == .comma else { break }
      advance()
    }
    try close()
    guard scratch.count > base else {
      throw fail(.emptyBrackets, at: SourceRange(start: start, end: previous.end))
    }
    try checkDistinct(from: base, stride: 4)
  }

  mutating func importFile() throws(ParseFailure) {
    let start = current.start
    advance()
    guard current.kind == .text || current.kind == .name else {
      throw unexpected(.libraryOrFile)
    }
    let path = current.kind == .text ? current.value : .max
    let library = current.kind == .name ? current.value : Symbol.none.index
    advance()
    tree.statements.append(node(.importFile, from: start, path, library))
  }

  // MARK: - Tables, plots, descent

  mutating func table() throws(ParseFailure) {
    let start = current.start
    let columns = try columns()
    let base = scratch.count
    scratch.append(.max)
    scratch.append(current.start)
    try loopVariables()
    guard scratch.count - base == 5 else {
      throw fail(.tableTakesOneName, at: SourceRange(start: start, end: previous.end))
    }
    tree.statements.append(node(.table, from: start, columns, list(from: base)))
  }

  mutating func plot() throws(ParseFailure) {
    let start = current.start
    let columns = try columns()
    let base = scratch.count
    scratch.append(.max)
    scratch.append(current.start)
    try loopVariables()
    guard scratch.count - base <= 8 else {
      throw fail(.plotTakesTwoNames, at: SourceRange(start: start, end: previous.end))
    }
    if isAt(.to) {
      advance()
      guard current.kind == .text else { throw unexpected(.fileName) }
      scratch[base] = current.value
      scratch[base + 1] = current.start
      advance()
    }
    tree.statements.append(node(.plot, from: start, columns, list(from: base)))
  }

  /// The word of the statement and the expressions after it, as a list.
  private mutating func columns() throws(ParseFailure) -> UInt32 {
    let base = scratch.count
    repeat {
      advance()
      scratch.append(try expression().index)
    } while current.kind == .comma
    return list(from: base)
  }

  /// `for k in r, …`: collects symbol, offset and range of each.
  private mutating func loopVariables() throws(ParseFailure) {
    guard current.kind == .for else { throw unexpected(.token(.for)) }
    let base = scratch.count
    repeat {
      advance()
      let name = try definedName(of: .element)
      scratch.append(name.symbol.index)
      scratch.append(name.range.start)
      try consume(.in)
      scratch.append(try operators(.or).index)
    } while current.kind == .comma
    try checkDistinct(from: base, stride: 3)
  }

  mutating func minimize() throws(ParseFailure) {
    let start = current.start
    advance()
    let loss = try expression()
    guard isAt(.over) else { throw unexpected(.wordOver) }
    let base = scratch.count
    scratch.append(0)
    repeat {
      advance()
      let name = try definedName(of: .input)
      scratch.append(name.symbol.index)
      scratch.append(name.range.start)
      scratch[base] += 1
    } while current.kind == .comma
    try checkDistinct(from: base + 1, stride: 2)
    if isAt(.with) {
      advance()
      guard current.kind == .leftParenthesis else { throw unexpected(.methodOptions) }
      try bindings(of: .option)
    }
    tree.statements.append(node(.minimize, from: start, loss.index, list(from: base)))
  }
}
