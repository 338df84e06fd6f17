extension String {
  /// The longest word of a message, in scalars: longer than any path or name that a person typed.
  private static let wordLimit = 256
  /// What is kept of a longer one: its beginning and its end.
  private static let keptOfWord = (beginning: 120, end: 40)
  /// The longest message, in bytes, give or take a word.
  private static let textLimit = 4096

  /// A message as a person can read it: a word of a million letters, or a million words, are cut.
  ///
  /// Here and not where each message is made, so that none is forgotten.
  var cutForReaders: String {
    if utf8.count <= String.wordLimit { return self }
    var result = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    while let first = rest.first {
      if String(result).utf8.count > String.textLimit {
        result.append("…")
        break
      }
      if first.properties.isWhitespace {
        result.append(first)
        rest.removeFirst()
        continue
      }
      let word = rest.prefix { !$0.properties.isWhitespace }
      rest = rest[word.endIndex...]
      if word.count > String.wordLimit {
        result.append(contentsOf: word.prefix(String.keptOfWord.beginning))
        result.append("…")
        result.append(contentsOf: word.suffix(String.keptOfWord.end))
      } else {
        result.append(contentsOf: word)
      }
    }
    return String(result)
  }
}
