import Foundation
import Testing

@testable import LossKit

/// Reports as pages.
@Suite struct ReportPageTests {
  private func page(_ text: String, fileName: String? = "file.loss") -> String {
    Session().report(on: Array(text.utf8), fileName: fileName).html()
  }

  /// A page without its head, which is the same for all.
  private func body(_ text: String) throws -> String {
    let page = page(text)
    return String(page[try #require(page.range(of: "</header>\n")?.upperBound)...])
  }

  /// `RECORD_SCRIPTS=1` writes the page.
  @Test func aPageAsAWhole() throws {
    let folder = Project.tests.appending(path: "Report")
    let script = try Project.text(folder.appending(path: "small.loss"))
    let page = page(script, fileName: "small.loss")
    let start = try #require(page.range(of: "<body>")).lowerBound
    try Project.expect(String(page[start...]), in: folder.appending(path: "small.html"), "small")
  }

  // MARK: Every page

  static let examples = Project.files(in: Project.examples, ending: ".loss")

  @Test(arguments: examples)
  func examplesAreWellFormed(_ path: String) throws {
    let file = Project.examples.appending(path: path)
    let bytes = Array(try Data(contentsOf: file))
    func page() -> String {
      let session = Session(files: Project.access(to: file.deletingLastPathComponent()))
      let report = session.report(on: bytes, fileName: file.lastPathComponent)
      #expect(report.errors.isEmpty)
      return report.html()
    }
    let first = page()
    let read = try WellFormedPage(first)
    #expect(read.fetched.isEmpty)
    #expect(read.links.allSatisfy { $0.hasPrefix("#") })
    #expect(!first.contains(Project.root.path))
    #expect(first == page(), "the same script has the same page")
  }

  /// Every script of the tests that fails.
  @Test func scriptsThatFailAreWellFormed() throws {
    var failures = 0
    for path in ScriptTests.scripts where path.hasPrefix("errors/") {
      let bytes = Array(try Data(contentsOf: Project.scripts.appending(path: path)))
      let report = Session().report(on: bytes, fileName: "script.loss")
      failures += report.errors.isEmpty ? 0 : 1
      let read = try WellFormedPage(report.html())
      #expect(read.fetched.isEmpty, "\(path)")
      #expect(read.ids.contains("error-1") == !report.errors.isEmpty, "\(path)")
    }
    #expect(failures > 20)
  }

  /// Bytes of all kinds, among them those that HTML and the language care for.
  @Test func anyBytesAreWellFormed() throws {
    let pieces =
      [
        "<", ">", "&", "\"", "'", "#", "\n", "\n", "\0", "\r", " ", "]]>", "-->", "</style>",
        "let a = ",
        "## ", "# ", "# # ", "print \"", "\u{202E}", "\u{FFFE}", "é", "table x for x in [", "1",
        ")",
      ]
      .map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]
    var random = SplitMix64(seed: 7)
    for _ in 0..<600 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).flatMap { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
      }
      let report = Session().report(on: bytes, fileName: nil)
      let html = report.html()
      do {
        let read = try WellFormedPage(html)
        #expect(read.fetched.isEmpty)
        let forbidden = html.unicodeScalars.first { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }
        #expect(forbidden == nil)
      } catch {
        Issue.record("\(error): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      }
    }
  }

  // MARK: Escaping

  @Test func nothingOfAScriptIsMarkup() throws {
    let text = """
      # # A </title><script>alert(1)</script>

      # Text with <script>alert(2)</script> &amp; "quotes".

      ## Documents <b>f</b>.
      let f(x) = x  # and </code><i>this</i>
      print "<script>alert(3)</script>"
      "</pre><script>"
      data r = "<u>"
      table "<em>" for k in ["<s>"]
      assert false, "<script>alert(4)</script>"
      """
    let html = page(text)
    let read = try WellFormedPage(html)
    #expect(read.names.isDisjoint(with: ["script", "i", "u", "em", "s"]))
    for part in ["alert(1)", "alert(2)", "alert(3)", "alert(4)", "&amp; \"quotes\"", "<b>f</b>"] {
      #expect(read.text.contains(part), "\(part)")
    }
    #expect(read.text.contains("# and </code><i>this</i>"))
  }

  @Test func controlCharactersAreReplaced() {
    #expect(
      Markup.escaped("a\u{0}b\u{1B}[31m\u{7F}\u{202E}c\u{FFFF}\r\n\t")
        == "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}c\u{FFFD}\n\t")
    #expect(Markup.escaped("<a href=\"x\">&</a>") == "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;")
  }

