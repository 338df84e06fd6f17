import Testing

@testable import LossKit

/// What each piece of a text is.
@Suite struct SyntaxHighlighterTests {
  /// The pieces as `text:role`, one after another.
  private func pieces(
    _ text: String,
    _ highlighter: SyntaxHighlighter = SyntaxHighlighter(definedNames: ["s", "file"])
  ) -> String {
    let bytes = Array(text.utf8)
    return highlighter.spans(of: text).map {
      "\(String(decoding: bytes[$0.range], as: UTF8.self)):\($0.role)"
    }.joined(separator: " ")
  }

  @Test(arguments: [
    (
      "param x = 2.5e3 # why",
      "param:keyword x:name =:operation 2.5e3:number # why:comment"
    ),
    ("## what\nlet a = pi", "## what:documentation let:keyword a:name =:operation pi:constant"),
    ("### rule\ntrue", "### rule:comment true:constant"),
    (
      "relu(max(s))",
      "relu:builtin (:bracket max:builtin (:bracket s:definedName ):bracket ):bracket"
    ),
    ("∇s", "∇:builtin s:definedName"),
    ("r.s", "r:unknownName .:operation s:field"),
    ("file.hinge", "file:definedName .:operation hinge:field"),
    ("import losses", "import:keyword losses:name"),
    ("print \"a # b\", 1", "print:keyword \"a # b\":text ,:operation 1:number"),
    ("print \"open", "print:keyword \"open:text"),
    (":set digits 5\n1", ":set:command digits:commandWord 5:commandWord 1:number"),
    ("1; :set digits 5", "1:number ;:operation :set:command digits:commandWord 5:commandWord"),
    ("]", "]:unmatchedBracket"),
    ("(1]", "(:bracket 1:number ]:unmatchedBracket"),
    ("2(1)", "2:invalid (:bracket 1:number ):bracket"),
    ("a && 1", "a:unknownName &&:invalid 1:number"),
    ("\"a\\qb\" 1", "\"a:text \\q:invalid b\":text 1:number"),
    (
      "check s == s within 1",
      "check:keyword s:definedName ==:operation s:definedName "
        + "within:keyword 1:number"
    ),
  ])
  func roles(text: String, expected: String) {
    #expect(pieces(text) == expected)
  }

  /// The names that are shown as unknown, in their order.
  @Test(arguments: [
    ("foo + 1", "foo"),
    // It may go on.
    ("1 + foo", ""), ("foo ", ""), ("foo\n1", "foo"),
    // What binds a name.
    ("let f(a, b = 2) = a + b + c;", "c"), ("(a, b) -> a + b + c;", "c"), ("(a, b)", ""),
    ("a -> a + b;", "b"), ("[i * v for i, v in s];", ""), ("sum(j + k for j in s) + 1", "k"),
    ("{ let m = 2; m } + 1", ""), ("lse(s, k = 2);", ""), ("f(s);", "f"),
    ("table t + 1 for t in s;", ""), ("param p = 1 in lo...2", "lo"),
    ("check t + 1 == 2 over (t = 2)", ""),
    // What may yet bind it.
    ("sum(j + 1", ""), ("table t + 1", ""), ("plot t + u for t in 0...1", "u"),
  ])
  func unknownNames(text: String, expected: String) {
    let bytes = Array(text.utf8)
    let unknown = SyntaxHighlighter(definedNames: ["s"]).spans(of: text)
      .filter { $0.role == .unknownName }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    #expect(unknown.joined(separator: " ") == expected)
  }

  @Test func withoutASessionNoNameIsUnknown() {
    #expect(!SyntaxHighlighter().spans(of: "foo + bar(baz);").contains { $0.role == .unknownName })
  }

  @Test func bracketsHavePartners() {
    let text = "f([1, \")\", 2]) # )"
    let highlighting = SyntaxHighlighter().highlighting(of: text)
    #expect(highlighting.partners == [1: 13, 13: 1, 2: 12, 12: 2])
    #expect(!highlighting.endsInsideBracket)
    #expect(SyntaxHighlighter().highlighting(of: "f([1]").endsInsideBracket)
  }

  @Test func theSessionKnowsItsNames() throws {
    let session = Session()
    #expect(session.definedNames.isEmpty)
    try session.run("param weights = 2; let f(x) = x; import losses") { _ in }
    #expect(session.definedNames.isSuperset(of: ["weights", "f", "losses", "hinge"]))
    #expect(!session.definedNames.contains("_"))
    try session.run("weights") { _ in }
    #expect(session.definedNames.contains("_"))
  }

  /// Whatever the bytes are, the pieces are in order, within the text, and cover all but spaces.
  @Test func anyBytesAreTakenApart() {
    var random = SplitMix64(seed: 7)
    let words = [
      "let", "f", "(", ")", "[", "]", "{", "}", "\"", "\\", "\n", " ", "#", "##", "1", ".", "x",
      "é",
      "π", "∇", "=", "->", "for", "in", ",", ";", ":", ":set", "2(", "0x", "\u{0}", "at", "'", "|",
    ]
    for round in 0..<3000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int(random.next() % 40) {
        if round % 2 == 0 || random.next() % 8 == 0 {
          bytes.append(UInt8(truncatingIfNeeded: random.next()))
        } else {
          bytes += Array(words[Int(random.next() % UInt64(words.count))].utf8)
        }
      }
      let highlighting = SyntaxHighlighter(definedNames: ["f"]).highlighting(of: bytes)
      var end = 0
      for span in highlighting.spans {
        #expect(span.range.lowerBound >= end && !span.range.isEmpty, "\(bytes)")
        // Only white space lies between.
        let gap = String(decoding: bytes[end..<max(end, span.range.lowerBound)], as: UTF8.self)
        #expect(
          gap.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0 == "\u{FEFF}" },
          "\(bytes)")
        end = span.range.upperBound
      }
      #expect(end <= bytes.count)
      for (bracket, partner) in highlighting.partners {
        #expect(highlighting.partners[partner] == bracket)
      }
    }
  }

  @Test func aLongTextTakesLinearTime() {
    func time(_ text: String) -> Duration {
      ContinuousClock().measure { _ = SyntaxHighlighter(definedNames: []).spans(of: text) }
    }
    for part in ["((a) -> ", "f(x) + ", "(a, ", "]", "\"a\\q\" "] {
      let short = time(String(repeating: part, count: 2000))
      let long = time(String(repeating: part, count: 64_000))
      // 32 times as long; a square would be 1024 times.
      #expect(long < short * 300 + .milliseconds(200), "\(part)")
    }
  }
}
