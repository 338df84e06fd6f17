extension LossError {
  /// The error as it is shown: place and message, the line with marks beneath, the hint.
  ///
  /// Without a final line end.
  public func rendered() -> StyledText { rendered(as: "error", suffix: "") }

  /// The error under another word, with something after its message.
  func rendered(as word: String, suffix: String) -> StyledText {
    var text = StyledText()
    text.append(place, as: .place)
    text.append(word, as: word == "error" ? .error : .note)
    text.append(": \(message)\(suffix)")
    if let range, !snippetSaysNothing(range) {
      let snippet = Snippet(source: source, range: range, labels: labels)
      for line in snippet.lines {
        text.append("\n  ")
        text.append(line)
      }
    }
    if let hint {
      text.append("\n  ")
      text.append(hint.split(separator: "\n").joined(separator: "\n  "), as: .hint)
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
