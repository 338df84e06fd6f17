import Testing

@testable import LossKit

/// What is shown of a failure is about the simplest case that fails.
@Suite struct DifferentialShrinkerTests {
  private func shrunk(
    _ number: UInt64, budget: Int = 1500, _ fails: @escaping (DifferentialCase) -> Bool
  ) throws -> DifferentialCase {
    let test = DifferentialCase(seed: 77, number: number)
    try #require(fails(test), "case \(number) is none that fails")
    var shrinker = DifferentialShrinker(fails: fails, budget: budget)
    return shrinker.shrunk(test)
  }

  /// The first cases of which something holds.
  private func cases(_ count: Int, where fails: (DifferentialCase) -> Bool) -> [UInt64] {
    var found: [UInt64] = []
    for number in UInt64(0)..<4_000 where found.count < count {
      if fails(DifferentialCase(seed: 77, number: number)) { found.append(number) }
    }
    return found
  }

  /// Whether the program of an expression evaluates to something at its first point.
  private func value(_ test: DifferentialCase) -> Double? {
    let session = Session()
    try? session.run(test.script(at: 0)) { _ in }
    return (try? session.value(of: "f"))?.elements.first
  }

  /// A primitive that is wrong wherever it is called.
  @Test func oneCallIsLeft() throws {
    let fails = { (test: DifferentialCase) in
      test.expression.text.contains("tanh(") && self.value(test) != nil
    }
    let numbers = cases(6, where: fails)
    #expect(numbers.count == 6)
    for number in numbers {
      let smallest = try shrunk(number, fails)
      #expect(smallest.expression.size <= 5, "\(smallest.expression.text)")
      #expect(smallest.pointCount == 1)
      #expect(smallest.params.isEmpty)
    }
  }

  /// A fault that needs two things and a certain number.
  @Test func whatItTakesStays() throws {
    let fails = { (test: DifferentialCase) in
      let text = test.expression.text
      guard text.contains("max("), text.contains("u") else { return false }
      return test.usedInputs.contains { $0.name == "u" && $0.values[0][0] < -1 }
    }
    let numbers = cases(3, where: fails)
    #expect(numbers.count == 3)
    for number in numbers {
      let smallest = try shrunk(number, fails)
      let input = try #require(smallest.usedInputs.first { $0.name == "u" })
      // No array is longer than it has to be, and no number.
      #expect(input.shape == [1] && NumberFormat.formatted(input.values[0][0]).utf8.count <= 4)
      #expect(smallest.expression.size <= 8, "\(smallest.expression.text)")
    }
  }

  /// Names that a block binds are put in where it is taken away.
  @Test func bindingsGo() {
    let inner = GeneratedExpression(.number, "exp(#)", [GeneratedExpression(.number, "a1")])
    let value = GeneratedExpression(.number, "x + y")
    let block = GeneratedExpression(.number, "{ let a1 = #; # }", [value, inner])
      .binding(in: 1, [("a1", value)])
    var budget = 100
    let found = block.shrunk(budget: &budget) {
      $0.text.contains("exp") && $0.text.contains("x + y")
    }
    #expect(found.text == "exp((x + y))")
  }

  @Test func itEndsWithItsBudget() throws {
    var asked = 0
    let test = DifferentialCase(seed: 77, number: 1)
    var shrinker = DifferentialShrinker(
      fails: { _ in
        asked += 1
        return asked % 2 == 0
      }, budget: 40)
    _ = shrinker.shrunk(test)
    #expect(asked <= 41)
  }

  /// The text that is shown can be pasted into a file, and says what is wrong there.
  @Test func aReportIsAScript() throws {
    let pair = try #require(Differential.Pair.all.first { "\($0)" == "hard" })
    let test = DifferentialCase(seed: 77, number: 3)
    let report = DifferentialReport(
      test, Differential.Failure(pair: pair, point: 0, text: "1, not 2\n3"))
    #expect(report.text.hasSuffix("# case 3 of seed 77"))
    let script = report.text.split(separator: "\n").dropFirst().joined(separator: "\n")
    #expect(Syntax.check(script).isEmpty)
    #expect(script.contains("\n# 1, not 2\n# 3\n"))
  }
}
