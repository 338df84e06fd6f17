import LossKit

/// Runs scripts, each in a session of its own.
struct ScriptRunner {
  let console: Console

  /// `--set`, in the order given.
  let overrides: [Override]

  let limits: Limits
  /// What scripts reach.
  let files: FileAccess

  init(console: Console, overrides: [Override], _ options: LimitOptions) {
    self.console = console
    self.overrides = overrides
    limits = options.limits
    files = options.files
  }

  /// One `--set name=text`.
  struct Override {
    let name: String
    let text: String

    /// Splits at the first `=`; the rest is the language's business.
    init?(_ argument: String) {
      guard let equals = argument.firstIndex(of: "=") else { return nil }
      func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
      var name = argument[..<equals]
      name = name.drop(while: isBlank)
      while let last = name.last, isBlank(last) { name.removeLast() }
      if name.isEmpty { return nil }
      self.name = String(name)
      text = String(argument[argument.index(after: equals)...])
    }
  }

  /// Runs what a call asks for, so that Ctrl-C ends it, and answers with its status.
  func finish(_ body: () -> ExitStatus) throws {
    Interruption.watchScript()
    try console.end(Self.status(body()))
  }

  /// Runs all files, also after one that fails, as each is a test of its own.
  ///
  /// The first status that is not success is the answer. `-` is standard input.
  func run(files: [String]) -> ExitStatus {
    var result = ExitStatus.success
    // Only what no script took is a mistake of the call.
    var unused: Set<String>?
    for file in files {
      let label = files.count > 1 ? file : nil
      let (status, names) = run(file: file, label: label)
      if result == .success { result = status }
      if Interruption.cancellation.isCancelled { return .interrupted }
      unused = names.map { (unused ?? $0).intersection($0) } ?? unused
    }
    return result == .success ? report(unused: unused ?? []) : result
  }

  /// Runs a text of `-e`.
  func run(text: String) -> ExitStatus {
    let (status, unused) = run(Array(text.utf8), name: nil, label: nil)
    return status == .success ? report(unused: unused ?? []) : status
  }

  private func run(file: String, label: String?) -> (ExitStatus, unused: Set<String>?) {
    do throws(FileAccess.Failure) {
      let script = try ScriptFile(file, atMost: limits.sourceBytes)
      return run(script.bytes, name: script.name, label: label)
    } catch {
      return (ScriptFile.failure(error, reading: file, console), nil)
    }
  }

  private func run(
    _ bytes: [UInt8], name: String?, label: String?
  ) -> (ExitStatus, unused: Set<String>?) {
    do throws(LossError) {
      let session = try makeSession()
      do throws(LossError) {
        try session.run(bytes: bytes, fileName: name, echo: .script) { result in
          console.show(result, settings: session.settings, file: label)
        }
        // A `minimize` that was interrupted is no error, but the script is not done.
        return (Self.status(.success), Set(session.unusedOverrides))
      } catch {
        // In an imported file, another one than the script.
        let other = error.fileName == name ? nil : error.fileName
        console.show(error, file: other ?? label)
        return (Self.status(.failure), nil)
      }
    } catch {
      console.show(error, file: nil)
      return (Self.status(.wrongCall), nil)
    }
  }

  /// After Ctrl-C whatever came of it is not the script's.
  private static func status(_ status: ExitStatus) -> ExitStatus {
    Interruption.cancellation.isCancelled ? .interrupted : status
  }

  /// A session with the options of the call; an error is one of the call.
  func makeSession() throws(LossError) -> Session { try makeSession(files: files) }

  /// A session that reaches other files than those of the call.
  func makeSession(files: FileAccess) throws(LossError) -> Session {
    let session = Session(
      limits: limits, files: files, cancellation: Interruption.cancellation)
    for override in overrides { try session.override(override.name, with: override.text) }
    if let progress = console.progress { session.onProgress = { progress.show($0) } }
    return session
  }

  /// Says which `--set` no script took.
  func report(unused: Set<String>) -> ExitStatus {
    for override in overrides where unused.contains(override.name) {
      console.fail("--set \(override.name): no param or data has this name")
    }
    return unused.isEmpty ? .success : .wrongCall
  }
}
