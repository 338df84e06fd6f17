import Synchronization

/// Counts the elements that the arrays of a session hold, so that together they stay below a limit.
///
/// Arrays dwarf everything else a session holds, and one of them may be asked for in a few
/// characters (`zeros(1e9)`), so the limit has to be met before the system is asked for memory.
/// Arrays know the account they were drawn from and give back to it wherever they are released.
final class MemoryAccount: Sendable {
  /// The most elements (8 bytes each) that may be held at once.
  let limit: Int
  /// The request to stop that kernels look at while they work.
  let stop: StopSignal
  private let heldElements = Atomic<Int>(0)

  init(limit: Int = MemoryAccount.defaultLimit, stop: StopSignal = StopSignal()) {
    self.limit = max(0, limit)
    self.stop = stop
  }

  /// 1 GiB of doubles.
  static let defaultLimit = Limits.standard.elements

  /// Where constants that no session owns are drawn from.
  static let unlimited = MemoryAccount(limit: .max)

  var isCancelled: Bool { stop.isRequested }

  /// How many more elements may be held.
  var remaining: Int { max(0, limit &- heldElements.load(ordering: .relaxed)) }

  /// Draws `count` elements, or throws `EvaluationProblem.tooManyElements`.
  func draw(_ count: Int) throws(EvaluationProblem) {
    guard count <= limit else { throw .tooManyElements(wanted: count, limit: limit) }
    // Added first and compared then: of two threads that looked first both could pass.
    let held = heldElements.wrappingAdd(count, ordering: .relaxed).newValue
    guard held <= limit, held >= 0 else {
      heldElements.wrappingSubtract(count, ordering: .relaxed)
      throw .tooManyElements(wanted: count, limit: limit)
    }
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

/// Elements drawn for something that is no array, given back when it is released.
final class DrawnElements: Sendable {
  private let account: MemoryAccount
  private let count: Int

  init(bytes: Int, account: MemoryAccount) throws(EvaluationProblem) {
    count = max(0, bytes) / 8
    try account.draw(count)
    self.account = account
  }

  deinit { account.giveBack(count) }
}
