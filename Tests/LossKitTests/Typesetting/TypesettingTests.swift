import Foundation
import Testing

@testable import LossKit

/// Formulas as MathML and as LaTeX.
@Suite struct TypesettingTests {
  private static let folder = Project.tests.appending(path: "Typesetting")

  /// A text with what it is typeset as: in the files a blank line ends each.
  struct Example: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: String
    var testDescription: String { text }
  }

  private static func examples(_ file: String) -> [Example] {
    guard let text = try? Project.text(folder.appending(path: file)) else { return [] }
    return text.components(separatedBy: "\n\n").compactMap { block in
      let lines = block.split(separator: "\n").filter { !$0.hasPrefix("# ") }
      guard let first = lines.first else { return nil }
      return Example(
        text: String(first), expected: lines.dropFirst().joined(separator: "\n"))
    }
  }

  static let latexExamples: [Example] = examples("formulas.latex.txt")
  static let mathMLExamples: [Example] = examples("formulas.mathml.txt")

  @Test(arguments: latexExamples) func latex(_ example: Example) throws {
    let formula = try #require(TypesetFormula(example.text, names: Self.names))
    #expect(formula.latex == example.expected)
  }

  @Test(arguments: mathMLExamples) func mathML(_ example: Example) throws {
    let formula = try #require(TypesetFormula(example.text, names: Self.names))
    #expect(formula.mathML == example.expected)
  }

  /// What is said of the names in the files.
  private static let names = TypesetFormula.Names(arrays: ["A", "B"])

  @Test func filesHaveExamples() {
    #expect(Self.latexExamples.count > 80)
    #expect(Self.mathMLExamples.count > 10)
  }
}
