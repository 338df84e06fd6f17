import Foundation
import Testing

@testable import LossKit

/// The grammars under `Editors/` are those that the tables give, and colour what the lexer reads.
@Suite struct EditorFilesTests {
  static let folder = Project.root.appending(path: "Editors")

  @Test func theTextMateGrammarIsCurrent() throws {
    try Project.expect(
      TextMateGrammar.json,
      in: Self.folder.appending(path: "TextMate/syntaxes/loss.tmLanguage.json"),
      "loss.tmLanguage.json")
  }

  @Test func theVimSyntaxIsCurrent() throws {
    try Project.expect(
      VimSyntax.text, in: Self.folder.appending(path: "vim/syntax/loss.vim"), "loss.vim")
  }

  @Test func everyWordHasItsPlace() {
    let words =
      EditorWords.statements + EditorWords.choices + EditorWords.wordOperators
      + EditorWords.constants
    for word in EditorWords.reserved { #expect(words.contains(word.spelling)) }
    #expect(
      Set(EditorWords.constants + EditorWords.builtins).isSuperset(of: Builtins.all.map(\.name)))
  }

  @Test(arguments: [
    "package.json", "language-configuration.json", "syntaxes/loss.tmLanguage.json",
  ])
  func theFilesAreJSON(name: String) throws {
    let data = try Data(contentsOf: Self.folder.appending(path: "TextMate/\(name)"))
    #expect(try JSONSerialization.jsonObject(with: data) is [String: Any])
  }

  /// What a scope has to begin with for each role of the language's own highlighter.
  private static func scopes(of role: SyntaxRole) -> [String] {
    switch role {
    case .keyword: ["keyword.other", "keyword.control", "keyword.operator.word"]
    case .builtin: ["support.function"]
    case .constant: ["constant.language"]
    case .number: ["constant.numeric"]
    case .text: ["string", "constant.character.escape"]
    case .comment, .documentation: ["comment"]
    case .name, .definedName, .unknownName: ["variable.other.loss", "entity.name.function"]
    case .field: ["variable.other.member"]
    case .operation: ["keyword.operator.loss", "punctuation"]
    case .bracket, .unmatchedBracket: ["punctuation"]
    case .command: ["keyword.control.command"]
    case .commandWord: ["constant.other.option"]
    case .invalid: []
    }
  }

  /// The patterns run as an editor runs them, by ICU's regular expressions, which have all that is
  /// used of Oniguruma's.
  @Test func theTextMateGrammarAgreesWithTheLexer() throws {
    let tokenizer = try TextMateTokenizer()
    var spans = 0
    for (index, script) in FormatPropertyTests.scripts.enumerated() {
      guard index % 5 == 0 || !script.path.contains("/Scripts/") else { continue }
      guard let text = try? Project.text(script), Syntax.check(text).isEmpty else { continue }
      let scopes = tokenizer.scopes(of: text)
      for span in SyntaxHighlighter().spans(of: text) where !span.range.isEmpty {
        let scope = scopes[span.range.lowerBound]
        let expected = Self.scopes(of: span.role)
        let bytes = Array(text.utf8)[span.range]
        #expect(
          expected.isEmpty || expected.contains { scope.hasPrefix($0) },
          "\(script.lastPathComponent), byte \(span.range.lowerBound), '\(String(decoding: bytes, as: UTF8.self))' is \(span.role), but \(scope)"
        )
        spans += 1
      }
    }
    #expect(spans > 5_000)
  }
}

/// The part of a TextMate engine that the grammar needs.
struct TextMateTokenizer {
  private struct Rule {
    let expression: NSRegularExpression
    let rule: TextMateGrammar.Rule
    let end: NSRegularExpression?
    let inner: [Rule]

    init(_ rule: TextMateGrammar.Rule) throws {
      self.rule = rule
      expression = try NSRegularExpression(pattern: rule.match)
      end = try rule.end.map { try NSRegularExpression(pattern: $0) }
      inner = try rule.inner.map { try Rule($0) }
    }
  }

  private let rules: [Rule]

  init() throws { rules = try TextMateGrammar.rules.map { try Rule($0) } }

  /// The scope of each byte; nothing where no pattern fits.
  func scopes(of text: String) -> [String] {
    var result: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      result += scopes(ofLine: String(line)) + [""]
    }
    return result
  }

  private func scopes(ofLine line: String) -> [String] {
    let text = line as NSString
    var scopes = Array(repeating: "", count: text.length)
    func first(_ rule: Rule, from start: Int) -> NSTextCheckingResult? {
      rule.expression.firstMatch(
        in: line, options: [.withTransparentBounds, .withoutAnchoringBounds],
        range: NSRange(location: start, length: text.length - start))
    }
    func mark(_ range: NSRange, _ scope: String?) {
      guard let scope, range.location != NSNotFound else { return }
      for index in range.location..<range.location + range.length { scopes[index] = scope }
    }
    var position = 0
    while position < text.length {
      let matches = rules.compactMap { rule in
        first(rule, from: position).map { (rule, $0) }
      }.filter { $0.1.range.length > 0 }
      guard let place = matches.map(\.1.range.location).min(),
        let (rule, match) = matches.first(where: { $0.1.range.location == place })
      else { break }
      mark(match.range, rule.rule.scope)
      for (group, scope) in rule.rule.captures { mark(match.range(at: group), scope) }
      position = match.range.location + match.range.length
      guard let end = rule.end else { continue }
      // A text: what is in it, up to its end.
      while true {
        let rest = NSRange(location: position, length: text.length - position)
        let stop =
          end.firstMatch(in: line, range: rest)?.range
          ?? NSRange(location: text.length, length: 0)
        let inner = rule.inner.compactMap { inner in
          first(inner, from: position).map { (inner, $0.range) }
        }.min { $0.1.location < $1.1.location }
        if let (inner, range) = inner, range.location < stop.location {
          mark(NSRange(location: position, length: range.location - position), rule.rule.scope)
          mark(range, inner.rule.scope)
          position = range.location + range.length
        } else {
          let last = stop.location + stop.length
          mark(NSRange(location: position, length: last - position), rule.rule.scope)
          position = last
          break
        }
      }
    }
    // From UTF-16 to bytes of UTF-8.
    var bytes: [String] = []
    var index = 0
    for scalar in line.unicodeScalars {
      bytes += Array(repeating: scopes[index], count: UTF8.width(scalar))
      index += UTF16.width(scalar)
    }
    return bytes
  }
}
