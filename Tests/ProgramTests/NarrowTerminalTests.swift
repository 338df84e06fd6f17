import Foundation
import Testing

/// Terminals that are narrow, tell no size or can do little, and locales that are not UTF-8.
@Suite struct NarrowTerminalTests {
  /// Nothing is wider than the screen, as far as it can be broken.
  @Test(arguments: [
    ":help", ":help softplus", ":help commands", ":help keys", ":help minimize", ":help :set",
    ":explain softplus(x) * relu(x - 2) + lse(s)",
    "table smooth(max(s), k), max(s) for k in [1, 4]",
    "plot relu(t), softplus(t) for t in -3...3", "plot a * b for a in 0...1, b in 0...1",
    "nosuch + 1", "s + [1, 2]", "s", "check lse(s) <= max(s)", "relu(x - 1)",
    "minimize (x - 3)^2 over x", ":type softplus(x)", ":list", ":set", ":nosuch",
  ])
  func nothingIsWiderThanTwentyColumns(entry: String) throws {
    let terminal = try prompt(
      ["--color=never"], environment: ["NO_COLOR": "1"], columns: 20, rows: 60)
    terminal.send("param x = 1, s = [1, 2, 3]\r")
    try terminal.expect("s = [1, 2, 3]\nloss> ")
    terminal.send(entry + "\r")
    let text = try terminal.text(before: "\nloss> ", within: .seconds(30))
    // Not what is typed, which wraps in its own way, and no number or name that is itself too wide.
    for line in text.split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ")
      #expect(line.count <= 20 || words.count < 2, "\(entry): \(line)")
    }
  }

  /// One column, and a terminal that does not tell its size: everything works, if not nicely.
  @Test(arguments: [1, 2, 7, 0]) func everyWidthWorks(columns: UInt16) throws {
    let terminal = try PseudoTerminal(columns: columns, rows: columns == 0 ? 0 : 24)
    for entry in [
      "param x = 1", "softplus(x)", "nosuch", ":help relu", ":explain x^2", "plot t for t in 0...1",
      "table k, k^2 for k in 1...3", "minimize (x - 3)^2 over x",
    ] { terminal.send(entry + "\r") }
    terminal.send(":quit\r")
    #expect(try terminal.wait(within: .seconds(30)) == 0)
  }

  /// Neither moves nor colours.
  @Test(arguments: ["dumb", "unknown-terminal", nil]) func aTerminalThatCanDoLittle(kind: String?)
    throws
  {
    let terminal = try prompt(environment: ["TERM": kind])
    terminal.send("param x = 1\r")
    try terminal.expect("x = 1\nloss> ")
    terminal.send("nosuch\r")
    try terminal.expect("error: there is no 'nosuch'")
    try terminal.expect("loss> ")
    if kind == "dumb" { #expect(!terminal.received.contains("\u{1B}")) }
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
  }

  /// What Loss writes is UTF-8 in every locale; one that asks for something else is told so.
  @Test(arguments: [
    ("C", false), ("POSIX", false), ("C.UTF-8", false), ("en_US.utf8", false),
    ("de_DE.ISO-8859-1", true), ("ru_RU.KOI8-R", true),
  ])
  func aLocaleThatIsNotUTF8(locale: String, isTold: Bool) throws {
    let terminal = try prompt(environment: ["LC_ALL": locale])
    #expect(terminal.shown.contains("Loss reads and writes UTF-8") == isTold)
    terminal.send("param α = 1\r")
    try terminal.expect("α = 1\nloss> ")
    terminal.send("softplus(α)\r")
    try terminal.expect("∂α = 0.7310585786300049")
    try terminal.expect("loss> ")
    // `é` as such a terminal sends it.
    terminal.send(Array("print \"".utf8) + [0xE9] + Array("\", 123\r".utf8))
    // readline leaves out what is no character, or hands it over: nothing is made up for it.
    let answer = try terminal.text(before: "\nloss> ")
    #expect(answer.contains("error: what was typed is not UTF-8") || answer.hasSuffix("\n 123"))
    let script = try Program.run(
      ["-e", "param α = 1; softplus(α)"], environment: ["LC_ALL": locale])
    #expect(script.output.contains("∂α = 0.7310585786300049"))
  }

  /// A terminal for the keyboard alone, or for the screen alone, or none.
  @Test func withoutATerminal() throws {
    let result = try Program.run([], input: "param x = 1\nsoftplus(x)\nminimize x^2 over x\n")
    #expect(!result.output.contains("\u{1B}") && !result.output.contains("\r"))
    #expect(result.errors.isEmpty)
    let shell = try Program.shell("setsid \"$0\" -e 'print 1' < /dev/null; echo $?")
    #expect(shell.output == "1\n0\n")
  }

  /// A line of several rows, typed while the window changes its width again and again: what stands
  /// above it stays.
  @Test func resizesWhileTypingKeepWhatStandsAbove() throws {
    let terminal = try prompt(columns: 60)
    terminal.send("print \"above\"\r")
    try terminal.expect("\nabove\nloss> ")
    terminal.send("print \"" + String(repeating: "b", count: 100))
    try terminal.expect("bbb")
    for columns: UInt16 in [40, 30, 50, 25, 60] {
      terminal.resize(columns: columns)
      usleep(60_000)
    }
    terminal.send("\"\r")
    try terminal.expect("\n" + String(repeating: "b", count: 100))
    try terminal.expect("loss> ")
    #expect(terminal.shown.contains("\nabove\n"))
  }
}
