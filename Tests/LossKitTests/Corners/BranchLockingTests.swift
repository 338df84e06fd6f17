import Testing

@testable import LossKit

/// All chunks of directions differentiate one branch, whatever they decide on the way: each case is
/// a function whose derivative is known, and a gradient that is not Clarke's where chunks disagree.
@Suite struct BranchLockingTests {
  /// A session whose derivatives by more than two elements come in chunks of two or three.
  private func session(_ text: String, files: [String: String] = [:]) throws -> TestSession {
    let test = TestSession(files: files)
    test.session.evaluator.corners.chunks = DirectionChunks(budget: 1, fewest: 2)
    try test.run(text)
    return test
  }

  /// `-relu(x) + relu(-x) + x`, which is 0 everywhere.
  private static let zero = "relu(-x[5]) - relu(x[5]) + x[5]"

  @Test func chunksHaveOneSizeOfTwoAtLeast() {
    let chunks = DirectionChunks(budget: 1, fewest: 2)
    for total in 1..<200 {
      for size in 0..<total + 2 {
        let even = chunks.evened(size, among: total)
        #expect(even <= max(size, 2) && (1...total).contains(even))
        #expect(even > 1 || total == 1)
        // No chunk consists of padding alone.
        #expect(((total - 1) / even) * even < total)
      }
    }
    let usual = DirectionChunks()
    #expect(usual.size(for: 1500, openExtent: 1) == 750)
    #expect(usual.size(for: 3547, openExtent: 1) == 507)
    #expect(usual.size(for: 1000, openExtent: 256) == 16)
    #expect(usual.size(for: 1 << 40, openExtent: 1 << 40) == 16)
    #expect(usual.size(for: 0, openExtent: 1) == 1)
  }

  @Test func formulasThatDoNotDependOnTheInputs() throws {
    let test = try session(
      "param x = zeros(6), y = 0; let c = grad(abs(y), y); let loss = c + \(Self.zero)")
    #expect(try test.numbers("grad(loss, x)") == [0, 0, 0, 0, 0, 0])
    // At one site with decisions of the expression, of which only the first chunk meets it.
    try test.run("let r(t) = relu(t); let d = grad(r(y), y)")
    #expect(try test.numbers("grad(d + r(-x[5]) - r(x[5]) + x[5], x)") == [0, 0, 0, 0, 0, 0])
  }

  /// The last chunk once was shorter, and so it cut comprehensions into other blocks.
  @Test func blocksOfComprehensions() throws {
    for count in [5, 7, 100] {
      let test = try session("param x = zeros(6)")
      let gradient = try test.numbers(
        "grad(sum(relu(x[0]*(i+1)) for i in 0..<\(count)) + \(Self.zero), x)")
      #expect(gradient == [Double(count * (count + 1) / 2), 0, 0, 0, 0, 0])
    }
    let test = try TestSession("param x = zeros(1500)")
    let gradient = try test.numbers(
      "grad(sum(relu(x[0]*(i+1)) for i in 0..<100) + relu(-x[1499]) - relu(x[1499]) + x[1499], x)")
    #expect(gradient == [5050] + Array(repeating: 0, count: 1499))
  }

  /// The last chunk once had a single direction, which takes other paths.
  @Test func anOddDirection() throws {
    for count in 2...9 {
      let test = try session("param x = zeros(\(count))")
      let last = "x[\(count - 1)]"
      let gradient = try test.numbers(
        "grad(relu(5 + x[0]) + relu(x[0]) + relu(-\(last)) - relu(\(last)) + \(last), x)")
      #expect(gradient == [2] + Array(repeating: 0, count: count - 1))
    }
  }

