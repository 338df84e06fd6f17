extension Explanation {
  /// The explanation as a tree with aligned columns, without a final line end.
  ///
  /// - Parameters:
  ///   - settings: how numbers are shown; with 6 digits where it does not say.
  ///   - width: the columns of the terminal; `nil` where there is none, 80 then.
  public func rendered(_ settings: DisplaySettings, width: Int?) -> StyledText {
    let width = max(width ?? 80, 12)
    let isNarrow = width < ExplanationColumns.least
    let cells = CellText(
      settings: settings, limit: width >= 72 ? 24 : isNarrow ? width - 4 : width / 4)
    var rows = [ExplanationRow.header(derivativeHeading)]
    rows += ExplanationRow.rows(root, cells, showsDerivative: derivativeHeading != nil)
    let columns = ExplanationColumns(rows, width: width)
    var text = StyledText()
    for (i, row) in rows.enumerated() {
      if i > 0 { text.append("\n") }
      columns.append(row, to: &text)
    }
    var notes = notes
    if case .absent(let reason) = derivative { notes.insert("no derivative: \(reason)", at: 0) }
    for note in notes {
      for line in "note: \(note)".wrapped(to: width - 2) { text.append("\n  \(line)", as: .note) }
    }
    return text
  }

  private var derivativeHeading: String? {
    switch derivative {
    case .ofWhole: "∂whole/∂part"
    case .byParam(let name): "∂part/∂\(name)"
    case .absent: nil
    }
  }
}

/// One line of the tree.
private struct ExplanationRow {
  /// The lines that lead to the part: `│  ├─ `.
  var tree = ""
  var text: String
  var value = ""
  var derivative = ""
  var role = StyledText.Role.plain
  /// What stands before the marks: the lines go on.
  var below = ""
  var marks: [ExplainedPart.Mark] = []

  static func header(_ derivative: String?) -> ExplanationRow {
    ExplanationRow(text: "part", value: "value", derivative: derivative ?? "", role: .heading)
  }

