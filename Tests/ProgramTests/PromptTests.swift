import Foundation
import Testing

/// The prompt at a terminal.
///
/// Serialized: several measure how soon an answer comes.
@Suite(.serialized) struct PromptTests {
  @Test func definitionsAreEchoed() throws {
    let terminal = try prompt()
    #expect(terminal.shown.hasPrefix("Loss 0.1   type an expression; :help for help"))
    terminal.send("param x = 3\r")
    try terminal.expect("\nx = 3\nloss> ")
  }

  @Test func anOpenBracketContinues() throws {
    let terminal = try prompt()
    terminal.send("print (1 +\r")
    try terminal.expect("\n  ... ")
    terminal.send("2)\r")
    try terminal.expect("\n3\nloss> ")
    // The whole comes back as one entry.
    terminal.send("\u{1B}[A\r")
    try terminal.expect("\n3\nloss> ")
  }

  @Test func controlCAbandonsALine() throws {
    let terminal = try prompt()
    terminal.send("print \"no\"\u{3}")
    try terminal.expect("^C\nloss> ")
    terminal.send("print (1 +\r")
    try terminal.expect("  ... ")
    terminal.send("\u{3}")
    try terminal.expect("^C\nloss> ")
    terminal.send("print \"ye\" , \"s\"\r")
    try terminal.expect("\nye s\nloss> ")
    #expect(!terminal.shown.contains("\nno\n"))
  }

  /// The search ends before the sign of the interruption, which stands behind the last row.
  @Test(arguments: ["xterm", "dumb"]) func controlCAbandonsASearch(terminalType: String) throws {
    let terminal = try prompt(environment: ["TERM": terminalType])
    terminal.send("\u{1B}[200~print \"a\"\nprint \"b\",\n\"c\"\u{1B}[201~\r")
    try terminal.expect("\na\nb c\nloss> ")
    terminal.send("\u{12}")
    try terminal.expect("(reverse-i-search)`'")
    terminal.send("b")
    try terminal.expect("(reverse-i-search)`b") { screen in
      screen.rows.contains { $0.contains("`b': ") }
    }
    terminal.send("\u{3}")
    try terminal.expect("^C\nloss> ")
    if terminalType == "xterm" {
      let rows = terminal.display.rows
      #expect(
        rows.suffix(4) == ["loss> print \"a\"", "print \"b\",", "\"c\"^C", "loss>"], "\(rows)")
    }
    terminal.send("print 6\r")
    try terminal.expect("\n6\nloss> ")
  }

  @Test func controlCStopsAnEvaluationWithin100Milliseconds() throws {
    let terminal = try prompt()
    terminal.send("param x = 4\r")
    try terminal.expect("x = 4\nloss> ")
    // The least of three: another process may have the processor for a while.
    var least = Duration.seconds(10)
    for _ in 1...3 {
      terminal.send(endless + "\r")
      try terminal.expect(endless + "\n")
      usleep(150_000)
      terminal.send("\u{3}")
      least = min(least, try terminal.expect("loss> "))
    }
    #expect(least < .milliseconds(100))
    terminal.send("print x\r")
    try terminal.expect("\n4\nloss> ")
  }

  @Test func controlDEndsThePrompt() throws {
    let terminal = try prompt()
    // With a statement half written it abandons that; on an empty line it leaves.
    terminal.send("(1 +\r")
    try terminal.expect("  ... ")
    terminal.send("\u{4}")
    try terminal.expect("loss> ")
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
  }

  @Test(arguments: [":quit", ":q"]) func quitEndsThePrompt(command: String) throws {
    let terminal = try prompt()
    terminal.send(command + "\r")
    #expect(try terminal.wait() == 0)
  }

  @Test func errorsLeaveTheSessionAsItWas() throws {
    let terminal = try prompt()
    terminal.send("param x = 4\r")
    try terminal.expect("x = 4\nloss> ")
    terminal.send("sofplus(x)\r")
    try terminal.expect("error: there is no 'sofplus'")
    try terminal.expect("did you mean 'softplus'?\nloss> ")
    terminal.send("print x\r")
    try terminal.expect("\n4\nloss> ")
  }

  /// A terminal that cannot go up a row shows a part of a line longer than a row, with `<` where
  /// it was cut: so the width that readline believes in can be seen.
  @Test func aResizeIsFollowed() throws {
    let line = "print \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
    let terminal = try prompt(environment: ["TERM": "dumb"], columns: 100)
    terminal.send(line)
    try terminal.expect(line)
    terminal.send("\r")
    try terminal.expect("loss> ")
    #expect(!terminal.shown.contains("<"))

    terminal.resize(columns: 20)
    terminal.send(line)
    try terminal.expect("<")
    terminal.send("\r")
    try terminal.expect("\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nloss> ")
  }

  @Test func nothingTypedEndsThePrompt() throws {
    let terminal = try prompt()
    terminal.send([0, 1, 0xFF, 0xFE] + Array("\r".utf8))
    // A terminal throws away what it has not handed out when Ctrl-C arrives, and one during the run is
    // not for the line: the answer comes first. The line itself may be drawn again, prompt and all.
    try terminal.expect("error: what was typed is not UTF-8")
    try terminal.expect("loss> ")
    // Ctrl-\ is a quit signal elsewhere.
    terminal.send("\u{1C}")
    terminal.send("\u{3}")
    try terminal.expect("^C\nloss> ")
    terminal.send("print \"still\", \"here\"\r")
    try terminal.expect("\nstill here\nloss> ")
  }

  /// A megabyte pasted, with and without the brackets that tell a paste from typing.
  @Test(arguments: [("", ""), ("\u{1B}[200~", "\u{1B}[201~")])
  func aMegabyteInOneLine(before: String, after: String) throws {
    let terminal = try prompt(columns: 1000)
    let text = String(repeating: "1+", count: 1 << 19) + "1"
    terminal.send(before + text + after + "\r")
    try terminal.expect("1+1\n", within: .seconds(60))
    terminal.send("print \"still\", \"here\"\r")
    try terminal.expect("\nstill here\nloss> ", within: .seconds(60))
  }

  @Test func aPasteOfSeveralStatements() throws {
    let terminal = try prompt()
    terminal.send("\u{1B}[200~print \"a\"\nprint \"b\"\u{1B}[201~\r")
    try terminal.expect("\na\nb\nloss> ")
    terminal.send("\u{1B}[200~:list\n:help :quit\nprint \"c\"\u{1B}[201~\r")
    try terminal.expect("\nnothing is defined yet\n:quit ")
    try terminal.expect("\nc\nloss> ")
  }
}
