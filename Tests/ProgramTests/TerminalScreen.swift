/// The screen of a small terminal: rows of characters with their colours, and where the caret is.
///
/// As much of ECMA-48 and xterm as readline uses: movements, insertion, deletion, erasure, automatic
/// margins that wrap at the next character, saved places.
struct TerminalScreen {
  struct Cell: Equatable {
    var text = " "
    /// The SGR parameters in force, `""` for none.
    var attributes = ""
  }

  struct Place: Equatable {
    var row = 0
    var column = 0
  }

  let width: Int
  let height: Int
  private(set) var cells: [[Cell]]
  private(set) var caret = Place()
  private var wrapsNext = false
  private var attributes = ""
  private var saved = (Place(), "")
  private var state = State.text
  private var parameters = ""
  /// The bytes of a character that is not whole yet.
  private var pending: [UInt8] = []

  private enum State { case text, escape, sequence, other }

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    cells = Array(repeating: Array(repeating: Cell(), count: width), count: height)
  }

  /// The rows as text, without spaces at their ends, up to the last that has any.
  var rows: [String] {
    var rows = cells.map { row in
      var line = row.map(\.text).joined()
      while line.last == " " { line.removeLast() }
      return line
    }
    while rows.last == "" { rows.removeLast() }
    return rows
  }

  /// The colours of a text where it last stands on the screen, each once, in order.
  func attributes(of text: String) -> [String]? {
    let wanted = text.map(String.init)
    for row in cells.reversed() {
      for start in stride(from: width - wanted.count, through: 0, by: -1)
      where row[start..<start + wanted.count].map(\.text) == wanted {
        return row[start..<start + wanted.count].map(\.attributes).reduce(into: []) {
          if $0.last != $1 { $0.append($1) }
        }
      }
    }
    return nil
  }

  mutating func receive(_ byte: UInt8) {
    switch (state, byte) {
    case (.escape, UInt8(ascii: "[")):
      state = .sequence
      parameters = ""
    case (.escape, UInt8(ascii: "7")):
      saved = (caret, attributes)
      state = .text
    case (.escape, UInt8(ascii: "8")):
      (caret, attributes) = saved
      wrapsNext = false
      state = .text
    case (.escape, UInt8(ascii: "(")), (.escape, UInt8(ascii: ")")): state = .other
    case (.escape, _), (.other, _): state = .text
    case (.sequence, 0x40...0x7E):
      state = .text
      perform(Unicode.Scalar(byte))
    case (.sequence, _): parameters.unicodeScalars.append(Unicode.Scalar(byte))
    case (.text, 0x1B): state = .escape
    case (.text, 0x07): break
    case (.text, 0x08):
      caret.column = max(0, caret.column - 1)
      wrapsNext = false
    case (.text, 0x09): move(to: min(width - 1, (caret.column | 7) + 1))
    case (.text, 0x0A): lineFeed()
    case (.text, 0x0D): move(to: 0)
    default: collect(byte)
    }
  }

  private mutating func move(to column: Int) {
    caret.column = column
    wrapsNext = false
  }

  private mutating func lineFeed() {
    wrapsNext = false
    if caret.row + 1 < height {
      caret.row += 1
    } else {
      cells.removeFirst()
      cells.append(Array(repeating: Cell(), count: width))
    }
  }

  private mutating func collect(_ byte: UInt8) {
    pending.append(byte)
    guard let text = String(validating: pending, as: UTF8.self),
      let scalar = text.unicodeScalars.first
    else {
      if pending.count > 4 { pending = [] }
      return
    }
    pending = []
    write(scalar)
  }

  /// One column a character, two for what is East Asian wide, none for what combines.
  private mutating func write(_ scalar: Unicode.Scalar) {
    let isCombining = scalar.properties.generalCategory == .nonspacingMark
    if isCombining {
      let column = wrapsNext ? caret.column : max(0, caret.column - 1)
      cells[caret.row][column].text.unicodeScalars.append(scalar)
      return
    }
    let isWide = (0x3041...0xD7A3).contains(scalar.value) || scalar.value >= 0x1F300
    if wrapsNext || isWide && caret.column + 2 > width {
      move(to: 0)
      lineFeed()
    }
    cells[caret.row][caret.column] = Cell(text: String(scalar), attributes: attributes)
    if isWide { cells[caret.row][caret.column + 1] = Cell(text: "", attributes: attributes) }
    let next = caret.column + (isWide ? 2 : 1)
    wrapsNext = next >= width
    caret.column = min(next, width - 1)
  }

  private mutating func perform(_ command: Unicode.Scalar) {
    if parameters.hasPrefix("?") || parameters.hasPrefix(">") { return }
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    let given = numbers.first ?? nil
    let count = max(1, given ?? 1)
    let blank = Cell()
    switch command {
    case "A": caret.row = max(0, caret.row - count)
    case "B": caret.row = min(height - 1, caret.row + count)
    case "C": move(to: min(width - 1, caret.column + count))
    case "D": move(to: max(0, caret.column - count))
    case "G": move(to: min(width, count) - 1)
    case "H":
      caret = Place(
        row: min(height, count) - 1,
        column: min(width, max(1, numbers.count > 1 ? numbers[1] ?? 1 : 1)) - 1)
      wrapsNext = false
    case "J":
      let first = given == 2 ? 0 : caret.row + 1
      if given == nil || given == 0 { eraseRow(from: caret.column) }
      if given != 3 {
        for row in first..<max(first, height) {
          cells[row] = Array(repeating: blank, count: width)
        }
      }
    case "K": eraseRow(from: given == 2 ? 0 : caret.column)
    case "P":
      cells[caret.row].removeSubrange(caret.column..<min(width, caret.column + count))
      cells[caret.row] += Array(repeating: blank, count: width - cells[caret.row].count)
    case "@":
      let added = Array(repeating: blank, count: min(count, width - caret.column))
      cells[caret.row].insert(contentsOf: added, at: caret.column)
      cells[caret.row].removeLast(added.count)
    case "m":
      for number in numbers {
        let code = number ?? 0
        attributes = code == 0 ? "" : attributes.isEmpty ? "\(code)" : "\(attributes);\(code)"
      }
    default: break
    }
  }

  private mutating func eraseRow(from column: Int) {
    for place in column..<width { cells[caret.row][place] = Cell() }
  }
}
