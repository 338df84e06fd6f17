import Testing

@testable import LossKit

/// Derivatives inside derivatives: none takes another's perturbation for its own.
@Suite struct DerivativeNestingTests {
  /// Twelve ways to take one derivative, to be put into each other.
  private static func forms(_ e: String, _ x: String) -> [String] {
    [
      "grad(\(e), \(x))", "jac(\(e), \(x))", "jvp(\(e), \(x), 1)", "vjp(\(e), \(x), 1)",
      "diff(\(e), \(x))", "grad(\(x) -> \(e))(\(x))", "diff(\(x) -> \(e), 1)(\(x))",
      "slopes(\(e), \(x))[1]", "{ let t = \(x); grad((\(e)) at (\(x) = t), t) }",
      "sum(grad(\(e), \(x)) for _ in 0..<1)", "(\(x) -> grad(\(e), \(x)))(\(x))",
      "fold((a, b) -> jvp(\(e), \(x), b), 0, [1])",
    ]
  }

  /// x^3 y^2 at (1.5, -0.5), by each pair of forms in both orders.
  @Test func everyFormInsideEveryOther() throws {
    let test = try TestSession("param x = 1.5, y = -0.5")
    let e = "x^3 * y^2"
    let mixed = 6 * 1.5 * 1.5 * -0.5
    let twice = 6 * 1.5 * 0.25
    for inner in Self.forms(e, "y") {
      for outer in Self.forms(inner, "x") {
        #expect(abs(try test.number(outer) - mixed) <= 1e-12, "\(outer)")
      }
    }
    for inner in Self.forms(e, "x") {
      for outer in Self.forms(inner, "x") {
        #expect(abs(try test.number(outer) - twice) <= 1e-12, "\(outer)")
      }
    }
  }

  /// Order 8 of e^{2x} by nesting, in every form; the ninth is an error.
  @Test(arguments: 0..<12) func depthEight(_ form: Int) throws {
    let test = try TestSession("param x = 0.25")
    var e = "exp(2 * x)"
    for depth in 1...8 {
      e = Self.forms(e, "x")[form]
      let expected = Double(1 << depth) * 1.648_721_270_700_128
      #expect(abs(try test.number(e) - expected) <= 1e-11 * expected, "depth \(depth): \(e)")
    }
    let error = try test.error(Self.forms(e, "x")[form])
    #expect(error.message.contains("8"), "\(error.message)")
    #expect(try test.number("x") == 0.25)
  }

  @Test func depthIsCountedThroughFunctionsAndFormulas() throws {
    let test = try TestSession("param x = 2; let d0 = x^9")
    for order in 1...9 { try test.run("let d\(order) = grad(d\(order - 1), x)") }
    #expect(try test.numbers("[d8]") == [362_880 * 2])
    #expect(try test.error("[d9]").message.contains("8"))
    #expect(try test.number("d7") == 362_880 / 2 * 4)
    // A value that can be computed is shown, though its gradient would be of level 9.
    #expect(try test.number("d8") == 362_880 * 2)
    // Side by side is not inside.
    #expect(try test.numbers("[d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8]")[0] > 0)
    // `diff` of high order is one form.
    #expect(try test.number("diff(x^20, x, 20)") == 2_432_902_008_176_640_000)
    #expect(try test.number("grad(diff(x^20, x, 19), x)") == 2_432_902_008_176_640_000)
  }

  static let nested: [(String, Double)] = [
    ("grad(x -> x * grad(y -> x + y)(1))(1)", 1.0), ("grad(x -> x * grad(y -> x * y)(1))(3)", 6),
    ("grad(x -> x * grad(y -> y * y)(x))(3)", 12), ("grad(x -> grad(y -> x * y * y)(x))(3)", 12),
    ("grad(x -> grad(x -> x^3)(x) * x)(2)", 36), ("grad(x -> (grad(y -> x * y^2) )(2))(5)", 4),
    ("{ let mul(a) = b -> a * b; grad(a -> grad(mul(a))(7))(3) }", 1),
    ("{ let apply(f, x) = f(x); grad(x -> apply(grad(y -> x^2 * y), 1))(3) }", 6),
    ("grad(x -> fold((a, b) -> a + grad(y -> y * x * b)(a), x, [1, 2]))(3)", 4),
    ("grad(x -> sum(grad(y -> x * y^2 * i)(x) for i in 0..<3))(2)", 24),
    ("grad(x -> { let g = grad(y -> x * y); g(1) * g(2) })(3)", 6),
    ("grad(x -> diff(y -> x^2 * y^3, 2)(x))(2)", 6 * 3 * 4),
    ("diff(x -> grad(y -> x^2 * y^3)(x), 2)(2)", 3 * 12 * 4),
    ("diff(x -> diff(y -> exp(x * y), 2)(0), 2)(5)", 2),
    ("grad(x -> if grad(y -> x * y)(1) > 2 then x^2 else x)(3)", 6),
    ("grad(x -> max(x, grad(y -> x * y)(1)))(3)", 1),
    ("grad(x -> relu(x - 3) * grad(y -> relu(y - x))(x))(3)", 1),
    ("grad(x -> hess(y -> x * y^3)(x))(2)", 24), ("hess(x -> grad(y -> x * y^3)(x))(1)", 18),
    ("grad(x -> jac(y -> [x * y, y^2])(1)[0])(5)", 1),
    ("grad(x -> sum(jac(v -> v * x)([1, 2])))(3)", 2),
    ("grad(x -> norm(grad(v -> dot(v, v) * x)([3, 4])))(2)", 10),
    ("grad(x -> sum(map(y -> grad(z -> x * z * y)(1), [1, 2, 3])))(1)", 6),
  ]

  @Test(arguments: nested)
  func perturbationsAreKeptApart(_ e: String, _ expected: Double) throws {
    let found = try TestSession().number(e)
    #expect(abs(found - expected) <= 1e-12, "\(e): \(found), not \(expected)")
    // With params of the same names about, which the local ones hide.
    let beside = try TestSession("param x = 11, y = 12, a = 13, b = 14, v = [1, 2], z = 3").number(
      e)
    #expect(beside == found, "\(e) beside params: \(beside)")
  }

  // Functions that are made under a derivative and called outside of it, or the other way round.
  static let made: [(String, Double)] = [
    ("grad({ let f(y) = x * y; x * grad(f)(5) }, x)", 4.0),
    ("grad({ let f = y -> x * y^2; grad(f)(x) * x }, x)", 24),
    ("hess({ let f(y) = x^2 * y; grad(f)(1) * x }, x)", 12),
    ("grad({ let f(y) = x * y; let g = grad(f); g(2) + g(3) }, x)", 2),
    ("jvp({ let f(y) = x * y; hess(f)(1) + diff(f, 1)(1) * x }, x, 1)", 4),
    ("diff({ let f(y) = x * y^2; grad(f)(x) }, x, 2)", 4),
    ("grad(sum({ let f(y) = x * y * i; grad(f)(x) * x } for i in 0..<3), x)", 12),
  ]

  @Test(arguments: made)
  func functionsDoNotCarryPerturbationsOut(_ e: String, _ expected: Double) throws {
    let found = try TestSession("param x = 2").number(e)
    #expect(abs(found - expected) <= 1e-12, "\(e): \(found), not \(expected)")
  }
}
