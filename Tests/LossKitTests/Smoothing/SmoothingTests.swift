import Testing

@testable import LossKit

/// What `smooth` reaches and what it leaves, and its derivatives.
@Suite struct SmoothingTests {
  /// Two texts of one value and of one shown gradient.
  struct Pair: Sendable, CustomTestStringConvertible {
    let smooth: String
    let same: String
    var testDescription: String { smooth }
    init(_ smooth: String, _ same: String) {
      self.smooth = smooth
      self.same = same
    }
  }

  static let inputs = """
    param s = [2, 1, 0.1], x = 0.5, k = 2, A = [[1, 3], [2, 0]]
    data y = 0, label = [0, 1, 1]
    let margin = max(s[j] for j in 0..<len(s) if j != y) - s[y]
    let hinge = relu(margin)
    let f(v) = max(v) + relu(v[0])
    let twice(g, v) = g(g(v))
    let chosen(t, y) = if y == 1 then relu(t) else relu(-t)
    """

  static let reach = [
    // Formulas, functions, blocks, comprehensions, functions of functions.
    Pair("smooth(hinge, k)", "softplus(lse(s[1], s[2], k = k) - s[0], k)"),
    Pair("smooth(hinge)", "softplus(lse(s[1], s[2]) - s[0])"),
    Pair("smooth(f(s), k)", "lse(s, k = k) + softplus(s[0], k)"),
    Pair("smooth(twice(relu, x), k)", "softplus(softplus(x, k), k)"),
    Pair(
      "smooth({ let m = max(s); let g(t) = abs(t - m); g(x) }, k)",
      "smoothabs(x - lse(s, k = k), k)"),
    Pair("smooth(sum(relu(t - x) for t in s), k)", "sum(softplus(t - x, k) for t in s)"),
    Pair(
      "smooth(sum(max(s[i], A[i, j]) for i in 0..<2, j in 0..<2), k)",
      "sum(lse(s[i], A[i, j], k = k) for i in 0..<2, j in 0..<2)"),
    Pair("smooth(sum(map(abs, s)), k)", "sum(smoothabs(s, k))"),
    Pair(
      "smooth(fold((a, b) -> max(a, b), x, s), k)",
      "lse(lse(lse(x, s[0], k = k), s[1], k = k), s[2], k = k)"),
    Pair("smooth(sum(max(A, axis = 0)), k)", "sum(lse(A, axis = 0, k = k))"),
    Pair(
      "smooth(sum(max(A, axis = 1, keep = true) * A), k)",
      "sum(lse(A, axis = 1, keep = true, k = k) * A)"),
    Pair("smooth(x -> relu(x), k)(x)", "softplus(x, k)"),
    Pair("smooth(relu, k)(x)", "softplus(x, k)"),
    Pair("smooth(f, k)(s)", "lse(s, k = k) + softplus(s[0], k)"),
    Pair("smooth((a, b) -> max(a, b), k)(x, 1)", "lse(x, 1, k = k)"),
    Pair("smooth(if y == 0 then hinge else 7, k)", "softplus(lse(s[1], s[2], k = k) - s[0], k)"),
    Pair(
      "smooth(sum(chosen(s[i], label[i]) for i in 0..<3), k)",
      "softplus(-s[0], k) + softplus(s[1], k) + softplus(s[2], k)"),
    Pair("smooth(sum(where(label == 1, relu(s), 0)), k)", "softplus(s[1], k) + softplus(s[2], k)"),
    Pair(
      "smooth(hinge at (s = [x, 1, 0]), k)",
      "softplus(lse(1, 0, k = k) - x, k) + 0 * sum(s)"),
    // What is smooth already stays.
    Pair("smooth(lse(s) + softplus(x) + norm(s), k)", "lse(s) + softplus(x) + norm(s) + 0 * k"),
  ]

  static let limits = [
    // Not into an index, a range, a shape, a filter, `hard`.
    Pair("smooth(s[argmax(s)] + relu(x), k)", "s[0] + softplus(x, k)"),
    Pair("smooth(sum(s[i] for i in 0..<max(1, 2)) + relu(x), k)", "s[0] + s[1] + softplus(x, k)"),
    Pair(
      "smooth(sum(relu(t) for t in s if relu(t) > 0.5), k)", "softplus(s[0], k) + softplus(s[1], k)"
    ),
    Pair("smooth(sum(s[s > 0.5]), k)", "s[0] + s[1] + 0 * k"),
    Pair("smooth(hard(max(s)) + relu(x), k)", "s[0] + softplus(x, k)"),
    Pair("smooth(hard(hinge) + hinge, k)", "hinge + softplus(lse(s[1], s[2], k = k) - s[0], k)"),
    Pair("smooth(hard(f)(s) + hard(relu)(x), k)", "f(s) + relu(x) + 0 * k"),
    Pair("smooth(sum(map(hard(abs), s)), k)", "sum(s) + 0 * k"),
    // An inner one holds inside.
    Pair("smooth(relu(x) + smooth(relu(x), 7), k)", "softplus(x, k) + softplus(x, 7)"),
    Pair("smooth(smooth(max(s), 1), k) + 0 * k", "lse(s) + 0 * k"),
    Pair("smooth(hard(smooth(max(s), k)), 7)", "lse(s, k = k)"),
    Pair("smooth(smooth(relu, 3)(x) + relu(x), k)", "softplus(x, 3) + softplus(x, k)"),
    // A formula has its own value in each frame.
    Pair(
      "hinge + smooth(hinge, 1) + smooth(hinge, k) + hinge",
      "2 * hinge + softplus(lse(s[1], s[2]) - s[0]) + softplus(lse(s[1], s[2], k = k) - s[0], k)"),
  ]

