import LossKit
import Synchronization

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

  /// How often Ctrl-C was pressed: whoever writes for long sees whether it was meant.
  static var count: Int { presses.load(ordering: .relaxed) }

  private static let presses = Atomic<Int>(0)

  /// The signal that asked the process to end, 0 for none.
  private static let ending = Atomic<Int32>(0)

  /// Seconds until the end that a signal asked for comes by itself.
  private static let patience: UInt32 = 2

  /// What holds from the start: no signal ends the process that a failed system call tells as well.
  static func prepare() {
    // A file over the limit of `ulimit -f` is an error of that file.
    install(SIGXFSZ, SIG_IGN)
  }

  /// Ctrl-C in a script: the first asks the evaluation to stop, which also tells where it was; a
  /// second does not wait for it.
  ///
  /// The signals by which a system ends a process do so in order: what was shown is written, no file
  /// is left half written. What takes longer than 2 seconds to stop is not waited for.
  static func watchScript() {
    // A handler must not be the first to use a lazy global.
    _ = cancellation
    _ = (presses.load(ordering: .relaxed), ending.load(ordering: .relaxed))
    installUnlessIgnored(SIGINT) { _ in
      if Interruption.cancellation.isCancelled { _exit(ExitStatus.interrupted.rawValue) }
      Interruption.interrupt()
    }
    for signal in [SIGTERM, SIGHUP] {
      installUnlessIgnored(signal) { signal in
        Interruption.ending.store(signal, ordering: .relaxed)
        Interruption.cancellation.cancel()
        alarm(Interruption.patience)
      }
    }
    install(SIGALRM) { _ in Interruption.die() }
    // It is the program's own, whatever its caller had blocked.
    unblock(SIGALRM)
  }

  /// Ends the process by the signal that asked for it, if one did: its caller sees it so.
  static func endIfAsked() {
    if ending.load(ordering: .relaxed) != 0 { die() }
  }

  private static func die() {
    let signal = ending.load(ordering: .relaxed)
    restoreDefault(signal)
    unblock(signal)
    raise(signal)
  }

  private static func unblock(_ signal: Int32) {
    var own = sigset_t()
    sigemptyset(&own)
    sigaddset(&own, signal)
    sigprocmask(SIG_UNBLOCK, &own, nil)
  }

  private static func interrupt() {
    presses.wrappingAdd(1, ordering: .relaxed)
    cancellation.cancel()
  }

  /// Holds back, for as long as `body` takes, the signals that would end the process in the middle.
  static func holdingSignals<Result>(_ body: () -> Result) -> Result {
    var held = sigset_t()
    sigemptyset(&held)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM] { sigaddset(&held, signal) }
    var before = sigset_t()
    sigprocmask(SIG_BLOCK, &held, &before)
    defer { sigprocmask(SIG_SETMASK, &before, nil) }
    return body()
  }

  /// At the prompt neither Ctrl-C nor Ctrl-\ ends the program.
  static func watchPrompt() {
    _ = (cancellation, presses.load(ordering: .relaxed), pipe)
    install(SIGINT) { signal in
      Interruption.interrupt()
      Interruption.record(signal)
    }
    install(SIGQUIT, SIG_IGN)
  }

  /// Signals that must find the terminal as it was before a line was edited, or redraw the line.
  private static let editingSignals = [SIGWINCH, SIGTSTP, SIGTERM, SIGHUP]

  static func watchEditing() {
    for signal in editingSignals { installUnlessIgnored(signal) { Interruption.record($0) } }
  }

  static func unwatchEditing() {
    for signal in editingSignals where !isIgnored(signal) { restoreDefault(signal) }
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

  /// Leaves a signal alone that whoever started the process had ignored, as `nohup` does, and shells
  /// do with Ctrl-C for what they run in the background.
  private static func installUnlessIgnored(_ signal: Int32, _ handler: sighandler_t?) {
    if !isIgnored(signal) { install(signal, handler) }
  }

  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
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
