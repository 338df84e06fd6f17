/// What help knows of a word that is no function: a statement, an operator, a topic.
///
/// Texts are data, examples are scripts that help runs when it shows them, in a session of their own;
/// so what stands there is what the program does.
struct HelpEntry: Sendable {
  /// What it is called; the first name is the one that lists show.
  let names: [String]
  /// How it is written, for a statement or an operator.
  let usage: String?
  /// One line for a list.
  let summary: String
  /// What else there is to say.
  let text: String
  /// A script; what it shows stands below it.
  let example: String?
  /// The functions that it lists.
  let functions: Builtin.Topic?

  init(
    _ names: String..., usage: String? = nil, summary: String, text: String = "",
    example: String? = nil, functions: Builtin.Topic? = nil
  ) {
    self.names = names
    self.usage = usage
    self.summary = summary
    self.text = text
    self.example = example
    self.functions = functions
  }

  var name: String { names[0] }

  /// The entry that a name stands for; operators and statements before topics.
  static func named(_ name: String) -> HelpEntry? {
    (statements + operators + topics).first { $0.names.contains(name) }
  }
}
