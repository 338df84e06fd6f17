import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What was typed at the prompt, kept in a file, one entry a line.
///
/// Not readline's own file format: it splits an entry of several lines unless times are kept, and
/// then takes an entry that begins with `#1` for a time. Here a newline is written `\n` and a
/// backslash `\\`.
struct History {
  private static let lineLimit = 10_000

  /// A pasted data set is not worth recalling, and would be read at every start.
  static let entryLimit = 1 << 16

  private let path: String

  init(path: String) { self.path = path }

  /// `LOSS_HISTORY`, else a file in the folder that the XDG base directory specification names for
  /// state; `nil` where there is no place, or where `LOSS_HISTORY` is empty.
  static var standard: History? {
    if let path = environmentVariable("LOSS_HISTORY") {
      return path.isEmpty ? nil : History(path: path)
    }
    // The specification has relative paths ignored.
    if let state = environmentVariable("XDG_STATE_HOME"), state.hasPrefix("/") {
      return History(path: state + "/loss/history")
    }
    guard let home = environmentVariable("HOME"), !home.isEmpty else { return nil }
    return History(path: home + "/.local/state/loss/history")
  }

  /// The entries of earlier sessions, oldest first.
  ///
  /// A file that cannot be read is no history.
  func load() -> [String] {
    trim()
    return lines().map { Self.decoded($0) }
  }

  /// Keeps an entry at once, so that a session that is killed and one beside it lose nothing.
  func record(_ text: String) {
    createFolders()
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode_t(0o600))
    guard descriptor >= 0 else { return }
    _ = LocalFiles.append(Array((Self.encoded(text) + "\n").utf8), to: descriptor)
    close(descriptor)
  }

  /// Drops the oldest lines over the limit.
  func trim() {
    let lines = lines()
    if lines.count <= Self.lineLimit { return }
    let kept = lines.suffix(Self.lineLimit).map { $0 + [UInt8(ascii: "\n")] }
    // A history that cannot be shortened is longer than it should be, nothing worse.
    try? LocalFiles.write(Array(kept.joined()), to: path, permissions: 0o600)
  }

  private func lines() -> [[UInt8]] {
    guard let bytes = try? LocalFiles.read(path) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  private func createFolders() {
    // Each folder on the way, as `mkdir -p` does; those that exist answer with an error.
    for index in path.indices.dropFirst() where path[index] == "/" {
      mkdir(String(path[..<index]), 0o700)
    }
  }

  private static func encoded(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func decoded(_ line: [UInt8]) -> String {
    var result = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
      if isEscaped {
        // Any other pair was written by hand: it stays as it is.
        if scalar != "n", scalar != "\\" { result.append("\\") }
        result.append(scalar == "n" ? "\n" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}
