/// Reads CSV text: RFC 4180 with the liberties of `CSVCursor`.
///
/// A column in which every field is a number or missing has numbers, any other has texts: without
/// the spaces around them unless they are quoted.
///
/// The bytes are walked two or three times (shape, numbers, texts if there are any) rather than kept
/// in a table of fields, so that memory is that of the bytes and of the result. Arrays have their
/// final size from the start.
enum CSVReader {
  /// Reads a table of at most `maximumElements` fields, its header not counted.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ format: CSVFormat = CSVFormat(),
    maximumElements: Int = .max, shouldStop: () -> Bool = { false }
  ) throws(CSVProblem) -> CSVTable {
    var start = 0
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { throw .utf16 }
    let text = CSVText(
      bytes: bytes, start: start,
      separator: format.separator ?? CSVFormat.separator(of: bytes, from: start, format.mark),
      format: format)
    return try text.read(maximumElements: maximumElements, shouldStop: shouldStop)
  }
}

/// Text whose separator is known.
private struct CSVText {
  let bytes: UnsafeBufferPointer<UInt8>
  let start: Int
  let separator: UInt8
  let format: CSVFormat

  func read(
    maximumElements: Int, shouldStop: () -> Bool
  ) throws(CSVProblem) -> CSVTable {
    var cursor = CSVCursor(bytes, separator: separator, offset: start)
    let firstRow = cursor
    let header = try readHeader(&cursor, maximumElements: maximumElements)
    let body = format.hasHeader ? cursor : firstRow
    let names = header.names
    let rowCount = try countRows(
      from: body, width: names.count, maximumElements: maximumElements, shouldStop)
    var columns = names.map { CSVColumnBuilder(name: $0, rowCount: rowCount) }
    try forEachField(from: body, shouldStop) { (number, field, line) throws(CSVProblem) in
      guard columns[number - 1].holdsNumbers else { return }
      columns[number - 1].append(CSVNumber(content(field), mark: format.mark), line: line)
    }
    for index in columns.indices {
      // Between commas only a quoted field has one, more likely to group thousands.
      if separator != .comma { try columns[index].refuseDecimalCommas() }
      columns[index].settle(rowCount: rowCount)
    }
    if columns.contains(where: { !$0.holdsNumbers }) {
      try forEachField(from: body, shouldStop) { (number, field, line) throws(CSVProblem) in
        guard !columns[number - 1].holdsNumbers else { return }
        let text = try string(field, line: line, number: number)
        columns[number - 1].append(text)
      }
    }
    return CSVTable(
      columns: columns.map(\.column), rowCount: rowCount,
      hasNumbersForNames: format.hasHeader && header.isNumeric)
  }

  // MARK: Passes

  /// The names of the columns, and whether the first line is one of numbers.
  private func readHeader(
    _ cursor: inout CSVCursor, maximumElements: Int
  ) throws(CSVProblem) -> (names: [String], isNumeric: Bool) {
    guard cursor.findRow() else { throw .noHeader(isExpected: format.hasHeader) }
    var names: [String] = []
    var places: [String: Int] = [:]
    var isNumeric = true
    while true {
      let (line, number) = (cursor.line, cursor.fieldNumber)
      guard number <= maximumElements else { throw .tooManyElements(limit: maximumElements) }
      let field = try cursor.nextField()
      if case .number = CSVNumber(content(field), mark: format.mark) {} else { isNumeric = false }
      let given = format.hasHeader ? try string(field, line: line, number: number) : ""
      let name = given.isEmpty ? "column\(number)" : given
      if let first = places.updateValue(number, forKey: name) {
        throw .duplicateName(name, first: first, second: number)
      }
      names.append(name)
      if field.endsRow { return (names, isNumeric) }
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
