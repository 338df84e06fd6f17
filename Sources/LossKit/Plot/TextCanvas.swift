/// A rectangle of character cells with roles, into which a picture for a terminal is put.
struct TextCanvas {
  let columns: Int
  let rows: Int
  private var characters: [Character]
  private var roles: [StyledText.Role]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    characters = Array(repeating: " ", count: columns * rows)
    roles = Array(repeating: .plain, count: columns * rows)
  }

  func isBlank(_ column: Int, _ row: Int) -> Bool {
    contains(column, row) && characters[row * columns + column] == " "
  }

  private func contains(_ column: Int, _ row: Int) -> Bool {
    0..<columns ~= column && 0..<rows ~= row
  }

  /// Puts a character into a cell; outside the rectangle nothing happens.
  mutating func put(_ character: Character, _ column: Int, _ row: Int, as role: StyledText.Role) {
    guard contains(column, row) else { return }
    characters[row * columns + column] = character
    roles[row * columns + column] = role
  }

  /// Puts a text whose characters are all one column wide.
  mutating func put(_ text: String, _ column: Int, _ row: Int, as role: StyledText.Role) {
    for (i, character) in text.enumerated() { put(character, column + i, row, as: role) }
  }

  /// The text, without spaces at the ends of lines.
  var text: StyledText {
    var text = StyledText()
    for row in 0..<rows {
      if row > 0 { text.append("\n") }
      let cells = row * columns..<(row + 1) * columns
      let end = cells.last { characters[$0] != " " }.map { $0 + 1 } ?? cells.lowerBound
      for cell in cells.lowerBound..<end {
        // Runs of one role are one piece; spaces have none of their own.
        text.append(
          String(characters[cell]), as: characters[cell] == " " ? .plain : roles[cell])
      }
    }
    return text
  }
}

/// The dots of curves, eight to a character cell (Unicode's braille patterns).
struct BrailleDots {
  let columns: Int
  let rows: Int
  /// The dots of each curve by cell, as the bits of the patterns.
  private(set) var cells: [[UInt8]]

  init(columns: Int, rows: Int, curves: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: Array(repeating: 0, count: columns * rows), count: curves)
  }

  /// Draws a stroke; both parts of its points are from 0 to 1.
  mutating func draw(_ stroke: [PicturePoint], curve: Int) {
    var last: (x: Int, y: Int)?
    for point in stroke {
      let next = (
        x: Self.dot(point.x, of: 2 * columns), y: 4 * rows - 1 - Self.dot(point.y, of: 4 * rows)
      )
      line(from: last ?? next, to: next, curve)
      last = next
    }
  }

  /// The dot of a place from 0 to 1 among several.
  static func dot(_ t: Double, of count: Int) -> Int {
    guard t.isFinite else { return 0 }
    return Int((min(max(t, 0), 1) * Double(count - 1)).rounded())
  }

  private mutating func line(from a: (x: Int, y: Int), to b: (x: Int, y: Int), _ curve: Int) {
    let steps = max(abs(b.x - a.x), abs(b.y - a.y), 1)
    for step in 0...steps {
      let t = Double(step) / Double(steps)
      let x = a.x + Int((Double(b.x - a.x) * t).rounded())
      let y = a.y + Int((Double(b.y - a.y) * t).rounded())
      cells[curve][y / 4 * columns + x / 2] |= Self.bits[y % 4 * 2 + x % 2]
    }
  }

  /// The bit of each dot, row by row: the patterns number the lowest row last.
  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  /// All dots of a cell as a character, and the curve that has most of them, the last of several;
  /// `nil` where there is none.
  func character(_ column: Int, _ row: Int) -> (Character, curve: Int)? {
    let cell = row * columns + column
    var all: UInt8 = 0
    var most = 0
    for (i, curve) in cells.enumerated() {
      all |= curve[cell]
      if curve[cell].nonzeroBitCount >= cells[most][cell].nonzeroBitCount, curve[cell] != 0 {
        most = i
      }
    }
    guard all != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(all)) else { return nil }
    return (Character(scalar), most)
  }

  /// The row in which a curve has most dots of a column; `nil` where it has none.
  func row(of curve: Int, in column: Int) -> Int? {
    let best = (0..<rows).max {
      cells[curve][$0 * columns + column].nonzeroBitCount
        < cells[curve][$1 * columns + column].nonzeroBitCount
    }
    return best.flatMap { cells[curve][$0 * columns + column] == 0 ? nil : $0 }
  }
}
