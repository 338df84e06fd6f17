import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where figures go: lines of text, or of JSON.
final class Report {
  private let isJSON: Bool
  private(set) var wrongAnswers = 0
  /// What calls that should not allocate memory have allocated.
  var allocations = 0

  init(isJSON: Bool) { self.isJSON = isJSON }

  /// Reports one figure.
  ///
  /// - Parameter details: what tells it from others of the same work, such as the number of threads.
  func add(
    _ work: Work, _ value: Double, median: Double? = nil, _ unit: String,
    _ details: KeyValuePairs<String, String> = [:]
  ) {
    if isJSON {
      var fields = start(work) + ", \"value\": \(rounded(value))"
      if let median { fields += ", \"median\": \(rounded(median))" }
      fields += ", \"unit\": \"\(unit)\""
      for (key, value) in details {
        fields += ", \"\(key)\": " + (Double(value) == nil ? "\"\(value)\"" : value)
      }
      show("{\(fields)}")
    } else {
      let labels = details.map { " \($0) \($1)" }.joined(separator: ",")
      let middle = median.map { " (median \(rounded($0)))" } ?? ""
      show("\(work.rawValue)\(labels): \(rounded(value)) \(unit)\(middle)")
    }
  }

  /// Says that a work has no figure, and why.
  func skip(_ work: Work, _ reason: String) {
    if isJSON {
      let text = reason.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        .replacing("\n", with: " ")
      show("{\(start(work)), \"skipped\": \"\(text)\"}")
    } else {
      show("\(work.rawValue): skipped: \(reason)")
    }
  }

  /// Holds an answer to what it should be.
  func check(
    _ work: Work, _ answer: some Sequence<Double>, is wanted: some Sequence<Double>,
    within tolerance: Double = 1e-12
  ) {
    var answer = answer.makeIterator()
    for (place, expected) in wanted.enumerated() {
      let got = answer.next() ?? .nan
      // Not `>`, which nan would pass.
      if !((got - expected).magnitude <= tolerance) {
        return wrong(work, "\(got), not \(expected), at place \(place)")
      }
    }
    if answer.next() != nil { wrong(work, "too many numbers") }
  }

  func wrong(_ work: Work, _ what: String) {
    wrongAnswers += 1
    let text = "\(work.rawValue): wrong answer: \(what)\n"
    _ = write(STDERR_FILENO, text, text.utf8.count)
  }

  func reason(of error: LossError, limit: Double) -> String {
    error.isCancellation ? "took longer than \(rounded(limit)) s" : error.message
  }

  private func show(_ line: String) {
    print(line)
    // At once, into a pipe too, for whoever waits for a slow work.
    fflush(nil)
  }

  private func start(_ work: Work) -> String {
    "\"work\": \"\(work.rawValue)\", \"peer\": \"loss\""
  }

  /// Four significant digits: no time is steadier than that.
  private func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    let digits = 3 - log10(value.magnitude).rounded(.down)
    // Both powers are exact, so that 0.25 stays 0.25.
    return digits < 0
      ? (value / pow(10, -digits)).rounded() * pow(10, -digits)
      : (value * pow(10, digits)).rounded() / pow(10, digits)
  }
}
