@testable import LossKit

/// `Editors/TextMate/syntaxes/loss.tmLanguage.json`: the patterns, and their text as JSON.
enum TextMateGrammar {
  /// A pattern of one line, tried in the order of the list.
  struct Rule {
    var match: String
    /// The scope of the whole match, or of its groups.
    var scope: String?
    var captures: [Int: String] = [:]
    /// Where a text begins and ends; `match` is its beginning.
    var end: String?
    var inner: [Rule] = []
  }

  private static let nameCharacter = #"[\p{L}\p{Nd}\p{Mn}\p{Mc}_₀-₉]"#
  private static let name = #"[\p{L}_]"# + nameCharacter + "*"

  private static func words(_ words: [String]) -> String {
    "(?<!\(nameCharacter))(?:\(words.joined(separator: "|")))(?!\(nameCharacter))"
  }

  private static func escaped(_ sign: String) -> String {
    sign.map { ".*+^|?()[]{}\\-/".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  static let rules: [Rule] = [
    Rule(match: "##(?!#).*$", scope: "comment.line.documentation.loss"),
    Rule(match: "#.*$", scope: "comment.line.number-sign.loss"),
    Rule(
      match: "\"", scope: "string.quoted.double.loss", end: "\"|$",
      inner: [
        Rule(
          match: #"\\(?:[nt"\\]|u\{[0-9A-Fa-f]{1,6}\})"#,
          scope: "constant.character.escape.loss"),
        Rule(match: #"\\."#, scope: "invalid.illegal.escape.loss"),
      ]),
    Rule(
      match: #"(?:^|(?<=;))\s*(:set)(?!\S)([^;#]*)"#,
      captures: [1: "keyword.control.command.loss", 2: "constant.other.option.loss"]),
    Rule(
      match: #"(?<!\.)(\.)\s*("# + name + ")",
      captures: [1: "punctuation.accessor.loss", 2: "variable.other.member.loss"]),
    Rule(
      match: "(?<!\(nameCharacter))(let)\\s+(\(name))(?=\\s*\\()",
      captures: [1: "keyword.other.loss", 2: "entity.name.function.loss"]),
    Rule(
      match: #"0[xX][0-9A-Fa-f_]*(?:\.[0-9A-Fa-f][0-9A-Fa-f_]*)?(?:[pP][+-]?[0-9]+)?"#,
      scope: "constant.numeric.hex.loss"),
    Rule(
      match: #"(?:[0-9][0-9_]*(?:\.[0-9][0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?"#,
      scope: "constant.numeric.decimal.loss"),
    Rule(
      match: #"(?<=[\p{L}\p{Nd}_₀-₉)\]}"] )(?:"#
        + EditorWords.contextual.joined(separator: "|")
        + ")(?=\\s*\\(|\\s+[\\p{L}\\p{Nd}_\"\\[.{∇-])",
      scope: "keyword.other.loss"),
    Rule(match: words(EditorWords.constants), scope: "constant.language.loss"),
    Rule(
      match: "(?:π(?!\(nameCharacter))|∞)", scope: "constant.language.loss"),
    Rule(match: words(EditorWords.choices), scope: "keyword.control.loss"),
    Rule(match: words(EditorWords.wordOperators), scope: "keyword.operator.word.loss"),
    Rule(match: words(EditorWords.statements), scope: "keyword.other.loss"),
    Rule(match: words(EditorWords.builtins), scope: "support.function.loss"),
    Rule(match: "∇", scope: "support.function.loss"),
    Rule(
      match: EditorWords.operators.filter { $0 != "∇" }.map(escaped).joined(separator: "|"),
      scope: "keyword.operator.loss"),
    Rule(match: "[,;]", scope: "punctuation.separator.loss"),
    Rule(match: #"[\[\](){}]"#, scope: "punctuation.section.brackets.loss"),
    Rule(match: name, scope: "variable.other.loss"),
  ]

  static var json: String {
    """
    {
      "information_for_contributors": [
        "Made from the tables of Loss: RECORD_SCRIPTS=1 swift test --filter EditorFilesTests"
      ],
      "name": "Loss",
      "scopeName": "source.loss",
      "fileTypes": ["loss"],
      "firstLineMatch": "^#!.*\\\\bloss\\\\b",
      "patterns": [
    \(rules.map { text(of: $0, indentation: "    ") }.joined(separator: ",\n"))
      ]
    }

    """
  }

  private static func text(of rule: Rule, indentation: String) -> String {
    var entries: [String] = []
    if let scope = rule.scope { entries.append("\"name\": \(JSON.text(scope))") }
    entries.append("\"\(rule.end == nil ? "match" : "begin")\": \(JSON.text(rule.match))")
    if let end = rule.end { entries.append("\"end\": \(JSON.text(end))") }
    if !rule.captures.isEmpty {
      let captures = rule.captures.sorted { $0.key < $1.key }.map {
        "\"\($0.key)\": { \"name\": \(JSON.text($0.value)) }"
      }
      entries.append("\"captures\": { \(captures.joined(separator: ", ")) }")
    }
    if !rule.inner.isEmpty {
      let inner = rule.inner.map { text(of: $0, indentation: indentation + "    ") }
      entries.append(
        "\"patterns\": [\n\(inner.joined(separator: ",\n"))\n\(indentation)  ]")
    }
    return "\(indentation){\n\(indentation)  "
      + entries.joined(separator: ",\n\(indentation)  ") + "\n\(indentation)}"
  }
}
