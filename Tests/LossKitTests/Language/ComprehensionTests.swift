import Testing

@testable import LossKit

/// Comprehensions are evaluated side by side where that can be: the results are those of one
/// element after another.
@Suite struct ComprehensionTests {
  /// Loops over `i` in 0..<6, of an expression with the inputs below and, where there is one, a
  /// filter.
  struct Loop: Sendable, CustomTestStringConvertible {
    let element: String
    var filter: String?
    var testDescription: String { element + (filter.map { " if \($0)" } ?? "") }
  }

  private static let inputs = """
    param w = [0.5, -1.5, 2, 0.25, -0.75, 1], M = reshape(linspace(-1, 2, 18), 6, 3), x = 0.7
    data y = [2, 0, 1, 1, 2, 0]
    let loss(s, c) = lse(s[j] for j in 0..<3 if j != c) - s[c]
    let hinge(s, c) = relu(1 + max(s[j] for j in 0..<3 if j != c) - s[c])
    let power(a, n) = if n == 0 then 1 else a * power(a, n - 1)
    """

  static let loops: [Loop] = [
    Loop(element: "i^2"), Loop(element: "w[i] * x"), Loop(element: "M[i]"),
    Loop(element: "sum(M[i] * w[i])"), Loop(element: "w[5 - i] + w[i]"),
    Loop(element: "loss(M[i], y[i])"), Loop(element: "hinge(M[i], y[i])"),
    Loop(element: "max(w[i], x)"), Loop(element: "sort(M[i])[1]"),
    Loop(element: "softmax(M[i])"), Loop(element: "M[i, y[i]]"), Loop(element: "M[..., 1][i]"),
    Loop(element: "M[i] @ M.T"), Loop(element: "outer(M[i], M[i])"),
    Loop(element: "grad(sum(M[i] * x^2), x)"), Loop(element: "grad(t -> t^3 * w[i])(x)"),
    Loop(element: "hess(exp(x * w[i]), x)"), Loop(element: "diff(sin(x * w[i]), x, 3)"),
    Loop(element: "jvp(M * x^2, M, M)[i, 0]"), Loop(element: "sum(w[j] * j for j in 0..<6)"),
    Loop(element: "sum(w[j] * i for j in 0..<6)"), Loop(element: "sum(w[j] for j in 0..<i)"),
    Loop(element: "sum(w[j] for j in i..<6 if w[j] > 0)"),
    Loop(element: "max(w[j] for j in 0..<6 if j != i)"),
    Loop(element: "sum([1, 2][k] * M[i, k] for k in 0..<2)"),
    Loop(element: "if i > 2 then w[i] else x"),
    Loop(element: "if w[i] > 0 then log(w[i]) else w[i]^2"),
    Loop(element: "power(x, i)"), Loop(element: "fold((a, b) -> a * x + b, 0, M[i])"),
    Loop(element: "map(t -> t * w[i], M[i])[2]"), Loop(element: "{ let a = w[i]; a * a }"),
    Loop(element: "(x at (x = w[i]))^2"), Loop(element: "sum(w at (w = w * i))"),
    Loop(element: "where(M[i] > 0, M[i], 0)"), Loop(element: "sum(M[i][M[i] > 0])"),
    Loop(element: "len(M[i]) + i"), Loop(element: "argmax(M[i])"), Loop(element: "norm(M[i])"),
    Loop(element: "var(M[i])"), Loop(element: "cross_entropy(M[i], y[i])"),
    Loop(element: "onehot(y[i], 3)"), Loop(element: "drop(M[i], y[i])"),
    Loop(element: "M[i, ..<2]"),
    Loop(element: "concat(M[i], [i])"), Loop(element: "[i, w[i], x]"), Loop(element: "M[[i, 0]]"),
    Loop(element: "solve(eye(3) + outer(M[i], M[i]), M[i])"), Loop(element: "cumsum(M[i])"),
    Loop(element: "slopes(abs(x - w[i]), x)"), Loop(element: "i < 3"),
    Loop(element: "-w[i]^2 % 0.3"),
    Loop(element: "w[i]", filter: "w[i] > 0"), Loop(element: "w[i] * x", filter: "i % 2 == 0"),
    Loop(element: "M[i]", filter: "y[i] == 1"), Loop(element: "1", filter: "i > 10"),
    Loop(element: "hinge(M[i], y[i])", filter: "not (y[i] == 0)"),
    Loop(element: "w[i]", filter: "i != 2 and w[i] < 1"),
  ]

