import LossKit

extension PromptCommand {
  /// How long an expression is measured, all runs together.
  private static let measuringTime = Duration.seconds(1)

  @Sendable static func time(_ prompt: Prompt, _ text: String) {
    prompt.fitToTerminal()
    prompt.attempt { () throws(LossError) in
      let runs = try prompt.session.timedRuns(of: text, within: measuringTime) { result in
        prompt.console.show(result, settings: prompt.session.settings, file: nil)
      }
      prompt.console.show(StyledText(summary(of: runs), as: .note))
    }
  }

  /// `median 12.3 µs (11.9 to 14.1 µs over 10,000 runs)`: the middle half of the runs, as the slowest
  /// say more about the machine than about the expression.
  private static func summary(of runs: TimedRuns) -> String {
    if runs.others.isEmpty { return "took \(Spelled(runs.first))" }
    let (low, high) = (Spelled(runs.quantile(0.25)), Spelled(runs.quantile(0.75)))
    let spread = low.unit == high.unit ? "\(low.number) to \(high)" : "\(low) to \(high)"
    let count = grouped(runs.others.count)
    var text = "median \(Spelled(runs.quantile(0.5))) (\(spread) over \(count) runs"
    if runs.others.count == 1 { text.removeLast() }
    text += ")"
    if runs.first > runs.quantile(0.5) * 2 { text += ", the first \(Spelled(runs.first))" }
    return text
  }

  /// A duration with three digits, which is more than it is good for.
  private struct Spelled: CustomStringConvertible {
    let number: String
    let unit: String

    var description: String { "\(number) \(unit)" }

    init(_ duration: Duration) {
      let (seconds, attoseconds) = duration.components
      let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
      let units = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
      // What would be rounded to 1000 of a unit is 1 of the next.
      let (unit, size) = units.last { nanoseconds >= $0.1 * 0.9995 } ?? units[0]
      self.unit = unit
      let value = nanoseconds / size
      let places = unit == "ns" || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
      number = Spelled.fixed(value, places: places)
    }

    private static func fixed(_ value: Double, places: Int) -> String {
      let scale = places == 0 ? 1 : places == 1 ? 10 : 100
      // A measurement of centuries is no measurement.
      let scaled = Int(min(max(0, (value * Double(scale)).rounded()), 1e15))
      if places == 0 { return String(scaled) }
      let digits = String(scaled % scale)
      return "\(scaled / scale)." + String(repeating: "0", count: places - digits.count) + digits
    }
  }

  private static func grouped(_ count: Int) -> String {
    var result = ""
    for (place, digit) in String(count).reversed().enumerated() {
      if place > 0, place % 3 == 0 { result = "," + result }
      result = String(digit) + result
    }
    return result
  }
}
