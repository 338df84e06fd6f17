/// A token with what stands around it that the tree does not keep.
struct FormatToken {
  var kind: TokenKind
  var range: SourceRange
  /// The comments on lines of their own between the token before and this one.
  var leading: [FormatComment] = []
  /// The comment that ends the token's line.
  var trailing: FormatComment?
  /// Whether an empty line stands directly above it (below its `leading` comments).
  var isBelowBlankLine = false
  /// Whether the token is the first of its line.
  var startsLine = false
  /// Whether a `;` stands between the token before and this one.
  var followsSemicolon = false
}

/// A comment, from its `#` to the last character that is no space.
struct FormatComment {
  var range: SourceRange
  /// The column that it began in, counted from 1.
  var column: Int
  /// Whether an empty line stands directly above it.
  var isBelowBlankLine = false
  /// Whether it goes on with the comment at the end of the line above, in whose column it begins.
  var continuesComment = false
}

/// Reads a text that has no syntax errors as tokens; line ends and `;` are marks of the token after
/// them.
struct FormatTokenReader {
  private let source: Source
  private var lexer: Lexer
  private var tokens: [FormatToken] = []
  /// Up to where the text was read.
  private var position = 0
  private var next = FormatToken(
    kind: .end, range: SourceRange(start: 0, end: 0), startsLine: true)
  /// Line ends since the last token or comment.
  private var lineEnds = 1
  private var lastComment: (line: Int, column: Int)?

  /// The tokens of a text, the end of the text as the last one.
  static func tokens(of source: Source) -> [FormatToken] {
    source.bytes.withUnsafeBufferPointer { bytes in
      var reader = FormatTokenReader(source: source, bytes: bytes)
      reader.read()
      return reader.tokens
    }
  }

  private init(source: Source, bytes: UnsafeBufferPointer<UInt8>) {
    self.source = source
    if bytes.starts(with: Lexer.byteOrderMark) { position = Lexer.byteOrderMark.count }
    lexer = Lexer(bytes: bytes, names: NameTable())
  }

  private mutating func read() {
    // The lexer asks the parser what a line end means; here the brackets say it.
    var brackets: [TokenKind] = []
    var previous = TokenKind.newline
    while true {
      let token = lexer.next(after: previous)
      scan(upTo: Int(token.start))
      switch token.kind {
      case .newline: break
      case .semicolon:
        next.followsSemicolon = true
        position = Int(token.end)
      default:
        let beginsCommand =
          token.kind == .colon && (previous == .newline || previous == .semicolon)
        add(token.kind, token.range)
        if token.kind == .end { return }
        if beginsCommand { for word in lexer.commandWords() { addWord(word) } }
      }
      if token.kind.closing != nil {
        brackets.append(token.kind)
      } else if token.kind.isClosingBracket {
        _ = brackets.popLast()
      }
      lexer.newlineIsSpace = brackets.last.map { $0 != .leftBrace } ?? false
      previous = token.kind
    }
  }

  private mutating func addWord(_ range: SourceRange) {
    scan(upTo: Int(range.start))
    add(.name, range)
  }

  private mutating func add(_ kind: TokenKind, _ range: SourceRange) {
    next.kind = kind
    next.range = range
    next.isBelowBlankLine = lineEnds > 1
    tokens.append(next)
    next = FormatToken(kind: .end, range: range)
    position = Int(range.end)
    lineEnds = 0
  }

  /// Notes the line ends and comments up to a token.
  private mutating func scan(upTo end: Int) {
    while position < end {
      switch lexer.byte(at: position) {
      case 0x0A:
        lineEnds += 1
        next.startsLine = true
        position += 1
      case 0x23: comment()
      default: position += 1
      }
    }
  }

  private mutating func comment() {
    let start = position
    var end = start
    while position < lexer.bytes.count, lexer.bytes[position] != 0x0A {
      position += 1
      if !Self.spaces.contains(lexer.bytes[position - 1]) { end = position }
    }
    let range = SourceRange(
      start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end))
    let line = source.line(at: range.start)
    var comment = FormatComment(
      range: range, column: source.column(at: range.start), isBelowBlankLine: lineEnds > 1)
    if lineEnds == 0, let last = tokens.indices.last {
      tokens[last].trailing = comment
      lastComment = (line, comment.column)
    } else {
      if let lastComment, lastComment == (line - 1, comment.column) {
        comment.continuesComment = true
        self.lastComment = (line, comment.column)
      } else {
        lastComment = nil
      }
      next.leading.append(comment)
    }
    lineEnds = 0
  }

  private static let spaces: Set<UInt8> = [0x09, 0x0B, 0x0C, 0x0D, 0x20]
}
