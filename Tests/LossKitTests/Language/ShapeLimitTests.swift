import Foundation
import Testing

@testable import LossKit

/// The shapes that an array may have, and the memory beside arrays.
@Suite struct ShapeLimitTests {
  /// Empty arrays whose other axes are too long to step along, or to write.
  @Test(arguments: [
    "zeros(0, 1e12, 1e12)", "zeros(0, 1e12, 1e12).T", "zeros(1e12, 0)",
    "max(zeros(0, 1e12, 1e12), axis = 0)", "reshape(zeros(0), 0, 1e12, 1e12)",
    "reshape(zeros(0), 1e15, 0)", "zeros(0, 1, 1e8) + zeros(0, 1e8, 1)",
    "map(v -> \"a\", zeros(1e15, 0))", "rand(1e15, 0)", "[zeros(1e9, 0) for i in 0..<3]",
    "map(v -> map(w -> 1, zeros(2^53, 0)), zeros(2^53, 0))",
    "param x = 1; jac(x * zeros(0, 1e12), x)",
    "full([0, 1e12, 1e12], 1)",
  ])
  func emptyAxesHaveALimit(_ text: String) throws {
    let test = TestSession()
    let message = try test.error(text).message
    #expect(message.contains("too long") || message.contains("elements"), "\(text): \(message)")
    #expect(try test.number("1 + 1") == 2)
  }

  @Test(arguments: [
    "zeros(ones(100000))", "zeros(ones(1000000))", "rand(ones(33))", "reshape([1], ones(33))",
    "reshape([1], ones(1000000))", "full(ones(40), 1)", "[zeros(ones(32)) for i in 0..<2]",
    "map(i -> zeros(ones(32)), [1, 2])", "stack(zeros(ones(32)), zeros(ones(32)))",
    "param x = zeros(ones(17)); jac(x, x)",
  ])
  func axesHaveALimit(_ text: String) throws {
    let test = TestSession()
    let message = try test.error(text).message
    #expect(message.contains("axes"), "\(text): \(message)")
  }

  @Test func shapesBelowTheLimitsWork() throws {
    let test = TestSession()
    #expect(try test.numbers("shape(zeros(ones(32)))") == Array(repeating: 1, count: 32))
    #expect(try test.numbers("shape(zeros(0, 3, 5).T)") == [5, 3, 0])
    #expect(try test.numbers("shape(zeros(2, 0) + zeros(2, 1))") == [2, 0])
    #expect(try test.number("len(map(v -> 1, zeros(1000000, 0)))") == 1_000_000)
  }

  // MARK: Map

  /// In blocks, as a comprehension: side by side all at once it would need more than fit.
  @Test func mapTakesLongArraysInBlocks() throws {
    let test = TestSession()
    #expect(try test.number("sum(map(x -> sum(x * ones(1000)), ones(135000)))") == 1.35e8)
  }

  @Test(arguments: [
    ("x -> x^2 + 1", "linspace(-1, 1, 70001)"), ("x -> if x > 0 then x else -x", "[1, -2, 3]"),
    ("v -> sum(v) * v", "[[1, 2], [3, 4], [5, 6]]"), ("x -> x > 0", "[1, -1]"), ("x -> x", "[7]"),
    ("x -> [x, 1]", "[1, 2, 3]"),
  ])
  func mapIsTheComprehension(_ function: String, _ array: String) throws {
    let test = TestSession()
    try test.run("let f = \(function); let v = \(array)")
    #expect(try test.value("map(f, v)").shape == test.value("[f(x) for x in v]").shape)
    #expect(try test.numbers("map(f, v)") == test.numbers("[f(x) for x in v]"))
  }

  @Test func mapInBlocksHasTheGradient() throws {
    let test = TestSession()
    let text = "param p = 2; grad(sum(map(x -> relu(p * x)^2, linspace(-1, 1, 70001))), p)"
    let other = "grad(sum(relu(p * x)^2 for x in linspace(-1, 1, 70001)), p)"
    #expect(try abs(test.number(text) / test.number(other) - 1) < 1e-12)
  }

