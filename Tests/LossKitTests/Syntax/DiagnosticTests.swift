import Testing

@testable import LossKit

@Suite struct DiagnosticTests {
  private enum Sample: Problem {
    case unknown, shapes, counterexample

    var message: String {
      switch self {
      case .unknown: "there is no 'sofplus'"
      case .shapes: "shapes (3) and (2) do not broadcast"
      case .counterexample: "does not hold, at the simplest point found:\n  s = [0, 0, 0]"
      }
    }

    var hint: String? { self == .unknown ? "did you mean 'softplus'?" : nil }
  }

  private func error(
    _ problem: Sample, _ text: String, file: String? = nil, at range: Range<UInt32>,
    labels: [(Range<UInt32>, String)] = []
  ) -> String {
    LossError(
      problem, in: Source(name: file, text: text),
      at: SourceRange(start: range.lowerBound, end: range.upperBound),
      labels: labels.map {
        LossError.Label(
          range: SourceRange(start: $0.0.lowerBound, end: $0.0.upperBound), text: $0.1)
      }
    ).rendered().plain
  }

  @Test func aLineAtThePrompt() {
    let expected = """
      error: there is no 'sofplus'
        sofplus(x)
        ^^^^^^^
        did you mean 'softplus'?
      """
    #expect(error(.unknown, "sofplus(x)", at: 0..<7) == expected)
  }

  @Test func aFile() {
    let expected = """
      file.loss:3:12: error: there is no 'sofplus'
        let a = b +sofplus(x)
                   ^^^^^^^
        did you mean 'softplus'?
      """
    let text = "# a\n\nlet a = b +sofplus(x)\r\nb"
    #expect(error(.unknown, text, file: "file.loss", at: 16..<23) == expected)
    #expect(error(.unknown, text, at: 16..<23).hasPrefix("3:12: error: there is no"))
  }