  /// The rows of a tree; none calls itself, however deep it is.
  static func rows(_ root: ExplainedPart, _ cells: CellText, showsDerivative: Bool)
    -> [ExplanationRow]
  {
    var rows: [ExplanationRow] = []
    var pending = [(part: root, tree: "", below: "")]
    while let (part, tree, below) = pending.popLast() {
      let hasMore = !part.children.isEmpty || part.omitted > 0
      rows.append(
        ExplanationRow(
          tree: tree, text: part.text, value: part.value.map(cells.text) ?? "",
          derivative: showsDerivative ? part.derivative.map(cells.text) ?? "" : "",
          below: below + (hasMore ? "│  " : "   "), marks: part.marks))
      if part.text.isEmpty {
        rows[rows.count - 1].text = "… \(part.omitted) more part\(part.omitted == 1 ? "" : "s")"
        rows[rows.count - 1].role = .hint
        continue
      }
      var children = part.children
      if part.omitted > 0 { children.append(.more(part.omitted)) }
      for (i, child) in children.enumerated().reversed() {
        let isLast = i == children.count - 1
        pending.append((child, below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  ")))
      }
    }
    return rows
  }
}

extension ExplainedPart {
  /// Stands for parts that are not listed.
  fileprivate static func more(_ count: Int) -> ExplainedPart {
    ExplainedPart(
      text: "", marks: [], children: [], omitted: count, evaluations: 0, input: nil, value: nil,
      derivative: nil)
  }
}

/// How wide the columns of a tree are.
private struct ExplanationColumns {
  let width: Int
  let text: Int
  let value: Int

  /// A screen of fewer columns has no room for three beside each other: what a part comes to stands
  /// below it.
  static let least = 40

  init(_ rows: [ExplanationRow], width: Int) {
    self.width = width
    if width < Self.least {
      (text, value) = (width - 1, width - 1)
      return
    }
    value = rows.map(\.value.displayWidth).max() ?? 0
    let derivative = rows.map(\.derivative.displayWidth).max() ?? 0
    let rest = width - value - 2 - (derivative > 0 ? derivative + 2 : 0)
    let wanted = rows.map { $0.tree.displayWidth + $0.text.displayWidth }.max() ?? 0
    text = min(max(rest, 12), wanted)
  }

  func append(_ row: ExplanationRow, to result: inout StyledText) {
    // Deep in a tree the lines give way to the text.
    let tree = String(row.tree.suffix(max(text - min(8, row.text.displayWidth), 3)))
    let shown = row.text.shortened(to: text - tree.displayWidth)
    result.append(tree)
    result.append(shown, as: row.role)
    let isHeading = row.role == .heading
    if width < Self.least {
      let below = String(row.below.suffix(max(text - 8, 3)))
      for (sign, cell, role) in [
        ("= ", row.value, StyledText.Role.value), ("∂ ", row.derivative, .derivative),
      ] where !cell.isEmpty {
        result.append("\n\(below)\(sign)")
        let room = max(width - below.displayWidth - 2, 8)
        result.append(cell.shortened(to: room), as: isHeading ? .heading : role)
      }
    } else if !row.value.isEmpty || !row.derivative.isEmpty {
      pad(&result, from: tree.displayWidth + shown.displayWidth, to: text + 2)
      result.append(row.value, as: isHeading ? .heading : .value)
    }
    if width >= Self.least, !row.derivative.isEmpty {
      pad(&result, from: row.value.displayWidth, to: value + 2)
      result.append(row.derivative, as: isHeading ? .heading : .derivative)
    }
    let below = String(row.below.suffix(max(min(text, width / 2), 3)))
    for mark in row.marks {
      let room = max(width - below.displayWidth - 2, 8)
      for (i, line) in mark.text.wrapped(to: room).enumerated() {
        result.append("\n\(below)")
        result.append((i == 0 ? "◂ " : "  ") + line, as: mark.role)
      }
    }
  }

  private func pad(_ result: inout StyledText, from column: Int, to end: Int) {
    result.append(String(repeating: " ", count: max(end - column, 1)))
  }
}

extension ExplainedPart.Mark {
  fileprivate var role: StyledText.Role {
    switch kind {
    case .error: .error
    case .corner, .firstFault, .cut: .note
    case .repeated, .closed: .hint
    }
  }
}

/// Values that fit into a column.
struct CellText {
  let settings: DisplaySettings
  let limit: Int

  /// With 6 digits, where nothing else is set, and with fewer where an array has room for all its
  /// elements then.
  func text(_ value: Value) -> String {
    if settings.digits != nil { return text(value, settings) }
    var settings = settings
    for digits in [6, 4, 3] {
      settings.digits = digits
      let whole = ValueText(settings: settings).text(value)
      if whole.displayWidth <= limit { return whole }
    }
    return text(value, settings)
  }

  private func text(_ value: Value, _ settings: DisplaySettings) -> String {
    let whole = ValueText(settings: settings).text(value)
    if whole.displayWidth <= limit { return whole }
    guard case .tensor(let tensor) = value else { return whole.shortened(to: limit) }
    let shape = "(\(tensor.shape.map(String.init).joined(separator: ", ")))"
    guard tensor.shape.count == 1 else { return "array \(shape)".shortened(to: limit) }
    let values = ValueText(settings: settings)
    var shown = "["
    for i in 0..<tensor.count {
      let element =
        tensor.isMask ? (tensor.start[i] != 0 ? "true" : "false") : values.text(tensor.start[i])
      let next = shown + element + ", "
      if (next + "…] \(shape)").displayWidth > limit { break }
      shown = next
    }
    return shown.count > 1 ? "\(shown)…] \(shape)" : "array \(shape)".shortened(to: limit)
  }
}

extension String {
  /// The lines of the text, broken between words so that each keeps within some columns.
  func wrapped(to width: Int) -> [String] {
    split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
      var lines: [String] = []
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.displayWidth + 1 + String(word).displayWidth > width {
          lines.append(line)
          line = String(word)
        } else {
          line += line.isEmpty ? String(word) : " \(word)"
        }
      }
      return lines + [line]
    }
  }
}
