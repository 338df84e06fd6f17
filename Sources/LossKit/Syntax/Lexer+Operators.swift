extension Lexer {
  /// A token that begins with an ASCII character other than a letter or a digit.
  mutating func punctuation(_ byte: UInt8, after previous: TokenKind) -> Token {
    let start = position
    let next = self.byte(at: start + 1)

    func one(_ kind: TokenKind) -> Token {
      position = start + 1
      return token(kind, from: start)
    }
    func two(_ kind: TokenKind) -> Token {
      position = start + 2
      return token(kind, from: start)
    }
    func foreign(_ length: Int, _ instead: ForeignOperator) -> Token {
      position = start + length
      return invalid(
        .foreignOperator(text(from: start, to: position), instead), from: start)
    }

    let isBeforeEqual = next == UInt8(ascii: "=")
    switch byte {
    case UInt8(ascii: "("): return one(.leftParenthesis)
    case UInt8(ascii: ")"): return one(.rightParenthesis)
    case UInt8(ascii: "["): return one(.leftBracket)
    case UInt8(ascii: "]"): return one(.rightBracket)
    case UInt8(ascii: "{"): return one(.leftBrace)
    case UInt8(ascii: "}"): return one(.rightBrace)
    case UInt8(ascii: ","): return one(.comma)
    case UInt8(ascii: ";"): return one(.semicolon)
    case UInt8(ascii: "+"): return isBeforeEqual ? foreign(2, .compoundAssignment) : one(.plus)
    case UInt8(ascii: "-"):
      if next == UInt8(ascii: ">") { return two(.arrow) }
      return isBeforeEqual ? foreign(2, .compoundAssignment) : one(.minus)
    case UInt8(ascii: "*"):
      if next == UInt8(ascii: "*") { return two(.caret) }
      return isBeforeEqual ? foreign(2, .compoundAssignment) : one(.star)
    case UInt8(ascii: "/"):
      if next == UInt8(ascii: "/") { return foreign(2, .floorDivision) }
      return isBeforeEqual ? foreign(2, .compoundAssignment) : one(.slash)
    case UInt8(ascii: "%"): return isBeforeEqual ? foreign(2, .compoundAssignment) : one(.percent)
    case UInt8(ascii: "@"): return one(.matrixProduct)
    case UInt8(ascii: "^"): return isBeforeEqual ? foreign(2, .compoundAssignment) : one(.caret)
    case UInt8(ascii: "<"):
      if next == UInt8(ascii: ">") { return foreign(2, .notEqual) }
      return isBeforeEqual ? two(.lessOrEqual) : one(.less)
    case UInt8(ascii: ">"): return isBeforeEqual ? two(.greaterOrEqual) : one(.greater)
    case UInt8(ascii: "="):
      if next == UInt8(ascii: ">") { return foreign(2, .arrow) }
      guard isBeforeEqual else { return one(.equal) }
      return self.byte(at: start + 2) == UInt8(ascii: "=") ? foreign(3, .equal) : two(.equalEqual)
    case UInt8(ascii: "!"):
      if isBeforeEqual {
        return self.byte(at: start + 2) == UInt8(ascii: "=")
          ? foreign(3, .notEqual) : two(.notEqual)
      }
      return foreign(1, previous.endsOperand ? .factorial : .not)
    case UInt8(ascii: "~"): return isBeforeEqual ? two(.approximatelyEqual) : foreign(1, .not)
    case UInt8(ascii: "&"): return foreign(next == byte ? 2 : 1, .and)
    case UInt8(ascii: "|"):
      if previous.endsOperand { return foreign(next == byte ? 2 : 1, .or) }
      return next == byte ? foreign(2, .norm) : foreign(1, .absoluteValue)
    case UInt8(ascii: ":"): return isBeforeEqual ? foreign(2, .definition) : one(.colon)
    case UInt8(ascii: "?"): return foreign(1, .conditional)
    case UInt8(ascii: "'"): return foreign(1, previous.endsOperand ? .prime : .singleQuote)
    case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\"): return foreign(1, .none)
    case UInt8(ascii: "\""): return textLiteral()
    case UInt8(ascii: "."):
      if next == UInt8(ascii: ".") {
        switch self.byte(at: start + 2) {
        case UInt8(ascii: "."):
          position = start + 3
          return token(.closedRange, from: start)
        case UInt8(ascii: "<"):
          position = start + 3
          return token(.halfOpenRange, from: start)
        default: return foreign(2, .range)
        }
      }
      return next.isDigit ? number() : one(.dot)
    case 0:
      return start < bytes.count ? invalid(.nulByte, from: start) : token(.end, from: start)
    default:
      return invalid(.unexpectedCharacter(Unicode.Scalar(byte)), from: start)
    }
  }
}
