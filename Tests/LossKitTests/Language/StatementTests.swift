import Testing

@testable import LossKit

/// `param`, `data`, `=`, `print`, `assert`, `check`, `table`, `import`, settings and overrides.
@Suite struct StatementTests {
  // MARK: Inputs

  @Test func inputsAreEvaluatedAtTheirDeclaration() throws {
    let test = try TestSession("param a = 2; param b = a^2; data c = a + b")
    try test.run("a = 10")
    #expect(try test.numbers("[a, b, c]") == [10, 4, 6])
    try test.run("a = 1, b = a + 1")
    #expect(try test.number("b") == 2)
    #expect(try test.text("b = [1, 2]; b") == "[1, 2]")
  }

  @Test(arguments: [
    ("param p = 0.5 in 0...1; p = 2", "0"), ("param p = 5 in 0...1", "interval"),
    ("param p = 1 in 2...1", "p"), ("param p = nan in 0...1", "p"), ("param p = \"a\"", "text"),
    ("q = 1", "q"), ("let f = 1; f = 2", "let"), ("param max = 1", "max"),
    ("let sum(x) = x", "sum"),
    ("param if = 1", "if"), ("param p = q", "q"), ("let f(sum) = sum", "sum"),
    ("param p = x -> x", "function"),
  ])
  func wrongDefinitionsAreErrors(_ text: String, _ part: String) throws {
    let error = try TestSession().error(text)
    #expect((error.message + (error.hint ?? "")).contains(part), "\(error.message)")
  }

  @Test func anErrorKeepsWhatWasDefined() throws {
    let test = try TestSession("param x = 1; let f = 2 * x")
    _ = try test.error("x = 5; x = nope; x = 7")
    #expect(try test.number("f") == 10)
    _ = try test.error("x = 100\nx = (")
    #expect(try test.number("f") == 10)
    _ = try test.error("let f = 3 *")
    #expect(try test.number("f") == 10)
  }

  @Test func overridesTakeTheDeclarationsPlace() throws {
    let test = TestSession()
    try test.session.override("x", with: "[1, 2, 3]")
    try test.session.override("n", with: "2 + 3")
    try test.session.override("unused", with: "1")
    try test.run("param x = 0; data n = 1; let f = sum(x) * n")
    #expect(try test.number("f") == 30)
    #expect(test.session.unusedOverrides == ["unused"])
    #expect(throws: LossError.self) { try test.session.override("y", with: "1 +") }
    #expect(throws: LossError.self) { try test.session.override("y", with: "nope") }
  }

  // MARK: assert

  @Test(arguments: [
    "assert 1 < 2 < 3", "assert [1, 2] == [1, 2]", "assert true", "assert 0.1 + 0.2 ~= 0.3",
    "assert 1 ~= 1.05 within 0.1", "assert [1, 2] ~= [1.05, 2] within 0.1", "assert not (1 == 2)",
    "assert nan != nan", "assert [] == []", "assert \"a\" == \"a\"", "assert 1 == 1, \"why\"",
  ])
  func assertionsThatHold(_ text: String) throws {
    #expect(try TestSession().text(text) == "")
  }

  @Test(arguments: [
    "assert 1 > 2", "assert [1, 2] == [1, 3]", "assert false", "assert nan == nan",
    "assert 1 < 2 < 2",
    "assert 1 ~= 1.05", "assert 1 ~= 1.2 within 0.1", "assert \"a\" == \"b\"", "assert 1",
    "assert [1]",
    "assert 1 == 1 and 1 == 2", "assert 1 ~= 2 within nan", "assert 1 ~= nan within inf",
  ])
  func assertionsThatFail(_ text: String) throws {
    #expect(try !TestSession().error(text + ", \"why\"").message.isEmpty)
  }

  @Test func aFailedAssertionShowsBothSides() throws {
    let error = try TestSession("param x = 2; let f = x^2").error(
      "assert f + 1 == x, \"the square\"")
    #expect(error.message.contains("the square"))
    #expect(error.message.contains("f + 1 = 5"))
    #expect(error.message.contains("x = 2"))
  }

  // MARK: check

