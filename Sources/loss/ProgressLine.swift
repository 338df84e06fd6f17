import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The line of a terminal that shows how `minimize` gets on: drawn over itself, and gone before
/// anything else is shown.
final class ProgressLine {
  private let stream: TextStream
  private let clock = ContinuousClock()
  /// When the first step of this descent came.
  private var start: ContinuousClock.Instant
  /// When the line was last drawn.
  private var drawn: ContinuousClock.Instant
  /// How many columns it takes; 0 while there is none.
  private var width = 0

  /// More often nobody reads it.
  private static let interval = Duration.milliseconds(100)

  init(stream: TextStream) {
    self.stream = stream
    start = clock.now
    drawn = start
  }

  /// Shows a step, unless one was shown just before.
  func show(_ step: Descent.Step) {
    let now = clock.now
    if step.number == 0 {
      // What takes less than the interval shows nothing.
      (start, drawn) = (now, now)
      return
    }
    guard now - drawn >= Self.interval else { return }
    drawn = now
    draw(Self.fields(of: step, elapsed: now - start))
  }

  /// Takes the line away.
  func erase() {
    guard width > 0 else { return }
    // Blanks rather than a control sequence: every terminal knows them. What a Ctrl-C left behind
    // the line goes with it.
    stream.write("\r" + String(repeating: " ", count: width + 2) + "\r")
    stream.flush()
    width = 0
  }

  private func draw(_ fields: [String]) {
    // A line that wraps could not be drawn over; the terminal may have another width by now. Those
    // that have no room are left out, as half a number would be another one.
    let columns = max((stream.size?.columns ?? 80) - 3, 0)
    var line = ""
    for field in fields {
      let longer = line.isEmpty ? field : line + "   " + field
      guard longer.count <= columns else { break }
      line = longer
    }
    let blanks = String(repeating: " ", count: max(0, min(width, columns) - line.count))
    stream.write("\r" + line + blanks)
    stream.flush()
    width = line.count
  }

  /// What there is to say, the most important first.
  private static func fields(of step: Descent.Step, elapsed: Duration) -> [String] {
    let (seconds, attoseconds) = elapsed.components
    let rate = Double(step.number) / (Double(seconds) + Double(attoseconds) * 1e-18)
    return [
      "step \(step.number)", "loss \(digits(step.value, 7))",
      "gradient norm \(digits(step.gradientNorm, 2))", "step length \(digits(step.length, 2))",
      "\(rate.isFinite ? digits(rate.rounded(), 3) : "0") steps/s",
    ]
  }

  private static func digits(_ x: Double, _ count: Int) -> String {
    NumberFormat.formatted(x, digits: count)
  }
}
