#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// libFuzzer has the `main`; it calls these two, the first with the arguments.

@_cdecl("LLVMFuzzerInitialize")
func initialize(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
  do {
    try LossFuzz.begin(CommandLine.arguments.dropFirst())
  } catch {
    print("error: \(error)")
    exit(64)
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do {
    try LossFuzz.target.run(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch {
    // libFuzzer takes note of the input when the process dies.
    fatalError("\(error)")
  }
  return 0
}

/// What `bin/fuzz` asks of the program besides what libFuzzer's own flags say.
///
/// - `--target=NAME` comes with every call that fuzzes. It is an option, which libFuzzer passes over,
///   because libFuzzer starts itself again with the same arguments to merge and to minimize.
/// - `--targets` lists the names.
/// - `--dictionary` prints the words of the language, as libFuzzer reads them.
/// - `--seeds=FOLDER FILE…` makes inputs of the target of files.
enum LossFuzz {
  nonisolated(unsafe) fileprivate(set) static var target = FuzzTarget.lexer

  fileprivate static func begin(_ arguments: ArraySlice<String>) throws {
    if arguments.contains("--targets") {
      for target in FuzzTarget.allCases { print(target.rawValue) }
      exit(0)
    }
    if arguments.contains("--dictionary") {
      print(FuzzDictionary.text, terminator: "")
      exit(0)
    }
    guard let name = value(of: "--target", in: arguments), let named = FuzzTarget(rawValue: name)
    else {
      let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError(description: "--target=NAME is missing, with a NAME of \(names)")
    }
    target = named
    if let folder = value(of: "--seeds", in: arguments) {
      try writeSeeds(from: arguments.filter { !$0.hasPrefix("-") }, to: folder)
      exit(0)
    }
  }

  private static func value(of option: String, in arguments: ArraySlice<String>) -> String? {
    arguments.first { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
  }

  private struct UsageError: Error, CustomStringConvertible {
    let description: String
  }

  // MARK: Seeds

  private static func writeSeeds(from files: [String], to folder: String) throws {
    var number = 0
    for file in files {
      for seed in target.seeds(of: try bytes(of: file)) {
        number += 1
        try write(seed, to: "\(folder)/seed-\(number)")
      }
    }
  }

  private struct FileError: Error {
    let path: String
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw FileError(path: path) }
    defer { fclose(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return result }
      result += buffer[..<count]
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw FileError(path: path) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw FileError(path: path) }
  }
}
