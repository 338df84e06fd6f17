/// Reads CSV text: RFC 4180 with the liberties of `CSVCursor`.
///
/// The first line names the columns; a name that is missing becomes `column3`. The separator is
/// whichever of `,`, `;` and tab that line has most of outside quotation marks, in that order where
/// they are equal. A column in which every field is a number or missing has numbers, any other has
/// texts: without the spaces around them unless they are quoted.
///
/// The bytes are walked two or three times (shape, numbers, texts if there are any) rather than kept
/// in a table of fields, so that memory is that of the bytes and of the result. Arrays have their
/// final size from the start.
enum CSVReader {
  /// Reads a table of at most `maximumElements` fields, its header not counted.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, maximumElements: Int = .max,
    shouldStop: () -> Bool = { false }
  ) throws(CSVProblem) -> CSVTable {
    var start = 0
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { throw .utf16 }
    let text = CSVText(
      bytes: bytes, start: start, separator: separator(of: bytes, from: start))
    return try text.read(maximumElements: maximumElements, shouldStop: shouldStop)
  }

  private static func separator(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    var counts = [0, 0, 0]
    var isQuoted = false
    var previous = UInt8.lineFeed
    for byte in bytes[start...] {
      defer { previous = byte }
      if byte == .quotationMark {
        // Inside a field that does not begin with one, it stands for itself; after another one it
        // is doubled, and the field goes on.
        let mayOpen = previous < UInt8(ascii: " ") || previous == .quotationMark
        isQuoted = !isQuoted && (mayOpen || candidates.contains(previous))
      } else if !isQuoted, let index = candidates.firstIndex(of: byte) {
        counts[index] += 1
      } else if !isQuoted, byte == .lineFeed || byte == .carriageReturn {
        if previous != .lineFeed && previous != .carriageReturn { break }
      }
    }
    let most = counts.max() ?? 0
    return candidates[counts.firstIndex(of: most) ?? 0]
  }
}

/// Text whose separator is known.
private struct CSVText {
  let bytes: UnsafeBufferPointer<UInt8>
  let start: Int
  let separator: UInt8

  func read(
    maximumElements: Int, shouldStop: () -> Bool
  ) throws(CSVProblem) -> CSVTable {
    var cursor = CSVCursor(bytes, separator: separator, offset: start)
    let names = try readHeader(&cursor, maximumElements: maximumElements)
    let body = cursor
    let rowCount = try countRows(
      from: body, width: names.count, maximumElements: maximumElements, shouldStop)
    var columns = names.map { CSVColumnBuilder(name: $0, rowCount: rowCount) }
    try forEachField(from: body, shouldStop) { (number, field, line) throws(CSVProblem) in
      guard columns[number - 1].holdsNumbers else { return }
      columns[number - 1].append(CSVNumber(content(field)), line: line)
    }
    for index in columns.indices {
      // Between commas only a quoted field has one, more likely to group thousands.
      if separator != UInt8(ascii: ",") { try columns[index].refuseDecimalCommas() }
      columns[index].settle(rowCount: rowCount)
    }
    if columns.contains(where: { !$0.holdsNumbers }) {
      try forEachField(from: body, shouldStop) { (number, field, line) throws(CSVProblem) in
        guard !columns[number - 1].holdsNumbers else { return }
        let text = try string(field, line: line, number: number)
        columns[number - 1].append(text)
      }
    }
    return CSVTable(columns: columns.map(\.column), rowCount: rowCount)
  }

  // MARK: Passes

  private func readHeader(
    _ cursor: inout CSVCursor, maximumElements: Int
  ) throws(CSVProblem) -> [String] {
    guard cursor.findRow() else { throw .noHeader }
    var names: [String] = []
    var places: [String: Int] = [:]
    while true {
      let (line, number) = (cursor.line, cursor.fieldNumber)
      guard number <= maximumElements else { throw .tooManyElements(limit: maximumElements) }
      let field = try cursor.nextField()
      let given = try string(field, line: line, number: number)
      let name = given.isEmpty ? "column\(number)" : given
      if let first = places.updateValue(number, forKey: name) {
        throw .duplicateName(name, first: first, second: number)
      }
      names.append(name)
      if field.endsRow { return names }
    }
  }

  private func countRows(
    from body: CSVCursor, width: Int, maximumElements: Int, _ shouldStop: () -> Bool
  ) throws(CSVProblem) -> Int {
    var (cursor, rows, poll) = (body, 0, StopPoll())
    while cursor.findRow() {
      let (line, offset) = (cursor.line, cursor.offset)
      var found = 1
      while try !cursor.nextField().endsRow { found &+= 1 }
      guard found == width else {
        throw .raggedRow(line: line, expected: width, found: found)
      }
      rows += 1
      guard rows <= maximumElements / width else {
        throw .tooManyElements(limit: maximumElements)
      }
      if poll.shouldStop(after: cursor.offset &- offset, shouldStop) { throw .stopped }
    }
    return rows
  }

  /// Walks over rows that are known to be whole.
  @inline(__always)
  private func forEachField(
    from body: CSVCursor, _ shouldStop: () -> Bool,
    _ action: (_ number: Int, CSVCursor.Field, _ line: Int) throws(CSVProblem) -> Void
  ) throws(CSVProblem) {
    var (cursor, poll) = (body, StopPoll())
    while cursor.findRow() {
      let offset = cursor.offset
      var endsRow = false
      while !endsRow {
        let (line, number) = (cursor.line, cursor.fieldNumber)
        let field = try cursor.nextField()
        try action(number, field, line)
        endsRow = field.endsRow
      }
      if poll.shouldStop(after: 4 &* (cursor.offset &- offset), shouldStop) { throw .stopped }
    }
  }

  // MARK: Fields

  @inline(__always)
  private func content(_ field: CSVCursor.Field) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[field.range])
  }

  private func string(
    _ field: CSVCursor.Field, line: Int, number: Int
  ) throws(CSVProblem) -> String {
    var range = field.range
    if !field.isQuoted {
      while let first = range.first, isSpace(bytes[first]) { range.removeFirst() }
      while let last = range.last, isSpace(bytes[last]) { range.removeLast() }
    }
    let text =
      field.hasDoubledQuotes
      ? String(validating: withSingleQuotes(bytes[range]), as: UTF8.self)
      : String(validating: bytes[range], as: UTF8.self)
    guard let text else { throw .invalidUTF8(line: line, field: number) }
    return text
  }
}

private func isSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// The bytes with each doubled quotation mark made one.
private func withSingleQuotes(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var isSecond = false
  for byte in bytes {
    isSecond = byte == .quotationMark && !isSecond
    if byte != .quotationMark || isSecond { result.append(byte) }
  }
  return result
}
