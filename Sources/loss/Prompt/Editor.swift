import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The editor that a person has set up, run on a file of its own.
enum Editor {
  /// What came of an edit.
  enum Outcome {
    /// The text, without the line ends at its end.
    case text(String)
    case failure(String)
    /// None is set, and none of the usual ones is there.
    case noEditor
  }

  static func edit(_ text: String) -> Outcome {
    guard let command else { return .noEditor }
    let folder = environmentVariable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    // Made with access for its owner only; the ending tells the editor the language.
    var template = Array("\(folder)/loss-XXXXXX.loss".utf8CString)
    let descriptor = mkstemps(&template, 5)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else {
      return .failure("'\(folder)' takes no new file: \(systemErrorText(errno))")
    }
    defer { unlink(path) }
    let content = text.isEmpty ? [] : Array((text + "\n").utf8)
    let reason = LocalFiles.append(content, to: descriptor)
    close(descriptor)
    if let reason { return .failure("'\(path)' cannot be written: \(systemErrorText(reason))") }

    if let failure = run(command, on: path) { return .failure(failure) }
    do throws(FileAccess.Failure) {
      let bytes = try LocalFiles.read(path)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        return .failure("what the editor left is not UTF-8")
      }
      return .text(trimmed(text))
    } catch {
      return .failure("what the editor left cannot be read: \(error.reason)")
    }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text.unicodeScalars[...]
    while let last = text.last, last == "\n" || last == "\r" { text.removeLast() }
    return String(text)
  }

  /// `$VISUAL` before `$EDITOR`, as everywhere; else what most machines have.
  private static var command: String? {
    for variable in ["VISUAL", "EDITOR"] {
      if let command = environmentVariable(variable), !command.allSatisfy(\.isWhitespace) {
        return command
      }
    }
    let folders = (environmentVariable("PATH") ?? "").split(separator: ":")
    return ["vi", "nano"].first { name in
      folders.contains { access("\($0)/\(name)", X_OK) == 0 }
    }
  }

  /// What went wrong, or `nil`.
  private static func run(_ command: String, on path: String) -> String? {
    // By the shell, as the variable may hold arguments: `code --wait`.
    let arguments = ["/bin/sh", "-c", "\(command) \"$@\"", "sh", path]
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What the prompt ignores or catches is the editor's own business.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] {
      sigaddset(&signals, signal)
    }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let strings = arguments.map { strdup($0) }
    defer { for string in strings { free(string) } }
    var child = pid_t()
    let result = posix_spawn(&child, "/bin/sh", nil, &attributes, strings + [nil], environ)
    guard result == 0 else { return "the editor could not be run: \(systemErrorText(result))" }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return "the editor was lost: \(systemErrorText(errno))" }
    }
    let signal = status & 0x7F
    if signal != 0 { return "the editor '\(command)' was ended by signal \(signal)" }
    switch (status >> 8) & 0xFF {
    case 0: return nil
    case 126, 127: return "the editor '\(command)' could not be run"
    case let code: return "the editor '\(command)' ended with status \(code), so nothing is run"
    }
  }
}
