import ArgumentParser
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `loss`, `loss FILE…` and `loss -e TEXT`: the prompt, files or a text.
struct Start: ParsableCommand {
  static let configuration = CommandConfiguration(
    // Never typed: messages of the parser show it, as in "See 'loss [FILE...] --help'".
    commandName: "[FILE...]",
    abstract: LossCommand.configuration.abstract,
    usage: """
      loss                     the prompt, or standard input as a script
      loss [run] FILE...       runs scripts; - is standard input
      loss -e TEXT             runs a text
      """,
    shouldDisplay: false
  )

  @OptionGroup var output: OutputOptions
  @OptionGroup var script: ScriptOptions
  @OptionGroup(title: "Limits") var limit: LimitOptions

  @Argument(
    help: ArgumentHelp("Scripts to run.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var files: [String] = []

  mutating func validate() throws {
    if !script.texts.isEmpty, !files.isEmpty {
      throw ValidationError("Give either files or -e, not both.")
    }
  }

  func run() throws {
    let runner = ScriptRunner(
      console: output.makeConsole(), overrides: script.overrides, limit)
    if !script.texts.isEmpty {
      try runner.finish { runner.run(text: script.texts.joined(separator: "\n")) }
    } else if files.isEmpty, isatty(STDIN_FILENO) == 1 {
      try prompt(runner)
    } else {
      try runner.finish { runner.run(files: files.isEmpty ? ["-"] : files) }
    }
  }

  private func prompt(_ runner: ScriptRunner) throws {
    var status = ExitStatus.success
    do throws(LossError) {
      let session = try runner.makeSession()
      let history = script.withoutHistory ? nil : History.standard
      let startup = script.withoutStartup ? nil : StartupFile.standard
      Prompt(session: session, console: runner.console, history: history, startup: startup).run()
    } catch {
      runner.console.show(error, file: nil)
      status = .wrongCall
    }
    try runner.console.end(status)
  }
}
