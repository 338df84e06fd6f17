// The grammar. A statement ends at a line end, ';' or the end of the text; `list<x>` is one or more
// x with ',' between them. Words in quotes are reserved but for over, to, with and within.
//
//   text        = { statement }
//   statement   = "param" list<name "=" expression ["in" range]>
//               | "data" list<name "=" expression>
//               | list<name "=" expression>
//               | "let" definition
//               | "print" list<expression>
//               | assertion
//               | "check" expression ["within" expression]
//                 ["over" "(" list<name ("=" | "in") expression> ")"]
//               | "import" (text | name)
//               | "table" list<expression> "for" element
//               | "plot" list<expression> "for" list<element> ["to" text]      two elements at most
//               | "minimize" expression "over" list<name> ["with" "(" list<name "=" expression> ")"]
//               | ":set" words to the end of the line
//               | expression
//   assertion   = "assert" expression ["within" expression] ["," expression]
//   definition  = name ["(" [list<name ["=" expression]>] ")"] "=" expression
//   element     = name "in" operators
//
//   expression  = choice { "at" "(" list<name "=" expression> ")" }
//   choice      = "if" expression "then" expression "else" choice
//               | name "->" choice
//               | "(" [list<name>] ")" "->" choice
//               | operators
//   operators   = chains of the binary operators, by precedence:
//                   or; and; not (prefix); < <= > >= == != ~=; ..< ... (one); + -; * / % @ ·;
//                   + - (prefix); ^ (its right operand may be signed)
//   operand     = primary { "(" arguments ")" | "[" list<subscript> "]" | "." name }
//   primary     = number | text | name | "true" | "false"
//               | "(" list<expression> ")"                                     two or more: a tuple
//               | "[" [list<expression> [","]] "]" | "[" expression clauses "]"
//               | "{" { ("let" definition | assertion) separator } expression "}"
//               | "∇" (name | "(" list<expression> ")" | "∇" …)
//   arguments   = [list<[name "="] expression> [","]] | expression clauses { "," name "=" expression }
//   subscript   = expression | [operators] ("..." | "..<") [operators]
//   clauses     = "for" list<name ["," name] "in" operators> ["if" operators]

/// What parsing a text gives.
struct ParseResult: Sendable {
  /// The tree; a statement with an error is an `invalid` node in it.
  let tree: SyntaxTree
  /// At most `Parser.maximumErrorCount` errors, one a statement, in the order of the text.
  let errors: [LossError]
  /// Whether all that is wrong is that the text ends too early, so that a prompt can ask for the
  /// next line: a bracket is open, or an operator waits for its operand.
  let isUnfinished: Bool
}

/// Parses a text.
///
/// The symbols of its names are made in `symbols`, whose lock is held meanwhile.
func parse(
  _ source: Source, symbols: SymbolTable, limits: Limits = .standard
) -> ParseResult {
  let longest = min(limits.sourceBytes, Source.maximumLength)
  guard source.bytes.count <= longest else {
    let place = SourceRange(start: 0, end: 0)
    let error = LossError(SyntaxProblem.textTooLong(limit: longest), in: source, at: place)
    return ParseResult(tree: SyntaxTree(source: source), errors: [error], isUnfinished: false)
  }
  return symbols.withNames { names in
    source.bytes.withUnsafeBufferPointer { bytes in
      // Moved out and back, so that the table is not copied when the parser adds to it.
      var parser = Parser(
        source: source, bytes: bytes, names: names.take(),
        nestingLimit: min(limits.nesting, Parser.nestingLimit))
      let result = parser.parseText()
      names = parser.lexer.names
      return result
    }
  }
}

/// Ends the parsing of a statement; the parser has the problem.
struct ParseFailure: Error {}

/// A parser by recursive descent; binary operators by precedence.
struct Parser {
  /// How many constructs may lie inside one another: brackets, branches, functions, steps of a
  /// chain of calls.
  ///
  /// What comes after parsing may count on it.
  static let nestingLimit = 1000
  static let maximumErrorCount = 20

  /// An open bracket.
  struct Bracket {
    var kind: TokenKind
    var offset: UInt32
    /// Whether it opens an index, in which a range may lack an end.
    var isIndex = false
  }

  var lexer: Lexer
  var tree: SyntaxTree
  var current: Token
  /// What was read before `current`.
  var previous: Token
  var brackets: [Bracket] = []
  /// The items of lists that are not complete, innermost last.
  ///
  /// They move to `tree.lists` as a whole: the lists of a tree are contiguous.
  var scratch: [UInt32] = []
  var depth = 0
  var errors: [LossError] = []
  var isUnfinished = false
  private let nestingLimit: Int
  private let stack = StackGuard()

  init(
    source: Source, bytes: UnsafeBufferPointer<UInt8>, names: NameTable,
    nestingLimit: Int = Parser.nestingLimit
  ) {
    self.nestingLimit = nestingLimit
    lexer = Lexer(bytes: bytes, names: names)
    tree = SyntaxTree(source: source)
    // Pages that are never written cost nothing; growing by copies does.
    tree.nodes.reserveCapacity(bytes.count / 2)
    tree.lists.reserveCapacity(bytes.count)
    previous = Token(kind: .newline, start: 0, end: 0)
    current = lexer.next(after: .newline)
  }

