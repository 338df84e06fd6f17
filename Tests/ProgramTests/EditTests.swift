import Foundation
import Testing

/// `:edit`, `:time`, `:show` and what is said to words of other prompts.
@Suite struct EditTests {
  /// An editor that does the same to every file.
  private func editor(_ script: String, in folder: TemporaryFolder) throws -> String {
    let path = try folder.write("#!/bin/sh\n" + script, to: "an editor.sh")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    return "'\(path)'"
  }

  @Test func whatIsEditedIsRun() throws {
    let folder = try TemporaryFolder()
    let editor = try editor(
      "ls -l \"$1\" > '\(folder.file("seen"))'; sed -i 's/2/30/' \"$1\"; echo 'print 8' >> \"$1\"",
      in: folder)
    let terminal = try prompt(environment: ["EDITOR": editor, "TMPDIR": folder.path])
    terminal.send("let f(x) = x + 2\r:edit\r")
    try terminal.expect("loss> let f(x) = x + 30\n  ... print 8\nf(x) = x + 30\n8\nloss> ")
    // It is an entry like any other.
    terminal.send("\u{1B}[A")
    try terminal.expect("the entry") {
      $0.rows.suffix(2) == ["loss> let f(x) = x + 30", "print 8"]
    }
    terminal.send("\u{3}")
    try terminal.expect("^C\nloss> ")
    // Readable by its owner alone, and gone.
    let seen = try String(contentsOfFile: folder.file("seen"), encoding: .utf8)
    #expect(seen.hasPrefix("-rw-------"))
    #expect(seen.contains(".loss"))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left.filter { $0.hasPrefix("loss-") }.isEmpty)
  }

  @Test func aDefinitionIsEditedByItsName() throws {
    let folder = try TemporaryFolder()
    let editor = try editor("sed -i 's/3/4/' \"$1\"", in: folder)
    let terminal = try prompt(environment: ["VISUAL": editor, "EDITOR": "false"])
    terminal.send("param p = 3 in 0...9\r1 + 1\r:edit p\r")
    try terminal.expect("loss> param p = 4 in 0...9\np = 4\nloss> ")
    terminal.send(":edit q\r")
    try terminal.expect("error: there is no definition of 'q' to edit\nloss> ")
  }

  @Test func nothingIsRunWithoutAChange() throws {
    let terminal = try prompt(environment: ["EDITOR": "true"])
    terminal.send("print 1\r:edit\r")
    try terminal.expect("\nnothing was changed, so nothing is run\nloss> ")
  }

  @Test func anEditorThatFailsIsNamed() throws {
    let terminal = try prompt(environment: ["EDITOR": "false"])
    terminal.send(":edit\r")
    try terminal.expect("error: the editor 'false' ended with status 1, so nothing is run\nloss> ")
    let missing = try prompt(environment: ["EDITOR": "/nonexistent/editor"])
    missing.send(":edit\r")
    try missing.expect("error: the editor '/nonexistent/editor' could not be run\nloss> ")
    let none = try prompt(environment: ["PATH": "/nonexistent"])
    none.send(":edit\r")
    try none.expect("error: there is no editor\n  set $EDITOR to the one you use")
  }

  @Test func timeSaysTheSpread() throws {
    let terminal = try prompt()
    terminal.send("param x = 2\r:time x^2\r")
    try terminal.expect("\n4\n  ∂x = 4\nmedian ")
    try terminal.expect(" runs)")
    try terminal.expect("loss> ")
    // A long measurement is stopped like anything else.
    terminal.send(":time \(endless)\r")
    try terminal.expect(endless + "\n")
    usleep(300_000)
    terminal.send("\u{3}")
    try terminal.expect("loss> ")
    terminal.send("print x\r")
    try terminal.expect("\n2\nloss> ")
  }

  @Test func showShowsAll() throws {
    let terminal = try prompt(columns: 40)
    terminal.send("1...30\r")
    try terminal.expect("\n[1, 2, 3, 4, 5, 6, 7, 8, 9, … , 30] (30)\nloss> ")
    terminal.send(":show\r")
    try terminal.expect("\n[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,\n 13, ")
    try terminal.expect("29, 30]\nloss> ")
    terminal.send(":show [1, 2] * 3\r")
    try terminal.expect("\n[3, 6]\nloss> ")
  }

  @Test(arguments: [
    ("exit", ":quit or Ctrl-D"), ("quit()", ":quit or Ctrl-D"), ("help", ":help lists"),
    ("?softplus", ":help softplus"), ("softplus?", ":help softplus"),
  ])
  func wordsOfOtherPrompts(word: String, hint: String) throws {
    let terminal = try prompt()
    terminal.send(word + "\r")
    try terminal.expect("error: there is no '")
    try terminal.expect("\n  " + hint)
    try terminal.expect("loss> ")
  }
}
