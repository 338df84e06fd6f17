import Testing

@testable import LossKit

/// Values at the width of a terminal.
@Suite struct FittedValueTests {
  private func shown(_ text: String, width: Int?, elide: String? = nil) throws -> String {
    let session = Session()
    session.settings.width = width
    if let elide { try session.set("elide", to: elide) }
    var result: [String] = []
    try session.run(text, echo: .prompt) {
      result.append($0.rendered(session.settings, on: Screen(columns: width)).plain)
    }
    return result.joined(separator: "\n")
  }

  @Test(arguments: [
    // A row that fits is whole, however many elements it has.
    ("0..<10", 30, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
    ("0..<10", 29, "[0, 1, 2, 3, 4, … , 9] (10)"),
    ("0..<1000", 40, "[0, 1, 2, 3, 4, 5, 6, 7, … , 999] (1000)"),
    // Never fewer than the first and the last.
    ("[1/3, 2/3, 1/7]", 20, "[0.3333333333333333, … , 0.14285714285714285] (3)"),
    ("data x = 0..<100", 30, "x = [0, 1, 2, 3, … , 99] (100)"),
    ("[[1, 2], [3, 4]]", 40, "[[1, 2], [3, 4]]"),
    (
      "[[1.5, 22.25, 1000], [100, 0.5, -3]]", 30,
      "[[  1.5, 22.25, 1000],\n [100,    0.5,    -3]]"
    ),
    (
      "data M = [[1.5, 22.25, 1000], [100, 0.5, -3]]", 30,
      "M = [[  1.5, 22.25, 1000],\n     [100,    0.5,    -3]]"
    ),
    (
      "0 * eye(12)", 30,
      "[[0, 0, … , 0],\n".replacing("[[0, 0, … , 0]", with: "[[0, 0, 0, … , 0]")
        + String(repeating: " [0, 0, 0, … , 0],\n", count: 7) + " … ,\n [0, 0, 0, … , 0]] (12, 12)"
    ),
    ("[\"alpha\", \"beta\", \"gamma\", \"delta\"]", 30, "[\"alpha\", … , \"delta\"] (4)"),
    (
      "record([\"a\", \"b c\"], 0..<50, \"short\")", 30,
      "{a = [0, 1, 2, … , 49] (50),\n \"b c\" = \"short\"}"
    ),
    ("\"abcdefghijklmnopqrstuvwxyz\"", 24, "\"abcdef… (26 characters)"),
    ("[[]]", 20, "[[]]"),
  ])
  func values(text: String, width: Int, expected: String) throws {
    #expect(try shown(text, width: width) == expected)
  }

  /// Nothing that is shown of an array is wider than the terminal, unless two elements are already.
  @Test func rowsFit() throws {
    for width in [40, 50, 79, 80, 120] {
      for text in [
        "1...200", "randn(100)", "randn(9, 9)", "randn(3, 4, 5)", "eye(30)", "randn(2, 2)",
      ] {
        for line in try shown(text, width: width).split(separator: "\n") {
          #expect(line.count <= max(width, 64), "\(text) at \(width): \(line)")
        }
      }
    }
  }

  @Test func aGradientFits() throws {
    let lines = try shown("param W = ones(2, 9); sum(W^2)", width: 24).split(separator: "\n")
    #expect(lines.suffix(3) == ["18", "  ∂W = [[2, … , 2],", "        [2, … , 2]] (2, 9)"])
  }

  @Test func scriptsAndSetElideGoByLength() throws {
    #expect(try shown("0..<10", width: nil) == "[0, 1, 2, … , 9] (10)")
    #expect(try shown("0..<10", width: 80, elide: "8") == "[0, 1, 2, … , 9] (10)")
    #expect(try shown("0..<10", width: 80, elide: "auto") == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]")
    #expect(try shown("print 0..<10", width: 80) == "[0, 1, 2, … , 9] (10)")
  }

  @Test func theWholeOfAValue() throws {
    let session = Session()
    #expect(throws: LossError.self) { try session.wholeText(of: nil, width: 80) }
    try session.run("0..<12") { _ in }
    #expect(
      try session.wholeText(of: nil, width: 20)
        == "[0, 1, 2, 3, 4, 5,\n 6, 7, 8, 9, 10, 11]")
    #expect(
      try session.wholeText(of: "[[1, 2, 3, 4], [5, 6, 7, 8]]", width: 16)
        == "[[1, 2, 3, 4],\n [5, 6, 7, 8]]")
    #expect(
      try session.wholeText(of: "[\"a, b\", \"c\"]", width: 8) == "[\"a, b\",\n \"c\"]")
  }
}
