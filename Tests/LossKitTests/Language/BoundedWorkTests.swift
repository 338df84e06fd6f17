import Testing

@testable import LossKit

/// What once took time or room by the square of the text's length.
@Suite struct BoundedWorkTests {
  @Test(arguments: [
    String(repeating: "x", count: 100_000), "import \"\(String(repeating: "ab", count: 50_000))\"",
    "assert false, \"\(String(repeating: "why ", count: 50_000))\"",
    (0..<100).map { "let \(longName($0)) = \(longName(($0 + 1) % 100))\n" }.joined() + longName(0),
    "param v = [1, 2]; v.\(String(repeating: "é", count: 50_000))",
  ])
  func messagesAreBounded(_ text: String) throws {
    let error = try TestSession().error(text)
    #expect(error.message.utf8.count <= 8192)
    #expect((error.hint ?? "").utf8.count <= 8192)
    #expect(error.rendered().plain.utf8.count <= 32_768)
    #expect(error.message.contains("…"))
  }

  private static func longName(_ number: Int) -> String {
    String(repeating: "n", count: 60) + String(number)
  }

  @Test func whatAPersonTypesIsNotCut() throws {
    let name = String(repeating: "name", count: 60)
    #expect(try TestSession().error(name).message == "there is no '\(name)'")
  }

  /// Each column of a line was once counted from its beginning: 20,000 of them in this line would be
  /// billions of bytes.
  @Test(.timeLimit(.minutes(1)), arguments: ["x", "é", "e\u{301}", "日"])
  func placesInALongLine(_ letter: String) {
    let count = 200_000
    let source = Source(text: "first\n" + String(repeating: letter, count: count) + "\nlast")
    let start = 6
    for place in stride(from: 0, through: count, by: 10) {
      let offset = UInt32(start + place * letter.utf8.count)
      #expect(source.column(at: offset) == place + 1)
    }
    #expect(source.line(at: UInt32(start)) == 2)
  }

  @Test func columnsOfWhatIsNotUTF8() {
    let source = Source(
      name: nil, bytes: Array("é".utf8) + [0xFF, 0xE2, 0x82] + Array("x\r\ny".utf8))
    #expect([0, 2, 3, 4, 5, 6].map { source.column(at: $0) } == [1, 2, 3, 4, 5, 6])
    #expect(source.column(at: 8) == 1)
  }

  /// Each function of a chain was once looked through for the inputs that it hides with all those
  /// before it.
  @Test(.timeLimit(.minutes(1))) func chainOfFunctions() throws {
    let text =
      "let f0(x) = x\n" + (1..<20_000).map { "let f\($0)(x) = f\($0 - 1)(x) + 1\n" }.joined()
    let test = TestSession()
    try test.run(text)
    #expect(try test.number("f100(1)") == 101)
  }
}
