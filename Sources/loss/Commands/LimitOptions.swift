import ArgumentParser
import LossKit

/// How much a script may ask for, and which files it may reach.
///
/// Read wherever they stand in the call, as `OutputOptions`.
struct LimitOptions: ParsableArguments {
  @Flag(
    help: "Strict limits for a script from a stranger, and no files; the options below still count."
  )
  var untrusted = false

  @Option(help: ArgumentHelp("The most seconds that each script, or line, takes.", valueName: "s"))
  var maxTime: Double?

  @Option(
    help: ArgumentHelp("The most steps of evaluation, independent of the machine.", valueName: "n"))
  var maxSteps: Int?

  @Option(help: ArgumentHelp("The most elements of 8 bytes held at once.", valueName: "n"))
  var maxElements: Int?

  @Option(
    help: ArgumentHelp("The most constructs inside one another in a text.", valueName: "n"))
  var maxNesting: Int?

  @Option(help: ArgumentHelp("The most function calls going on at once.", valueName: "n"))
  var maxRecursion: Int?

  @Option(help: ArgumentHelp("The most bytes of a script or imported file.", valueName: "n"))
  var maxSource: Int?

  @Option(help: ArgumentHelp("The most bytes that each script, or line, shows.", valueName: "n"))
  var maxOutput: Int?

  @Option(
    help: ArgumentHelp(
      "The folder that files which scripts name must lie beneath.", valueName: "folder"),
    completion: .directory)
  var filesBeneath: String?

  @Flag(help: "Scripts reach no files.")
  var noFiles = false

  mutating func validate() throws {
    for (option, value) in counts where value ?? 0 < 0 {
      throw ValidationError("\(option) takes a whole number from 0 on.")
    }
    if let maxTime, !(maxTime >= 0 && maxTime <= 1e9) {
      throw ValidationError("--max-time takes seconds, from 0 to 1e9.")
    }
    if noFiles, filesBeneath != nil {
      throw ValidationError("Give either --files-beneath or --no-files, not both.")
    }
  }

  private var counts: [(String, Int?)] {
    [
      ("--max-steps", maxSteps), ("--max-elements", maxElements), ("--max-nesting", maxNesting),
      ("--max-recursion", maxRecursion), ("--max-source", maxSource), ("--max-output", maxOutput),
    ]
  }

  /// Fails where one of the options was given to a subcommand that evaluates nothing.
  func refuse(in command: any ParsableCommand.Type) throws {
    let flags = [
      untrusted ? "--untrusted" : nil, maxTime.map { _ in "--max-time" },
      filesBeneath.map { _ in "--files-beneath" }, noFiles ? "--no-files" : nil,
    ]
    let given = flags + counts.map { $0.1 == nil ? nil : $0.0 }
    if let option = given.compactMap(\.self).first {
      throw ValidationError("'loss \(command._commandName)' does not take \(option).")
    }
  }

  /// The limits that the options ask for.
  var limits: Limits {
    var limits = untrusted ? Limits.untrusted : .standard
    if let maxTime { limits.duration = .seconds(maxTime) }
    if let maxSteps { limits.steps = maxSteps }
    if let maxElements { limits.elements = maxElements }
    if let maxNesting { limits.nesting = maxNesting }
    if let maxRecursion { limits.recursion = maxRecursion }
    if let maxSource { limits.sourceBytes = maxSource }
    if let maxOutput { limits.outputBytes = maxOutput }
    return limits
  }

  /// What `import`, `csv` and `plot … to` reach.
  var files: FileAccess {
    if let filesBeneath { return LocalFiles.access(beneath: filesBeneath) }
    return noFiles || untrusted ? .none : LocalFiles.access
  }
}
