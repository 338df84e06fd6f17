import LossKit

/// A command of the prompt.
///
/// The one table of them serves dispatch, completion and `:help`.
struct PromptCommand: Sendable {
  /// What follows the name; decides how it is completed and whether it may continue on a new line.
  enum Argument: Sendable {
    case none, name, expression, optionalExpression, file, setting, step

    /// Whether what follows is of the language, and so may go on over several lines.
    var isExpression: Bool { self == .expression || self == .optionalExpression }

    fileprivate var placeholder: String {
      switch self {
      case .none: ""
      case .name: " [NAME]"
      case .expression: " EXPRESSION"
      case .optionalExpression: " [EXPRESSION]"
      case .file: " FILE"
      case .setting: " OPTION VALUE"
      case .step: " [STEP]"
      }
    }

    fileprivate var mayBeLeftOut: Bool {
      switch self {
      case .none, .name, .optionalExpression, .step: true
      case .expression, .file, .setting: false
      }
    }
  }

  typealias Body = @Sendable (_ prompt: Prompt, _ argument: String) throws(LossError) -> Void

  let name: String
  let argument: Argument
  let summary: String
  private let body: Body

  /// How it is typed: `:set OPTION VALUE`.
  var usage: String { ":" + name + argument.placeholder }

  func run(_ prompt: Prompt, _ argument: String) throws(LossError) {
    if argument.isEmpty, !self.argument.mayBeLeftOut {
      return prompt.console.fail(":\(name) needs more: \(usage)")
    }
    if !argument.isEmpty, self.argument == .none {
      return prompt.console.fail(":\(name) takes nothing after it")
    }
    try body(prompt, argument)
  }

  static let all = [
    PromptCommand("help", .name, "this overview, or what is known of a name", body: help),
    PromptCommand("list", .none, "what is defined", body: list),
    PromptCommand("type", .expression, "the kind of a value, without showing it") {
      prompt, text throws(LossError) in
      prompt.console.show(StyledText(try prompt.session.kind(of: text)))
    },
    PromptCommand(
      "explain", .expression, "an expression as a tree, part by part", body: explain),
    PromptCommand("show", .optionalExpression, "all of the last value, or of another", body: show),
    PromptCommand("edit", .name, "open the last entry, or a definition, in $EDITOR", body: edit),
    PromptCommand("load", .file, "run a script in this session", body: load),
    PromptCommand("save", .file, "write a script that restores this state", body: save),
    PromptCommand("reset", .none, "forget all definitions and begin anew") { prompt, _ in
      prompt.session.reset()
      // A tutorial begins with what its steps so far define, and without the user's startup file.
      if let tutorial = prompt.tutorial {
        tutorial.go(to: tutorial.number(movedBy: 0))
      } else {
        prompt.begin()
      }
    },
    PromptCommand(
      "time", .expression, "run it again and again and say how long that takes", body: time),
    PromptCommand("set", .setting, "change how numbers are shown", body: set),
    PromptCommand(
      "tutorial", .step, "ten steps from the hinge to cross entropy", body: tutorial),
    PromptCommand("quit", .none, "leave, as Ctrl-D does") { prompt, _ in
      prompt.end()
    },
  ]

  private init(
    _ name: String, _ argument: Argument, _ summary: String, body: @escaping Body
  ) {
    self.name = name
    self.argument = argument
    self.summary = summary
    self.body = body
  }

  /// The command with this name, or the only one that begins with it: `:q`.
  static func named(_ name: String) -> PromptCommand? {
    if let exact = all.first(where: { $0.name == name }) { return exact }
    let candidates = name.isEmpty ? [] : all.filter { $0.name.hasPrefix(name) }
    return candidates.count == 1 ? candidates.first : nil
  }
}

/// A line that begins with `:`, taken apart.
struct CommandLineText {
  let name: String
  let argument: String

  var command: PromptCommand? { PromptCommand.named(name) }

  /// `nil` for a line of the language.
  init?(_ text: some StringProtocol) {
    let line = text.drop(while: \.isWhitespace)
    guard line.first == ":" else { return nil }
    let words = line.dropFirst().split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: \.isWhitespace)
    name = String(words.first ?? "")
    var rest = words.count > 1 ? words[1].drop(while: \.isWhitespace) : ""
    while rest.last?.isWhitespace == true { rest.removeLast() }
    argument = String(rest)
  }
}
