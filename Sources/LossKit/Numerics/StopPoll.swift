/// The caller asked a kernel to stop, which has nothing else to fail by.
struct KernelStopped: Error {}

/// Asks whether to stop about once a millisecond of work, however the work is cut up.
///
/// A kernel reports its work in steps of roughly a nanosecond (a multiplication with its addition,
/// a byte looked at); asking at every row would cost more than short rows do.
struct StopPoll {
  private static let stepsBetweenQuestions = 1 << 20
  private var remaining = Self.stepsBetweenQuestions

  /// Counts `steps` and, when enough have come together, asks.
  @inline(__always)
  mutating func shouldStop(after steps: Int, _ ask: () -> Bool) -> Bool {
    remaining &-= steps
    guard remaining <= 0 else { return false }
    remaining = Self.stepsBetweenQuestions
    return ask()
  }
}
