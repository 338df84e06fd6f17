import Testing

@testable import LossKit

/// Each row of the table of stable spellings: it is found, and its two sides are equal.
@Suite struct StablePatternTests {
  /// Values for the names of the patterns: scalars below 0 for what log1mexp takes, above for logs.
  private static let inputs =
    "param x = 0.7, a = 0.3, b = -1.2, k = 1.5, n = 0, v = [0.4, 1.3, 2.1], s = [0.2, 1.4, 0.9]; "
    + "data y = 1, i = 1, r = 0..<3, e = 0.8; "

  @Test(arguments: StablePattern.all.indices)
  func isFoundAndEqual(_ index: Int) throws {
    let row = StablePattern.all[index]
    let text = Self.inputs + row.pattern
    let found = Syntax.lint(text).filter { $0.rule == .unstable }
    #expect(found.count == 1, "\(row.pattern): \(found.map(\.message))")
    let replacement = try #require(found.first?.replacement)
    #expect(replacement == row.replacement)
    // A negative argument where the function asks for one.
    let isNegative =
      row.pattern.contains("1 - exp(x))") || row.pattern.contains("(-exp")
      || row.pattern.contains("-expm1")
    let inputs = Self.inputs.replacing("x = 0.7", with: isNegative ? "x = -0.7" : "x = 0.7")
    let session = TestSession()
    let left = try session.numbers(inputs + row.pattern)
    let right = try session.numbers(row.replacement)
    #expect(!left.isEmpty && left.allSatisfy(\.isFinite))
    #expect(distance(left, right) < 1e-12, "\(row.pattern): \(left), \(row.replacement): \(right)")
  }

  @Test func ownTextTakesThePlaceOfNames() {
    func replacement(_ text: String) -> String? {
      Syntax.lint("param s = [1, 2], t = 1; " + text).first { $0.rule == .unstable }?.replacement
    }
    #expect(replacement("log(sum(exp(s - t)))") == "lse(s - t)")
    #expect(replacement("log(exp(2 * t) + 1)") == "softplus(2 * t)")
    #expect(replacement("1 / (exp(t + 1) + 1)") == "sigmoid(-(t + 1))")
    #expect(
      replacement("log(sum(exp(s[j] - t) for j in 0..<2 if j != 0))")
        == "lse(s[j] - t for j in 0..<2 if j != 0)")
    #expect(replacement("log(sum((exp(s[j])) for j in 0..<2))") == "lse(s[j] for j in 0..<2)")
    #expect(replacement("log(sum(exp(s),\n  axis = 0))") == "lse(s, axis = 0)")
  }

  @Test(arguments: [
    "log(2 + exp(t))", "log(1 + 2)", "log(sum(s))", "exp(t) - 2", "t * log(2)",
    "sqrt(t^2 + 1)", "exp(s) / sum(exp(2 * s))", "map(log -> log(1 + t), [1])",
    // Claims compare spellings.
    "assert log(1 + exp(t)) ~= softplus(t)", "check log(1 + exp(t)) == softplus(t)",
  ])
  func othersAreLeftAlone(text: String) {
    let found = Syntax.lint("param s = [1, 2], t = 1; " + text).filter { $0.rule == .unstable }
    #expect(found.isEmpty, "\(found.map { $0.replacement ?? "" })")
  }
}
