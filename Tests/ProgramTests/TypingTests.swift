import Foundation
import Testing

/// The line while it is edited: its colours, and that they change nothing else.
@Suite struct TypingTests {
  /// Keys, and what the plain screen shows once they are all taken.
  struct Typed: Sendable, CustomTestStringConvertible {
    let name: String
    let keys: [String]
    let end: String
    var testDescription: String { name }
  }

  private static let up = "\u{1B}[A"
  private static let left = "\u{1B}[D"

  static let typed = [
    Typed(
      name: "the middle of a wrapped line",
      keys: [
        "let f(x) = relu(x) + softplus(x) * [1, 2, 3] # a comment", "\u{1}", "\u{1B}f", "\u{1B}f",
        "XYZ(", "\u{5}", "\u{7F}\u{7F}", "\u{17}", "\u{1F}", "!",
      ], end: "!"),
    Typed(
      name: "entries of several lines from the history",
      keys: [up, up, up, left, "7", "\u{1B}[B", up, "!"], end: "!"),
    Typed(name: "a search", keys: ["print 1", "\u{12}", "tot", "al", "\u{1}", "!"], end: "!"),
    Typed(name: "a search that is left", keys: ["1 + ", "\u{12}", "tota", "\u{7}", "!"], end: "!"),
    Typed(
      name: "a cleared screen",
      keys: ["print [1, 2, 3] + \"abc\" # abcdefghijklmnopqrstuvwxyz", "\u{C}", left, left, "!"],
      end: "!"),
    Typed(
      name: "a list of completions", keys: ["sof", "\t", "p", "\t", "1) + ta", "\t", "!"], end: "!"),
    Typed(
      name: "wide and combining characters",
      keys: [
        "print \"日本語テキスト日本語テキスト\", \"a\u{301}o\u{308}\"", left, left, left, "é", "\u{1}", "!",
      ],
      end: "!"),
    Typed(
      name: "a paste of several lines",
      keys: ["\u{1B}[200~let a = 1\r\nlet b = [1,\n\t2]\na + b\n\u{1B}[201~", left, "!"], end: "!"),
    Typed(
      name: "line ends by Alt-Enter", keys: ["let a =", "\u{1B}\r", "12", left, "!"], end: "!"),
    Typed(
      name: "control characters and tabs",
      keys: ["\"ab", "\u{16}\u{1}", "\u{16}\t", "cd\"", left, "!"], end: "!"),
    Typed(
      name: "an argument", keys: ["(1 + 2) * 3", "\u{1B}3", "x", "\u{18}\u{18}", "!"], end: "!"),
    Typed(
      name: "an abandoned line",
      keys: ["let abandoned = [1, 2, 3, 4, 5, 6, 7, 8, 9]", "\u{3}", "!"], end: "loss> !"),
  ]

  /// Exactly what readline shows by itself, caret and all, at several widths.
  @Test(arguments: typed, [20, 50, 80] as [UInt16])
  func colorsChangeNothingElse(typed: Typed, columns: UInt16) throws {
    let folder = try TemporaryFolder()
    let history =
      "let a = (1 +\\n2)\nprint \"one\"\nlet total = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n"
    let inputrc = try folder.write("set blink-matching-paren off\n", to: "inputrc")
    func terminal(_ name: String, _ noColor: String?) throws -> PseudoTerminal {
      let terminal = try PseudoTerminal(
        environment: [
          "LOSS_HISTORY": try folder.write(history, to: name), "INPUTRC": inputrc,
          "NO_COLOR": noColor,
        ], columns: columns)
      try terminal.expect("the prompt") { $0.rows.last?.hasPrefix("loss>") == true }
      return terminal
    }
    let plain = try terminal("plain", "1")
    let colored = try terminal("colored", nil)
    for key in typed.keys.dropLast() {
      // One after another, as a person types: each is drawn.
      plain.send(key)
      colored.send(key)
      _ = try? colored.expect("another screen", within: .milliseconds(100)) { _ in false }
      _ = try? plain.expect("another screen", within: .milliseconds(100)) { _ in false }
      try colored.expect("\(plain.display.rows) at \(plain.display.caret)") {
        $0.rows == plain.display.rows && $0.caret == plain.display.caret
      }
    }
    for terminal in [plain, colored] {
      terminal.send(typed.keys[typed.keys.count - 1])
      try terminal.expect(typed.end) { screen in screen.rows.contains { $0.contains(typed.end) } }
    }
    try colored.expect("\(plain.display.rows) at \(plain.display.caret)") {
      $0.rows == plain.display.rows && $0.caret == plain.display.caret
    }
    #expect(!plain.received.contains("\u{1B}[0;35m"))
  }

