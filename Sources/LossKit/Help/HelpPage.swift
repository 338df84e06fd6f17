/// A page of help that is being written: headings, lines with labels, lists, examples.
struct HelpPage {
  private(set) var text = StyledText()
  let width: Int

  init(width: Int?) {
    self.width = max(width ?? 80, 12)
    isNarrow = self.width < 48
    column = isNarrow ? 4 : 16
  }

  /// Whether what has a label stands below it, as there is no room beside it.
  private let isNarrow: Bool
  /// The column in which what has a label begins.
  private let column: Int

  mutating func heading(_ title: String) {
    newLine()
    var styled = StyledText()
    styled.append(title, as: .heading)
    text.append(styled.wrapped(to: width))
  }

  mutating func paragraph(_ paragraph: String) {
    if paragraph.isEmpty { return }
    for line in paragraph.wrapped(to: width - 1) {
      newLine()
      text.append(line)
    }
  }

  /// A text with a label before it: `  formula     max(x, 0)`.
  mutating func labelled(_ label: String, _ content: String, as role: StyledText.Role = .plain) {
    var styled = StyledText()
    styled.append(content, as: role)
    labelled(label, styled)
  }

  mutating func labelled(_ label: String, _ content: StyledText) {
    newLine()
    let lead = "  " + label
    text.append(lead, as: .hint)
    let indent = String(repeating: " ", count: self.column)
    if isNarrow {
      if !label.isEmpty { text.append("\n" + indent) } else { text.append("  ") }
    } else {
      text.append(String(repeating: " ", count: max(2, self.column - lead.displayWidth)))
    }
    var column = self.column
    for span in content.spans {
      // Broken between words where that helps; a long array goes on where it stands.
      for (i, word) in span.text.split(separator: " ", omittingEmptySubsequences: false)
        .enumerated()
      {
        let word = String(word)
        let space = i > 0 ? " " : ""
        if column + space.count + word.displayWidth >= width, column > self.column, !word.isEmpty {
          text.append("\n" + indent)
          text.append(word, as: span.role)
          column = self.column + word.displayWidth
        } else {
          text.append(space + word, as: span.role)
          column += space.count + word.displayWidth
        }
      }
    }
  }

  /// Names with a line each.
  mutating func list(_ entries: [(name: String, summary: String)]) {
    let longest = entries.map(\.name.displayWidth).max() ?? 0
    let column = isNarrow ? 0 : min(longest, max(width / 3, 12))
    for (name, summary) in entries {
      newLine()
      var styled = StyledText()
      styled.append("  ")
      styled.append(name, as: .label)
      text.append(styled.wrapped(to: width))
      if name.displayWidth > column {
        text.append("\n" + String(repeating: " ", count: column + 4))
      } else {
        text.append(String(repeating: " ", count: column + 2 - name.displayWidth))
      }
      // As wide as the screen allows, and never less than a word or two.
      let lines = summary.wrapped(to: max(width - column - 5, 8))
      text.append(lines.joined(separator: "\n" + String(repeating: " ", count: column + 4)))
    }
  }

  /// A script with what it shows, run now in a session of its own.
  mutating func example(_ script: String, _ settings: DisplaySettings) {
    newLine()
    text.append("  example", as: .hint)
    for line in script.split(separator: "\n") {
      newLine()
      var styled = StyledText()
      styled.append("    \(line)")
      text.append(styled.wrapped(to: width))
    }
    newLine()
    text.append("      ")
    // The reason why a descent ended may be longer than the line.
    for span in HelpExample.shown(script, settings, width: width - 6).wrapped(to: width - 6).spans {
      text.append(
        span.text.split(separator: "\n", omittingEmptySubsequences: false)
          .joined(separator: "\n      "), as: span.role)
    }
  }

  private mutating func newLine() {
    if !text.spans.isEmpty { text.append("\n") }
  }
}

/// Examples of help, run when they are shown.
enum HelpExample {
  /// What a script shows, an error included.
  static func shown(_ script: String, _ settings: DisplaySettings, width: Int?) -> StyledText {
    let session = Session()
    session.settings = settings
    var text = StyledText()
    func append(_ other: StyledText) {
      if !text.spans.isEmpty { text.append("\n") }
      text.append(other)
    }
    do throws(LossError) {
      try session.run(script) { append($0.rendered(session.settings, on: Screen(columns: width))) }
    } catch {
      append(error.rendered())
    }
    return text
  }

  /// What an expression comes to, on one line; `nil` where it is an error.
  static func value(_ expression: String, _ settings: DisplaySettings) -> String? {
    let session = Session()
    guard let value = try? session.value(of: expression) else { return nil }
    return ValueText(settings: settings).text(value)
  }
}
