import Testing

@testable import LossKit

/// `grad` and its kin by every kind of name, of every kind of expression.
@Suite struct DerivativeFormTests {
  static let inputs = """
    param x = 2, v = [1, 2, 3], M = [[1, 2], [3, 4]]
    data d = 5
    let f = x^2 * sum(v)
    let g(t, k = 2) = t^k * x

    """

  static let forms: [(String, [Double])] = [
    ("grad(f, x)", [24.0]), ("grad(f, v)", [4, 4, 4]), ("grad(f, (x, v))", [24, 4, 4, 4]),
    ("grad(f)", [24, 4, 4, 4]), ("grad(f).v", [4, 4, 4]), ("grad(f)[\"x\"]", [24]),
    ("grad(f^2, f)", [48]),
    ("grad(d * x, x)", [5]), ("grad(3, x)", [0]), ("grad(sum(v), M)", [0, 0, 0, 0]),
    ("grad(g(x), x)", [12]), ("grad(g)(3)", [12]), ("grad(g)(3, k = 3)", [54]),
    ("grad(g)(3, 1)", [2]), ("grad(t -> g(t) * t)(1)", [6]),
    ("{ let a = x^3; grad(a * x, a) }", [2]), ("{ let a = x^3; grad(a * x, x) }", [32]),
    ("{ let a = x^3; let b = a^2; grad(b, a) }", [16]),
    ("sum(grad(f * i, x) for i in 0..<3)", [72]),
    ("(a -> grad(a^2 * x, a))(5)", [20]), ("(a -> grad(a^2 * x, x))(5)", [25]),
    ("∇f.x", [24]), ("∇g(3)", [12]), ("∇(x^2)", [4]), ("grad(f, x) at (x = 1)", [12]),
    ("jac(v^2, v)", [2, 0, 0, 0, 4, 0, 0, 0, 6]), ("jac(v * x, x)", [1, 2, 3]),
    ("jac(x, v)", [0, 0, 0]), ("jac(v * x, (x, v)).x", [1, 2, 3]),
    ("jac(M.T, M)[0, 1]", [0, 0, 1, 0]),
    ("shape(jac(M @ M, M))", [2, 2, 2, 2]), ("jac(a -> a^2)(v)", [2, 0, 0, 0, 4, 0, 0, 0, 6]),
    ("hess(f, x)", [12]), ("hess(f, x, v)", [4, 4, 4]), ("hess(f, v, x)", [4, 4, 4]),
    ("hess(f).x.v", [4, 4, 4]), ("hess(f).v.v", Array(repeating: 0, count: 9)),
    ("shape(hess(sum(M^2), M))", [2, 2, 2, 2]), ("hess(a -> prod(a))([2, 3])", [0, 1, 1, 0]),
    ("jvp(v^2, v, [1, 0, -1])", [2, 0, -6]), ("jvp(f, x, 2)", [48]),
    ("jvp(M @ M, M, M)", [14, 20, 30, 44]),
    ("vjp(v^2, v, [1, 1, 2])", [2, 4, 12]), ("vjp(f, v, 3)", [12, 12, 12]),
    ("vjp(M @ M, M, M)", [15, 25, 25, 45]), ("hvp(sum(v^3), v, [1, 1, 0])", [6, 12, 0]),
    ("hvp(f, x, 2)", [24]), ("diff(f, x)", [24]), ("diff(f, x, 2)", [12]), ("diff(f, x, 0)", [24]),
    ("diff(v * x^3, x, 2)", [12, 24, 36]), ("diff(exp, 9)(0)", [1]),
    ("diff(t -> t^5, 5)(1)", [120]),
    ("diff(t -> t^5)(1)", [5]), ("slopes(abs(x - 2), x)", [-1, 1]),
    ("slopes(t -> abs(t))(0)", [-1, 1]),
    ("kinks(abs(x - 2) + max(v))", [1]), ("kinks(max(x, x))", [0]),
    ("kinks(relu(M - 1) @ relu(v[..<2] - 2))", [2]),
    ("grad(stop(x) * x, x)", [2]), ("grad(x^2 + stop(x^2), x)", [4]),
    ("grad(len(v) * x + sum(shape(M)), x)", [3]),
    ("grad(norm(grad(f, v)), x)", [4 * 3.0.squareRoot()]),
    ("x - grad(f, x) / hess(f, x)", [0]), ("grad(grad(f, x), x)", [12]),
    ("sum(jac(grad(f, v), x))", [12]),
  ]

