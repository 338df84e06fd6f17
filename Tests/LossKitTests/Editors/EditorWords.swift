@testable import LossKit

/// The words and signs of the language for editors, from the tables that the lexer and the interpreter
/// read.
enum EditorWords {
  static let reserved = TokenKind.allCases.filter(\.isReservedWord)

  static let constants =
    [TokenKind.true, .false].map(\.spelling)
    + Builtins.all.filter(isConstant).map(\.name)

  /// Other spellings of constants, which are no words.
  static let constantSigns = ["π", "∞"]

  static let builtins = Builtins.all.filter { !isConstant($0) }.map(\.name)

  static let wordOperators = [TokenKind.and, .or, .not].map(\.spelling)

  static let choices = [TokenKind.if, .then, .else, .for, .in, .at].map(\.spelling)

  /// Words that begin a statement.
  static let statements = reserved.map(\.spelling).filter {
    !constants.contains($0) && !wordOperators.contains($0) && !choices.contains($0)
  }

  /// Words only where an expression has ended: `check a over (…)`.
  static let contextual = [KnownName.over, .to, .with, .within].map(\.spelling)

  /// The signs of operators, the longest first, with those that are written in several ways.
  static let operators: [String] = {
    let kinds = TokenKind.allCases.filter {
      $0.precedence != .none && !$0.isReservedWord || [.equal, .arrow, .nabla].contains($0)
    }
    let others = ["**", "×", "⋅", "≤", "≥", "≠", "≈"]
    return (kinds.map(\.spelling) + others).sorted {
      ($1.count, $0) < ($0.count, $1)
    }
  }()

  private static func isConstant(_ builtin: Builtin) -> Bool {
    if case .constant = builtin.implementation { true } else { false }
  }
}
