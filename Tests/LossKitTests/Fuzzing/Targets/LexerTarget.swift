@testable import LossKit

/// The lexer: tokens lie within the text, in its order, and nothing but spaces, comments and line
/// ends lies between them.
enum LexerTarget {
  static func run(_ input: [UInt8]) throws {
    for reading in Reading.allCases {
      let tokens = try tokens(of: input, reading)
      let again = try self.tokens(of: input, reading)
      try require(
        tokens.elementsEqual(again) {
          $0.kind == $1.kind && $0.value == $1.value && $0.range == $1.range
        }, "a second reading (\(reading)) gives other tokens")
    }
    try highlight(input, SyntaxHighlighter())
    try highlight(input, SyntaxHighlighter(definedNames: ["x", "ce"]))
  }

  /// Where a line end is a space: what the parser tells the lexer by the open brackets.
  private enum Reading: CaseIterable { case statements, insideBrackets, byBrackets }

  private static func tokens(of input: [UInt8], _ reading: Reading) throws -> [Token] {
    try input.withUnsafeBufferPointer { bytes in
      var lexer = Lexer(bytes: bytes, names: NameTable())
      lexer.newlineIsSpace = reading == .insideBrackets
      var tokens: [Token] = []
      var brackets: [TokenKind] = []
      var previous = TokenKind.newline
      var end = 0
      while previous != .end {
        let token = lexer.next(after: previous)
        try check(token, after: end, lexer)
        // What is wrong may lie within a literal, whose other parts then belong to no token.
        if token.kind != .invalid, tokens.last?.kind != .invalid {
          try requireTrivia(lexer.bytes, from: end, to: Int(token.start))
        }
        tokens.append(token)
        end = Int(token.end)
        previous = token.kind
        if reading == .byBrackets {
          if token.kind.closing != nil { brackets.append(token.kind) }
          if token.kind.isClosingBracket { _ = brackets.popLast() }
          lexer.newlineIsSpace = brackets.last.map { $0 != .leftBrace } ?? false
        }
      }
      try require(end == input.count, "the last token ends at \(end) of \(input.count)")
      return tokens
    }
  }

  private static func check(_ token: Token, after end: Int, _ lexer: Lexer) throws {
    let (start, stop) = (Int(token.start), Int(token.end))
    let words = "\(token.kind) at \(start)..<\(stop)"
    try require(end <= start && stop <= lexer.bytes.count, "\(words) after \(end)")
    try require(start < stop || token.kind == .end, "\(words) is empty")
    try require(lexer.position >= stop, "\(words), but the lexer is at \(lexer.position)")
    switch token.kind {
    case .number: try require(Int(token.value) < lexer.numbers.count, "\(words) has no value")
    case .text: try require(Int(token.value) < lexer.texts.count, "\(words) has no value")
    case .name:
      let name = lexer.names.name(of: Symbol(index: token.value))
      let text = lexer.text(from: start, to: stop)
      // Equal by canonical equivalence; the symbols for two constants are names of theirs.
      try require(name == text || text == "π" || text == "∞", "'\(text)' is the name '\(name)'")
    case .invalid: try require(!lexer.problem.message.isEmpty, "\(words) has no problem")
    case .newline: try require(lexer.bytes[start] == 0x0A, "\(words) is no line end")
    case _ where token.kind.isReservedWord:
      let text = lexer.text(from: start, to: stop)
      try require(text == token.kind.spelling, "'\(text)' is the word '\(token.kind.spelling)'")
    default: break
    }
  }

  /// Spaces, line ends and comments, by a reading of its own.
  private static func requireTrivia(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) throws {
    var rest = bytes[start..<end]
    if start == 0, rest.starts(with: Lexer.byteOrderMark) { rest = rest.dropFirst(3) }
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "#"): rest = rest.drop { $0 != 0x0A }
      case 0x09...0x0D, 0x20: rest = rest.dropFirst()
      default:
        let (scalar, length) = decodeScalar(in: bytes, at: rest.startIndex)
        try require(
          byte >= 0x80 && scalar?.isUnicodeSpace == true,
          "byte \(byte) at \(rest.startIndex) is passed over")
        rest = rest.dropFirst(length)
      }
    }
  }

  private static func highlight(_ input: [UInt8], _ highlighter: SyntaxHighlighter) throws {
    let highlighting = highlighter.highlighting(of: input)
    var end = 0
    for span in highlighting.spans {
      try require(
        end <= span.range.lowerBound && !span.range.isEmpty && span.range.upperBound <= input.count,
        "\(span) after \(end) of \(input.count)")
      end = span.range.upperBound
    }
    for (place, partner) in highlighting.partners {
      try require(
        highlighting.partners[partner] == place && input.indices.contains(place),
        "the bracket at \(place) has the partner \(partner)")
    }
  }
}
