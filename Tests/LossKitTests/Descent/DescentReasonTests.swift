import Testing

@testable import LossKit

/// Why descents end.
@Suite struct DescentReasonTests {
  private func descent(
    _ loss: String, from start: [Double], _ method: Descent.Method = .lbfgs,
    _ options: Descent.Options = .init(), bounds: [ClosedRange<Double>]? = nil,
    cancellation: Cancellation? = nil, progress: ((Descent.Step) -> Void)? = nil
  ) throws -> Descent {
    let x = start.count == 1 ? "1" : "[\(start.map { _ in "1" }.joined(separator: ", "))]"
    return try LossModel(source: "param x = \(x); let f = \(loss)").function("f", of: ["x"])
      .minimized(
        from: start, method: method, options: options, bounds: bounds,
        cancellation: cancellation, progress: progress)
  }

  @Test func theGradientIsSmall() throws {
    let result = try descent("(x - 2)^2", from: [0])
    #expect(result.reason == .gradient)
    #expect(result.gradientNorm <= 1e-8)
    let rough = try descent("x^4", from: [1.25], .lbfgs, .init(tolerance: 0.1))
    #expect(rough.reason == .gradient)
    #expect((1e-3...0.1).contains(rough.gradientNorm))
  }

  @Test func atTheStartAlready() throws {
    let result = try descent("x^2", from: [0])
    #expect(result.steps == 0)
    #expect(result.evaluations == 1)
    #expect(result.trajectory.count == 1)
    #expect(result.reason == .gradient)
  }

  /// A sum of squares about 1e6: its value has no digits left for what its gradient could still tell.
  @Test func precisionIsUsedUp() throws {
    let result = try descent(
      "1e6 + 1e6 * (x[0] - 0.1)^2 + (x[1] - 0.3)^4 + x[0] * x[1]", from: [3, 3], .lbfgs,
      .init(tolerance: 0))
    #expect(result.reason == .precision)
    #expect(result.steps < 200)
    #expect(abs(result.point[0] - 0.1) < 1e-6)
  }

  @Test func stepsAreUsedUp() throws {
    let result = try descent(
      DescentTests.rosenbrock, from: [-1.2, 1], .lbfgs, .init(steps: 7))
    #expect(result.reason == .steps)
    #expect(result.steps == 7)
    #expect(result.trajectory.map(\.number) == Array(0...7))
  }

  @Test func cornersAreTold() throws {
    let result = try descent("abs(x - 0.7)", from: [0])
    #expect(result.reason == .corner)
    #expect(abs(result.point[0] - 0.7) < 1e-15)
    // Where no double lies at the corner, the slope jumps between two of them.
    let between = try descent("abs(x^2 - 2)", from: [1])
    #expect(between.reason == .corner)
    #expect(abs(between.point[0] - 2.0.squareRoot()) < 1e-15)
    #expect(between.risesAlongInputs)
  }

  @Test func cornersThatAreNoMinimaAreLeft() throws {
    // At (0, 0) the gradient of the first piece leads up on the other side; along x₁ it goes down.
    let result = try descent("abs(x[0]) - x[1] + x[1]^2", from: [0, 0])
    #expect(abs(result.value - -0.25) < 1e-7)
    #expect(abs(result.point[1] - 0.5) < 1e-3)
    let exact = try descent("abs(x[0] - 1) + 3 * abs(x[1] + 2)", from: [1, -2])
    #expect(exact.reason == .corner)
    #expect(exact.risesAlongInputs)
    #expect(exact.steps == 0)
  }

  @Test func manyCornersAreCopedWith() throws {
    // Least squares deviations: the median of (1, 2, 4, 8, 9) in each input.
    let result = try descent(
      "sum(abs(x[i] - a) for i in 0..<3, a in [1, 2, 4, 8, 9])", from: [0, 5, 20])
    #expect(abs(result.value - 3 * 14) < 1e-10, "\(result.value) \(result.explanation)")
    #expect(result.evaluations < 2000)
  }

  /// The lasso, whose minimum lies at 17 corners at once.
  ///
  /// Expected is what coordinate descent with
  /// soft thresholding finds in NumPy, 5,000 sweeps.
  @Test func manyCornersAtTheMinimum() throws {
    let model = try LossModel(
      source: """
        data X = randn(200, 20, seed = 1)
        data truth = [3, -2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        data t = X @ truth + 0.1 * randn(200, seed = 2)
        param w = zeros(20)
        let lasso = mean((X @ w - t)^2) / 2 + 0.1 * sum(abs(w))
        """)
    let result = try model.function("lasso", of: ["w"])
      .minimized(from: Array(repeating: 0, count: 20))
    #expect(result.reason == .corner)
    #expect(abs(result.value - 0.5892329804622222) < 1e-11, "\(result.value)")
    #expect(result.point.count { abs($0) > 1e-12 } == 3)
  }

