import ArgumentParser
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where answers and errors go, and in which form.
final class Console {
  /// The form of what is shown.
  enum Form { case text, json }

  /// How much of what a script shows is kept.
  enum Amount { case everything, prints }

  let output = TextStream(descriptor: STDOUT_FILENO)
  let errors = TextStream(descriptor: STDERR_FILENO)
  /// Where `minimize` shows how it gets on; only a terminal can draw over a line.
  let progress: ProgressLine?
  let form: Form
  let amount: Amount
  private let color: ColorChoice

  init(form: Form, amount: Amount, color: ColorChoice) {
    self.form = form
    self.amount = amount
    self.color = color
    let isWatched = output.isTerminal && form == .text && amount == .everything
    progress = isWatched ? ProgressLine(stream: output) : nil
  }

  /// Shows what a session made; `file` is the script's name where there are several.
  func show(_ result: Output, settings: DisplaySettings, file: String?) {
    if amount == .prints, !result.isPrint { return }
    switch form {
    case .text:
      let text = result.rendered(settings, on: screen)
      if !result.isTooLong { show(text) }
    case .json:
      result.writeJSON(file: file) { output.write($0) }
      if !result.isTooLong { write("", to: output) }
    }
  }

  /// Where answers are shown.
  var screen: Screen {
    let size = output.size
    return Screen(
      columns: size?.columns, rows: size?.rows, colors: color.depth(output).colors)
  }

  func show(_ text: StyledText) { write(text, to: output) }

  /// Shows sentences, broken between words.
  func show(prose: StyledText) { show(prose.wrapped(to: min(screen.columns ?? 80, 80))) }

  /// Shows the name of a file that a call was asked to find.
  func list(_ file: String) {
    write(form == .json ? "{\"file\": \(JSON.text(file))}" : file, to: output)
  }

  /// Writes a text that is the answer by itself.
  ///
  /// Comments need not be UTF-8, and stay as they are.
  func write(_ bytes: [UInt8]) {
    guard output.isTerminal else { return output.write(bytes) }
    write(page: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether a line that is typed at a terminal is coloured.
  var colorsTyping: Bool {
    // On a terminal that cannot move its caret colours would be wrong, whatever was asked for.
    color.depth(output.isTerminal ? output : errors) != .none
      && environmentVariable("TERM") != "dumb"
  }

  /// Shows an error, and with a syntax error the others of the same text.
  func show(_ error: LossError, file: String?) {
    for error in [error] + error.further {
      switch form {
      case .text: showError(error.rendered(columns: errors.size?.columns))
      case .json: write(error.json(file: file), to: output)
      }
    }
  }

  /// Shows what lint found: the answer, not an error of the run.
  func show(_ diagnostic: LintDiagnostic, file: String?) {
    switch form {
    case .text: show(diagnostic.rendered())
    case .json: write(diagnostic.json(file: file), to: output)
    }
  }

  /// Shows an error of the program itself, as against one of a script.
  func fail(_ message: String, hint: String? = nil) {
    switch form {
    case .text:
      var text = StyledText("error", as: .error)
      text.append(": \(message)")
      if let hint { text.append("\n  \(hint)", as: .hint) }
      showError(text.wrapped(to: errors.size?.columns))
    case .json:
      let hintPart = hint.map { ", \"hint\": \(JSON.text($0))" } ?? ""
      write("{\"error\": \(JSON.text(message))\(hintPart)}", to: output)
    }
  }

  /// Writes a page that was asked for on standard output.
  func write(page: String) { output.write(output.isTerminal ? page.harmless : page) }

  func flush() {
    output.flush()
    errors.flush()
  }

  /// Writes out what is left, and ends the process where the status is not success.
  func end(_ status: ExitStatus) throws {
    flush()
    Interruption.endIfAsked()
    if status != .success { throw ExitCode(status.rawValue) }
  }

  private func showError(_ text: StyledText) {
    progress?.erase()
    // Both streams often end in one terminal or file: answers come before the error after them.
    output.flush()
    write(text, to: errors)
  }

  private func write(_ text: StyledText, to stream: TextStream) {
    let shown = stream.isTerminal ? text.harmless : text
    write(colored: shown.colored(color.depth(stream)), to: stream)
  }

  private func write(_ line: String, to stream: TextStream) {
    write(colored: stream.isTerminal ? line.harmless : line, to: stream)
  }

  private func write(colored line: String, to stream: TextStream) {
    progress?.erase()
    stream.write(line)
    stream.write("\n")
    stream.endAnswer()
  }
}
