/// Curves in characters.
struct CurvePicture {
  let horizontal: Plot.Axis
  let curves: [Plot.Curve]
  let vertical: Plot.VerticalRange
  let columns: Int
  let rows: Int
  let colors: Screen.Colors

  /// The marks of the second curve and of those after it.
  private static let marks = Array("ox+*#@%&ABCDEFGHIJKLMNOPQRSTUVWYZ")
  /// The columns from one mark of a curve to the next.
  private static let markDistance = 10

  /// The picture, with what has to be said about it.
  var drawn: (text: StyledText, notes: [String]) {
    let range = vertical.interval
    let frame = TextFrame(horizontal, range, yName: nil, columns: columns, rows: rows)
    var dots = BrailleDots(columns: frame.columns, rows: frame.rows, curves: curves.count)
    let (xScale, yScale) = (PlotScale(horizontal.interval), PlotScale(range))
    for (i, curve) in curves.enumerated() {
      for stroke in curve.strokes(xScale, yScale) { dots.draw(stroke, curve: i) }
    }
    var canvas = TextCanvas(columns: columns, rows: frame.totalRows)
    frame.draw(on: &canvas)
    for row in 0..<frame.rows {
      for column in 0..<frame.columns {
        guard let (character, curve) = dots.character(column, row) else { continue }
        canvas.put(character, frame.left + column, frame.headRows + row, as: .series(curve))
      }
    }
    for i in curves.indices { mark(i, dots, frame, &canvas) }
    frame.drawZeroLines(on: &canvas, range)
    var text = canvas.text
    for line in legend { text.append(line) }
    var notes = frame.notes
    if vertical.isClipped { notes.insert("clipped: values go on above or below", at: 0) }
    if dots.cells.allSatisfy({ $0.allSatisfy { $0 == 0 } }) {
      notes.append("no value is a finite number")
    }
    return (text, notes)
  }

  // MARK: Marks

  /// The mark of a curve, where its colour does not tell it from the others.
  private func mark(of curve: Int) -> Character? {
    let first = colors == .none ? 1 : Plot.seriesCount
    guard curve >= first, curve - first < Self.marks.count else { return nil }
    return Self.marks[curve - first]
  }

  private func mark(
    _ curve: Int, _ dots: BrailleDots, _ frame: TextFrame, _ canvas: inout TextCanvas
  ) {
    guard let mark = mark(of: curve) else { return }
    // Each curve begins elsewhere, so that of two that coincide both are seen.
    let start = (curve * 3 + 1) % Self.markDistance
    for column in stride(from: start, to: frame.columns, by: Self.markDistance) {
      guard let row = dots.row(of: curve, in: column) else { continue }
      canvas.put(mark, frame.left + column, frame.headRows + row, as: .series(curve))
    }
  }

  // MARK: Legend

  /// The labels with their curves, several in a line where they have room.
  private var legend: [StyledText] {
    var lines: [StyledText] = []
    var width = 0
    for (i, curve) in curves.enumerated() {
      let sample = "⠒\(mark(of: i).map(String.init) ?? "⠒")⠒"
      let label = curve.label.shortened(to: max(1, columns - 6))
      let needed = 3 + 1 + label.displayWidth
      var entry = StyledText()
      if lines.isEmpty || width + 3 + needed > columns {
        entry.append("\n  ")
        width = 2 + needed
        lines.append(StyledText())
      } else {
        entry.append("   ")
        width += 3 + needed
      }
      entry.append(sample, as: .series(i))
      entry.append(" \(label)")
      lines[lines.count - 1].append(entry)
    }
    return lines
  }
}
