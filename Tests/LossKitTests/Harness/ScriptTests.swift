import Foundation
import Testing

@testable import LossKit

/// Every `Scripts/**/NAME.loss` against `NAME.expected`, and every example.
///
/// `RECORD_SCRIPTS=1` writes the expectations of what is run, and fails.
@Suite struct ScriptTests {
  static let scripts = Project.files(in: Project.scripts, ending: ".loss")
  static let examples = Project.files(in: Project.examples, ending: ".loss")

  @Test(arguments: scripts)
  func script(_ path: String) throws {
    let file = Project.scripts.appending(path: path)
    let expectation = file.deletingPathExtension().appendingPathExtension("expected")
    try Project.expect(transcript(of: file), in: expectation, path)
  }

  @Test(arguments: examples)
  func example(_ path: String) throws {
    let file = Project.examples.appending(path: path)
    let name = file.deletingPathExtension().lastPathComponent
    let expectation = Project.scripts.appending(path: "Examples/\(name).expected")
    try Project.expect(transcript(of: file), in: expectation, path)
  }

  @Test func everythingHasItsCounterpart() {
    // A walk that finds nothing would pass every test above.
    #expect(Self.scripts.count >= 150)
    #expect(!Self.examples.isEmpty)
    let expected = Project.files(in: Project.scripts, ending: ".expected")
    let known =
      Self.scripts.map { $0.dropLast(5) + ".expected" }
      + Self.examples.map { "Examples/" + $0.dropLast(5) + ".expected" }
    #expect(Set(expected).subtracting(known.map { String($0) }).isEmpty)
  }

  /// A script runs in a session of its own, in its folder, under its base name.
  private func transcript(of file: URL) throws -> String {
    Project.transcript(
      of: Array(try Data(contentsOf: file)),
      in: Session(files: Project.access(to: file.deletingLastPathComponent())),
      fileName: file.lastPathComponent)
  }
}
