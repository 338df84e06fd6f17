extension Syntax {
  /// The columns that a line of a formatted text takes at most, where it can be ended before.
  public static let lineLimit = 100

  /// Formats a text: the one layout of the language, which `loss fmt` writes.
  ///
  /// It changes spaces, line ends and `;` at the ends of lines, nothing else: comments, number
  /// literals and the spelling of operators stay as they are. Formatting what was formatted changes
  /// nothing.
  ///
  /// - Parameter fileName: what errors call the text.
  /// - Returns: The text with one line end at its end, and line ends as its first one: LF or CR LF. A
  ///   byte order mark is left out.
  /// - Throws: What is wrong with the syntax of the text; `LossError.further` holds the other errors.
  public static func formatted(
    _ text: String, fileName: String? = nil
  ) throws(LossError) -> String {
    String(decoding: try formatted(bytes: Array(text.utf8), fileName: fileName), as: UTF8.self)
  }

  /// Formats the bytes of a file, which must be UTF-8 but for its comments.
  public static func formatted(bytes: [UInt8], fileName: String?) throws(LossError) -> [UInt8] {
    let source = Source(name: fileName, bytes: bytes)
    let symbols = SymbolTable()
    let result = parse(source, symbols: symbols)
    if var first = result.errors.first {
      first.further = Array(result.errors.dropFirst())
      throw first
    }
    let tokens = FormatTokenReader.tokens(of: source)
    let lines = try lines(of: result.tree, tokens)
    let formatted = joined(lines, lineEnd: lineEnd(of: bytes))
    try check(formatted, says: result.tree, tokens)
    return formatted
  }

  private static func lines(
    of tree: SyntaxTree, _ tokens: [FormatToken]
  ) throws(LossError) -> [LayoutPrinter.Line] {
    var builder = LayoutBuilder(tree: tree, tokens: tokens)
    do throws(FormatFailure) {
      var printer = LayoutPrinter(try builder.text(), source: tree.source, limit: lineLimit)
      var lines = printer.print()
      LayoutPrinter.Line.placeComments(in: &lines, of: tree.source)
      return lines
    } catch {
      throw LossError(
        SyntaxProblem.stackExhausted, in: tree.source,
        at: SourceRange(start: error.offset, end: error.offset))
    }
  }

  private static func joined(_ lines: [LayoutPrinter.Line], lineEnd: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(lines.reduce(0) { $0 + $1.text.count + lineEnd.count })
    for line in lines {
      result += line.text
      result += lineEnd
    }
    return result
  }

  private static func lineEnd(of bytes: [UInt8]) -> [UInt8] {
    guard let first = bytes.firstIndex(of: 0x0A), first > 0, bytes[first - 1] == 0x0D else {
      return [0x0A]
    }
    return [0x0D, 0x0A]
  }

  /// Makes sure that a formatted text says what the text said: a mistake of the formatter must not
  /// reach a file.
  private static func check(
    _ formatted: [UInt8], says tree: SyntaxTree, _ tokens: [FormatToken]
  ) throws(LossError) {
    let source = Source(name: tree.source.name, bytes: formatted)
    let result = parse(source, symbols: SymbolTable())
    let newTokens = FormatTokenReader.tokens(of: source)
    // With the same tokens in the same order, nodes of the same kinds make the same tree.
    let isSame =
      result.errors.isEmpty && result.tree.statements == tree.statements
      && result.tree.nodes.elementsEqual(tree.nodes) {
        $0.kind == $1.kind && $0.detail == $1.detail
      }
      && result.tree.texts == tree.texts
      && parts(of: newTokens, source) == parts(of: tokens, tree.source)
    if !isSame { throw LossError(FormattingProblem.wouldChange, fileName: source.name) }
  }

  /// The tokens and comments of a text, each as it is written.
  private static func parts(of tokens: [FormatToken], _ source: Source) -> [ArraySlice<UInt8>] {
    var ranges: [SourceRange] = []
    for token in tokens {
      ranges += token.leading.map(\.range)
      ranges.append(token.range)
      if let comment = token.trailing { ranges.append(comment.range) }
    }
    return ranges.map { source.bytes[Int($0.start)..<Int($0.end)] }
  }
}

/// What can go wrong in formatting besides the syntax.
enum FormattingProblem: Problem {
  case wouldChange

  var message: String {
    switch self {
    case .wouldChange: "formatting would change what this says, so it was left as it is"
    }
  }

  var hint: String? {
    switch self {
    case .wouldChange: "that is a mistake in Loss: please report it with the text"
    }
  }
}
