@testable import LossKit

/// The words of the language, from its own tables: a new function is fuzzed without a change here.
enum FuzzDictionary {
  /// One word a line, as libFuzzer's `-dict` reads them.
  static var text: String {
    var seen = Set<String>()
    return words.filter { seen.insert($0).inserted }.map { "\(quoted($0))\n" }.joined()
  }

  private static var words: [String] {
    let tokens = TokenKind.allCases.filter { !notSpelled.contains($0) }.map(\.spelling)
    let functions = Builtins.all.flatMap { builtin in
      [builtin.name]
        + builtin.parameters.compactMap { parameter in
          switch parameter.kind {
          case .option, .optional: parameter.name + " = "
          case .required, .rest: nil
          }
        }
    }
    let statements = HelpEntry.statements.flatMap(\.names) + HelpEntry.operators.flatMap(\.names)
    let settings = Setting.all.map { ":set \($0.name) " }
    let rules = LintRule.allCases.map { "# lint: allow \($0.rawValue)" }
    let families = SmoothFamily.allCases.map { "\"\($0.rawValue)\"" }
    let methods = Descent.Method.allCases.map { "\"\($0.rawValue)\"" }
    return tokens + KnownName.allCases.map(\.spelling) + statements + functions + settings + rules
      + families + methods + calls + literals
  }

  /// Tokens whose `spelling` is what a message calls them.
  private static let notSpelled: Set<TokenKind> = [
    .name, .number, .text, .newline, .end, .invalid,
  ]

  /// The examples of help are calls that mean something.
  private static var calls: [String] {
    Builtins.all.flatMap { ($0.example.map { [$0] } ?? []) + $0.edges }.filter {
      $0.utf8.count <= 60
    }
  }

  /// The edges of numbers and texts, which stand in no table.
  private static let literals = [
    "1e308", "5e-324", "1e-400", "0x1.8p+1", "1_000", "9007199254740993", "-0.0", "1e19",
    "9223372036854775807", "\"\\u{10FFFF}\"", "\\n", "\u{FEFF}", "\r\n", "\0", "é", "e\u{301}",
    "x₁",
    "##", "#!",
  ]

  private static func quoted(_ word: String) -> String {
    var result = "\""
    for byte in word.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\" + String(Unicode.Scalar(byte))
      case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      }
    }
    return result + "\""
  }
}
