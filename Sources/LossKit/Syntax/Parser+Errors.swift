extension Parser {
  /// Records an error of the current statement.
  mutating func fail(
    _ problem: SyntaxProblem, at range: SourceRange, labels: [LossError.Label] = []
  ) -> ParseFailure {
    errors.append(LossError(problem, in: tree.source, at: range, labels: labels))
    return ParseFailure()
  }

  /// Records that the current token cannot follow, in the words that help most.
  mutating func unexpected(_ expectation: SyntaxProblem.Expectation) -> ParseFailure {
    if current.kind == .invalid { return fail(lexer.problem, at: current.range) }
    if current.kind == .end, !brackets.isEmpty || previous.kind.continuesLine {
      isUnfinished = errors.isEmpty
    }
    if let failure = bracketFailure() { return failure }
    if case .expression = expectation {
      if current.kind == .closedRange || current.kind == .halfOpenRange {
        return fail(.openRange, at: current.range)
      }
      if current.kind == .arrow { return fail(.arrowWithoutParameters, at: current.range) }
      if current.kind == .for { return fail(.loop, at: current.range) }
      if current.kind.beginsStatement, startsLine(current), previous.kind.continuesLine {
        // The operator is what is wrong, not the statement below it.
        return fail(.missingOperand(previous.kind.spelling), at: previous.range)
      }
    } else if expectation.followsOperand, previous.kind.endsOperand,
      let failure = failureAfterOperand()
    {
      return failure
    }
    return fail(.expected(expectation, found: found), at: current.range)
  }

  /// What is wrong with the brackets at the current token, if anything is.
  private mutating func bracketFailure() -> ParseFailure? {
    guard let bracket = brackets.last, let closing = bracket.kind.closing else {
      guard current.kind.isClosingBracket else { return nil }
      return fail(.unopenedBracket(current.kind.spelling), at: current.range)
    }
    let opening = SourceRange(start: bracket.offset, end: bracket.offset + 1)
    if current.kind == .end || current.kind.beginsStatement && startsLine(current) {
      return fail(.unclosedBracket(bracket.kind.spelling), at: opening)
    }
    guard current.kind.isClosingBracket, current.kind != closing else { return nil }
    let problem = SyntaxProblem.mismatchedBracket(
      found: current.kind.spelling, opening: bracket.kind.spelling, closing: closing.spelling,
      line: tree.source.line(at: bracket.offset))
    let label = LossError.Label(range: opening, text: "opened here")
    return fail(problem, at: current.range, labels: [label])
  }

  /// What is wrong where an expression was complete and something follows that cannot.
  private mutating func failureAfterOperand() -> ParseFailure? {
    switch current.kind {
    case .if: return fail(.trailingCondition, at: current.range)
    case .for where brackets.isEmpty == false:
      return fail(.comprehensionIsNotAlone, at: current.range)
    case .in: return fail(.membership, at: current.range)
    case .comma where brackets.isEmpty: return fail(.listAsStatement, at: current.range)
    case .equal: return fail(.equalSignInExpression, at: current.range)
    case .arrow: return fail(.arrowWithoutParameters, at: current.range)
    case .colon where brackets.last?.isIndex == true: return fail(.colonInIndex, at: current.range)
    case .semicolon where brackets.last?.kind == .leftBracket:
      return fail(.semicolonInArray, at: current.range)
    case _ where current.kind.beginsOperand || current.kind == .not:
      for token in [previous, current] where token.kind == .name {
        let word = tree.source.text(token.range)
        if let hint = hintForForeignWord(word) {
          return fail(.foreignWord(word, hint: hint), at: token.range)
        }
      }
      let hint =
        previous.kind == .text || current.kind == .text
        ? "separate values with ','"
        : brackets.isEmpty
          ? "for a product write '*'" : "separate values with ',', write a product with '*'"
      return fail(.neighbours(quoted(previous), quoted(current), hint: hint), at: current.range)
    default: return nil
    }
  }

  /// What a message calls the current token.
  var found: String {
    switch current.kind {
    case .newline, .end: current.kind.spelling
    default: quoted(current)
    }
  }

  private func quoted(_ token: Token) -> String {
    "'\(shortened(tree.source.text(token.range)))'"
  }

  /// Whether a token is the first of its line.
  private func startsLine(_ token: Token) -> Bool {
    var index = Int(token.start)
    while index > 0 {
      switch lexer.bytes[index - 1] {
      case 0x20, 0x09: index -= 1
      case 0x0A: return true
      default: return false
      }
    }
    return true
  }

  // MARK: - Recovery

  /// Goes on to the end of a statement that failed: the next line end or `;` outside the brackets
  /// that are open, or a line that begins with the word of a statement, which no bracket holds.
  mutating func recover() {
    depth = 0
    scratch.removeAll(keepingCapacity: true)
    while true {
      switch current.kind {
      case .end:
        brackets.removeAll()
        lexer.newlineIsSpace = false
        return
      case .newline, .semicolon:
        if brackets.isEmpty { return }
      case .leftParenthesis, .leftBracket, .leftBrace:
        brackets.append(Bracket(kind: current.kind, offset: current.start))
      case .rightParenthesis, .rightBracket, .rightBrace:
        if let index = brackets.lastIndex(where: { $0.kind.closing == current.kind }) {
          brackets.removeSubrange(index...)
        }
      case _ where current.kind.beginsStatement && startsLine(current):
        // A `let` may stand in a block.
        if current.kind != .let || !brackets.contains(where: { $0.kind == .leftBrace }) {
          brackets.removeAll()
          lexer.newlineIsSpace = false
          return
        }
      default: break
      }
      lexer.newlineIsSpace = brackets.last.map { $0.kind != .leftBrace } ?? false
      advance()
    }
  }
}
