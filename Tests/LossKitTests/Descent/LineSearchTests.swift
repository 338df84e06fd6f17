import Foundation
import Testing

@testable import LossKit

/// The line search on functions of one number.
@Suite struct LineSearchTests {
  /// A function with its slope.
  struct Function: Sendable, CustomTestStringConvertible {
    let name: String
    /// c₁ and c₂ as in the tables of the paper.
    let decrease: Double
    let curvature: Double
    let value: @Sendable (Double) -> (value: Double, slope: Double)
    var testDescription: String { name }
  }

  /// The six functions of Moré and Thuente, "Line search algorithms with guaranteed sufficient
  /// decrease", 1994, section 5.
  static let functions: [Function] = [
    Function(name: "5.1", decrease: 0.001, curvature: 0.1) { x in
      (-x / (x * x + 2), (x * x - 2) / ((x * x + 2) * (x * x + 2)))
    },
    Function(name: "5.2", decrease: 0.1, curvature: 0.1) { x in
      let y = x + 0.004
      return (pow(y, 5) - 2 * pow(y, 4), 5 * pow(y, 4) - 8 * pow(y, 3))
    },
    Function(name: "5.3", decrease: 0.1, curvature: 0.1) { x in
      let (b, l) = (0.01, 39.0)
      let base: (Double, Double) =
        x <= 1 - b
        ? (1 - x, -1)
        : x >= 1 + b ? (x - 1, 1) : ((x - 1) * (x - 1) / (2 * b) + b / 2, (x - 1) / b)
      return (
        base.0 + 2 * (1 - b) / (l * .pi) * sin(l * .pi / 2 * x),
        base.1 + (1 - b) * cos(l * .pi / 2 * x)
      )
    },
    yanai("5.4", 0.001, 0.001), yanai("5.5", 0.01, 0.001), yanai("5.6", 0.001, 0.01),
  ]

  private static func yanai(_ name: String, _ b1: Double, _ b2: Double) -> Function {
    func gamma(_ b: Double) -> Double { (1 + b * b).squareRoot() - b }
    let (g1, g2) = (gamma(b1), gamma(b2))
    return Function(name: name, decrease: 0.001, curvature: 0.001) { x in
      let left = ((1 - x) * (1 - x) + b2 * b2).squareRoot()
      let right = (x * x + b1 * b1).squareRoot()
      return (g1 * left + g2 * right, g1 * (x - 1) / left + g2 * x / right)
    }
  }

  @Test(arguments: functions, [1e-3, 0.1, 10, 1e3])
  func theWolfeConditionsHold(_ function: Function, first: Double) {
    var trials = 0
    let (value, slope) = function.value(0)
    let outcome = LineSearch(decrease: function.decrease, curvature: function.curvature).search(
      from: .init(step: 0, value: value, slope: slope), first: first
    ) { step in
      trials += 1
      let (value, slope) = function.value(step)
      return .init(step: step, value: value, slope: slope)
    }
    guard case .strong(let trial) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(trial.value <= value + function.decrease * trial.step * slope)
    #expect(abs(trial.slope) <= function.curvature * abs(slope))
    // Theirs needs up to 12 on these.
    #expect(trials <= 20, "\(trials)")
  }

  /// The slope of |x - 1| - x/10 jumps from -1.1 to 0.9: no step meets the strong condition.
  @Test func acrossACornerTheWeakConditionHolds() {
    let outcome = search(first: 0.3, curvature: 0.5) { x in
      (abs(x - 1) - x / 10, x < 1 ? -1.1 : 0.9)
    }
    guard case .weak(let trial) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(trial.slope >= 0.5 * -1.1)
    #expect(trial.value <= 1 - 1e-4 * 1.1 * trial.step)
  }

  @Test func aWallIsTurnedBackFrom() {
    // Least at 1, and of no value from 2 on.
    let outcome = search(first: 100, curvature: 0.1) { x in
      x < 2 ? (-log(2 - x) - 2 * log(x + 1), 1 / (2 - x) - 2 / (x + 1)) : (.nan, .nan)
    }
    guard case .strong(let trial) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(trial.step < 2)
    #expect(abs(trial.slope) <= 0.15)
  }

  @Test func whatFallsForEverIsUnbounded() {
    guard case .unbounded(let far) = search(first: 1, curvature: 0.9, { (-$0, -1) }) else {
      Issue.record("not unbounded")
      return
    }
    #expect(far.step >= 1e60)
    guard case .unbounded(let trial) = search(first: 1, curvature: 0.9, { (-exp($0), -exp($0)) })
    else {
      Issue.record("not unbounded")
      return
    }
    #expect(trial.value.isFinite && trial.step > 100)
  }

  @Test func theEndOfTheLineIsTaken() {
    let start = LineSearch.Trial(step: 0, value: 0, slope: -1)
    var asked: [Double] = []
    let outcome = LineSearch().search(from: start, first: 1, upTo: 2.5) { x in
      asked.append(x)
      return .init(step: x, value: -x, slope: -1)
    }
    #expect(outcome == .decrease(.init(step: 2.5, value: -2.5, slope: -1)))
    #expect(asked == [1, 2.5])
  }

  /// A slope that promises what the function does not keep: nothing is lower anywhere.
  @Test func withoutDescentThereIsNone() {
    #expect(
      search(first: 1, curvature: 0.9) { ($0, $0 == 0 ? -1 : 1) }
        == .none(jump: true, wall: false))
    #expect(
      search(first: 1, curvature: 0.9) { $0 == 0 ? (0, -1) : (.infinity, .nan) }
        == .none(jump: false, wall: true))
  }

  /// Within rounding of the minimum the slopes decide: f differs by less than a unit in its last place.
  @Test func nearTheMinimumSlopesDecide() {
    let outcome = search(first: 3, curvature: 0.1) { x in
      let y = x - 1e-9
      return (1 + y * y, 2 * y)
    }
    guard case .strong(let trial) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(abs(trial.slope) <= 0.1 * 2e-9)
  }

  private func search(
    first: Double, curvature: Double, _ function: (Double) -> (Double, Double)
  ) -> LineSearch.Outcome {
    let (value, slope) = function(0)
    return LineSearch(curvature: curvature).search(
      from: .init(step: 0, value: value, slope: slope), first: first
    ) { step in
      let (value, slope) = function(step)
      return .init(step: step, value: value, slope: slope)
    }
  }
}
