import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where readline puts each character of a line: the rows of the screen that the line takes.
///
/// The rules are those of readline's own redisplay, with the same `wcwidth`, so that what is painted
/// over its characters falls on them.
struct LineLayout {
  /// A character in its row.
  struct Cell {
    /// Its place in the line, in bytes.
    var offset: Int
    var text: String
  }

  private(set) var rows: [[Cell]] = [[]]

  /// The columns that the prompt takes in the first row.
  let promptWidth: Int

  /// The row that holds the caret.
  private(set) var caretRow = 0

  /// `nil` where the places are not certain: bytes that are not UTF-8, control characters, emoji that
  /// are joined or varied, which terminals take to have one width or another, a prompt as wide as the
  /// screen.
  init?(prompt: String, line: String, caret: Int, width: Int) {
    var promptWidth = 0
    for scalar in prompt.unicodeScalars {
      guard let columns = Self.columns(of: scalar) else { return nil }
      promptWidth += columns
    }
    guard promptWidth < width else { return nil }
    self.promptWidth = promptWidth

    var column = promptWidth
    var offset = 0
    var caretWasMet = false
    func meetCaret(_ layout: inout LineLayout) {
      if offset >= caret, !caretWasMet {
        caretWasMet = true
        layout.caretRow = layout.rows.count - 1
      }
    }
    for scalar in line.unicodeScalars {
      let length = String(scalar).utf8.count
      switch scalar {
      case "\n":
        meetCaret(&self)
        rows.append([])
        column = 0
      case "\t":
        meetCaret(&self)
        for _ in 0..<8 - column % 8 {
          rows[rows.count - 1].append(Cell(offset: offset, text: " "))
          column += 1
          if column >= width { startRow(&column) }
        }
      default:
        guard let columns = Self.columns(of: scalar), columns > 0 || column > 0 else { return nil }
        if column + columns > width { startRow(&column) }
        meetCaret(&self)
        rows[rows.count - 1].append(Cell(offset: offset, text: String(scalar)))
        column += columns
        if column >= width { startRow(&column) }
      }
      offset += length
    }
    meetCaret(&self)
  }

  private mutating func startRow(_ column: inout Int) {
    rows.append([])
    column = 0
  }

  private static func columns(of scalar: Unicode.Scalar) -> Int? {
    if scalar.value < 0x20 || scalar.value == 0x7F { return nil }
    if scalar.isASCII { return 1 }
    // The joiner, the variation selectors and the skin tones.
    if scalar.value == 0x200D || (0xFE00...0xFE0F).contains(scalar.value)
      || (0x1F3FB...0x1F3FF).contains(scalar.value)
    {
      return nil
    }
    let width = wcwidth(wchar_t(scalar.value))
    // readline gives what it does not know one column.
    return width < 0 ? 1 : Int(width)
  }
}
