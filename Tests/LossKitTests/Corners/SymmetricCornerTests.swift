import Testing

@testable import LossKit

/// The symmetric rule: the mean over the bases +P and -P, P the rotations of what feeds a tie.
@Suite("Symmetric corners")
struct SymmetricCornerTests {
  private func gradient(_ text: String, _ expression: String) throws -> [Double] {
    let model = try LossModel(source: text)
    let function = try model.function(expression, of: model.params, corners: .symmetric)
    return try function.valueWithGradient(
      at: [Double](repeating: 1, count: function.inputCount)
    ).gradient
  }

  @Test(
    "At a tie of inputs",
    arguments: [
      ("relu(x - 1)", [0.5]), ("abs(x - 1)", [0]), ("abs(1 - x)", [0]),
      ("relu(x - 1) - relu(1 - x)", [1]), ("abs(x - 1) - relu(x - 1) - relu(1 - x)", [0]),
      ("max(max(x, 1), 1) - max(x, 1)", [0]),
      ("relu(x - 1) - 0.5*relu(x - 1) - 0.5*abs(x - 1)", [0.25]),
    ] as [(String, [Double])])
  func one(expression: String, expected: [Double]) throws {
    #expect(try gradient("param x = 1", expression) == expected)
  }

  @Test(
    "Two inputs share evenly",
    arguments: [
      ("max(x, y)", [0.5, 0.5]), ("min(x, y)", [0.5, 0.5]), ("max(x, y) + min(x, y)", [1, 1]),
      ("norm([x - 1, y - 1])", [0, 0]), ("max(x, y) - relu(x - y)", [0, 1]),
    ] as [(String, [Double])])
  func two(expression: String, expected: [Double]) throws {
    #expect(try gradient("param x = 1, y = 1", expression) == expected)
  }

  @Test(
    "So do more",
    arguments: ["max(v)", "min(v)", "sort(v)[1]", "median(v)", "topk(v, 1)[0]"])
  func several(expression: String) throws {
    for share in try gradient("param v = [1, 1, 1]", expression) {
      #expect((share - 1.0 / 3).magnitude < 1e-15)
    }
    #expect(try gradient("param v = [1, 1, 1]", "std(v)") == [0, 0, 0])
  }

  private func numbers(_ text: String) throws -> [Double] {
    let test = TestSession()
    test.session.corners = .symmetric
    return try test.numbers(text)
  }

  /// Other inputs that feed ties are rotated along, with the same rotations for the whole.
  @Test("One set of rotations for the whole expression")
  func rotations() throws {
    // Four inputs a, b, c, d rotated: in the eight bases a wins three times, b twice, c three times.
    let text = "param a = 1, b = 1, c = 1, d = 0; "
    #expect(
      try numbers(text + "grad(max(a, b, c) + relu(d), (a, b, c, d))") == [0.375, 0.25, 0.375, 0.5])
    // What feeds no tie is not rotated.
    #expect(
      try numbers(text + "grad(max(a, b) + c * d, (a, b, c, d))") == [0.5, 0.5, 0, 1])
    let thirds = try numbers(text + "grad(max(a, b, c) + d, (a, b, c, d))")
    #expect(distance(thirds, [1.0 / 3, 1.0 / 3, 1.0 / 3, 1]) <= 1e-16)
  }

  @Test(
    "Every form",
    arguments: [
      ("jac([relu(x), abs(x), x], x)", [0.5, 0, 1]), ("grad(relu(x) + y)", [0.5, 1]),
      ("grad(t -> relu(t))(0)", [0.5]), ("vjp([relu(x), abs(x)], x, [2, 5])", [1]),
      ("hess(relu(x) * x, x)", [1]), ("hess(abs(x) * x, x)", [0]),
      ("hess(relu(x), x)", [0]), ("grad(grad(relu(x) * x, x), x)", [1]),
      ("hess(relu(x - y) * (x - y), x, y)", [-1]), ("jac(sort([x, y]), x)", [0.5, 0.5]),
      // What has one direction needs no choice.
      ("jvp(relu(x), x, 1)", [1]), ("jvp(relu(x), x, -1)", [0]), ("slopes(abs(x), x)", [-1, 1]),
    ] as [(String, [Double])])
  func forms(_ e: String, _ expected: [Double]) throws {
    #expect(try numbers("param x = 0, y = 0; \(e)") == expected, "\(e)")
  }

  /// The value of a derivative does not depend on its being differentiated.
  @Test("Inside another derivative")
  func nested() throws {
    let text = "param x = 0, y = 2; let g = grad(relu(x) + abs(x) / 4, x); "
    #expect(try numbers(text + "g") == [0.5])
    #expect(try numbers(text + "grad(g * y^2, y)") == [2])
    #expect(try numbers(text + "jvp(g * y^2, y, 1)") == [2])
    #expect(try numbers(text + "grad(grad(max(x * y, -x), x) * y, y)") == [1.5])
  }

  @Test("At most 64 bases")
  func limit() throws {
    let few = try numbers("param v = zeros(32); grad(max(v), v)")
    #expect(few == [Double](repeating: 1 / 32.0, count: 32))
    // The first of each of 32 rotations wins along +P, the last along -P.
    let many = try numbers("param v = zeros(40); grad(max(v), v)")
    #expect(many[0] == 1 / 32.0 && many[39] == 1 / 64.0 && many[35] == 0)
    #expect(many.reduce(0, +) == 1)
  }

  /// Chunks of directions feed the rotations as all at once do.
  @Test("In chunks of directions")
  func chunks() throws {
    for e in [
      "max([x[0] + x[5], x[1], x[2]])", "sort([x[0] + x[5], x[1] - x[4], x[2]])[1]",
      "max(x[0] + x[5], x[1]) + relu(x[3])", "median(x) + norm(x[..<2])",
      "grad(t -> relu(t) * x[5] + relu(t - x[0]))(0) * x[1] + max(x)",
    ] {
      let whole = try numbers("param x = zeros(6); grad(\(e), x)")
      let test = TestSession()
      test.session.corners = .symmetric
      test.session.evaluator.corners.chunks = DirectionChunks(budget: 1, fewest: 2)
      let cut = try test.numbers("param x = zeros(6); grad(\(e), x)")
      #expect(distance(whole, cut) <= 1e-15, "\(e): \(cut), not \(whole)")
    }
  }

  /// Every row of the corner files: the gradient lies in the hull of the limits of gradients, tested
  /// by the support function along many directions.
  @Test("The corner files: inside Clarke's set")
  func cornerFiles() throws {
    for row in try KinkReferenceTests.rows() {
      let text = row.declarations(row.point.indices)
      let function = try LossModel(source: text).function(
        row.expression, of: row.variables, corners: .symmetric)
      let gradient = try function.valueWithGradient(at: row.point).gradient
      if let expected = row.gradient, row.vertices == nil {
        // Differentiable without being strictly so, one row has more in its set than the gradient.
        #expect(distance(gradient, expected) <= 1e-12, "\(row.testDescription): \(gradient)")
      }
      for (direction, bound) in row.support ?? [] {
        #expect(dot(gradient, direction) <= bound + 1e-12, "\(row.testDescription): \(gradient)")
      }
      guard let vertices = row.vertices else { continue }
      var stream = RandomStream(seed: 7, stream: 0)
      for _ in 0..<200 {
        let direction = row.variables.map { _ in stream.nextNormal() }
        let bound = vertices.map { dot($0, direction) }.max() ?? 0
        #expect(
          dot(gradient, direction) <= bound + 1e-9 * (1 + bound.magnitude),
          "\(row.testDescription): \(gradient)")
      }
    }
  }
}
