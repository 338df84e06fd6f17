/// One walk over the tokens of a text, which gives each its role.
///
/// A parser would know better what a name is, but a line that is being typed hardly ever parses. What
/// binds a name is therefore read from the tokens beside it, and in doubt a name is not unknown.
struct HighlightingWalk {
  private struct Bracket {
    var kind: TokenKind
    var offset: Int
    /// Whether only names and commas were seen directly inside it: what may be parameters.
    var isNameList = true
    /// Whether it holds the parameters of a `let`.
    var holdsParameters = false
    var hasFor = false
  }

  /// A name that may turn out to be unknown.
  private struct Candidate {
    var span: Int
    var symbol: UInt32
  }

  /// A token that was passed, or where none was the start of the text.
  private struct Passed {
    var kind = TokenKind.newline
    var symbol: UInt32 = .max
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let definedNames: Set<String>?
  private var lexer: Lexer
  private var spans: [SyntaxSpan] = []
  private var partners: [Int: Int] = [:]
  private var open: [Bracket] = []
  private var bound: Set<UInt32> = []
  private var candidates: [Candidate] = []
  /// The last three tokens, the latest first.
  private var passed = (Passed(), Passed(), Passed())
  /// The word that the statement begins with, and whether what may bind its names was seen.
  private var statementWord = TokenKind.newline
  private var statementHasFor = false
  private var statementStart = 0
  /// Where the operand begins that the text ends with so far: it may yet become a parameter.
  private var unsettled = Int.max

  init(bytes: UnsafeBufferPointer<UInt8>, definedNames: Set<String>?) {
    self.bytes = bytes
    self.definedNames = definedNames
    lexer = Lexer(bytes: bytes, names: Self.languageNames.table)
  }

  /// A table that knows the names of the language, and the roles of those.
  private static let languageNames: (table: NameTable, roles: [UInt32: SyntaxRole]) = {
    var table = NameTable()
    var roles: [UInt32: SyntaxRole] = [:]
    for builtin in Builtins.all {
      var name = builtin.name
      let symbol = name.withUTF8 { table.intern($0) }
      let isConstant = if case .constant = builtin.implementation { true } else { false }
      roles[symbol.index] = isConstant ? .constant : .builtin
    }
    return (table, roles)
  }()

  mutating func run() -> SyntaxHighlighting {
    // The lexer has passed over the first blank lines.
    var end = bytes.starts(with: Lexer.byteOrderMark) ? Lexer.byteOrderMark.count : 0
    while true {
      let token = lexer.next(after: passed.0.kind)
      let literal = passGap(from: end, to: Int(token.start))
      if token.kind == .end { break }
      end = pass(token, literal: literal)
    }
    resolveCandidates()
    return SyntaxHighlighting(
      spans: spans, partners: partners, endsInsideBracket: !open.isEmpty)
  }

  // MARK: Tokens

  /// Gives a token its role; the answer is where the next gap begins.
  private mutating func pass(_ token: Token, literal: Int?) -> Int {
    let range = Int(token.start)..<Int(token.end)
    if isAtStatementStart, token.kind != .newline, token.kind != .semicolon {
      statementWord = token.kind
      statementHasFor = false
      statementStart = range.lowerBound
      if token.kind == .colon { return passCommand(from: range.lowerBound) }
    }
    let end = token.kind == .invalid ? passInvalid(range, literal: literal) : range.upperBound
    unsettled = .max
    switch token.kind {
    case .invalid, .newline: break
    case .number: add(range, .number)
    case .text: add(range, .text)
    case .true, .false: add(range, .constant)
    case .name: passName(token, range)
    case .leftParenthesis, .leftBracket, .leftBrace: passOpening(token.kind, range)
    case .rightParenthesis, .rightBracket, .rightBrace: passClosing(token.kind, range)
    case _ where token.kind.isReservedWord: passWord(token.kind, range)
    default: passOperator(token.kind, range)
    }
    if let last = open.indices.last, token.kind != .name, token.kind != .comma,
      open[last].offset != range.lowerBound
    {
      open[last].isNameList = false
    }
    passed = (Passed(kind: token.kind, symbol: token.value), passed.0, passed.1)
    return end
  }

  private var isAtStatementStart: Bool {
    let isAfterEnd = passed.0.kind == .newline || passed.0.kind == .semicolon
    return open.isEmpty ? isAfterEnd : isAfterEnd && open[open.count - 1].kind == .leftBrace
  }

  private mutating func add(_ range: Range<Int>, _ role: SyntaxRole) {
    if !range.isEmpty { spans.append(SyntaxSpan(range: range, role: role)) }
  }

  private mutating func passWord(_ kind: TokenKind, _ range: Range<Int>) {
    add(range, .keyword)
    if kind == .for {
      if open.isEmpty { statementHasFor = true } else { open[open.count - 1].hasFor = true }
    } else if kind == .in, passed.0.kind == .name {
      bound.insert(passed.0.symbol)
      // `for i, v in x` names two.
      if passed.1.kind == .comma, passed.2.kind == .name,
        open.last?.hasFor ?? statementHasFor
      {
        bound.insert(passed.2.symbol)
      }
    }
  }

  private mutating func passName(_ token: Token, _ range: Range<Int>) {
    if passed.0.kind == .dot { return add(range, .field) }
    if passed.0.kind == .import { return add(range, .name) }
    if isContextualWord(token.value) {
      if token.value == KnownName.over.symbol.index { statementHasFor = true }
      return add(range, .keyword)
    }
    if let role = Self.languageNames.roles[token.value] { return add(range, role) }
    if passed.0.kind == .let { bound.insert(token.value) }
    if open.last?.holdsParameters == true,
      passed.0.kind == .comma || passed.0.kind == .leftParenthesis
    {
      bound.insert(token.value)
    }
    unsettled = range.lowerBound
    candidates.append(Candidate(span: spans.count, symbol: token.value))
    add(range, .name)
  }

