import Foundation
import Testing

/// What Tab makes of a line.
@Suite struct CompletionTests {
  @Test func tabCompletesNames() throws {
    let terminal = try prompt()
    terminal.send("sof\t")
    try terminal.expect("softmax(")
    try terminal.expect("softplus(")
    try terminal.expect("loss> soft")
    terminal.send("p\t")
    try terminal.expect("plus(")
    terminal.send("0)\u{3}")
    try terminal.expect("^C\nloss> ")
    // Names of the session, and after an operator without a space.
    terminal.send("param weights = 2\r")
    try terminal.expect("weights = 2\nloss> ")
    terminal.send("print 2*wei\t+1\r")
    try terminal.expect("\n5\nloss> ")
  }

  @Test func tabCompletesCommands() throws {
    let terminal = try prompt()
    terminal.send(":li\t\r")
    try terminal.expect("nothing is defined yet\nloss> ")
    terminal.send(":se\tdig\t3\r")
    try terminal.expect(":set digits 3\nloss> ")
  }

  @Test(arguments: [
    ("\\alpha\t", "α"), ("\\varep\t", "ε"), ("x\\_1\t", "x₁"), ("2*\\lambd\t", "2*λ"),
    ("1 \\le\t 2", "1 ≤ 2"), ("\\nab\t", "∇"), ("\\Omega\t", "Ω"),
  ])
  func tabReplacesLaTeXNames(typed: String, expected: String) throws {
    let terminal = try prompt()
    terminal.send(typed + "\u{1}print \"\u{5}\"\r")
    try terminal.expect("\n\(expected)\nloss> ")
  }

  @Test func tabListsLaTeXNames() throws {
    let terminal = try prompt()
    terminal.send("\\var\t")
    try terminal.expect("\\varepsilon")
    try terminal.expect("\\vartheta")
  }

  @Test func tabCompletesWordsOfStatements() throws {
    let terminal = try prompt()
    terminal.send("param w = 2; let it = (w - 1)^2\r")
    try terminal.expect("it = (w - 1)^2\nloss> ")
    terminal.send("check it >= 0 ov\t (w in 0...3)\r")
    try terminal.expect("holds at 1000 random points\nloss> ")
    terminal.send("import los\t\r")
    try terminal.expect("import losses\nloss> ")
    terminal.send("print hinge(0, 1)\r")
    try terminal.expect("\n1\nloss> ")
  }

  @Test func tabCompletesFileNames() throws {
    let folder = try TemporaryFolder()
    try folder.write("print \"loaded\"\n", to: "my script.loss")
    try folder.write("a,b\n1,2\n", to: "data.csv")
    let terminal = try prompt()
    terminal.send(":load \(folder.path)/my\t\r")
    try terminal.expect("\nloaded\nloss> ")
    terminal.send("print csv(\"\(folder.path)/da\t\").b[0]\r")
    try terminal.expect("\n2\nloss> ")
    terminal.send("plot x for x in 0...1 to \"\(folder.path)/da\t")
    try terminal.expect("data.csv")
  }
}
