/// What the process answers its caller with.
enum ExitStatus: Int32 {
  case success = 0

  /// A script had an error, or one of its `assert` or `check` statements did not hold.
  case failure = 1

  /// The call itself was wrong: an unknown option, no such file. `EX_USAGE` of sysexits.h, which
  /// swift-argument-parser answers with too.
  case wrongCall = 64

  /// Ctrl-C: 128 and the number of the signal, as shells count.
  case interrupted = 130

  /// The reader of our output went away and `SIGPIPE` was ignored by whoever started us; otherwise
  /// the signal has ended the process, which shells report as the same number.
  case closedPipe = 141
}
