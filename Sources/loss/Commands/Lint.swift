import ArgumentParser
import LossKit

/// `loss lint FILE…`.
struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Report errors and doubtful places in scripts, without running them.",
    discussion: """
      Rules: \(LintRule.allCases.map(\.rawValue).joined(separator: ", ")). A comment \
      '# lint: allow RULE' on a line, or above it, allows what the rule would report.

      Exit status: 0; 1 where there is an error, or by --strict a warning; 64 after a wrong call.
      """)

  @OptionGroup var output: OutputOptions
  @ParentCommand var root: LossCommand

  @Flag(help: "Answer 1 where there are warnings, too.")
  var strict = false

  @Argument(
    help: ArgumentHelp("Scripts to look at; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var files: [String] = []

  mutating func validate() throws {
    try root.script.refuse(in: Lint.self)
    if files.isEmpty { throw ValidationError("Name the scripts to look at.") }
  }

  func run() throws {
    Interruption.watchScript()
    let console = output.makeConsole()
    var status = ExitStatus.success
    for file in files {
      let one = lint(file, console)
      if status == .success { status = one }
      if Interruption.cancellation.isCancelled {
        status = .interrupted
        break
      }
    }
    try console.end(status)
  }

  private func lint(_ file: String, _ console: Console) -> ExitStatus {
    let script: ScriptFile
    do throws(FileAccess.Failure) {
      script = try ScriptFile(file)
    } catch {
      if Interruption.cancellation.isCancelled { return .interrupted }
      console.fail("'\(file)' cannot be read: \(error.reason)")
      return .wrongCall
    }
    let found = Syntax.lint(
      bytes: script.bytes, fileName: script.name, files: LocalFiles.access)
    for diagnostic in found {
      console.show(diagnostic, file: files.count > 1 ? script.name : nil)
    }
    let isFailure = found.contains { strict || $0.rule.severity == .error }
    return isFailure ? .failure : .success
  }
}
