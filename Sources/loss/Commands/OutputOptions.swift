import ArgumentParser

/// How answers are shown: what every subcommand takes.
///
/// `LossCommand` has the group too, so that `loss --json run FILE` and `loss run --json FILE` are one
/// call: what it has read, a subcommand with the same group gets.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Write one JSON object a line for everything shown, errors too.")
  var json = false

  @Flag(name: .shortAndLong, help: "Show only errors and what print writes.")
  var quiet = false

  @Option(help: ArgumentHelp("When to use colors.", valueName: "when"))
  var color = ColorChoice.auto

  /// The console that the options ask for.
  func makeConsole() -> Console {
    Console(form: json ? .json : .text, amount: quiet ? .prints : .everything, color: color)
  }
}
