import Testing

/// `loss lint` as a process.
@Suite struct LintProgramTests {
  @Test func warningsAreNoFailure() throws {
    let folder = try TemporaryFolder()
    try folder.write("param x = 1\nlog(1 + exp(x))\n", to: "a.loss")
    let result = try Program.run(["lint", "a.loss"], folder: folder)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("a.loss:2:1: warning: "))
    #expect(result.output.hasSuffix("  write softplus(x)\n"))
    #expect(result.errors.isEmpty)
    #expect(try Program.run(["lint", "--strict", "a.loss"], folder: folder).status == 1)
  }

  @Test func errorsAre() throws {
    let folder = try TemporaryFolder()
    try folder.write("import \"lib.loss\"\nprint twice(1)\n", to: "a.loss")
    try folder.write("let twice(x) = 2 * x\n", to: "lib.loss")
    try folder.write("print sofplus(1)\n", to: "b.loss")
    #expect(try Program.run(["lint", "a.loss"], folder: folder).status == 0)
    let result = try Program.run(["lint", "a.loss", "b.loss"], folder: folder)
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("b.loss:1:7: error: there is no 'sofplus' [unknown-name]\n"))
    let json = try Program.run(["lint", "--json", "a.loss", "b.loss"], folder: folder)
    #expect(
      json.output == """
        {"file": "b.loss", "line": 1, "column": 7, "length": 7, "error": "there is no 'sofplus'", \
        "rule": "unknown-name", "hint": "did you mean 'softplus'?"}

        """)
  }

  @Test func standardInputIsReadOnRequest() throws {
    #expect(try Program.run(["lint", "-"], input: "let a = (").status == 1)
    #expect(try Program.run(["lint"], input: "1").status == 64)
    #expect(try Program.run(["lint", "/nonexistent.loss"]).status == 64)
  }
}
