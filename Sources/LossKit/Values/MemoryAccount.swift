import Synchronization

/// Counts the array elements that one session holds, and refuses those beyond its limit.
///
/// Every array's storage keeps a reference to the account that it was drawn from, and an operation
/// draws its result from the account of its operands: the limit, like the request to stop, travels
/// with the data, so that the rules of differentiation need no context of their own.
final class MemoryAccount: Sendable {
  /// The most elements (8 bytes each) that may be held at once.
  let limit: Int
  /// The request to stop that kernels look at while they work.
  let cancellation: Cancellation?
  private let heldElements = Atomic<Int>(0)

  init(limit: Int = MemoryAccount.defaultLimit, cancellation: Cancellation? = nil) {
    self.limit = limit
    self.cancellation = cancellation
  }

  /// 1 GiB of doubles.
  static let defaultLimit = 1 << 27

  /// Where constants that no session owns are drawn from.
  static let unlimited = MemoryAccount(limit: .max)

  var isCancelled: Bool { cancellation?.isCancelled ?? false }

  /// Draws `count` elements, or throws `EvaluationProblem.tooManyElements`.
  func draw(_ count: Int) throws(EvaluationProblem) {
    let (held, overflow) = heldElements.load(ordering: .relaxed).addingReportingOverflow(count)
    guard !overflow, held <= limit else {
      throw .tooManyElements(wanted: count, limit: limit)
    }
    heldElements.wrappingAdd(count, ordering: .relaxed)
  }

  func giveBack(_ count: Int) { heldElements.wrappingSubtract(count, ordering: .relaxed) }
}
