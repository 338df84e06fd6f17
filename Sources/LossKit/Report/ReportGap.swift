/// The lines between two statements of a text: comments and blank ones.
struct ReportGap {
  enum Line: Equatable {
    case blank
    /// A comment without its `#`.
    case comment(String)
    /// What the parser did not come to.
    case code(String)

    /// `## text`.
    var isDocumentation: Bool {
      if case .comment(let text) = self {
        text.hasPrefix("#") && !text.hasPrefix("##")
      } else {
        false
      }
    }

    var isBlank: Bool {
      switch self {
      case .blank: true
      case .comment(let text): text.allSatisfy(\.isWhitespace)
      case .code: false
      }
    }
  }

  private(set) var lines: [Line] = []

  /// Whether the last line is blank, so that what follows stands apart from what is above.
  var endsBlank: Bool { lines.last == .blank }

  /// - Parameters:
  ///   - start: where the text of the statement above ends; the rest of its line is no line here.
  ///   - end: where the statement below begins; its line is none either.
  init(_ bytes: [UInt8], from start: Int, to end: Int) {
    let pieces = bytes[start..<max(start, end)].split(
      separator: 0x0A, omittingEmptySubsequences: false)
    let isAtStart = start == 0 || bytes[..<start].elementsEqual(Lexer.byteOrderMark)
    let isAtEnd = end == bytes.count
    for (place, piece) in pieces.enumerated() {
      // The spaces that the statement below is indented by.
      if place == pieces.count - 1, !isAtEnd || piece.isEmpty { break }
      let line = Self.line(String(decoding: piece, as: UTF8.self))
      if place == 0, !isAtStart, line == .blank { continue }
      lines.append(line)
    }
  }

  private static func line(_ text: String) -> Line {
    let trimmed = text.trimmingWhitespace
    if trimmed.allSatisfy({ $0 == ";" || $0.isWhitespace }) { return .blank }
    guard trimmed.hasPrefix("#") else { return .code(text) }
    return .comment(String(trimmed.dropFirst()))
  }

  /// A text without as many spaces at the beginning of its lines, the first one excepted.
  static func dedented(_ text: String, by count: Int) -> String {
    if count == 0 { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { place, line in
      let spaces = place == 0 ? 0 : min(count, line.prefix { $0 == " " }.count)
      return String(line.dropFirst(spaces))
    }.joined(separator: "\n")
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmingWhitespace: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
