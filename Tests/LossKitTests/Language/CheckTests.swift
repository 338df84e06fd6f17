import Testing

@testable import LossKit

/// `check`: leniency, tolerances, laws, and the points that it shows.
@Suite struct CheckTests {
  // MARK: Leniency

  /// Sides that differ by rounding: a comparison is lenient wherever it stands in the claim.
  @Test(arguments: [
    "x == y", "x == y and x >= y", "x == y and y <= x", "not (x != y)",
    "not (x < y) and not (x > y)",
    "x > x + 1 or x == y", "y == x == y", "x - 1 < x == y", "not (x != y or x > x + 1)",
    "not not (x == y)", "[x, y] == [y, x]", "x == y and [x, y] == [y, x]",
  ])
  func roundingIsForgivenThroughout(_ claim: String) throws {
    let test = try TestSession("param a = 1; let x = a; let y = a * (1 + 1e-15 * sin(1e6 * a))")
    #expect(try test.text("check \(claim)").contains("holds at 1000 random points"), "\(claim)")
  }

  /// Comparisons that are not forgiven.
  @Test(arguments: [
    "x < x + 1e-15 * x", "x != x", "not (x == x)", "not (x <= x) or not (x >= x)", "x == x + 1e-6",
    "x == x and x == x + 1e-6", "x == x + 1e-6 or x != x", "all(x == x * (1 + 1e-14)) or x < 0",
  ])
  func notMore(_ claim: String) throws {
    #expect(
      try TestSession("param x = 1").error("check \(claim)").message.contains("x = "), "\(claim)")
  }

  @Test func nanSaysNothingInAPartEither() throws {
    let test = try TestSession("param x = 1")
    #expect(try test.text("check log(x) == log(x) and x == x").contains("skipped"))
    #expect(!(try test.text("check log(x) == log(x) or x == x").contains("skipped")))
    #expect(try test.text("check not (log(x) != log(x))").contains("skipped"))
  }

  @Test func aToleranceIsGiven() throws {
    let test = try TestSession("param x = 1")
    #expect(
      try test.text("check x + 1e-7 == x within 1e-6")
        == "check x + 1e-7 == x within 1e-6: holds at 1000 random points")
    #expect(try test.text("check x + 1e-7 == x and x + 1e-7 <= x within 1e-6").contains("holds"))
    #expect(
      try test.text("check t^2 == 2 * t - 1 within 1e-2 over (t in 0.95...1.05)").contains("holds"))
    let error = try test.error("check x + 1e-5 == x within 1e-6")
    #expect(error.message.hasSuffix("within 0.000001"), "\(error.message)")
    #expect(try !test.error("check x + 1e-5 == x or x > x within 1e-6").message.isEmpty)
    #expect(try test.error("check x == x within \"a\"").message.contains("text"))
    #expect(try !test.error("check x == x + 1 within nan").message.isEmpty)
    // In an assertion, too, it reaches what stands in `and` and `not`.
    try test.run("assert 1 ~= 1.05 and 2 ~= 2.01 within 0.1; assert not (1 ~= 2) within 0.5")
    #expect(
      try test.error("assert 1 ~= 1.05 and 2 ~= 2.5 within 0.1").message.contains("within 0.1"))
  }

  @Test func theRightSideIsNotEvaluatedWhereTheLeftDecides() throws {
    let test = try TestSession("data v = [1, 2, 3]")
    #expect(
      try test.text("check i > 2 or v[i] > 0 over (i in 0..<6)").contains("holds at 1000"))
    #expect(try test.error("check 1 and i > 0 over (i in 0..<6)").message.contains("'and'"))
  }

  // MARK: Laws

  @Test(arguments: [
    "check abs(sum(grad(ce, s))) <= 1e-12",
    "check f(s + c) == f(s) over (s = randn(3), c in -5...5)",
    "check g((1 - t) * a + t * b) <= (1 - t) * g(a) + t * g(b) over (a = randn(3), b = randn(3), t in 0...1)",
    "check f(s) >= 0 and f(s) <= f(s) + 1 over (s = 10 * randn(4))",
    "check g(s) >= max(s) and g(s) <= max(s) + log(len(s)) over (s = randn(5))",
  ])
  func lawsInOneLine(_ law: String) throws {
    let test = try TestSession(
      "param s = [2, 1, 0]; let ce = lse(s) - s[0]; let f(v) = lse(v) - v[0]; let g(v) = lse(v)")
    #expect(try test.text(law).contains("holds at 1000 random points"), "\(law)")
  }

  @Test func aCheckOfAnIdentityTakesNoTime() throws {
    let test = try TestSession("param s = zeros(10); let ce = lse(s) - s[3]")
    let time = try ContinuousClock().measure {
      _ = try test.text("check ce == -logsoftmax(s)[3] and ce >= 0")
    }
    // In debug mode; 50 ms are the aim in release mode.
    #expect(time < .seconds(2), "\(time)")
  }

  // MARK: The point that is shown

  @Test(arguments: [
    ("check sum(w^2) <= 50", "w = [8, 0, 0]"), ("check x < 5", "x = 5"), ("check x > -5", "x = -5"),
    ("check x != x", "x = 0"), ("check max(w) - min(w) <= 1", "w = [2, 0, 0]"),
    ("check x * y <= 6", "x = 3\n  y = 3"), ("check p >= 0.25", "p = 0"),
    ("check q <= 2.5", "q = 2.6"),
    ("check lse(v) <= max(v) over (v = randn(3))", "v = [0, 0, 0]"),
    ("check n < 3 over (n in 0..<10)", "n = 3"), ("check n != 4 over (n in [1, 4, 9])", "n = 4"),
    ("check t != \"b\" over (t in [\"a\", \"b\"])", "t = \"b\""),
    ("check v[0] == 0 over (v = permutation(3))", "v = ["),
    ("check sum(z) <= 20", "z = 21 * onehot(0, 1000)"),
    ("check sum(z^2) == 1", "z = zeros(1000)"),
    ("check sum(relu(z - 1)) == 0", "z = 2 * onehot(0, 1000)"),
    ("check M[0, 0] <= M[1, 1]", "M = [[1, 0], [0, 0]]"),
  ])
  func theSimplestPointIsFound(_ text: String, _ point: String) throws {
    let test = try TestSession(
      """
      param w = [1, 2, 3], x = 1, y = 1, p = 0.5 in 0...1, q = 1.5 in 1.1...2.9, z = zeros(1000)
      param M = eye(2)
      """)
    let message = try test.error(text).message
    #expect(message.contains(point), "\(message)")
  }

  /// What is shown fails when it is typed in, whatever the settings.
  @Test(arguments: [
    ("sum(w^2) <= 50 * (1 + 1e-3 * sin(w[1]))", ""), ("norm(w - pi) > 1.2345", ""),
    ("norm(v / norm(v) - [1, 2, 3]) > 3", "v = randn(3)"),
    ("sum(p * log(p)) <= -1.3", "p = softmax(randn(4))"),
    ("max(r) <= 0.987654", "r = rand(12)"), ("var(r) <= 0.11", "r = rand(12)"),
  ])
  func theShownPointFails(_ claim: String, _ draws: String) throws {
    let test = try TestSession("param w = [1, 2, 3]\n:set digits 3")
    let over = draws.isEmpty ? "" : " over (\(draws))"
    let lines = try test.error("check \(claim)\(over)").message.split(separator: "\n")
    for line in lines.dropFirst() where "wvpr".contains(line.dropFirst(2).first ?? " ") {
      guard line.dropFirst(3).hasPrefix(" = ") else { continue }
      try test.run("param \(line.dropFirst(2))")
    }
    #expect(try test.error("assert \(claim)").message.contains("assertion failed"), "\(lines)")
  }

  /// Points stay such as are drawn: a counterexample outside the domain would be none.
  @Test func drawsKeepTheirKind() throws {
    let test = TestSession()
    func shown(_ text: String, _ name: String) throws -> [Double] {
      let lines = try test.error(text).message.split(separator: "\n")
      let line = try #require(lines.first { $0.hasPrefix("  \(name) = ") }, "\(lines)")
      return try test.numbers(String(line.dropFirst(name.utf8.count + 5)))
    }
    let p = try shown("check max(p) <= 0.5 over (p = softmax(randn(4)))", "p")
    #expect(p.count == 4 && p.allSatisfy { $0 > 0 } && abs(p.reduce(0, +) - 1) < 1e-12, "\(p)")
    #expect(
      p.allSatisfy { ($0 * 100).rounded() == $0 * 100 || $0 * 1000 == ($0 * 1000).rounded() },
      "\(p)")
    let v = try shown("check v[0] < 2 over (v = permutation(4))", "v")
    #expect(Set(v) == [0, 1, 2, 3])
    let e = try shown("check max(e) < 1.5 over (e = exp(randn(3)))", "e")
    #expect(e.allSatisfy { $0 > 0 })
    let u = try shown("check u[0] < 0.5 over (u = { let v = randn(3); v / norm(v) })", "u")
    #expect(abs(u.reduce(0) { $0 + $1 * $1 } - 1) < 1e-9)
    #expect(try shown("check sum(c) < x over (c = [1, 2, 3], x in 0...9)", "c") == [1, 2, 3])
  }

  /// The search is bounded: an expensive claim with many elements answers.
  @Test func longPointsAreBounded() throws {
    let test = try TestSession("param w = zeros(3000)")
    #expect(try test.error("check norm(w) < 100").message.contains("w = "))
  }

  @Test func simplerPointsCostLess() {
    let order: [[Double]] = [
      [0, 0], [0, 1], [1, 1], [2, 2], [1, 2], [0.5, 0], [0.25, 0], [0.25, 0.125], [.infinity, 0],
    ]
    for (a, b) in zip(order, order.dropFirst()) {
      let isOdd = a == [1, 2]
      #expect(isOdd || PointSimplifier.cost(of: a) < PointSimplifier.cost(of: b), "\(a) \(b)")
    }
    #expect(PointSimplifier.cost(of: [3, 3]) < PointSimplifier.cost(of: [3, 4]))
    #expect(PointSimplifier.cost(of: -1) > PointSimplifier.cost(of: 1))
  }
}
