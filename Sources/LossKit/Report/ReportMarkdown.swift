/// How a report's prose becomes HTML: the library has no Markdown of its own.
public struct ReportMarkdown: Sendable {
  /// HTML of a text's paragraphs, lists and so on.
  ///
  /// It has to be well-formed and safe: it goes into the page as it is, so markup in the text must
  /// not pass through.
  public let blocks: @Sendable (_ markdown: String) -> String

  /// HTML of one line without an element around it, for a heading; safe as `blocks` is.
  public let inline: @Sendable (_ markdown: String) -> String

  /// Markdown by two functions.
  public init(
    blocks: @escaping @Sendable (_ markdown: String) -> String,
    inline: @escaping @Sendable (_ markdown: String) -> String
  ) {
    self.blocks = blocks
    self.inline = inline
  }

  /// Shows each text as it is written, in paragraphs.
  public static let none = ReportMarkdown(
    blocks: { text in
      var markup = Markup()
      for paragraph in ReportMarkdown.paragraphs(of: text) {
        markup.element("p", text: paragraph)
        markup.lineEnd()
      }
      return markup.text
    },
    inline: { text in Markup.escaped(ReportComment.unescaped(text)) })

  private static func paragraphs(of text: String) -> [String] {
    var paragraphs: [String] = []
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        isOpen = false
      } else if isOpen {
        paragraphs[paragraphs.count - 1] += "\n" + line
      } else {
        paragraphs.append(String(line))
        isOpen = true
      }
    }
    return paragraphs
  }
}
