import Foundation
import KernelTestSupport
import Testing

/// The functions of each element against exact values: at most 0.6 ulp, 0.77 where the result is
/// subnormal.
@Suite struct AccuracyTests {
  struct Range: Sendable, CustomTestStringConvertible {
    let function: compared_function
    let low: Double
    let high: Double
    let bound: Double
    var testDescription: String { "\(function.rawValue) \(low)...\(high)" }
  }

  static let ranges = [
    Range(function: COMPARED_EXP, low: -746, high: 710, bound: 0.77),
    Range(function: COMPARED_EXP, low: -1, high: 1, bound: 0.56),
    Range(function: COMPARED_EXPM1, low: -40, high: 710, bound: 0.56),
    Range(function: COMPARED_EXPM1, low: -1, high: 1, bound: 0.56),
    // Where the table's entry and the rest cancel.
    Range(function: COMPARED_EXPM1, low: -0.05, high: 0.05, bound: 0.56),
    Range(function: COMPARED_LOG, low: 0.5, high: 2, bound: 0.56),
    Range(function: COMPARED_LOG, low: 0.95, high: 1.05, bound: 0.57),
    Range(function: COMPARED_LOG, low: 0, high: 0, bound: 0.54),
    Range(function: COMPARED_LOG1P, low: -1, high: 3, bound: 0.56),
    Range(function: COMPARED_LOG1P, low: -0.05, high: 0.05, bound: 0.58),
    Range(function: COMPARED_LOG1P, low: 0, high: 0, bound: 0.56),
    Range(function: COMPARED_SOFTPLUS, low: -760, high: 760, bound: 0.77),
    Range(function: COMPARED_SOFTPLUS, low: -5, high: 5, bound: 0.58),
    Range(function: COMPARED_SIGMOID, low: -760, high: 40, bound: 0.77),
    Range(function: COMPARED_SIGMOID, low: -5, high: 5, bound: 0.56),
    Range(function: COMPARED_TANH, low: -20, high: 20, bound: 0.56),
    Range(function: COMPARED_TANH, low: -0.5, high: 0.5, bound: 0.56),
    Range(function: COMPARED_TANH, low: 0, high: 0, bound: 0.56),
  ]

  @Test(.enabled(if: long_double_is_longer() != 0), arguments: ranges)
  func randomArguments(_ range: Range) throws {
    let best = try #require(InstructionSet.available.last)
    for isa in InstructionSet.available {
      let result = compare_function(
        isa.table, best.table, range.function, range.low, range.high, 200_000)
      #expect(
        result.ulps <= range.bound,
        "\(isa.testDescription): \(result.ulps) ulp at \(result.argument)")
      #expect(result.ulps > 0.4, "random points come nearly half an ulp off")
      #expect(result.unlike_scalar == 0)
      if isa.testDescription != "baseline" { #expect(result.unlike_other == 0) }
    }
  }

  /// The values of `Tests/LossKitTests/Reference`, from mpmath, rounded to the nearest double.
  @Test(
    arguments: ["exp", "expm1", "log", "log1p", "softplus", "sigmoid", "tanh"],
    InstructionSet.available)
  func referenceValues(_ name: String, _ isa: InstructionSet) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "LossKitTests/Reference/scalar_\(name).csv")
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { try $0.split(separator: ",").map { try #require(Double($0)) } }
    try #require(rows.count == 300)
    let function = try #require(Elementwise.all.first { $0.name == name })
    let results = try function(rows.map { $0[0] }, on: isa)
    for (row, result) in zip(rows, results) {
      let (argument, expected) = (row[0], row[1])
      if expected == 0 || !expected.isFinite {
        #expect(bits([result]) == bits([expected]), "\(name)(\(argument)) = \(result)")
      } else {
        // The nearest double errs by half an ulp itself.
        #expect(
          result == expected || result == expected.nextUp || result == expected.nextDown,
          "\(name)(\(argument)) = \(result), not \(expected)")
      }
    }
  }
}
