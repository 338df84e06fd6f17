import Testing

@testable import LossKit

/// Programs of inputs and results of a special structure.
@Suite struct StructureAgreementTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let declarations: String
    let loss: String
    var inputs: [String]
    var wrt: [String]?

    init(_ declarations: String, _ loss: String, _ inputs: [String], wrt: [String]? = nil) {
      self.declarations = declarations
      self.loss = loss
      self.inputs = inputs
      self.wrt = wrt
    }

    var testDescription: String { "\(loss) of \(inputs) by \(wrt ?? inputs)" }
  }

  private static let two = "param a = [0.5, -1, 2]; param b = [1.5, 0.25, -0.75]"
  private static let column = """
    param c = [[0.5], [-1], [2]]; param r = [[1.5, 0.25, -0.75, 0.125]]; param o = [0.5]
    param M = [[1, 2, 3, 4], [0.5, -0.5, 1, -1], [2, 0.25, -2, 1]]; param k = 0.75
    """

  static let examples = [
    // Numbers, and arrays of one element.
    Example("param x = 2", "x^3 - sin(x)", ["x"]),
    Example("param x = 2; param y = 3", "x", ["y", "x"]),
    Example(column, "sum(o) * k", ["o", "k"]), Example(column, "o[0]^2 + lse(o)", ["o"]),
    Example(column, "sum(softmax(o) + o)", ["o"]), Example(column, "max(o) * min(o)", ["o"]),
    // Broadcast one way, both ways, from [1], from a row and from a column.
    Example(column, "sum(c * r)", ["c", "r"]), Example(column, "sum((c + r)^2)", ["r", "c"]),
    Example(column, "lse(c - r * M)", ["M", "c", "r"]),
    Example(column, "sum(M / (1 + c^2))", ["c", "M"]), Example(column, "mean(M * r)", ["r", "M"]),
    Example(column, "sum(o * M + o)", ["o", "M"]), Example(column, "sum(max(c, r))", ["c", "r"]),
    Example(column, "sum(where(M > c, M * r, c))", ["M", "r", "c"]),
    Example(column, "sum(M - lse(M, axis = 0)) + sum(M * sum(M, axis = 1, keep = true))", ["M"]),
    Example(column, "sum(r @ M.T @ c)", ["c", "M", "r"]),
    Example(column, "(c.T @ M @ r.T)[0, 0]", ["r", "M", "c"]),
    Example(column, "k * sum(M) + dot(M[0], M[2])", ["k", "M"]),
    // Other orders, fewer gradients, inputs of one shape.
    Example(two, "dot(a, exp(b))", ["b", "a"]),
    Example(two, "dot(a, exp(b))", ["a", "b"], wrt: ["b"]),
    Example(two, "dot(a, exp(b))", ["a", "b"], wrt: ["b", "a"]),
    Example(two, "sum(a - b)^2 + a[0]", ["b", "a"], wrt: ["a"]),
    Example(two, "max(dot(a, a), dot(b, b))", ["a", "b"]),
    // Constants, gradients that are 0, and one node that is used several times.
    Example(two, "3.5", ["a"]), Example(two, "sum(b)", ["a"]),
    Example(two, "0 * sum(a)", ["a"]), Example(two, "sum(a) - sum(a)", ["a"]),
    Example(two, "stop(sum(a)) * sum(b)", ["a", "b"]), Example(two, "sum(a)", ["a"]),
    Example(two, "a[1]", ["a"]), Example(two, "a[1] + a[1]", ["a", "b"]),
    Example(two, "sum(a + b)", ["a", "b"]), Example(two, "sum(a) + sum(a[1...])", ["a"]),
    Example(two, "sum(concat(a, a, b))", ["a", "b"]), Example(two, "dot(a, reverse(a))", ["a"]),
    Example(two, "sum(a[[0, 0, 2]])", ["a"]),
    Example(two, "lse(a) + lse(a) * sum(softmax(a))", ["a"]),
  ]

  @Test(arguments: examples)
  func agrees(_ example: Example) throws {
    let model = try LossModel(source: example.declarations)
    let function = try model.function(example.loss, of: example.inputs, wrt: example.wrt)
    #expect(function.isCompiled)
    var random = RandomStream(seed: 4, stream: 1)
    for _ in 0..<5 {
      let point = (0..<function.inputCount).map { _ in random.nextUniform() * 4 - 2 }
      let (expected, problem) = ProgramAgreement(function: function).compare(at: point) {
        ReferenceAgreementTests.normwise($0, $1)
      }
      #expect(expected.error == nil)
      #expect(problem == nil, "\(example.testDescription) at \(point)")
    }
  }

  @Test(arguments: [
    "lse(v) - v[0]", "cross_entropy(v, 17)", "sum(relu(v - v[0] + 1))", "max(v) - mean(v)",
    "mean(softplus(v[1...] - v[..<9999]))", "dot(softmax(v), v)",
    "sum(sigmoid(x) * x for x in v)",
  ])
  func longVectors(_ loss: String) throws {
    let n = 10_000
    let model = try LossModel(source: "param v = zeros(\(n))")
    let function = try model.function(loss, of: ["v"], wrt: ["v"])
    #expect(function.isCompiled)
    var random = RandomStream(seed: 5, stream: 2)
    let point = (0..<n).map { _ in random.nextNormal() }
    let (value, gradient) = try function.valueWithGradient(at: point)
    let expected = try function.interpreted.value(at: point)
    // A sum of n terms of both signs, near 1: the compensated sums of both sides leave a few roundings
    // of the sum of magnitudes, here below 2 n.
    #expect(abs(value - expected) <= 16 * 0x1p-53 * max(abs(expected), 2 * Double(n)))
    // The interpreter's own gradient would take n directions: three of them.
    for i in [0, 17, 9_998] {
      let along = try LossModel(
        source: """
          param t = 0; data base = \(literal(point)); data d = onehot(\(i), \(n))
          let v = base + t * d
          let g = grad(\(loss), t)
          """)
      let slope = try #require(along.function("g", of: ["t"]).interpreted.value(at: [0]) as Double?)
      #expect(abs(gradient[i] - slope) <= 64 * 0x1p-53 * max(abs(slope), 1))
    }
  }

  /// A cross entropy of 1e-26, whose scores and their log-sum-exp agree in all digits.
  @Test func softTargetsOfConfidentScores() throws {
    let model = try LossModel(source: "param s = [60, 0, 0]")
    let function = try model.function("cross_entropy(s, softmax(s))", of: ["s"])
    #expect(function.isCompiled)
    let (value, gradient) = try function.valueWithGradient(at: [60, 0, 0])
    let expected = try function.interpreted.valueWithGradient(at: [60, 0, 0])
    #expect(value > 1e-26 && abs(value - expected.value) <= 1e-15 * value)
    #expect(distance(gradient, expected.gradient) <= 1e-14 * value)
  }

  /// What no program follows is interpreted, at once and with the right result.
  @Test(arguments: [
    ("let f(n) = if n <= 0 then 0 else n + f(n - 1)", "f(x)", 4.0, 10.0),
    ("let f(n, a) = if n < 1 then a else f(n - 1, a) + f(n - 1, a)", "f(x, y)", 6.0, 128.0),
    ("let f(a) = sum(i * x for i in 0..<floor(a))", "f(x)", 3.0, 9.0),
    ("let f(a) = len([t for t in [1, 2, 3] if t < a])", "f(x) * x", 2.5, 5.0),
  ])
  func interpreted(_ definition: String, _ loss: String, _ x: Double, _ value: Double) throws {
    let model = try LossModel(source: "param x = \(x); param y = 2\n" + definition)
    let clock = ContinuousClock()
    var function: LossFunction?
    let time = try clock.measure { function = try model.function(loss, of: ["x", "y"]) }
    let made = try #require(function)
    #expect(!made.isCompiled)
    #expect(time < .seconds(10), "\(loss): \(time)")
    #expect(try made.value(at: [x, 2]) == value)
    let (found, gradient) = try made.valueWithGradient(at: [x, 2])
    #expect(found == value)
    #expect(gradient == (try made.interpreted.valueWithGradient(at: [x, 2]).gradient))
  }
}
