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
  ///
  /// - Throws: why it is not kept. Nothing of it is then in the file.
  func record(_ text: String) throws(FileAccess.Failure) {
    createFolders()
    try withFile(O_RDWR | O_CREAT | O_APPEND) { file throws(FileAccess.Failure) in
      let size = file.size
      // A line that a full disk cut short, of a program that could not take it back, is not gone on.
      let separator = size > 0 && !endsInLineEnd(file.descriptor, size) ? "\n" : ""
      let line = Array((separator + Self.encoded(text) + "\n").utf8)
      guard let reason = LocalFiles.append(line, to: file.descriptor) else { return }
      if file.isRegular { ftruncate(file.descriptor, size) }
      throw LocalFiles.failure(reason)
    }
  }

  /// Drops the oldest lines over the limit.
  func trim() {
    // A history that cannot be shortened is longer than it should be, nothing worse. One that is not
    // there is not made.
    try? withFile(O_RDWR) { file throws(FileAccess.Failure) in
      guard file.isRegular else { return }
      let lines = Self.lines(try LocalFiles.read(descriptor: file.descriptor))
      if lines.count <= Self.lineLimit { return }
      let kept = lines.suffix(Self.lineLimit).map { $0 + [UInt8(ascii: "\n")] }
      try LocalFiles.replace(path, by: Array(kept.joined()))
    }
  }

  /// The file while nobody else changes it.
  private struct Locked {
    let descriptor: Int32
    let size: off_t
    let isRegular: Bool
  }

  /// Opens the file for as long as `body` takes and keeps other prompts out of it.
  private func withFile(
    _ flags: Int32, _ body: (Locked) throws(FileAccess.Failure) -> Void
  ) throws(FileAccess.Failure) {
    // What another prompt has replaced meanwhile is not the history any more.
    for _ in 0..<100 {
      // A pipe in its place is not waited for.
      let descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK, mode_t(0o600))
      guard descriptor >= 0 else { throw LocalFiles.failure(errno) }
      defer { close(descriptor) }
      // A file system without locks is used by one at a time.
      while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw LocalFiles.failure(errno) }
      var present = stat()
      guard stat(path, &present) == 0, status.st_dev == present.st_dev,
        status.st_ino == present.st_ino
      else { continue }
      return try body(
        Locked(
          descriptor: descriptor, size: status.st_size,
          isRegular: (status.st_mode & S_IFMT) == S_IFREG))
    }
  }

  private func endsInLineEnd(_ descriptor: Int32, _ size: off_t) -> Bool {
    var last: UInt8 = 0
    return pread(descriptor, &last, 1, size - 1) != 1 || last == UInt8(ascii: "\n")
  }

  private func lines() -> [[UInt8]] {
    // A pipe in its place would be waited for, a device has no end.
    var status = stat()
    guard stat(path, &status) == 0, (status.st_mode & S_IFMT) == S_IFREG,
      let bytes = try? LocalFiles.read(path)
    else { return [] }
    return Self.lines(bytes)
  }

  private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
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
