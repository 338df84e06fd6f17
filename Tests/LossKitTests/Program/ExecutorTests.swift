import Testing

@testable import LossKit

/// How programs run: forward or reverse, in chunks, by several threads.
@Suite struct ExecutorTests {
  // MARK: Forward or reverse

  @Test(arguments: [
    // What one direction does to a constant matrix is known beforehand; back it is a product.
    ("sum((M @ (t * v))^2)", ["t"], CompiledLoss.Mode.forward),
    ("lse(M @ (v - t * w))", ["t"], .forward),
    ("sum(exp(t * v))", ["t"], .reverse),
    ("lse(s) - s[0]", ["s"], .reverse),
    ("softplus(lse(drop(s, 0)) - s[0])", ["s"], .reverse),
    ("sum(tanh(v * w))", ["w"], .reverse),
  ])
  func mode(_ loss: String, _ inputs: [String], _ mode: CompiledLoss.Mode) throws {
    let model = try LossModel(
      source: """
        param t = 0.5; param s = [1, 2, 3, 4, 5, 6]
        data v = randn(50), M = randn(50, 50); param w = randn(50)
        """)
    let function = try model.function(loss, of: inputs)
    #expect(function.compiled?.mode == mode)
  }

  /// A comprehension is one operation over its elements, not one for each.
  @Test(arguments: [
    "mean(cross_entropy(X[i] @ W, y[i]) for i in 0..<n)", "sum(tanh(x)^2 for x in v)",
    "lse(v[i] * W[0, 0] for i in 0..<n if i != 3)", "max(v[i] - v[j] for i in 0..<n, j in 0..<2)",
  ])
  func instructionsDoNotGrow(_ loss: String) throws {
    let counts = try [10, 300].map { n in
      let model = try LossModel(
        source: """
          let n = \(n)
          data X = randn(n, 4), y = floor(3 * rand(n))
          param W = randn(4, 3), v = randn(n)
          """)
      let function = try model.function(loss, of: ["W", "v"])
      return try #require(function.compiled).gradient.instructions.count
    }
    #expect(counts[0] == counts[1])
    #expect(counts[0] < 30)
  }

  // MARK: Long arrays

  static let long = 200_003

  /// The same bits with any number of threads.
  @Test(arguments: [
    "softplus(lse(drop(s, 0)) - s[0])", "lse(s)", "sum(exp(s) * s)", "dot(softmax(s), s)",
    "sum(sigmoid(s) for t in s[..<1])", "mean(square(relu(s + 0.1)))",
  ])
  func threads(_ loss: String) throws {
    let model = try LossModel(source: "param s = randn(\(Self.long))")
    let function = try model.function(loss, of: ["s"])
    #expect(function.isCompiled)
    var generator = SplitMix64(seed: 1)
    let point = (0..<Self.long).map { _ in Double(generator.next() % 8_191) / 1_000 - 4.0005 }
    var results: [[Double]] = []
    for threads in [1, 2, 3] {
      var work = function.makeWorkspace(parallelism: threads)
      for _ in 0..<3 {
        var gradient = [Double](repeating: .nan, count: Self.long)
        var span = gradient.mutableSpan
        let value = try function.valueWithGradient(at: point.span, gradient: &span, using: &work)
        results.append([value] + gradient)
      }
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// Against the plain formula, with the largest entry in different chunks.
  @Test(arguments: [0, 70_000, long - 1])
  func longLogSumExp(_ place: Int) throws {
    let model = try LossModel(source: "param s = randn(\(Self.long))")
    let function = try model.function("lse(s)", of: ["s"])
    var point = (0..<Self.long).map { Double($0 % 1_009) / 100 }
    point[place] = 13.5
    let (value, gradient) = try function.valueWithGradient(at: point)
    let total = point.map { Scalar.exp($0 - 13.5) }.withUnsafeBufferPointer { Summation.sum($0) }
    #expect(abs(value - (13.5 + Scalar.log(total))) <= 2 * value.ulp)
    for i in stride(from: 0, to: Self.long, by: 1_237) {
      let share = Scalar.exp(point[i] - 13.5) / total
      // Each of the two errs by (4 + |d|) u, d the distance from the largest entry.
      #expect(abs(gradient[i] - share) <= 2 * 0x1p-53 * (4 + 13.5) * share, "\(i)")
    }
  }

  /// A long chain gives at each element what it gives for one number.
  @Test(arguments: [
    "square(relu(x + 0.1)) * exp(x) - tanh(x)", "softplus(x) * sigmoid(x) / (1 + x * x)",
    "if x > 0.25 then log(x) * x else exp(-x)", "sqrt(1 + square(x)) - abs(x - 0.3) * 2",
  ])
  func longChains(_ formula: String) throws {
    let model = try LossModel(
      source: "param s = randn(\(Self.long)), t = 0.5; let f(x) = \(formula)")
    let sum = try model.function("sum(f(x) for x in s)", of: ["s"])
    let one = try model.function("f(t)", of: ["t"]).interpreted
    #expect(sum.isCompiled)
    let point = (0..<Self.long).map { Double($0 * 7_919 % 10_007) / 2_000 - 2.5003 }
    let (_, gradient) = try sum.valueWithGradient(at: point)
    for i in stride(from: 0, to: Self.long, by: 997) {
      let expected = try one.valueWithGradient(at: [point[i]]).gradient[0]
      #expect(abs(gradient[i] - expected) <= 32 * 0x1p-53 * max(abs(expected), 1), "\(point[i])")
    }
  }

  // MARK: Sessions

  @Test func manyParams() throws {
    let session = Session()
    try session.run(
      """
      param s = randn(100000)
      let g = grad(lse(s), s)
      assert g == grad(lse(s)).s
      assert max(abs(g - softmax(s))) <= 1e-19
      assert kinks(max(s)) == 0
      let f(v) = sum(v^2)
      assert grad(f)(s) == 2 * s
      """
    ) { _ in }
  }

  /// A corner is settled by the interpreter, with its note.
  @Test func cornersOfManyParams() throws {
    let session = Session()
    var text = ""
    try session.run("param s = zeros(50)\nsum(relu(s)) - sum(relu(-s))\nmax(s)") {
      text += $0.rendered(session.settings).plain + "\n"
    }
    #expect(text.contains("∂s = [1, 1, 1, … , 1] (50)"))
    #expect(text.contains("∂s = [1, 0, 0, … , 0] (50)"))
    #expect(text.contains("relu is at a corner here"))
    #expect(text.contains("max is at a corner here"))
  }

  // MARK: Threads

  @Test func aPoolDoesAllPieces() {
    let pool = WorkerPool(helpers: 3)
    for count in [0, 1, 2, 3, 100, 1_000] {
      let done = UnsafeMutableBufferPointer<Int>.allocate(capacity: max(count, 1))
      defer { done.deallocate() }
      done.initialize(repeating: 0)
      for _ in 0..<20 { pool.run(count) { done[$0] += 1 } }
      #expect(done.prefix(count).allSatisfy { $0 == 20 })
    }
  }
}
