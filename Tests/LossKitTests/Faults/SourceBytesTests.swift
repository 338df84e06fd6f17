import Testing

@testable import LossKit

/// Line ends of every system.
@Suite struct SourceBytesTests {
  /// A carriage return by itself ends a line: it is not the middle of a comment.
  @Test(arguments: ["\n", "\r\n", "\r"]) func everyLineEndEndsALine(end: String) throws {
    let test = TestSession()
    let error = try test.error(
      ["# one", "print 1 # two", "", "nosuch + 1", ""].joined(separator: end))
    #expect(error.line == 4)
    #expect(error.column == 1)
    #expect(test.outputs.count == 1)
    let script = ["##  Doc.", "let  a = 1", ""].joined(separator: end)
    let formatted = try Syntax.formatted(bytes: Array(script.utf8), fileName: nil)
    let kept = end == "\r\n" ? "\r\n" : "\n"
    #expect(String(decoding: formatted, as: UTF8.self) == "##  Doc.\(kept)let a = 1\(kept)")
  }

  @Test func severalEndsInOneText() throws {
    let test = TestSession()
    let error = try test.error("let a = 1\r\r\nlet b = 2\rlet c = [1,\r2]\r\nnosuch\r")
    #expect(error.line == 6)
  }
}
