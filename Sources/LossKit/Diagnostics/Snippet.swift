/// The line of a diagnostic's place as a terminal shows it, and the marks beneath.
struct Snippet {
  /// The columns that a line may take before it is cut around the place.
  static let maximumWidth = 96
  /// The fewest columns to which a line is cut.
  private static let minimumWidth = 16
  private static let tabWidth = 4

  /// A character on the screen: its text, its columns and where it begins in the source.
  private struct Cell {
    var text: String
    var width: Int
    var offset: Int
  }

  /// The line, cut where it is long; the marks beneath it; the labels' words.
  private(set) var lines: [StyledText] = []

  /// - Parameter columns: how many there are for the line; `nil` where no terminal limits them.
  init(source: Source, range: SourceRange, labels: [LossError.Label], columns: Int? = nil) {
    let bounds = source.lineBounds(at: range.start)
    let (cells, end) = Self.visibleCells(
      of: source, in: bounds,
      around: min(max(Int(range.start), bounds.lowerBound), bounds.upperBound),
      columns: min(max(columns ?? Self.maximumWidth, Self.minimumWidth), Self.maximumWidth))
    var line = StyledText()
    for cell in cells { line.append(cell.text) }
    lines.append(line)

    var marks: [(columns: Range<Int>, role: StyledText.Role)] = []
    // A label elsewhere in the text cannot be drawn here.
    let drawn = labels.filter {
      Int($0.range.start) >= bounds.lowerBound && Int($0.range.start) <= bounds.upperBound
        && Int($0.range.start) < end && Int($0.range.end) > (cells.first?.offset ?? 0)
    }
    for label in drawn {
      marks.append((Self.columns(of: label.range, in: cells, end: end), .label))
    }
    marks.append((Self.columns(of: range, in: cells, end: end), .caret))

    let width = marks.reduce(0) { max($0, $1.columns.upperBound) }
    var roles = [StyledText.Role](repeating: .plain, count: width)
    for mark in marks { for column in mark.columns { roles[column] = mark.role } }
    lines.append(Self.marks(of: roles))

    let words = drawn.map { (Self.columns(of: $0.range, in: cells, end: end).lowerBound, $0.text) }
    lines += Self.rows(of: words.sorted { $0.0 < $1.0 })
  }

  // MARK: Cells

  /// The cells of the part of the line that is shown, and the offset at which that part ends.
  private static func visibleCells(
    of source: Source, in bounds: Range<Int>, around place: Int, columns: Int
  ) -> (cells: [Cell], end: Int) {
    // Only the neighbourhood is decoded: a line may have megabytes. 16 bytes a column are more
    // than any script needs.
    let reach = columns * 16
    // What is kept before the place in a line that is cut.
    let context = columns / 3
    var start = max(bounds.lowerBound, place - reach)
    while start > bounds.lowerBound, source.bytes[start] & 0xC0 == 0x80 { start -= 1 }
    let end = min(bounds.upperBound, place + reach)

    var cells = Self.cells(of: source.bytes, in: start..<end)
    var isCutBefore = start > bounds.lowerBound
    var isCutAfter = end < bounds.upperBound
    if cells.reduce(0, { $0 + $1.width }) > columns {
      let index = cells.firstIndex { $0.offset >= place } ?? cells.count
      var first = index
      var before = 0
      while first > 0, before + cells[first - 1].width <= context {
        first -= 1
        before += cells[first].width
      }
      var last = index
      var after = 0
      while last < cells.count, before + after + cells[last].width <= columns {
        after += cells[last].width
        last += 1
      }
      isCutBefore = isCutBefore || first > 0
      isCutAfter = isCutAfter || last < cells.count
      cells = Array(cells[first..<last])
    }
    let visibleEnd = cells.last.map { max($0.offset + 1, isCutAfter ? 0 : end) } ?? end
    if isCutBefore {
      cells.insert(Cell(text: "…", width: 1, offset: (cells.first?.offset ?? start) - 1), at: 0)
    }
    if isCutAfter { cells.append(Cell(text: "…", width: 1, offset: visibleEnd)) }
    return (cells, visibleEnd)
  }

  private static func cells(of bytes: [UInt8], in range: Range<Int>) -> [Cell] {
    var scalars = String.UnicodeScalarView()
    var offsets: [Int] = []
    bytes.withUnsafeBufferPointer { bytes in
      var position = range.lowerBound
      while position < range.upperBound {
        let decoded = decodeScalar(in: bytes, at: position)
        offsets.append(position)
        // A control character would act on the terminal.
        let isControl = decoded.scalar.map { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }
        scalars.append(isControl == false ? decoded.scalar ?? "\u{FFFD}" : "\u{FFFD}")
        position += decoded.length
      }
    }
    var cells: [Cell] = []
    var column = 0
    var index = 0
    for character in String(scalars) {
      var cell = Cell(
        text: String(character), width: character.displayWidth, offset: offsets[index])
      if character == "\t" {
        cell.width = tabWidth - column % tabWidth
        cell.text = String(repeating: " ", count: cell.width)
      }
      cells.append(cell)
      column += cell.width
      index += character.unicodeScalars.count
    }
    return cells
  }

  // MARK: Marks

  /// The columns of a range in the shown line, one at least.
  private static func columns(of range: SourceRange, in cells: [Cell], end: Int) -> Range<Int> {
    var start: Int?
    var stop = 0
    var column = 0
    for (index, cell) in cells.enumerated() {
      let next = index + 1 < cells.count ? cells[index + 1].offset : end
      if start == nil, next > Int(range.start) || cell.offset >= Int(range.start) { start = column }
      column += cell.width
      if cell.offset < Int(range.end), cell.offset < end { stop = column }
    }
    let first = start ?? column
    return first..<max(first + 1, stop)
  }

  private static func marks(of roles: [StyledText.Role]) -> StyledText {
    var marks = StyledText()
    for role in roles {
      marks.append(role == .caret ? "^" : role == .label ? "~" : " ", as: role)
    }
    return marks
  }

  /// The labels' words, each beneath its part; what would run into the one before goes a row lower.
  private static func rows(of words: [(column: Int, text: String)]) -> [StyledText] {
    var rows: [StyledText] = []
    var waiting = words
    while !waiting.isEmpty {
      var row = StyledText()
      var column = 0
      var later: [(column: Int, text: String)] = []
      for word in waiting {
        if row.spans.isEmpty || word.column > column {
          row.append(String(repeating: " ", count: max(0, word.column - column)))
          row.append(word.text, as: .label)
          column = word.column + word.text.displayWidth
        } else {
          later.append(word)
        }
      }
      rows.append(row)
      waiting = later
    }
    return rows
  }
}
