import ArgumentParser
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The call `loss …`.
@main
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Loss functions, hard and smooth, with their exact derivatives.",
    usage: """
      loss                     the prompt, or standard input as a script
      loss [run] FILE...       runs scripts; - is standard input
      loss -e TEXT             runs a text
      """,
    discussion: """
      Exit status: 0; 1 after an error in a script or an assert or check that does not hold; \
      64 after a wrong call; 130 when interrupted.
      """,
    version: "Loss \(LossVersion.current)"
  )

  @Option(
    name: [.customShort("e"), .customLong("evaluate")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Run this text; several are lines of one script.", valueName: "text"))
  var texts: [String] = []

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Give a param or data input another value, at its declaration.", valueName: "name=value"))
  var settings: [String] = []

  @Flag(help: "Write one JSON object a line for everything shown, errors too.")
  var json = false

  @Flag(name: .shortAndLong, help: "Show only errors and what print writes.")
  var quiet = false

  @Option(help: ArgumentHelp("When to use colors.", valueName: "when"))
  var color = ColorChoice.auto

  @Flag(name: .customLong("no-history"), help: "At the prompt, neither read nor write history.")
  var withoutHistory = false

  @Argument(
    help: ArgumentHelp("Scripts to run.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var files: [String] = []

  /// The files, without the verb of `loss run FILE…`.
  ///
  /// Not a subcommand: it would take the same options and nothing else, and `loss --json run FILE`
  /// must mean the same. A script that is called `run` is `./run`.
  private var scripts: [String] { files.first == "run" ? Array(files.dropFirst()) : files }

  mutating func validate() throws {
    for setting in settings where ScriptRunner.Override(setting) == nil {
      throw ValidationError("--set takes name=value, not '\(setting)'.")
    }
    if !texts.isEmpty, !files.isEmpty {
      throw ValidationError("Give either files or -e, not both.")
    }
    if files == ["run"] {
      throw ValidationError("Name the scripts to run.")
    }
  }

  func run() throws {
    let console = Console(
      form: json ? .json : .text, amount: quiet ? .prints : .everything, color: color)
    let runner = ScriptRunner(
      console: console, overrides: settings.compactMap(ScriptRunner.Override.init))
    let status: ExitStatus
    if texts.isEmpty, scripts.isEmpty, isatty(STDIN_FILENO) == 1 {
      status = prompt(runner)
    } else {
      Interruption.watchScript()
      status =
        texts.isEmpty
        ? runner.run(files: scripts.isEmpty ? ["-"] : scripts)
        : runner.run(text: texts.joined(separator: "\n"))
    }
    console.flush()
    if status != .success { throw ExitCode(status.rawValue) }
  }

  private func prompt(_ runner: ScriptRunner) -> ExitStatus {
    do throws(LossError) {
      let session = try runner.makeSession()
      let history = withoutHistory ? nil : History.standard
      Prompt(session: session, console: runner.console, history: history).run()
      return .success
    } catch {
      runner.console.show(error, file: nil)
      return .wrongCall
    }
  }
}
