import ArgumentParser
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
      64 after a wrong call; 130 when interrupted. A signal that ends it in order is its status.
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

  /// As the parser has it, but what cannot be written is an error here, too.
  static func main() {
    Interruption.prepare()
    StandardStreams.open()
    do {
      try StandardStreams.checkArguments()
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let status = exitCode(for: error)
      let message = fullMessage(for: error)
      if !message.isEmpty {
        let stream = TextStream(descriptor: status.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
        stream.write((stream.isTerminal ? message.harmless : message) + "\n")
        stream.flush()
      }
      #if canImport(Glibc)
        Glibc.exit(status.rawValue)
      #else
        Darwin.exit(status.rawValue)
      #endif
    }
  }
}
