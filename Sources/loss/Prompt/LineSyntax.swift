import LossKit

/// What the pieces of an entry at the prompt are: the language, and the prompt's own commands.
struct LineSyntax {
  /// The pieces of a line and the brackets that belong together, by their places in the line.
  struct Pieces {
    var spans: [SyntaxSpan] = []
    var partners: [Int: Int] = [:]
  }

  var highlighter: SyntaxHighlighter

  /// The lines of the entry above the one that is edited, or nothing.
  var before = ""

  /// The pieces of a line.
  ///
  /// - Parameter isFinal: whether nothing will follow it.
  func pieces(of line: String, isFinal: Bool) -> Pieces {
    let text = before.isEmpty ? line : before + "\n" + line
    let skipped = text.utf8.count - line.utf8.count
    // A line end settles what the last word is.
    let all = pieces(ofEntry: isFinal ? text + "\n" : text)
    var result = Pieces()
    for span in all.spans where span.range.upperBound > skipped {
      let start = max(0, span.range.lowerBound - skipped)
      result.spans.append(
        SyntaxSpan(range: start..<span.range.upperBound - skipped, role: span.role))
    }
    for (bracket, partner) in all.partners where bracket >= skipped && partner >= skipped {
      result.partners[bracket - skipped] = partner - skipped
    }
    return result
  }

  private func pieces(ofEntry text: String) -> Pieces {
    var result = Pieces()
    for part in EntryParts(text).parts {
      switch part {
      case .statements(let part): append(part, of: text, to: &result)
      case .command(let part):
        let start = part.firstIndex { !$0.isWhitespace } ?? part.startIndex
        let nameEnd = part[start...].firstIndex(where: \.isWhitespace) ?? part.endIndex
        let place = text.utf8.distance(from: text.startIndex, to: start)
        let end = text.utf8.distance(from: text.startIndex, to: nameEnd)
        let command = CommandLineText(part)?.command
        // While it is typed a name is not wrong yet.
        let isKnown = command != nil || nameEnd == text.endIndex
        result.spans.append(SyntaxSpan(range: place..<end, role: isKnown ? .command : .invalid))
        if command?.argument.isExpression == true {
          append(part[nameEnd...], of: text, to: &result)
        }
      }
    }
    return result
  }

  /// The pieces of a part in the language.
  private func append(_ part: Substring, of text: String, to result: inout Pieces) {
    let offset = text.utf8.distance(from: text.startIndex, to: part.startIndex)
    let highlighting = highlighter.highlighting(of: String(part))
    for span in highlighting.spans {
      let range = span.range.lowerBound + offset..<span.range.upperBound + offset
      result.spans.append(SyntaxSpan(range: range, role: span.role))
    }
    for (bracket, partner) in highlighting.partners {
      result.partners[bracket + offset] = partner + offset
    }
  }
}
