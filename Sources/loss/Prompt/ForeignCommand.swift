import LossKit

/// What people type at other prompts to leave them or to get help.
enum ForeignCommand {
  /// What is said instead of an error about an unknown name; `nil` for any other text.
  static func hint(for text: String, in session: Session) -> (problem: String, instead: String)? {
    var word = text.drop(while: \.isWhitespace)
    while let last = word.last, last.isWhitespace || last == ";" { word.removeLast() }
    if word.hasSuffix("()") { word.removeLast(2) }
    let name = String(word)
    if name.hasPrefix("?") || name.hasSuffix("?") {
      let about = name.filter { $0 != "?" && !$0.isWhitespace }
      guard about.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return nil }
      return (
        "there is no '?' here", about.isEmpty ? ":help lists what there is" : ":help \(about)"
      )
    }
    guard let instead = words[name], !session.definedNames.contains(name) else { return nil }
    return ("there is no '\(name)'", instead)
  }

  private static let words = [
    "exit": ":quit or Ctrl-D leaves the prompt", "quit": ":quit or Ctrl-D leaves the prompt",
    "bye": ":quit or Ctrl-D leaves the prompt", "logout": ":quit or Ctrl-D leaves the prompt",
    "help": ":help lists what there is", "clear": "Ctrl-L clears the screen",
    "ls": ":list shows what is defined", "who": ":list shows what is defined",
    "reset": ":reset forgets all definitions",
  ]
}
