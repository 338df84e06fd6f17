/// The smallest piece of a text that the parser sees.
struct Token {
  var kind: TokenKind
  /// A name's or reserved word's symbol, or a literal's index in `numbers` or `texts`.
  var value: UInt32 = 0
  var start: UInt32
  var end: UInt32

  var range: SourceRange { SourceRange(start: start, end: end) }
}

/// What a token is.
///
/// The reserved words stand first and in the order in which every `NameTable` interns them: a name
/// whose symbol is below `reservedWordCount` is the reserved word of that raw value.
enum TokenKind: UInt8, CaseIterable, Sendable {
  // MARK: Reserved words
  case param, data, `let`, `if`, then, `else`, `for`, `in`, at, and, or, not, `true`, `false`
  case print, `import`, assert, check, table, plot, minimize

  // MARK: Operands
  case name, number, text

  // MARK: Brackets
  case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace

  // MARK: Operators
  case plus, minus, star, slash, percent, matrixProduct, middleDot, caret
  case less, lessOrEqual, greater, greaterOrEqual, equalEqual, notEqual, approximatelyEqual
  case halfOpenRange, closedRange

  // MARK: Punctuation
  case comma, equal, arrow, dot, colon, nabla, semicolon

  /// A line end that ends a statement, with the blank lines and comments after it.
  case newline
  case end
  /// Something that is no token: the lexer has the problem.
  case invalid

  static let reservedWordCount = Int(TokenKind.minimize.rawValue) + 1

  var isReservedWord: Bool { rawValue <= TokenKind.minimize.rawValue }

  /// Whether the word begins a statement and stands nowhere else (`let` and `assert` stand in
  /// blocks too).
  var beginsStatement: Bool {
    switch self {
    case .param, .data, .let, .print, .import, .assert, .check, .table, .plot, .minimize: true
    default: false
    }
  }

  /// Whether a line end after the token is a space.
  var continuesLine: Bool {
    switch self {
    case .plus, .minus, .star, .slash, .percent, .matrixProduct, .middleDot, .caret,
      .less, .lessOrEqual, .greater, .greaterOrEqual, .equalEqual, .notEqual, .approximatelyEqual,
      .halfOpenRange, .closedRange, .and, .or, .comma, .equal, .arrow, .then, .else:
      true
    default: false
    }
  }

  /// Whether an operand can begin with the token.
  var beginsOperand: Bool {
    switch self {
    case .name, .number, .text, .true, .false, .nabla, .leftParenthesis, .leftBracket, .leftBrace:
      true
    default: false
    }
  }

  /// Whether an operand can end with the token.
  var endsOperand: Bool {
    switch self {
    case .name, .number, .text, .true, .false, .rightParenthesis, .rightBracket, .rightBrace: true
    default: false
    }
  }

  /// The bracket that closes the one that the token opens.
  var closing: TokenKind? {
    switch self {
    case .leftParenthesis: .rightParenthesis
    case .leftBracket: .rightBracket
    case .leftBrace: .rightBrace
    default: nil
    }
  }

  var isClosingBracket: Bool {
    self == .rightParenthesis || self == .rightBracket || self == .rightBrace
  }

  /// How the token is written, or what a message calls it.
  var spelling: String {
    switch self {
    case .param, .data, .let, .if, .then, .else, .for, .in, .at, .and, .or, .not, .true, .false,
      .print, .import, .assert, .check, .table, .plot, .minimize:
      "\(self)"
    case .name: "a name"
    case .number: "a number"
    case .text: "a text"
    case .leftParenthesis: "("
    case .rightParenthesis: ")"
    case .leftBracket: "["
    case .rightBracket: "]"
    case .leftBrace: "{"
    case .rightBrace: "}"
    case .plus: "+"
    case .minus: "-"
    case .star: "*"
    case .slash: "/"
    case .percent: "%"
    case .matrixProduct: "@"
    case .middleDot: "·"
    case .caret: "^"
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .equalEqual: "=="
    case .notEqual: "!="
    case .approximatelyEqual: "~="
    case .halfOpenRange: "..<"
    case .closedRange: "..."
    case .comma: ","
    case .equal: "="
    case .arrow: "->"
    case .dot: "."
    case .colon: ":"
    case .nabla: "∇"
    case .semicolon: ";"
    case .newline: "the end of the line"
    case .end: "the end of the text"
    case .invalid: "something that is no part of the language"
    }
  }
}

// MARK: - Operators

/// How tightly an operator binds, from loosest to tightest; section 4 of the reference.
enum Precedence: UInt8, Comparable {
  /// No operator: ends every expression.
  case none
  /// `if`, functions: what may stand where a whole expression is expected.
  case choice
  case or, and, not, comparison, range, sum, product, sign, power

  static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }
}

extension TokenKind {
  var precedence: Precedence {
    switch self {
    case .or: .or
    case .and: .and
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equalEqual, .notEqual,
      .approximatelyEqual:
      .comparison
    case .halfOpenRange, .closedRange: .range
    case .plus, .minus: .sum
    case .star, .slash, .percent, .matrixProduct, .middleDot: .product
    case .caret: .power
    default: .none
    }
  }

  /// The operator of a chain that the token stands for.
  var chainOperator: ChainOperator? {
    switch self {
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .percent: .remainder
    case .matrixProduct: .matrixProduct
    case .middleDot: .dot
    case .caret: .power
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .equalEqual: .equal
    case .notEqual: .notEqual
    case .approximatelyEqual: .approximatelyEqual
    case .and: .and
    case .or: .or
    default: nil
    }
  }
}
