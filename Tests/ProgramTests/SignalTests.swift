import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the signals do that end a process, or hold it.
@Suite struct SignalTests {
  /// The program as if nobody had signals ignored; whoever runs the tests may have.
  private static let program = "env --default-signal=HUP,INT,TERM \"$0\""

  /// Ended in order: what was shown is written, and the caller sees the signal.
  @Test(arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)])
  func aScriptEndsInOrder(name: String, status: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("print \"first\"\n\(endless)\nprint \"never\"\n", to: "a.loss")
    // Output to a file is gathered, and would be lost with the process. In a job of its own, as the
    // shell has Ctrl-C ignored otherwise.
    let result = try Program.shell(
      """
      set -m; \(Self.program) a.loss > out 2> errors & sleep 1
      kill -\(name) $!; wait $! 2>/dev/null; echo $?
      """, folder: folder)
    #expect(result.output == "\(status)\n")
    #expect(try String(contentsOfFile: folder.file("out"), encoding: .utf8) == "first\n")
    let errors = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
    #expect(errors.contains("error: stopped"))
  }

  /// A reader that has stopped reading does not hold up the end.
  @Test(arguments: [("TERM", 143), ("INT", 130)])
  func aScriptThatWaitsForItsReaderEnds(name: String, status: Int) throws {
    let folder = try TemporaryFolder()
    // More than a pipe holds.
    let text = String(repeating: "x", count: 300_000)
    try folder.write("print \"\(text)\"\n\(endless)\n", to: "a.loss")
    let result = try Program.shell(
      """
      set -m; mkfifo pipe; sleep 60 < pipe & reader=$!
      \(Self.program) a.loss > pipe & sleep 1
      kill -\(name) $!; wait $! 2>/dev/null; echo $?; kill $reader
      """, folder: folder)
    #expect(result.output == "\(status)\n")
  }

  /// `nohup loss …`, and what shells run in the background with Ctrl-C ignored.
  @Test func signalsThatAreIgnoredStayIgnored() throws {
    let folder = try TemporaryFolder()
    try folder.write("print sum(sum(sin(i) for i in 0..<20000) for _ in 0..<30)\n", to: "a.loss")
    let result = try Program.shell(
      """
      trap '' HUP INT; "$0" a.loss > out & sleep 0.5; kill -HUP $!; kill -INT $!; wait $!; echo $?
      """, folder: folder)
    #expect(result.output == "0\n")
    #expect(try String(contentsOfFile: folder.file("out"), encoding: .utf8).hasSuffix("\n"))
  }

  @Test(arguments: [SIGTERM, SIGHUP]) func thePromptLeavesTheTerminalAsItWas(number: Int32) throws {
    let folder = try TemporaryFolder()
    let history = folder.file("history")
    let terminal = try prompt(environment: ["LOSS_HISTORY": history])
    terminal.send("param x = 1\r")
    try terminal.expect("x = 1\nloss> ")
    terminal.send("half a li")
    try terminal.expect("half a li")
    terminal.signal(number)
    #expect(try terminal.wait() == -number)
    // Bracketed paste is off again, and what was entered is kept whole.
    #expect(
      terminal.received.hasSuffix("\u{1B}[?2004l") || terminal.received.contains("\u{1B}[?2004l"))
    #expect(try String(contentsOfFile: history, encoding: .utf8) == "param x = 1\n")
  }

  @Test(arguments: [SIGTERM, SIGHUP]) func anEvaluationAtThePromptEnds(number: Int32) throws {
    let terminal = try prompt()
    terminal.send(endless + "\r")
    usleep(200_000)
    terminal.signal(number)
    #expect(try terminal.wait() == -number)
  }

  /// Ctrl-Z and `fg`, by a shell that controls jobs: nothing else can stop the leader of a session.
  @Test func thePromptStopsAndGoesOn() throws {
    let shell = "set -m; \"$0\"; echo \"status $?\"; fg; echo \"end $?\""
    let terminal = try PseudoTerminal([], wrapper: shell)
    try terminal.expect("loss> ")
    terminal.send("1 + ")
    try terminal.expect("1 + ")
    terminal.send("\u{1A}")
    try terminal.expect("status 148")
    // The line is shown again, and goes on.
    try terminal.expect("1 + ")
    terminal.send("2\r")
    try terminal.expect("\n3\nloss> ")
    terminal.send(endless + "\r")
    usleep(300_000)
    terminal.send("\u{1A}")
    try terminal.expect("end 148")
  }
}
