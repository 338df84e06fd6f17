extension Plot {
  /// How many curves have a colour of their own.
  public static let seriesCount = 6

  /// The fewest columns that a picture needs.
  static let leastColumns = 20

  /// The picture in characters, and what has to be said about it.
  ///
  /// Curves are braille dots; where colours do not tell them apart, marks on them do. Contours are
  /// half blocks in many colours, shades otherwise. Without a terminal it is 80 columns wide.
  func picture(on screen: Screen) -> (text: StyledText, notes: [String]) {
    let columns = min(screen.columns ?? 80, 500)
    guard columns >= Plot.leastColumns else {
      var text = StyledText()
      text.append("no picture: it needs \(Plot.leastColumns) columns", as: .note)
      return (text, [])
    }
    // A quarter of the width is about 2:1 to the eye; what is above the picture should be seen, too.
    let rows = max(6, min(columns / 4, 32, (screen.rows ?? .max) - 6))
    switch content {
    case .curves(let curves, let vertical):
      return CurvePicture(
        horizontal: horizontal, curves: curves, vertical: vertical, columns: columns, rows: rows,
        colors: screen.colors
      ).drawn
    case .field(let field):
      return FieldPicture(
        horizontal: horizontal, field: field, columns: columns, rows: rows, colors: screen.colors
      ).drawn
    }
  }
}

/// The frame of a picture in characters: axes, ticks and the names of the axes.
struct TextFrame {
  let horizontal: Plot.Axis
  let xTicks: Ticks
  let yTicks: Ticks
  /// Where the picture begins.
  let left: Int
  /// Its size in cells.
  let columns: Int
  let rows: Int
  private let yName: String?
  private let xName: String
  private let xScale: PlotScale
  private let yScale: PlotScale

  /// - Parameter right: the columns that are left free at the right.
  init(
    _ horizontal: Plot.Axis, _ vertical: ClosedRange<Double>, yName: String?, columns: Int,
    rows: Int, right: Int = 0
  ) {
    self.horizontal = horizontal
    self.rows = rows
    self.yName = yName
    xName = horizontal.name.shortened(to: 8)
    yTicks = Ticks(in: vertical, atMost: max(2, rows / 3 + 1))
    let labels = yTicks.ticks.map(\.label.count).max() ?? 0
    left = labels + 1
    self.columns = max(4, columns - left - max(right, xName.displayWidth + 1))
    xTicks = Self.xTicks(horizontal.interval, columns: self.columns)
    xScale = PlotScale(horizontal.interval)
    yScale = PlotScale(vertical)
  }

  /// As many ticks as have room for their labels.
  private static func xTicks(_ interval: ClosedRange<Double>, columns: Int) -> Ticks {
    var limit = max(3, columns / 8)
    while true {
      let ticks = Ticks(in: interval, atMost: limit)
      let widest = ticks.ticks.map(\.label.count).max() ?? 0
      if limit == 2 || (widest + 2) * ticks.ticks.count <= columns + 2 { return ticks }
      limit -= 1
    }
  }

  /// The lines above the picture: the name of the axis that goes up.
  var headRows: Int { yName == nil ? 0 : 1 }
  /// All lines: the picture, the axis below it and its labels.
  var totalRows: Int { headRows + rows + 2 }
  var totalColumns: Int { left + columns + xName.count + 1 }

  func column(_ x: Double) -> Int { left + BrailleDots.dot(xScale(x), of: 2 * columns) / 2 }
  func row(_ y: Double) -> Int {
    headRows + rows - 1 - BrailleDots.dot(yScale(y), of: 4 * rows) / 4
  }

  func draw(on canvas: inout TextCanvas) {
    if let yName { canvas.put(yName, max(0, left - 1), 0, as: .axis) }
    for row in headRows..<headRows + rows { canvas.put("│", left - 1, row, as: .axis) }
    for tick in yTicks.ticks {
      let row = row(tick.value)
      canvas.put("┤", left - 1, row, as: .axis)
      canvas.put(tick.label, left - 1 - tick.label.count, row, as: .axis)
    }
    let bottom = headRows + rows
    canvas.put("└", left - 1, bottom, as: .axis)
    for column in 0..<columns { canvas.put("─", left + column, bottom, as: .axis) }
    canvas.put(xName, left + columns + 1, bottom, as: .axis)
    var end = -1
    for tick in xTicks.ticks {
      let column = column(tick.value)
      canvas.put("┬", column, bottom, as: .axis)
      // Centred, the point before or behind the middle, within the canvas.
      let start = min(max(0, column - tick.label.count / 2), canvas.columns - tick.label.count)
      if start <= end { continue }
      canvas.put(tick.label, start, bottom + 1, as: .axis)
      end = start + tick.label.count
    }
  }

  /// The lines where x or y is 0, in cells that are empty.
  func drawZeroLines(on canvas: inout TextCanvas, _ vertical: ClosedRange<Double>) {
    if vertical.lowerBound < 0, vertical.upperBound > 0 {
      for column in left..<left + columns where canvas.isBlank(column, row(0)) {
        canvas.put("┈", column, row(0), as: .axis)
      }
    }
    if horizontal.interval.lowerBound < 0, horizontal.interval.upperBound > 0 {
      for row in headRows..<headRows + rows where canvas.isBlank(column(0), row) {
        canvas.put("┊", column(0), row, as: .axis)
      }
    }
  }

  /// What has to be said about the labels.
  var notes: [String] {
    var notes: [String] = []
    if let offset = yTicks.offset {
      notes.append("add \(offset) to the labels \(yName.map { "of \($0)" } ?? "at the left")")
    }
    if let offset = xTicks.offset {
      notes.append("add \(offset) to the labels of \(horizontal.name)")
    }
    return notes
  }
}

extension String {
  /// The text, its end replaced by an ellipsis where it has more columns than there is room for.
  func shortened(to columns: Int) -> String {
    if displayWidth <= columns { return self }
    var result = ""
    var width = 1
    for character in self {
      width += character.displayWidth
      if width > columns { break }
      result.append(character)
    }
    return result + "…"
  }
}