  @Test(arguments: ["-x", "-exp(x)", "-x^2 * 1e-3", "log(x)", "x^3"])
  func withoutEnd(_ loss: String) throws {
    let result = try descent(loss, from: [0.5])
    #expect(result.reason == .unbounded, "\(result.explanation)")
    #expect(result.value.isFinite)
    #expect(result.point[0].isFinite)
  }

  @Test func boundsHold() throws {
    let result = try descent("x[0] + x[1]^2 - x[1]^3", from: [0.5, 0.5], bounds: [0...1, -1...2])
    #expect(result.point[0] == 0)
    #expect(result.heldInputs >= 1)
    let vertex = try descent("x[0] - x[1]", from: [0.5, 0.5], bounds: [0...1, 0...1])
    #expect(vertex.reason == .bounds)
    #expect(vertex.point == [0, 1])
    #expect(vertex.heldInputs == 2)
    #expect(vertex.gradientNorm == 0)
    // A start outside is moved in; an input with one value only stays.
    let pinned = try descent("sum((x - 5)^2)", from: [9, 9], bounds: [0...1, 3...3])
    #expect(pinned.point == [1, 3])
    #expect(pinned.reason == .bounds)
  }

  @Test func manyBoundsAreMetInOneStep() throws {
    let n = 50
    let result = try descent(
      "sum((x[i] - i + 25)^2 for i in 0..<50) + (sum(x) / 10)^2",
      from: Array(repeating: 0, count: n),
      bounds: Array(repeating: -1...1, count: n))
    #expect(result.reason.isConverged)
    #expect(result.evaluations < 40, "\(result.evaluations)")
    #expect(result.heldInputs > 40)
  }

  @Test func notFiniteAnywhereElse() throws {
    // Only the start has a value.
    let result = try descent("where(x == 1, 1 - x, sqrt(-(x - 1)^2 - 1))", from: [1])
    #expect(result.reason == .notFinite)
    #expect(result.point == [1])
    let rate = try descent("x^4", from: [10], .gradientDescent, .init(rate: 1))
    #expect(rate.reason == .notFinite)
    #expect(rate.point == [10])
    #expect(rate.explanation.hasPrefix("the next step"))
  }

  @Test func aStartWithoutAValueIsAnError() throws {
    #expect(throws: LossError.self) { try descent("log(-x)", from: [1]) }
    do {
      _ = try descent("sqrt(x)", from: [0])
      Issue.record("no error")
    } catch let error as LossError {
      #expect(error.message == "the gradient is not finite at the start: an element is inf")
    }
  }

  @Test func aSaddleIsLeftByNewton() throws {
    let result = try descent("x[0]^2 - x[1]^2 + x[1]^4", from: [1, 0], .newton)
    #expect(result.reason == .gradient)
    #expect(abs(result.value - -0.25) < 1e-12)
    #expect(result.evaluations < 20)
  }

  /// Asked to stop while it goes on, it gives what it has.
  @Test(arguments: Descent.Method.allCases)
  func interruptions(_ method: Descent.Method) throws {
    let cancellation = Cancellation()
    let result = try descent(
      DescentTests.rosenbrock, from: [-1.2, 1], method, .init(steps: 100_000),
      cancellation: cancellation
    ) { if $0.number == 5 { cancellation.cancel() } }
    #expect(result.reason == .interrupted)
    #expect(result.steps == 5)
    #expect(result.value < 24.2)
    cancellation.cancel()
    #expect(throws: LossError.self) {
      try descent("x^2", from: [3], cancellation: cancellation)
    }
  }

  @Test func progressIsTheTrajectory() throws {
    var seen: [Descent.Step] = []
    let result = try descent(DescentTests.rosenbrock, from: [-1.2, 1]) { seen.append($0) }
    #expect(seen == result.trajectory)
    #expect(seen.last?.value == result.value)
    #expect(seen.last?.evaluations == result.evaluations)
  }

  @Test func longTrajectoriesAreThinnedOut() throws {
    for steps in [999, 1000, 1001, 5000, 12_345] {
      let result = try descent(
        "x^2", from: [1], .gradientDescent, .init(steps: steps, rate: 1e-6, tolerance: 0))
      #expect(result.steps == steps)
      let numbers = result.trajectory.map(\.number)
      #expect(numbers.first == 0)
      #expect(numbers.last == steps)
      #expect((501...1002).contains(numbers.count), "\(numbers.count) of \(steps)")
      let spacings = Set(zip(numbers.dropLast().dropFirst(), numbers.dropLast()).map { $0 - $1 })
      #expect(spacings.count == 1, "\(spacings)")
    }
  }

  @Test func sameAgain() throws {
    let first = try descent(DescentTests.rosenbrock, from: [-1.2, 1])
    let second = try descent(DescentTests.rosenbrock, from: [-1.2, 1])
    #expect(first.trajectory == second.trajectory)
    #expect(first.point == second.point)
  }
}
