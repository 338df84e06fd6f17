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
    try root.limit.refuse(in: Lint.self)
    if files.isEmpty { throw ValidationError("Name the scripts to look at.") }
  }

  func run() throws {
    let console = output.makeConsole()
    try console.end(ScriptFile.forEach(files, console) { lint($0, console) })
  }

  private func lint(_ script: ScriptFile, _ console: Console) -> ExitStatus {
    let found = Syntax.lint(
      bytes: script.bytes, fileName: script.name, files: LocalFiles.access)
    for diagnostic in found {
      console.show(diagnostic, file: files.count > 1 ? script.name : nil)
    }
    let isFailure = found.contains { strict || $0.rule.severity == .error }
    return isFailure ? .failure : .success
  }
}
