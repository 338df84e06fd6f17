import Foundation
import Synchronization
import Testing

@testable import LossKit

/// Ctrl-C at any moment of any statement: the session is what it was before or what it would be after
/// it, and the statement, run again, gives bit for bit what it would have given.
///
/// One after another: the moments are parts of a time that was measured.
@Suite(.serialized) struct InterruptTests {
  private static let seed: UInt64 = 20_261_126
  /// How often each statement is interrupted: 500 times and more in all.
  private static let rounds = 500 / InterruptedStatement.all.count + 1

  /// What a statement does when nobody interrupts it.
  private struct Reference {
    /// The session before it, and after each of the statements that its text has.
    var states: [SessionState]
    var shown: [String]
    var probe: [String]
    var held: Int
    var duration: Duration

    init(_ statement: InterruptedStatement) throws {
      let clock = ContinuousClock()
      duration = .seconds(60)
      // The first run pays for what the process does once, and others stand beside each.
      for _ in 0..<3 {
        let run = try RecordedSession(statement)
        let start = clock.now
        _ = run.shown(statement.text)
        duration = min(duration, clock.now - start)
      }
      let run = try RecordedSession(statement)
      states = [run.state]
      shown = run.shown(statement.text)
      let after = run.state
      for end in Self.ends(of: statement.text) {
        let run = try RecordedSession(statement)
        _ = run.shown(String(statement.text.utf8.prefix(end)) ?? "")
        states.append(run.state)
      }
      states.append(after)
      probe = run.shown(InterruptedStatement.probe)
      held = run.heldElements
    }

    /// Where the statements of a text end, but for the last: in it each has the place that it has in
    /// the whole.
    private static func ends(of text: String) -> [Int] {
      let tree = parse(Source(text: text), symbols: SymbolTable()).tree
      return tree.statements.dropFirst().map { Int(tree[$0].range.start) }.map { end in
        // Not the comma or the word before it.
        var bytes = Array(text.utf8.prefix(end))
        while let last = bytes.last, [0x20, 0x2C, 0x3B, 0x0A].contains(last) { bytes.removeLast() }
        return bytes.count
      }
    }
  }

  /// How the interruptions ended.
  private struct Tally {
    var stopped = 0
    var tooLate = 0
    var reached = 0
    var slowest = Duration.zero
  }

  @Test func aSessionIsConsistentAfterAnInterruptionAtAnyMoment() throws {
    var random = SplitMix64(seed: Self.seed)
    var tally = Tally()
    for statement in InterruptedStatement.all {
      let reference = try Reference(statement)
      #expect(!reference.shown.contains(RecordedSession.interrupted))
      for _ in 0..<Self.rounds {
        let moment = reference.duration * Double.random(in: 0...1.05, using: &random)
        try interrupt(statement, after: moment, reference, &tally)
      }
    }
    let count = tally.stopped + tally.tooLate + tally.reached
    print(
      "\(count) interruptions of \(InterruptedStatement.all.count) statements, seed \(Self.seed): "
        + "\(tally.stopped) stopped, \(tally.tooLate) came after the end, \(tally.reached) kept what "
        + "minimize had reached; the slowest answer took \(tally.slowest)")
    #expect(count >= 500)
    // Were they all too late, nothing would have been tested.
    #expect(tally.stopped > count / 4)
  }

  private func interrupt(
    _ statement: InterruptedStatement, after moment: Duration, _ reference: Reference,
    _ tally: inout Tally
  ) throws {
    let run = try RecordedSession(statement)
    let interruption = Interruption(run.cancellation, after: moment)
    interruption.begin()
    let shown = run.shown(statement.text)
    let asked = interruption.end()
    run.cancellation.reset()
    let now = ContinuousClock.now
    if let asked, shown.last == RecordedSession.interrupted {
      tally.slowest = max(tally.slowest, now - asked)
    }
    let comment = Comment(rawValue: "\(statement.name), interrupted after \(moment)")

    let state = run.state
    if shown.contains(where: { $0.contains("interrupted after") }) {
      tally.reached += 1
      try expectReached(run, statement, comment)
      return
    }
    guard shown.last == RecordedSession.interrupted else {
      tally.tooLate += 1
      #expect(shown == reference.shown, comment)
      #expect(state == reference.states.last, comment)
      #expect(run.shown(InterruptedStatement.probe) == reference.probe, comment)
      #expect(run.heldElements == reference.held, comment)
      return
    }
    tally.stopped += 1
    guard let place = reference.states.firstIndex(of: state) else {
      Issue.record("\(comment.rawValue): neither before nor after:\n\(state)")
      return
    }
    // What has run of several statements is not run again.
    guard place == 0 else { return }
    #expect(run.shown(statement.text) == reference.shown, comment)
    #expect(run.state == reference.states.last, comment)
    #expect(run.shown(InterruptedStatement.probe) == reference.probe, comment)
    #expect(run.heldElements == reference.held, comment)
  }

  /// An interrupted `minimize` keeps what it has reached: all its params, and `_`, of one point.
  private func expectReached(
    _ run: RecordedSession, _ statement: InterruptedStatement, _ comment: Comment
  ) throws {
    guard case .descent(let summary)? = run.outputs.last?.content else {
      Issue.record("\(comment.rawValue): nothing was shown")
      return
    }
    for (name, value) in summary.inputs {
      let kept = try run.session.value(of: name)
      #expect(JSON.value(kept) == JSON.value(value), comment)
    }
    let loss = statement.text.split(separator: " over ")[0].dropFirst("minimize ".count)
    let value = try run.session.value(of: String(loss)).elements.first ?? .nan
    let last = run.session.evaluator.lastValue?.elements.first ?? .nan
    #expect(abs(value - last) <= 1e-12 * abs(value), comment)
    #expect(summary.descent.value == last, comment)
  }
}

/// A request to stop that another thread makes at a given moment.
private final class Interruption: Sendable {
  private let hasBegun = Atomic<Bool>(false)
  private let hasEnded = DispatchSemaphore(value: 0)
  private let asked = Mutex<ContinuousClock.Instant?>(nil)

  init(_ cancellation: Cancellation, after moment: Duration) {
    let thread = Thread { [self] in
      while !hasBegun.load(ordering: .acquiring) { sched_yield() }
      let time = ContinuousClock.now + moment
      // Sleeping is not exact to a tenth of a millisecond, which some statements take.
      while true {
        let left = time - ContinuousClock.now
        if left <= .zero { break }
        if left > .milliseconds(2) { usleep(1000) }
      }
      asked.withLock { $0 = .now }
      cancellation.cancel()
      hasEnded.signal()
    }
    thread.start()
  }

  func begin() { hasBegun.store(true, ordering: .releasing) }

  /// Waits for the request; when it was made.
  func end() -> ContinuousClock.Instant? {
    hasEnded.wait()
    return asked.withLock { $0 }
  }
}
