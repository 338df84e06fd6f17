import Foundation
import Synchronization
import Testing

@testable import LossKit

/// Functions and models that threads share give each of them the bits that one thread gets.
///
/// `bin/sanitize thread` runs these to find data races, which need not show in a result.
@Suite struct ConcurrencyTests {
  static let threads = 8

  static let source = """
    param s = [2, 1, 0.1, -1], w = 0.5
    data y = 1, A = [[2, 0.5], [0.5, 3]]
    let k = 2 + w
    let hinge = relu(max(drop(s, y)) - s[y])
    let g = v -> v * k
    let power(v, p = 2) = v^p
    data kept = { let c = 3; let inner = u -> c * u; v -> inner(v) + v }
    """

  /// Compiled and interpreted ones, with corners, functions that keep what they were made with,
  /// draws, and derivatives inside.
  static let losses = [
    "lse(s) - s[y]", "hinge", "smooth(hinge, 3) + g(w)", "g(w) + kept(sum(s))",
    "sum(softplus(v) * w for v in s) + w^2", "fold((a, b) -> a * b + w, 1, s)",
    "power(w) + g(w) at (k = 3)", "sum(power(v, p = 3) for v in s if v > 0.5)",
    "logdet(A + w^2 * eye(2)) + norm(s)", "grad(lse(s), s)[0] * w", "sum(s * randn(4, seed = 3))",
    "{ let h(v) = v * w + kept(v); h(s[0]) + h(s[1]) }",
  ]

  static let points: [[Double]] = (0..<16).map { i in
    (0..<5).map { j -> Double in
      let step = (31 * i + 17 * j) % 23
      return Double(step) / 4 - 2
    }
  }

  /// All that a function gives at the points, one after another.
  private static func results(
    of function: LossFunction, minimizing: Bool = true
  ) throws -> [Double] {
    var work = function.makeWorkspace()
    var results: [Double] = []
    var gradient = [Double](repeating: .nan, count: function.gradientCount)
    var hessian = [Double](repeating: .nan, count: function.gradientCount * function.gradientCount)
    for point in points {
      results.append(try function.value(at: point.span, using: &work))
      var span = gradient.mutableSpan
      results.append(
        try function.valueWithGradient(at: point.span, gradient: &span, using: &work))
      results += gradient
    }
    for point in points.prefix(3) {
      var span = hessian.mutableSpan
      try function.hessian(at: point.span, into: &span, using: &work)
      results += hessian
    }
    let all = points.flatMap { $0 }
    var values = [Double](repeating: .nan, count: points.count)
    var gradients = [Double](repeating: .nan, count: points.count * function.gradientCount)
    var valueSpan = values.mutableSpan
    var gradientSpan = gradients.mutableSpan
    try function.valuesWithGradients(
      at: all.span, count: points.count, parallelism: 2, values: &valueSpan,
      gradients: &gradientSpan)
    results += values + gradients
    if minimizing {
      let descent = try function.minimized(from: points[1], options: .init(steps: 5))
      results.append(descent.value)
      results += descent.point
    }
    return results
  }

  private static func expect(
    _ expected: [UInt64], of function: LossFunction, minimizing: Bool = true
  ) throws {
    let mine = try bits(results(of: function, minimizing: minimizing))
    #expect(mine == expected)
  }

  private static func bits(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }

  /// Calls `body` on threads of the system, all at once, and throws the first error.
  private static func onThreads(
    _ count: Int = threads, _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let failures = Mutex<[any Error]>([])
    let waiting = Atomic<Int>(count)
    withoutActuallyEscaping(body) { body in
      let started = (0..<count).compactMap { index in
        SystemThread {
          // Together, or the first would be done before the last begins.
          waiting.wrappingSubtract(1, ordering: .acquiringAndReleasing)
          while waiting.load(ordering: .acquiring) > 0 { sched_yield() }
          do {
            try body(index)
          } catch {
            failures.withLock { $0.append(error) }
          }
        }
      }
      #expect(started.count == count)
      for thread in started { thread.join() }
    }
    if let failure = failures.withLock({ $0.first }) { throw failure }
  }

  @Test(arguments: losses)
  func oneFunction(_ loss: String) throws {
    let expected = Self.bits(
      try Self.results(of: LossModel(source: Self.source).function(loss, of: ["s", "w"])))
    let function = try LossModel(source: Self.source).function(loss, of: ["s", "w"])
    try Self.onThreads { _ in
      try Self.expect(expected, of: function)
    }
  }

