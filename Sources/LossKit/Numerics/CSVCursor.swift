/// A walk over the fields of CSV text, without a copy of anything.
///
/// RFC 4180, with these liberties: a line ends at LF, CR LF or CR; empty lines are skipped (in a
/// table of one column a missing value is written `""`); a quotation mark inside a field that does
/// not begin with one stands for itself.
struct CSVCursor {
  /// The bytes of one field, and what is needed to read them.
  struct Field {
    /// Inside the quotation marks, where there are any.
    var range: Range<Int>
    var isQuoted = false
    /// Whether quotation marks in it are doubled.
    var hasDoubledQuotes = false
    /// Whether it is the last one of its line.
    var endsRow = false
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  private(set) var offset: Int
  /// The line at `offset`, from 1.
  private(set) var line = 1
  /// The number of the next field in its row, from 1.
  private(set) var fieldNumber = 1

  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8, offset: Int) {
    self.bytes = bytes
    self.separator = separator
    self.offset = offset
  }

  /// Goes to the next line that is not empty; false at the end of the text.
  mutating func findRow() -> Bool {
    fieldNumber = 1
    while offset < bytes.count {
      guard bytes[offset] == .lineFeed || bytes[offset] == .carriageReturn else { return true }
      skipLineEnd()
    }
    return false
  }

  /// The field at `offset`; goes beyond it and what ends it.
  @inline(__always)
  mutating func nextField() throws(CSVProblem) -> Field {
    let start = offset
    var field = Field(range: start..<start)
    if start < bytes.count, bytes[start] == .quotationMark {
      try readQuoted(&field)
    } else {
      var end = start
      while end < bytes.count, !endsField(bytes[end]) { end &+= 1 }
      offset = end
      field.range = start..<end
    }
    if offset < bytes.count, bytes[offset] == separator {
      offset &+= 1
      fieldNumber &+= 1
    } else {
      field.endsRow = true
      if offset < bytes.count { skipLineEnd() }
    }
    return field
  }

  @inline(__always)
  private func endsField(_ byte: UInt8) -> Bool {
    byte == separator || byte == .lineFeed || byte == .carriageReturn
  }

  @inline(never)
  private mutating func readQuoted(_ field: inout Field) throws(CSVProblem) {
    let openingLine = line
    offset &+= 1
    let start = offset
    field.isQuoted = true
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == .lineFeed || byte == .carriageReturn {
        skipLineEnd()
      } else if byte != .quotationMark {
        offset &+= 1
      } else if offset + 1 < bytes.count, bytes[offset + 1] == .quotationMark {
        field.hasDoubledQuotes = true
        offset &+= 2
      } else {
        field.range = start..<offset
        offset &+= 1
        if offset < bytes.count, !endsField(bytes[offset]) {
          throw .textAfterQuote(line: line, field: fieldNumber)
        }
        return
      }
    }
    throw .unterminatedQuote(line: openingLine, field: fieldNumber)
  }

  @inline(__always)
  private mutating func skipLineEnd() {
    let wasReturn = bytes[offset] == .carriageReturn
    offset &+= 1
    if wasReturn, offset < bytes.count, bytes[offset] == .lineFeed { offset &+= 1 }
    line &+= 1
  }
}

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let quotationMark = UInt8(ascii: "\"")
  static let point = UInt8(ascii: ".")
  static let comma = UInt8(ascii: ",")
}
