import LossKit

/// The least and the median of several times of one call, in seconds.
struct Times {
  let best: Double
  let median: Double

  /// - Parameter times: at least one.
  init(_ times: [Double]) {
    let sorted = times.sorted()
    best = sorted.first ?? .nan
    median = sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }
}

/// How times are taken.
struct WorkClock {
  /// Whether each body runs once only.
  let isQuick: Bool

  /// A repetition is at least this long, so that the clock costs nothing beside it.
  private static let shortest = 0.005
  /// A work is repeated for this long, and at least five times unless one takes longer.
  private static let budget = 1.0

  /// Takes the time of a call.
  ///
  /// - Parameter body: makes so many calls; the loop is the body's, so that no closure is called
  ///   between two of them.
  func times(_ body: (_ calls: Int) throws(LossError) -> Void) throws(LossError) -> Times {
    var calls = 1
    var first = try seconds(1, body)
    if isQuick { return Times([first]) }
    while first < WorkClock.shortest {
      calls *= 2
      first = try seconds(calls, body)
    }
    var times = [first / Double(calls)]
    var spent = first
    while spent < WorkClock.budget || (times.count < 5 && spent < 5 * WorkClock.budget) {
      let taken = try seconds(calls, body)
      times.append(taken / Double(calls))
      spent += taken
    }
    return Times(times)
  }

  private func seconds(
    _ calls: Int, _ body: (_ calls: Int) throws(LossError) -> Void
  ) throws(LossError) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body(calls)
    let time = (clock.now - start).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }
}

/// Gives up on a work after some seconds, unless it is released before.
///
/// The first call of a work runs under it: an engine that is not made for the work may take hours.
struct Deadline: ~Copyable {
  let cancellation = Cancellation()
  private let timer: Task<Void, Never>

  init(seconds: Double) {
    let cancellation = cancellation
    timer = Task.detached {
      do {
        try await Task.sleep(for: .seconds(seconds))
        cancellation.cancel()
      } catch {
        // Released: the work was done in time.
      }
    }
  }

  /// Lets what follows take as long as it likes.
  func release() { timer.cancel() }

  deinit { timer.cancel() }
}
