// MARK: - Numbers

extension Lexer {
  /// The powers of ten that are doubles without rounding.
  private static let exactPowersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  mutating func number() -> Token {
    let start = position
    if bytes[start] == 0x30, byte(at: start + 1) | 0x20 == UInt8(ascii: "x") {
      return hexadecimalNumber(from: start)
    }
    var digits = DecimalDigits()
    var isWellFormed = skipDigits { digits.add($0) }
    if byte(at: position) == UInt8(ascii: "."), byte(at: position + 1) != UInt8(ascii: ".") {
      guard byte(at: position + 1).isDigit else {
        let digits = text(from: start, to: position)
        position += 1
        return invalid(.pointWithoutDigit(digits), from: start)
      }
      position += 1
      digits.beginFraction()
      isWellFormed = skipDigits { digits.add($0) } && isWellFormed
    }
    var exponent = 0
    if byte(at: position) | 0x20 == UInt8(ascii: "e") {
      let sign = byte(at: position + 1)
      let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
      if byte(at: position + (isSigned ? 2 : 1)).isDigit {
        position += isSigned ? 2 : 1
        isWellFormed =
          skipDigits { exponent = min(exponent * 10 + Int($0 &- 0x30), 100_000) } && isWellFormed
        if sign == UInt8(ascii: "-") { exponent = -exponent }
      }
    }
    guard isWellFormed else { return malformedNumber(from: start) }
    if let fault = faultAfterNumber(from: start) { return fault }

    // Clinger's fast path: an integer below 2^53 times or over an exact power of ten is rounded
    // once, so it is the nearest double. The rest goes through the standard library.
    let scale = exponent - digits.pointPlace
    if digits.isExact, digits.value <= 1 << 53, abs(scale) < Self.exactPowersOfTen.count {
      let value = Double(digits.value)
      let power = Self.exactPowersOfTen[abs(scale)]
      return literal(scale < 0 ? value / power : value * power, from: start)
    }
    return literal(spelled: start)
  }

  /// The digits of a decimal number as an integer, as far as they fit.
  private struct DecimalDigits {
    var value: UInt64 = 0
    /// How many digits stood after the point; counts once it was set to 0.
    var pointPlace = 0
    var isExact = true
    private var hasPoint = false

    @inline(__always) mutating func add(_ digit: UInt8) {
      if value > (UInt64.max - 9) / 10 {
        isExact = false
      } else {
        value = value * 10 + UInt64(digit &- 0x30)
      }
      if hasPoint { pointPlace &+= 1 }
    }

    @inline(__always) mutating func beginFraction() { hasPoint = true }
  }

  /// Skips digits with single `_` between them; false where a `_` has no digit on each side.
  @inline(__always)
  private mutating func skipDigits(_ visit: (UInt8) -> Void) -> Bool {
    while true {
      let byte = byte(at: position)
      if byte.isDigit {
        visit(byte)
        position += 1
      } else if byte == UInt8(ascii: "_") {
        guard self.byte(at: position - 1).isDigit, self.byte(at: position + 1).isDigit else {
          return false
        }
        position += 1
      } else {
        return true
      }
    }
  }

  private mutating func hexadecimalNumber(from start: Int) -> Token {
    position = start + 2
    var count = skipHexDigits()
    if byte(at: position) == UInt8(ascii: "."), byte(at: position + 1).isHexDigit {
      position += 1
      count += skipHexDigits()
    }
    if byte(at: position) | 0x20 == UInt8(ascii: "p") {
      position += 1
      if byte(at: position) == UInt8(ascii: "+") || byte(at: position) == UInt8(ascii: "-") {
        position += 1
      }
      guard byte(at: position).isDigit else { return malformedNumber(from: start) }
      while byte(at: position).isDigit { position += 1 }
    }
    guard count > 0 else { return malformedNumber(from: start) }
    if let fault = faultAfterNumber(from: start) { return fault }
    return literal(spelled: start)
  }

  private mutating func skipHexDigits() -> Int {
    var count = 0
    while byte(at: position).isHexDigit
      || byte(at: position) == UInt8(ascii: "_") && count > 0 && byte(at: position + 1).isHexDigit
    {
      position += 1
      count += 1
    }
    return count
  }

  private mutating func malformedNumber(from start: Int) -> Token {
    while byte(at: position).isNameByte { position += 1 }
    return invalid(.malformedNumber(text(from: start, to: position)), from: start)
  }

