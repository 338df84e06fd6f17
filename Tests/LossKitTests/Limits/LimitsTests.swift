import Foundation
import Testing

@testable import LossKit

/// Each limit is an ordinary error with its place, exact where it counts, and the session goes on.
@Suite struct LimitsTests {
  private func error(
    _ text: String, _ limits: Limits, cancellation: Cancellation? = nil
  ) -> LossError? {
    let session = Session(limits: limits, cancellation: cancellation)
    do throws(LossError) {
      try session.run(text) { _ = $0.rendered(session.settings) }
      return nil
    } catch {
      return error
    }
  }

  // MARK: Each of them

  struct Case: CustomTestStringConvertible, Sendable {
    let text: String
    let limits: Limits
    let kind: Limits.Kind
    let line: Int
    let column: Int
    let message: String

    var testDescription: String { kind.rawValue }
  }

  static let cases = [
    Case(
      text: "let f(n) = if n < 1 then 0 else f(n - 1)\nf(20)", limits: Limits(steps: 50),
      kind: .steps, line: 1, column: 15,
      message: "this takes more than 50 steps, the most that are allowed"),
    Case(
      text: "let a = 1\nsum(ones(2000))", limits: Limits(elements: 1000), kind: .elements, line: 2,
      column: 5, message: "this needs 2000 more elements; at most 1000 may be held at once"),
    Case(
      text: "1 + ((((2))))", limits: Limits(nesting: 3), kind: .nesting, line: 1, column: 8,
      message: "nested too deeply: the limit is 3 levels"),
    Case(
      text: "let f(n) = if n < 1 then 0 else f(n - 1)\nf(20)", limits: Limits(recursion: 10),
      kind: .recursion, line: 1, column: 33,
      message: "'f' calls itself too deeply; at most 10 calls may go on at once"),
    Case(
      text: "1 + 1 + 1", limits: Limits(sourceBytes: 8), kind: .source, line: 1, column: 1,
      message: "the text is longer than 8 bytes, the most that are allowed"),
    Case(
      text: "print \"a\"\nprint \"abcdefgh\"\nprint 1", limits: Limits(outputBytes: 8),
      kind: .output,
      line: 2, column: 1, message: "this shows more than 8 bytes, the most that are allowed"),
    Case(
      text: "let f(n) = if n < 1 then 0 else f(n - 1) + f(n - 1)\nlet a = 1\nf(60)",
      limits: Limits(duration: .milliseconds(50)), kind: .duration, line: 1, column: 0,
      message: "this takes longer than 0.05 s, the most that is allowed"),
  ]

  @Test(arguments: cases)
  func isAnErrorWithItsPlace(_ example: Case) throws {
    let error = try #require(self.error(example.text, example.limits))
    #expect(error.limit == example.kind)
    #expect(error.message == example.message)
    #expect(!error.isCancellation)
    #expect(error.line == example.line)
    // Where the clock is met is not known beforehand.
    if example.column > 0 { #expect(error.column == example.column) }
  }

  /// Whatever was reached, the next request has all of it again.
  @Test(arguments: cases)
  func theSessionGoesOn(_ example: Case) throws {
    let session = Session(limits: example.limits)
    #expect(throws: LossError.self) {
      try session.run(example.text) { _ = $0.rendered(session.settings) }
    }
    var shown = ""
    try session.run("1 + 1") { shown = $0.rendered(session.settings).plain }
    #expect(shown == "2")
  }

  @Test func everyKindHasACase() {
    #expect(Set(Self.cases.map(\.kind)) == Set(Limits.Kind.allCases))
  }

  @Test(arguments: cases)
  func standardLimitsLetItPass(_ example: Case) {
    if example.kind != .duration { #expect(error(example.text, .standard) == nil) }
  }

  // MARK: Steps

  /// A sum of n calls takes as many steps as there are calls and the sum itself.
  @Test(arguments: [1, 2, 255, 256, 257, 1000])
  func stepsAreExact(_ n: Int) {
    let text = Array(repeating: "abs(1)", count: n).joined(separator: " + ")
    let steps = n == 1 ? 1 : n + 1
    #expect(error(text, Limits(steps: steps)) == nil)
    #expect(error(text, Limits(steps: steps - 1))?.limit == .steps)
  }

  @Test func stepsAreCountedForEachRequest() throws {
    let session = Session(limits: Limits(steps: 3))
    for _ in 0..<10 { try session.run("abs(1) + abs(2)") { _ in } }
    #expect(throws: LossError.self) { try session.run("abs(1) + abs(2)\nabs(1)") { _ in } }
  }

  /// What goes on without evaluating an expression of the text counts, too.
  @Test(arguments: [
    "fold(max, 0, 0..<100000)",
    "param x = 1.5\nminimize (x - 1)^4 over x with (method = \"gd\", rate = 1e-9, steps = 100000)",
    "let f(n) = if n < 1 then 0 else f(n - 1)\ncheck f(3 + relu(x)) < 100 over (x = randn())",
    "scan((a, b) -> a + b, 0, 0..<100000)",
    "let f(n) = if n < 1 then 0 else f(n - 1) + f(n - 1)\nf(12)",
  ])
  func loopsTakeSteps(_ text: String) {
    #expect(error(text, Limits(steps: 100))?.limit == .steps, "\(text)")
  }

  // MARK: Elements

  /// Texts, text arrays and trees count beside arrays of numbers.
  @Test(arguments: [
    "[\"abc\" for i in 0..<5000]", "unique([\"a text of more than 15 bytes\" for i in 0..<2000])",
  ])
  func textsCount(_ text: String) {
    #expect(error(text, Limits(elements: 5000))?.limit == .elements)
    #expect(error(text, Limits(elements: 100_000)) == nil)
  }

  @Test func aLongTextCounts() {
    let text = "[" + Array(repeating: "1", count: 10_000).joined(separator: ",") + "]"
    #expect(error(text, Limits(elements: 20_000))?.limit == .elements)
    #expect(error(text, Limits(elements: 200_000)) == nil)
  }

  @Test func whatIsReleasedIsGivenBack() throws {
    let session = Session(limits: Limits(elements: 3500))
    for _ in 0..<100 { try session.run("let a = 1\nsum(ones(1000) + ones(1000))") { _ in } }
  }

  @Test func drawsOfManyThreadsStayWithinTheLimit() async {
    let account = MemoryAccount(limit: 1000)
    let drawn = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<1000).reduce(0) { sum, _ in sum + ((try? account.draw(7)) == nil ? 0 : 7) }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(drawn <= 1000)
    #expect(drawn > 1000 - 7 * 9)
    #expect(account.remaining == 1000 - drawn)
  }

