import Foundation
import Testing

@testable import LossKit

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Everything that the language can say is typeset, in well-formed MathML and balanced LaTeX.
@Suite struct TypesettingTotalityTests {
  static let scripts: [URL] =
    Project.files(in: Project.scripts, ending: ".loss").map { Project.scripts.appending(path: $0) }
    + Project.files(in: Project.examples, ending: ".loss").map {
      Project.examples.appending(path: $0)
    } + [Project.root.appending(path: "Sources/LossKit/Losses/losses.loss")]

  /// The texts of the statements of a script that are formulas.
  private static func formulas(in file: URL) throws -> [String] {
    let result = parse(
      Source(name: nil, bytes: Array(try Data(contentsOf: file))), symbols: SymbolTable())
    let kinds: Set<Node.Kind> = [
      .show, .formula, .function, .param, .data, .assignment, .assert, .check,
    ]
    return result.tree.statements.filter { kinds.contains(result.tree[$0].kind) }.map { id in
      let text = result.tree.text(of: id)
      // One of several declared by one word begins at its name.
      let word = result.tree[id].kind == .param ? "param " : "data "
      let isWordless = [.param, .data].contains(result.tree[id].kind) && !text.hasPrefix(word)
      return isWordless ? word + text : text
    }
  }

  @Test func everyScript() throws {
    var count = 0
    for file in Self.scripts {
      for text in try Self.formulas(in: file) {
        let formula = try #require(TypesetFormula(text), "\(file.lastPathComponent): \(text)")
        Self.check(formula, "\(file.lastPathComponent): \(text)")
        count += 1
      }
    }
    #expect(count > 1000)
  }

  private static func check(_ formula: TypesetFormula, _ text: String) {
    let parser = XMLParser(data: Data(formula.mathML.utf8))
    #expect(parser.parse(), "\(text) gives\n\(formula.mathML)")
    let latex = formula.latex
    #expect(isBalanced(latex), "\(text) gives\n\(latex)")
    #expect(
      latex.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 || $0 == "\n" }, "\(text)")
  }

  /// Whether groups, environments and growing brackets are closed, and how deep they are.
  private static func isBalanced(_ latex: String) -> Bool {
    var depth = 0
    var deepest = 0
    var isEscaped = false
    for character in latex {
      switch character {
      case "{" where !isEscaped: depth += 1
      case "}" where !isEscaped: depth -= 1
      default: break
      }
      isEscaped = character == "\\" && !isEscaped
      deepest = max(deepest, depth)
      if depth < 0 { return false }
    }
    func count(_ part: String) -> Int { latex.components(separatedBy: part).count }
    return depth == 0 && deepest < 200 && count("\\begin{") == count("\\end{")
      && count("\\left") - count("\\leftarrow") == count("\\right") - count("\\rightarrow")
  }

  @Test(arguments: [
    "(", "[", "f(", "1 / (", "x^(", "sqrt(", "-(", "sum(", "{", "if a then b else {", "v[", "not (",
    "lse(x, ", "1 + (y * (",
  ])
  func deepNesting(_ opening: String) throws {
    let closings: [Character: Character] = ["(": ")", "[": "]", "{": "}"]
    let closing = String(opening.reversed().compactMap { closings[$0] })
    let text =
      String(repeating: opening, count: 200) + "x" + String(repeating: closing, count: 200)
    Self.check(try #require(TypesetFormula(text)), text)
  }

  @Test func longTextsAreCut() {
    let many = (0..<5000).map { "x\($0)" }
    func list(_ separator: String) -> String { many.joined(separator: separator) }
    let ladder = many.map { "if x < \($0) then \($0) else " }.joined()
    let clauses = many.map { "\($0) in 0..<n" }.joined(separator: ", ")
    let rows = String(repeating: ", [5, 6]", count: 5000)
    let texts: [String] = [
      list(" + "), list(" * "), list(" < "), list(" and "), "[\(list(", "))]", "f(\(list(", ")))",
      "v[\(list(", "))]", ladder + "0", "[[1, 2], [3, 4]\(rows)]", "sum(e for \(clauses))",
    ]
    for text in texts {
      let formula = TypesetFormula(text)
      #expect(formula != nil, "\(text.prefix(40))")
      guard let formula else { continue }
      Self.check(formula, String(text.prefix(40)))
      #expect(formula.latex.utf8.count < 4000, "\(text.prefix(40))")
    }
  }

  @Test func textsThatAreNoFormula() {
    for text in ["", "1 +", "import losses", "print x", "x; y", "plot x for x in 0...1"] {
      #expect(TypesetFormula(text) == nil)
    }
  }
}
