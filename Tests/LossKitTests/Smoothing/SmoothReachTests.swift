import Testing

@testable import LossKit

/// What `smooth` must not reach: arguments that decide which elements there are; and what it refuses.
@Suite struct SmoothReachTests {
  static let inputs = "param s = [2, 1, 0.5], x = 0.5; data d = [0.5, 1]; let f(v) = v % 2"

  /// Places, sizes and axes that come from hard functions: smoothed they would be no whole numbers.
  @Test(arguments: [
    ("sum(zeros(max(2, 3)))", "0"), ("sum(ones(max(2, 3)))", "3"),
    ("sum(ones([max(1, 2), relu(3)]))", "6"), ("sum(full(max(2, 3), x))", "3 * x"),
    ("sum(eye(max(2, 3)))", "3"), ("len(linspace(0, x, max(2, 3)))", "3"),
    ("len(linspace(0, x, n = max(2, 3)))", "3"), ("dot(onehot(max(0, 1), max(2, 3)), s)", "s[1]"),
    ("sum(topk(d, max(0, 1))) * x", "x"), ("sum(drop(s, max(0, 1)))", "s[0] + s[2]"),
    ("sum(reshape(s, max(1, 3), abs(-1))[2])", "s[2]"), ("len(rand(max(2, 3)))", "3"),
    ("len(randn(max(2, 3), seed = relu(1)))", "3"), ("sum(permutation(max(2, 3)))", "3"),
    ("sum(sum(stack(s, s), axis = max(0, 1)))", "2 * sum(s)"),
    ("sum(stack(s, s, axis = max(0, 1))[2])", "2 * s[2]"),
    ("sum(reverse(s, axis = relu(0)))", "sum(s)"),
    ("smoothmax(s, 2, axis = relu(0))", "lse(s, k = 2)"),
    ("map(sum, reshape(s, max(1, 3), 1))[0]", "s[0]"),
  ])
  func placesStayHard(_ e: String, _ same: String) throws {
    let test = try TestSession(Self.inputs)
    let found = try test.number("smooth(\(e), 2)")
    #expect(try abs(found - test.number(same)) <= 1e-14, "\(found)")
    let expected = try test.shownGradient("\(same) + 0 * (sum(s) + x)")
    let gradient = try test.shownGradient("smooth(\(e), 2) + 0 * (sum(s) + x)")
    #expect(distance(gradient, expected) <= 1e-14, "\(gradient)")
  }

  /// The values beside them are smoothed all the same.
  @Test func valuesBesidePlacesAreSmoothed() throws {
    let test = try TestSession(Self.inputs)
    #expect(
      try test.number("smooth(sum(full(max(2, 3), relu(x))), 2)")
        == test.number("sum(full(3, softplus(x, 2)))"))
    #expect(
      try test.number("smooth(linspace(0, relu(x), 2)[1], 2)") == test.number("softplus(x, 2)"))
  }

  @Test(arguments: [
    ("x % 2", "% of", 12), ("3 * x % 2", "% of", 16), ("3 % x", "% of", 12), ("f(x)", "% of", 65),
    ("unique(s)[0]", "unique", 10), ("sum(map(sort, [s]))", "sort", 14),
    ("isnan(x)", "isnan", 10), ("isfinite(x)", "isfinite", 10),
    ("count(s > 0)", "a comparison", 16), ("any(s > 0)", "a comparison", 14),
    ("all(s > 0)", "a comparison", 14), ("0 < x < 1", "a comparison", 10),
    ("0 < 1 < x", "a comparison", 10), ("x ~= 1", "a comparison", 10),
    ("where(x > 0, 1, 2)", "a comparison", 16), ("if isnan(x) then 1 else 2", "isnan", 13),
    ("(not (x > 0))", "a comparison", 16), ("(x > 0 or x < 1)", "a comparison", 11),
  ])
  func isRefused(_ e: String, _ message: String, _ column: Int) throws {
    let error = try TestSession(Self.inputs).error("  smooth(\(e), 2)")
    #expect(error.message.hasPrefix(message), "\(error.message)")
    #expect(error.message.hasSuffix("of something that varies has no smooth counterpart"))
    #expect(error.column == column, "\(error.column)")
  }

  /// The same of what does not vary, or is left hard.
  @Test(arguments: [
    "7 % 4 * x", "hard(x % 2) * s[0]", "unique([1, 1, 2])[1] * x", "count([1, 2] > 1) * x",
    "count(hard(s > 0)) * x", "any(hard(s > 0)) * x", "where(hard(x > 0), x, 2 * x)",
    "(if hard(0 < x < 1) then x else 2)", "s[7 % 4 - 2]", "sum(t for t in s if t % 1 == 0)",
  ])
  func isAllowed(_ e: String) throws {
    let test = try TestSession(Self.inputs)
    #expect(try test.number("smooth(\(e), 2)") == test.number(e))
  }

  /// A family's domain is checked entry by entry, and the error says which it was.
  @Test(arguments: [
    ("max(s)", "power", "needs entry 2 to be at least 0, not -1"),
    ("max(x, s[2])", "abs", "needs entry 1 to be at least 0, not -1"),
    ("max(-s - 3)", "expexp", "needs the largest entry to be at least 0, not -2"),
    ("max(stack(s, s), axis = 1)", "power", "needs entry 2 to be at least 0, not -1"),
  ])
  func domainErrorsNameTheEntry(_ e: String, _ family: String, _ message: String) throws {
    let error = try TestSession("param s = [2, 1, -1], x = 0.5")
      .error("smooth(\(e), family = \"\(family)\")")
    #expect(error.message == "the family \"\(family)\" \(message)", "\(error.message)")
  }
}
