import Foundation
import Synchronization

/// The built `loss`, run as a process with pipes.
struct Program {
  /// What a run left behind.
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    var outputLines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The executable beside the test bundle: it is a dependency of this target.
  static let path = path(of: "loss")

  static func path(of executable: String) -> String {
    #if os(macOS)
      let bundles = Bundle.allBundles.filter { $0.bundlePath.hasSuffix(".xctest") }
      let folder = bundles.first?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    #else
      let folder = Bundle.main.bundleURL
    #endif
    return folder.appendingPathComponent(executable).path
  }

  /// An environment in which nothing of the person who runs the tests shows.
  ///
  /// `nil` takes a variable away.
  static func environment(_ changes: [String: String?] = [:]) -> [String: String] {
    var result = [
      "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LOSS_HISTORY": "", "LOSS_INIT": "",
    ]
    // What sanitizers and the measurement of coverage were told holds for the program as well.
    let ofTools = [
      "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH", "LLVM_PROFILE_FILE",
    ]
    for name in ofTools { result[name] = ProcessInfo.processInfo.environment[name] }
    for (name, value) in changes { result[name] = value }
    return result
  }

  /// Runs a script of the shell in which `$0` is `loss`.
  static func shell(
    _ script: String, environment: [String: String?] = [:], folder: TemporaryFolder? = nil
  ) throws -> Result {
    try run(
      ["-c", script, path], input: "", environment: environment, folder: folder,
      executable: "/bin/bash")
  }

  static func run(
    _ arguments: [String], input: String = "", environment: [String: String?] = [:],
    folder: TemporaryFolder? = nil, executable: String = "loss"
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(
      fileURLWithPath: executable.hasPrefix("/") ? executable : path(of: executable))
    process.arguments = arguments
    process.environment = self.environment(environment)
    if let folder { process.currentDirectoryURL = folder.url }
    let inputPipe = Pipe()
    let outputPipe = Pipe()
    let errorPipe = Pipe()
    process.standardInput = inputPipe
    process.standardOutput = outputPipe
    process.standardError = errorPipe
    try process.run()

    // Both are drained before the wait: a child whose pipe is full never ends.
    let output = Reader(outputPipe.fileHandleForReading)
    let errors = Reader(errorPipe.fileHandleForReading)
    // A child that reads nothing closes its end first; that is no failure of the test.
    try? inputPipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? inputPipe.fileHandleForWriting.close()
    let result = (output.text(), errors.text())
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: result.0, errors: result.1)
  }

  /// Reads one pipe to its end on a thread of its own.
  private final class Reader: Sendable {
    private let data = Mutex(Data())
    private let end = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
      let thread = Thread { [self] in
        let all = (try? handle.readToEnd()) ?? Data()
        data.withLock { $0 = all }
        end.signal()
      }
      thread.start()
    }

    func text() -> String {
      end.wait()
      return data.withLock { String(decoding: $0, as: UTF8.self) }
    }
  }
}

/// A folder that goes away with its last user.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("loss-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.path }

  func file(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return file(name)
  }
}
