import Foundation
import Testing

/// Pictures as they come out of the program.
@Suite struct PlotTests {
  private static let curves = "plot relu(x), softplus(x) for x in -1...1"
  private static let contours = "plot a * b for a in -1...1, b in -1...1"

  /// What a terminal is sent for a text whose picture ends with its label.
  private func received(_ text: String, _ environment: [String: String?]) throws -> String {
    let terminal = try PseudoTerminal(["-e", text], environment: environment, columns: 80)
    // What the program has written when it ends need not have arrived.
    try terminal.expect(text == Self.curves ? " softplus(x)" : "  a * b")
    #expect(try terminal.wait() == 0)
    return terminal.received
  }

  @Test func pipesGetPlainText() throws {
    let result = try Program.run(
      ["-e", Self.curves], environment: ["TERM": "xterm-256color", "COLUMNS": "200"])
    #expect(!result.output.contains("\u{1B}"))
    #expect(result.outputLines.map(\.count).max() == 80)
    #expect(result.output.contains("⠒o⠒ softplus(x)"))
    let colored = try Program.run(["--color", "always", "-e", Self.curves])
    #expect(colored.output.contains("\u{1B}[36m⠒⠒⠒\u{1B}[0m relu(x)"))
  }

  @Test func coloursAreThoseOfTheTerminal() throws {
    let named = try received(Self.curves, ["TERM": "xterm"])
    #expect(named.contains("\u{1B}[31m⠒⠒⠒\u{1B}[0m softplus(x)"))
    let many = try received(Self.curves, ["TERM": "xterm-256color"])
    #expect(many.contains("\u{1B}[38;5;166m⠒⠒⠒\u{1B}[0m softplus(x)"))
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
      let plain = try received(Self.curves, [variable: value])
      #expect(!plain.contains("\u{1B}[3") && plain.contains("⠒o⠒ softplus(x)"))
    }
  }

  @Test func contoursAreHalfBlocksWhereThereAreColours() throws {
    let direct = try received(Self.contours, ["TERM": "xterm", "COLORTERM": "truecolor"])
    #expect(direct.contains("\u{1B}[38;2;68;1;84;48;2;68;1;84m▀"))
    #expect(direct.contains("\u{1B}[38;2;253;231;37;48;2;253;231;37m▀"))
    let indexed = try received(Self.contours, ["TERM": "xterm-256color"])
    #expect(indexed.contains("\u{1B}[38;5;53;48;5;53m▀"))
    let named = try received(Self.contours, ["TERM": "xterm"])
    #expect(named.contains("▒▒▒") && !named.contains("▀"))
  }

  @Test func thePictureFollowsTheTerminal() throws {
    let terminal = try prompt(columns: 60)
    terminal.send("plot x for x in 0...1\n")
    try terminal.expect("⠒⠒⠒ x")
    try terminal.expect("loss> ")
    terminal.resize(columns: 120)
    terminal.send("plot 2 * x for x in 0...1\n")
    try terminal.expect("⠒⠒⠒ 2 * x")
    let axes = terminal.shown.split(separator: "\n").filter { $0.contains("└") }
    #expect(axes.map { $0.filter { $0 != "\r" }.count } == [60, 120])
  }

  @Test func filesStandBesideTheScript() throws {
    let folder = try TemporaryFolder()
    let inner = folder.url.appendingPathComponent("inner")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try folder.write("plot x^2 for x in -1...1 to \"curve.svg\"\n", to: "inner/a.loss")
    let result = try Program.run(["inner/a.loss"], folder: folder)
    #expect(result.output == "plot written to curve.svg\n" && result.status == 0)
    let svg = try String(contentsOfFile: folder.file("inner/curve.svg"), encoding: .utf8)
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
  }

  @Test func quietRunsWriteFilesAndShowNothing() throws {
    let folder = try TemporaryFolder()
    let text = "\(Self.curves); \(Self.contours) to \"c.SVG\"; print 1"
    let result = try Program.run(["--quiet", "-e", text], folder: folder)
    #expect(result.output == "1\n")
    #expect(FileManager.default.fileExists(atPath: folder.file("c.SVG")))
  }

  @Test func whatCannotBeWrittenIsAnErrorWithItsPlace() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(
      ["-e", "plot x for x in 0...1 to \"nowhere/c.svg\""], folder: folder)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(
      result.errors == """
        error: cannot write "nowhere/c.svg": there is no such folder
          plot x for x in 0...1 to "nowhere/c.svg"
                                   ^^^^^^^^^^^^^^^

        """)
    let json = try Program.run(
      ["--json", "-e", "plot x for x in 0...1 to \"c.png\""], folder: folder)
    #expect(json.output.hasPrefix(#"{"line": 1, "column": 26, "error": "#))
    #expect(json.output.contains("rsvg-convert -o c.png c.svg"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func filesInJSON() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(
      ["--json", "-e", "plot 1 for x in 0...1 to \"c.svg\""], folder: folder)
    #expect(
      result.output
        == #"{"line": 1, "plot": {"x": "x", "curves": [{"label": "1", "points": [[0, 1], [1, 1]]}], "file": "c.svg"}}"#
        + "\n")
  }
}
