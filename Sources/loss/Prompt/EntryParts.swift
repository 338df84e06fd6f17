import LossKit

/// An entry of the prompt taken apart: commands, and texts of the language between them.
///
/// A command ends with its line, unless it takes an expression, which may go on. A line that begins
/// with `:` inside an open bracket is none.
struct EntryParts {
  enum Part {
    case command(Substring)
    case statements(Substring)
  }

  private static let lineLimit = 100

  private(set) var parts: [Part] = []

  init(_ text: String) {
    var start = text.startIndex
    var lineStart = start
    while lineStart < text.endIndex {
      let lineEnd = Self.end(ofLineAt: lineStart, in: text)
      guard CommandLineText(text[lineStart..<lineEnd]) != nil else {
        lineStart = lineEnd
        continue
      }
      if start < lineStart {
        // Once a bracket is open here, no later line can be a command without an error.
        if Session.needsContinuation(String(text[start..<lineStart])) { break }
        parts.append(.statements(text[start..<lineStart]))
      }
      let end = Self.end(ofCommandAt: lineStart, in: text)
      parts.append(.command(text[lineStart..<end]))
      start = end
      lineStart = end
    }
    if start < text.endIndex { parts.append(.statements(text[start...])) }
  }

  /// Behind the line end, or the end of the text.
  private static func end(ofLineAt start: String.Index, in text: String) -> String.Index {
    text[start...].firstIndex(where: \.isNewline).map { text.index(after: $0) } ?? text.endIndex
  }

  private static func end(ofCommandAt start: String.Index, in text: String) -> String.Index {
    var end = end(ofLineAt: start, in: text)
    var lines = 1
    while end < text.endIndex, let line = CommandLineText(text[start..<end]),
      line.command?.argument.isExpression == true, Session.needsContinuation(line.argument)
    {
      // Each look takes as long as the expression is: one of very many lines takes all the rest.
      lines += 1
      if lines > lineLimit { return text.endIndex }
      end = Self.end(ofLineAt: end, in: text)
    }
    return end
  }
}
