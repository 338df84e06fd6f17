import ArgumentParser
import LossKit

/// The call `loss …`.
///
/// Without the name of a subcommand it is `Start`, so that `loss FILE` runs a file. A script that is
/// called like a subcommand is `./fmt`.
@main
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Loss functions, hard and smooth, with their exact derivatives.",
    usage: """
      loss                     the prompt, or standard input as a script
      loss [run] FILE...       runs scripts; - is standard input
      loss -e TEXT             runs a text
      loss SUBCOMMAND ...      'loss SUBCOMMAND --help' says more
      """,
    discussion: """
      Exit status: 0; 1 after an error in a script or an assert or check that does not hold; \
      64 after a wrong call; 130 when interrupted.
      """,
    version: "Loss \(LossVersion.current)",
    subcommands: [
      Start.self, Run.self, Format.self, Lint.self, ReportCommand.self, Latex.self,
    ],
    defaultSubcommand: Start.self
  )

  // Here so that they may stand before the name of a subcommand.
  @OptionGroup var output: OutputOptions
  @OptionGroup var script: ScriptOptions
  @OptionGroup(title: "Limits") var limit: LimitOptions
}
