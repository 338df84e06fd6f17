/// A `table` as text: columns aligned, and on a narrow screen parted.
struct TableText {
  private let columns: [String]
  private let rows: [[Value]]
  private let settings: DisplaySettings
  private let width: Int?

  /// - Parameter width: the columns of the terminal; `nil` where there is none: a line is as long as
  ///   the table is wide.
  init(_ columns: [String], _ rows: [[Value]], _ settings: DisplaySettings, width: Int?) {
    self.columns = columns
    self.rows = rows
    self.settings = Output.tableSettings(settings)
    self.width = width
  }

  /// A column as it is shown, its heading first.
  private struct Column {
    let cells: [String]
    let width: Int

    init(_ cells: [String], atMost limit: Int) {
      self.cells = cells.map { $0.shortened(to: limit) }
      width = self.cells.reduce(0) { max($0, $1.displayWidth) }
    }
  }

  private static let gap = 3
  /// The fewest digits to which numbers are shortened.
  private static let fewestDigits = 3

  var text: StyledText {
    var text = StyledText()
    let parts = parts
    for (number, part) in parts.enumerated() {
      if number > 0 { text.append("\n\n") }
      for line in 0...rows.count {
        if line > 0 { text.append("\n") }
        text.append(self.line(line, of: part), as: line == 0 ? .heading : .plain)
      }
    }
    return text
  }

  private func line(_ number: Int, of part: [Column]) -> String {
    var line = ""
    var missing = 1
    for column in part {
      line += String(repeating: " ", count: missing) + column.cells[number]
      missing = column.width - column.cells[number].displayWidth + Self.gap
    }
    return line
  }

  /// The columns that stand beside each other: all, or on a screen that is too narrow some at a time,
  /// each time behind the first, which tells the rows.
  private var parts: [[Column]] {
    guard let width, !columns.isEmpty else {
      return [columns.indices.map { column($0, atMost: .max) }]
    }
    let first = column(0, atMost: max(width - 1, 8))
    let room = max(width - 1 - first.width - Self.gap, 5)
    var parts: [[Column]] = []
    var used = 0
    for place in columns.indices.dropFirst() {
      let column = column(place, atMost: room)
      if parts.isEmpty || used + column.width > room {
        parts.append([first])
        used = 0
      }
      parts[parts.count - 1].append(column)
      used += column.width + Self.gap
    }
    return parts.isEmpty ? [[first]] : parts
  }

  /// A column, its numbers with fewer digits where they have no room otherwise.
  private func column(_ place: Int, atMost limit: Int) -> Column {
    var settings = settings
    while true {
      let values = ValueText(settings: settings)
      let cells = rows.map { values.printed($0[place]) }
      guard let digits = settings.digits, digits > Self.fewestDigits,
        cells.contains(where: { $0.displayWidth > limit })
      else { return Column([columns[place]] + cells, atMost: limit) }
      settings.digits = digits - 1
    }
  }
}

extension Output {
  /// Numbers in tables have 13 digits unless set otherwise: enough to compare, and even columns.
  static func tableSettings(_ settings: DisplaySettings) -> DisplaySettings {
    var settings = settings
    settings.digits = settings.digits ?? 13
    return settings
  }
}