  private func expect(_ loop: Loop, gradient: Bool) throws {
    let test = try TestSession(Self.inputs)
    let filter = loop.filter.map { " if \($0)" } ?? ""
    let element = gradient ? "sum((\(loop.element)) * 1)" : loop.element
    let lanes: [Double]
    let single: [Double]
    let kept = try (0..<6).filter { i in
      try loop.filter.map { try test.number("{ let i = \(i); \($0) }") == 1 } ?? true
    }
    if gradient {
      let total =
        kept.isEmpty
        ? "0 * x" : kept.map { "{ let i = \($0); \(element) }" }.joined(separator: " + ")
      single = try test.numbers("grad(\(total) + 0 * (sum(w) + sum(M) + x))")
      lanes = try test.numbers(
        "grad(sum(\(element) for i in 0..<6\(filter)) + 0 * (sum(w) + sum(M) + x))")
      #expect(distance(lanes, single) <= 1e-13, "\(loop.testDescription): \(lanes), not \(single)")
    } else {
      single = try kept.flatMap { try test.numbers("{ let i = \($0); \(element) }") }
      lanes = try test.numbers("[\(element) for i in 0..<6\(filter)]")
      #expect(lanes == single, "\(loop.testDescription): \(lanes), not \(single)")
    }
  }

  @Test(arguments: loops) func valuesAreThoseOfSingleElements(_ loop: Loop) throws {
    if loop.element == "sum(M[i][M[i] > 0])" { return try expect(loop, gradient: true) }
    try expect(loop, gradient: false)
  }

  @Test(arguments: loops) func gradientsAreThoseOfSingleElements(_ loop: Loop) throws {
    try expect(loop, gradient: true)
  }

  @Test func severalClauses() throws {
    let test = try TestSession("param v = [1, 2, 3]; data A = [[1, 2], [3, 4]]")
    #expect(try test.numbers("[10 * i + j for i in 0..<2, j in 0..<3]") == [0, 1, 2, 10, 11, 12])
    #expect(try test.numbers("[10 * i + j for i in 0..<3, j in 0..<i]") == [10, 20, 21])
    #expect(try test.numbers("[10 * i + j for i in 0..<3, j in i..<3 if i != j]") == [1, 2, 12])
    #expect(try test.numbers("[a * b for a in v, b in v if a < b]") == [2, 3, 6])
    #expect(try test.numbers("[x for row in A, x in row]") == [1, 2, 3, 4])
    #expect(
      try test.numbers("[i * 100 + j * 10 + x for i, row in A, j, x in row]") == [1, 12, 103, 114])
    #expect(try test.number("sum(v[i] * v[j] for i in 0..<3, j in 0..<3 if i != j)") == 22)
    #expect(try test.shownGradient("sum(v[i] * v[j] for i in 0..<3, j in 0..<i)") == [5, 4, 3])
  }

  @Test func elementsIndicesAndNothing() throws {
    let test = try TestSession("data A = [[1, 2], [3, 4]]; data v = [5, 6]")
    #expect(try test.numbers("[i * x for i, x in v]") == [0, 6])
    #expect(try test.numbers("[sum(r) + i for i, r in A]") == [3, 8])
    #expect(try test.numbers("[7 for _ in 0..<3]") == [7, 7, 7])
    #expect(try test.numbers("[i for i, _ in v]") == [0, 1])
    #expect(try test.numbers("[x for x in [] if x > 0]") == [])
    #expect(try test.numbers("[x for x in 3..<1]") == [])
    #expect(try test.value("[[i, j] for i in 0..<2, j in 0..<2]").shape == [4, 2])
    #expect(try test.text("[t for t in [\"a\", \"b\"]]") == "[\"a\", \"b\"]")
    #expect(try test.number("max(x for x in [])") == -.infinity)
  }

  @Test func namesInsideHideOuterOnes() throws {
    let test = try TestSession("param i = 100; let f(i) = sum(i for i in 0..<i)")
    #expect(try test.numbers("[i for i in 0..<2]") == [0, 1])
    #expect(try test.number("f(4) + i") == 106)
    #expect(try test.shownGradient("sum(i * j for j in 0..<3)") == [3])
  }

  @Test func manyElementsInBlocks() throws {
    let test = try TestSession("param x = 2")
    #expect(try test.number("sum(x * i for i in 0..<200000)") == 2 * 199_999 * 100_000)
    #expect(
      try test.shownGradient("sum(x^2 * i for i in 0..<200000 if i % 2 == 0)") == [
        4 * 9_999_900_000
      ])
    #expect(try test.number("count(i % 3 == 0 for i in 0..<100000)") == 33334)
  }

  @Test(arguments: [
    "[[i] + zeros(i + 1) for i in 0..<3][1, 2, 3, 4]", "[zeros(i + 1) for i in 0..<3]",
    "[if i == 1 then [1, 2] else 1 for i in 0..<3]", "[x -> x for i in 0..<2]",
    "[1 for i in 0..<2 if 3]", "[1 for i in 0..<2 if [true]]", "[i for i in 5]",
    "[i for i in x -> x]",
    "[v[i] for i in 0..<3]",
  ])
  func errorsOfOneElementAreErrors(_ text: String) throws {
    #expect(try !TestSession("data v = [1, 2]").error(text).message.isEmpty)
  }
}
