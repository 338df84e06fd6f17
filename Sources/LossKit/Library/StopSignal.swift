import Synchronization

/// What an evaluation looks at to know whether to go on: a caller's request to stop, a limit that was
/// reached, and the end of the time that it was given.
///
/// Whoever finds `isRequested` throws `EvaluationProblem.cancelled`; nothing inside tells the reasons
/// apart, as each means that no more work is to be done. `request` gives the error its words.
final class StopSignal: Sendable {
  let cancellation: Cancellation?
  private let duration: Duration?
  /// Nanoseconds since `origin`; the greatest number where no time is set.
  private let deadline = Atomic<Int64>(.max)
  private let reached = Mutex<EvaluationProblem?>(nil)
  private let hasReached = Atomic<Bool>(false)
  /// How many requests are open: one may make another.
  private let depth = Atomic<Int>(0)
  private let count = Atomic<Int>(0)

  init(cancellation: Cancellation? = nil, duration: Duration? = nil) {
    self.cancellation = cancellation
    self.duration = duration
  }

  /// Whether to stop, for whichever reason.
  var isRequested: Bool {
    (cancellation?.isCancelled ?? false) || hasReached.load(ordering: .relaxed) || isPastDeadline
  }

  /// Stops the request because a limit was reached; the first one counts.
  func reach(_ problem: EvaluationProblem) {
    reached.withLock { if $0 == nil { $0 = problem } }
    hasReached.store(true, ordering: .relaxed)
  }

  /// The limit that was reached in this request, if one was.
  var reachedLimit: EvaluationProblem? {
    if hasReached.load(ordering: .relaxed) { return reached.withLock { $0 } }
    guard let duration, isPastDeadline else { return nil }
    return .takesTooLong(duration)
  }

  /// The number of the present request, by which an evaluator knows that a new one has begun.
  var requestNumber: Int { count.load(ordering: .relaxed) }

  /// Does one request: its time runs from now on, and a stop is reported with its reason.
  func request<Result>(_ body: () throws(LossError) -> Result) throws(LossError) -> Result {
    let isOutermost = depth.wrappingAdd(1, ordering: .relaxed).oldValue == 0
    defer { depth.wrappingSubtract(1, ordering: .relaxed) }
    if !isOutermost { return try body() }
    begin()
    // What is shown after the request is not cut short by it.
    defer { end() }
    do throws(LossError) {
      return try body()
    } catch {
      throw explained(error)
    }
  }

  /// An error with the reason of a stop in its words.
  func explained(_ error: LossError) -> LossError {
    guard error.isCancellation, reason.limit != nil else { return error }
    return LossError(reason, in: error.source, at: error.range)
  }

  private func begin() {
    count.wrappingAdd(1, ordering: .relaxed)
    guard let duration else { return }
    let (end, overflow) = Self.now().addingReportingOverflow(duration.wholeNanoseconds)
    deadline.store(overflow ? .max : end, ordering: .relaxed)
  }

  private func end() {
    deadline.store(.max, ordering: .relaxed)
    if hasReached.exchange(false, ordering: .relaxed) { reached.withLock { $0 = nil } }
  }

  /// A caller's request goes before what may have been reached meanwhile.
  private var reason: EvaluationProblem {
    if cancellation?.isCancelled ?? false { return .cancelled }
    return reachedLimit ?? .cancelled
  }

  // MARK: Time

  private var isPastDeadline: Bool {
    let deadline = deadline.load(ordering: .relaxed)
    // Without a limit of time the clock is not read: a reading costs more than a small operation.
    return deadline != .max && Self.now() >= deadline
  }

  private static let origin = ContinuousClock.now

  private static func now() -> Int64 { (ContinuousClock.now - origin).wholeNanoseconds }
}

extension Duration {
  /// Nanoseconds, the nearest that a number of 64 bits holds.
  fileprivate var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowOfSum) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow || overflowOfSum ? (seconds < 0 ? .min : .max) : sum
  }
}
