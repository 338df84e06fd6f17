import Foundation
import Testing

/// The options that limit what scripts may ask for.
@Suite struct LimitOptionTests {
  private static let recursion = "let f(n) = if n == 0 then 0 else 1 + f(n - 1)\nf(20)"

  /// Each option is an error of the script, at its place.
  @Test(arguments: [
    (["--max-steps", "50"], recursion, "this takes more than 50 steps, the most that are allowed"),
    (["--max-recursion", "10"], recursion, "'f' calls itself too deeply; at most 10 calls may go"),
    (["--max-elements", "1000"], "sum(ones(2000))", "this needs 2000 more elements; at most 1000"),
    (["--max-nesting", "3"], "((((1))))", "nested too deeply: the limit is 3 levels"),
    (["--max-source", "5"], "1 + 1 + 1", "the text is longer than 5 bytes"),
    (["--max-output", "5"], "print \"abcdef\"", "this shows more than 5 bytes"),
    (
      ["--max-time", "0.1"], "let f(n) = if n < 1 then 0 else f(n - 1) + f(n - 1)\nf(60)",
      "this takes longer than 0.1 s"
    ),
    (["--untrusted"], "csv(\"/etc/passwd\")", "this session was given no access to files"),
    (["--no-files"], "import \"a.loss\"", "this session was given no access to files"),
    (["--untrusted", "--max-elements", "10"], "ones(20)", "at most 10 may be held at once"),
  ])
  func aLimit(_ options: [String], _ text: String, _ message: String) throws {
    let result = try Program.run(options + ["-e", text])
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.output == "")
    #expect(result.status == 1)
    let asJSON = try Program.run(["--json"] + options + ["-e", text])
    #expect(asJSON.output.contains("\"error\": \""), "\(asJSON.output)")
    #expect(asJSON.outputLines.count == 1)
  }

  @Test func aScriptThatIsTooLongIsNotRead() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("print 1 + 1\n", to: "a.loss")
    let result = try Program.run(["--max-source", "4", file])
    #expect(
      result.errors
        == "error: '\(file)' cannot be read: it is longer than 4 bytes, the most that are allowed\n"
    )
    #expect(result.status == 64)
  }

  @Test func filesBeneathAFolder() throws {
    let folder = try TemporaryFolder()
    for name in ["in", "in/sub"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
    }
    try folder.write("a\n1\n2\n", to: "in/sub/a.csv")
    try folder.write("a\n3\n", to: "out.csv")
    try folder.write("print sum(csv(\"sub/a.csv\").a)\n", to: "in/good.loss")
    try folder.write("print sum(csv(\"../out.csv\").a)\n", to: "in/bad.loss")
    try folder.write("plot x for x in 0...1 to \"../p.svg\"\n", to: "in/picture.loss")
    func run(_ arguments: String...) throws -> Program.Result {
      try Program.run(arguments, folder: folder)
    }
    #expect(try run("--files-beneath", "in", "in/good.loss").output == "3\n")
    #expect(try run("--files-beneath", folder.file("in"), "in/good.loss").output == "3\n")
    #expect(try run("in/bad.loss").output == "3\n")
    let refused = try run("--files-beneath", "in", "in/bad.loss")
    #expect(refused.errors.contains("it is outside of the folder that this session may use"))
    #expect(refused.status == 1)
    #expect(try run("--files-beneath", "in", "in/picture.loss").status == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.file("p.svg")))
    // `loss report` knows the script by its name alone; the folder is the same.
    #expect(try run("report", "--files-beneath", "in", "in/good.loss").status == 0)
    #expect(try run("report", "--files-beneath", "in", "in/bad.loss").status == 1)
  }

  @Test(arguments: [
    ["--max-steps", "-1"], ["--max-time", "nan"], ["--max-time", "-1"], ["--max-elements", "1e3"],
    ["--no-files", "--files-beneath", "."],
  ])
  func wrongValues(_ options: [String]) throws {
    #expect(try Program.run(options + ["-e", "1"]).status == 64)
  }

  @Test(arguments: ["fmt", "lint"])
  func whoEvaluatesNothingTakesNone(_ command: String) throws {
    for option in [["--max-steps", "5"], ["--untrusted"], ["--files-beneath", "."]] {
      let result = try Program.run(option + [command, "-"])
      #expect(result.status == 64)
      #expect(result.errors.contains("'loss \(command)' does not take \(option[0])."))
    }
  }

  /// Each line at the prompt has all of a limit.
  @Test func atThePrompt() throws {
    let terminal = try PseudoTerminal(["--max-time", "0.3"])
    try terminal.expect("loss> ")
    terminal.send("let f(n) = if n < 1 then 0 else f(n - 1) + f(n - 1)\n")
    try terminal.expect("loss> ")
    terminal.send("f(60)\n")
    try terminal.expect("this takes longer than 0.3 s")
    terminal.send("6 * 7\n")
    try terminal.expect("42")
  }
}
