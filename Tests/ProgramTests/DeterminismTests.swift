import Foundation
import Testing

/// Same script, same bytes: on every run, whatever seed the process hashes with, and for every
/// instruction set with fused multiply-add.
@Suite struct DeterminismTests {
  /// Swift hashes with a random seed in each process, unless this is set.
  private static let processes: [[String: String?]] = [
    ["SWIFT_DETERMINISTIC_HASHING": "1"], [:], [:], [:],
  ]

  /// The instruction sets that this processor has, by asking the program for each.
  private static let instructionSets: [String] = {
    #if arch(x86_64)
      ["avx2", "avx512"].filter { set in
        (try? Program.run(["-e", "print 1"], environment: ["LOSS_KERNELS": set]))?.status == 0
      }
    #else
      ["baseline"]
    #endif
  }()

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let generated = root.appending(
    path: "Tests/ProgramTests/Determinism/generated.loss")

  /// The examples, but the one whose training takes long in debug mode, and expressions that
  /// `ExpressionGenerator` made.
  static let scripts: [String] = {
    let examples = root.appending(path: "Examples")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: examples.path)) ?? []
    return names.filter { $0.hasSuffix(".loss") && $0 != "digits.loss" }.sorted().map {
      examples.appending(path: $0).path
    } + [generated.path]
  }()

  /// What a call leaves behind: its output, its errors and the files that it wrote.
  private func trace(_ arguments: [String], _ environment: [String: String?]) throws -> [String] {
    let folder = try TemporaryFolder()
    let result = try Program.run(arguments, environment: environment, folder: folder)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return ["\(result.status)", result.output, result.errors]
      + files.map { name in
        name + ":\n"
          + String(
            decoding: FileManager.default.contents(atPath: folder.file(name)) ?? Data(),
            as: UTF8.self)
      }
  }

  private func expectSame(
    _ arguments: [String], in environments: [[String: String?]]
  ) throws {
    let first = try trace(arguments, environments[0])
    #expect(first[0] == "0" || first[1].utf8.count + first[2].utf8.count > 0, "\(arguments)")
    for environment in environments.dropFirst() {
      let other = try trace(arguments, environment)
      #expect(first == other, "\(arguments) in \(environment)")
    }
  }

  @Test func thereAreScripts() {
    #expect(Self.scripts.count >= 7)
  }

  @Test("Scripts, in text and JSON", arguments: scripts)
  func runs(_ script: String) throws {
    try expectSame([script], in: Self.processes)
    try expectSame(["--json", script], in: Self.processes)
  }

  @Test("Scripts, on each instruction set", arguments: scripts)
  func instructionSets(_ script: String) throws {
    let environments = Self.instructionSets.map { ["LOSS_KERNELS": $0] as [String: String?] }
    try #require(!environments.isEmpty)
    try expectSame(["--json", script], in: environments + [[:]])
  }

  @Test(
    "Reports, with their plots and formulas", arguments: scripts.filter { !$0.contains("iris") })
  func reports(_ script: String) throws {
    try expectSame(["report", script, "-o", "page.html"], in: Array(Self.processes.prefix(3)))
  }

  @Test("The other commands", arguments: scripts)
  func commands(_ script: String) throws {
    try expectSame(["lint", script, Self.generated.path], in: Array(Self.processes.prefix(3)))
    let text = String(
      decoding: FileManager.default.contents(atPath: script) ?? Data(), as: UTF8.self)
    for environment in Self.processes.prefix(3) {
      let formatted = try Program.run(["fmt", "-"], input: text, environment: environment)
      // They are formatted already.
      #expect(formatted.status == 0 && formatted.output == text)
    }
  }

  @Test("Formulas with their gradients", arguments: ["f0", "f7", "f21", "f30", "f150"])
  func formulas(_ name: String) throws {
    try expectSame(["latex", name, Self.generated.path], in: Array(Self.processes.prefix(3)))
  }

  /// What has lists of names in it: help, errors that suggest a name, records, cycles.
  @Test func names() throws {
    for text in [
      "sofplus(1)", "param alpha = 1, alpah = 2; alhpa", "let a = b; let b = c; let c = a; a",
      "param x = 1, y = 2, z = 3; grad(x * y * z); hess(x * y * z)",
      "record([\"b\", \"a\", \"c\"], 1, 2, 3)", "unique([3, 1, 2, 3, 1])",
      "param x = 0, y = 0; max(x, y, 2 * x) + relu(x - y)", ":set nosuch 1",
    ] {
      try expectSame(["-e", text], in: Self.processes)
    }
  }
}
