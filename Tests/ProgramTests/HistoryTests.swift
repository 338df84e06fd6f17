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

  /// A full disk: what is in the file stays, nothing of the entry goes into it, and it is said once.
  @Test func aFullDiskLeavesTheHistoryWhole() throws {
    let folder = try TemporaryFolder()
    let old = String(repeating: "print 1\n", count: 126)
    let path = try folder.write(old, to: "history")
    // `ulimit -f` counts kilobytes.
    let terminal = try PseudoTerminal(
      [], environment: ["LOSS_HISTORY": path], wrapper: "ulimit -f 1; exec \"$0\" \"$@\"")
    try terminal.expect("loss> ")
    terminal.send("print 20000 + 1      \r")
    try terminal.expect(
      "note: the history is not kept: it would be larger than files may be here\n")
    try terminal.expect("20001\nloss> ")
    terminal.send("print 30000 + 1      \r")
    #expect(try terminal.text(before: "30001\nloss> ").contains("note") == false)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == old)
    // It can be recalled all the same.
    terminal.send("\u{1B}[A\r")
    try terminal.expect("30001\nloss> ")
    terminal.send(":save \(folder.file("saved"))\r")
    try terminal.expect("loss> ")
    terminal.send("data v = linspace(0, 1, 200)\r:save \(folder.file("saved"))\r")
    try terminal.expect("cannot be written: it would be")
    // The first one, whole, and no other file.
    #expect(try String(contentsOfFile: folder.file("saved"), encoding: .utf8) == "")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["history", "saved"])
  }

  /// Two prompts at once, both of which also shorten the file.
  @Test func twoPromptsLoseNothing() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write((1...9_990).map { "print \($0)\n" }.joined(), to: "history")
    var shown: [PseudoTerminal] = []
    for _ in 0..<2 { shown.append(try prompt(environment: ["LOSS_HISTORY": path])) }
    for i in 0..<20 {
      for (number, terminal) in shown.enumerated() { terminal.send("print \"\(number) \(i)\"\r") }
      // Comes, shortens and goes.
      if i % 5 == 0 {
        let third = try prompt(environment: ["LOSS_HISTORY": path])
        third.send("\u{4}")
        #expect(try third.wait() == 0)
      }
    }
    for (number, terminal) in shown.enumerated() {
      try terminal.expect("\n\(number) 19\nloss> ")
      terminal.send("\u{4}")
      #expect(try terminal.wait() == 0)
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 10_000)
    #expect(lines.allSatisfy { $0.hasPrefix("print ") })
    for number in 0..<2 {
      let own = lines.filter { $0.hasPrefix("print \"\(number) ") }
      #expect(own.map(String.init) == (0..<20).map { "print \"\(number) \($0)\"" })
    }
  }

  /// A pipe, a device, a folder: no history, and nobody waits for it.
  @Test(arguments: [
    "mkfifo history", "ln -s /dev/null history", "ln -s /dev/zero history", "mkdir history",
  ])
  func whatIsNoFileIsNoHistory(made: String) throws {
    let folder = try TemporaryFolder()
    _ = try Program.shell(made, folder: folder)
    let terminal = try prompt(environment: ["LOSS_HISTORY": folder.file("history")])
    terminal.send("print \"one\"\r")
    try terminal.expect("one\nloss> ")
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
  }

  /// What a crash cut short is not gone on.
  @Test func anEntryBeginsALineOfItsOwn() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("print 1\nprint 2 + (", to: "history")
    let terminal = try prompt(environment: ["LOSS_HISTORY": path])
    terminal.send("print 3\r")
    try terminal.expect("\n3\nloss> ")
    #expect(
      try String(contentsOfFile: path, encoding: .utf8) == "print 1\nprint 2 + (\nprint 3\n")
  }
}