  @Test func piecesHaveTheirColors() throws {
    let terminal = try prompt()
    terminal.send("param weight = relu(2.5) + foo + \"text\"; weight  # why")
    try terminal.expect("a comment") { $0.attributes(of: "# why") == ["2"] }
    let display = terminal.display
    #expect(display.attributes(of: "param") == ["35"])
    #expect(display.attributes(of: "relu") == ["34"])
    #expect(display.attributes(of: "2.5") == ["36"])
    #expect(display.attributes(of: "foo") == ["4;31"])
    #expect(display.attributes(of: "\"text\"") == ["32"])
    #expect(display.attributes(of: "weight ") == [""])
    #expect(display.attributes(of: "loss>") == [""])
  }

  @Test func theMatchingBracketIsMarkedWhileEdited() throws {
    let terminal = try prompt()
    terminal.send("print (1 + [2, \")\"])")
    try terminal.expect("a marked pair") {
      $0.attributes(of: ")") == ["1;4;36"] && $0.attributes(of: "(") == ["1;4;36"]
    }
    // A closing one without its opening one.
    terminal.send("]")
    try terminal.expect("a wrong bracket") { $0.attributes(of: "]") == ["1;31"] }
    terminal.send("\u{7F}\r")
    try terminal.expect("\nerror: ")
    // Nothing stays marked above.
    #expect(terminal.display.cells.joined().allSatisfy { $0.attributes != "1;4;36" })
  }

  @Test func aSecondLineKnowsTheFirst() throws {
    let terminal = try prompt()
    terminal.send("print \"a\", (1 +\r")
    try terminal.expect("  ... ")
    terminal.send("len)")
    try terminal.expect("a function's color") { $0.attributes(of: "len") == ["34"] }
    // Closed above, it is no wrong bracket.
    #expect(terminal.display.attributes(of: ")") == [""])
  }

  @Test(
    arguments: [
      (["--color", "never"], ["NO_COLOR": nil]), ([], ["NO_COLOR": "1"]), ([], ["TERM": "dumb"]),
      (["--color", "always"], ["TERM": "dumb"]),
    ] as [([String], [String: String?])])
  func plainWhereColorsAreNotWanted(arguments: [String], environment: [String: String?]) throws {
    let terminal = try prompt(arguments, environment: environment)
    terminal.send("print 7, 5\r")
    try terminal.expect("\n7 5\nloss> ")
    #expect(!terminal.received.contains("\u{1B}7"))
  }

  /// readline's own blink, where there are no colours: the caret visits the opening bracket.
  @Test func theBracketBlinksWithoutColors() throws {
    let terminal = try prompt(environment: ["NO_COLOR": "1"])
    terminal.send("(1)")
    try terminal.expect("the caret at the opening bracket") { $0.caret.column == 6 }
    try terminal.expect("the caret behind the closing one") { $0.caret.column == 9 }
  }

  @Test func aResizeKeepsTheLine() throws {
    let terminal = try prompt(columns: 60)
    terminal.send("print [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]")
    try terminal.expect("14]")
    terminal.resize(columns: 100)
    terminal.send("[0] + 41\r")
    try terminal.expect("\n42\nloss> ")
  }
}
