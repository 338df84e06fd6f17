import Testing

@testable import LossKit

/// Names, formulas, `at` and functions.
@Suite struct FormulaTests {
  @Test func formulasFollowWhatTheyDependOn() throws {
    let test = try TestSession("param x = 1; let a = x + b; let b = 10 * x; let c = a + b")
    #expect(try test.number("c") == 21)
    try test.run("x = 2")
    #expect(try test.number("c") == 42)
    try test.run("let b = x")
    #expect(try test.number("c") == 6)
    #expect(try test.shownGradient("c") == [3])
    try test.run("param b = 100")
    #expect(try test.number("c") == 202)
    #expect(try test.shownGradient("c") == [1, 2])
    try test.run("let x = 5")
    #expect(try test.shownGradient("c") == [2])
  }

  @Test func functionsFollowRedefinitions() throws {
    let test = try TestSession("let f(x) = g(x) + 1; let g(x) = 2 * x")
    #expect(try test.number("f(3)") == 7)
    try test.run("let g(x) = x^2")
    #expect(try test.number("f(3)") == 10)
  }

  /// Reads of a file count how often a formula is evaluated.
  @Test func aFormulaIsEvaluatedOnceInARequest() throws {
    let reads = Counter()
    let files = FileAccess { path throws(FileAccess.Failure) in
      reads.count += 1
      return Array("a\n1\n2\n".utf8)
    }
    let session = Session(files: files)
    try session.run(
      "param x = 1; let d = csv(\"t.csv\"); let s = sum(d.a) * x; let t = s + s"
    ) { _ in }
    #expect(reads.count == 0)
    try session.run("print t + s * s, s") { _ in }
    #expect(reads.count == 1)
    // A derivative by x evaluates what depends on x again, the file does not.
    try session.run("print grad(t + s, x), hess(t * s, x), t at (x = 3)") { _ in }
    #expect(reads.count <= 2)
    try session.run("let d = csv(\"t.csv\"); print s") { _ in }
    #expect(reads.count <= 3)
  }

  private final class Counter: @unchecked Sendable {
    var count = 0
  }

  @Test(arguments: [
    ("let a = b; let b = c; let c = a; a", "a → b → c → a"),
    ("let a = a + 1; a", "a → a"),
    ("param x = 1; let a = x + b; let b = grad(a, x); b", "b → a → b"),
    ("let a = sum(b for _ in 0..<3); let b = a; a", "a → b → a"),
  ])
  func cyclesAreShown(_ text: String, _ cycle: String) throws {
    #expect(try TestSession().error(text).message.contains(cycle))
  }

  @Test func aCycleIsOverAfterARedefinition() throws {
    let test = TestSession()
    _ = try test.error("let a = b; let b = a; a")
    #expect(try test.number("let b = 2; a") == 2)
  }

  // MARK: at

  @Test func atReplacesSimultaneously() throws {
    let test = try TestSession("param x = 1, y = 2; let f = x - y")
    #expect(try test.number("f at (x = y, y = x)") == 1)
    #expect(try test.number("f at (x = f, y = f)") == 0)
    #expect(try test.number("(f at (x = 10)) + f") == 7)
    #expect(try test.shownGradient("f^2 at (x = 5)") == [6, -6])
    #expect(try test.number("f + x at (f = 100)") == 101)
    #expect(try test.number("(f at (x = 3)) at (x = 7, y = 0)") == 3)
  }

  @Test func atReplacesLocalNamesAndWhatIsMadeFromThem() throws {
    let test = try TestSession("param x = 2")
    #expect(try test.number("{ let a = x + 1; let b = a * a; b at (x = 4) }") == 25)
    #expect(try test.number("{ let a = x + 1; let b = a * a; b at (a = 5) }") == 25)
    #expect(try test.number("{ let a = 1; { let b = a + x; b at (a = 10, x = 1) } }") == 11)
    #expect(try test.number("(t -> (t * x at (t = 3, x = 5)))(1)") == 15)
  }

  @Test func aFunctionMadeInsideAtKeepsTheReplacement() throws {
    let test = try TestSession("param x = 1; let f(t) = t * x; let made = (t -> t * x) at (x = 3)")
    #expect(try test.number("made(2)") == 6)
    #expect(try test.number("made(2) at (x = 10)") == 6)
    #expect(try test.number("f(2) at (x = 10)") == 20)
    #expect(try test.number("((t -> t * f(1)) at (x = 4))(2)") == 8)
  }

  @Test func replacedFormulasAreRememberedApart() throws {
    let test = try TestSession("param x = 1; let a = x^2; let b = a + 1")
    #expect(
      try test.numbers("[b, b at (x = 2), b, b at (x = 3), b at (a = 7), b]") == [
        2, 5, 2, 10, 8, 2,
      ])
  }

  @Test func atOfAnUnknownNameIsAnError() throws {
    #expect(try TestSession("param xs = 1").error("xs at (xt = 1)").hint?.contains("xs") == true)
  }

  // MARK: Functions

  @Test func closuresCaptureTheirNames() throws {
    let test = try TestSession("let adder(n) = x -> x + n; let twice(f) = x -> f(f(x))")
    #expect(try test.number("twice(adder(3))(10)") == 16)
    #expect(try test.number("{ let n = 100; adder(1)(n) }") == 101)
    #expect(try test.numbers("map(adder(5), [1, 2])") == [6, 7])
    #expect(try test.numbers("[twice(adder(i))(0) for i in 0..<3]") == [0, 2, 4])
  }

  @Test func defaultsSeeEarlierParameters() throws {
    let test = try TestSession("param w = 2; let f(a, b = a + w, c = a * b) = c")
    #expect(try test.number("f(1)") == 3)
    #expect(try test.number("f(1, c = 9)") == 9)
    #expect(try test.number("f(2, 5)") == 10)
    #expect(try test.shownGradient("f(1)") == [1])
    #expect(try test.number("f(b = 4, a = 3)") == 12)
  }

  @Test func theLastValueIsAConstant() throws {
    let test = try TestSession("param x = 3")
    #expect(try test.number("x^2") == 9)
    #expect(try test.number("_ + 1") == 10)
    #expect(try test.shownGradient("_ * x") == [10])
    #expect(try test.numbers("[_, 1]") == [30, 1])
    #expect(try test.number("sum(_)") == 31)
  }
}
