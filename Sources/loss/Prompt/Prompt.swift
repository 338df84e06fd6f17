import LossKit

/// The prompt: reads lines, runs them in one session and shows what comes.
///
/// A class, as readline's completion asks for the session's names from inside a read.
final class Prompt {
  private(set) var session: Session
  /// The tutorial, while one runs.
  private(set) var tutorial: Tutorial?
  let console: Console
  private let history: History?
  private let startup: StartupFile?
  private var hasEnded = false
  /// Whether it was said that the history could not be written.
  private var hasLostHistory = false
  /// The entry before the present one: what recalls it, and what `:edit` opens.
  private(set) var lastEntry: String?
  private var remember: (String) -> Void = { _ in }
  /// What the line is highlighted by while it is edited.
  private var syntax = LineSyntax(highlighter: SyntaxHighlighter())

  init(session: Session, console: Console, history: History?, startup: StartupFile?) {
    self.session = session
    self.console = console
    self.history = history
    self.startup = startup
  }

  func run() {
    Interruption.watchPrompt()
    let painter = LinePainter { [unowned self] in syntax.pieces(of: $0, isFinal: $1) }
    let editor = LineEditor(
      terminal: console.output.isTerminal ? .output : .errors,
      painter: console.colorsTyping ? painter : nil
    ) { Completer(session: self.session).complete($0) }
    let earlier = history?.load() ?? []
    for entry in earlier { editor.remember(entry) }
    remember = editor.remember
    lastEntry = earlier.last
    if console.form == .text, console.amount == .everything {
      console.show(prose: StyledText(Self.banner))
      if let set = LineEditor.foreignCharacterSet {
        console.show(
          prose: StyledText(
            "note: the locale asks for \(set); Loss reads and writes UTF-8", as: .note))
      }
    }
    begin()
    while !hasEnded {
      if let text = read(editor) {
        enter(text)
      } else if tutorial != nil {
        // The session that was put aside is not to be lost with the tutorial's.
        leaveTutorial()
      } else {
        break
      }
      console.flush()
    }
    history?.trim()
  }

  /// Runs the startup file, at the start and after `:reset`.
  ///
  /// Only its errors and what it prints are shown.
  func begin() {
    guard let startup else { return }
    do throws(FileAccess.Failure) {
      guard let bytes = try startup.read() else { return }
      run(bytes: bytes, fileName: startup.path, echo: .script, showing: \.isPrint)
    } catch {
      console.fail("'\(startup.path)' cannot be read: \(error.reason)")
    }
    console.flush()
  }

  /// Runs an entry and keeps it in the history.
  func enter(_ text: String) {
    if text != lastEntry, text.utf8.count <= History.entryLimit {
      record(text)
      remember(text)
    }
    evaluate(text)
    // `:edit` has entered what it opened.
    if CommandLineText(text)?.command?.name != "edit" { lastEntry = text }
  }

  private func record(_ text: String) {
    do throws(FileAccess.Failure) {
      try history?.record(text)
    } catch {
      // Once: whoever has no place for it does not want to hear so at every line.
      if hasLostHistory || console.form != .text { return }
      hasLostHistory = true
      console.show(StyledText("note: the history is not kept: \(error.reason)", as: .note))
    }
  }

  /// Puts the session aside for that of a tutorial.
  func begin(_ tutorial: Tutorial) {
    self.tutorial = tutorial
    session = tutorial.session
  }

  /// Brings the session back that a tutorial put aside.
  func endTutorial() {
    if let tutorial { session = tutorial.saved }
    tutorial = nil
  }

  /// `:tutorial stop`, or Ctrl-D.
  func leaveTutorial() {
    endTutorial()
    console.show(StyledText("your own definitions are back", as: .note))
  }

  /// `:quit`.
  func end() { hasEnded = true }

  /// Runs a text and shows its results; an error leaves everything that was defined before.
  func run(_ text: String, fileName: String? = nil, echo: Session.Echo = .prompt) {
    run(bytes: Array(text.utf8), fileName: fileName, echo: echo)
  }

