@preconcurrency import CReadline
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Colours the line that is being edited.
///
/// readline draws the line as ever; then the same characters are written once more over themselves,
/// with their colours. A display of our own would also have to scroll, search, list completions and
/// follow a resize, all of which readline's does well, and a mistake in it would show wrong text. Here a
/// line that cannot be laid out with certainty is just plain.
final class LinePainter {
  /// What the pieces of a line are; `isFinal` once it is entered.
  typealias Syntax = (_ line: String, _ isFinal: Bool) -> LineSyntax.Pieces

  private let syntax: Syntax

  /// Whether the screen shows colours that readline does not know of.
  private var isPainted = false

  init(syntax: @escaping Syntax) { self.syntax = syntax }

  private enum Stage { case editing, entered, over }

  private var stage = Stage.editing

  /// Forgets the line before: a new one begins on a row of its own.
  func begin() {
    isPainted = false
    stage = .editing
  }

  /// Draws a line that is about to be run, without marks for who edits it.
  func finish() {
    stage = .entered
    draw()
  }

  /// Leaves the line as it is on the screen: the caret has left its place, though readline may still
  /// ask for a display.
  func end() { stage = .over }

  /// Draws the line.
  func draw() {
    let painting = stage == .over ? nil : painting(isFinal: stage == .entered)
    if stage == .over { isPainted = false }
    if painting == nil, isPainted {
      // Cells that stay the same would keep their colours.
      rl_clear_visible_line()
      rl_on_new_line()
      isPainted = false
    }
    rl_redisplay()
    guard let painting else { return }
    fputs(painting, rl_outstream)
    fflush(rl_outstream)
    isPainted = true
  }

  /// What to write after readline's own display; `nil` where the line stays plain.
  private func painting(isFinal: Bool) -> String? {
    guard let buffer = rl_line_buffer, let prompt = rl_display_prompt, isPlaceKnown else {
      return nil
    }
    var rows: Int32 = 0
    var columns: Int32 = 0
    rl_get_screen_size(&rows, &columns)
    guard rl_end <= rows * columns,
      let line = String(validatingCString: buffer),
      let promptText = String(validatingCString: prompt), !promptText.utf8.isEmpty,
      let layout = LineLayout(
        prompt: promptText, line: line, caret: Int(rl_point), width: Int(columns)),
      // What has left the screen above cannot be reached.
      layout.rows.count <= Int(rows)
    else { return nil }
    return Self.painting(of: layout, attributes: attributes(of: line, isFinal: isFinal))
  }

  /// Whether readline is set up in a way that puts nothing else before or beside the line.
  private var isPlaceKnown: Bool {
    func isOn(_ variable: String) -> Bool {
      rl_variable_value(variable).map { strcmp($0, "on") == 0 } ?? false
    }
    return !isOn("horizontal-scroll-mode") && !isOn("mark-modified-lines")
      && !isOn("show-mode-in-prompt") && isOn("output-meta")
  }

  /// The SGR parameters of each byte.
  private func attributes(of line: String, isFinal: Bool) -> [String] {
    var attributes = [String](repeating: "", count: line.utf8.count)
    // While a pattern is typed, the line is that pattern.
    guard rl_readline_state & UInt(RL_STATE_NSEARCH) == 0 else { return attributes }
    let pieces = syntax(line, isFinal)
    for span in pieces.spans {
      guard let code = span.role.colorCode else { continue }
      // What stands at the end may yet become something.
      if !isFinal, span.role == .invalid, span.range.upperBound == attributes.count { continue }
      for byte in span.range.clamped(to: 0..<attributes.count) { attributes[byte] = code }
    }
    if !isFinal, let pair = pair(in: pieces.partners) {
      for byte in [pair.0, pair.1] where attributes.indices.contains(byte) {
        attributes[byte] = "1;4;36"
      }
    }
    if rl_mark_active_p() != 0 {
      let region = Int(min(rl_mark, rl_point))..<Int(max(rl_mark, rl_point))
      for byte in region.clamped(to: 0..<attributes.count) {
        attributes[byte] = attributes[byte].isEmpty ? "7" : "7;" + attributes[byte]
      }
    }
    return attributes
  }

  /// The brackets to show as belonging together: the one just closed, else the one at the caret.
  private func pair(in partners: [Int: Int]) -> (Int, Int)? {
    let caret = Int(rl_point)
    if let opening = partners[caret - 1], opening < caret - 1 { return (opening, caret - 1) }
    return partners[caret].map { ($0, caret) }
  }

  /// From the caret's place to the line's first character, over all rows, and back.
  private static func painting(of layout: LineLayout, attributes: [String]) -> String {
    var result = "\u{1B}7"
    if layout.caretRow > 0 { result += "\u{1B}[\(layout.caretRow)A" }
    result += "\r"
    if layout.promptWidth > 0 { result += "\u{1B}[\(layout.promptWidth)C" }
    for (number, row) in layout.rows.enumerated() {
      if number > 0 { result += "\r\u{1B}[B" }
      var current = ""
      for cell in row {
        if attributes[cell.offset] != current {
          current = attributes[cell.offset]
          result += "\u{1B}[0" + (current.isEmpty ? "" : ";" + current) + "m"
        }
        result += cell.text
      }
      if !current.isEmpty { result += "\u{1B}[0m" }
    }
    return result + "\u{1B}8"
  }
}

extension SyntaxRole {
  /// Of the 8 named colours only, which follow the reader's palette; what is most of a text stays as
  /// it is.
  fileprivate var colorCode: String? {
    switch self {
    case .keyword: "35"
    case .builtin: "34"
    case .constant, .number: "36"
    case .text: "32"
    case .comment: "2"
    case .documentation: "2;32"
    case .command: "1"
    case .unknownName: "4;31"
    case .unmatchedBracket: "1;31"
    case .invalid: "31"
    case .name, .definedName, .field, .operation, .bracket, .commandWord: nil
    }
  }
}