  /// What is wrong where a number runs into a name (`2x`) or a bracket (`2(x + 1)`).
  @inline(__always)
  private mutating func faultAfterNumber(from start: Int) -> Token? {
    let next = byte(at: position)
    guard next.isNameStart || next >= 0x80 || next == UInt8(ascii: "(") else { return nil }
    return productOfNeighbours(next, from: start)
  }

  @inline(never)
  private mutating func productOfNeighbours(_ next: UInt8, from start: Int) -> Token? {
    let end = position
    if next == UInt8(ascii: "(") {
      position += 1
      return invalid(.productOfNeighbours(text(from: start, to: end), "(…)"), from: start)
    }
    while position < bytes.count {
      let (scalar, length) = decodeScalar(in: bytes, at: position)
      guard let scalar, scalar.continuesName else { break }
      position += length
    }
    guard position > end else { return nil }
    return invalid(
      .productOfNeighbours(text(from: start, to: end), text(from: end, to: position)), from: start)
  }

  /// A number that the standard library reads, from its spelling between `start` and the position.
  private mutating func literal(spelled start: Int) -> Token {
    let spelling = String(
      decoding: bytes[start..<position].lazy.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    guard let value = Double(spelling) else { return malformedNumber(from: start) }
    guard value.isFinite else {
      return invalid(.numberTooLarge(text(from: start, to: position)), from: start)
    }
    return literal(value, from: start)
  }

  private mutating func literal(_ value: Double, from start: Int) -> Token {
    numbers.append(value)
    return token(.number, from: start, value: UInt32(truncatingIfNeeded: numbers.count - 1))
  }
}

// MARK: - Texts

extension Lexer {
  mutating func textLiteral() -> Token {
    let start = position
    position += 1
    let contents = position
    var hasEscapes = false
    while true {
      switch byte(at: position) {
      case UInt8(ascii: "\""):
        let end = position
        position += 1
        return hasEscapes
          ? escapedText(from: start, contents: contents..<end)
          : text(Array(bytes[contents..<end]), from: start)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        // The escaped character is passed over, lest \" end the text; a line end is not.
        position += byte(at: position + 1) == 0x0A || position + 1 >= bytes.count ? 1 : 2
      case 0x0A:
        return invalid(.unterminatedText, from: start)
      case 0:
        guard position >= bytes.count else {
          position += 1
          return invalid(.nulByte, from: position - 1)
        }
        return invalid(.unterminatedText, from: start)
      default:
        position += 1
      }
    }
  }

  private mutating func escapedText(from start: Int, contents: Range<Int>) -> Token {
    var result: [UInt8] = []
    var index = contents.lowerBound
    while index < contents.upperBound {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      let escape = self.byte(at: index)
      index += 1
      switch escape {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result.append(escape)
      case UInt8(ascii: "u"):
        let end = bytes[index..<contents.upperBound].firstIndex(of: UInt8(ascii: "}"))
        let digits = end.map { text(from: index, to: $0).dropFirst() } ?? ""
        guard let end, self.byte(at: index) == UInt8(ascii: "{"), digits.count <= 8,
          digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16),
          let scalar = Unicode.Scalar(value)
        else {
          return invalidEscape(from: index - 2, to: end.map { $0 + 1 } ?? index)
        }
        result += Array(String(scalar).utf8)
        index = end + 1
      default:
        let length = index - 1 < bytes.count ? decodeScalar(in: bytes, at: index - 1).length : 0
        return invalidEscape(from: index - 2, to: index - 1 + length)
      }
    }
    return text(result, from: start)
  }

  /// The token covers the escape alone; what is left of the text is passed over.
  private mutating func invalidEscape(from start: Int, to end: Int) -> Token {
    // A long run after \u{ is no help in a message.
    let end = min(end, start + 16)
    var token = invalid(.invalidEscape(text(from: start, to: end)), from: start)
    token.end = UInt32(truncatingIfNeeded: end)
    return token
  }

  private mutating func text(_ contents: [UInt8], from start: Int) -> Token {
    guard let value = String(validating: contents, as: UTF8.self) else {
      var place = start
      while place < position {
        let (scalar, length) = decodeScalar(in: bytes, at: place)
        if scalar == nil { break }
        place += length
      }
      var token = invalid(.invalidUTF8, from: place)
      token.end = token.start + 1
      return token
    }
    texts.append(value)
    return token(.text, from: start, value: UInt32(truncatingIfNeeded: texts.count - 1))
  }
}
