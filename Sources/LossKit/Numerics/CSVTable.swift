/// A table read from CSV text: named columns of equal length.
struct CSVTable: Equatable, Sendable {
  var columns: [CSVColumn]
  var rowCount: Int
  /// Whether every name of a column is a number: the file has no line of names, most likely.
  var hasNumbersForNames = false
}

/// A column of a table.
struct CSVColumn: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    /// Every field that is not missing is a number; missing ones are nan.
    case numbers([Double])
    case texts([String])

    /// About how many bytes the column takes.
    var byteCount: Int {
      switch self {
      case .numbers(let numbers): numbers.count * MemoryLayout<Double>.stride
      case .texts(let texts): texts.byteCount
      }
    }
  }

  var name: String
  var content: Content
  /// Fields without a value: in a column of numbers empty ones, `nan` and `NA`; in one of texts
  /// empty ones only, since `NA` may well be a text there.
  var missingCount: Int
}

/// Why a text could not be read as CSV.
///
/// Lines and fields count from 1, lines as an editor does.
enum CSVProblem: Error, Equatable, Sendable {
  case noHeader(isExpected: Bool)
  /// The text is UTF-16, as spreadsheets write it under the name of Unicode text.
  case utf16
  case invalidUTF8(line: Int, field: Int)
  case duplicateName(String, first: Int, second: Int)
  case raggedRow(line: Int, expected: Int, found: Int)
  case unterminatedQuote(line: Int, field: Int)
  case textAfterQuote(line: Int, field: Int)
  case decimalComma(line: Int, column: String)
  case tooManyElements(limit: Int)
  /// The caller asked to stop.
  case stopped
}

extension CSVProblem {
  var message: String {
    switch self {
    case .noHeader(let isExpected):
      isExpected ? "the file is empty: its first line should name the columns" : "the file is empty"
    case .utf16:
      "the file is in UTF-16; it should be in UTF-8"
    case .invalidUTF8(let line, let field):
      "line \(line), field \(field) is not UTF-8"
    case .duplicateName(let name, let first, let second):
      "columns \(first) and \(second) have the same name, \"\(name)\""
    case .raggedRow(let line, let expected, let found):
      "line \(line) has \(fields(found)), the header has \(expected)"
    case .unterminatedQuote(let line, let field):
      "the quotation mark that opens field \(field) of line \(line) is never closed"
    case .textAfterQuote(let line, let field):
      "line \(line), field \(field) goes on after its closing quotation mark"
    case .decimalComma(let line, let column):
      "line \(line): a number of column \"\(column)\" has a decimal comma"
    case .tooManyElements(let limit):
      "the file has more than \(limit) elements"
    case .stopped:
      "stopped"
    }
  }

  var hint: String? {
    switch self {
    case .utf16, .invalidUTF8: "save the file as UTF-8"
    case .textAfterQuote: "a quotation mark inside a quoted field is written twice"
    case .decimalComma: "read it with csv(…, decimal = \",\")"
    case .raggedRow: "a field that holds the separator goes in quotation marks"
    case .noHeader, .duplicateName, .unterminatedQuote, .tooManyElements, .stopped: nil
    }
  }
}

private func fields(_ count: Int) -> String {
  count == 1 ? "1 field" : "\(count) fields"
}
