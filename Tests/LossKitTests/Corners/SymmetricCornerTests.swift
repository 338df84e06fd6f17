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
