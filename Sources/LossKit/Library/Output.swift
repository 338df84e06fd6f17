/// Something that a session shows: a value with its gradient, a printed line, a table.
public struct Output: @unchecked Sendable {  // Holds plain values only, which are immutable.
  enum Content {
    case value(Value, gradient: [(name: String, value: Value)]?, notes: [String])
    case definition(String, notes: [String])
    case print([Value])
    case check(String, points: Int, skipped: Int)
    case table(columns: [String], rows: [[Value]])
    case plot(Plot)
    case descent(DescentSummary)
  }

  let content: Content
  /// The text of the statement.
  let source: String
  let echo: Session.Echo
  /// What its text is counted in.
  let count: OutputCount

  /// The line of the statement in its text, from 1.
  public let line: Int

  /// Whether a `print` made this: what `--quiet` keeps.
  public var isPrint: Bool {
    if case .print = content { true } else { false }
  }

  /// Whether the text that was asked for last is empty because it would be more than
  /// ``Limits/outputBytes`` allow.
  public var isTooLong: Bool { count.isExceeded }

  /// What a `plot` drew; `nil` for everything else.
  public var plot: Plot? {
    if case .plot(let plot) = content { plot } else { nil }
  }
}

extension Output {
  /// The output as text, without a final line end.
  ///
  /// Empty where it is more than ``Limits/outputBytes`` allow: `run` ends with that error then.
  ///
  /// - Parameter screen: where it is shown: its width breaks long lines, its colours and size
  ///   decide how pictures are drawn.
  public func rendered(_ settings: DisplaySettings, on screen: Screen = .none) -> StyledText {
    let text = text(settings, on: screen)
    return count.add(text.plain.utf8.count) ? text : StyledText()
  }

  private func text(_ settings: DisplaySettings, on screen: Screen) -> StyledText {
    let width = screen.columns
    let values = ValueText(settings: settings)
    var text = StyledText()
    switch content {
    case .value(let value, let gradient, let notes):
      text.append(values.fitted(value, after: 0), as: .value)
      if let gradient {
        append(gradient, to: &text, values, width: width ?? 80)
      }
      append(notes, to: &text, width: width)
    case .definition(let definition, let notes):
      text.append(definition)
      append(notes, to: &text, width: width)
    case .print(let items):
      text.append(items.map(values.printed).joined(separator: " "))
    case .check(let condition, let points, let skipped):
      if echo == .script { text.append("check \(condition): ") }
      text.append(Output.claim(points: points, skipped: skipped))
    case .table(let columns, let rows):
      text.append(TableText(columns, rows, settings, width: width).text)
    case .plot(let plot):
      if let file = plot.file {
        text.append("plot written to \(file)")
      } else {
        let (picture, notes) = plot.picture(on: screen)
        text.append(picture)
        append(notes, to: &text, width: width)
      }
    case .descent(let summary):
      text.append(summary.rendered(settings, columns: width))
      append(summary.notes, to: &text, width: width)
    }
    return text
  }

  /// What is said of a check that holds.
  static func claim(points: Int, skipped: Int) -> String {
    "holds at \(points) random points"
      + (skipped > 0 ? " (\(skipped) more skipped: both sides nan)" : "")
  }

  /// Each note on a line of its own; on a terminal broken between words, its lines aligned.
  private func append(_ notes: [String], to text: inout StyledText, width: Int?) {
    let indent = String(repeating: " ", count: "  note: ".count)
    for note in notes {
      text.append("\n  ")
      guard let width, width > 2 * indent.count else {
        text.append("note: \(note)", as: .note)
        continue
      }
      var line = "note:"
      var column = indent.count - 1
      for word in note.split(separator: " ") {
        if column + 1 + word.count >= width, column > indent.count {
          text.append(line, as: .note)
          text.append("\n" + indent)
          line = String(word)
          column = indent.count + word.count
        } else {
          line += " \(word)"
          column += 1 + word.count
        }
      }
      text.append(line, as: .note)
    }
  }

  /// In a script on the value's line if it fits there; at the prompt on lines of its own.
  private func append(
    _ gradient: [(name: String, value: Value)], to text: inout StyledText, _ values: ValueText,
    width: Int
  ) {
    let parts = gradient.map { part in
      let label = "∂\(part.name) = "
      return label + values.fitted(part.value, after: 2 + label.displayWidth)
    }
    let joined = parts.joined(separator: "   ")
    let start = text.plain.count
    if echo == .script, start + 8 + joined.count <= max(width, 80) {
      text.append("        ")
      text.append(joined, as: .derivative)
      return
    }
    var column = width
    for part in parts {
      if part.contains("\n") {
        // A matrix in rows stands by itself.
        text.append("\n  ")
        column = width
      } else if column + 3 + part.count > width {
        text.append("\n  ")
        column = 2 + part.count
      } else {
        text.append("   ")
        column += 3 + part.count
      }
      text.append(part, as: .derivative)
    }
  }
}
