import Foundation
import Testing

@testable import LossKit

/// What `:help` and `:type` show.
@Suite struct HelpTests {
  private func help(_ name: String, _ test: TestSession = TestSession(), width: Int? = nil) throws
    -> String
  {
    try #require(test.session.help(name, width: width), "\(name)").plain
  }

  @Test func everyFunctionHasItsPage() throws {
    for builtin in Builtins.all {
      let page = try help(builtin.name)
      #expect(page.hasPrefix(builtin.signature), "\(page)")
      #expect(page.contains("∂") || page.contains("  derivative ") || page.contains("  value "))
      #expect(!page.contains("= an error"), "\(page)")
      for edge in builtin.edges {
        #expect(page.contains(edge.prefix(12)), "\(edge) in \(page)")
      }
    }
  }

  @Test func anExampleIsRunWithItsGradient() throws {
    let page = try help("softplus")
    #expect(page.contains("example       softplus(0) = 0.6931471805599453   ∂x = 0.5"))
    #expect(page.contains("∂x            sigmoid(k * x)"))
    #expect(page.contains("edges         softplus(-700) = 9.85967654375977e-305"))
    #expect(page.contains("stands for    relu, clamp inside smooth"))
    #expect(try help("relu").contains("smooth(…, k)  softplus(x, k)"))
    #expect(try help("floor").contains("refused: it has no smooth counterpart"))
    let test = TestSession()
    try test.run(":set digits 3")
    #expect(try help("softplus", test).contains("softplus(0) = 0.693   ∂x = 0.5"))
  }

  /// In a narrow terminal what does not fit goes on in the next line.
  @Test(arguments: [40, 80])
  func listsLeaveNothingOut(width: Int) throws {
    for topic in Builtin.Topic.allCases {
      guard let entry = HelpEntry.topics.first(where: { $0.functions == topic }) else { continue }
      let page = try help(entry.name, width: width)
      let list = page.components(separatedBy: "\n  example\n")[0]
      #expect(list.split(separator: "\n").allSatisfy { $0.count <= width }, "\(list)")
      let words = list.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for builtin in Builtins.all where builtin.topic == topic {
        #expect(words.contains(builtin.summary), "\(builtin.name) in \(list)")
      }
    }
  }

  @Test func namesStayAsTheyAreTyped() throws {
    #expect(try help("smoothing").contains("\nsmooth(e, k): max becomes lse"))
    #expect(try help("statements").contains("\nparam, data, let"))
    #expect(try help("operators").contains("\n+ * @ ^ == ~= ..< [] -> ∇\n"))
    #expect(try help("∇").contains("\ngrad of the name"))
    #expect(try help("at").contains("\nAn expression with other values"))
  }

  static let entries = HelpEntry.statements + HelpEntry.operators + HelpEntry.topics

  /// Every example shows something and no error.
  @Test(arguments: entries.filter { $0.example != nil }.map(\.name))
  func examplesRun(_ name: String) throws {
    let example = try #require(Self.entries.first { $0.name == name }?.example)
    let shown = HelpExample.shown(example, DisplaySettings(), width: 80).plain
    #expect(!shown.isEmpty)
    #expect(!shown.contains("error"), "\(example): \(shown)")
  }

  @Test func everyReservedWordAndOperatorHasHelp() throws {
    for word in TokenKind.allCases.prefix(TokenKind.reservedWordCount) {
      #expect(HelpEntry.named(word.spelling) != nil, "\(word.spelling)")
    }
    for symbol in ChainOperator.allCases {
      #expect(HelpEntry.named(symbol.spelling) != nil, "\(symbol.spelling)")
    }
    let names = Self.entries.flatMap(\.names)
    #expect(Set(names).count == names.count)
    // A topic that has the name of a function would never be seen.
    #expect(Set(HelpEntry.topics.flatMap(\.names)).isDisjoint(with: Builtins.all.map(\.name)))
  }

  @Test func everyFunctionIsListedUnderATopic() throws {
    for topic in Builtin.Topic.allCases {
      #expect(HelpEntry.topics.count { $0.functions == topic } == 1, "\(topic)")
    }
    #expect(try help("reductions").contains("\n  quantile(v, q"))
  }

  @Test(arguments: [80, 120])
  func pagesKeepToTheWidth(_ width: Int) throws {
    let session = Session()
    let overview = session.helpTopics(width: width).plain
    #expect(overview.split(separator: "\n").count <= 22)
    for name in HelpEntry.topics.map(\.name) + ["softplus", "max", "plot", "losses"] {
      for line in try help(name, width: width).split(separator: "\n") where !line.contains("∂") {
        #expect(String(line).displayWidth <= width + 2, "\(name): \(line)")
      }
    }
  }

  @Test func namesOfTheSessionComeFirst() throws {
    let test = TestSession()
    try test.run(
      """
      param s = [1, 2]
      ## How far it is.
      let margin = s[0] - s[1]
      let reductions = 3
      let broken = s[7]
      let f(a) = a * margin
      """)
    #expect(
      try help("margin", test) == """
        margin = s[0] - s[1]
        How far it is.
          kind          number
          value         -1
          depends on    s
        """)
    #expect(try help("reductions", test).hasPrefix("reductions = 3"))
    #expect(try help("broken", test).contains("error: index 7 is out of bounds"))
    #expect(try help("f", test).contains("depends on    margin, s"))
    #expect(try help("s", test).contains("param, array (2)"))
  }

  @Test func lossesOfTheLibraryAreKnownBeforeTheImport() throws {
    let page = try help("hinge")
    #expect(page.contains("Hinge loss of each element"))
    #expect(page.contains("not imported yet: import losses"))
    let test = try TestSession("import losses")
    let imported = try help("hinge", test)
    #expect(imported.contains("from          import losses"))
    #expect(!imported.contains("not imported"))
    #expect(try help("losses").contains("crammer_singer"))
    #expect(Session().help("sofplus") == nil)
    #expect(Session().nearestHelp(to: "sofplus") == "softplus")
    #expect(Session().nearestHelp(to: "corner s") == "corners")
  }

  @Test func kindsSayWhatTheyDependOn() throws {
    let test = try TestSession(
      "param s = [1, 2, 3], W = eye(3); data y = 0; let m = sum(W @ s)")
    for (text, kind) in [
      ("m", "number, depends on s, W"), ("s", "array (3)"), ("s > 1", "mask (3), depends on s"),
      ("softplus", "function (x, k = 1)"), ("x -> x * y", "function (x), depends on y"),
      ("\"a\"", "text"), ("2 > 1", "truth value"), ("W @ W", "array (3, 3), depends on W"),
      ("grad(m)", "record with s: array (3), W: array (3, 3), depends on s, W"),
      ("[\"a\", \"b\"]", "array of texts (2)"), ("2 + 3", "number"),
    ] {
      #expect(try test.session.kind(of: text) == kind, "\(text)")
    }
    #expect(throws: LossError.self) { try test.session.kind(of: "m + s[7]") }
  }
}
