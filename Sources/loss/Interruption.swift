import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the signals of a terminal do.
///
/// A handler may do next to nothing, so each stores to the token that evaluations look at, and at
/// the prompt also writes the signal's number into a pipe, which the prompt waits on together with
/// the keyboard: no signal is lost between a look and the wait.
enum Interruption {
  /// Stops whatever evaluation runs.
  static let cancellation = Cancellation()

  /// The end of the pipe that becomes readable when a signal arrived.
  static var descriptor: Int32 { pipe.reading }

  /// Ctrl-C in a script: the first asks the evaluation to stop, which also tells where it was; a
  /// second does not wait for it.
  static func watchScript() {
    // A handler must not be the first to use a lazy global.
    _ = cancellation
    install(SIGINT) { _ in
      if Interruption.cancellation.isCancelled { _exit(ExitStatus.interrupted.rawValue) }
      Interruption.cancellation.cancel()
    }
  }

  /// At the prompt neither Ctrl-C nor Ctrl-\ ends the program.
  static func watchPrompt() {
    _ = cancellation
    _ = pipe
    install(SIGINT) { signal in
      Interruption.cancellation.cancel()
      Interruption.record(signal)
    }
    install(SIGQUIT, SIG_IGN)
  }

  /// Signals that must find the terminal as it was before a line was edited, or redraw the line.
  private static let editingSignals = [SIGWINCH, SIGTSTP, SIGTERM, SIGHUP]

  static func watchEditing() {
    for signal in editingSignals { install(signal) { Interruption.record($0) } }
  }

  static func unwatchEditing() {
    for signal in editingSignals { restoreDefault(signal) }
  }

  static func restoreDefault(_ signal: Int32) { install(signal, SIG_DFL) }

  /// The signals since the last call.
  static func arrived() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBytes { read(pipe.reading, $0.baseAddress, $0.count) }
    return count > 0 ? bytes[..<count].map { Int32($0) } : []
  }

  /// Neither end ever blocks: a full pipe has told the prompt already.
  private static let pipe: (reading: Int32, writing: Int32) = {
    var ends: [Int32] = [-1, -1]
    #if canImport(Glibc)
      _ = Glibc.pipe(&ends)
    #else
      _ = Darwin.pipe(&ends)
    #endif
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    return (ends[0], ends[1])
  }()

  private static func record(_ signal: Int32) {
    let number = errno
    var byte = UInt8(truncatingIfNeeded: signal)
    _ = write(pipe.writing, &byte, 1)
    errno = number
  }

  /// Without `SA_RESTART`, so that a signal ends a wait for input.
  private static func install(_ signal: Int32, _ handler: sighandler_t?) {
    var action = sigaction()
    #if canImport(Glibc)
      action.__sigaction_handler.sa_handler = handler
    #else
      action.__sigaction_u.__sa_handler = handler
    #endif
    sigemptyset(&action.sa_mask)
    sigaction(signal, &action, nil)
  }
}