  @Test func functionsOfOneModelMadeAtOnce() throws {
    let expected = try Self.losses.map { loss in
      Self.bits(
        try Self.results(
          of: LossModel(source: Self.source).function(loss, of: ["s", "w"]), minimizing: false))
    }
    let model = try LossModel(source: Self.source)
    try Self.onThreads { thread in
      for step in Self.losses.indices {
        let place = (step + thread) % Self.losses.count
        let function = try model.function(Self.losses[place], of: ["s", "w"])
        try Self.expect(expected[place], of: function, minimizing: false)
        #expect(model.size(of: "A") == 4)
        #expect(model.size(of: "unknown\(thread)") == nil)
        #expect(model.params == ["s", "w"])
        // Names that only this thread's expression has.
        let own = try model.function("sum(own\(thread) * w for own\(thread) in s)", of: ["s", "w"])
        let value = try own.value(at: [1, 2, 3, 4, 0.5])
        #expect(value == 5)
        #expect(throws: LossError.self) { try model.function("s + nothing\(thread)", of: ["s"]) }
      }
    }
  }

  /// Texts that threads parse and run at the same time share nothing but what is constant.
  @Test func sessionsOfTheirOwn() throws {
    let text = Self.source + "\nimport losses; hinge; ce = 1"
    @Sendable func outcome() throws -> String {
      let session = Session()
      var shown = ""
      do {
        try session.run(text) { shown += $0.rendered(session.settings).plain }
      } catch {
        shown += error.description
      }
      shown += try session.explanation(of: "smooth(hinge) * w").notes.joined()
      shown += session.help("softplus")?.plain ?? ""
      return shown
    }
    let expected = try outcome()
    try Self.onThreads { _ in
      let mine = try outcome()
      #expect(mine == expected)
    }
  }

  @Test func oneIsStoppedWhileOthersGoOn() throws {
    let model = try LossModel(
      source: Self.source + "\nlet spin(n) = if n == 0 then w else spin(n - 1) + spin(n - 1)")
    // At once where the model is, for ever where it is called.
    let long = try model.function("spin(floor(w))", of: ["w"]).interpreted
    let short = try model.function("hinge + g(w)", of: ["s", "w"])
    let expected = try Self.bits(Self.results(of: short))
    let cancellation = Cancellation()
    try Self.onThreads { thread in
      switch thread {
      case 0, 1:
        var work = long.makeWorkspace(cancellation: cancellation)
        do throws(LossError) {
          _ = try long.value(at: [200.0].span, using: &work)
          Issue.record("spin ended")
        } catch {
          #expect(error.isCancellation)
        }
      case 2:
        Thread.sleep(forTimeInterval: 0.05)
        cancellation.cancel()
      default: try Self.expect(expected, of: short)
      }
    }
  }

  @Test func modelsEndBeforeTheirFunctions() throws {
    let expected = Self.bits(
      try Self.results(of: LossModel(source: Self.source).function("hinge + g(w)", of: ["s", "w"])))
    var function: LossFunction? = try LossModel(source: Self.source).function(
      "hinge + g(w)", of: ["s", "w"])
    weak let root = function?.model.root
    let shared = Mutex(function)
    function = nil
    try Self.onThreads { _ in
      var mine = shared.withLock { $0 }
      let own = try LossModel(source: Self.source).function("hinge + g(w)", of: ["s", "w"])
      try Self.expect(expected, of: own)
      if let function = mine { try Self.expect(expected, of: function) }
      // The last thread that takes its copy away ends the model.
      shared.withLock { $0 = nil }
      mine = nil
    }
    #expect(root == nil)
  }

  /// Workspaces with helpers of their own, more than there are processors.
  @Test func pools() throws {
    let model = try LossModel(source: "param s = randn(70001)")
    let function = try model.function("lse(s) + sum(tanh(s))", of: ["s"])
    let point = (0..<70_001).map { Double($0 * 7_919 % 10_007) / 2_000 - 2.5003 }
    @Sendable func results(_ parallelism: Int) throws -> [Double] {
      var work = function.makeWorkspace(parallelism: parallelism)
      var gradient = [Double](repeating: .nan, count: point.count)
      var span = gradient.mutableSpan
      let value = try function.valueWithGradient(at: point.span, gradient: &span, using: &work)
      return [value] + gradient
    }
    let expected = try Self.bits(results(1))
    try Self.onThreads(4) { thread in
      for _ in 0..<3 {
        let mine = try Self.bits(results(thread % 3 + 1))
        #expect(mine == expected)
      }
    }
  }
}
