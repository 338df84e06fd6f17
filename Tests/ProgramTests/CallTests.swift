import Foundation
import Testing

/// The program called with arguments, files and pipes.
@Suite struct CallTests {
  @Test func aTextIsRun() throws {
    let result = try Program.run(["-e", "print \"hello\""])
    #expect(result.status == 0)
    #expect(result.output == "hello\n")
    #expect(result.errors.isEmpty)
  }

  @Test func severalTextsAreOneScript() throws {
    let result = try Program.run(["-e", "param x = 2", "-e", "print x"])
    #expect(result.status == 0)
    #expect(result.output == "2\n")
  }

  @Test func aTextMayBeginWithAMinus() throws {
    let result = try Program.run(["-e", "-2 + 5"])
    #expect(result.status == 0)
    #expect(result.output == "3\n")
  }

  @Test func standardInputIsAScript() throws {
    #expect(try Program.run([], input: "print 1\nprint 2\n").output == "1\n2\n")
    #expect(try Program.run(["-"], input: "print 3").output == "3\n")
  }

  @Test func filesRunEachInTheirOwnSession() throws {
    let folder = try TemporaryFolder()
    try folder.write("param x = 1\nprint x\n", to: "a.loss")
    try folder.write("param x = 2\nprint x\n", to: "b.loss")
    let plain = try Program.run(["a.loss", "b.loss"], folder: folder)
    #expect(plain.status == 0)
    #expect(plain.output == "1\n2\n")
    #expect(try Program.run(["run", "a.loss", "b.loss"], folder: folder).output == plain.output)
    // Options may stand before the word and after it.
    let inJSON = try Program.run(["--json", "run", "a.loss"], folder: folder)
    #expect(inJSON.output == "{\"line\": 2, \"print\": \"1\"}\n")
    for call in [["run", "--json", "a.loss"], ["run", "a.loss", "--json"], ["a.loss", "--json"]] {
      #expect(try Program.run(call, folder: folder).output == inJSON.output)
    }
    #expect(
      try Program.run(["--set", "x=5", "run", "a.loss"], folder: folder).output == "5\n")
    // Nothing of the first file is left in the second.
    try folder.write("print x\n", to: "c.loss")
    #expect(try Program.run(["a.loss", "c.loss"], folder: folder).status == 1)
  }

  @Test func aScriptAfterAFailedOneStillRuns() throws {
    let folder = try TemporaryFolder()
    try folder.write("assert false\nprint \"not reached\"\n", to: "a.loss")
    try folder.write("print \"reached\"\n", to: "b.loss")
    let result = try Program.run(["a.loss", "b.loss"], folder: folder)
    #expect(result.status == 1)
    #expect(result.output == "reached\n")
    #expect(result.errors.contains("a.loss:1"))
  }

  @Test func pathsInsideAScriptStartAtItsFolder() throws {
    let folder = try TemporaryFolder()
    let inner = folder.url.appendingPathComponent("inner")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try folder.write("let twice(x) = 2 * x\n", to: "inner/lib.loss")
    try folder.write("import \"lib.loss\"\nprint twice(4)\n", to: "inner/main.loss")
    let result = try Program.run(["inner/main.loss"], folder: folder)
    #expect(result.output == "8\n")
    #expect(result.status == 0)
  }

  @Test(arguments: [
    "assert 1 == 2", "sofplus(1)", "(1 + ", "param x = 1; check x^2 > x^2 + 1",
  ])
  func anErrorInAScriptIsStatus1(text: String) throws {
    let result = try Program.run(["-e", text])
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("error: "))
  }

  @Test(arguments: [
    ["--bogus"], ["--set", "x"], ["--set", "=2", "-e", "1"], ["-e"], ["run"],
    ["-e", "1", "a.loss"], ["run", "-e", "1"], ["run", "a.loss", "-e", "1"],
    ["--color", "sometimes", "-e", "1"],
    ["--set", "nosuch=1", "-e", "1"], ["--set", "x=(", "-e", "param x = 1"],
    ["/nonexistent/a.loss"], ["/"],
  ])
  func aWrongCallIsStatus64(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 64)
    #expect(!result.errors.isEmpty)
  }

  @Test func aMissingFileIsNamed() throws {
    let result = try Program.run(["/nonexistent/a.loss"])
    #expect(
      result.errors == "error: '/nonexistent/a.loss' cannot be read: there is no such file\n")
  }

  @Test func setReplacesAtTheDeclaration() throws {
    let script = "param x = 1\nparam s = [1, 2]\nprint x, sum(s)"
    let result = try Program.run(["--set", "x=5", "--set", "s=[3, 4]"], input: script)
    #expect(result.output == "5 7\n")
    #expect(result.status == 0)
  }

  @Test func quietKeepsPrintsAndErrors() throws {
    let result = try Program.run(["--quiet"], input: "1 + 1\nprint \"kept\"\nsofplus(1)\n")
    #expect(result.output == "kept\n")
    #expect(result.errors.contains("sofplus"))
    #expect(result.status == 1)
  }

  @Test func versionAndHelpAreAnswers() throws {
    let version = try Program.run(["--version"])
    #expect(version.output == "Loss 0.1.0\n")
    #expect(version.status == 0)
    let help = try Program.run(["--help"])
    #expect(help.status == 0)
    for word in ["-e", "--set", "--json", "--quiet", "--color", "--no-history", "Exit status"] {
      #expect(help.output.contains(word))
    }
  }

  /// What is listed in the help has a help of its own.
  @Test func subcommandsHaveHelp() throws {
    let help = try Program.run(["--help"]).output
    let list = try #require(help.split(separator: "SUBCOMMANDS:\n").last)
    let commands = list.prefix(upTo: try #require(list.firstRange(of: "\n\n")).lowerBound)
      .split(separator: "\n").filter { !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first }
    #expect(Set(commands).isSuperset(of: ["run", "fmt", "lint"]))
    for command in commands {
      let result = try Program.run([String(command), "--help"])
      #expect(result.status == 0)
      #expect(result.output.contains("USAGE: loss \(command)"))
    }
  }

  @Test func aFileMayBeCalledLikeASubcommand() throws {
    let folder = try TemporaryFolder()
    try folder.write("print 1", to: "run")
    try folder.write("print 2", to: "help")
    #expect(try Program.run(["./run"], folder: folder).output == "1\n")
    #expect(try Program.run(["run", "run", "help"], folder: folder).output == "1\n2\n")
    #expect(try Program.run(["--", "run"], folder: folder).output == "1\n")
  }

  @Test(arguments: [("bash", "complete"), ("zsh", "#compdef loss"), ("fish", "complete -c 'loss'")])
  func completionScripts(shell: String, expected: String) throws {
    let result = try Program.run(["--generate-completion-script", shell])
    #expect(result.status == 0)
    #expect(result.output.contains(expected))
    #expect(result.output.contains("no-history"))
  }
}
