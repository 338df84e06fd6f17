import Foundation
import Testing

@testable import LossKit

/// What `Syntax.lint` reports, by rule.
@Suite struct LintTests {
  /// A text and what is reported: `LINE:COLUMN RULE: message`, then the hint.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let reports: [String]
    var testDescription: String { text }

    init(_ text: String, _ reports: String...) {
      self.text = text
      self.reports = reports
    }
  }

  static func reports(
    _ text: String, files: [String: String] = [:]
  ) -> [String] {
    let access = FileAccess { path throws(FileAccess.Failure) in
      guard let text = files[path] else {
        throw FileAccess.Failure(reason: "there is no such file")
      }
      return Array(text.utf8)
    }
    return Syntax.lint(text, files: access).map { found in
      "\(found.line):\(found.column) \(found.rule.rawValue): \(found.message)"
        + (found.hint.map { " / " + $0 } ?? "")
    }
  }

  @Test(arguments: [
    Case("let a = (", "1:9 syntax: '(' is not closed"),
    Case("sofplus(1)", "1:1 unknown-name: there is no 'sofplus' / did you mean 'softplus'?"),
    Case("logsumexp([1])", "1:1 unknown-name: there is no 'logsumexp' / write lse(v)"),
    Case("np.maximum(1, 2)", "1:1 unknown-name: there is no 'np.maximum' / write max(a, b)"),
    Case("map(x -> y, [1])", "1:10 unknown-name: there is no 'y'"),
    Case("sum(i for i in 0..<n)", "1:20 unknown-name: there is no 'n'"),
    Case("x at (x = 1)", "1:1 unknown-name: there is no 'x'", "1:7 unknown-name: there is no 'x'"),
    Case("_"),
    // Names are looked up when a formula is evaluated.
    Case("let a = b\nlet b = 1\na"),
    Case(
      "let a = b\na\nlet b = 1\nb",
      "1:9 used-too-early: 'b' is not yet defined where line 2 needs it / 'b' is defined in line 3: move it up"
    ),
    Case(
      "param x = y\ndata y = 1\nx + y",
      "1:11 used-too-early: 'y' is not yet defined where line 1 needs it / 'y' is defined in line 2: move it up"
    ),
    // Scopes.
    Case("let f(a, b = a) = a * b\nf(1)"),
    Case("{ let m = 1; let g(t) = if t > m then g(t - 1) else t; g(3) }"),
    Case("check lse(s) >= max(s) over (s = randn(5))"),
    Case("table x^2 for x in [1, 2]\nplot x^2 for x in 0...1"),
    Case("param k = 1\ntable k for k in [1]"),
    Case("[v * i for i, v in [1, 2] if v > 0]"),
    // Wrong calls.
    Case("softplus(1, 2, 3)", "1:1 wrong-call: softplus takes 2 arguments, not 3"),
    Case("clamp(1, 2)", "1:1 wrong-call: clamp needs an argument 'hi'"),
    Case(
      "lse([1], kk = 2)",
      "1:10 wrong-call: lse has no argument 'kk' / did you mean 'k'?"),
    Case("let f(a, b = 1) = a + b\nf(1, 2, 3)", "2:1 wrong-call: f takes 2 arguments, not 3"),
    Case("let f(a) = a\nf()", "2:1 wrong-call: f needs an argument 'a'"),
    Case(
      "let f(side) = side\nf(sied = 1)",
      "2:3 wrong-call: f has no argument 'sied' / did you mean 'side'?"),
    Case("let f(a) = a\nf(1, a = 2)", "2:6 wrong-call: f: 'a' is given twice"),
    Case("let f = x -> x^2\nf(1, 2)", "2:1 wrong-call: the function takes 1 argument, not 2"),
    Case(
      "param x = 1\nx(2)",
      "2:1 wrong-call: 'x' is a number, not a function / to multiply, write x * (…)"),
    Case("pi(2)", "1:1 wrong-call: 'pi' is a number, not a function / to multiply, write pi * (…)"),
    Case(
      "param s = [1, 2]\ngrad(sum(s), s[1])",
      "2:14 wrong-call: grad is by a name, and s[1] is none / take the derivative by s and index the result: grad(e, s)[…]"
    ),
    Case(
      "data y = 1\ngrad(y^2, y)",
      "2:11 wrong-call: 'y' is data: there is no derivative by it / declare it with param y = …"),
    Case("let f(x) = x^3\ndiff(f, 2)"),
    Case(
      "smooth(1, 1, \"melow\")",
      "1:14 wrong-call: there is no family \"melow\" of smooth maxima / did you mean 'mellow'?"),
    Case(
      "param s = [1]\ns.max()",
      "2:1 wrong-call: an array has no field 'max' / write max(…): functions take their argument in brackets"
    ),
    Case("param w = 1\nminimize w^2 over w with (steps = 9)"),
    Case(
      "param w = 1\nminimize w^2 over w with (step = 9)",
      "2:27 wrong-call: minimize has no option 'step' / did you mean 'steps'?"),
    Case(
      "param w = 1\nminimize w^2 over w with (method = \"bfgs\")",
      "2:36 wrong-call: there is no method \"bfgs\" / did you mean \"lbfgs\"?"),
    Case(
      "data y = 1\nminimize y^2 over y",
      "2:19 wrong-call: 'y' is data: minimize moves params only / declare it with param y = …"),
    // Definitions.
    Case("let max = 1", "1:5 wrong-definition: 'max' is built in and cannot be defined anew"),
    Case(
      "x = 1",
      "1:1 wrong-definition: 'x' is not an input / declare it first: param x = … or data x = …, or let x = … for a formula"
    ),
    Case(
      "let a = 1\na = 2\na",
      "2:1 wrong-definition: 'a' is a formula, not an input / write let a = … to define it anew"),
    Case(
      "let a = b + 1\nlet b = a * 2",
      "1:5 cycle: a depends on itself: a → b → a / a formula is not a variable: it is evaluated anew from what it names"
    ),
    Case("let f(n) = if n == 0 then 1 else n * f(n - 1)\nf(3)"),
    Case("let f = n -> if n == 0 then 1 else n * f(n - 1)\nf(3)"),
    // Unused.
    Case("param x = 1, y = 2\nx", "1:14 unused-definition: 'y' is not used"),
    Case(
      "let a = 1\nlet b = a\nprint 1", "1:5 unused-definition: 'a' is not used",
      "2:5 unused-definition: 'b' is not used"),
    Case("let a = 1\nlet b(x) = a * x"),
    Case("let _a = 1\nprint 1"),
    Case("data a = 2\nparam b = a\nb"),
    Case("param w = 1\nlet d = w + 1\nw = d\nw"),
    Case("{ let m = 1; 2 }", "1:7 unused-local: 'm' is not used"),
    Case("[1 for i in 0..<3]", "1:8 unused-local: 'i' is not used / write 'for _ in …'"),
    Case("[1 for _ in 0..<3]"),
    Case("import losses\n1", "1:1 unused-import: nothing of 'losses' is used"),
    Case("import losses\nmse(1, 2)"),
    Case("import losses\nlosses.mse(1, 2)"),
    Case(
      "import losses\nlosses.mso(1, 2)",
      "2:1 unknown-name: there is no field 'mso' / did you mean 'mse'?"),
    Case("import losses\nmse(1)", "2:1 wrong-call: mse needs an argument 'y'"),
    Case(
      "let a = 1\nlet a = 2\na",
      "1:5 replaced-definition: 'a' is defined anew in line 2 before anything used it"),
    Case("let a = 1\na\nlet a = 2\na"),
    Case(
      "param x = 1\nlet g = x^2\nlet f(x) = x + g\nf(1)",
      "3:7 hidden-input: 'x' is the function's own here; 'g' in its body still uses the input 'x'"),
    // Doubtful.
    Case("param x = 1\nassert x == x", "2:8 same-sides: both sides are 'x'"),
    Case(
      "param x = 1\nx == nan",
      "2:1 nan-comparison: a comparison with nan is always false, but for '!=' / write isnan(x)"),
    // Allowed.
    Case("param x = 1\nlog(1 + exp(x))  # lint: allow unstable"),
    Case("param x = 1\n# lint: allow unstable\nlog(1 + exp(x))"),
    Case(
      "1 # lint: allow unstabel",
      "1:3 unknown-rule: there is no rule 'unstabel' / did you mean 'unstable'?"),
  ])
  func reports(_ each: Case) { #expect(Self.reports(each.text) == each.reports) }

  @Test func importsAreFollowed() {
    let files = ["lib.loss": "let twice(x) = 2 * x\n", "bad.loss": "let = 1\n"]
    #expect(Self.reports("import \"lib.loss\"\ntwice(1)", files: files).isEmpty)
    #expect(
      Self.reports("import \"lib.loss\"\ntwise(1) + lib.twice(2, 3)", files: files)
        == [
          "2:1 unknown-name: there is no 'twise' / did you mean 'twice'?"
        ])
    #expect(
      Self.reports("import \"bad.loss\"", files: files).first?.hasPrefix(
        "1:1 import: \"bad.loss\" has a syntax error: ") == true)
    #expect(
      Self.reports("import \"none.loss\"")
        == ["1:1 import: cannot read \"none.loss\": there is no such file"])
    #expect(
      Self.reports("import loses")
        == [
          "1:1 import: there is no library 'loses' / the libraries that come with the program: losses"
        ])
  }

  /// Each rule is reported by one of the cases above or by the table of stable spellings.
  @Test func theOwnScriptsAreClean() throws {
    for script in FormatPropertyTests.scripts where script.path.contains("/Examples/") {
      guard !script.path.contains("/Scripts/") else { continue }
      let text = try Project.text(script)
      let found = Syntax.lint(
        text, files: Project.access(to: script.deletingLastPathComponent()))
      #expect(found.isEmpty, "\(script.lastPathComponent): \(found.map { $0.rendered().plain })")
    }
    let losses = Syntax.lint(try Project.text(FormatPropertyTests.losses))
    #expect(losses.isEmpty, "\(losses.map { $0.rendered().plain })")
  }

  /// The list of rules in the guide, made from the rules.
  @Test func rulesAreListed() throws {
    let file = Project.guide.appending(path: "Tools.md")
    let page = try Project.text(file)
    let begin = "<!-- begin generated: lint rules -->\n"
    let end = "<!-- end generated: lint rules -->"
    let start = try #require(page.range(of: begin)).upperBound
    let stop = try #require(page.range(of: end)).lowerBound
    var list = "\n| rule | | reports |\n| --- | --- | --- |\n"
    for rule in LintRule.allCases {
      list += "| `\(rule.rawValue)` | \(rule.severity.rawValue) | \(rule.summary) |\n"
    }
    list += "\n| instead of | write |\n| --- | --- |\n"
    for row in StablePattern.all { list += "| `\(row.pattern)` | `\(row.replacement)` |\n" }
    try Project.expect(page[..<start] + list + "\n" + page[stop...], in: file, "Tools.md")
  }

  @Test func theFormIsThatOfErrors() throws {
    let found = try #require(
      Syntax.lint("param x = 1\nlog(1 + exp(2 * x))\n", fileName: "a.loss").first)
    #expect(
      found.rendered().plain == """
        a.loss:2:1: warning: \(StablePattern.Reason.overflows.words) [unstable]
          log(1 + exp(2 * x))
          ^^^^^^^^^^^^^^^^^^^
          write softplus(2 * x)
        """)
    #expect(
      found.json(file: nil)
        == "{\"line\": 2, \"column\": 1, \"length\": 19, \"warning\": \"\(found.message)\", "
        + "\"rule\": \"unstable\", \"hint\": \"write softplus(2 * x)\", "
        + "\"replacement\": \"softplus(2 * x)\"}")
    #expect(found.utf8Range == 12..<31)
  }

  /// Nothing is evaluated, and nothing that can be typed ends it: deep, long and broken texts.
  @Test func hostileTextsEnd() throws {
    let deep = String(repeating: "sqrt(", count: 450) + "1" + String(repeating: ")", count: 450)
    #expect(Self.reports(deep).isEmpty)
    let chain = (0..<5_000).map { "let a\($0 + 1) = a\($0) + 1" }.joined(separator: "\n")
    #expect(Self.reports("let a0 = 1\n" + chain + "\na5000").isEmpty)
    for script in FormatPropertyTests.scripts {
      guard let text = try? Project.text(script) else { continue }
      for found in Syntax.lint(text) { #expect(!found.message.isEmpty) }
    }
  }
}