  @Test(arguments: [
    "check x^2 >= 0", "check lse(v) >= max(v)", "check lse(v) <= max(v) + log(3)",
    "check grad(lse(v), v) == softmax(v)", "check sum(softmax(v)) == 1",
    "check relu(x) - relu(-x) == x",
    "check 0 <= p <= 1", "check p * d <= d", "check abs(x) >= x",
    "check s >= -1 over (s in [0, 1, 2])", "check i * 2 == i + i over (i in 0..<5)",
    "check norm(a + b) <= norm(a) + norm(b) over (a = randn(4), b = randn(4))",
    "check t <= 2 over (t in -1.0...2.0)", "check v[argmax(v)] == max(v)",
    "check sort(v) == sort(reverse(v))",
    "check (if x > 0 then x else -x) == abs(x)", "check sum(v[i]^2 for i in 0..<3) == dot(v, v)",
    "check hess(softplus(x), x) >= 0", "check x + d > d - 1 or x <= 0",
  ])
  func checksThatHold(_ text: String) throws {
    let test = try TestSession("param x = 1, v = [1, 2, 3], p = 0.5 in 0...1; data d = 7")
    #expect(try test.text(text).contains("holds at 1000 random points"))
    #expect(try test.numbers("[x, p, d, v[1]]") == [1, 0.5, 7, 2])
  }

  @Test(arguments: [
    ("check x >= 0", "x = -1"), ("check max(v) == v[0]", "v = ["),
    ("check d * x == x", "x = 1"), ("check p < 0.5", "p = 1"),
    ("check t < 5 over (t in 0...9)", "t = "),
    ("check v == reverse(v)", "v = ["), ("check x == x + 1e-6", "x = 0"),
  ])
  func checksThatFailShowASimplePoint(_ text: String, _ point: String) throws {
    let test = try TestSession("param x = 1, v = [1, 2, 3], p = 0.5 in 0...1; data d = 7")
    let error = try test.error(text)
    #expect(error.message.contains(point), "\(error.message)")
    #expect(try test.number("x") == 1)
  }

  @Test func checksSkipWhereBothSidesAreNan() throws {
    let test = try TestSession("param x = 1")
    let text = try test.text("check log(x) == log(x)")
    #expect(text.contains("skipped"))
    #expect(!text.contains("1000 random"))
    #expect(try !test.error("check nan * x == nan * x").message.isEmpty)
    #expect(try !test.error("check log(x) == 0 * x").message.isEmpty)
  }

  @Test func checksDrawTheSameEveryTime() throws {
    let message = try TestSession("param x = 1").error("check x < 5").message
    #expect(try TestSession("param x = 1").error("check x < 5").message == message)
    #expect(try !TestSession("let f(t) = t").error("check f(1) == 1").message.isEmpty)
  }

  // MARK: table, print, set

  @Test func tablesReplaceLikeAt() throws {
    let test = try TestSession("param k = 1; let f = k^2")
    let text = try test.text("table f, grad(f, k), k + 0.5 for k in 1...3")
    let rows = text.split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true)
    }
    #expect(rows.count == 4)
    #expect(rows[3] == ["3", "9", "6", "3.5"])
    #expect(try test.number("k") == 1)
    #expect(try test.text("table sin(t) for t in []").split(separator: "\n").count == 1)
    #expect(try !test.error("table x -> x for t in [1]").message.isEmpty)
    #expect(try !test.error("table t for t in 5").message.isEmpty)
  }

  @Test func settingsChangeWhatIsShown() throws {
    let test = TestSession()
    #expect(try test.text(":set digits 3\n1 / 3\n[pi, 2]") == "0.333\n[3.14, 2]")
    #expect(try test.text(":set digits all\n1 / 3") == "0.3333333333333333")
    #expect(try test.text(":set elide 4\n[1, 2, 3, 4, 5]").hasSuffix("(5)"))
    for wrong in [
      ":set digits -1", ":set digits x", ":set nope 1", ":set elide 1e9", ":set", ":set digits",
    ] {
      _ = try? test.run(wrong)
    }
    test.session.reset()
    #expect(try test.text("1 / 3") == "0.3333333333333333")
  }

  @Test func printShowsTextsAndValues() throws {
    let test = try TestSession("param x = 2")
    #expect(try test.text("print \"a\", x, [1, 2], \"b\"") == "a 2 [1, 2] b")
    #expect(try test.text("print [\"a\"], true, x -> x") == "[\"a\"] true function (x)")
    #expect(test.outputs.allSatisfy { $0.isPrint })
  }
}
