/// Values at the width of a terminal, for a person: a row of numbers in a line, a matrix in aligned
/// rows.
extension ValueText {
  /// The fewest columns that anything is fitted to.
  private static let leastWidth = 20

  /// A value that fits the terminal: as `text` has it where it does or where no width is known, else
  /// with fewer elements, or in rows.
  ///
  /// - Parameter column: where it begins in its line; further rows are indented as far.
  func fitted(_ value: Value, after column: Int) -> String {
    guard let width = settings.width, !settings.isElideSet else { return text(value) }
    return fitted(value, in: max(Self.leastWidth, width - column), indent: column)
  }

  private func fitted(_ value: Value, in width: Int, indent: Int) -> String {
    switch value {
    case .tensor(let tensor) where tensor.shape.count == 1:
      return row(of: tensor.count, in: width) { element(tensor, $0) }
    case .tensor(let tensor) where (2...4).contains(tensor.shape.count) && tensor.count > 0:
      if tensor.count <= width / 2 {
        let flat = ValueText(settings: longSettings).text(value)
        if flat.utf8.count <= width { return flat }
      }
      let rows = rows(of: tensor, axis: 0, offset: 0, in: width)
      let shape = " (\(tensor.shape.map(String.init).joined(separator: ", ")))"
      return joined(rows.lines, indent) + (rows.isElided ? shape : "")
    case .texts(let texts):
      return row(of: texts.elements.count, in: width) { quoted(texts.elements[$0]) }
    case .text(let text): return fitted(text, in: width)
    case .record(let record): return fitted(record, in: width, indent: indent)
    case .scalarDual, .dual, .series: return fitted(value.plain, in: width, indent: indent)
    default: return text(value)
    }
  }

  private var longSettings: DisplaySettings {
    DisplaySettings(digits: settings.digits, elide: .max)
  }

  private func element(_ tensor: Tensor, _ place: Int) -> String {
    let x = tensor.start[place]
    return tensor.isMask ? (x != 0 ? "true" : "false") : text(x)
  }

  private func joined(_ lines: [String], _ indent: Int) -> String {
    lines.joined(separator: "\n" + String(repeating: " ", count: indent))
  }

  // MARK: One row

  /// `[a, b, … , z] (n)` with as many elements as fit, at least the first and the last.
  private func row(of count: Int, in width: Int, _ element: (Int) -> String) -> String {
    var shown: [String] = []
    var used = 2
    while shown.count < count, used - 2 <= width {
      shown.append(element(shown.count))
      used += shown[shown.count - 1].displayWidth + (shown.count > 1 ? 2 : 0)
    }
    if shown.count == count, used <= width { return "[\(shown.joined(separator: ", "))]" }
    let last = element(count - 1)
    let suffix = " (\(count))"
    var room = width - "[… , ]".count - last.displayWidth - suffix.count
    var first = 0
    while first < min(shown.count, count - 1), shown[first].displayWidth + 2 <= room || first == 0 {
      room -= shown[first].displayWidth + 2
      first += 1
    }
    return "[\((shown.prefix(first) + ["… ", last]).joined(separator: ", "))]\(suffix)"
  }

  private func fitted(_ text: String, in width: Int) -> String {
    let whole = quoted(text)
    guard whole.utf8.count > width, whole.displayWidth > width else { return whole }
    let count = text.count
    let suffix = " (\(count) characters)"
    var room = max(4, width - suffix.count - 1)
    let beginning = whole.prefix { character in
      room -= character.displayWidth
      return room >= 0
    }
    return beginning + "…" + suffix
  }

  // MARK: Rows

  /// The places of an axis that are shown, `nil` where some are left out.
  private func places(of count: Int, limit: Int) -> [Int?] {
    count <= limit ? Array(0..<count) : Array(0..<limit - 2) + [nil, count - 1]
  }

  /// The rows of an array of two axes or more, with its brackets.
  private func rows(
    of tensor: Tensor, axis: Int, offset: Int, in width: Int
  ) -> (lines: [String], isElided: Bool) {
    let shape = tensor.shape[axis...]
    if shape.count == 2 { return matrixRows(of: tensor, offset: offset, in: width) }
    var lines: [String] = []
    var isElided = false
    let step = shape.dropFirst().reduce(1, *)
    let places = places(of: tensor.shape[axis], limit: 4)
    for (number, place) in places.enumerated() {
      let end = number + 1 < places.count ? "," : "]"
      guard let place else {
        lines.append(" … ,")
        isElided = true
        continue
      }
      let block = rows(of: tensor, axis: axis + 1, offset: offset + place * step, in: width - 1)
      isElided = isElided || block.isElided
      for (line, text) in block.lines.enumerated() {
        lines.append(
          (number == 0 && line == 0 ? "[" : " ") + text
            + (line + 1 == block.lines.count ? end : ""))
      }
    }
    return (lines, isElided)
  }

  /// A column of a matrix, its numbers aligned at their points.
  private struct Column {
    var cells: [String]
    var wholeWidth: Int
    var width: Int

