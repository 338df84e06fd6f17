import Testing

@testable import LossKit

/// Where other systems go wrong: each case by its name.
@Suite struct PitfallTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// The last line shows a number or an array.
    let script: String
    let expected: [Double]
    /// Under the symmetric rule, where that is something else.
    var symmetric: [Double]?
    var tolerance = 0.0
    var testDescription: String { name }
  }

  @Test(arguments: corners + masks + logSumExp + softplus + nesting + others)
  func isRight(_ pitfall: Case) throws {
    for rule in CornerRule.allCases {
      let test = TestSession()
      test.session.corners = rule
      let found = try test.numbers(pitfall.script)
      let expected =
        rule == .symmetric ? pitfall.symmetric ?? pitfall.expected : pitfall.expected
      #expect(
        distance(found, expected) <= pitfall.tolerance,
        "\(pitfall.name), \(rule): \(found), not \(expected)")
    }
  }

  @Test func casesHaveNamesOfTheirOwn() {
    let all =
      Self.corners + Self.masks + Self.logSumExp + Self.softplus + Self.nesting + Self.others
    #expect(Set(all.map(\.name)).count == all.count)
  }

  /// Sums that are equal to `x` or to 0, in which a fixed slope for each corner gives something
  /// else; and single corners, where any element of Clarke's set would be right and ours is that of
  /// Khan and Barton.
  static let corners = [
    corner("maximum of two equal numbers", "max(a, b)", [1, 0], symmetric: [0.5, 0.5]),
    corner("max of three equal, reduced", "max([a, b, c])", [1, 0, 0], symmetric: thirds),
    corner("max of max at the same point", "max(max(a, b), c)", [1, 0, 0], symmetric: thirds),
    corner("relu at 0", "relu(x)", [1], symmetric: [0.5]),
    corner("max(x, 0) at 0", "max(x, 0)", [1], symmetric: [0.5]),
    corner("max(0, x) at 0", "max(0, x)", [1], symmetric: [0.5]),
    corner("abs at 0", "abs(x)", [1], symmetric: [0]),
    corner("relu(x) - relu(-x) is x", "relu(x) - relu(-x)", [1]),
    corner("max(x, 0) - max(-x, 0) is x", "max(x, 0) - max(-x, 0)", [1]),
    corner("max(x, -x) - abs(x) + x is x", "max(x, -x) - abs(x) + x", [1]),
    corner("abs(x) - relu(x) - relu(-x) is 0", "abs(x) - relu(x) - relu(-x)", [0]),
    corner("max(max(x, 0), 0) - max(x, 0) is 0", "max(max(x, 0), 0) - max(x, 0)", [0]),
    corner("relu(-t) + t is relu(t)", "relu(-x) + x", [1], symmetric: [0.5]),
    corner("mean of two forms of relu", "(relu(x) + relu(-x) + x) / 2", [1], symmetric: [0.5]),
    corner(
      "relu(x) - relu(x)/2 - abs(x)/2 stays within [0, 1/2]",
      "relu(x) - 0.5 * relu(x) - 0.5 * abs(x)", [0], symmetric: [0.25]),
    corner(
      "max(x, max(x, 0) + x^2) - max(x, 0) is x^2", "max(x, max(x, 0) + x^2) - max(x, 0)", [0]),
    corner(
      "Khan and Barton, example 6.2", "max(min(x, -y), y - x)", [0, -1],
      symmetric: [-0.25, 0.25]),
    corner(
      "four equal by max-pooling", "max(reshape([a, b, c, d], 2, 2))", [1, 0, 0, 0],
      symmetric: [0.25, 0.25, 0.25, 0.25]),
    corner("a subnormal is no tie", "max(x + 5e-324, 0)", [1]),
    Case(
      name: "equal formulas have equal derivatives at a tie",
      script: "param v = [1, 1]; grad(max(v), v) - grad(v[argmax(v)], v)", expected: [0, 0],
      // argmax goes by value alone.
      symmetric: [-0.5, 0.5]),
    Case(
      name: "Hessian of abs(-x^2)", script: "param x = 1; hess(abs(-x^2), x)", expected: [2]),
    Case(
      name: "Hessian of abs(-x^2) at 0", script: "param x = 0; hess(abs(-x^2), x)", expected: [2]),
    Case(
      name: "abs at minus zero", script: "param x = -0; [abs(x), grad(abs(x), x)]",
      expected: [0, 1], symmetric: [0, 0]),
    Case(
      name: "equal formulas of a tie agree, however they are written",
      script: "param a = 1, b = 1; grad(max(a, b) - max([a, b]) + max(b, a) + min(-a, -b), (a, b))",
      expected: [0, 0]),
    Case(
      name: "a tie by rounding is a tie", script: "param x = 1; grad(max(x + 1e-17, 1), x)",
      expected: [1], symmetric: [0.5]),
    Case(
      name: "second derivative of relu at 0", script: "param x = 0; hess(relu(x), x)", expected: [0]
    ),
    Case(
      name: "max of a number and -inf",
      script: "param x = -1; grad(max(log(x + 1), x, 0), x)", expected: [0]),
    Case(
      name: "one-sided slopes contain every subgradient",
      script: "param x = 0; concat(slopes(abs(x), x), slopes(relu(x), x))", expected: [-1, 1, 0, 1]),
  ]

  private static let thirds = [1.0 / 3, 1.0 / 3, 1.0 / 3]

  private static func corner(
    _ name: String, _ e: String, _ gradient: [Double], symmetric: [Double]? = nil
  ) -> Case {
    let all =
      e.contains("x") && !e.hasPrefix("max([") && !e.contains("a, b")
      ? ["x", "y"] : ["a", "b", "c", "d"]
    let names = all.prefix(gradient.count)
    return Case(
      name: name,
      script: "param \(names.map { "\($0) = 0" }.joined(separator: ", ")); grad(\(e))",
      expected: gradient, symmetric: symmetric, tolerance: 1e-16)
  }

  static let masks = [
    Case(
      name: "where hides an infinite slope",
      script: "param x = 0; grad(where([x > 0], sqrt(x), 0)[0], x)", expected: [0]),
    Case(
      name: "where of numbers hides an infinite slope",
      script: "param x = 0; grad(where(x > 0, sqrt(x), 0), x)", expected: [0]),
    Case(
      name: "where hides nan in both branches' derivatives",
      script: "param x = [-1, 0, 4]; grad(sum(where(x > 0, log(x) + sqrt(x), 0)), x)",
      expected: [0, 0, 0.5]),
    Case(
      name: "where at the second order",
      script: "param x = [0, 4]; hess(sum(where(x > 0, sqrt(x), 0)), x)",
      expected: [0, 0, 0, -1 / 32.0]),
    Case(
      name: "where in a Jacobian",
      script: "param x = [0, 1]; jac(where(x > 0, x / x, 0), x)", expected: [0, 0, 0, 0]),
    Case(
      name: "if takes the branch alone",
      script: "param x = 0; grad(if x > 0 then sqrt(x) else 0 * x, x)", expected: [0]),
    Case(
      name: "norm at 0", script: "param v = [0, 0]; grad(norm(v), v)", expected: [1, 0],
      symmetric: [0, 0]),
    Case(
      name: "a masked element does not spoil a sum",
      script: "param v = [0, 1]; grad(sum(v[v > 0]^0.5), v)", expected: [0, 0.5]),
    Case(
      name: "0 log 0", script: "param x = 0; [xlogy(0, x), grad(xlogy(0, x), x)]", expected: [0, 0]),
    Case(
      name: "entropy with a zero",
      script: "param p = [0, 0.5, 0.5]; -sum(xlogy(p, p))", expected: [0.6931471805599453]),
  ]

  static let logSumExp = [
    Case(
      name: "lse of all -inf has gradient 0",
      script: "param v = [-inf, -inf]; grad(lse(v), v)", expected: [0, 0]),
    Case(name: "lse of all -inf", script: "lse([-inf, -inf])", expected: [-.infinity]),
    Case(
      name: "a masked entry has gradient 0",
      script: "param v = [0, -inf, 0]; grad(lse(v), v)", expected: [0.5, 0, 0.5]),
    Case(
      name: "logaddexp, lse and softmax agree at infinities",
      script: "[logaddexp(-inf, -inf), lse(-inf, -inf), lse([-inf, 3]), logaddexp(-inf, 3), "
        + "softmax([-inf, 3])[1], lse([inf, 0]), logaddexp(inf, 0)]",
      expected: [-.infinity, -.infinity, 3, 3, 1, .infinity, .infinity]),
    Case(
      name: "gradient of logaddexp at -inf",
      script: "param a = -inf, b = -inf; grad(logaddexp(a, b), (a, b))", expected: [0, 0]),
    Case(
      name: "lse lies within max and max + ln n",
      script: "lse([1e308, 1e308])", expected: [1e308]),
    Case(
      // ln(e^a + e^b) of these two doubles, by 60 digits.
      name: "lse near zero", script: "lse(-0.775, -0.6175)", expected: [-5.237847950087536e-06],
      tolerance: 2e-21),
    Case(name: "lse shifts by the largest", script: "lse([-1e300, 0, 1e300])", expected: [1e300]),
    Case(
      name: "softmax of masked entries", script: "softmax([-inf, 0, -inf])", expected: [0, 1, 0]),
    Case(
      name: "the gradient of lse sums to 1",
      script: "param v = [0.1, 0.7, -2, 30, 29.5]; sum(grad(lse(v), v))", expected: [1],
      tolerance: 2.3e-16),
    Case(
      name: "a mixture of softmaxes has a stable form",
      script: "lse([logsoftmax([0, 800])[0], logsoftmax([0, 900])[0]] + log(0.5))",
      expected: [-800.6931471805599], tolerance: 1.2e-13),
    Case(
      name: "a weighted lse", script: "lse([0, 0] + log([0.25, 0.75]))", expected: [0],
      tolerance: 2e-16),
    Case(
      name: "logsoftmax of a far entry has a gradient",
      script: "param v = [0, -800]; grad(logsoftmax(v)[1], v)", expected: [-1, 1]),
    Case(
      name: "temperature", script: "param k = 2; grad(lse([1, 3], k = k), k)",
      // -H/4 with H the entropy of (σ(-4), σ(4)).
      expected: [-0.02252369194154399], tolerance: 1e-17),
    Case(
      name: "the gradient of cross entropy at the label is minus the other weights",
      script: "param s = [50, 0, 0]; grad(cross_entropy(s, 0), s)[0]",
      expected: [-3.8574996959278356e-22], tolerance: 1e-36),
  ]

  static let softplus = [
    Case(name: "softplus'(0)", script: "param x = 0; grad(softplus(x), x)", expected: [0.5]),
    Case(
      name: "softplus''(0) is positive", script: "param x = 0; hess(softplus(x), x)",
      expected: [0.25]),
    Case(
      name: "softplus''(40)", script: "param x = 40; hess(softplus(x), x)",
      expected: [4.248354255291589e-18], tolerance: 1e-33),
    Case(
      name: "softplus beyond 20 keeps its tail", script: "softplus(20) - 20",
      expected: [2.061153620314381e-9], tolerance: 4e-15),
    Case(
      name: "the tail of the gradient", script: "param x = -700; grad(softplus(x), x)",
      expected: [9.859676543759770e-305], tolerance: 1e-307),
    Case(
      name: "finite where the model is most wrong",
      script: "param x = 1e308; concat([softplus(x)], [grad(softplus(x), x)])",
      expected: [1e308, 1]),
    Case(
      name: "large sharpness",
      script: "param x = 1e-3; concat([softplus(x, 1e6)], [grad(softplus(x, 1e6), x)])",
      expected: [1e-3, 1]),
  ]

  static let nesting = [
    Case(
      name: "perturbation confusion, sum",
      script: "grad(x -> x * grad(y -> x + y)(1))(1)", expected: [1]),
    Case(
      name: "perturbation confusion, product",
      script: "grad(x -> x * grad(y -> x * y)(1))(3)", expected: [6]),
    Case(
      name: "a closure that captures the outer variable",
      script: "param x = 2; grad({ let f(y) = x * y; x * grad(f)(5) }, x)", expected: [4]),
    Case(
      name: "comparisons of duals go by value",
      script: "param x = 1; grad(if x == 1 then x else x^2, x)", expected: [1]),
    Case(
      name: "a Hessian is no finite difference", script: "param x = 1; hess(exp(x), x)",
      expected: [2.718281828459045]),
    Case(
      name: "a derivative inside a function",
      script: "param x = 3; let g(t) = grad(u -> u^2 * t)(x); grad(g(x), x)", expected: [12]),
    Case(
      name: "the derivative of a derivative by another",
      script: "param x = 2, y = 3; grad(grad(x^2 * y^3, y), x)", expected: [108]),
    Case(
      name: "fourth mixed derivative",
      script: "param x = 1, y = 1; grad(grad(grad(grad(x^3 * y^3, x), y), x), y)", expected: [36]),
  ]

  static let others = [
    Case(
      name: "sparse tie of four in a window is a valid choice",
      script: "param v = [1, 1, 1, 1]; sum(grad(max(v), v))", expected: [1]),
    Case(
      name: "softmax with a temperature", script: "softmax([0, 2], k = 0.5)",
      expected: [0.2689414213699951, 0.7310585786300049], tolerance: 2e-16),
    Case(
      name: "std of equal values is finite",
      script: "param v = [2, 2, 2]; all(isfinite(grad(std(v), v)))", expected: [1]),
    Case(
      name: "sparsemax has zeros",
      script: "param v = [0, 0.5, 3]; grad(smoothmax(v, 1, family = \"sparse\"), v)",
      expected: [0, 0, 1]),
    Case(
      name: "xlogy at 0 has the slope log y", script: "param x = 0; grad(xlogy(x, 2), x)",
      expected: [0.6931471805599453]),
    Case(
      name: "at a kink the gradient lies between the slopes on both sides",
      script: """
        param x = 0
        let f = max(3 * x, -x, 0) + abs(2 * x)
        let s = slopes(f, x)
        [s[0] <= grad(f, x) and grad(f, x) <= s[1]]
        """, expected: [1]),
    Case(
      name: "power at 0", script: "param x = 0; concat([grad(x^2, x)], [grad(x^1, x)])",
      expected: [0, 1]),
    Case(
      name: "the zeroth power", script: "param x = 0; grad(x^0, x)", expected: [0]),
    Case(
      name: "product with zeros", script: "param v = [0, 2, 0, 3]; grad(prod(v), v)",
      expected: [0, 0, 0, 0]),
    Case(
      name: "product with one zero", script: "param v = [0, 2, 3]; grad(prod(v), v)",
      expected: [6, 0, 0]),
  ]
}
