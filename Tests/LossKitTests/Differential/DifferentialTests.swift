import Foundation
import Testing

@testable import LossKit

/// Generated expressions, in all ways to evaluate and differentiate them, against each other.
///
/// 2,000 of a fixed seed in every run. `bin/differential` asks for 100,000 of the day's seed by
/// `LOSS_DIFFERENTIAL_COUNT` and `LOSS_DIFFERENTIAL_SEED`; `LOSS_DIFFERENTIAL_ONLY` runs one again.
@Suite struct DifferentialTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }
  static let count = number("LOSS_DIFFERENTIAL_COUNT") ?? 2_000
  static let seed = number("LOSS_DIFFERENTIAL_SEED") ?? 20_263
  private static let only = number("LOSS_DIFFERENTIAL_ONLY")
  private static let shards: UInt64 = 4
  /// So many failures are shrunk and shown; a fault of something common would give thousands.
  private static let shown = 8

  @Test(arguments: 0..<shards)
  func allWaysAgree(_ shard: UInt64) {
    var tally = DifferentialTally()
    for number in stride(from: shard, to: Self.count, by: Int(Self.shards)) {
      if let only = Self.only, number != only { continue }
      let test = DifferentialCase(seed: Self.seed, number: number)
      let outcome = Differential.check(test)
      tally.add(outcome)
      guard let failure = outcome.failure else { continue }
      if tally.failures <= Self.shown {
        Issue.record("\(DifferentialReport(test, failure).text)")
      }
    }
    print("differential, shard \(shard) of seed \(Self.seed):\n\(tally)")
    guard Self.only == nil else { return }
    #expect(tally.failures == 0)
    // Most of what is generated means something, and most of that is compiled.
    #expect(Double(tally.refused) <= 0.1 * Double(tally.expressions))
    #expect(Double(tally.compiled) >= 0.85 * Double(tally.expressions - tally.refused))
    // Some points are at corners, and known to be.
    #expect(tally.skipped.values.contains { $0["at a corner"] != nil })
    for pair in Differential.Pair.all {
      #expect(tally.agreed[pair, default: 0] > 0, "\(pair) was never compared")
    }
  }

  /// What comparing many cases gave.
  struct DifferentialTally: CustomStringConvertible {
    var expressions = 0
    var refused = 0
    var compiled = 0
    var failures = 0
    var agreed: [Differential.Pair: Int] = [:]
    var skipped: [Differential.Pair: [String: Int]] = [:]

    mutating func add(_ outcome: Differential.Outcome) {
      expressions += 1
      refused += outcome.isRefused ? 1 : 0
      compiled += outcome.isCompiled ? 1 : 0
      failures += outcome.failure == nil ? 0 : 1
      for (pair, count) in outcome.agreed { agreed[pair, default: 0] += count }
      for (pair, reasons) in outcome.skipped {
        for (reason, count) in reasons { skipped[pair, default: [:]][reason, default: 0] += count }
      }
    }

    var description: String {
      let pairs = Differential.Pair.all.map { pair in
        let reasons = skipped[pair, default: [:]].sorted { ($1.value, $0.key) < ($0.value, $1.key) }
          .prefix(4).map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return "  \(agreed[pair, default: 0]) \(pair)"
          + (reasons.isEmpty ? "" : "; skipped: \(reasons)")
      }
      return
        "\(expressions) expressions, \(refused) refused, \(compiled) compiled, \(failures) differ\n"
        + pairs.joined(separator: "\n")
    }
  }
}

/// A failure as a person meets it: a script to paste, and both results.
struct DifferentialReport {
  let text: String

  init(_ test: DifferentialCase, _ failure: Differential.Failure) {
    func outcome(of candidate: DifferentialCase, at point: Int) -> Differential.Failure? {
      Differential.check(candidate, only: (failure.pair, point)).failure
    }
    var test = test
    // Most ways to compare look at one point.
    var alone = test
    alone.keepPoint(failure.point)
    if outcome(of: alone, at: 0) != nil { test = alone }
    let place = min(failure.point, test.pointCount - 1)
    var shrinker = DifferentialShrinker(fails: {
      outcome(of: $0, at: min(place, $0.pointCount - 1)) != nil
    })
    let smallest = shrinker.shrunk(test)
    let found = outcome(of: smallest, at: min(place, smallest.pointCount - 1)) ?? failure
    let point = min(found.point, smallest.pointCount - 1)
    let lines = found.text.split(separator: "\n").map { $0.hasPrefix("#") ? $0 : "# \($0)" }
    text = """
      \(failure.pair) disagree:
      \(smallest.script(at: point))
      f
      \(lines.joined(separator: "\n"))
      # case \(test.number) of seed \(test.seed)
      """
  }
}