  func run(
    bytes: [UInt8], fileName: String?, echo: Session.Echo,
    showing isShown: (Output) -> Bool = { _ in true }
  ) {
    fitToTerminal()
    attempt { () throws(LossError) in
      try session.run(bytes: bytes, fileName: fileName, echo: echo) { result in
        tutorial?.note(result)
        if isShown(result) { console.show(result, settings: session.settings, file: nil) }
      }
    }
  }

  /// Values are fitted to the terminal as it is now.
  func fitToTerminal() {
    session.settings.width = console.form == .text ? console.screen.columns : nil
  }

  /// Shows the error that ends some work.
  func attempt(_ body: () throws(LossError) -> Void) {
    do throws(LossError) {
      try body()
    } catch {
      // The terminal has shown the `^C`, and stands behind it.
      if Interruption.cancellation.isCancelled, console.output.isTerminal {
        console.show(StyledText())
      }
      console.show(error, file: nil)
    }
  }

  static let firstPrompt = "loss> "

  /// What stands before the further lines of an entry.
  static let nextPrompt = "  ... "

  private static var banner: String {
    // The patch number says nothing to who sits at the prompt.
    let version = LossVersion.current.split(separator: ".").prefix(2).joined(separator: ".")
    return "Loss \(version)   type an expression; :help for help, Ctrl-D to leave"
  }

  /// A complete text: lines until no bracket is open, `nil` at the end of the input.
  private func read(_ editor: LineEditor) -> String? {
    var text = ""
    syntax.highlighter = SyntaxHighlighter(definedNames: session.definedNames)
    while true {
      syntax.before = text
      switch editor.readLine(
        prompt: text.isEmpty ? tutorial?.prompt ?? Self.firstPrompt : Self.nextPrompt)
      {
      case .line(let line):
        text += text.isEmpty ? line : "\n" + line
        if text.allSatisfy(\.isWhitespace) {
          text = ""
        } else if !wantsMore(text) {
          return text
        }
      case .invalid:
        console.fail("what was typed is not UTF-8", hint: "set the terminal to UTF-8")
        text = ""
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
    switch EntryParts(text).parts.last {
    case .statements(let text): return Session.needsContinuation(String(text))
    case .command(let text):
      guard let line = CommandLineText(text), line.command?.argument.isExpression == true else {
        return false
      }
      return Session.needsContinuation(line.argument)
    case nil: return false
    }
  }

  /// Runs what was typed: a paste may hold several commands and statements.
  private func evaluate(_ text: String) {
    // A Ctrl-C that came before has nothing left to stop.
    Interruption.cancellation.reset()
    if let hint = ForeignCommand.hint(for: text, in: session) {
      return console.fail(hint.problem, hint: hint.instead)
    }
    for part in EntryParts(text).parts where !hasEnded && !Interruption.cancellation.isCancelled {
      switch part {
      case .command(let text): if let line = CommandLineText(text) { execute(line) }
      case .statements(let text):
        run(String(text))
        if let tutorial {
          let answer = tutorial.afterLine()
          console.show(prose: answer ?? tutorial.farewell)
          if answer == nil { endTutorial() }
        }
      }
    }
  }

  private func execute(_ line: CommandLineText) {
    guard let command = line.command else {
      let names = PromptCommand.all.map { ":" + $0.name }
      let longer = names.filter { $0.hasPrefix(":" + line.name) }
      if longer.count > 1, !line.name.isEmpty {
        return console.fail(
          "':\(line.name)' is the beginning of several commands",
          hint: longer.joined(separator: ", "))
      }
      let suggestion = nearest(to: ":" + line.name, among: names)
      return console.fail(
        "there is no command ':\(line.name)'",
        hint: suggestion.map { "did you mean '\($0)'?" } ?? ":help commands lists them")
    }
    do throws(LossError) {
      try command.run(self, line.argument)
    } catch {
      console.show(error, file: nil)
    }
  }
}
