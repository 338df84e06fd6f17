import ArgumentParser
import LossKit

/// `loss run FILE…`.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run scripts, as 'loss FILE...' does.",
    usage: "loss run FILE... [--set NAME=VALUE] [--json] [--quiet]",
    discussion: "Each file runs by itself, also after one that failed; - is standard input.")

  @OptionGroup var output: OutputOptions
  @OptionGroup var script: ScriptOptions
  @OptionGroup(title: "Limits") var limit: LimitOptions

  @Argument(
    help: ArgumentHelp("Scripts to run.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var files: [String] = []

  mutating func validate() throws {
    if !script.texts.isEmpty { throw ValidationError("Give either files or -e, not both.") }
    if files.isEmpty { throw ValidationError("Name the scripts to run.") }
  }

  func run() throws {
    let runner = ScriptRunner(
      console: output.makeConsole(), overrides: script.overrides, limit)
    try runner.finish { runner.run(files: files) }
  }
}
