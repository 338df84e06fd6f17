/// A table of a script as HTML, its numbers aligned at their points.
struct ReportTable {
  let columns: [String]
  private let rows: [[Value]]
  private let texts: ValueText

  /// A longer table is shown by its first and last rows.
  private static let rowLimit = 40
  private static let firstRows = 20
  private static let lastRows = 5
  /// How many cells stand behind the disclosure of a longer one.
  private static let cellLimit = 10_000

  init(columns: [String], rows: [[Value]], settings: DisplaySettings) {
    self.columns = columns
    self.rows = rows
    texts = ValueText(settings: Output.tableSettings(settings))
  }

  func append(caption: String, to markup: inout Markup) {
    let isLong = rows.count > ReportTable.rowLimit
    let head = rows.prefix(isLong ? ReportTable.firstRows : rows.count)
    let tail = rows.suffix(isLong ? ReportTable.lastRows : 0)
    markup.element("div", [.class("result")]) { result in
      append(caption: caption, head: head, tail: tail, to: &result)
      if isLong { appendWhole(caption: caption, to: &result) }
    }
  }

  private func appendWhole(caption: String, to result: inout Markup) {
    let all = rows.prefix(max(ReportTable.cellLimit / max(columns.count, 1), 1))
    result.element("details", [.class("whole")]) { details in
      details.element(
        "summary",
        text: all.count == rows.count
          ? "All \(rows.count) rows" : "The first \(all.count) of \(rows.count) rows")
      append(caption: caption, head: all, tail: [], to: &details)
    }
  }

  private func append(
    caption: String, head: ArraySlice<[Value]>, tail: ArraySlice<[Value]>, to markup: inout Markup
  ) {
    let shown = Array(head) + Array(tail)
    let cells = shown.map { $0.map(texts.printed) }
    let pads = columns.indices.map { column in
      shown.allSatisfy { isNumber($0[column]) }
        ? ReportTable.pads(cells.map { $0[column] }) : cells.map { _ in nil }
    }
    markup.lineEnd()
    markup.element("div", [.class("scroll")]) { scroll in
      scroll.element("table", [.class("rows")]) { table in
        table.lineEnd()
        table.element("caption", text: caption)
        table.lineEnd()
        table.element("thead") { head in
          head.element("tr") { tr in
            for (place, column) in columns.enumerated() {
              let isText = pads[place].contains(nil) && !shown.isEmpty
              tr.element(
                "th", [.named("scope", "col")] + (isText ? [.class("text")] : []), text: column)
            }
          }
        }
        table.lineEnd()
        table.element("tbody") { body in
          for place in shown.indices {
            if place == head.count { append(gapOf: rows.count - shown.count, to: &body) }
            append(cells[place], pads.map { $0[place] }, to: &body)
          }
        }
        table.lineEnd()
      }
    }
  }

  private func append(_ cells: [String], _ pads: [Int?], to body: inout Markup) {
    body.lineEnd()
    body.element("tr") { tr in
      for (column, cell) in cells.enumerated() {
        let attributes = ReportTable.attributes(pad: pads[column])
        if column == 0 {
          tr.element("th", [.named("scope", "row")] + attributes, text: cell)
        } else {
          tr.element("td", attributes, text: cell)
        }
      }
    }
  }

  private func append(gapOf count: Int, to body: inout Markup) {
    body.lineEnd()
    body.element("tr", [.class("gap")]) { tr in
      tr.element("td", [.named("colspan", String(columns.count))], text: "⋮ \(count) more rows")
    }
  }

  private func isNumber(_ value: Value) -> Bool {
    if case .number = value { true } else { false }
  }

  // MARK: Alignment

  /// How many characters each number lacks to the longest fraction of its column: the page has them
  /// as space, for no browser aligns at a point by itself.
  static func pads(_ cells: [String]) -> [Int?] {
    let fractions = cells.map { cell in
      // An exponent stands behind the point even without one: 1e+21.
      cell.firstIndex { $0 == "." || $0 == "e" }.map { cell[$0...].count } ?? 0
    }
    let longest = fractions.max() ?? 0
    return fractions.map { longest - $0 }
  }

  static func attributes(pad: Int?) -> [Markup.Attribute] {
    guard let pad else { return [.class("text")] }
    return pad == 0 ? [] : [.named("style", "--pad:\(pad)")]
  }
}