  /// What a comprehension decided before it turned out not to go in lanes is forgotten, but not what
  /// a formula decided meanwhile.
  @Test func attemptsThatAreGivenUp() throws {
    let test = try session(
      """
      param x = zeros(6)
      let f = relu(x[0] - x[5])
      let g(i) = f + (if i > 1 then relu(x[0] - x[5]) else relu(x[5]))
      """)
    #expect(
      try test.numbers("grad(sum(f + (if i > 1 then 1 else 2) for i in 0..<3), x)")
        == [3, 0, 0, 0, 0, -3])
    #expect(
      try test.numbers("grad(sum(g(i) for i in 0..<3) + relu(x[0] - x[5]), x)")
        == [5, 0, 0, 0, 0, -3])
  }

  /// The first chunk settles a part of a tie of three, the last one the rest.
  @Test func tiesOfSeveralAreRefined() throws {
    let test = try session("param x = zeros(6)")
    for (a, b) in [
      ("max([x[0], x[0]+x[5], -x[0]])", "max([x[0]+x[5], x[0], -x[0]])"),
      ("sort([x[0], x[0]+x[5], -x[0]])[2]", "sort([x[0]+x[5], x[0], -x[0]])[2]"),
      (
        "max([x[0], x[0]+x[3], x[0]+x[3]+x[5], -x[0]])",
        "max([x[0]+x[3]+x[5], x[0]+x[3], -x[0], x[0]])"
      ),
    ] {
      #expect(try test.numbers("grad(\(a) - \(b), x)") == [0, 0, 0, 0, 0, 0], "\(a)")
    }
    #expect(try test.numbers("grad(max([x[0], x[0]+x[5], -x[0]]), x)") == [1, 0, 0, 0, 0, 1])
  }

  /// What a derivative along one direction decides inside stays decided, too: both are max(x[0], x[5])
  /// at 0, whose gradient the first chunk chooses.
  @Test func insideOneDirection() throws {
    let test = try session("param x = zeros(6)")
    for e in [
      "jvp(max(t * x[0], t * x[5]), t, 1)", "slopes(max(t * x[0], t * x[5]), t)[1]",
      "jvp(max([t * x[0], t * x[5]]), t, 1)",
    ] {
      #expect(try test.numbers("grad({ let t = 1; \(e) }, x)") == [1, 0, 0, 0, 0, 0], "\(e)")
    }
  }

  @Test func kinksAreCountedOnce() throws {
    let test = try session("param x = zeros(6)")
    #expect(try test.number("kinks(relu(sum(x)))") == 1)
    #expect(try test.number("kinks(max([x[0], sum(x), -x[5]]))") == 1)
    #expect(try test.number("kinks(norm(x))") == 1)
    #expect(try test.number("kinks(sum(abs(x)))") == 6)
    #expect(try test.number("kinks(relu(x[5]) + relu(x[5]))") == 2)
  }

  /// The symmetric rule evaluates in chunks too, where padding may carry nan.
  @Test func theSymmetricRule() throws {
    let test = try session("param x = zeros(7)")
    test.session.corners = .symmetric
    #expect(try test.numbers("grad(relu(x[6]), x)") == [0, 0, 0, 0, 0, 0, 0.5])
    #expect(try test.numbers("grad(max([x[0], x[6]]), x)") == [0.5, 0, 0, 0, 0, 0, 0.5])
    _ = try test.numbers("grad(relu(sqrt(x[6])), x)")
  }

  /// Seeds alone that need more than there is are cut up as what an expression needs.
  @Test(arguments: [300, 2_000])
  func scarceMemory(_ limit: Int) throws {
    let session = TestSession().session
    let account = MemoryAccount(limit: limit)
    let evaluator = Evaluator(
      root: session.evaluator.root, symbols: session.evaluator.symbols, builtins: [],
      account: account, limits: .standard, files: session.evaluator.files)
    let x = try Tensor((0..<20).map(Double.init), account: MemoryAccount(limit: 1000)).value
    var sizes: Set<Int> = []
    let (_, derivative) = try evaluator.derivative(at: [x]) { duals in
      sizes.insert(evaluator.openExtent)
      return try .apply(SumRows(), duals[0])
    }
    #expect(derivative.elements == Array(repeating: 1, count: 20))
    #expect(sizes == (limit < 400 ? [2] : [20]))
  }
}