  /// Words that only some statements know, where an operand has just ended.
  private func isContextualWord(_ symbol: UInt32) -> Bool {
    guard open.isEmpty, passed.0.kind.endsOperand else { return false }
    switch statementWord {
    case .check, .assert:
      return symbol == KnownName.within.symbol.index || symbol == KnownName.over.symbol.index
    case .plot: return symbol == KnownName.to.symbol.index
    case .minimize:
      return symbol == KnownName.over.symbol.index || symbol == KnownName.with.symbol.index
    default: return false
    }
  }

  private mutating func passOperator(_ kind: TokenKind, _ range: Range<Int>) {
    add(range, kind == .nabla ? .builtin : .operation)
    guard kind == .equal || kind == .arrow else { return }
    if passed.0.kind == .name {
      bound.insert(passed.0.symbol)
    } else if kind == .arrow, passed.0.kind == .rightParenthesis, let list = lastNameList {
      // Lists of names lie beside each other, so that no name is looked at twice.
      for candidate in candidates.reversed() {
        guard spans[candidate.span].range.lowerBound > list else { break }
        bound.insert(candidate.symbol)
      }
    }
  }

  // MARK: Brackets

  /// Where the bracket opens that was closed last, if it held names alone.
  private var lastNameList: Int?

  private mutating func passOpening(_ kind: TokenKind, _ range: Range<Int>) {
    add(range, .bracket)
    var bracket = Bracket(kind: kind, offset: range.lowerBound)
    bracket.holdsParameters =
      kind == .leftParenthesis && passed.0.kind == .name && passed.1.kind == .let
    if !open.isEmpty { open[open.count - 1].isNameList = false }
    open.append(bracket)
    lexer.newlineIsSpace = kind != .leftBrace
  }

  private mutating func passClosing(_ kind: TokenKind, _ range: Range<Int>) {
    lastNameList = nil
    guard let bracket = open.last, bracket.kind.closing == kind else {
      return add(range, .unmatchedBracket)
    }
    add(range, .bracket)
    open.removeLast()
    lexer.newlineIsSpace = open.last.map { $0.kind != .leftBrace } ?? false
    partners[bracket.offset] = range.lowerBound
    partners[range.lowerBound] = bracket.offset
    if bracket.isNameList { lastNameList = bracket.offset }
    unsettled = bracket.isNameList ? bracket.offset : .max
  }

  // MARK: Commands, comments and what is broken

  private mutating func passCommand(from start: Int) -> Int {
    let words = lexer.commandWords()
    var end = start + 1
    if let first = words.first, Int(first.start) == end { end = Int(first.end) }
    add(start..<end, .command)
    for word in words where Int(word.start) >= end {
      add(Int(word.start)..<Int(word.end), .commandWord)
      end = Int(word.end)
    }
    passed = (Passed(kind: .text), passed.0, passed.1)
    return max(end, lexer.position)
  }

  /// The comments between two tokens; where a text literal begins of which the second is a part.
  private mutating func passGap(from start: Int, to end: Int) -> Int? {
    var position = start
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "#"):
        let comment = position
        while position < end, bytes[position] != 0x0A { position += 1 }
        let isDocumentation =
          position - comment > 1 && bytes[comment + 1] == UInt8(ascii: "#")
          && (position - comment == 2 || bytes[comment + 2] != UInt8(ascii: "#"))
        add(comment..<position, isDocumentation ? .documentation : .comment)
      case UInt8(ascii: "\""): return position
      default: position += 1
      }
    }
    return nil
  }

  private mutating func passInvalid(_ range: Range<Int>, literal: Int?) -> Int {
    if let literal {
      // A text with a wrong escape, or with bytes that are not UTF-8.
      add(literal..<range.lowerBound, .text)
      add(range, .invalid)
      let rest = range.upperBound..<max(range.upperBound, lexer.position)
      add(rest, .text)
      return rest.upperBound
    }
    // A text that is being typed has no end yet.
    if bytes[range.lowerBound] == UInt8(ascii: "\"") {
      add(range, .text)
      return max(range.upperBound, lexer.position)
    }
    // `2(x + 1)`: the bracket is a bracket all the same.
    if range.count > 1, bytes[range.upperBound - 1] == UInt8(ascii: "(") {
      add(range.lowerBound..<range.upperBound - 1, .invalid)
      lexer.position = range.upperBound - 1
      return lexer.position
    }
    add(range, .invalid)
    return range.upperBound
  }

  // MARK: Names

  private mutating func resolveCandidates() {
    guard let definedNames else { return }
    // What stands in an open bracket may yet be bound by a `for` or an arrow, what begins a `table`
    // by its `for`.
    let unclosed = open.first?.offset ?? .max
    let awaitsFor =
      switch statementWord {
      case .table, .plot, .check: !statementHasFor
      default: false
      }
    let limit = min(unclosed, unsettled, awaitsFor ? statementStart : .max)
    var known: [UInt32: Bool] = [:]
    for candidate in candidates {
      let isDefined =
        known[candidate.symbol]
        ?? definedNames.contains(lexer.names.name(of: Symbol(index: candidate.symbol)))
      known[candidate.symbol] = isDefined
      let range = spans[candidate.span].range
      let role: SyntaxRole
      if isDefined {
        role = .definedName
      } else if bound.contains(candidate.symbol) || range.lowerBound >= limit {
        continue
      } else {
        role = .unknownName
      }
      spans[candidate.span] = SyntaxSpan(range: range, role: role)
    }
  }
}
