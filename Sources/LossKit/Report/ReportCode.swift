/// Code as HTML, coloured by what its pieces are.
enum ReportCode {
  static func append(_ code: String, to markup: inout Markup) {
    let bytes = Array(code.utf8)
    var end = 0
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    for span in SyntaxHighlighter().highlighting(of: bytes).spans {
      if span.range.lowerBound > end { markup.append(text: text(end..<span.range.lowerBound)) }
      if let name = className(span.role) {
        markup.element("span", [.class(name)], text: text(span.range))
      } else {
        markup.append(text: text(span.range))
      }
      end = span.range.upperBound
    }
    if end < bytes.count { markup.append(text: text(end..<bytes.count)) }
  }

  /// The class that the style sheet colours; names and operators have none, so that most of a page
  /// of code is calm.
  private static func className(_ role: SyntaxRole) -> StaticString? {
    switch role {
    case .keyword, .command: "keyword"
    case .builtin: "builtin"
    case .number, .constant: "number"
    case .text, .commandWord: "string"
    case .comment, .documentation: "comment"
    case .invalid, .unmatchedBracket: "invalid"
    case .name, .definedName, .unknownName, .field, .operation, .bracket: nil
    }
  }
}