  @Test(arguments: forms)
  func formsGive(_ e: String, _ expected: [Double]) throws {
    let found = try TestSession(Self.inputs).numbers(e)
    #expect(distance(found, expected) <= 1e-12, "\(e): \(found), not \(expected)")
  }

  static let mistakes: [(String, String)] = [
    ("grad(v, v)", "one number"), ("grad(x, v[0])", "v[0]"), ("grad(x, 2)", "2"), ("grad(d)", "d"),
    ("grad(x, d)", "data"), ("grad(x, nope)", "nope"), ("grad()", "grad"),
    ("grad(x, x, x, x)", "grad"),
    ("jvp(v, v, 1)", "shape"), ("jvp(v, v)", "jvp"), ("vjp(v, v, [1, 2])", "shape"),
    ("hess(v, v)", "number"),
    ("hess(x, (x, v))", "(x, v)"), ("jvp(x, (x, v), 1)", "(x, v)"), ("diff(x, v)", "v"),
    ("diff(x, x, -1)", "-1"),
    ("diff(x, x, 171)", "171"), ("diff(x, x, 1.5)", "1.5"), ("diff(x, x, nan)", "nan"),
    ("slopes(v, x)", "number"),
    ("slopes(x, v)", "number"), ("grad(\"a\", x)", "text"), ("grad(f)(1)(2)", "record"),
    ("grad(g)()", "x"), ("grad(g)(\"a\")", "text"),
    ("grad(x -> v)(1)", "number"), ("jvp(g, x, 1)", "function"), ("vjp(g, x, 1)", "function"),
    ("grad(x, x = 1)", "names"),
    ("hvp(v, v, v)", "number"), ("kinks()", "kinks"), ("grad(f, x at (x = 3))", "none"),
    ("map(grad, v)", "grad"),
  ]

  @Test(arguments: mistakes)
  func mistakesAreExplained(_ e: String, _ part: String) throws {
    let test = try TestSession(Self.inputs)
    let error = try test.error(e)
    #expect(error.message.contains(part), "\(e): \(error.message)")
    #expect(try test.number("f") == 24)
  }

  @Test func theShownGradientIsJointInTheOrderOfDeclaration() throws {
    let test = try TestSession("param b = 1, a = 2; let f = a^2 * b")
    #expect(try test.text("f") == "4        ∂b = 4   ∂a = 4")
    #expect(try test.shownGradient("a * b + 0 * f") == [2, 1])
    // Its own text asks for a derivative: none is shown. A formula's does not count.
    #expect(try test.shownGradient("grad(f, a)").isEmpty)
    #expect(try test.shownGradient("1 + jvp(f, a, 1)").isEmpty)
    #expect(try test.shownGradient("let g = grad(f, a); g") == [4, 2])
  }

  static let dependences: [(String, Bool)] = [
    ("len(v) + 0", false), ("stop(x)", false), ("v[round(x)] * 1", true),
    ("[1, 2, 3, 4][x]", false),
    ("sum(1 for _ in 0..<x)", false), ("floor(x)", false), ("x at (x = 3)", true),
    ("(x at (x = d))", true), ("d", false), ("if x > 0 then 1 else 2", true),
    ("shape(v)[0]", false),
    ("argmax(v)", false), ("g(1)", true), ("grad(g)(1)", false),
  ]

  @Test(arguments: dependences)
  func whatCountsAsDependence(_ e: String, _ depends: Bool) throws {
    let test = try TestSession(Self.inputs)
    #expect(try test.shownGradient(e).isEmpty != depends, "\(e)")
  }
}
