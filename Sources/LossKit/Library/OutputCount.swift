/// Counts the text that the outputs of a session become, so that a request shows no more than its
/// limit.
///
/// What an output is as text is known when it is asked for, in whichever form: then it is counted,
/// and where it would be too much it is empty instead, and the request ends at its statement.
final class OutputCount {
  private let limit: Int?
  private let stop: StopSignal
  private var request = 0
  private var bytes = 0

  init(limit: Int?, stop: StopSignal) {
    self.limit = limit
    self.stop = stop
  }

  var isLimited: Bool { limit != nil }

  /// Whether the last text that was counted was too much, so that there is nothing to be written.
  private(set) var isExceeded = false

  /// How many more bytes the request may show.
  var remaining: Int {
    guard let limit else { return .max }
    if request != stop.requestNumber {
      request = stop.requestNumber
      bytes = 0
    }
    return max(0, limit - bytes)
  }

  /// Counts some bytes; `false` where they are too many, which ends the request.
  func add(_ count: Int) -> Bool {
    guard let limit else { return true }
    isExceeded = count > remaining
    guard !isExceeded else {
      stop.reach(.tooMuchOutput(limit: limit))
      return false
    }
    bytes += count
    return true
  }
}
