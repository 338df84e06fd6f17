@testable import LossKit

/// What is fuzzed: a way in for bytes that nobody chose, with what must hold whatever they are.
///
/// The same code runs under libFuzzer (`bin/fuzz`) and in the tests, which run every input that was
/// once a finding.
enum FuzzTarget: String, CaseIterable {
  case lexer, parser, session, csv

  /// Runs one input.
  ///
  /// - Throws: a `FuzzFinding`, where something did not hold.
  func run(_ input: [UInt8]) throws {
    switch self {
    case .lexer: try LexerTarget.run(input)
    case .parser: try ParserTarget.run(input)
    case .session: try SessionTarget.run(input)
    case .csv: try CSVTarget.run(input)
    }
  }

  /// The inputs that a script, or for `csv` a table, is a start for.
  func seeds(of file: [UInt8]) -> [[UInt8]] {
    switch self {
    case .lexer, .parser: [file]
    case .session: SessionTarget.seeds(of: file)
    case .csv: ["a..", ",.0", ";,1"].map { Array($0.utf8) + file }
    }
  }
}

/// Something that should hold of every input and did not hold of one.
struct FuzzFinding: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Throws a finding where a condition does not hold.
func require(_ condition: Bool, _ words: @autoclosure () -> String) throws {
  if !condition { throw FuzzFinding(words()) }
}

/// What must hold of every error: its place lies within its text, and it can be shown.
func requireGood(_ error: LossError, needsPlace: Bool = true) throws {
  let all = [error] + error.further
  try require(all.count <= Parser.maximumErrorCount, "\(all.count) errors")
  for error in all {
    let words = "error '\(error.message)'"
    try require(!error.message.isEmpty, "an error without a message")
    if let range = error.range {
      try require(
        range.start <= range.end && Int(range.end) <= error.source.bytes.count,
        "\(words) at \(range) of \(error.source.bytes.count) bytes")
      try require(error.line >= 1 && error.column >= 1 && error.length >= 0, "\(words): its line")
    } else {
      try require(!needsPlace, "\(words) has no place")
    }
    for columns in [nil, 20, 80] {
      let shown = error.rendered(columns: columns).plain
      try require(shown.contains("error"), "\(words) is shown as '\(shown)'")
      try require(
        shown.utf8.count <= 16 << 10, "\(words.prefix(80)) is shown in \(shown.utf8.count) bytes")
    }
    try requireJSON(error.json(file: nil))
  }
}
