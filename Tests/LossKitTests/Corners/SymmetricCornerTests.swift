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

  /// Every row of the corner file: the gradient lies in the hull of the limits of gradients, tested
  /// by the support function along many directions.
  @Test("The corner file: inside Clarke's set")
  func cornerFile() throws {
    for row in try ReferenceFile.jsonLines("kinks") {
      guard let expression = row["expression"]?.text, let point = row["point"]?.doubles,
        let names = row["variables"]?.list?.compactMap(\.text)
      else {
        Issue.record("a row without expression")
        continue
      }
      let text = zip(names, point).map { "param \($0) = \($1)" }.joined(separator: "; ")
      let function = try LossModel(source: text).function(
        expression, of: names, corners: .symmetric)
      let gradient = try function.valueWithGradient(at: point).gradient
      if row["differentiable"]?.truth == true, let expected = row["gradient"]?.doubles {
        // Differentiable without being strictly so, one row has more in its set than the gradient.
        if row["clarke_vertices"] == nil {
          for (a, b) in zip(gradient, expected) {
            #expect((a - b).magnitude <= 1e-12 * max(1, b.magnitude), "\(expression)")
          }
        }
        continue
      }
      guard let vertices = row["clarke_vertices"]?.matrix else { continue }
      var stream = RandomStream(seed: 7, stream: 0)
      for _ in 0..<200 {
        let direction = names.map { _ in stream.nextNormal() }
        func along(_ v: [Double]) -> Double { zip(v, direction).reduce(0) { $0 + $1.0 * $1.1 } }
        let bound = vertices.map(along).max() ?? 0
        #expect(along(gradient) <= bound + 1e-9 * (1 + bound.magnitude), "\(expression)")
      }
    }
  }
}
