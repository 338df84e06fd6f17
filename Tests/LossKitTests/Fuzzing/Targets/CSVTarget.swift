@testable import LossKit

/// `csv("f.csv")` of any bytes: the columns have one length, a second reading gives the same, and
/// where the text is simple it says what a reader of a few lines makes of it.
///
/// The first three bytes are the options: the separator, the decimal mark and the header (`0` or
/// `1`); `a` for the first and `.` for the others leave them out.
enum CSVTarget {
  static func run(_ input: [UInt8]) throws {
    let options = Options(input.prefix(3))
    let bytes = Array(input.dropFirst(3))
    let files = FileAccess { _ throws(FileAccess.Failure) in bytes }
    let session = Session(files: files)
    let text = "data d = csv(\"f.csv\"\(options.text))"
    guard let first = try record(of: text, in: session) else { return }
    guard let second = try record(of: text, in: session) else {
      throw FuzzFinding("the second reading fails")
    }
    try require(JSON.value(.record(first)) == JSON.value(.record(second)), "two readings differ")
    try requireShape(first)
    try compare(first, bytes, options)
    try describe(first, in: session)
  }

  // MARK: Options

  private struct Options {
    var separator: Character?
    var decimal: Character?
    var hasHeader: Bool?

    init(_ bytes: ArraySlice<UInt8>) {
      let bytes = Array(bytes)
      func character(_ place: Int, otherThan none: Character) -> Character? {
        guard place < bytes.count else { return nil }
        let character = Character(Unicode.Scalar(bytes[place]))
        return character == none ? nil : character
      }
      separator = character(0, otherThan: "a")
      decimal = character(1, otherThan: ".")
      hasHeader = character(2, otherThan: ".").map { $0 != "0" }
    }

    /// What comes after the file's name in the call.
    var text: String {
      func quoted(_ character: Character) -> String {
        ValueText(settings: DisplaySettings()).quoted(String(character))
      }
      return (separator.map { ", separator = \(quoted($0))" } ?? "")
        + (decimal.map { ", decimal = \(quoted($0))" } ?? "")
        + (hasHeader.map { ", header = \($0)" } ?? "")
    }
  }

  // MARK: Reading

  private static func record(of text: String, in session: Session) throws -> Record? {
    do throws(LossError) {
      try session.run(text, echo: .prompt) { _ in }
    } catch {
      try requireGood(error)
      return nil
    }
    guard case .record(let record)? = try? session.value(of: "d") else {
      throw FuzzFinding("'d' is no record")
    }
    return record
  }

  private static func requireShape(_ record: Record) throws {
    try require(Set(record.names).count == record.names.count, "two columns have one name")
    try require(record.names.count == record.values.count, "columns without a name")
    let lengths = try record.values.map { try length(of: $0) }
    try require(Set(lengths).count == 1, "the columns have the lengths \(lengths)")
  }

  private static func length(of column: Value) throws -> Int {
    switch column {
    case .tensor(let tensor) where tensor.shape.count == 1: return tensor.count
    case .texts(let texts): return texts.elements.count
    default: throw FuzzFinding("a column is \(column.kindDescription)")
    }
  }

  /// What a session shows of data, and what it saves.
  private static func describe(_ record: Record, in session: Session) throws {
    for (name, value) in zip(record.names, record.values) {
      try requireJSON(JSON.value(value))
      try require(!session.kindText(value).isEmpty, "'\(name)' is of no kind")
    }
    _ = try session.kind(of: "d")
    _ = session.definitions()
  }

  // MARK: A second reader

  /// Compares with a reader that knows ASCII without quotation marks only, by a given separator.
  private static func compare(_ record: Record, _ bytes: [UInt8], _ options: Options) throws {
    guard let separator = options.separator, options.decimal == nil,
      bytes.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }),
      !bytes.contains(.quotationMark)
    else { return }
    var rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: separator, omittingEmptySubsequences: false)
    }
    guard let first = rows.first else { throw FuzzFinding("a file without a line was read") }
    if options.hasHeader ?? true { rows.removeFirst() }
    try require(
      record.names.count == first.count && rows.allSatisfy { $0.count == first.count },
      "\(record.names.count) columns of a header with \(first.count), or a ragged row")
    for (column, value) in record.values.enumerated() {
      let fields = rows.map { trimmed($0[column]) }
      try require(try length(of: value) == rows.count, "\(rows.count) rows")
      switch value {
      case .tensor(let tensor):
        for (field, x) in zip(fields, tensor.elements) {
          // What is plainly a number or nothing; the reader's other words are its own.
          guard let expected = field.isEmpty ? .nan : plainNumber(field) else { continue }
          try require(
            expected.isNaN ? x.isNaN : expected.bitPattern == x.bitPattern,
            "'\(field)' is read as \(x)")
        }
      case .texts(let texts):
        try require(texts.elements == fields.map(String.init), "texts differ: \(texts.elements)")
        try require(
          fields.contains { !$0.isEmpty && plainNumber($0) == nil }, "numbers are read as texts")
      default: break
      }
    }
  }

  private static func trimmed(_ field: Substring) -> Substring {
    var field = field.drop { $0 == " " || $0 == "\t" }
    while let last = field.last, last == " " || last == "\t" { field.removeLast() }
    return field
  }

  private static func plainNumber(_ field: Substring) -> Double? {
    field.utf8.allSatisfy { "+-.0123456789eE".utf8.contains($0) } ? Double(field) : nil
  }
}
