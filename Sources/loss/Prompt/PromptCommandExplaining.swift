import LossKit

extension PromptCommand {
  @Sendable static func explain(_ prompt: Prompt, _ text: String) throws(LossError) {
    let explanation = try prompt.session.explanation(of: text)
    prompt.console.show(
      explanation.rendered(prompt.session.settings, width: prompt.console.screen.columns))
  }

  @Sendable static func help(_ prompt: Prompt, _ name: String) {
    let console = prompt.console
    let width = console.screen.columns
    if name.isEmpty {
      console.show(prompt.session.helpTopics(and: programTopics, width: width))
    } else if name == "commands" {
      console.show(prose: commandList)
    } else if name == "keys" {
      console.show(prose: keyList)
    } else if name.hasPrefix(":"), let command = CommandLineText(name)?.command {
      console.show(prose: help(on: command))
    } else if let text = prompt.session.help(name, width: width) {
      console.show(text)
    } else if let command = all.first(where: { $0.name == name }) {
      console.show(prose: help(on: command))
    } else {
      let nearest =
        nearest(to: name, among: programTopics.map(\.name) + all.map { ":" + $0.name })
        ?? prompt.session.nearestHelp(to: name)
      console.fail(
        "there is no help on '\(name)'",
        hint: nearest.map { "did you mean '\($0)'?" } ?? ":help lists the topics")
    }
  }

  /// The topics that are the program's own.
  static let programTopics = [
    (name: "commands", summary: ":list, :type, :explain, :load, …"),
    (name: "keys", summary: "Tab, arrows, Ctrl-C, Ctrl-D"),
  ]

  private static func help(on command: PromptCommand) -> StyledText {
    StyledText("\(command.usage)   \(command.summary)")
  }

  private static var commandList: StyledText {
    var text = StyledText("Commands", as: .heading)
    let width = all.map(\.usage.count).max() ?? 0
    for command in all {
      let padding = String(repeating: " ", count: width - command.usage.count + 2)
      text.append("\n  \(command.usage)\(padding)\(command.summary)")
    }
    text.append("\nThe beginning of a name is enough where only one command has it: :q")
    return text
  }

  private static var keyList: StyledText {
    var text = StyledText("Keys", as: .heading)
    for (key, meaning) in [
      ("Tab", "completes names, commands, file names; \\alpha becomes α"),
      ("arrows", "move in the line; up and down go through earlier lines"),
      ("Ctrl-R", "searches earlier lines"),
      ("Enter", "in an open bracket, goes on in the next line"),
      ("Ctrl-C", "abandons the line, or stops what is running"),
      ("Ctrl-D", "on an empty line, leaves"),
    ] {
      text.append("\n  \(key)\(String(repeating: " ", count: 8 - key.count))\(meaning)")
    }
    return text
  }
}
