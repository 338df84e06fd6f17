import LossKit

extension PromptCommand {
  /// `:edit`: the last entry, or a definition, in the person's own editor; what comes back is run.
  @Sendable static func edit(_ prompt: Prompt, _ name: String) {
    let console = prompt.console
    var text = name.isEmpty ? prompt.lastEntry ?? "" : ""
    if !name.isEmpty {
      guard let statement = prompt.session.statement(defining: name) else {
        let nearest = prompt.session.nearestName(to: name)
        return console.fail(
          "there is no definition of '\(name)' to edit",
          hint: nearest.map { "did you mean '\($0)'?" })
      }
      text = statement
    }
    console.flush()
    let edited: String
    switch Editor.edit(text) {
    case .text(let result): edited = result
    case .failure(let reason): return console.fail(reason)
    case .noEditor:
      return console.fail(
        "there is no editor", hint: "set $EDITOR to the one you use: export EDITOR=nano")
    }
    if edited.allSatisfy(\.isWhitespace) || edited == text {
      return console.show(StyledText("nothing was changed, so nothing is run", as: .note))
    }
    // As if it had been typed.
    var shown = StyledText()
    for (number, line) in edited.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      shown.append(number == 0 ? Prompt.firstPrompt : "\n" + Prompt.nextPrompt)
      shown.append(String(line))
    }
    console.show(shown)
    prompt.enter(edited)
  }
}
