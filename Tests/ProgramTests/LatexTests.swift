import Foundation
import Testing

/// `loss latex NAME FILE`.
@Suite struct LatexTests {
  private static let script = """
    param s = [2.0, 1.0, 0.1]
    data y = 0
    let ce = lse(s) - s[y]
    let folded = fold((a, x) -> a * x, s[0], [1, 2])
    check ce < 0
    """

  @Test func aFragment() throws {
    let result = try Program.run(["latex", "ce", "-"], input: Self.script)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    #expect(
      result.output == """
        % needs \\usepackage{amsmath,amssymb}
        \\[
        \\begin{aligned}
          \\mathrm{ce} & = \\log \\sum_{j} \\mathrm{e}^{s_{j}} - s_{y} \\\\
          \\nabla_{s} \\, \\mathrm{ce} & = \\operatorname{softmax}(s) - \\mathbf{e}_{y}
        \\end{aligned}
        \\]

        """)
  }

  @Test func whatHasNoGradientIsSaid() throws {
    let result = try Program.run(["latex", "folded", "-"], input: Self.script)
    #expect(result.status == 1)
    #expect(result.output.contains("% no symbolic gradient by s: in 'fold("))
  }

  @Test func mistakes() throws {
    let unknown = try Program.run(["latex", "cee", "-"], input: Self.script)
    #expect(unknown.status == 1)
    #expect(unknown.errors.contains("did you mean 'ce'?"))
    let input = try Program.run(["latex", "s", "-"], input: Self.script)
    #expect(input.errors.contains("'s' is an input"))
    #expect(try Program.run(["latex", "ce", "nowhere.loss"]).status == 64)
    #expect(try Program.run(["latex", "ce"]).status == 64)
    #expect(try Program.run(["latex", "-e", "1", "ce", "-"]).status == 64)
  }

  /// What is printed compiles, where there is a TeX.
  @Test(.enabled(if: TeX.path != nil))
  func compiles() throws {
    let result = try Program.run(["latex", "--standalone", "ce", "-"], input: Self.script)
    let folder = try TemporaryFolder()
    try folder.write(result.output, to: "a.tex")
    #expect(try TeX.run(["-interaction=nonstopmode", "-halt-on-error", "a.tex"], in: folder) == 0)
  }
}

private enum TeX {
  static let path = ["/usr/bin/pdflatex", "/Library/TeX/texbin/pdflatex"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  static func run(_ arguments: [String], in folder: TemporaryFolder) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: path ?? "")
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