  @Test(arguments: reach + limits)
  func isTheSameAs(_ pair: Pair) throws {
    let test = try TestSession(Self.inputs)
    let found = try test.numbers("[\(pair.smooth)]") + test.shownGradient(pair.smooth)
    let expected = try test.numbers("[\(pair.same)]") + test.shownGradient(pair.same)
    #expect(found.count == expected.count, "\(found), not \(expected)")
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) <= 1e-14 * max(abs(expected), 1), "\(found), not \(expected)")
    }
  }

  /// Derivatives of smoothed expressions, and smoothed derivatives.
  @Test(arguments: [
    Pair("grad(smooth(hinge, k), s)", "grad(softplus(lse(s[1], s[2], k = k) - s[0], k), s)"),
    Pair("grad(smooth(hinge, k), k)", "grad(softplus(lse(s[1], s[2], k = k) - s[0], k), k)"),
    Pair(
      "hess(smooth(max(s), k = 4), s)",
      "4 * (diag(softmax(s, 4)) - outer(softmax(s, 4), softmax(s, 4)))"),
    Pair("hess(smooth(max(s), k), s, k)", "jac(softmax(s, k), k)"),
    Pair("diff(smooth(relu(x), k), x, 4)", "diff(softplus(x, k), x, 4)"),
    Pair("diff(smooth(relu, 2), 3)(0.3)", "diff(t -> softplus(t, 2), 3)(0.3)"),
    Pair("jvp(smooth(max(s), k), s, [1, 2, 3])", "dot(softmax(s, k), [1, 2, 3])"),
    Pair("grad(smooth(f, 3))(s)", "grad(smooth(f(s), 3), s)"),
    // The derivative of a smoothed function, whichever stands outside.
    Pair("smooth(grad(max(s), s), k)", "softmax(s, k)"),
    Pair("smooth(grad(f), k)(s)", "grad(smooth(f, k))(s)"),
    Pair("smooth(grad(max(s), s)[0] * relu(x), k)", "softmax(s, k)[0] * softplus(x, k)"),
    // At corners of the hard expression there is none.
    Pair("[kinks(smooth(max(s - s), k))]", "[0]"),
    Pair("slopes(smooth(abs(x - x), k), x)", "[0, 0]"),
    Pair("jac(smooth(hardmax(s), k), s)", "jac(softmax(s, k), s)"),
    Pair("grad(smooth(argmax(s), k), s)", "grad(dot(softmax(s, k), [0, 1, 2]), s)"),
    Pair("grad(smooth(step(x), k)).x", "grad(sigmoid(x, k), x)"),
  ])
  func hasTheDerivative(_ pair: Pair) throws {
    let test = try TestSession(Self.inputs)
    let found = try test.numbers(pair.smooth)
    let expected = try test.numbers(pair.same)
    #expect(!found.isEmpty && found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) <= 1e-13 * max(abs(expected), 1), "\(found), not \(expected)")
    }
  }

  /// Every family to the second order and by k, against differences of its gradients.
  @Test(arguments: SmoothFamily.allCases)
  func secondDerivatives(_ family: SmoothFamily) throws {
    let test = try TestSession(
      """
      param v = [0.5, 0.625, 0.25], k = 2
      let M = smooth(max(v), k, "\(family.rawValue)")
      """)
    let h = 0x1p-14
    for i in 0..<4 {
      func gradient(_ step: Double) throws -> [Double] {
        let place =
          i < 3 ? "v = v + \(literal(step)) * onehot(\(i), 3)" : "k = k + \(literal(step))"
        return try test.numbers("grad(M) at (\(place))")
      }
      let (above, below) = (try gradient(h), try gradient(-h))
      let row =
        i < 3
        ? "concat(hess(M, v)[\(i)], [hess(M, v, k)[\(i)]])" : "concat(hess(M, k, v), [hess(M, k)])"
      let exact = try test.numbers(row)
      #expect(exact.count == 4)
      for j in 0..<4 {
        let difference = (above[j] - below[j]) / (2 * h)
        #expect(
          abs(exact[j] - difference) <= 1e-6, "\(family), \(i), \(j): \(exact[j]), \(difference)")
      }
    }
  }

  @Test func reachesIntoFiles() throws {
    let file = "param w = 0.5\nlet part(x) = relu(x)\nlet whole = part(w) + max(w, 1)\n"
    let test = TestSession(files: ["parts.loss": file])
    try test.run("import \"parts.loss\"; import losses; param s = [2, 1, 0.1]")
    #expect(
      try test.number("smooth(whole, 3)") == test.number("softplus(w, 3) + lse(w, 1, k = 3)"))
    #expect(try test.number("smooth(part, 3)(2)") == test.number("softplus(2, 3)"))
    #expect(
      try test.number("smooth(crammer_singer(s, 0), 3)")
        == test.number("crammer_singer_smooth(s, 0, k = 3)"))
  }

  @Test(arguments: [
    ("sort(s)[0]", "sort of something that varies"), ("floor(x)", "floor of something that varies"),
    ("ceil(x)", "ceil"), ("round(x)", "round"), ("median(s)", "median"),
    ("quantile(s, 0.5)", "quantile"), ("topk(s, 1)[0]", "topk"), ("argsort(s)[0]", "argsort"),
    ("if x > 0 then x else 0", "a comparison"), ("sum(where(s > 0, s, 0))", "a comparison"),
    ("(t -> if t > 0 then t else 0)(x)", "a comparison"),
    ("{ let t = 2 * x; if t > 0 then t else 0 }", "a comparison"),
    ("step(x) > 0.5", "a comparison"), ("hinge == 0", "a comparison"),
    ("sum(floor(t) for t in s)", "floor"),
  ])
  func isRefused(_ e: String, _ message: String) throws {
    let test = try TestSession(Self.inputs)
    let error = try test.error("smooth(\(e), 2)")
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.message.contains("no smooth counterpart"))
    let hint = error.rendered().plain
    #expect(hint.contains("hard(…)"))
    #expect(hint.contains("step(a - b)") == (message == "a comparison"))
  }

  /// The same operations of what does not vary.
  @Test(arguments: [
    "sort([2, 1])[0] * x", "floor(2.5) * x", "(if y > 0 then 1 else 2) * x",
    "sum(where(label > 0, s, 0))", "median([1, 2, 3]) * x", "{ let t = 2; if t > 1 then x else 0 }",
    "(t -> if t > 1 then 2 else 0)(3) * x", "hard(floor(x)) * x", "hard(if x > 0 then x else 0)",
    "sum(s[argsort(s)])", "sum(t for t in s if t > 0)", "if len(s) > 2 then x else 0",
  ])
  func isAllowed(_ e: String) throws {
    let test = try TestSession(Self.inputs)
    #expect(try test.number("smooth(\(e), 2)") == test.number(e))
  }

  @Test(arguments: [
    ("smooth(x, 0)", "positive"), ("smooth(x, -1)", "positive"), ("smooth(x, nan)", "positive"),
    ("smooth(x, [1, 2])", "one number"), ("smooth(x, \"lse\")", "k"), ("smooth()", "needs"),
    ("smooth(x, k = 1, k = 2)", "twice"), ("smooth(x, sharpness = 2)", "sharpness"),
    ("smooth(x, 1, 2)", "family"), ("hard()", "needs"), ("hard(x, 1)", "1 argument"),
    ("smoothmax([1, 2], 0)", "positive"),
  ])
  func argumentsAreChecked(_ e: String, _ message: String) throws {
    let error = try TestSession(Self.inputs).error(e)
    #expect(error.message.contains(message), "\(error.message)")
  }

  /// `check` and `table` draw the sharpness like any other name.
  @Test func sharpnessIsAnOrdinaryInput() throws {
    let test = try TestSession(Self.inputs)
    #expect(
      try test.text("check smooth(hinge, k) >= hinge over (s = 3 * randn(3), k in 1...8)")
        .contains("holds at 1000"))
    #expect(
      try test.text(
        "check smooth(max(s), k) <= max(s) + log(3) / k over (s = randn(3), k in 1...8)"
      )
      .contains("holds at 1000"))
    let error = try test.error("check smooth(hinge, k) <= hinge over (s = randn(3), k in 1...8)")
    #expect(error.message.contains("does not hold"))
    // Drawn without an interval it is below 0 now and then, and no sharpness.
    let drawn = try test.error("check smooth(hinge, k) <= hinge")
    #expect(drawn.message.hasPrefix("smooth: 'k' must be a positive number\n  at s = "))
    #expect(try test.text("table smooth(hinge, k) for k in [1, 2]").contains("0.4170300162778"))
  }
}
