/// How the comments of a script read as text.
///
/// A comment without its `#` and one space is Markdown. Headings are taken out of it here, since a
/// page gives them places in its contents; so are the rules of `=`, `-` and the like that people
/// draw above and below a title, which Markdown would take for something else.
enum ReportComment {
  struct Heading: Equatable {
    enum Origin { case markdown, library, print }
    let level: Int
    /// Inline Markdown.
    let text: String
    let origin: Origin
  }

  enum Part: Equatable {
    case heading(Heading)
    case prose(String)
    case code(String)
  }

  /// The parts of the lines between two statements.
  static func parts(of lines: [ReportGap.Line]) -> [Part] {
    var parts: [Part] = []
    var prose: [String] = []
    var code: [String] = []
    func flush() {
      let kept = trimmed(prose)
      if !kept.isEmpty { parts.append(.prose(kept.joined(separator: "\n"))) }
      if !code.isEmpty { parts.append(.code(code.joined(separator: "\n"))) }
      prose = []
      code = []
    }
    let texts = texts(of: lines)
    var fence: Substring?
    for (place, line) in texts.enumerated() {
      guard case .comment(let text) = line else {
        if case .code(let text) = line {
          if code.isEmpty { flush() }
          code.append(text)
        } else {
          prose.append("")
        }
        continue
      }
      if !code.isEmpty { flush() }
      if let mark = fenceMark(text) {
        if fence == nil { fence = mark } else if mark.hasPrefix(fence ?? "") { fence = nil }
        prose.append(text)
      } else if fence != nil {
        prose.append(text)
      } else if let heading = heading(text) {
        flush()
        parts.append(.heading(heading))
      } else if isRule(text) {
        if let title = underlined(prose, above: text) {
          prose.removeLast()
          flush()
          parts.append(.heading(title))
        } else if !isOverline(texts, at: place), !trimmed(prose).isEmpty {
          prose += ["", "***", ""]
        }
      } else {
        prose.append(text)
      }
    }
    flush()
    return parts
  }

  /// The title with which a script begins: a line alone above an empty one that is no sentence.
  static func title(of lines: [ReportGap.Line]) -> (text: String, lines: Range<Int>)? {
    guard let first = lines.firstIndex(where: { !$0.isBlank }), first + 1 < lines.count,
      case .comment(let text) = lines[first], lines[first + 1].isBlank
    else { return nil }
    let title = text.trimmingWhitespace
    guard heading(title) == nil, !isRule(title), fenceMark(title) == nil,
      let last = title.last, !".,:;!?…".contains(last), !"#>-*+".contains(title.first ?? "#")
    else { return nil }
    return (title, first..<first + 1)
  }

  /// `2. The margin`, `2.1. Its gradient`: the level follows from the number.
  static func numberedHeading(_ text: String) -> Heading? {
    guard let space = text.firstIndex(of: " "), text[..<space].last == ".", !text.contains("\n"),
      !text[space...].trimmingWhitespace.isEmpty
    else { return nil }
    let numbers = text[..<space].dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count <= 5,
      numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } })
    else { return nil }
    return Heading(level: 1 + numbers.count, text: escaped(text), origin: .print)
  }

  // MARK: Lines

  /// The lines as Markdown: without the space behind the `#`, and where several `##` lines follow
  /// one another without what they document, without the second `#`.
  private static func texts(of lines: [ReportGap.Line]) -> [ReportGap.Line] {
    lines.indices.map { place in
      guard case .comment(var text) = lines[place] else { return lines[place] }
      let isBeside =
        place > 0 && lines[place - 1].isDocumentation
        || place + 1 < lines.count && lines[place + 1].isDocumentation
      if lines[place].isDocumentation, isBeside { text.removeFirst() }
      if text.hasPrefix(" ") { text.removeFirst() }
      return text.allSatisfy(\.isWhitespace) ? .blank : .comment(text)
    }
  }

  private static func trimmed(_ lines: [String]) -> [String] {
    let kept = lines.drop(while: \.isEmpty)
    return Array(kept.reversed().drop(while: \.isEmpty).reversed())
  }

  /// `# Heading` of Markdown, or `: Heading` of a library.
  private static func heading(_ text: String) -> Heading? {
    if text.hasPrefix(":") {
      let title = text.dropFirst().trimmingWhitespace
      return title.isEmpty ? nil : Heading(level: 2, text: title, origin: .library)
    }
    let level = text.prefix { $0 == "#" }.count
    let rest = text.dropFirst(level)
    guard (1...6).contains(level), rest.first == " " || rest.first == "\t" else { return nil }
    var title = Substring(rest.trimmingWhitespace)
    // A closing row of #, as Markdown allows it.
    let marks = title.reversed().prefix { $0 == "#" }.count
    if marks > 0, title.dropLast(marks).last.map({ $0 == " " }) ?? true {
      title = title.dropLast(marks)
    }
    let kept = title.trimmingWhitespace
    return kept.isEmpty ? nil : Heading(level: level, text: kept, origin: .markdown)
  }

  /// The backquotes or tildes that open or close a block of code.
  private static func fenceMark(_ text: String) -> Substring? {
    let text = text.drop { $0 == " " }
    guard let first = text.first, first == "`" || first == "~" else { return nil }
    let mark = text.prefix { $0 == first }
    return mark.count >= 3 && !text.dropFirst(mark.count).contains("`") ? mark : nil
  }

  // MARK: Rules

  /// A line of nothing but one of `= - # * ~ _ ─ ═`, at least three times.
  private static func isRule(_ text: String) -> Bool {
    let text = text.trimmingWhitespace
    guard let first = text.first, "=-#*~_─═".contains(first) else { return false }
    return text.count >= 3 && text.allSatisfy { $0 == first }
  }

  /// The heading that a rule makes of the line above it, if that stands alone.
  private static func underlined(_ prose: [String], above rule: String) -> Heading? {
    guard let title = prose.last, !title.isEmpty, prose.dropLast().last?.isEmpty ?? true else {
      return nil
    }
    let level = rule.hasPrefix("=") || rule.hasPrefix("═") ? 1 : 2
    return Heading(level: level, text: title.trimmingWhitespace, origin: .markdown)
  }

  /// Whether a rule is the upper one of two with a line between them.
  private static func isOverline(_ lines: [ReportGap.Line], at place: Int) -> Bool {
    guard place + 2 < lines.count, case .comment(let below) = lines[place + 2],
      case .comment = lines[place + 1]
    else { return false }
    return isRule(below)
  }

  /// A text as Markdown that shows just it.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if character.isASCII, character.isPunctuation || character.isSymbol { result += "\\" }
      result.append(character)
    }
    return result
  }

  /// What `escaped` was given.
  static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if character == "\\", !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }
}
