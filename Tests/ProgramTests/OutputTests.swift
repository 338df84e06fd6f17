import Foundation
import Testing

/// Form, colour and delivery of what the program writes.
@Suite struct OutputTests {
  @Test func jsonLinesAreExact() throws {
    let script = """
      param x = 1
      relu(x)
      print "a", 2
      nosuch
      """
    let result = try Program.run(["--json"], input: script)
    #expect(result.status == 1)
    #expect(result.errors.isEmpty)
    let lines = result.outputLines
    #expect(lines.count == 3)
    guard lines.count == 3 else { return }
    #expect(lines[0] == #"{"line": 2, "source": "relu(x)", "value": 1, "gradient": {"x": 1}}"#)
    #expect(lines[1] == #"{"line": 3, "print": "a 2"}"#)
    #expect(lines[2].hasPrefix(#"{"line": 4, "column": 1, "error": ""#))
  }

  @Test func jsonNamesTheFileWhereThereAreSeveral() throws {
    let folder = try TemporaryFolder()
    try folder.write("print 1\n", to: "a.loss")
    try folder.write("print 2\n", to: "b.loss")
    let both = try Program.run(["--json", "a.loss", "b.loss"], folder: folder)
    #expect(
      both.outputLines == [
        #"{"file": "a.loss", "line": 1, "print": "1"}"#,
        #"{"file": "b.loss", "line": 1, "print": "2"}"#,
      ])
    let one = try Program.run(["--json", "a.loss"], folder: folder)
    #expect(one.outputLines == [#"{"line": 1, "print": "1"}"#])
  }

  /// An error in an imported file has a line of that file.
  @Test func jsonErrorsNameTheImportedFile() throws {
    let library = try Program.run(["--json", "-e", "import losses; pinball(1, 0, q = 2)"])
    #expect(library.output.hasPrefix(#"{"file": "losses", "line": "#), "\(library.output)")
    let own = try Program.run(["--json", "-e", "assert 1 > 2"])
    #expect(own.output.hasPrefix(#"{"line": 1, "column": 8, "error": "#), "\(own.output)")
  }

  @Test func jsonErrorsOfTheCallAreJSONToo() throws {
    let result = try Program.run(["--json", "/nonexistent/\"a\".loss"])
    #expect(result.status == 64)
    #expect(result.errors.isEmpty)
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let error = (object as? [String: String])?["error"]
    #expect(error?.contains(#"/nonexistent/"a".loss"#) == true)
  }

  @Test func colorIsForTerminalsUnlessAskedFor() throws {
    let escape = "\u{1B}["
    #expect(try !Program.run(["-e", "nosuch"]).errors.contains(escape))
    #expect(try Program.run(["--color", "always", "-e", "nosuch"]).errors.contains(escape))
    #expect(try Program.run(["--color=always", "-e", "nosuch"]).errors.contains(escape))
  }

  @Test(arguments: [
    ([String: String](), [String](), true), (["NO_COLOR": "1"], [], false),
    (["NO_COLOR": ""], [], true), (["TERM": "dumb"], [], false), ([:], ["--color=never"], false),
    (["NO_COLOR": "1"], ["--color=always"], true),
  ])
  func colorOnATerminal(
    environment: [String: String], arguments: [String], isColored: Bool
  ) throws {
    let terminal = try PseudoTerminal(arguments + ["-e", "nosuch"], environment: environment)
    #expect(try terminal.wait() == 1)
    try terminal.expect("error")
    #expect(terminal.received.contains("\u{1B}[") == isColored)
  }

  /// `loss … | head -1`: the reader goes away in the middle.
  @Test func aClosedPipeEndsQuietly() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "print \"line\"\n", count: 100_000), to: "long.loss")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c", "\"$0\" long.loss 2>errors | head -1 >first; echo ${PIPESTATUS[0]} >status",
      Program.path,
    ]
    shell.environment = Program.environment()
    shell.currentDirectoryURL = folder.url
    try shell.run()
    shell.waitUntilExit()
    func content(_ name: String) throws -> String {
      try String(contentsOfFile: folder.file(name), encoding: .utf8)
    }
    #expect(try content("first") == "line\n")
    #expect(try content("errors").isEmpty)
    #expect(try content("status") == "141\n")
  }

  /// Where `SIGPIPE` is ignored the write itself fails; nothing else may be different.
  @Test func aClosedPipeEndsQuietlyWithoutTheSignal() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "print \"line\"\n", count: 100_000), to: "long.loss")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = [
      "-c",
      "trap '' PIPE; \"$0\" long.loss 2>errors | head -1 >first; echo ${PIPESTATUS[0]} >status",
      Program.path,
    ]
    shell.environment = Program.environment()
    shell.currentDirectoryURL = folder.url
    try shell.run()
    shell.waitUntilExit()
    #expect(try String(contentsOfFile: folder.file("errors"), encoding: .utf8).isEmpty)
    #expect(try String(contentsOfFile: folder.file("status"), encoding: .utf8) == "141\n")
  }

  @Test func aFullDiskIsAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let shell = Process()
    let errors = Pipe()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = ["-c", "\"$0\" -e 'print 1' >/dev/full", Program.path]
    shell.environment = Program.environment()
    shell.standardError = errors
    try shell.run()
    let text = String(
      decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 1)
    #expect(text.hasPrefix("error: the output could not be written"))
  }

  /// A reader sees an answer when it is made, not when a block is full.
  @Test func answersArriveWhileTheScriptRuns() throws {
    let terminal = try PseudoTerminal(["-e", "print \"first\"; \(endless)"])
    try terminal.expect("first")
    terminal.send("\u{3}")
    #expect(try terminal.wait() == 130)
  }

  /// A file without an end is read until someone has enough of it.
  @Test func controlCStopsReading() throws {
    let terminal = try PseudoTerminal(["-"])
    usleep(200_000)
    terminal.send("\u{3}")
    #expect(try terminal.wait() == 130)
  }
}

/// An expression whose evaluation takes hours.
let endless = "sum(sum(sin(i * j) for j in 0..<100000) for i in 0..<100000)"
