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
  init(_ file: String) throws(FileAccess.Failure) {
    isInput = file == "-"
    name = isInput ? "<stdin>" : file
    bytes = try isInput ? LocalFiles.read(descriptor: STDIN_FILENO) : LocalFiles.read(file)
  }
}
