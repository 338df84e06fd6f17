/// Values as HTML.
///
/// What is long is elided as in text, with as much of the whole as a page can bear behind a
/// disclosure.
struct ReportValues {
  let settings: DisplaySettings

  /// How many numbers of an array a page holds.
  private static let elementLimit = 1000
  /// How many bytes of a printed text a page holds.
  private static let textLimit = 20_000

  private var texts: ValueText { ValueText(settings: settings) }

  // MARK: A result

  func append(_ value: Value, to result: inout Markup) {
    result.element("div", [.class("value")]) { append(contentOf: value, to: &$0) }
  }

  func append(gradient: [(name: String, value: Value)], to result: inout Markup) {
    append(gradient.map { ("∂\($0.name)", $0.value) }, class: "gradient", to: &result)
  }

  func append(inputs: [(name: String, value: Value)], to result: inout Markup) {
    append(inputs, class: "record", to: &result)
  }

  /// Names with values, one a line.
  private func append(
    _ parts: [(name: String, value: Value)], class kind: StaticString, to result: inout Markup
  ) {
    result.lineEnd()
    result.element("dl", [.class(kind)]) { list in
      for (name, value) in parts {
        list.element("div") { row in
          row.element("dt", text: "\(name) =")
          row.element("dd") { append(contentOf: value, to: &$0) }
        }
      }
    }
  }

  private func append(contentOf value: Value, to element: inout Markup) {
    switch value {
    case .tensor(let tensor) where tensor.shape.count == 2 && !tensor.elements.isEmpty:
      append(matrix: tensor, to: &element)
    case .record(let record) where !record.names.isEmpty:
      append(
        Array(zip(record.names, record.values)).map { (name: $0, value: $1) }, class: "record",
        to: &element)
    default:
      let short = ReportValues.bounded(texts.text(value))
      guard isElided(value) else { return element.append(text: short) }
      element.element("details") { details in
        details.element("summary", text: short)
        details.element("pre", text: whole(value))
      }
    }
  }

  private func isElided(_ value: Value) -> Bool {
    switch value {
    case .tensor(let tensor): tensor.shape.contains { $0 > settings.elide }
    case .texts(let texts): texts.elements.count > settings.elide
    default: false
    }
  }

  /// An array as far as a page holds it, the rows of a matrix one a line.
  private func whole(_ value: Value) -> String {
    switch value {
    case .tensor(let tensor):
      let count = tensor.elements.count
      let shown = min(count, ReportValues.elementLimit)
      let width = tensor.shape.count > 1 ? max(tensor.shape.last ?? 1, 1) : Int.max
      var text = ""
      for place in 0..<shown {
        if place > 0 { text += place % width == 0 ? "\n" : ", " }
        text += element(tensor, place)
      }
      return text + ReportValues.rest(count - shown, "number")
    case .texts(let array):
      let shown = array.elements.prefix(ReportValues.elementLimit)
      return ReportValues.bounded(shown.map(texts.quoted).joined(separator: ", "))
        + ReportValues.rest(array.elements.count - shown.count, "text")
    default: return texts.text(value)
    }
  }

  private func element(_ tensor: Tensor, _ place: Int) -> String {
    let x = tensor.start[place]
    return tensor.isMask ? (x != 0 ? "true" : "false") : texts.text(x)
  }

  // MARK: Matrices

  private func append(matrix: Tensor, to element: inout Markup) {
    let (rows, columns) = (shown(matrix.shape[0]), shown(matrix.shape[1]))
    let width = matrix.shape[1]
    let isElided = rows.contains(nil) || columns.contains(nil)
    let cells = rows.map { row in
      columns.map { column in
        guard let row, let column else { return row == nil ? "⋮" : "…" }
        return self.element(matrix, row * width + column)
      }
    }
    element.element("div", [.class("scroll")]) { scroll in
      scroll.element("table", [.class("matrix")]) { table in
        append(rows: cells, to: &table)
      }
    }
    guard isElided else { return }
    element.element("details", [.class("whole")]) { details in
      details.element("summary", text: "\(matrix.shape[0]) × \(width), in full")
      details.element("pre", text: whole(.tensor(matrix)))
    }
  }

  /// The rows or columns that are shown, `nil` for those that are not.
  private func shown(_ count: Int) -> [Int?] {
    count > settings.elide ? [0, 1, 2, nil, count - 1] : Array(0..<count)
  }

  private func append(rows: [[String]], to table: inout Markup) {
    let pads = rows.first?.indices.map { column in ReportTable.pads(rows.map { $0[column] }) } ?? []
    for (place, row) in rows.enumerated() {
      table.element("tr") { tr in
        for (column, cell) in row.enumerated() {
          tr.element("td", ReportTable.attributes(pad: pads[column][place]), text: cell)
        }
      }
    }
  }

  // MARK: Bounds

  /// A text, cut where it would make the page unwieldy.
  static func bounded(_ text: String) -> String {
    guard text.utf8.count > textLimit else { return text }
    let kept = text.prefix(textLimit / 4)
    return kept + rest(text.count - kept.count, "character")
  }

  private static func rest(_ count: Int, _ word: String) -> String {
    count > 0 ? "\n… (\(count) more \(word)\(count == 1 ? "" : "s"))" : ""
  }
}
