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

  /// Draws `count` elements for the time that `body` takes: for what it needs beside arrays, such as
  /// lists of places.
  func holding<Result>(_ count: Int, _ body: () throws -> Result) throws -> Result {
    try draw(count)
    defer { giveBack(count) }
    return try body()
  }

  func checkStop() throws(EvaluationProblem) {
    if isCancelled { throw .cancelled }
  }

  /// This account, unless it is the one of constants: then the other.
  ///
  /// What is made of a constant and an array of a session belongs to the session.
  func orElse(_ other: MemoryAccount) -> MemoryAccount {
    self === MemoryAccount.unlimited ? other : self
  }

  func giveBack(_ count: Int) { heldElements.wrappingSubtract(count, ordering: .relaxed) }
}
