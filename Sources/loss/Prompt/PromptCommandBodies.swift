import LossKit

extension PromptCommand {
  @Sendable static func list(_ prompt: Prompt, _ argument: String) {
    let definitions = prompt.session.definitions()
    if definitions.isEmpty { return prompt.console.show(StyledText("nothing is defined yet")) }
    prompt.console.show(StyledText(definitions.map(\.text).joined(separator: "\n")))
  }

  @Sendable static func load(_ prompt: Prompt, _ argument: String) {
    let path = LocalFiles.expandingTilde(argument)
    do throws(FileAccess.Failure) {
      prompt.run(bytes: try LocalFiles.read(path), fileName: path, echo: .script)
    } catch {
      prompt.console.fail("'\(path)' cannot be read: \(error.reason)")
    }
  }

  @Sendable static func save(_ prompt: Prompt, _ argument: String) {
    let path = LocalFiles.expandingTilde(argument)
    let saved = prompt.session.saved(folder: LocalFiles.workingFolder)
    do throws(FileAccess.Failure) {
      try LocalFiles.write(Array(saved.script.utf8), to: path)
      var text = StyledText("saved to '\(path)'")
      for note in saved.notes { text.append("\n  note: \(note)", as: .note) }
      prompt.console.show(text)
    } catch {
      prompt.console.fail("'\(path)' cannot be written: \(error.reason)")
    }
  }

  @Sendable static func show(_ prompt: Prompt, _ text: String) throws(LossError) {
    let value = try prompt.session.wholeText(
      of: text.isEmpty ? nil : text, width: prompt.console.screen.columns)
    prompt.console.show(StyledText(value, as: .value))
  }

  @Sendable static func set(_ prompt: Prompt, _ argument: String) throws(LossError) {
    let words = argument.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    guard words.count == 2 else {
      let names = Session.settingNames.joined(separator: ", ")
      return prompt.console.fail(
        ":set needs an option and a value", hint: "the options are \(names)")
    }
    let value = words[1].drop(while: \.isWhitespace)
    try prompt.session.set(String(words[0]), to: String(value))
  }
}