  @Test func labelsAreDrawnBeneathTheirParts() {
    let expected = """
      error: shapes (3) and (2) do not broadcast
        [1, 2, 3] + s[..<2]
        ~~~~~~~~~ ^ ~~~~~~~
        (3)         (2)
      """
    let text = "[1, 2, 3] + s[..<2]"
    #expect(
      error(.shapes, text, at: 10..<11, labels: [(0..<9, "(3)"), (12..<19, "(2)")]) == expected)
  }

  @Test func wordsThatWouldTouchGoARowLower() {
    let expected = """
      error: shapes (3) and (2) do not broadcast
        a + b
        ~ ^ ~
        (1000, 10)
            (10)
      """
    #expect(
      error(.shapes, "a + b", at: 2..<3, labels: [(0..<1, "(1000, 10)"), (4..<5, "(10)")])
        == expected)
  }

  @Test func wideAndCombiningCharactersKeepTheColumns() {
    let expected = """
      error: there is no 'sofplus'
        "日本👍🏽" + e\u{301} + f(x)
                       ^
        did you mean 'softplus'?
      """
    // 6 + 8 bytes of wide characters in quotes, then an e with a combining accent.
    let text = "\"日本👍🏽\" + e\u{301} + f(x)"
    let offset = UInt32(text.utf8.count - 4)
    #expect(error(.unknown, text, at: offset..<offset + 1) == expected)
    let source = Source(text: text)
    #expect(source.column(at: offset) == 13)
  }

  @Test func tabsAreExpanded() {
    let expected = """
      error: there is no 'sofplus'
            a   b
                ^
        did you mean 'softplus'?
      """
    #expect(error(.unknown, "\ta\tb", at: 3..<4) == expected)
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    #expect(!error(.unknown, "a \u{1B}[2J b", at: 0..<1).contains("\u{1B}"))
  }

  @Test func longLinesAreCutAroundThePlace() {
    let text =
      String(repeating: "abc + ", count: 100_000) + "sofplus"
      + String(repeating: " + x", count: 100)
    let lines = error(.unknown, text, at: 600_000..<600_007).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("  …") && lines[1].hasSuffix("…"))
    #expect(lines[1].count <= Snippet.maximumWidth + 4)
    let line = Array(lines[1])
    let marks = Array(lines[2])
    #expect(String(zip(line, marks).filter { $1 == "^" }.map(\.0)) == "sofplus")
    #expect(Source(text: text).column(at: 600_000) == 600_001)
  }

  @Test func theEndOfALineCanBeMarked() {
    #expect(error(.unknown, "a +", at: 3..<3).contains("\n  a +\n     ^\n"))
    #expect(error(.unknown, "", at: 0..<0).contains("\n  \n  ^\n"))
    #expect(error(.unknown, "a +\nb", at: 3..<4).contains("\n  a +\n     ^\n"))
  }

  @Test func aRangeOverLinesIsMarkedOnItsFirst() {
    #expect(error(.unknown, "f(a,\n  b)", at: 0..<8).contains("\n  f(a,\n  ^^^^\n"))
  }

  @Test func marksUnderAWholeLineAreLeftOutBelowALongMessage() {
    let expected = """
      error: does not hold, at the simplest point found:
        s = [0, 0, 0]
      """
    #expect(error(.counterexample, "check a", at: 0..<7) == expected)
    #expect(error(.counterexample, "check a", file: "f", at: 0..<7).contains("check a"))
  }

  @Test func anErrorWithoutAPlace() {
    let error = LossError(Sample.unknown, fileName: "f.loss")
    #expect(error.description == "f.loss: error: there is no 'sofplus'\n  did you mean 'softplus'?")
    #expect(error.line == 1 && error.column == 1 && error.length == 0)
  }

  @Test func rolesMarkTheParts() {
    let error = LossError(
      Sample.unknown, in: Source(name: "f", text: "sofplus(x)"), at: SourceRange(start: 0, end: 7))
    let spans = error.rendered().spans
    #expect(spans.first == StyledText.Span(text: "f:1:1: ", role: .place))
    #expect(spans.contains(StyledText.Span(text: "^^^^^^^", role: .caret)))
    #expect(spans.last == StyledText.Span(text: "did you mean 'softplus'?", role: .hint))
  }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("sofplus", "softplus"), ("softpuls", "softplus"), ("SoftPlus", "softplus"), ("lgo", "log"),
    ("grda", "grad"), ("Lse", "lse"), ("logsumexp", nil), ("x", nil), ("X", nil), ("zz", nil),
    ("crossentropy", "cross_entropy"), ("", nil),
  ])
  func nearestName(_ name: String, _ expected: String?) {
    let names = ["softplus", "softmax", "log", "lse", "grad", "cross_entropy", "log2", "max"]
    #expect(nearest(to: name, among: names) == expected)
    #expect(nearest(to: name, among: names.reversed()) == expected)
  }

  @Test func caseAloneWinsOverASmallerChange() {
    #expect(nearest(to: "Ab", among: ["Abc", "aB"]) == "aB")
    #expect(nearest(to: "a", among: ["b", "A"]) == "A")
  }

  @Test func longNamesTakeNoTime() {
    let name = String(repeating: "x", count: 100_000)
    #expect(nearest(to: name, among: [name + "y"]) == nil)
  }

  /// On a narrow terminal nothing wraps, so that the mark stays under its place.
  @Test(arguments: [30, 50, 80])
  func errorsFitTheTerminal(columns: Int) throws {
    let session = Session()
    let text =
      "lse([1, 2, 3]) + softplus(2.5, k = 4) + sofplus(3) + max(4, 5) + relu(-1) + abs(2) + 1"
    let error = try #require(throws: LossError.self) { try session.run(text) { _ in } }
    let lines = error.rendered(columns: columns).plain.split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= columns })
    let mark = try #require(lines.firstIndex { $0.contains("^^^^^^^") && !$0.contains("s") })
    let column = lines[mark].prefix { $0 != "^" }.count
    #expect(lines[mark - 1].dropFirst(column).hasPrefix("sofplus"), "\(lines)")
    #expect(error.rendered().plain.contains(text))
  }

  @Test func longLinesAreBrokenBetweenWords() {
    var text = StyledText()
    text.append("one two three\n  four five six", as: .note)
    text.append(" seven\n")
    text.append("eight-and-nine  ten", as: .hint)
    let lines = text.wrapped(to: 9).plain.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "one two", "three", "  four", "  five", "  six", "  seven", "eight-and-nine", "ten",
      ])
    #expect(text.wrapped(to: 80) == text)
    #expect(text.wrapped(to: nil) == text)
    // Roles stay with their words, and no width is too small.
    #expect(text.wrapped(to: 9).spans.map(\.role) == [.note, .plain, .hint])
    #expect(text.wrapped(to: 0).plain.split(whereSeparator: \.isWhitespace).count == 9)
  }
}
