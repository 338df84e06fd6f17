import ArgumentParser

/// What is run besides files, and with which values.
///
/// `LossCommand` reads them wherever they stand in the call, as it does `OutputOptions`. A subcommand
/// that has no use for them says so by `refuse(in:)`: otherwise they would be taken and forgotten.
struct ScriptOptions: ParsableArguments {
  @Option(
    name: [.customShort("e"), .customLong("evaluate")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run this text; several are lines of one script.", valueName: "text"))
  var texts: [String] = []

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Give a param or data input another value, at its declaration.", valueName: "name=value"))
  var settings: [String] = []

  @Flag(name: .customLong("no-history"), help: "At the prompt, neither read nor write history.")
  var withoutHistory = false

  @Flag(name: .customLong("no-init"), help: "At the prompt, do not run the startup file.")
  var withoutStartup = false

  mutating func validate() throws {
    for setting in settings where ScriptRunner.Override(setting) == nil {
      throw ValidationError("--set takes name=value, not '\(setting)'.")
    }
  }

  /// The values of `--set`, in the order given.
  var overrides: [ScriptRunner.Override] { settings.compactMap(ScriptRunner.Override.init) }

  /// Fails where one of the options was given to a subcommand that has no use for them.
  func refuse(in command: any ParsableCommand.Type) throws {
    let given = [
      texts.isEmpty ? nil : "-e", settings.isEmpty ? nil : "--set",
      withoutHistory ? "--no-history" : nil, withoutStartup ? "--no-init" : nil,
    ]
    if let option = given.compactMap(\.self).first {
      throw ValidationError("'loss \(command._commandName)' does not take \(option).")
    }
  }
}