  // MARK: - Tokens

  @inline(__always) mutating func advance() {
    previous = current
    current = lexer.next(after: previous.kind)
  }

  /// Passes over a token that must be there.
  mutating func consume(_ kind: TokenKind) throws(ParseFailure) {
    guard current.kind == kind else { throw unexpected(.token(kind)) }
    advance()
  }

  /// Whether the current token is a word that only some statements know.
  func isAt(_ word: KnownName) -> Bool {
    current.kind == .name && current.value == word.symbol.index
  }

  /// Passes over an opening bracket.
  mutating func open() {
    brackets.append(Bracket(kind: current.kind, offset: current.start))
    lexer.newlineIsSpace = current.kind != .leftBrace
    advance()
  }

  /// Passes over the bracket that closes the innermost open one.
  mutating func close() throws(ParseFailure) {
    guard let closing = brackets.last?.kind.closing else { throw unexpected(.endOfStatement) }
    guard current.kind == closing else {
      throw unexpected(closing == .rightBrace ? .token(closing) : .commaOr(closing))
    }
    brackets.removeLast()
    lexer.newlineIsSpace = brackets.last.map { $0.kind != .leftBrace } ?? false
    advance()
  }

  /// Passes over a name that something is called by.
  mutating func name(
    of named: SyntaxProblem.Expectation.Named
  ) throws(ParseFailure) -> (symbol: Symbol, range: SourceRange) {
    guard current.kind == .name else {
      if current.kind.isReservedWord {
        throw fail(.reservedWord(current.kind.spelling), at: current.range)
      }
      throw unexpected(.name(of: named))
    }
    let name = (Symbol(index: current.value), current.range)
    advance()
    return name
  }

  /// Passes over a name that gets a meaning.
  mutating func definedName(
    of named: SyntaxProblem.Expectation.Named
  ) throws(ParseFailure) -> (symbol: Symbol, range: SourceRange) {
    let name = try name(of: named)
    if name.symbol == KnownName.lastValue.symbol { throw fail(.lastValueDefined, at: name.range) }
    return name
  }

  // MARK: - Nesting

  /// Goes one level deeper; the caller goes back by `depth -= 1`, unless it fails.
  @inline(__always) mutating func enter() throws(ParseFailure) {
    depth += 1
    if depth > nestingLimit || stack.isExhausted { throw tooDeep() }
  }

  private mutating func tooDeep() -> ParseFailure {
    depth > nestingLimit
      ? fail(.nestedTooDeeply(limit: nestingLimit), at: current.range)
      : fail(.stackExhausted, at: current.range)
  }

  // MARK: - Nodes

  @inline(__always)
  mutating func node(
    _ kind: Node.Kind, detail: UInt8 = 0, from start: UInt32, _ a: UInt32, _ b: UInt32 = 0
  ) -> NodeID {
    node(kind, detail: detail, range: SourceRange(start: start, end: previous.end), a, b)
  }

  @inline(__always)
  mutating func node(
    _ kind: Node.Kind, detail: UInt8 = 0, range: SourceRange, _ a: UInt32, _ b: UInt32 = 0
  ) -> NodeID {
    tree.nodes.append(Node(kind: kind, detail: detail, range: range, a: a, b: b))
    return NodeID(index: UInt32(truncatingIfNeeded: tree.nodes.count - 1))
  }

  /// Moves the items that were collected since `base` into a list of the tree.
  mutating func list(from base: Int) -> UInt32 {
    let offset = tree.lists.count
    let count = scratch.count - base
    tree.lists.append(UInt32(truncatingIfNeeded: count))
    // A loop: most lists are too short for a copy of a range to pay.
    for index in base..<base + count { tree.lists.append(scratch[index]) }
    scratch.removeLast(count)
    return UInt32(truncatingIfNeeded: offset)
  }

  /// A list of items that are known.
  mutating func list(_ items: UInt32...) -> UInt32 {
    let base = scratch.count
    scratch.append(contentsOf: items)
    return list(from: base)
  }

  /// Whether a node is a name alone, without brackets: what can be a label or a parameter.
  func isBareName(_ id: NodeID, from start: UInt32) -> Bool {
    let node = tree[id]
    return node.kind == .name && node.range.start == start && node.range.end == previous.end
  }

  /// Fails where one of the names that were collected since `base`, one every `stride` items with
  /// its offset after it, stands twice.
  mutating func checkDistinct(from base: Int, stride: Int) throws(ParseFailure) {
    let count = (scratch.count - base) / stride
    guard count > 1 else { return }
    // Pairs are compared while they are few, so that the usual call makes no set.
    var seen: Set<UInt32> = []
    for position in 0..<count {
      let symbol = scratch[base + position * stride]
      guard symbol != Symbol.none.index, symbol != KnownName.lastValue.symbol.index else {
        continue
      }
      let isRepeated =
        count > 8
        ? !seen.insert(symbol).inserted
        : (0..<position).contains { scratch[base + $0 * stride] == symbol }
      guard isRepeated else { continue }
      let name = lexer.names.name(of: Symbol(index: symbol))
      let start = scratch[base + position * stride + 1]
      let end = start &+ UInt32(truncatingIfNeeded: name.utf8.count)
      throw fail(.repeatedName(name), at: SourceRange(start: start, end: end))
    }
  }
}
