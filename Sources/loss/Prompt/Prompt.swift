import LossKit

/// The prompt: reads lines, runs them in one session and shows what comes.
///
/// A class, as readline's completion asks for the session's names from inside a read.
final class Prompt {
  let session: Session
  let console: Console
  private let history: History?
  private var hasEnded = false

  init(session: Session, console: Console, history: History?) {
    self.session = session
    self.console = console
    self.history = history
  }

  func run() {
    Interruption.watchPrompt()
    let editor = LineEditor(terminal: console.output.isTerminal ? .output : .errors) {
      Completer(session: self.session).complete($0)
    }
    let earlier = history?.load() ?? []
    for entry in earlier { editor.remember(entry) }
    var last = earlier.last
    if console.form == .text, console.amount == .everything {
      console.show(StyledText(Self.banner))
    }
    while !hasEnded, let text = read(editor) {
      if text != last, text.utf8.count <= History.entryLimit {
        history?.record(text)
        editor.remember(text)
        last = text
      }
      evaluate(text)
      console.flush()
    }
    history?.trim()
  }

  /// `:quit`.
  func end() { hasEnded = true }

  /// Runs a text and shows its results; an error leaves everything that was defined before.
  func run(_ text: String, fileName: String? = nil, echo: Session.Echo = .prompt) {
    run(bytes: Array(text.utf8), fileName: fileName, echo: echo)
  }

  func run(bytes: [UInt8], fileName: String?, echo: Session.Echo) {
    do throws(LossError) {
      try session.run(bytes: bytes, fileName: fileName, echo: echo) { result in
        console.show(result, settings: session.settings, file: nil)
      }
    } catch {
      // The terminal has shown the `^C`, and stands behind it.
      if Interruption.cancellation.isCancelled, console.output.isTerminal {
        console.show(StyledText())
      }
      console.show(error, file: nil)
    }
  }

  private static var banner: String {
    // The patch number says nothing to who sits at the prompt.
    let version = LossVersion.current.split(separator: ".").prefix(2).joined(separator: ".")
    return "Loss \(version)   type an expression; :help for help, Ctrl-D to leave"
  }

  /// A complete text: lines until no bracket is open, `nil` at the end of the input.
  private func read(_ editor: LineEditor) -> String? {
    var text = ""
    while true {
      switch editor.readLine(prompt: text.isEmpty ? "loss> " : "  ... ") {
      case .line(let line):
        text += text.isEmpty ? line : "\n" + line
        if text.allSatisfy(\.isWhitespace) {
          text = ""
        } else if !wantsMore(text) {
          return text
        }
      case .interrupted:
        text = ""
      case .end:
        // With a statement half written it is that which is abandoned.
        if text.isEmpty { return nil }
        text = ""
      }
    }
  }

  private func wantsMore(_ text: String) -> Bool {
    guard let line = CommandLineText(text) else { return Session.needsContinuation(text) }
    return line.command?.argument == .expression && Session.needsContinuation(line.argument)
  }

  /// Runs what was typed.
  ///
  /// A paste may hold several commands and statements: a command ends with its line, unless it takes
  /// an expression, which may go on.
  private func evaluate(_ text: String) {
    // A Ctrl-C that came before has nothing left to stop.
    Interruption.cancellation.reset()
    var rest = text[...]
    while let line = CommandLineText(rest), line.command?.argument != .expression,
      let lineEnd = rest.drop(while: \.isWhitespace).firstIndex(where: \.isNewline)
    {
      execute(CommandLineText(rest[..<lineEnd]) ?? line)
      rest = rest[rest.index(after: lineEnd)...]
    }
    if let line = CommandLineText(rest) {
      execute(line)
    } else if !hasEnded {
      run(String(rest))
    }
  }

  private func execute(_ line: CommandLineText) {
    if hasEnded { return }
    guard let command = line.command else {
      let names = PromptCommand.all.map { ":" + $0.name }
      let suggestion = nearest(to: ":" + line.name, among: names)
      return console.fail(
        "there is no command ':\(line.name)'",
        hint: suggestion.map { "did you mean '\($0)'?" } ?? ":help lists the commands")
    }
    do throws(LossError) {
      try command.run(self, line.argument)
    } catch {
      console.show(error, file: nil)
    }
  }
}
