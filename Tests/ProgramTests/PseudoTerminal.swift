import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program at a terminal of its own, as a person sees it.
final class PseudoTerminal {
  /// What was expected did not appear.
  struct Missing: Error, CustomStringConvertible {
    let expected: String
    let screen: String
    var description: String {
      "no \(expected.debugDescription) in \(screen.debugDescription)"
    }
  }

  private let controller: Int32
  private let process: pid_t
  private var status: Int32?
  private var screen = ScreenText()

  /// What the terminal shows, with colours and the place of the caret.
  private(set) var display: TerminalScreen

  /// How much of the shown text earlier expectations have used.
  private var seen = 0

  #if canImport(Glibc)
    /// `POSIX_SPAWN_SETSID`, which the module map of Glibc leaves out.
    private static let newSession: Int16 = 0x80
  #else
    private static let newSession = Int16(POSIX_SPAWN_SETSID)
  #endif

  /// - Parameter wrapper: a script of the shell that calls the program, `"$0" "$@"`.
  init(
    _ arguments: [String] = [], environment: [String: String?] = [:], columns: UInt16 = 100,
    rows: UInt16 = 24, wrapper: String? = nil
  ) throws {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    // A terminal that does not tell its size has one all the same.
    display = TerminalScreen(
      width: columns == 0 ? 80 : Int(columns), height: rows == 0 ? 24 : Int(rows))
    var ends: (controller: Int32, terminal: Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 1024)
    guard openpty(&ends.controller, &ends.terminal, &name, nil, &size) == 0 else {
      throw POSIXError(.init(rawValue: errno) ?? .EIO)
    }
    controller = ends.controller
    // The child has its own; with ours open its end would not be seen.
    close(ends.terminal)
    _ = fcntl(controller, F_SETFD, FD_CLOEXEC)
    _ = fcntl(controller, F_SETFL, O_NONBLOCK)

    // A session leader that opens a terminal gets it as its controlling one: Ctrl-C reaches it.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // Whoever runs the tests may have signals blocked or ignored, which a child inherits.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let signalFlags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Self.newSession | signalFlags)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    let variables = Program.environment(
      ["TERM": "xterm", "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
    )
    .map { "\($0)=\($1)" }
    var child = pid_t()
    var command = [Program.path] + arguments
    if let wrapper { command = ["/bin/bash", "-c", wrapper] + command }
    let executable = command[0]
    let result = Self.withStrings(command) { argv in
      Self.withStrings(variables) { envp in
        posix_spawn(&child, executable, &actions, &attributes, argv, envp)
      }
    }
    process = child
    guard result == 0 else { throw POSIXError(.init(rawValue: result) ?? .EIO) }
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(controller)
  }

  /// Types the text.
  func send(_ text: String) { send(Array(text.utf8)) }

  /// Both directions flow: the program may stop reading until what it shows is taken.
  func send(_ keys: [UInt8]) {
    var start = 0
    while start < keys.count {
      var terminal = pollfd(fd: controller, events: Int16(POLLIN | POLLOUT), revents: 0)
      guard poll(&terminal, 1, 10_000) > 0 else { return }
      if terminal.revents & Int16(POLLIN) != 0 { _ = receive(within: .zero) }
      let count = keys.withUnsafeBytes { all in
        write(controller, all.baseAddress?.advanced(by: start), min(1024, all.count - start))
      }
      if count > 0 { start += count }
      if count < 0, errno != EAGAIN { return }
    }
  }

  /// Waits until the terminal shows `text` after everything expected so far.
  @discardableResult
  func expect(_ text: String, within limit: Duration = .seconds(10)) throws -> Duration {
    let wanted = Array(text.utf8)
    let clock = ContinuousClock()
    let start = clock.now
    var position = seen
    while true {
      // A backspace may have taken back what was looked at.
      position = min(position, screen.bytes.count)
      while position + wanted.count <= screen.bytes.count {
        if screen.bytes[position...].starts(with: wanted) {
          seen = position + wanted.count
          return clock.now - start
        }
        position += 1
      }
      position = max(seen, position - wanted.count)
      let left = limit - (clock.now - start)
      guard left > .zero, receive(within: left) else {
        let rest = screen.bytes.dropFirst(seen).suffix(500)
        throw Missing(expected: text, screen: String(decoding: rest, as: UTF8.self))
      }
    }
  }

  /// Waits for `end` and gives what was shown before it, after everything expected so far.
  func text(before end: String, within limit: Duration = .seconds(10)) throws -> String {
    let start = seen
    try expect(end, within: limit)
    return String(decoding: screen.bytes[start..<seen - end.utf8.count], as: UTF8.self)
  }

  /// Waits until what the terminal shows is as wanted.
  func expect(
    _ what: String, within limit: Duration = .seconds(10), _ isWanted: (TerminalScreen) -> Bool
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    while !isWanted(display) {
      let left = limit - (clock.now - start)
      guard left > .zero, receive(within: left) else {
        throw Missing(expected: what, screen: "\(display.rows.suffix(12)) \(display.caret)")
      }
    }
  }

  func resize(columns: UInt16) {
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
  }

  /// The most bytes that the running program has had resident, as Linux counts them.
  ///
  /// What `wait4` says of a child that has ended would not do: a spawned process begins with the
  /// memory of the one that spawned it, and that counts.
  var peakMemory: Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
    else { return nil }
    return Int(kilobytes).map { $0 * 1024 }
  }

  /// Sends the program a signal.
  func signal(_ number: Int32) { kill(process, number) }

  /// Waits for the end of the program; its exit status, or minus the signal that ended it.
  func wait(within limit: Duration = .seconds(10)) throws -> Int32 {
    if let status { return status }
    let deadline = ContinuousClock.now + limit
    var raw: Int32 = 0
    while waitpid(process, &raw, WNOHANG) == 0 {
      guard ContinuousClock.now < deadline else {
        throw Missing(expected: "the end of the program", screen: String(shown.suffix(500)))
      }
      if !receive(within: .milliseconds(5)) { usleep(1000) }
    }
    let signal = raw & 0x7F
    let result = signal == 0 ? (raw >> 8) & 0xFF : -signal
    status = result
    return result
  }

  /// Reads what is there; `false` after the time or at the end.
  private func receive(within limit: Duration) -> Bool {
    var source = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    let (seconds, attoseconds) = limit.components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    guard poll(&source, 1, Int32(clamping: max(1, milliseconds))) > 0 else { return false }
    var block = [UInt8](repeating: 0, count: 1 << 16)
    let count = block.withUnsafeMutableBytes { read(controller, $0.baseAddress, $0.count) }
    guard count > 0 else { return false }
    for byte in block[..<count] {
      screen.receive(byte)
      display.receive(byte)
    }
    return true
  }

  /// Everything that the program wrote, escape sequences too.
  var received: String { String(decoding: screen.received, as: UTF8.self) }

  /// What stands on the screen and above it.
  var shown: String { String(decoding: screen.bytes, as: UTF8.self) }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

/// A prompt that has shown itself.
func prompt(
  _ arguments: [String] = [], environment: [String: String?] = [:], columns: UInt16 = 100,
  rows: UInt16 = 24
) throws -> PseudoTerminal {
  let terminal = try PseudoTerminal(
    arguments, environment: environment, columns: columns, rows: rows)
  try terminal.expect("loss> ")
  return terminal
}
