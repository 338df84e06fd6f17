#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output or standard error, written in few large pieces.
///
/// The C streams are avoided: their globals are not safe to name under strict concurrency, and they
/// hold a full block back when the output is a pipe, where a reader wants each answer as it is made.
final class TextStream {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// Nobody watches a regular file grow, so only there are answers gathered into blocks.
  private let gathers: Bool

  let isTerminal: Bool

  /// Whether Ctrl-C came while nobody read: nothing more is written.
  private var isGivenUp = false

  init(descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    var status = stat()
    gathers = fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == S_IFREG
  }

  /// Columns and lines of the terminal now, as a resize may have changed them, or `nil` where there
  /// is none.
  var size: (columns: Int, rows: Int?)? {
    guard isTerminal else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : nil)
  }

  func write(_ text: String) { write(text.utf8) }

  func write(_ bytes: some Sequence<UInt8>) {
    if isGivenUp { return }
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 16 { flush() }
  }

  /// Ends one answer: what is complete goes out, unless it is gathered.
  func endAnswer() {
    if !gathers { flush() }
  }

  func flush() {
    var presses = Interruption.count
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = deliver(rest.prefix(pieceSize))
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Whoever started us left the descriptor non-blocking.
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&poller, 1, -1)
      } else if errno != EINTR {
        buffer.removeAll()
        return fail(errno)
      }
      // Ctrl-C takes back what is still to come, from a slow terminal or a reader that has stopped;
      // what is shown next begins on a line of its own.
      if !rest.isEmpty, Interruption.count != presses {
        presses = Interruption.count
        rest = isTerminal ? [UInt8(ascii: "\n")] : []
        // A reader that has stopped would be waited for at the next answer again.
        isGivenUp = !isTerminal
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// What is written at once: to a terminal little, as Ctrl-C is only seen in between.
  private var pieceSize: Int { isTerminal ? 4096 : .max }

  private func deliver(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBytes { bytes in
      #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
      #endif
    }
  }

  /// Output that cannot be delivered ends the process, as it does `cat`: going on would work for
  /// nobody, and answer 0 for results that were lost.
  private func fail(_ reason: Int32) {
    if reason == EPIPE { _exit(ExitStatus.closedPipe.rawValue) }
    // There is nowhere left to say it.
    if descriptor == STDERR_FILENO { return }
    let errors = TextStream(descriptor: STDERR_FILENO)
    errors.write("error: the output could not be written: \(LocalFiles.failure(reason).reason)\n")
    errors.flush()
    _exit(ExitStatus.failure.rawValue)
  }
}

/// What the system calls an error number.
func systemErrorText(_ number: Int32) -> String {
  guard let text = strerror(number) else { return "error \(number)" }
  return String(cString: text)
}
