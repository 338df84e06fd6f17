import Foundation
import Testing

/// `loss report`.
@Suite struct ReportTests {
  private func page(of script: String, _ arguments: String...) throws -> String {
    let result = try Program.run(["report", "-"] + arguments, input: script)
    #expect(result.errors.isEmpty)
    #expect(result.status == 0)
    return result.output
  }

  @Test func thePageLiesBesideTheScript() throws {
    let folder = try TemporaryFolder()
    try folder.write("# A title\n\n1 + 1\n", to: "a.loss")
    let result = try Program.run(["report", "a.loss"], folder: folder)
    #expect(result.status == 0)
    #expect(result.output.isEmpty && result.errors.isEmpty)
    let page = try String(contentsOfFile: folder.file("a.html"), encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>\n"))
    #expect(page.contains("<h1>A title</h1>"))
    #expect(page.contains("<div class=\"value\">2</div>"))
    #expect(page.hasSuffix("</html>\n"))
    // No other file is left behind.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test func thePageIsTheSameWhereverTheScriptLies() throws {
    let folder = try TemporaryFolder()
    let inner = folder.url.appendingPathComponent("inner")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try folder.write("let twice(x) = 2 * x\n", to: "inner/lib.loss")
    try folder.write("import \"lib.loss\"\ntwice(4)\nlib.none\n", to: "inner/a.loss")
    let outside = try Program.run(
      ["report", folder.file("inner/a.loss"), "-o", "x.html"], folder: folder)
    let inside = try Program.run(
      ["report", "--output", "-", "inner/a.loss"], folder: folder)
    #expect(outside.status == 1 && inside.status == 1)
    let page = try String(contentsOfFile: folder.file("x.html"), encoding: .utf8)
    #expect(page == inside.output)
    #expect(page.contains("<div class=\"value\">8</div>"))
    #expect(!page.contains(folder.path))
  }

  @Test func aScriptThatFailsHasItsPage() throws {
    let folder = try TemporaryFolder()
    try folder.write("print 1\nassert 1 == 2\nprint 3\n", to: "a.loss")
    let result = try Program.run(["report", "a.loss"], folder: folder)
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("a.loss:2:8: error: "))
    let page = try String(contentsOfFile: folder.file("a.html"), encoding: .utf8)
    #expect(page.contains("id=\"error-1\""))
    #expect(page.contains("not run"))
  }

  @Test func setAndTitleAreTaken() throws {
    let page = try page(
      of: "param x = 1\nx", "--set", "x=5", "--title", "Five <b> *things*")
    #expect(page.contains("<div class=\"value\">5</div>"))
    #expect(page.contains("<title>Five &lt;b&gt; *things*</title>"))
    #expect(page.contains("<h1>Five &lt;b&gt; *things*</h1>"))
    let wrong = try Program.run(["report", "-", "--set", "y=5"], input: "param x = 1")
    #expect(wrong.status == 64)
    #expect(wrong.output.isEmpty)
  }

  @Test func aWrongCallIsStatus64() throws {
    let folder = try TemporaryFolder()
    let script = "print 1\n"
    try folder.write(script, to: "a.loss")
    for (arguments, message) in [
      (["a.loss", "-o", "a.loss"], "the page would replace the script 'a.loss'"),
      (["a.loss", "-o", "./a.loss"], "the page would replace the script 'a.loss'"),
      (["none.loss"], "'none.loss' cannot be read: there is no such file"),
      (
        ["a.loss", "-o", "none/a.html"], "'none/a.html' cannot be written: there is no such folder"
      ),
      (["a.loss", "-o", "."], "'.' cannot be written: it is a folder"),
      (["a.loss", "-e", "1"], "'loss report' does not take -e."),
      (["a.loss", "--no-history"], "'loss report' does not take --no-history."),
      ([], "Missing expected argument '<file>'"),
    ] {
      let result = try Program.run(["report"] + arguments, folder: folder)
      #expect(result.status == 64)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    #expect(try String(contentsOfFile: folder.file("a.loss"), encoding: .utf8) == script)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.loss"])
  }

  @Test func commentsAreMarkdown() throws {
    let page = try page(
      of: """
        # # Title with *stress*
        #
        # A [link](https://example.org/a?b=1&c=2), `code`, and
        #
        # - one
        # - two
        #
        # 1. first
        1
        """)
    for part in [
      "<h1>Title with <em>stress</em></h1>", "<title>Title with *stress*</title>",
      "<a href=\"https://example.org/a?b=1&amp;c=2\">link</a>", "<code>code</code>",
      "<ul>\n<li>one</li>\n<li>two</li>\n</ul>", "<ol>\n<li>first</li>\n</ol>",
    ] {
      #expect(page.contains(part), "\(part)")
    }
  }

  /// A numbered heading is no list, and what looks like Markdown in a printed one is not.
  @Test func printedHeadingsAreAsTheyArePrinted() throws {
    let page = try page(of: "print \"1. The *hinge* <b>\"")
    #expect(page.contains("<h2 id=\"section-1\">1. The *hinge* &lt;b&gt;</h2>"))
  }

  /// Raw HTML is shown, not obeyed; nothing is fetched; no link runs a script.
  @Test func markdownIsSafe() throws {
    let page = try page(
      of: """
        # Text with <b>raw</b> Array<Int> and <!-- a comment -->.
        #
        # <script>alert(1)</script>
        #
        # ![picture](https://example.org/a.png) and [link](javascript:alert(2)).
        #
        # > # Quoted heading
        1
        """)
    for part in ["<b>", "<Int>", "<!--", "<script", "<img", "javascript:", "raw HTML omitted"] {
      #expect(!page.contains(part), "\(part)")
    }
    for part in [
      "&lt;b&gt;raw&lt;/b&gt; Array&lt;Int&gt; and &lt;!-- a comment --&gt;",
      "&lt;script&gt;alert(1)&lt;/script&gt;",
      "<a href=\"https://example.org/a.png\">picture</a>", "<a href=\"\">link</a>",
      "<h4>Quoted heading</h4>",
    ] {
      #expect(page.contains(part), "\(part)")
    }
  }

  @Test func interruptedItWritesNoPage() throws {
    let folder = try TemporaryFolder()
    let script = try folder.write("print 1\n\(endless)\n", to: "a.loss")
    var status: Int32 = 0
    // A machine that is busy may take long to start a program, which the signal ends before that.
    for wait in [200_000, 2_000_000, 8_000_000] as [useconds_t] {
      let terminal = try PseudoTerminal(["report", script])
      usleep(wait)
      terminal.send("\u{3}")
      status = try terminal.wait()
      if status >= 0 { break }
    }
    #expect(status == 130)
    #expect(!FileManager.default.fileExists(atPath: folder.file("a.html")))
  }
}
