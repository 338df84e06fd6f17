import LossKit

/// What Tab offers: texts that may stand in place of the end of a line.
struct Completion: Equatable {
  /// Where the replaced part begins, in UTF-8 bytes from the start of the line.
  var start: Int
  var candidates: [String]

  static let none = Completion(start: 0, candidates: [])
}

/// Completes the line up to the cursor.
struct Completer {
  let session: Session

  func complete(_ line: String) -> Completion {
    if let completion = completeCommand(line) { return completion }
    if let quote = openQuote(line) {
      // Only these take a file's name; any other text is the user's own.
      var before = line[..<quote]
      while before.last?.isWhitespace == true { before.removeLast() }
      guard ["csv(", "import", " to"].contains(where: before.hasSuffix) else { return .none }
      return completeFile(line, from: line.index(after: quote))
    }
    if let completion = completeSymbol(line) { return completion }
    let start = wordStart(line)
    if line[..<start].split(whereSeparator: \.isWhitespace).last == "import" {
      return completion(line, from: start, among: Session.libraryNames)
    }
    return completeName(line, from: start)
  }

  /// A line that begins with `:`; `nil` where the rest is to be completed as an expression.
  private func completeCommand(_ line: String) -> Completion? {
    guard let colon = line.firstIndex(where: { !$0.isWhitespace }), line[colon] == ":" else {
      return nil
    }
    guard let space = line[colon...].firstIndex(where: \.isWhitespace) else {
      let names = PromptCommand.all.map { ":" + $0.name + ($0.argument == .none ? "" : " ") }
      return completion(line, from: colon, among: names)
    }
    guard let command = PromptCommand.named(String(line[line.index(after: colon)..<space])) else {
      return Completion.none
    }
    let start = line[space...].firstIndex { !$0.isWhitespace } ?? line.endIndex
    switch command.argument {
    case .none: return Completion.none
    case .expression, .optionalExpression: return nil
    case .file: return completeFile(line, from: start)
    case .name:
      // The bracket is for calls: here the name itself is meant.
      var names = completeName(line, from: start)
      names.candidates = names.candidates.map { $0.hasSuffix("(") ? String($0.dropLast()) : $0 }
      let topics = Session.helpNames + PromptCommand.programTopics.map(\.name)
      names.candidates += topics.filter {
        $0.hasPrefix(line[start...]) && !names.candidates.contains($0) && start < line.endIndex
      }
      names.start = line[..<start].utf8.count
      names.candidates.sort()
      return names
    case .step: return completion(line, from: start, among: ["next", "back", "stop"])
    case .setting:
      return completion(line, from: start, among: Session.settingNames.map { $0 + " " })
    }
  }

  /// `\alpha` becomes `α`; a beginning that fits several is completed as it is.
  private func completeSymbol(_ line: String) -> Completion? {
    guard let backslash = line.lastIndex(of: "\\") else { return nil }
    let word = line[backslash...]
    guard word.dropFirst().allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    else { return nil }
    let name = word.dropFirst()
    let start = line[..<backslash].utf8.count
    let matches = LaTeXSymbol.all.filter { $0.name.hasPrefix(name) }
    // A whole name wins over longer ones that begin alike: \in and \infty.
    if let symbol = matches.first(where: { $0.name == name }) ?? matches.first,
      matches.count == 1 || symbol.name == name
    {
      return Completion(start: start, candidates: [symbol.text])
    }
    return Completion(start: start, candidates: matches.map { "\\" + $0.name })
  }

  private func completeName(_ line: String, from start: String.Index) -> Completion {
    let prefix = String(line[start...])
    // Nothing to go by: at the start of a line Tab indents; elsewhere a pasted tab should not ask
    // whether to list all names.
    if prefix.isEmpty {
      let isBlank = line.reversed().prefix { !$0.isNewline }.allSatisfy(\.isWhitespace)
      return Completion(start: line.utf8.count, candidates: isBlank ? ["  "] : [])
    }
    return Completion(
      start: line[..<start].utf8.count, candidates: session.completions(of: prefix))
  }

  private func completeFile(_ line: String, from start: String.Index) -> Completion {
    let typed = line[start...]
    let nameStart = typed.lastIndex(of: "/").map(line.index(after:)) ?? start
    let names = LocalFiles.names(
      in: LocalFiles.expandingTilde(String(line[start..<nameStart])),
      prefix: String(line[nameStart...]))
    return Completion(start: line[..<nameStart].utf8.count, candidates: names)
  }

  private func completion(
    _ line: String, from start: String.Index, among names: [String]
  ) -> Completion {
    let candidates = names.filter { $0.hasPrefix(line[start...]) }
    return Completion(start: line[..<start].utf8.count, candidates: candidates)
  }

  private func wordStart(_ line: String) -> String.Index {
    var start = line.endIndex
    while start > line.startIndex {
      let before = line.index(before: start)
      guard line[before].isLetter || line[before].isNumber || line[before] == "_" else { break }
      start = before
    }
    return start
  }

  /// The quote of a text literal that the end of the line lies in.
  private func openQuote(_ line: String) -> String.Index? {
    var quote: String.Index?
    var isEscaped = false
    for index in line.indices {
      if isEscaped {
        isEscaped = false
      } else if line[index] == "\\" {
        isEscaped = quote != nil
      } else if line[index] == "\"" {
        quote = quote == nil ? index : nil
      } else if line[index] == "#", quote == nil {
        return nil
      }
    }
    return quote
  }
}
