import Testing

@testable import LossKit

/// A session together with what it has shown.
final class TestSession {
  let session: Session
  private(set) var outputs: [Output] = []

  /// - Parameter files: the text of the files that `import` and `csv` may read, by path.
  init(files: [String: String] = [:], cancellation: Cancellation? = nil) {
    session = Session(
      files: FileAccess { path throws(FileAccess.Failure) in
        guard let text = files[path] else {
          throw FileAccess.Failure(reason: "there is no such file")
        }
        return Array(text.utf8)
      }, cancellation: cancellation)
  }

  /// Begins with a text that must run.
  convenience init(_ text: String, files: [String: String] = [:]) throws {
    self.init(files: files)
    try run(text)
  }

  func run(_ text: String, fileName: String? = nil, echo: Session.Echo = .script) throws {
    try session.run(text, fileName: fileName, echo: echo) { outputs.append($0) }
  }

  /// The error that a text ends with.
  func error(_ text: String) throws -> LossError {
    do {
      try run(text)
    } catch let error as LossError {
      return error
    }
    throw Missing(what: "an error of: \(text.prefix(200))")
  }

  /// The value that the last statement of a text shows.
  func value(_ text: String) throws -> Value { try shown(text).value }

  /// The number that the last statement of a text shows.
  func number(_ text: String) throws -> Double {
    try #require(try value(text).elements.first, "\(text)")
  }

  /// The elements of the array or record that the last statement of a text shows.
  func numbers(_ text: String) throws -> [Double] { try value(text).elements }

  /// The elements of the gradient that is shown with a value, of all params after one another.
  func shownGradient(_ text: String) throws -> [Double] {
    try shown(text).gradient.flatMap(\.value.elements)
  }

  /// The notes that are shown with a value.
  func notes(_ text: String) throws -> [String] { try shown(text).notes }

  /// What a text shows, as plain text.
  func text(_ text: String, echo: Session.Echo = .script) throws -> String {
    let start = outputs.count
    try run(text, echo: echo)
    return outputs[start...].map { $0.rendered(session.settings).plain }
      .joined(separator: "\n")
  }

  private typealias Shown = (
    value: Value, gradient: [(name: String, value: Value)], notes: [String]
  )

  private func shown(_ text: String) throws -> Shown {
    let start = outputs.count
    try run(text)
    guard outputs.count > start, let last = outputs.last,
      case .value(let value, let gradient, let notes) = last.content
    else { throw Missing(what: "a shown value of: \(text.prefix(200))") }
    return (value, gradient ?? [], notes)
  }

  struct Missing: Error {
    let what: String
  }
}

extension Value {
  /// All numbers of a number, an array or a record, in their order; none of anything else.
  var elements: [Double] {
    switch plain {
    case .number(let x): [x]
    case .truth(let x): [x ? 1 : 0]
    case .tensor(let tensor): Array(tensor.elements)
    case .record(let record): record.values.flatMap(\.elements)
    default: []
    }
  }
}

/// Numbers as a text of the language that reads back exactly.
func literal(_ x: Double) -> String {
  if x.isNaN { return "nan" }
  if x.isInfinite { return x < 0 ? "-inf" : "inf" }
  return (x.sign == .minus ? "-" : "") + NumberFormat.formatted(x.magnitude)
}

func literal(_ xs: [Double]) -> String { "[" + xs.map(literal).joined(separator: ", ") + "]" }

/// The largest difference of two lists of numbers; nan where one is nan or the lengths differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .nan }
  return zip(a, b).reduce(0) { worst, pair in
    if pair.0 == pair.1 || pair.0.isNaN && pair.1.isNaN { return worst }
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN || worst.isNaN ? .nan : max(worst, difference)
  }
}