    init(_ cells: [String]) {
      self.cells = cells
      func whole(_ cell: String) -> Int { cell.prefix { $0 != "." && $0 != "e" }.count }
      let wholeWidth = cells.reduce(0) { max($0, whole($1)) }
      self.wholeWidth = wholeWidth
      width = cells.reduce(0) { max($0, wholeWidth - whole($1) + $1.count) }
      self.cells = cells.map { String(repeating: " ", count: wholeWidth - whole($0)) + $0 }
    }
  }

  private func matrixRows(
    of tensor: Tensor, offset: Int, in width: Int
  ) -> (lines: [String], isElided: Bool) {
    let count = (rows: tensor.shape[tensor.shape.count - 2], columns: tensor.shape.last ?? 0)
    let places = places(of: count.rows, limit: 10)
    let shown = places.compactMap(\.self)
    func column(_ j: Int) -> Column {
      Column(shown.map { element(tensor, offset + $0 * count.columns + j) })
    }
    // The last row carries the shape where something is left out.
    let suffix = " (\(tensor.shape.map(String.init).joined(separator: ", ")))".count
    var columns: [Column] = []
    var used = "[[]],".count
    while columns.count < count.columns, used <= width {
      columns.append(column(columns.count))
      used += columns[columns.count - 1].width + (columns.count > 1 ? 2 : 0)
    }
    var isWide = columns.count < count.columns || used > width
    if !isWide, shown.count < count.rows, used + suffix > width { isWide = true }
    var last: Column?
    if isWide, count.columns > 2 {
      let end = column(count.columns - 1)
      last = end
      var room = width - "[[… , ]],".count - end.width - suffix
      columns = Array(columns.prefix(count.columns - 1))
      let fitting = columns.prefix { column in
        room -= column.width + 2
        return room >= 0
      }
      columns = Array(columns.prefix(max(1, fitting.count)))
    }
    var lines: [String] = []
    var row = 0
    for (number, place) in places.enumerated() {
      guard place != nil else {
        lines.append(" … ,")
        continue
      }
      var cells = columns.map { ($0.cells[row], $0.width) }
      if let last { cells += [("… ", 2), (last.cells[row], last.width)] }
      let text = cells.enumerated().map { index, cell in
        // The comma follows its number; the last column needs no padding after it.
        index + 1 == cells.count
          ? cell.0 : cell.0 + ", " + String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      }.joined()
      let end = number + 1 < places.count ? "]," : "]]"
      lines.append((number == 0 ? "[[" : " [") + text + end)
      row += 1
    }
    return (lines, last != nil || shown.count < count.rows)
  }

  // MARK: Records

  /// A field a line where the whole does not fit into one.
  private func fitted(_ record: Record, in width: Int, indent: Int) -> String {
    func label(_ place: Int) -> String { "\(Self.fieldName(record.names[place])) = " }
    if record.values.count <= width / 4 {
      let parts = record.values.indices.map {
        label($0) + fitted(record.values[$0], in: width, indent: 0)
      }
      let flat = "{\(parts.joined(separator: ", "))}"
      let isElided = parts.contains { $0.contains("…") }
      if !isElided, !flat.contains("\n"), flat.displayWidth <= width { return flat }
    }
    let places = places(of: record.values.count, limit: 24)
    let lines = places.enumerated().map { number, place in
      let start = number == 0 ? "{" : " "
      let end = number + 1 < places.count ? "," : "}"
      guard let place else { return start + "… ," }
      let label = label(place)
      let used = 1 + label.displayWidth
      return start + label
        + fitted(
          record.values[place], in: max(Self.leastWidth, width - used - 1), indent: indent + used)
        + end
    }
    return joined(lines, indent)
      + (places.contains(nil) ? " (\(record.values.count) fields)" : "")
  }

  // MARK: Whole values

  /// All of a value, in lines that a terminal does not break: after a comma, a row of a matrix on
  /// lines of its own.
  func broken(_ value: Value, width: Int?) -> String {
    let flat = text(value)
    guard let width, flat.utf8.count > width else { return flat }
    var result = ""
    var line = ""
    var lineWidth = 0
    var depth = 0
    var item = ""
    // How many brackets are open where the item begins.
    var itemDepth = 0
    var isText = false
    var isEscaped = false
    func endLine() {
      while line.last == " " { line.removeLast() }
      result += line + "\n"
      line = String(repeating: " ", count: min(itemDepth, width / 4))
      lineWidth = line.count
    }
    func endItem() {
      let itemWidth = item.displayWidth
      if lineWidth + itemWidth > width, lineWidth > itemDepth {
        endLine()
        if item.first == " " { item.removeFirst() }
      }
      line += item
      lineWidth += item.displayWidth
      item = ""
      itemDepth = depth
    }
    for character in flat {
      item.append(character)
      if isEscaped {
        isEscaped = false
      } else if isText {
        isText = character != "\""
        isEscaped = character == "\\"
      } else {
        switch character {
        case "\"": isText = true
        case "[", "{": depth += 1
        case "]", "}": depth -= 1
        case ",":
          let endsRow = item.hasSuffix("],")
          endItem()
          if endsRow { endLine() }
        case " " where item == " " && line.allSatisfy({ $0 == " " }): item = ""
        default: break
        }
      }
    }
    endItem()
    return result + line
  }
}
