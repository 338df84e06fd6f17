/// The values of two names in characters: bands between round levels, with a bar that says which.
struct FieldPicture {
  let horizontal: Plot.Axis
  let field: Plot.Field
  let columns: Int
  let rows: Int
  let colors: Screen.Colors

  /// The shades from low to high; where some values are nan the blank is theirs.
  private static let shades: [Character] = [" ", "░", "▒", "▓", "█"]

  /// The columns of the bar with the space before it.
  private static let barWidth = 4

  /// The picture, with what has to be said about it.
  var drawn: (text: StyledText, notes: [String]) {
    let isShaded = colors != .many
    let hasGaps = field.values.contains(where: \.isNaN)
    let shades = hasGaps ? Array(Self.shades.dropFirst()) : Self.shades
    let levels = FieldLevels(field, atMost: isShaded ? shades.count - 1 : 10)
    let labels = levels.levels.map(\.label.count).max() ?? 0
    // Without room for the bar its levels are named below.
    let hasBar = columns >= 40
    let frame = TextFrame(
      horizontal, field.vertical.interval, yName: field.vertical.name.shortened(to: 12),
      columns: columns, rows: rows, right: hasBar ? Self.barWidth + labels + 2 : 0)
    var canvas = TextCanvas(columns: columns, rows: frame.totalRows)
    frame.draw(on: &canvas)

    func cell(_ upper: Int?, _ lower: Int?) -> (Character, StyledText.Role) {
      if isShaded { return (upper.map { shades[min($0, shades.count - 1)] } ?? " ", .plain) }
      if upper == nil, lower == nil { return (" ", .plain) }
      return (
        upper == nil ? "▄" : "▀",
        .levels(upper: upper.map(levels.color), lower: lower.map(levels.color))
      )
    }
    for row in 0..<frame.rows {
      for column in 0..<frame.columns {
        let s = (Double(column) + 0.5) / Double(frame.columns)
        func band(_ part: Double) -> Int? {
          levels.band(of: field.value(s, 1 - (Double(row) + part) / Double(frame.rows)))
        }
        let (character, role) = cell(band(isShaded ? 0.5 : 0.25), band(0.75))
        canvas.put(character, frame.left + column, frame.headRows + row, as: role)
      }
    }
    if hasBar { drawBar(levels, frame, &canvas, cell) }

    var text = canvas.text
    text.append("\n  \(field.label.shortened(to: max(1, columns - 2)))")
    var notes = frame.notes
    if levels.range.isClipped { notes.insert("clipped: values go on beyond the bar", at: 0) }
    if let offset = levels.offset { notes.append("add \(offset) to the labels of the bar") }
    if !hasBar {
      let list = levels.levels.map(\.label).joined(separator: ", ")
      notes.append("levels, from dark to bright: \(list)")
    }
    if !field.values.contains(where: \.isFinite) { notes.append("no value is a finite number") }
    return (text, notes)
  }

  private func drawBar(
    _ levels: FieldLevels, _ frame: TextFrame, _ canvas: inout TextCanvas,
    _ cell: (Int?, Int?) -> (Character, StyledText.Role)
  ) {
    let interval = levels.range.interval
    let scale = PlotScale(interval)
    let start = frame.left + frame.columns + Self.barWidth - 2
    func band(_ t: Double) -> Int? {
      levels.band(of: interval.lowerBound * (1 - t) + interval.upperBound * t)
    }
    for row in 0..<frame.rows {
      let top = 1 - (Double(row) + 0.25) / Double(frame.rows)
      let bottom = 1 - (Double(row) + 0.75) / Double(frame.rows)
      let (character, role) = cell(band(top), band(bottom))
      for column in start..<start + 2 {
        canvas.put(character, column, frame.headRows + row, as: role)
      }
    }
    for tick in levels.levels {
      let row = Int((1 - scale(tick.value)) * Double(frame.rows) - 0.001)
      let shown = min(max(row, 0), frame.rows - 1)
      canvas.put(tick.label, start + 3, frame.headRows + shown, as: .axis)
    }
  }
}
