import Foundation
import Testing

@testable import LossKit

/// The files of the project that tests run: scripts, examples, the guide.
///
/// They are read where they lie, not from a bundle, because expectations are also written there.
enum Project {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  static let root = tests.deletingLastPathComponent().deletingLastPathComponent()
  static let scripts = tests.appending(path: "Scripts")
  static let examples = root.appending(path: "Examples")
  static let guide = root.appending(path: "Sources/LossKit/LossKit.docc")

  /// Whether expectations are to be written instead of compared.
  ///
  /// A run that writes them fails, so that it is never taken for a test.
  static let isRecording = ProcessInfo.processInfo.environment["RECORD_SCRIPTS"] == "1"

  /// The files below a folder that have an ending, by their paths within it, in order.
  static func files(in folder: URL, ending: String) -> [String] {
    // The walk does not follow a link that it begins at.
    let folder = folder.resolvingSymlinksInPath()
    let walk = FileManager.default.enumerator(atPath: folder.path)
    return (walk?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(ending) }.sorted()
  }

  static func text(_ file: URL) throws -> String {
    try String(contentsOf: file, encoding: .utf8)
  }

  /// Compares a text with a file, or writes the file.
  static func expect(_ text: String, in file: URL, _ name: String) throws {
    if isRecording {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(name): read it, and run again without RECORD_SCRIPTS")
      return
    }
    guard let expected = try? Project.text(file) else {
      Issue.record("\(name) has no \(file.lastPathComponent); RECORD_SCRIPTS=1 writes it")
      return
    }
    #expect(text == expected, "\(name) shows\n\(text)")
  }

  /// What a session shows for a text, and then its errors, as the program prints them.
  static func transcript(
    of bytes: [UInt8], in session: Session, fileName: String? = nil
  ) -> String {
    var lines: [String] = []
    do throws(LossError) {
      try session.run(bytes: bytes, fileName: fileName, echo: .script) { output in
        lines.append(output.rendered(session.settings).plain)
      }
    } catch {
      for error in [error] + error.further { lines.append(error.rendered().plain) }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Compares what is written with the files of a folder: the pictures of the guide.
  static func comparison(in folder: URL)
    -> @Sendable (
      [UInt8], String
    ) throws(FileAccess.Failure) -> Void
  {
    { (bytes, path) throws(FileAccess.Failure) in
      do {
        try expect(String(decoding: bytes, as: UTF8.self), in: folder.appending(path: path), path)
      } catch {
        throw FileAccess.Failure(reason: "\(error)")
      }
    }
  }

  /// Files below a folder, for scripts that name them by paths relative to their own.
  static func access(to folder: URL) -> FileAccess {
    FileAccess { path throws(FileAccess.Failure) in
      guard let data = try? Data(contentsOf: folder.appending(path: path)) else {
        throw FileAccess.Failure(reason: "there is no such file")
      }
      return Array(data)
    }
  }
}
