import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A script that a call names, as it was read.
struct ScriptFile {
  /// What diagnostics call it.
  let name: String
  let bytes: [UInt8]
  let isInput: Bool

  /// Reads a file; `-` is standard input.
  init(
    _ file: String, atMost byteLimit: Int = Limits.standard.sourceBytes
  ) throws(FileAccess.Failure) {
    isInput = file == "-"
    name = isInput ? "<stdin>" : file
    bytes =
      try isInput
      ? LocalFiles.read(descriptor: STDIN_FILENO, atMost: byteLimit)
      : LocalFiles.read(file, atMost: byteLimit)
  }
}

extension ScriptFile {
  /// Says why a file could not be read, unless it was Ctrl-C; what the call answers then.
  static func failure(
    _ failure: FileAccess.Failure, reading file: String, _ console: Console
  ) -> ExitStatus {
    if Interruption.cancellation.isCancelled { return .interrupted }
    let name = file == "-" ? "standard input" : "'\(file)'"
    console.fail("\(name) cannot be read: \(failure.reason)")
    return .wrongCall
  }

  /// Works on scripts one after another, also after one that fails, until Ctrl-C.
  ///
  /// - Returns: the first status that is not success.
  static func forEach(
    _ files: [String], _ console: Console, _ body: (ScriptFile) -> ExitStatus
  ) -> ExitStatus {
    Interruption.watchScript()
    var result = ExitStatus.success
    for file in files {
      let status: ExitStatus
      do throws(FileAccess.Failure) {
        status = body(try ScriptFile(file))
      } catch {
        status = failure(error, reading: file, console)
      }
      if Interruption.cancellation.isCancelled { return .interrupted }
      if result == .success { result = status }
    }
    return result
  }
}
