import Testing

@testable import LossKit

/// `slopes` and `kinks` at corners of several kinds.
@Suite struct OneSidedTests {
  private static let declarations = "param x = 0, q = 0.5, v = [0, 1, 4]\n"

  private func numbers(_ e: String) throws -> [Double] {
    try TestSession(Self.declarations).numbers(e)
  }

  @Test(
    arguments: [
      ("relu(x)", [0, 1]), ("relu(-x)", [-1, 0]), ("abs(x)", [-1, 1]), ("-abs(x)", [1, -1]),
      ("relu(x) - relu(-x)", [1, 1]), ("abs(x) * x", [0, 0]), ("max(x, 2 * x, 0)", [0, 2]),
      ("min(x, 2 * x)", [2, 1]), ("clamp(x, 0, 1)", [0, 1]), ("clamp(x, -1, 0)", [1, 0]),
      ("clamp(x, 0, 0)", [0, 0]), ("norm([x, 2 * x], 1)", [-3, 3]),
      ("norm([3 * x, 4 * x])", [-5, 5]),
      ("norm([x, -2 * x], inf)", [-2, 2]), ("std([x, -x])", [-1, 1]),
      ("hypot(3 * x, 4 * x)", [-5, 5]),
      ("sort([x, -x])[0]", [1, -1]), ("sort([x, -x])[1]", [-1, 1]),
      ("sort([x, 0, -x])[1]", [0, 0]), ("sort([2 * x, 0, -x])[2]", [-1, 2]),
      ("sort([x, 1, 0])[1]", [0, 1]), ("dot(sort([x, 0, -x]), [1, 2, 4])", [-3, 3]),
      ("topk([x, 0, 2 * x], 2)[1]", [1, 1]), ("sum(topk([x, 0, 2 * x], 2))", [1, 3]),
      ("median([x, 0, 1])", [0, 1]), ("median([x, 0])", [0.5, 0.5]),
      ("quantile([x, 0, 1], 0.25)", [0.5, 0.5]), ("median([x, 0, 0, 1])", [0, 0.5]),
      ("max(x, 0)^2", [0, 0]), ("softplus(abs(x))", [-0.5, 0.5]),
      ("exp(abs(x)) - relu(x)", [-1, 0]),
    ] as [(String, [Double])])
  func slopes(_ e: String, _ expected: [Double]) throws {
    for rule in CornerRule.allCases {
      let found = try numbers(":set corners \(rule.rawValue)\nslopes(\(e), x)")
      #expect(distance(found, expected) <= 1e-15, "\(e), \(rule): \(found)")
    }
  }

  @Test(
    arguments: [
      ("relu(x)", 1), ("relu(x) - relu(-x)", 2), ("max(x, x)", 0), ("abs(x - 1)", 0),
      ("sum(abs(v - 1))", 1), ("sort([x, -x])[0]", 1), ("sort([x, 0, -x, 1])[3]", 1),
      ("median([x, 0, 1, 2, 3])", 0), ("median([x, 0, 1])", 1), ("norm([x, x])", 1),
      ("std([x, x])", 0), ("clamp(x, 0, 1)", 1), ("sum(relu(v[j]) for j in 0..<3)", 1),
      ("max(reshape([x, 0, x, 1], 2, 2), axis = 1)", 1), ("quantile(v, q)", 1),
    ] as [(String, Double)])
  func kinks(_ e: String, _ expected: Double) throws {
    for rule in CornerRule.allCases {
      let found = try numbers(":set corners \(rule.rawValue)\nkinks(\(e))")
      #expect(found == [expected], "\(e), \(rule)")
    }
  }

  /// Between the elements a quantile is linear in q, so each element is a corner in q.
  @Test func quantilesByTheirPlace() throws {
    #expect(try numbers("slopes(quantile(v, q), q)") == [2, 6])
    #expect(try numbers("{ let p = 0.25; slopes(quantile(v, p), p) }") == [2, 2])
    // At the ends the slope is that of the piece that is there.
    #expect(try numbers("{ let p = 0; slopes(quantile(v, p), p) }") == [2, 2])
    #expect(try numbers("{ let p = 1; slopes(quantile(v, p), p) }") == [6, 6])
    #expect(try numbers("{ let p = 0.5; slopes(quantile([7], p), p) }") == [0, 0])
    // -quantile(-v, 1 - q) is quantile(v, q), also in the choice at the corner.
    #expect(try numbers("grad(quantile(v, q) + quantile(-v, 1 - q), q)") == [0])
    #expect(try numbers("grad(quantile(v, q), v)") == [0, 1, 0])
    #expect(try numbers("hess(quantile(v, q), q, v)") == [0, -2, 2])
    #expect(try numbers("hess(quantile(v, q), q)") == [0])
    #expect(try numbers("quantile([-inf, 1, inf], q)") == [1])
    #expect(
      try TestSession(Self.declarations).notes("quantile([0, 1, 4], q)") == [
        "quantile is at a corner here (column 1): q is where two slopes meet; if the whole is not "
          + "differentiable, the gradient shown is one of Clarke's generalized gradients"
      ])
    #expect(try numbers(":set corners symmetric\ngrad(quantile(v, q), q)") == [4])
  }

  /// Ties at places that a quantile does not look at are no corner of it.
  @Test func tiesElsewhereAreNone() throws {
    let test = try TestSession("param a = 1, b = 1, c = 1")
    for e in [
      "median([a, b, 5, 6, 7])", "median([a, b, 4, 5, 6, 7])", "topk([a, b, 3, 4], 2)[0]",
      "quantile([a, 2, b, 3, 3 * c], 0.5)",
    ] {
      #expect(try test.notes(e).isEmpty, "\(e)")
      #expect(try test.number("kinks(\(e))") == 0, "\(e)")
    }
    for e in ["median([a, b, 0])", "quantile([a, b, 0, 5], 0.5)", "topk([a, b, 3, 4], 3)[0]"] {
      #expect(try test.notes(e).first?.contains(": a and b tie") == true, "\(e)")
      #expect(try test.number("kinks(\(e))") == 1, "\(e)")
    }
  }
}
