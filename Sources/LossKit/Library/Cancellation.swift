import Synchronization

/// A request to stop, which any thread (or a signal handler) may make while an evaluation runs.
///
/// An evaluation that was given a token looks at it between operations and, inside long ones, about
/// every millisecond; it then throws a `LossError` whose `isCancellation` is true.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  /// A token without a request.
  public init() {}

  /// Whether a stop was requested since the last `reset()`.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  /// Requests a stop.
  ///
  /// Only stores to one atomic, so it is safe in a signal handler.
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Takes the request back, so that the token can serve the next evaluation.
  public func reset() { flag.store(false, ordering: .relaxed) }
}