  // MARK: Results

  @Test func longArraysAreElidedWithTheWholeBehind() throws {
    let html = try body("data v = 0..<1500\nv")
    #expect(html.contains("<summary>[0, 1, 2, … , 1499] (1500)</summary>"))
    #expect(html.contains("998, 999\n… (500 more numbers)</pre>"))
    #expect(!html.contains("1000,"))
  }

  @Test func matricesAreTables() throws {
    let html = try body("[[1, -0.25], [10, 3]]")
    #expect(
      html.contains(
        #"<tr><td>1</td><td>-0.25</td></tr>"#
          + #"<tr><td>10</td><td style="--pad:3">3</td></tr>"#))
    let large = try body("reshape(0..<200, 10, 20)")
    #expect(large.contains("<td>19</td></tr><tr>"))
    #expect(large.contains("<td style=\"--pad:0\">") == false)
    #expect(large.contains("<summary>10 × 20, in full</summary>"))
    #expect(large.contains("18, 19\n20, 21"))
    // An array without elements has no rows to show.
    #expect(try body("zeros(0, 3)").contains(">[]</div>"))
  }

  @Test func longTablesAreShownByTheirEnds() throws {
    let html = try body("table 2 * k for k in 0..<1000")
    #expect(html.contains("<td colspan=\"2\">⋮ 975 more rows</td>"))
    #expect(html.contains("<summary>All 1000 rows</summary>"))
    let longer = try body("table 2 * k for k in 0..<5001")
    #expect(longer.contains("<summary>The first 5000 of 5001 rows</summary>"))
    #expect(longer.utf8.count < 500_000)
    let short = try body("table 2 * k for k in 0..<40")
    #expect(!short.contains("more rows") && !short.contains("<details"))
  }

  @Test func columnsThatHoldTextAreNotAligned() throws {
    let html = try body("table \"a\", k for k in [1.5, 20]")
    #expect(html.contains("<th scope=\"col\" class=\"text\">&quot;a&quot;</th>"))
    #expect(html.contains("<td class=\"text\">a</td><td>1.5</td>"))
    #expect(html.contains("<td style=\"--pad:2\">20</td>"))
  }

  @Test func longPrintsAreCut() throws {
    let html = try body(
      ":set elide none\nprint zeros(30000)")
    #expect(html.utf8.count < 10_000)
    #expect(html.contains("more characters)"))
  }

  @Test func settingsHoldFromWhereTheyStand() throws {
    let html = try body("1/3\n:set digits 3\n1/3")
    #expect(html.contains(">0.3333333333333333<") && html.contains(">0.333<"))
  }

  @Test func linesPrintedOneAfterTheOtherAreOneText() throws {
    let html = try body("print 1\nprint 2\n\nprint 3")
    #expect(html.components(separatedBy: "class=\"listing\"").count == 3)
    #expect(html.contains("<pre class=\"print\">1</pre>\n<pre class=\"print\">2</pre>"))
  }

  // MARK: Formulas and plots

  @Test func definitionsAreTypeset() throws {
    let html = try body("param x = 2\nlet half = x / 2\nhalf\nx / 4\nhalf at (x = 3)")
    #expect(html.components(separatedBy: "<math").count == 3)
    #expect(html.contains("<mfrac><mi>x</mi><mn>2</mn></mfrac>"))
    #expect(html.contains("<mfrac><mi>x</mi><mn>4</mn></mfrac>"))
    // What did not run is not typeset: its names may stand for nothing.
    #expect(try !body("param x = (\nlet half = x / 2").contains("<math"))
  }

  @Test func plotsAreInThePage() throws {
    let text = "plot relu(x), softplus(x) for x in -3...3\nplot x * y for x in 0...1, y in 0...1"
    let html = page(text)
    let read = try WellFormedPage(html)
    #expect(html.components(separatedBy: "<figure><svg").count == 3)
    #expect(read.fetched.isEmpty)
    #expect(html.contains("stroke:var(--loss-series-1, "))
    #expect(html.contains("<figcaption>relu(x), softplus(x) for x in -3...3</figcaption>"))
  }

  @Test func descentsAreDrawn() throws {
    let html = page("param x = 3, y = 2\nminimize (x - 1)^2 + 10 * (y - x^2)^2 over x, y")
    let read = try WellFormedPage(html)
    #expect(html.contains("<p class=\"ending\">after "))
    #expect(html.contains("<dt>x =</dt>") && html.contains("<dt>y =</dt>"))
    #expect(html.contains("<figcaption>log10(loss) for step in 0..."))
    let narrow = page("param x = 3, y = 2\nminimize 9 + (x - 1)^2 + (y - x^2)^2 over x, y")
    #expect(narrow.contains("<figcaption>loss for step in 0..."))
    #expect(read.fetched.isEmpty)
    // A few steps make no curve.
    #expect(!page("param x = 1\nminimize (x - 1)^2 over x").contains("<figure"))
  }

  // MARK: Errors

  @Test func anErrorStandsInItsPlaceAndEndsTheRun() throws {
    let text = "print 1\nparam x = 2\nassert x == 3\nprint 4\n\n# Text.\n\nx"
    let report = Session().report(on: Array(text.utf8), fileName: "a/b.loss")
    #expect(report.errors.map(\.line) == [3])
    let html = report.html()
    let read = try WellFormedPage(html)
    #expect(read.links.contains("#error-1"))
    #expect(read.text.contains("✗ An error ended it."))
    #expect(html.contains("<pre class=\"print\">1</pre>"))
    #expect(!html.contains("<pre class=\"print\">4</pre>"))
    #expect(html.components(separatedBy: "not run").count == 3)
    #expect(read.text.contains("(line 3, column "))
    #expect(read.text.contains("^^^"))
  }

  @Test func syntaxErrorsAreAllShownAndNothingRuns() throws {
    let text = "print 1\nparam x = (1\nlet y = 2 +* 3\nprint 2"
    let report = Session().report(on: Array(text.utf8), fileName: "a.loss")
    #expect(report.errors.map(\.line) == [2, 3])
    let html = report.html()
    let read = try WellFormedPage(html)
    #expect(read.text.contains("✗ 2 errors."))
    #expect(!html.contains("<pre class=\"print\">"))
    #expect(html.components(separatedBy: "not run").count == 3)
  }

  /// The parser gives up after 20 errors; the rest of the text is there all the same.
  @Test func whatTheParserDoesNotReachIsShown() throws {
    let text = (0..<25).map { "let a\($0) = +\n" }.joined() + "# Last.\n"
    let html = page(text)
    let read = try WellFormedPage(html)
    #expect(read.text.contains("let a24 = +"))
    #expect(read.text.contains("Last."))
  }

  @Test func errorsOfImportedFilesNameThem() throws {
    let session = Session(
      files: FileAccess { _ throws(FileAccess.Failure) in Array("let a = (".utf8) })
    let report = session.report(on: Array("import \"lib.loss\"".utf8), fileName: "main.loss")
    let read = try WellFormedPage(report.html())
    #expect(read.text.contains("(lib.loss, line 1, column 9)"))
  }

  @Test func aStoppedRunSaysSo() throws {
    let cancellation = Cancellation()
    cancellation.cancel()
    let session = Session(cancellation: cancellation)
    let text = "sum(randn(1000)[i] for i in 0..<1000)"
    let report = session.report(on: Array(text.utf8), fileName: nil)
    #expect(report.errors.first?.isCancellation == true)
    #expect(try WellFormedPage(report.html()).text.contains("Stopped here."))
  }

  // MARK: Markdown

  @Test func markdownIsGivenTheProse() throws {
    let markdown = ReportMarkdown(
      blocks: { "<p>[\(Markup.escaped($0))]</p>" }, inline: { "[\(Markup.escaped($0))]" })
    let text = "# Title\n\n# a\n# b\n\n## doc\nlet a = 1\n#: Part"
    let html = Session().report(on: Array(text.utf8), fileName: nil).html(markdown: markdown)
    for part in ["<h1>[Title]</h1>", "<p>[a\nb]</p>", "<p>[doc]</p>", ">[Part]</h2>"] {
      #expect(html.contains(part))
    }
    #expect(html.contains("<title>Title</title>"))
  }
}
