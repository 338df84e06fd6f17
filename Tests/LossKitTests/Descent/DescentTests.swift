import Foundation
import Testing

@testable import LossKit

/// Losses with known minima, minimized by every method.
@Suite struct DescentTests {
  /// A problem with what is known of it.
  struct Problem: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String
    let start: [Double]
    var bounds: [ClosedRange<Double>]?
    /// The least value, to `precision`.
    let value: Double
    var precision = 1e-12
    /// The minimizer, where there is one.
    var point: [Double]?
    var testDescription: String { name }

    func function() throws -> LossFunction {
      let zeros = start.map { _ in "0" }.joined(separator: ", ")
      return try LossModel(source: "param x = [\(zeros)]; let f = \(source)")
        .function("f", of: ["x"])
    }
  }

  static let rosenbrock = "(1 - x[0])^2 + 100 * (x[1] - x[0]^2)^2"

  static let problems: [Problem] = [
    Problem(
      name: "a quadratic", source: "3 * x[0]^2 + 2 * x[0] * x[1] + x[1]^2 - x[0] - 4 * x[1]",
      start: [5, -7], value: -5.125, point: [-0.75, 2.75]),
    Problem(
      name: "Rosenbrock", source: rosenbrock, start: [-1.2, 1], value: 0, point: [1, 1]),
    Problem(
      name: "Rosenbrock in 100",
      source: "sum((1 - x[i])^2 + 100 * (x[i + 1] - x[i]^2)^2 for i in 0..<99)",
      start: (0..<100).map { $0 % 2 == 0 ? -1.2 : 1 }, value: 0,
      point: Array(repeating: 1, count: 100)),
    Problem(
      name: "Beale",
      source:
        "(1.5 - x[0] + x[0] * x[1])^2 + (2.25 - x[0] + x[0] * x[1]^2)^2 + (2.625 - x[0] + x[0] * x[1]^3)^2",
      start: [1, 1], value: 0, point: [3, 0.5]),
    Problem(
      name: "Himmelblau", source: "(x[0]^2 + x[1] - 11)^2 + (x[0] + x[1]^2 - 7)^2",
      start: [0, 0], value: 0, point: [3, 2]),
    // Problems 1 to 5 of Hock and Schittkowski, "Test examples for nonlinear programming codes", 1981;
    // of the second the minimum on the side of the start.
    Problem(
      name: "HS1", source: rosenbrock, start: [-2, 1],
      bounds: [-.infinity ... .infinity, -1.5 ... .infinity], value: 0, point: [1, 1]),
    Problem(
      name: "HS2", source: rosenbrock, start: [-2, 1],
      bounds: [-.infinity ... .infinity, 1.5 ... .infinity], value: 4.94122931798, precision: 1e-10,
      point: [-1.22102624, 1.5]),
    Problem(
      name: "HS3", source: "x[1] + 1e-5 * (x[1] - x[0])^2", start: [10, 1],
      bounds: [-.infinity ... .infinity, 0 ... .infinity], value: 0, precision: 1e-9),
    Problem(
      name: "HS4", source: "(x[0] + 1)^3 / 3 + x[1]", start: [1.125, 0.125],
      bounds: [1 ... .infinity, 0 ... .infinity], value: 8.0 / 3, point: [1, 0]),
    Problem(
      name: "HS5",
      source: "sin(x[0] + x[1]) + (x[0] - x[1])^2 - 1.5 * x[0] + 2.5 * x[1] + 1", start: [0, 0],
      bounds: [-1.5...4, -3...3], value: -(3.0.squareRoot()) / 2 - .pi / 3,
      point: [-.pi / 3 + 0.5, -.pi / 3 - 0.5]),
  ]

  // Newton's method takes another valley of Rosenbrock in 100.
  @Test(
    arguments: problems.flatMap { problem in
      [(problem, Descent.Method.lbfgs), (problem, .newton)]
    }.filter { $0.0.start.count == 2 || $0.1 == .lbfgs })
  func knownMinimaAreFound(_ problem: Problem, by method: Descent.Method) throws {
    let descent = try problem.function().minimized(
      from: problem.start, method: method, bounds: problem.bounds)
    #expect(descent.reason.isConverged, "\(descent.explanation)")
    #expect(abs(descent.value - problem.value) <= problem.precision, "\(descent.value)")
    // Beside Himmelblau's (3, 2) there are three more of the same depth.
    if let point = problem.point, problem.name != "Himmelblau" || method == .lbfgs {
      for (x, expected) in zip(descent.point, point) { #expect(abs(x - expected) < 1e-7) }
    }
    for (x, interval) in zip(descent.point, problem.bounds ?? []) {
      #expect(interval.contains(x))
    }
    // Far fewer than a method that crawls would need; the most is Rosenbrock in 100.
    #expect(descent.evaluations <= (problem.start.count > 2 ? 700 : 80), "\(descent.evaluations)")
  }

  @Test(arguments: problems.filter { $0.name != "Rosenbrock in 100" && $0.name != "HS3" })
  func gradientDescentGetsThere(_ problem: Problem) throws {
    let descent = try problem.function().minimized(
      from: problem.start, method: .gradientDescent, bounds: problem.bounds)
    #expect(abs(descent.value - problem.value) <= 1e-6)
    #expect(descent.value < (try problem.function().value(at: problem.start)))
  }

  @Test func aRateGoesStraight() throws {
    // x ← x - 0.25 · 2x halves x at each step, exactly.
    let function = try LossModel(source: "param x = 1; let f = x^2").function("f", of: ["x"])
    let descent = try function.minimized(
      from: [1], method: .gradientDescent, options: .init(steps: 10, rate: 0.25))
    #expect(descent.point == [0x1p-10])
    #expect(descent.steps == 10)
    #expect(descent.evaluations == 11)
    #expect(descent.reason == .steps)
    #expect(descent.trajectory.map(\.value) == (0...10).map { pow(0.25, Double($0)) })
  }

  /// By the formulas of the paper: all corrections cancel at the first step, which is `rate` times
  /// the sign of the gradient but for ε.
  @Test func adamBeginsAtItsRate() throws {
    let function = try LossModel(source: "param x = [3, -0.5]; let f = sum(x^2)")
      .function("f", of: ["x"])
    let descent = try function.minimized(
      from: [3, -0.5], method: .adam, options: .init(steps: 1, rate: 0.1))
    #expect(abs(descent.point[0] - 2.9) < 1e-8)
    #expect(abs(descent.point[1] - -0.4) < 1e-8)
    let far = try function.minimized(
      from: [3, -0.5], method: .adam, options: .init(steps: 2000, rate: 0.05))
    #expect(far.value < 1e-12)
  }

  @Test func otherInputsStayAsTheyAre() throws {
    let function = try LossModel(source: "param a = 1, b = 2, c = 3; let f = (a - b * c)^2 + c^2")
      .function("f", of: ["a", "b", "c"], wrt: ["c", "a"])
    let descent = try function.minimized(from: [10, 2, 1])
    // By c and a, in this order: a = 2 c, c = 0.
    #expect(descent.point.count == 2)
    #expect(descent.point.allSatisfy { abs($0) < 1e-7 })
  }

  @Test func compiledAndInterpretedGoTheSameWay() throws {
    let function = try DescentTests.problems[3].function()
    #expect(function.isCompiled)
    let compiled = try function.minimized(from: [1, 1])
    let interpreted = try function.interpreted.minimized(from: [1, 1])
    // A program rounds as it likes: the ways are the same, not their last bits.
    #expect(compiled.steps == interpreted.steps)
    for (a, b) in zip(compiled.trajectory, interpreted.trajectory) {
      #expect(abs(a.value - b.value) <= 1e-9 * max(a.value, 1e-6))
    }
  }

  @Test func callsThatDoNotFitAreErrors() throws {
    let function = try DescentTests.problems[0].function()
    #expect(throws: LossError.self) { try function.minimized(from: [1]) }
    #expect(throws: LossError.self) { try function.minimized(from: [1, 2], bounds: [0...1]) }
  }
}
