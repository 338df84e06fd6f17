/// Throws a finding where a text is not one JSON value, by RFC 8259.
///
/// A reader of its own: what the library writes is not held against what the library thinks.
func requireJSON(_ text: String) throws {
  var reading = JSONReading(bytes: Array(text.utf8))
  guard reading.isValue(), reading.position == reading.bytes.count else {
    throw FuzzFinding(
      "no JSON at byte \(reading.position): \(String(decoding: text.utf8.prefix(2000), as: UTF8.self))"
    )
  }
  if text.utf8.contains(0x0A) { throw FuzzFinding("JSON with a line end: \(text)") }
}

private struct JSONReading {
  let bytes: [UInt8]
  var position = 0

  /// Passes over a value; brackets are counted instead of called for, whatever their depth.
  mutating func isValue() -> Bool {
    var open: [UInt8] = []
    while true {
      skipSpaces()
      guard let byte = next else { return false }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let closing = byte + 2
        position += 1
        skipSpaces()
        if next == closing {
          position += 1
        } else {
          open.append(closing)
          if closing == UInt8(ascii: "}"), !isKey() { return false }
          continue
        }
      case UInt8(ascii: "\""): if !isText() { return false }
      case UInt8(ascii: "t"): if !isWord("true") { return false }
      case UInt8(ascii: "f"): if !isWord("false") { return false }
      case UInt8(ascii: "n"): if !isWord("null") { return false }
      default: if !isNumber() { return false }
      }
      while true {
        skipSpaces()
        guard let closing = open.last else { return true }
        if next == closing {
          position += 1
          open.removeLast()
        } else if next == UInt8(ascii: ",") {
          position += 1
          if closing == UInt8(ascii: "}"), !isKey() { return false }
          break
        } else {
          return false
        }
      }
    }
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpaces() {
    while let byte = next, " \t\r\n".utf8.contains(byte) { position += 1 }
  }

  private mutating func isKey() -> Bool {
    skipSpaces()
    guard isText() else { return false }
    skipSpaces()
    guard next == UInt8(ascii: ":") else { return false }
    position += 1
    return true
  }

  private mutating func isWord(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func isText() -> Bool {
    guard next == UInt8(ascii: "\"") else { return false }
    position += 1
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case ..<0x20: return false
      case UInt8(ascii: "\\"):
        guard let escaped = next else { return false }
        position += 1
        if escaped == UInt8(ascii: "u") {
          let digits = bytes[position...].prefix(4)
          guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
          else { return false }
          position += 4
        } else if !"\"\\/bfnrt".utf8.contains(escaped) {
          return false
        }
      default: break
      }
    }
    return false
  }

  private mutating func isNumber() -> Bool {
    if next == UInt8(ascii: "-") { position += 1 }
    let start = position
    guard skipDigits() else { return false }
    if bytes[start] == UInt8(ascii: "0"), position > start + 1 { return false }
    if next == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() else { return false }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() else { return false }
    }
    return true
  }

  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
  }
}
