import ArgumentParser
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `loss fmt [FILE…]`.
struct Format: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Format scripts.",
    discussion: """
      Files are rewritten in place, standard input to standard output. Exit status: 0; 1 after a \
      syntax error, which leaves its file as it is, or where --check finds a file to change; 64 after \
      a wrong call.
      """)

  @OptionGroup var output: OutputOptions
  @ParentCommand var root: LossCommand

  @Flag(help: "Change nothing; list the files that would change.")
  var check = false

  @Argument(
    help: ArgumentHelp(
      "Scripts to format; - is standard input, as is no file at all.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var files: [String] = []

  mutating func validate() throws {
    try root.script.refuse(in: Format.self)
    try root.limit.refuse(in: Format.self)
    if files.isEmpty, isatty(STDIN_FILENO) == 1 {
      throw ValidationError("Name the scripts to format.")
    }
  }

  func run() throws {
    let console = output.makeConsole()
    let status = ScriptFile.forEach(files.isEmpty ? ["-"] : files, console) { format($0, console) }
    try console.end(status)
  }

  private func format(_ script: ScriptFile, _ console: Console) -> ExitStatus {
    do throws(LossError) {
      let formatted = try Syntax.formatted(bytes: script.bytes, fileName: script.name)
      return write(formatted, of: script, console)
    } catch {
      console.show(error, file: files.count > 1 ? script.name : nil)
      return .failure
    }
  }

  private func write(
    _ formatted: [UInt8], of script: ScriptFile, _ console: Console
  ) -> ExitStatus {
    let isFormatted = formatted == script.bytes
    if check {
      if !isFormatted { console.list(script.name) }
      return isFormatted ? .success : .failure
    }
    guard !script.isInput else {
      console.write(formatted)
      return .success
    }
    if isFormatted { return .success }
    do throws(FileAccess.Failure) {
      try LocalFiles.replace(script.name, by: formatted)
      return .success
    } catch {
      console.fail("'\(script.name)' cannot be written: \(error.reason)")
      return .failure
    }
  }
}
