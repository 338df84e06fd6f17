/// Splits a text into tokens, one at a time as the parser asks for them.
///
/// No array of tokens is kept: what a line end means depends on the innermost bracket, which the
/// parser knows, and 50 MB of text would become hundreds of megabytes of tokens.
struct Lexer {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var names: NameTable
  /// The values of the number literals that were read.
  var numbers: [Double] = []
  /// The contents of the text literals that were read.
  var texts: [String] = []

  /// Whether a line end is a space: the innermost open bracket is `(` or `[`.
  var newlineIsSpace = false

  /// The `##` lines directly above the line whose first token was read last; empty if there are
  /// none.
  var documentation = SourceRange(start: 0, end: 0)

  /// What is wrong with the last token that was `invalid`.
  var problem = SyntaxProblem.nulByte

  init(bytes: UnsafeBufferPointer<UInt8>, names: NameTable) {
    self.bytes = bytes
    self.names = names
    if bytes.starts(with: Self.byteOrderMark) { position = Self.byteOrderMark.count }
    skipBlankLines()
  }

  /// The byte at an offset; 0, which no token contains, beyond the end.
  @inline(__always) func byte(at offset: Int) -> UInt8 {
    offset < bytes.count ? bytes[offset] : 0
  }

  /// Reads the next token.
  ///
  /// - Parameter previous: What was read before it: a line end after an operator is a space.
  mutating func next(after previous: TokenKind) -> Token {
    while true {
      let byte = byte(at: position)
      switch byte {
      case 0x20, 0x09, 0x0D, 0x0B, 0x0C:
        position += 1
      case 0x0A:
        if newlineIsSpace || previous.continuesLine {
          position += 1
        } else {
          let start = position
          position += 1
          skipBlankLines()
          if !nextWordContinuesLine {
            return Token(
              kind: .newline, start: UInt32(truncatingIfNeeded: start),
              end: UInt32(truncatingIfNeeded: start + 1))
          }
        }
      case 0x23:
        skipComment()
      case 0x30...0x39:
        return number()
      case 0x41...0x5A, 0x5F, 0x61...0x7A:
        return name()
      case 0x80...:
        if !skipUnicodeSpace() { return unicodeToken() }
      default:
        return punctuation(byte, after: previous)
      }
    }
  }

  /// Makes a token of the bytes from `start` up to the position.
  @inline(__always)
  func token(_ kind: TokenKind, from start: Int, value: UInt32 = 0) -> Token {
    Token(
      kind: kind, value: value, start: UInt32(truncatingIfNeeded: start),
      end: UInt32(truncatingIfNeeded: position))
  }

  /// Makes an invalid token of the bytes from `start` up to the position, at least one.
  mutating func invalid(_ problem: SyntaxProblem, from start: Int) -> Token {
    self.problem = problem
    position = min(max(position, start + 1), bytes.count)
    return token(.invalid, from: start)
  }

  /// The text between two offsets, for a message.
  func text(from start: Int, to end: Int) -> String {
    String(decoding: bytes[start..<min(max(start, end), bytes.count)], as: UTF8.self)
  }

  // MARK: - Names

  private mutating func name() -> Token {
    let start = position
    position += 1
    while byte(at: position).isNameByte { position += 1 }
    if byte(at: position) >= 0x80 { skipRestOfUnicodeName() }
    return named(from: start)
  }

  private mutating func named(from start: Int) -> Token {
    let symbol = names.intern(UnsafeBufferPointer(rebasing: bytes[start..<position])).index
    if symbol < UInt32(TokenKind.reservedWordCount),
      let word = TokenKind(rawValue: UInt8(truncatingIfNeeded: symbol))
    {
      return token(word, from: start, value: symbol)
    }
    return token(.name, from: start, value: symbol)
  }

  @inline(never)
  private mutating func skipRestOfUnicodeName() {
    while position < bytes.count {
      let (scalar, length) = decodeScalar(in: bytes, at: position)
      guard let scalar, scalar.continuesName else { return }
      position += length
    }
  }

  /// A token that begins with a character beyond ASCII.
  @inline(never)
  private mutating func unicodeToken() -> Token {
    let start = position
    let (decoded, length) = decodeScalar(in: bytes, at: position)
    guard let scalar = decoded else { return invalid(.invalidUTF8, from: start) }
    position += length
    switch scalar {
    case "×": return token(.star, from: start)
    case "·", "⋅": return token(.middleDot, from: start)
    case "≤": return token(.lessOrEqual, from: start)
    case "≥": return token(.greaterOrEqual, from: start)
    case "≠": return token(.notEqual, from: start)
    case "≈": return token(.approximatelyEqual, from: start)
    case "∇": return token(.nabla, from: start)
    case "∞": return token(.name, from: start, value: KnownName.inf.symbol.index)
    default: break
    }
    if scalar.beginsName {
      skipRestOfUnicodeName()
      if scalar == "π", position == start + length {
        return token(.name, from: start, value: KnownName.pi.symbol.index)
      }
      return named(from: start)
    }
    return invalid(.unexpectedCharacter(scalar), from: start)
  }
}