  @Test func absurdDrawsAreRefused() {
    let account = MemoryAccount(limit: 10)
    #expect(throws: EvaluationProblem.self) { try account.draw(.max) }
    #expect(throws: EvaluationProblem.self) { try account.draw(11) }
    #expect(throws: Never.self) { try account.draw(10) }
  }

  // MARK: Output

  @Test func textThatIsTooMuchIsEmpty() throws {
    let session = Session(limits: Limits(outputBytes: 30))
    var shown: [String] = []
    #expect(throws: LossError.self) {
      try session.run("print 12345\nones(20)\nprint 1") {
        shown.append($0.json(file: nil))
        #expect($0.isTooLong == shown.last?.isEmpty)
      }
    }
    #expect(shown == ["{\"line\": 1, \"print\": \"12345\"}", ""])
  }

  /// Pieces joined are the whole, and a long one comes in many.
  @Test func jsonComesInPieces() throws {
    let session = Session()
    var pieces: [String] = []
    var whole = ""
    try session.run("let a = 0..<100000\na") { output in
      output.writeJSON(file: nil) { pieces.append($0) }
      whole = output.json(file: nil)
    }
    #expect(pieces.count > 5)
    #expect(pieces.joined() == whole)
    #expect(whole.hasSuffix("99998, 99999]}"))
  }

  // MARK: Time and cancellation

  /// What was shown can be rendered after the time is over.
  @Test func resultsOutliveTheirTime() throws {
    let session = Session(limits: Limits(duration: .milliseconds(30)))
    var outputs: [Output] = []
    try session.run("[1, 2, 3]") { outputs.append($0) }
    Thread.sleep(forTimeInterval: 0.05)
    #expect(outputs[0].rendered(session.settings).plain == "[1, 2, 3]")
  }

  /// What `minimize` had reached by then is shown, but the request was not done.
  @Test func aDescentCutShortIsAnError() throws {
    let session = Session(limits: Limits(duration: .milliseconds(200)))
    var shown = 0
    let error = #expect(throws: LossError.self) {
      try session.run(
        "param x = 1.5\nminimize (x - 1)^4 over x with (method = \"gd\", rate = 1e-12, steps = 1e12)"
      ) { _ in shown += 1 }
    }
    #expect(error?.limit == .duration)
    #expect(error?.line == 2)
    #expect(shown == 1)
  }

  @Test func recordsOfRecordsEnd() throws {
    for text in [
      "fold((a, i) -> record([\"a\"], a), 0, 0..<100000)",
      "fold((a, i) -> record([\"a\", \"b\"], a, a), 0, 0..<60)",
    ] {
      let error = try #require(self.error(text, .standard))
      #expect(error.limit == .nesting)
      let message = "records nest more than 100 deep, or have more than 65536 fields in all"
      #expect(error.message == message)
    }
  }

  @Test func aRequestToStopGoesBeforeALimit() {
    let cancellation = Cancellation()
    cancellation.cancel()
    let session = Session(limits: Limits(duration: .zero), cancellation: cancellation)
    let error = #expect(throws: LossError.self) { try session.run("1 + 1") { _ in } }
    #expect(error?.isCancellation == true)
    #expect(error?.limit == nil)
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .seconds(Int64.max), .nanoseconds(1)])
  func durationsOfAnySize(_ duration: Duration) {
    #expect((error("1 + 1", Limits(duration: duration)) == nil) == (duration > .seconds(1)))
  }

  @Test(arguments: [0, -1, .min])
  func numbersOfAnySize(_ n: Int) {
    let limits = Limits(
      steps: n, elements: n, nesting: n, recursion: n, sourceBytes: n, outputBytes: n)
    #expect(error("1 + abs(1)", limits) != nil)
  }

  @Test(arguments: [Int.max, .max - 1])
  func numbersWithoutEnd(_ n: Int) {
    let limits = Limits(
      steps: n, elements: n, nesting: n, recursion: n, sourceBytes: n, outputBytes: n)
    #expect(error("let f(n) = if n < 1 then 0 else f(n - 1)\nf(20) + sum(ones(5))", limits) == nil)
    #expect(error("zeros(1e30)", limits) != nil)
  }
}
