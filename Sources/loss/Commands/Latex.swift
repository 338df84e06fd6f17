import ArgumentParser
import LossKit

/// `loss latex NAME FILE`.
struct Latex: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a formula and its gradients as LaTeX.",
    usage: "loss latex NAME FILE [--standalone]",
    discussion: """
      NAME is a formula or a function of the script, or an expression such as 'softplus(m)'. The \
      gradient by each param of the formula is an expression, too; it was compared with the exact \
      gradient at the values in the script. Only the definitions of the script are run. - is standard \
      input.

      What is printed needs the packages amsmath and amssymb. Exit status: 0; 1 after an error, or \
      where a gradient has no such form, which a comment explains; 64 after a wrong call.
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var script: ScriptOptions
  @OptionGroup(title: "Limits") var limit: LimitOptions

  @Flag(help: "Print a whole document instead of a fragment.")
  var standalone = false

  @Argument(help: ArgumentHelp("A formula or a function, or an expression.", valueName: "name"))
  var name: String

  @Argument(
    help: ArgumentHelp("The script with its definitions.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var file: String

  mutating func validate() throws {
    if !script.texts.isEmpty { throw ValidationError("'loss latex' does not take -e.") }
    if script.withoutHistory { throw ValidationError("'loss latex' does not take --no-history.") }
  }

  func run() throws {
    let console = output.makeConsole()
    let runner = ScriptRunner(console: console, overrides: script.overrides, limit)
    try runner.finish { printFormula(runner, console) }
  }

  private func printFormula(_ runner: ScriptRunner, _ console: Console) -> ExitStatus {
    let script: ScriptFile
    do throws(FileAccess.Failure) {
      script = try ScriptFile(file, atMost: runner.limits.sourceBytes)
    } catch {
      return ScriptFile.failure(error, reading: file, console)
    }
    do throws(LossError) {
      let session = try runner.makeSession()
      try session.define(bytes: script.bytes, fileName: script.name)
      let answer = try session.gradients(of: name)
      console.show(StyledText(standalone ? document(answer) : fragment(answer)))
      let isWhole = answer.gradients.allSatisfy { (try? $0.result.get()) != nil }
      return isWhole ? .success : .failure
    } catch {
      console.show(error, file: nil)
      return .failure
    }
  }

  private func fragment(_ answer: FormulaWithGradients) -> String {
    var text = "% needs \\usepackage{amsmath,amssymb}\n\\[\n\(answer.latex)\n\\]"
    for gradient in answer.gradients {
      guard case .failure(let failure) = gradient.result else { continue }
      // A line end would end the comment.
      let reason = failure.reason.map { $0.isNewline ? " " : String($0) }.joined()
      text += "\n% no symbolic gradient by \(gradient.input): \(reason)"
    }
    return text
  }

  private func document(_ answer: FormulaWithGradients) -> String {
    """
    \\documentclass{article}
    \\usepackage{amsmath,amssymb}
    \\begin{document}
    \(fragment(answer))
    \\end{document}
    """
  }
}
