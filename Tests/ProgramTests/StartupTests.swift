import Foundation
import Testing

/// The startup file.
@Suite struct StartupTests {
  @Test func itRunsBeforeTheFirstPrompt() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "let twice(x) = 2 * x\nparam p = 5\n:set digits 3\n7 * 6\nprint \"ready\"\n", to: "init.loss")
    let terminal = try prompt(environment: ["LOSS_INIT": path])
    #expect(terminal.shown.hasSuffix("to leave\nready\nloss> "))
    terminal.send("twice(p) / 3\r")
    try terminal.expect("\n3.33\n  ∂p = 0.667\nloss> ")
    // A fresh start is one with the file, and what is saved needs it no more.
    terminal.send("let own = 1\r:reset\r:list\r")
    try terminal.expect(":list\ntwice(x) = 2 * x\np = 5\nloss> ")
    terminal.send(":save \(folder.file("saved.loss"))\r")
    try terminal.expect("saved to ")
    let saved = try String(contentsOfFile: folder.file("saved.loss"), encoding: .utf8)
    #expect(saved == "let twice(x) = 2 * x\nparam p = 5\n:set digits 3\n")
  }

  @Test func itsErrorsAreShownAndThePromptGoesOn() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("param a = 1\n1 + foo\n", to: "init.loss")
    let terminal = try prompt(environment: ["LOSS_INIT": path])
    #expect(terminal.shown.contains("\(path):2:5: error: there is no 'foo'"))
    terminal.send("print a\r")
    try terminal.expect("\n1\nloss> ")

    let missing = try prompt(environment: ["LOSS_INIT": "/nonexistent/init.loss"])
    #expect(missing.shown.contains("error: '/nonexistent/init.loss' cannot be read: "))
  }

  @Test func itLiesInTheFolderForConfiguration() throws {
    let home = try TemporaryFolder()
    let folder = home.url.appending(path: ".config/loss")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("print \"from home\"\n".utf8).write(to: folder.appending(path: "init.loss"))
    let terminal = try prompt(environment: ["LOSS_INIT": nil, "HOME": home.path])
    #expect(terminal.shown.contains("\nfrom home\nloss> "))

    let other = try prompt(
      environment: [
        "LOSS_INIT": nil, "HOME": "/nonexistent", "XDG_CONFIG_HOME": home.path + "/.config",
      ])
    #expect(other.shown.contains("\nfrom home\nloss> "))
  }

  @Test func scriptsAndNoInitDoWithoutIt() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("param p = 5\nprint \"ready\"\n", to: "init.loss")
    let terminal = try prompt(["--no-init"], environment: ["LOSS_INIT": path])
    #expect(!terminal.shown.contains("ready"))
    let run = try Program.run(["-e", "print 1"], environment: ["LOSS_INIT": path])
    #expect(run.output == "1\n")
  }
}
