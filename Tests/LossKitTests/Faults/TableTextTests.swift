import Testing

@testable import LossKit

/// Tables on narrow screens.
@Suite struct TableTextTests {
  private func shown(_ text: String, columns: Int?) throws -> [String] {
    let test = TestSession()
    try test.run(text)
    let shown = test.outputs[0].rendered(DisplaySettings(), on: Screen(columns: columns)).plain
    return shown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The first column stands in each part.
  @Test func aTableIsPartedWhereItHasNoRoom() throws {
    let text = "table k^2, k^3, k^4 for k in [1, 10]"
    let whole = [" k    k^2   k^3    k^4", " 1    1     1      1", " 10   100   1000   10000"]
    #expect(try shown(text, columns: nil) == whole)
    #expect(try shown(text, columns: 24) == whole)
    #expect(
      try shown(text, columns: 23) == [
        " k    k^2   k^3", " 1    1     1", " 10   100   1000", "",
        " k    k^4", " 1    1", " 10   10000",
      ])
  }

  /// Fewer digits before anything is cut.
  @Test(arguments: [12, 16, 20, 30]) func numbersGetFewerDigits(columns: Int) throws {
    let lines = try shown("table k / 3, sqrt(k) for k in 1...3", columns: columns)
    #expect(lines.allSatisfy { $0.displayWidth <= columns }, "\(lines)")
    #expect(lines.allSatisfy { !$0.contains("…") }, "\(lines)")
    #expect(lines[1].hasPrefix(" 1   0.333"))
  }

  @Test func aHeadingIsCut() throws {
    let lines = try shown("table softplus(relu(k) + k, 2) for k in 1...2", columns: 20)
    #expect(lines[0] == " k   softplus(relu(…")
    #expect(lines.count == 3)
  }
}