  // MARK: Rearranging

  @Test func axesInAnotherOrder() throws {
    let test = TestSession()
    try test.run("let A = reshape(0..<24, 2, 3, 4)")
    var expected: [Double] = []
    for k in 0..<4 {
      for j in 0..<3 { expected += [Double(4 * j + k), Double(12 + 4 * j + k)] }
    }
    #expect(try test.numbers("A.T") == expected)
    #expect(try test.numbers("[(i * A).T for i in 0..<2][1]") == expected)
    #expect(try test.numbers("param a = 1; jac((a * A).T, a)") == expected)
    #expect(try test.numbers("concat(A, A, axis = 2)[1, 2]") == [20, 21, 22, 23, 20, 21, 22, 23])
  }

  @Test func rowsByListsMasksAndSlices() throws {
    let test = TestSession()
    try test.run("let A = reshape(0..<12, 4, 3); let y = [2, 0]")
    #expect(try test.numbers("A[[3, 1]]") == [9, 10, 11, 3, 4, 5])
    #expect(try test.numbers("A[1..<3]") == [3, 4, 5, 6, 7, 8])
    #expect(try test.numbers("A[2..<2]") == [])
    #expect(try test.numbers("A[A > 8]") == [9, 10, 11])
    #expect(try test.numbers("A[A.T[0] > 3]") == [6, 7, 8, 9, 10, 11])
    #expect(try test.numbers("A[[3, 1], [0, 2]]") == [9, 5])
    #expect(try test.numbers("A[1..<3, [0, 2]]") == [3, 5, 6, 8])
    #expect(try test.numbers("[A[y[i]] for i in 0..<2]") == [6, 7, 8, 0, 1, 2])
    #expect(
      try test.numbers("[A[[i, y[i]]] for i in 0..<2]") == [0, 1, 2, 6, 7, 8, 3, 4, 5, 0, 1, 2])
    #expect(try test.numbers("[(i * A)[1..<3] for i in 0..<2][1]") == [3, 4, 5, 6, 7, 8])
    #expect(try test.numbers("drop(A, 1)") == [0, 1, 2, 6, 7, 8, 9, 10, 11])
    #expect(try test.numbers("[drop(A, i)[0] for i in 0..<2]") == [3, 4, 5, 0, 1, 2])
    #expect(try test.numbers("param p = 1; jac((p * A)[[3, 1]], p)") == [9, 10, 11, 3, 4, 5])
    #expect(try test.numbers("param p = 1; jac((p * A)[1..<2], p)") == [3, 4, 5])
  }

  @Test func permutationsAreThoseOfTheStream() throws {
    var stream = RandomStream(seed: 5, stream: 0)
    #expect(
      try TestSession().numbers("permutation(1000, seed = 5)")
        == stream.permutation(1000).map(Double.init))
  }

  // MARK: One by one

  @Test func elementsOneByOneAreCollected() throws {
    let test = TestSession()
    #expect(try test.numbers("[if i > 1 then i else 0 for i in 0..<5 if i != 3]") == [0, 0, 2, 4])
    #expect(try test.numbers("len([if i > 5 then i else 0 for i in 0..<3000 if i > 7])") == [2992])
    #expect(
      try test.numbers("[if i > 0 then [i, 1] else [0, 0] for i in 0..<3]") == [0, 0, 1, 1, 2, 1])
    #expect(
      try test.numbers("param p = 3; [if i > 0 then p * i else 0 for i in 0..<3]") == [0, 3, 6])
    #expect(
      try test.numbers("param p = 3; jac([if i > 0 then p * i else 0 for i in 0..<3], p)") == [
        0, 1, 2,
      ])
    #expect(try test.numbers("scan((a, x) -> a + x, 0, [1, 2, 3])") == [0, 1, 3, 6])
    #expect(try test.value("[if i > 0 then true else false for i in 0..<3]").isMask)
    #expect(!(try test.value("[if i > 0 then true else 0 for i in 0..<3]").isMask))
    for text in [
      "[if i > 0 then [1, 2] else 0 for i in 0..<3]", "[if i > 0 then \"a\" else 0 for i in 0..<3]",
      "[if i > 0 then 1 else \"a\" for i in 0..<3]", "map(i -> if i > 0 then 1 else \"a\", [1, 0])",
    ] {
      #expect(try !test.error(text).message.isEmpty, "\(text)")
    }
  }

  // MARK: The account

  @Test func memoryBesideArraysIsGivenBack() throws {
    let account = MemoryAccount(limit: 1000)
    #expect(throws: EvaluationProblem.self) { try account.holding(1001) {} }
    #expect(throws: CancellationError.self) {
      try account.holding(900) { throw CancellationError() }
    }
    try account.holding(1000) {}
    do {
      var growing = GrowingElements(expecting: 10, account: account)
      for i in 0..<300 { try growing.append(Double(i)) }
      #expect(try Tensor(&growing).elements.map { $0 } == (0..<300).map(Double.init))
      let collected = CollectedElements(expecting: 5, account: account)
      for i in 0..<5 { try collected.append(.number(Double(i))) }
      try collected.append(.tensor(Tensor([5], shape: [], account: account)))
      #expect(try collected.stacked().elements == [0, 1, 2, 3, 4, 5])
    }
    try account.holding(1000) {}
  }

  /// What is made of a number and a session's array counts, at every level of a derivative.
  @Test func tangentsAreDrawnFromTheAccount() throws {
    let account = MemoryAccount(limit: 10_000)
    let x = Value.dual(level: 1, primal: .number(1), tangent: .number(1))
    let array = Value.tensor(try Tensor([Double](repeating: 0, count: 300), account: account))
    guard case .dual(let sum) = try x + array, case .dual(let twice) = try (x + array) * x else {
      Issue.record("no dual")
      return
    }
    #expect(sum.tangent.account === account)
    #expect(twice.tangent.account === account)
    let reshaped = try Value.number(1).reshaped([1])
    #expect(try (reshaped + array).account === account)
  }

  // MARK: Stopping

  /// Each works for long in one kernel or list without an end.
  @Test(arguments: [
    "permutation(3e7)", "let v = rand(2e7); unique(v)", "let v = rand(3e7); v[v > 0.5]",
    "zeros(3e7, 1) + zeros(1, 1)", "let v = 0..<20000000; v[v]",
  ])
  func stopsWithinKernels(_ text: String) throws {
    let cancellation = Cancellation()
    let test = TestSession(cancellation: cancellation)
    let thread = Thread {
      Thread.sleep(forTimeInterval: 0.02)
      cancellation.cancel()
    }
    thread.start()
    #expect(try test.error(text).isCancellation, "\(text)")
  }

  /// Stopped, the text of a long array ends and says so.
  @Test func textOfALongArrayStops() throws {
    let cancellation = Cancellation()
    let account = MemoryAccount(stop: StopSignal(cancellation: cancellation))
    let value = Value.tensor(try Tensor([Double](repeating: 1, count: 100_000), account: account))
    let short = Value.tensor(try Tensor([1, 2], account: account))
    let text = ValueText(settings: DisplaySettings(elide: .max))
    #expect(JSON.value(value).count > 299_998)
    #expect(!text.text(value).contains("…"))
    cancellation.cancel()
    #expect(JSON.value(value).hasSuffix(", \"stopped\"]"))
    #expect(JSON.value(value).count < 20_000)
    #expect(text.text(value).hasSuffix(", … ] (100000)"))
    #expect(text.text(value).count < 20_000)
    // A short one takes no time.
    #expect(JSON.value(short) == "[1, 2]")
    #expect(text.text(short) == "[1, 2]")
  }
}
