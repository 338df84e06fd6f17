import Foundation
import Testing

/// The commands of the prompt.
@Suite struct PromptCommandTests {
  /// The rows ``| `:name` | summary |`` of the guide's chapter on the prompt.
  static func commandsOfTheGuide() throws -> [(usage: String, summary: String)] {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/LossKit/LossKit.docc/ThePrompt.md").standardized
    return try String(contentsOf: page, encoding: .utf8).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 2, cells[0].hasPrefix("`:") else { return nil }
      return (cells[0].trimmingCharacters(in: ["`"]), cells[1])
    }
  }

  @Test func helpListsEveryCommand() throws {
    let terminal = try prompt()
    terminal.send(":help\r")
    try terminal.expect("\n  statements")
    try terminal.expect("\n  keys")
    terminal.send(":help commands\r")
    try terminal.expect("\nCommands")
    // The guide lists the same, in the same words and order.
    let commands = try Self.commandsOfTheGuide()
    #expect(commands.count >= 12)
    let width = commands.map(\.usage.count).max() ?? 0
    for command in commands {
      let usage = command.usage.padding(toLength: width, withPad: " ", startingAt: 0)
      try terminal.expect("\n  \(usage)  \(command.summary)")
    }
    try terminal.expect("\nloss> ")
    terminal.send(":help softplus\r")
    try terminal.expect("softplus(x")
    terminal.send(":help :load\r")
    try terminal.expect(":load FILE")
    terminal.send(":help keys\r")
    try terminal.expect("\n  Ctrl-R")
    terminal.send(":help comands\r")
    try terminal.expect("did you mean 'commands'?")
    terminal.send(":help xyzzyx\r")
    try terminal.expect("there is no help on 'xyzzyx'\n  :help lists the topics")
    terminal.send(":help smoothi\t\r")
    try terminal.expect("\n  example")
    terminal.send(":help sofplus\r")
    try terminal.expect("error: there is no help on 'sofplus'")
    try terminal.expect("did you mean 'softplus'?")
  }

  @Test func anUnknownCommandNamesTheNearest() throws {
    let terminal = try prompt()
    terminal.send(":hlep\r")
    try terminal.expect("error: there is no command ':hlep'\n  did you mean ':help'?\nloss> ")
    terminal.send(":xyzzy\r")
    try terminal.expect("error: there is no command ':xyzzy'\n  :help commands lists them\nloss> ")
    terminal.send(":s x\r")
    try terminal.expect(
      "error: ':s' is the beginning of several commands\n  :show, :save, :set\nloss> ")
    terminal.send(":\r")
    try terminal.expect("error: there is no command ':'")
  }

  @Test func aCommandWithoutItsArgumentSaysWhatItTakes() throws {
    let terminal = try prompt()
    terminal.send(":load\r")
    try terminal.expect("error: :load needs more: :load FILE\nloss> ")
    terminal.send(":reset now\r")
    try terminal.expect("error: :reset takes nothing after it\nloss> ")
    terminal.send(":set digits\r")
    try terminal.expect("error: :set needs an option and a value\n  the options are ")
  }

  @Test func listTypeTimeAndReset() throws {
    let terminal = try prompt()
    terminal.send(":list\r")
    try terminal.expect("nothing is defined yet\nloss> ")
    terminal.send("param x = 3\r")
    try terminal.expect("\nx = 3\nloss> ")
    terminal.send(":list\r")
    try terminal.expect("x = 3\nloss> ")
    terminal.send(":type x\r")
    try terminal.expect("\nnumber\nloss> ")
    terminal.send(":time print x\r")
    try terminal.expect("\n3\ntook ")
    try terminal.expect("s\nloss> ")
    terminal.send(":reset\r")
    try terminal.expect("loss> ")
    terminal.send(":list\r")
    try terminal.expect("nothing is defined yet\nloss> ")
    terminal.send(":explain x\r")
    try terminal.expect("◂ error: there is no 'x'")
  }

  @Test func explainFitsTheTerminal() throws {
    let terminal = try prompt(columns: 50)
    terminal.send("param x = 0\r")
    try terminal.expect("loss> ")
    terminal.send(":explain 2 * relu(x)\r")
    try terminal.expect("\npart         value  ∂whole/∂part\n2 * relu(x)  0      1\n")
    try terminal.expect(
      "└─ relu(x)   0      2\n   │  ◂ corner: slopes 0 and 1\n   └─ x      0      2\nloss> ")
    terminal.send(":explain relu\r")
    try terminal.expect(
      "error: relu is a function: only a call of it has\nparts with values\n  relu\n  ^^^^\n")
  }

  @Test func whatIsSavedCanBeLoaded() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("state file.loss")
    let first = try prompt()
    first.send("param x = 3\r")
    try first.expect("\nx = 3\nloss> ")
    first.send(":save \(path)\r")
    try first.expect("loss> ")
    first.send(":quit\r")
    #expect(try first.wait() == 0)

    let second = try prompt()
    second.send(":load \(path)\r")
    try second.expect("loss> ")
    second.send("print x\r")
    try second.expect("\n3\nloss> ")
    second.send(":load /nonexistent/x\r")
    try second.expect("error: '/nonexistent/x' cannot be read: there is no such file\nloss> ")
    second.send(":save /nonexistent/x\r")
    try second.expect("error: '/nonexistent/x' cannot be written: there is no such folder\nloss> ")
  }

  @Test func setChangesHowNumbersAreShown() throws {
    let terminal = try prompt()
    terminal.send(":set digits 3\r")
    try terminal.expect("loss> ")
    terminal.send("2/3\r")
    try terminal.expect("\n0.667\nloss> ")
    terminal.send(":set digit 3\r")
    try terminal.expect("error: ")
    try terminal.expect("loss> ")
  }

  @Test func setOptionsOfTheCallHoldAtThePrompt() throws {
    let terminal = try prompt(["--set", "x=7"])
    terminal.send("param x = 3\r")
    try terminal.expect("\nx = 7\nloss> ")
  }
}
