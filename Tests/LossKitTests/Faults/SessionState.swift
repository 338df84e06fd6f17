import Foundation
import Synchronization

@testable import LossKit

/// All that a session keeps from one text to the next, as texts that compare bit for bit.
struct SessionState: Equatable, CustomStringConvertible {
  var parts: [String]

  init(_ session: Session, written: [String: [UInt8]]) {
    let saved = session.saved()
    parts = saved.script.components(separatedBy: "\n") + saved.notes
    parts += session.definitions().map { "\($0.kind) \($0.text) \($0.documentation ?? "")" }
    parts.append("last value: \(session.evaluator.lastValue.map(JSON.value) ?? "none")")
    parts.append("settings: \(session.settings) \(session.corners)")
    parts.append("imports in progress: \(session.importsInProgress)")
    parts.append("imported: \(session.imported.keys.sorted())")
    parts.append("to be undone: \(session.replacedByImport.count)")
    for (name, value, isUsed) in session.overrides {
      parts.append("override \(name) = \(JSON.value(value)), used: \(isUsed)")
    }
    for (path, bytes) in written.sorted(by: { $0.key < $1.key }) {
      parts.append("file \(path): \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  var description: String { parts.joined(separator: "\n") }
}

/// A session that reads the files of `InterruptedStatement` and keeps what it writes.
final class RecordedSession {
  let cancellation = Cancellation()
  let session: Session
  private let written = Store()
  private(set) var outputs: [Output] = []

  private final class Store: Sendable {
    let files = Mutex<[String: [UInt8]]>([:])
  }

  init(_ statement: InterruptedStatement) throws {
    let written = written
    session = Session(
      files: FileAccess(
        read: { (path, _) throws(FileAccess.Failure) in
          guard let text = InterruptedStatement.files[path] else {
            throw FileAccess.Failure(reason: "there is no such file")
          }
          return Array(text.utf8)
        },
        write: { bytes, path throws(FileAccess.Failure) in
          written.files.withLock { $0[path] = bytes }
        }), cancellation: cancellation)
    try session.override("z", with: "4")
    try session.run(InterruptedStatement.common) { _ in }
    for text in statement.setup { try session.run(text) { _ in } }
  }

  var state: SessionState {
    SessionState(session, written: written.files.withLock { $0 })
  }

  /// Runs a text; what it shows, its error last.
  func shown(_ text: String) -> [String] {
    let start = outputs.count
    var error: String?
    do {
      if let words = query(text) {
        let answer = try answer(words)
        cancellation.reset()
        return [answer]
      }
      try session.run(text, echo: .prompt) { outputs.append($0) }
    } catch let problem {
      error = problem.isCancellation ? RecordedSession.interrupted : problem.description
    }
    // After the run, as what is shown would be cut short while a stop is asked for.
    cancellation.reset()
    return outputs[start...].map { $0.json(file: nil) + "\n" + $0.rendered(session.settings).plain }
      + (error.map { [$0] } ?? [])
  }

  private typealias Query = (command: Substring, argument: String)

  /// What the prompt asks a session besides texts: `:explain e`.
  private func query(_ text: String) -> Query? {
    let words = text.split(separator: " ", maxSplits: 1)
    guard words.count == 2, [":explain", ":type", ":show"].contains(words[0]) else { return nil }
    return (words[0], String(words[1]))
  }

  private func answer(_ query: Query) throws(LossError) -> String {
    switch query.command {
    case ":explain":
      try session.explanation(of: query.argument).rendered(session.settings, width: 100).plain
    case ":type": try session.kind(of: query.argument)
    default: try session.wholeText(of: query.argument, width: 100)
    }
  }

  static let interrupted = "interrupted"

  /// The elements of arrays that the session holds, found by what it still lets be drawn.
  var heldElements: Int {
    var (low, high) = (0, MemoryAccount.defaultLimit)
    while low < high {
      let middle = low + (high - low + 1) / 2
      do {
        try session.account.draw(middle)
        session.account.giveBack(middle)
        low = middle
      } catch {
        high = middle - 1
      }
    }
    return MemoryAccount.defaultLimit - low
  }
}
