extension Descent {
  /// Why it ended, in words.
  public var explanation: String { explanation(corner: nil) }

  /// - Parameter corner: the primitives that are at a corner, where they are known.
  func explanation(corner: String?) -> String {
    switch reason {
    case .gradient:
      heldInputs == 0
        ? "the gradient's norm is within the tolerance"
        : "the gradient's norm is within the tolerance, \(heldText) held at the bounds"
    case .bounds: "every input is held at its bound"
    case .precision: "no step makes the loss smaller within the precision of doubles"
    case .steps: "the steps are used up"
    case .corner:
      (corner.map { "no descent found: the loss has a corner here, \($0)" }
        ?? "no descent found: the slope jumps here, as at a corner") + riseText
    case .unbounded: "the loss falls without end"
    case .notFinite:
      problem.map { "\(triedText) meets an error: \(Self.inOneLine($0.message))" }
        ?? "\(triedText) leads to where the loss or its gradient is not finite"
    case .interrupted: "interrupted"
    }
  }

  /// The values below the message of an assertion, behind it.
  private static func inOneLine(_ message: String) -> String {
    message.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: ", ")
  }

  private var triedText: String {
    wentAtRate ? "the next step" : "every step, however small,"
  }

  private var heldText: String {
    "\(heldInputs) of \(point.count) input\(point.count == 1 ? "" : "s")"
  }

  private var riseText: String {
    guard risesAlongInputs else { return "" }
    return point.count == 1
      ? "; it rises to both sides, so this is a minimum"
      : "; it rises both ways along each input"
  }
}
