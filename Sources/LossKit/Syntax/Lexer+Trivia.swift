extension Lexer {
  /// Skips blank lines and comments from the start of a line on, and notes the `##` lines that
  /// stand directly above what follows.
  mutating func skipBlankLines() {
    documentation = SourceRange(start: 0, end: 0)
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0D, 0x0B, 0x0C:
        position += 1
      case 0x0A:
        position += 1
        documentation = SourceRange(start: 0, end: 0)
      case 0x23:
        let start = position
        skipComment()
        // A line of three or more # is a rule between sections, not documentation.
        if byte(at: start + 1) == 0x23, byte(at: start + 2) != 0x23 {
          if documentation.end == 0 { documentation.start = UInt32(truncatingIfNeeded: start) }
          documentation.end = UInt32(truncatingIfNeeded: position)
        } else {
          documentation = SourceRange(start: 0, end: 0)
        }
        if position < bytes.count { position += 1 }
      case 0x80...:
        if !skipUnicodeSpace() { return }
      default:
        return
      }
    }
  }

  /// Moves to the end of the line.
  ///
  /// What a comment holds need not even be UTF-8.
  mutating func skipComment() {
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
  }

  /// Skips a space beyond ASCII, if one is next.
  mutating func skipUnicodeSpace() -> Bool {
    let (scalar, length) = decodeScalar(in: bytes, at: position)
    guard let scalar, scalar.isUnicodeSpace else { return false }
    position += length
    return true
  }

  /// Whether the line that begins here goes on with the statement above it: `then`, `else`, `at`.
  var nextWordContinuesLine: Bool {
    let word: StaticString
    switch byte(at: position) {
    case UInt8(ascii: "t"): word = "then"
    case UInt8(ascii: "e"): word = "else"
    case UInt8(ascii: "a"): word = "at"
    default: return false
    }
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    for index in 0..<word.utf8CodeUnitCount
    where bytes[position + index] != word.utf8Start[index] { return false }
    guard byte(at: end) < 0x80 else {
      return decodeScalar(in: bytes, at: end).scalar?.continuesName != true
    }
    return !byte(at: end).isNameByte
  }

  /// The text of `##` lines without their marks.
  func documentationText(_ range: SourceRange) -> String {
    let text = text(from: Int(range.start), to: Int(range.end))
    // Scalars, not characters: CR LF is one character.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { line in
      var line = line
      while let last = line.last, last.properties.isWhitespace { line.removeLast() }
      while let first = line.first, first.properties.isWhitespace { line.removeFirst() }
      line.removeFirst(min(2, line.count))
      if line.first == " " { line.removeFirst() }
      return String(String.UnicodeScalarView(line))
    }.joined(separator: "\n")
  }

  /// Reads the rest of a line as words separated by spaces: a command such as `:set digits 5`.
  mutating func commandWords() -> [SourceRange] {
    var words: [SourceRange] = []
    while position < bytes.count {
      let start = position
      while position < bytes.count, !isEndOfWord(bytes[position]) { position += 1 }
      if position > start {
        words.append(
          SourceRange(
            start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: position)))
      }
      guard position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 else {
        break
      }
      position += 1
    }
    return words
  }

  private func isEndOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: "#"): true
    default: false
    }
  }
}
