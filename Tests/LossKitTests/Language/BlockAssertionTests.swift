import Testing

@testable import LossKit

/// `assert` inside a block.
@Suite struct BlockAssertionTests {
  @Test func oneThatHoldsChangesNothing() throws {
    let test = try TestSession(
      "param x = 3; let f(a) = { assert a > 0; let b = a^2; assert b > a; b }")
    #expect(try test.number("f(x)") == 9)
    #expect(try test.shownGradient("f(x)") == [6])
    #expect(try test.number("hess(f(x), x)") == 2)
    #expect(try test.number("diff(f(x), x, 2)") == 2)
    #expect(try test.numbers("[f(a) for a in 2...4]") == [4, 9, 16])
    #expect(try test.numbers("map(f, [2, 3])") == [4, 9])
  }

  @Test func aFailureHasItsPlaceItsMessageAndBothSides() throws {
    let test = try TestSession("let f(a) = { let b = 2 * a\nassert b < 3, \"b is too large\"\nb }")
    let error = try test.error("f(2)")
    #expect(error.message == "assertion failed: b is too large\n  b = 4")
    #expect((error.line, error.column, error.length) == (2, 8, 5))
    #expect(
      try test.error("{ assert 1 + 1 == 3; 0 }").message
        == "assertion failed: 1 + 1 == 3\n  1 + 1 = 2")
    #expect(
      try test.error("{ assert [1, 2] ~= [1, 3] within 0.5; 0 }").message.hasSuffix(
        "false at [1]\n  within 0.5"))
    #expect(
      try test.error("{ assert 2; 0 }").message
        == "what is asserted must be true or false, not a number")
  }

  @Test func theyAreEvaluatedInOrder() throws {
    let test = try TestSession(
      "let f(a) = { assert a > 0, \"first\"; let b = log(a); assert b > 0, \"second\"; b }")
    #expect(try test.error("f(-1)").message.contains("first"))
    #expect(try test.error("f(0.5)").message.contains("second"))
    #expect(try test.error("{ assert q > 0; let q = 1; q }").message.contains("'q'"))
  }

  /// All lanes count; the error is that of the first element that fails.
  @Test func lanes() throws {
    let test = try TestSession(
      "param v = [1, 2, 3, 4]; let f(a) = { assert a < 3, \"small\"; a }; let g(a, b) = f(a * b)")
    for text in [
      "sum(f(a) for a in v)", "map(f, v)", "sum(grad(f(a), a) for a in v)",
      "sum(sum(f(a + b) for b in [0, 0]) for a in v)", "grad(sum(f(a) for a in v), v)",
    ] {
      #expect(try test.error(text).message == "assertion failed: small\n  a = 3", "\(text)")
    }
    #expect(try test.number("sum(f(a) for a in v if a < 3)") == 3)
    #expect(try test.number("sum((if a < 3 then f(a) else 0) for a in v)") == 3)
    #expect(try test.number("sum(1 for a in v if a >= 3 or f(a) > 0)") == 4)
    // A mask: all of it.
    #expect(try test.error("{ assert v < 4; 1 }").message.contains("false at [3]"))
    #expect(try test.number("sum({ assert a + [0, 1] < 9; a } for a in v)") == 10)
  }

  @Test func byValueAlone() throws {
    let test = try TestSession(
      "param x = 0, y = 1; let f(a) = { assert relu(a) <= abs(a) and y > 0; a^2 }")
    #expect(try test.notes("f(x)").isEmpty)
    // What only an assertion names is no dependency: y has no gradient.
    #expect(try test.shownGradient("f(x)") == [0])
    #expect(try test.number("kinks(f(x))") == 0)
    // Nothing in it is smoothed.
    let soft = try test.number("smooth({ assert max(x, 0) == 0; relu(x) }, k = 2)")
    #expect(try test.number("softplus(x, 2)") == soft)
    #expect(
      try test.error("smooth({ assert max(x, 0) > 0; relu(x) })").message.contains("max(x, 0) = 0"))
  }

  @Test func whatAnAssertionNamesIsFollowed() throws {
    let test = try TestSession("param a = 1, b = 2; let f = { assert a > 0; b }")
    #expect(try test.number("f at (a = 3)") == 2)
    #expect(try test.error("f at (a = -1)").message.contains("a > 0"))
    try test.run("a = -2")
    #expect(try test.error("f").message.contains("a = -2"))
  }

  @Test func checksGiveTheError() throws {
    let test = try TestSession("let f(a) = { assert a < 2, \"too large\"; a }")
    let error = try test.error("check f(a) == a over (a in 0.0...3.0)")
    #expect(error.message.contains("too large"))
    #expect(try test.text("check f(a) == a over (a in 0.0...1.0)").contains("holds"))
  }

  @Test func embeddedLossesHaveThem() throws {
    let model = try LossModel(
      source: "param s = [0.5, 1]; let l = { assert s > 0, \"s is positive\"; sum(log(s)) }")
    let l = try model.function("l", of: ["s"])
    #expect(try l.valueWithGradient(at: [1, 2]).gradient == [1, 0.5])
    do {
      _ = try l.value(at: [1, -1])
      Issue.record("no error")
    } catch {
      #expect(error.message.contains("s is positive"))
      #expect(error.message.contains("s = [1, -1]"))
    }
  }
}
