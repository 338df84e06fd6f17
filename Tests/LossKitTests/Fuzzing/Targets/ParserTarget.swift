@testable import LossKit

/// The parser, and what is made of a tree without evaluation: the formatter keeps what a text says
/// and has nothing to do a second time; the linter's places lie within the text.
enum ParserTarget {
  static func run(_ input: [UInt8]) throws {
    let source = Source(name: "f.loss", bytes: input)
    let symbols = SymbolTable()
    let result = parse(source, symbols: symbols)
    try require(
      result.errors.count <= Parser.maximumErrorCount, "\(result.errors.count) errors")
    for error in result.errors { try requireGood(error) }
    for node in result.tree.nodes {
      try require(
        node.range.start <= node.range.end && Int(node.range.end) <= input.count,
        "\(node.kind) at \(node.range) of \(input.count) bytes")
    }
    try lint(input)
    guard result.errors.isEmpty else { return }
    try require(
      !result.tree.statements.contains { result.tree[$0].kind == .invalid },
      "a statement is invalid, but there is no error")
    try format(input, SyntaxDump.text(of: result.tree, symbols))
  }

  private static func format(_ input: [UInt8], _ dump: String) throws {
    let formatted = try formatted(input)
    let symbols = SymbolTable()
    let result = parse(Source(name: "f.loss", bytes: formatted), symbols: symbols)
    try require(
      result.errors.isEmpty && SyntaxDump.text(of: result.tree, symbols) == dump,
      "formatted, it says something else: \(String(decoding: formatted, as: UTF8.self))")
    let again = try self.formatted(formatted)
    try require(
      again == formatted,
      """
      formatted twice, it is another text: \(String(decoding: formatted, as: UTF8.self))
      and then: \(String(decoding: again, as: UTF8.self))
      """)
  }

  private static func formatted(_ bytes: [UInt8]) throws -> [UInt8] {
    do throws(LossError) {
      return try Syntax.formatted(bytes: bytes, fileName: "f.loss")
    } catch {
      throw FuzzFinding("it is not formatted: \(error.message)")
    }
  }

  private static func lint(_ input: [UInt8]) throws {
    let found = Syntax.lint(bytes: input, fileName: "f.loss", files: .none)
    for diagnostic in found {
      try requireGood(diagnostic.error)
      try requireJSON(diagnostic.json(file: "f.loss"))
      guard let replacement = diagnostic.replacement else { continue }
      // What may stand there must be part of a text without an error.
      var replaced = input
      replaced.replaceSubrange(diagnostic.utf8Range, with: Array(replacement.utf8))
      let result = parse(Source(name: "f.loss", bytes: replaced), symbols: SymbolTable())
      try require(
        result.errors.isEmpty, "'\(replacement)' in place of \(diagnostic.utf8Range) is an error")
    }
  }
}
