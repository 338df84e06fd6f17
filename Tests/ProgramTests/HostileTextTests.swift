import Foundation
import Testing

/// What a stranger's script may hold: nothing of it is obeyed by a terminal, and no byte is a riddle.
@Suite struct HostileTextTests {
  /// Clears the screen, sets the title, turns the direction: by C0, C1 and a mark of Unicode.
  private static let escapes = "a\u{1B}[2Jb\u{1B}]0;title\u{7}c\u{9B}2Jd\u{202E}e\rf"
  private static let visible =
    "a\\u{1b}[2Jb\\u{1b}]0;title\\u{7}c\\u{9b}2Jd\\u{202e}e\\u{d}f"

  private static func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      $0.value < 0x20 && $0 != "\n" && $0 != "\r" || (0x7F...0x9F).contains($0.value)
        || $0.value == 0x202E
    }
  }

  /// By `print`, an error that quotes the line, the name of a file and of a column of data.
  @Test func aTerminalGetsNoControlCharactersOfAScript() throws {
    let folder = try TemporaryFolder()
    try folder.write("\(Self.escapes),b\n1,2\n", to: "data.csv")
    let quoted = Self.escapes.unicodeScalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined()
    try folder.write(
      """
      print "\(quoted)"
      "\(quoted)"
      csv("data.csv")
      record(["\(quoted)"], 1)
      table {let t = "\(quoted)"; t} for k in 1...1
      # \(Self.escapes)
      print 1 + # \(Self.escapes)
        nosuch
      """, to: "a.loss")
    let terminal = try PseudoTerminal(["--color=never", folder.file("a.loss")])
    #expect(try terminal.wait() == 1)
    #expect(!Self.hasControls(terminal.received), "\(terminal.received.debugDescription)")
    #expect(terminal.received.contains(Self.visible + "\r\n"))

    let name = folder.file("n\u{1B}[2J.loss")
    for arguments in [[name], ["-e", "import \"\(name)\""], ["--x\u{1B}[2J"], ["fmt", name]] {
      let other = try PseudoTerminal(["--color=never"] + arguments)
      #expect(try other.wait() != 0)
      #expect(!Self.hasControls(other.received), "\(other.received.debugDescription)")
    }
  }

  /// In a pipe the text is what the script wrote: it is data there.
  @Test func aPipeGetsTheTextAsItIs() throws {
    let result = try Program.run(["-e", "print \"a\\u{1b}[2Jb\""])
    #expect(result.output == "a\u{1B}[2Jb\n")
  }

  /// Line ends of every system, a mark at the start, no line end at the end.
  @Test(arguments: [
    "print 1\nprint 2\n", "print 1\nprint 2", "print 1\r\nprint 2\r\n", "print 1\rprint 2\r",
    "\u{FEFF}print 1\nprint 2\n", "\u{FEFF}print 1\r\nprint 2", "# c\rprint 1\r# d\rprint 2",
  ])
  func lineEndsOfEverySystem(script: String) throws {
    let result = try Program.run([], input: script)
    #expect(result.output == "1\n2\n", "\(result.errors)")
  }

  /// A place and a cause.
  @Test(arguments: [
    ("print 1 \u{FEFF}", "1:9: error: the character U+FEFF is no part of the language"),
    ("print 1\u{2028}print 2", "1:8: error: the character U+2028 is no part of the language"),
    ("print 1\0", "1:8: error: a NUL byte cannot stand here"),
    ("print \"a\0\"", "1:9: error: a NUL byte cannot stand here"),
    ("print \u{1B}", "1:7: error: the character U+001B is no part of the language"),
  ])
  func aCharacterThatIsNoneOfTheLanguage(script: String, error: String) throws {
    let result = try Program.run([], input: script)
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("<stdin>:" + error), "\(result.errors)")
  }

  @Test func bytesThatAreNotUTF8() throws {
    let folder = try TemporaryFolder()
    let result = try Program.shell(
      """
      printf 'print "\\xe9t\\xe9"\\n' | "$0"; printf 'let \\xff = 1\\n' | "$0"
      printf '# \\xe9t\\xe9\\nprint 1\\n' | "$0"; printf 'a,b\\n\\xe9,1\\n' > a.csv; "$0" -e 'csv("a.csv")'
      """, folder: folder)
    #expect(result.output == "1\n")
    #expect(result.errors.contains("<stdin>:1:8: error: this is not UTF-8"), "\(result.errors)")
    #expect(result.errors.contains("<stdin>:1:5: error: this is not UTF-8"), "\(result.errors)")
    #expect(result.errors.contains("\"a.csv\""), "\(result.errors)")
  }

  /// A line of megabytes is shown around the place of its error.
  @Test func aVeryLongLine() throws {
    let script = "print 1" + String(repeating: " ", count: 3_000_000) + "+ nosuch"
    let result = try Program.run([], input: script)
    #expect(result.errors.hasPrefix("<stdin>:1:3000010: error: there is no 'nosuch'\n"))
    #expect(result.errors.utf8.count < 500)
  }
}
