extension LossError {
  /// The error as it is shown: place and message, the line with marks beneath, the hint.
  ///
  /// Without a final line end.
  ///
  /// - Parameter columns: the width of the terminal, by which sentences are broken and a long line is
  ///   cut around its place; `nil` where there is none.
  public func rendered(columns: Int? = nil) -> StyledText {
    rendered(as: "error", suffix: "", columns: columns)
  }

  /// The error under another word, with something after its message.
  func rendered(as word: String, suffix: String, columns: Int? = nil) -> StyledText {
    var text = StyledText()
    text.append(place, as: .place)
    text.append(word, as: word == "error" ? .error : .note)
    text.append(": \(message)\(suffix)")
    text = text.wrapped(to: columns)
    if let range, !snippetSaysNothing(range) {
      let snippet = Snippet(
        // Beside it are the indentation and the signs of what is cut.
        source: source, range: range, labels: labels, columns: columns.map { $0 - 4 })
      for line in snippet.lines {
        text.append("\n  ")
        text.append(line)
      }
    }
    if let hint {
      var advice = StyledText()
      advice.append("\n  ")
      advice.append(hint.split(separator: "\n").joined(separator: "\n  "), as: .hint)
      text.append(advice.wrapped(to: columns))
    }
    return text
  }

  private var place: String {
    guard range != nil else { return fileName.map { "\($0): " } ?? "" }
    if let fileName { return "\(fileName):\(line):\(column): " }
    return source.hasSeveralLines ? "\(line):\(column): " : ""
  }

  /// Whether the marks would lie under the whole of a line at the prompt, below a message that has
  /// lines of its own to show.
  private func snippetSaysNothing(_ range: SourceRange) -> Bool {
    guard fileName == nil, !source.hasSeveralLines, message.contains("\n") else { return false }
    let spaces: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
    let start = min(Int(range.start), source.bytes.count)
    let end = min(max(start, Int(range.end)), source.bytes.count)
    return source.bytes[..<start].allSatisfy(spaces.contains)
      && source.bytes[end...].allSatisfy(spaces.contains)
  }
}
