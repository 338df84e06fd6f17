import ArgumentParser
import LossKit

/// `loss report FILE`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make an HTML page of a script and what it shows.",
    usage: "loss report FILE [-o FILE] [--title TEXT] [--set NAME=VALUE]",
    discussion: """
      Comments become text, in Markdown; the page is one file that refers to nothing outside it. \
      A script with an error still has a page, which shows it; the status is 1 then.
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var script: ScriptOptions
  @OptionGroup(title: "Limits") var limit: LimitOptions

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Where the page goes; - is standard output. Without it the page goes beside the script, with "
        + "the ending .html.",
      valueName: "file"),
    completion: .file(extensions: ["html"]))
  var target: String?

  @Option(help: ArgumentHelp("The title, in place of the script's own.", valueName: "text"))
  var title: String?

  @Argument(
    help: ArgumentHelp("The script; - is standard input.", valueName: "file"),
    completion: .file(extensions: ["loss"]))
  var file: String

  mutating func validate() throws {
    if !script.texts.isEmpty { throw ValidationError("'loss report' does not take -e.") }
    if script.withoutHistory { throw ValidationError("'loss report' does not take --no-history.") }
  }

  func run() throws {
    let runner = ScriptRunner(
      console: output.makeConsole(), overrides: script.overrides, limit)
    try runner.finish { ReportRunner(runner: runner, title: title).run(file, to: path) }
  }

  private var path: String {
    if let target { return target }
    if file == "-" { return "-" }
    return (file.hasSuffix(".loss") ? String(file.dropLast(5)) : file) + ".html"
  }
}

/// Makes the page of a script and writes it.
private struct ReportRunner {
  let runner: ScriptRunner
  let title: String?

  func run(_ file: String, to target: String) -> ExitStatus {
    if target != "-", LocalFiles.areSame(file, target) {
      runner.console.fail("the page would replace the script '\(file)'")
      return .wrongCall
    }
    do throws(FileAccess.Failure) {
      let bytes = try ScriptFile(file, atMost: runner.limits.sourceBytes).bytes
      return run(bytes, ScriptPlace(file), to: target)
    } catch {
      return ScriptFile.failure(error, reading: file, runner.console)
    }
  }

  private func run(_ bytes: [UInt8], _ place: ScriptPlace, to target: String) -> ExitStatus {
    do throws(LossError) {
      let session = try runner.makeSession(files: place.access(runner.files))
      let report = session.report(on: bytes, fileName: place.name, title: title)
      runner.console.progress?.erase()
      // What it would show is half of what was asked for.
      if Interruption.cancellation.isCancelled {
        for error in report.errors { runner.console.show(error, file: nil) }
        return .interrupted
      }
      let unused = Set(session.unusedOverrides)
      if report.errors.isEmpty, !unused.isEmpty { return runner.report(unused: unused) }
      let html = report.html(markdown: .commonMark)
      let status = write(html, to: target)
      for error in report.errors { runner.console.show(error, file: place.name) }
      return status == .success && !report.errors.isEmpty ? .failure : status
    } catch {
      runner.console.show(error, file: nil)
      return .wrongCall
    }
  }

  private func write(_ html: String, to target: String) -> ExitStatus {
    guard target != "-" else {
      runner.console.write(page: html)
      return .success
    }
    do throws(FileAccess.Failure) {
      try LocalFiles.write(Array(html.utf8), to: target)
      return .success
    } catch {
      runner.console.fail("'\(target)' cannot be written: \(error.reason)")
      return .wrongCall
    }
  }
}

/// A script's own name and the folder that paths in it start from.
///
/// The session knows it by the name alone, so that a page is the same wherever the script lies.
private struct ScriptPlace {
  let name: String?
  private let folder: String

  init(_ file: String) {
    let slash = file.lastIndex(of: "/")
    name = file == "-" ? nil : slash.map { String(file[file.index(after: $0)...]) } ?? file
    folder = slash.map { String(file[...$0]) } ?? ""
  }

  /// Access to the same files, under the names that the script has for them.
  func access(_ files: FileAccess) -> FileAccess {
    let folder = folder
    return FileAccess(
      read: { (path, byteLimit) throws(FileAccess.Failure) in
        try files.read(path.hasPrefix("/") ? path : folder + path, atMost: byteLimit)
      },
      write: { bytes, path throws(FileAccess.Failure) in
        try files.write(bytes, path.hasPrefix("/") ? path : folder + path)
      })
  }
}
