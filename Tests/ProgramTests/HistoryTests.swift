import Foundation
import Testing

/// What is kept of the lines typed.
@Suite struct HistoryTests {
  @Test func historyIsKeptInItsFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("deep/er/history")
    let first = try prompt(environment: ["LOSS_HISTORY": path])
    first.send("print \"one\"\r")
    try first.expect("\none\nloss> ")
    first.send("print (1 +\r")
    try first.expect("  ... ")
    first.send("2)\r")
    try first.expect("\n3\nloss> ")
    first.send("print \"back\\\\slash\"\r")
    try first.expect("loss> ")
    // Written at once: a session that is killed loses nothing.
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == "print \"one\"\nprint (1 +\\n2)\nprint \"back\\\\\\\\slash\"\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? Int) == 0o600)

    let second = try prompt(environment: ["LOSS_HISTORY": path])
    second.send("\u{1B}[A\u{1B}[A\r")
    try second.expect("\n3\nloss> ")
  }

  @Test func historyIsUnderTheStateFolder() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("loss/history")
    let terminal = try prompt(
      environment: ["LOSS_HISTORY": nil, "XDG_STATE_HOME": folder.path])
    terminal.send("1\r")
    try terminal.expect("loss> ")
    #expect(FileManager.default.fileExists(atPath: path))

    let home = try TemporaryFolder()
    let other = try prompt(environment: ["LOSS_HISTORY": nil, "HOME": home.path])
    other.send("1\r")
    try other.expect("loss> ")
    #expect(FileManager.default.fileExists(atPath: home.file(".local/state/loss/history")))
  }

  @Test func noHistoryIsKeptWhereNoneIsWanted() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("history")
    let terminal = try prompt(["--no-history"], environment: ["LOSS_HISTORY": path])
    terminal.send("print \"one\"\r")
    try terminal.expect("\none\nloss> ")
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func historyIsLimited() throws {
    let folder = try TemporaryFolder()
    let lines = (1...10_050).map { "print \($0)\n" }.joined()
    let path = try folder.write(lines, to: "history")
    let terminal = try prompt(environment: ["LOSS_HISTORY": path])
    terminal.send("print \"last\"\r")
    try terminal.expect("\nlast\nloss> ")
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
    let kept = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(kept.count == 10_000)
    #expect(kept.first == "print 52")
    #expect(kept.last == "print \"last\"")
  }
}
