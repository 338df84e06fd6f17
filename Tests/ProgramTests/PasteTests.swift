import Foundation
import Testing

/// Texts of several lines that are pasted.
@Suite struct PasteTests {
  private func paste(_ text: String) -> String { "\u{1B}[200~" + text + "\u{1B}[201~" }

  @Test func aPasteIsOneEntry() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("history")
    let terminal = try prompt(environment: ["LOSS_HISTORY": path])
    terminal.send(paste("param x = 2\r\nlet f = x^2\r\nf\r\n"))
    // Not run before Enter; the last line end does not make an empty line.
    try terminal.expect("the whole") {
      $0.rows.suffix(3) == ["loss> param x = 2", "let f = x^2", "f"] && $0.caret.column == 1
    }
    terminal.send("\r")
    try terminal.expect("\nx = 2\nf = x^2\n4\n  ∂x = 4\nloss> ")
    #expect(
      try String(contentsOfFile: path, encoding: .utf8) == "param x = 2\\nlet f = x^2\\nf\n")
    // It comes back as one, and one step takes it back.
    terminal.send("\u{1B}[A")
    try terminal.expect("the whole again") {
      $0.rows.suffix(3) == ["loss> param x = 2", "let f = x^2", "f"]
    }
    terminal.send("\u{3}")
    try terminal.expect("^C\nloss> ")
    terminal.send("1" + paste(" + 2\n+ 3") + "\u{1F}")
    try terminal.expect("the beginning") { $0.rows.last == "loss> 1" }
  }

  @Test func anUnfinishedPasteGoesOn() throws {
    let terminal = try prompt()
    terminal.send(paste("let a = [1,\n  2,") + "\r")
    try terminal.expect("  ... ")
    terminal.send("3]\r")
    try terminal.expect("\na = [1,\n  2,\n3]\nloss> ")
  }

  @Test func statementsAndCommandsMayMix() throws {
    let terminal = try prompt()
    terminal.send(paste(":set digits 3\n2/3\n:list") + "\r")
    try terminal.expect("\n0.667\nnothing is defined yet\nloss> ")
  }

  @Test func tabsDoNotComplete() throws {
    let terminal = try prompt()
    terminal.send(paste("let f(x) = {\n\tlet y = 2 * x\n\ty + 1\n}\nf(3)") + "\r")
    try terminal.expect("\n7\nloss> ")
  }

  /// A terminal that does not bracket a paste types it: each line is an entry.
  @Test func typeAheadRunsLineByLine() throws {
    let terminal = try prompt()
    terminal.send("param x = 2\rlet g = (x +\r3)\rg\r")
    try terminal.expect("\n5\n  ∂x = 1\nloss> ")
  }
}
