import Testing

@testable import LossKit

/// Repeated runs of one expression.
@Suite struct TimedRunsTests {
  @Test func anExpressionRunsAgainAndAgain() throws {
    let session = Session()
    try session.run("param x = 2; let f = x^2") { _ in }
    var shown = 0
    let runs = try session.timedRuns(of: "f", within: .milliseconds(50)) { _ in shown += 1 }
    #expect(shown == 1)
    #expect(runs.others.count > 1)
    #expect(runs.others == runs.others.sorted())
    #expect(runs.quantile(0) <= runs.quantile(0.5) && runs.quantile(0.5) <= runs.quantile(1))
  }

  /// The value of a formula is computed in each run, not remembered from the first.
  @Test func noValueIsKeptFromRunToRun() throws {
    let session = Session()
    try session.run("data v = rand(200000); let f = sum(exp(v))") { _ in }
    let slow = try session.timedRuns(of: "f", within: .milliseconds(300)) { _ in }
    let fast = try session.timedRuns(of: "1", within: .milliseconds(50)) { _ in }
    #expect(slow.quantile(0) > fast.quantile(0.5) * 20)
  }

  @Test(arguments: ["param y = 1", "1; 2", "let g = 3"]) func othersRunOnce(text: String) throws {
    let runs = try Session().timedRuns(of: text, within: .seconds(1)) { _ in }
    #expect(runs.others.isEmpty)
    #expect(runs.quantile(0.5) == runs.first)
  }

  @Test func aRequestToStopIsSeen() throws {
    let cancellation = Cancellation()
    let session = Session(cancellation: cancellation)
    cancellation.cancel()
    #expect(throws: LossError.self) {
      try session.timedRuns(of: "1", within: .seconds(10)) { _ in }
    }
  }
}
