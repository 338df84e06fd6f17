import Foundation
import Testing

@testable import LossKit

/// Generated expressions: the programs agree with the interpreter, and most expressions have them.
@Suite struct GeneratedAgreementTests {
  /// How many expressions are compared.
  ///
  /// 10,000 take 70 s of processor time in debug mode, on two cores about half of it;
  /// `LOSS_EXPRESSIONS` asks for another number.
  static let count =
    ProcessInfo.processInfo.environment["LOSS_EXPRESSIONS"].flatMap { Int($0) } ?? 10_000
  static let seed: UInt64 = 20_263
  private static let shards = 4

  @Test(arguments: 0..<shards)
  func programsAgree(_ shard: Int) throws {
    let agreement = try GeneratedAgreement(seed: Self.seed)
    var total = GeneratedAgreement.Tally()
    for number in stride(from: shard, to: Self.count, by: Self.shards) {
      let outcome = agreement.check(number)
      total.add(outcome)
      if let failure = outcome.failure { Issue.record("seed \(Self.seed):\n\(failure)") }
    }
    print("expressions, shard \(shard): \(total)")
    #expect(total.refused == 0)
    #expect(Double(total.compiled) >= 0.99 * Double(total.expressions))
    #expect(total.corners > 0)
    #expect(Double(total.beyond) <= 0.02 * Double(total.points))
  }

  /// What is shown of a failure is the simplest expression that fails.
  @Test func failuresAreShrunk() throws {
    var generator = ExpressionGenerator(seed: Self.seed, number: 5)
    let expression = generator.expression()
    let inner = GeneratedExpression(.number, "exp(#) + #", [expression, expression])
    let found = inner.shrunk { $0.text.contains("exp(") }
    #expect(found.text == "exp((1)) + (1)")
  }
}
