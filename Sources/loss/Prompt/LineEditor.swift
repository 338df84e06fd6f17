@preconcurrency import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads lines with GNU readline.
///
/// Through its callback interface: the blocking one handles Ctrl-C by jumping out of a signal
/// handler, which Swift must not be left by. Here the program waits on the keyboard and on signals
/// together, and hands readline one key at a time.
///
/// readline keeps its state in globals, so there is one editor, used by the main thread only.
final class LineEditor {
  /// What a read came to.
  enum Event: Equatable {
    case line(String)

    /// A line that is not UTF-8.
    case invalid

    /// Ctrl-C: the line is abandoned.
    case interrupted

    /// Ctrl-D on an empty line, or the terminal went away.
    case end
  }

  /// The stream on which the line is shown.
  enum Terminal { case output, errors }

  /// - Parameter painter: colours the line; `nil` leaves it as readline draws it.
  init(
    terminal: Terminal, painter: LinePainter?, completer: @escaping (String) -> Completion
  ) {
    useUnicode()
    rl_readline_name = UnsafePointer(strdup("Loss"))
    if terminal == .errors { rl_outstream = fdopen(dup(STDERR_FILENO), "w") }
    // Signals come through `Interruption`; variables LINES and COLUMNS would be stale copies.
    rl_catch_signals = 0
    rl_catch_sigwinch = 0
    rl_change_environment = 0
    // Defaults only: the user's inputrc is read after them.
    rl_variable_bind("show-all-if-ambiguous", "on")
    // With colours the pair at the caret is marked, which need not hold up the caret. The blink
    // knows texts, but not comments.
    rl_variable_bind("blink-matching-paren", painter == nil ? "on" : "off")
    rl_set_paren_blink_timeout(300_000)
    LineEditorKeys.bind()
    LineEditorCallbacks.painter = painter
    LineEditorCallbacks.completer = completer
    rl_attempted_completion_function = { _, start, end in
      LineEditorCallbacks.completions(start: start, end: end)
    }
    rl_completion_display_matches_hook = { _, _, _ in LineEditorCallbacks.showCandidates() }
    // As readline has them, but without the backslash of `\alpha` and with all operators.
    rl_completer_word_break_characters = UnsafePointer(strdup(" \t\n\"()[]{}<>=+-*/%^@,;!|&#"))
    rl_initialize()
    // Not earlier: a program that displays by itself is taken to know its terminal by itself, too.
    if painter != nil { rl_redisplay_function = { LineEditorCallbacks.painter?.draw() } }
    using_history()
    stifle_history(10_000)
  }

  /// Lets the arrow keys recall an entry.
  func remember(_ entry: String) { add_history(entry) }

  func readLine(prompt: String) -> Event {
    LineEditorCallbacks.event = nil
    LineEditorCallbacks.painter?.begin()
    // A read that was abandoned among the older entries has left the place there.
    using_history()
    // The terminal may have been resized while an evaluation ran.
    rl_reset_screen_size()
    Interruption.watchEditing()
    defer { Interruption.unwatchEditing() }
    // A Ctrl-C that stopped an evaluation is not one for the line; one after the prompt is shown is.
    let earlier = Interruption.arrived()
    install(prompt)
    for signal in earlier where signal != SIGINT { _ = handle(signal) }
    while true {
      var sources = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: Interruption.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&sources, nfds_t(sources.count), -1)
      if count < 0, errno != EINTR {
        rl_callback_handler_remove()
        return .end
      }
      // The descriptors' state is not set after EINTR; the pipe answers for itself.
      for signal in Interruption.arrived() {
        if handle(signal) { return .interrupted }
      }
      if count > 0, sources[0].revents != 0 { rl_callback_read_char() }
      if let event = LineEditorCallbacks.event {
        if event == .end, !endsLineAtEnd { writeLineEnd() }
        return event
      }
    }
  }

  /// Whether readline itself leaves the line of the prompt at the end of the input: from 8.2 on, and
  /// then only where it turns bracketed paste off again.
  private var endsLineAtEnd: Bool {
    guard rl_readline_version >= 0x0802, let value = rl_variable_value("enable-bracketed-paste")
    else { return false }
    return strcmp(value, "on") == 0
  }

  private func install(_ prompt: String) {
    rl_callback_handler_install(prompt) { line in
      LineEditorCallbacks.finish(line)
    }
  }

  /// Whether the line is over.
  private func handle(_ signal: Int32) -> Bool {
    switch signal {
    case SIGINT:
      abandonLine()
      return true
    case SIGWINCH:
      resize()
    case SIGTSTP:
      // The shell gets its terminal back as it was, and the line is drawn anew after `fg`.
      rl_deprep_terminal()
      Interruption.unwatchEditing()
      raise(SIGTSTP)
      Interruption.watchEditing()
      rl_prep_terminal(1)
      rl_forced_update_display()
    default:
      rl_callback_handler_remove()
      Interruption.restoreDefault(signal)
      raise(signal)
    }
    return false
  }

  private func resize() {
    guard let painter = LineEditorCallbacks.painter else { return rl_resize_terminal() }
    // With a display function of its own a program is taken to clear the rows itself.
    rl_redisplay_function = rl_redisplay
    rl_resize_terminal()
    rl_redisplay_function = { LineEditorCallbacks.painter?.draw() }
    painter.draw()
  }

  private func abandonLine() {
    // What is in the middle of a search or of a count ends first: readline draws the line anew then,
    // which has to happen before the sign of the interruption stands behind it.
    rl_callback_sigcleanup()
    rl_deactivate_mark()
    // A long line covers several rows; the sign of the interruption goes behind the last.
    rl_point = rl_end
    if let painter = LineEditorCallbacks.painter {
      painter.finish()
      painter.end()
    } else {
      rl_redisplay()
    }
    fputs("^C", rl_outstream)
    writeLineEnd()
    rl_free_line_state()
    rl_replace_line("", 1)
    rl_callback_handler_remove()
  }

  private func writeLineEnd() {
    fputs("\n", rl_outstream)
    fflush(rl_outstream)
  }

  /// The character set of a locale that is not UTF-8; `nil` for those that name none, such as `C`.
  static var foreignCharacterSet: String? {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environmentVariable)
      .first { !$0.isEmpty }
    guard let locale, let point = locale.firstIndex(of: ".") else { return nil }
    let set = locale[locale.index(after: point)...].prefix { $0 != "@" }
    let letters = set.lowercased().filter { $0 != "-" && $0 != "_" }
    return ["utf8", ""].contains(letters) ? nil : String(set)
  }

  /// Sees to a locale with Unicode: in another, readline takes the bytes of `α` for key combinations.
  ///
  /// Only the character type changes: numbers keep their point.
  private func useUnicode() {
    setlocale(LC_CTYPE, "")
    if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" {
      setlocale(LC_CTYPE, "C.UTF-8")
    }
  }
}
