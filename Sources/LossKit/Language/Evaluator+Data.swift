extension Caller {
  /// Reads a CSV file, its path relative to the script that names it.
  func readCSV(_ path: String, _ format: CSVFormat) throws -> Value {
    var (table, room) = try csvTable(path, format)
    evaluator.noteData(table.notes(path))
    let names = table.columns.map(\.name)
    var values: [Value] = []
    // Each column is given up once it is an array: with all of them held twice, a file of 10 million
    // short numbers took three times its size.
    for index in table.columns.indices {
      let content = table.columns[index].content
      table.columns[index].content = .numbers([])
      switch content {
      case .numbers(let numbers): values.append(.tensor(try Tensor(numbers, account: account)))
      case .texts(let texts): values.append(.texts(try TextArray(texts, account: account)))
      }
      room[index] = nil
    }
    return .record(Record(names: names, values: values))
  }

  /// A table with the room that each of its columns takes.
  private func csvTable(
    _ path: String, _ format: CSVFormat
  ) throws -> (CSVTable, room: [DrawnElements?]) {
    let resolved = path.hasPrefix("/") ? path : environment.script.folder + path
    let bytes: [UInt8]
    do {
      let (room, overflow) = account.remaining.multipliedReportingOverflow(by: 8)
      bytes = try evaluator.files.read(resolved, atMost: overflow ? .max : room)
    } catch {
      throw EvaluationProblem.cannotRead(path, error.reason)
    }
    let fileRoom = try DrawnElements(bytes: bytes.count, account: account)
    defer { withExtendedLifetime(fileRoom) {} }
    let table: CSVTable
    do {
      table = try bytes.withUnsafeBufferPointer { (buffer) throws(CSVProblem) in
        try CSVReader.read(
          buffer, format, maximumElements: account.remaining,
          shouldStop: { account.isCancelled })
      }
    } catch {
      throw error == .stopped ? EvaluationProblem.cancelled : EvaluationProblem.csv(path, error)
    }
    let room = try table.columns.map { column in
      try DrawnElements(bytes: column.content.byteCount, account: account)
    }
    return (table, room)
  }
}

extension Evaluator {
  /// Keeps notes on data for the statement that read it; a file read twice in it has one.
  fileprivate func noteData(_ notes: [String]) {
    for note in notes where !dataNotes.contains(note) { dataNotes.append(note) }
  }
}

extension CSVTable {
  /// The most columns that a note names.
  private static let namedColumns = 5

  /// What a person should know of a table: what is missing, and a first line that names nothing.
  func notes(_ path: String) -> [String] {
    var notes: [String] = []
    var numbers: [(String, Int)] = []
    var texts: [(String, Int)] = []
    for column in columns where column.missingCount > 0 {
      if case .numbers = column.content {
        numbers.append((column.name, column.missingCount))
      } else {
        texts.append((column.name, column.missingCount))
      }
    }
    if !numbers.isEmpty {
      notes.append("\"\(path)\": \(Self.missing(numbers, "number")), read as nan")
    }
    if !texts.isEmpty {
      notes.append("\"\(path)\": \(Self.missing(texts, "text")), read as \"\"")
    }
    if hasNumbersForNames {
      notes.append(
        "\"\(path)\": the first line, of numbers, was read as the columns' names; header = false "
          + "reads it as data")
    }
    return notes
  }

  /// `3 numbers are missing (2 in width, 1 in depth)`.
  private static func missing(_ counts: [(name: String, count: Int)], _ what: String) -> String {
    let total = counts.reduce(0) { $0 + $1.count }
    var parts = counts.prefix(namedColumns).map { "\($0.count) in \($0.name)" }
    if counts.count > namedColumns {
      let others = counts.dropFirst(namedColumns)
      parts.append(
        "\(others.reduce(0) { $0 + $1.count }) in \(others.count) other column"
          + (others.count == 1 ? "" : "s"))
    }
    let list = counts.count == 1 ? "in \(counts[0].name)" : parts.joined(separator: ", ")
    return "\(total) \(what)\(total == 1 ? " is" : "s are") missing (\(list))"
  }
}
