/// A column while its table is read: of numbers until a field is none, then of texts.
struct CSVColumnBuilder {
  private let name: String
  private var numbers: [Double] = []
  private var texts: [String] = []
  private var missingCount = 0
  /// The first line with a number that has a decimal comma.
  private var lineOfComma: Int?
  private(set) var holdsNumbers = true

  init(name: String, rowCount: Int) {
    self.name = name
    numbers.reserveCapacity(rowCount)
  }

  /// Adds a field, read as a number.
  @inline(__always)
  mutating func append(_ field: CSVNumber, line: Int) {
    if case .number(let value) = field {
      numbers.append(value)
    } else {
      appendOther(field, line: line)
    }
  }

  @inline(never)
  private mutating func appendOther(_ field: CSVNumber, line: Int) {
    switch field {
    case .number(let value):
      numbers.append(value)
    case .missing:
      missingCount += 1
      numbers.append(.nan)
    case .decimalComma:
      lineOfComma = lineOfComma ?? line
      numbers.append(.nan)
    case .text:
      holdsNumbers = false
      numbers = []
    }
  }

  /// A column of nothing but numbers, some with decimal commas: silently taken for texts, it would
  /// be found out much later.
  func refuseDecimalCommas() throws(CSVProblem) {
    guard holdsNumbers, let lineOfComma else { return }
    throw .decimalComma(line: lineOfComma, column: name)
  }

  /// Settles what the column holds, once all fields have been read as numbers.
  mutating func settle(rowCount: Int) {
    if lineOfComma != nil { holdsNumbers = false }
    guard !holdsNumbers else { return }
    numbers = []
    missingCount = 0
    texts.reserveCapacity(rowCount)
  }

  /// Adds a field to a column of texts.
  mutating func append(_ text: String) {
    if text.isEmpty { missingCount += 1 }
    texts.append(text)
  }

  var column: CSVColumn {
    CSVColumn(
      name: name, content: holdsNumbers ? .numbers(numbers) : .texts(texts),
      missingCount: missingCount)
  }
}
