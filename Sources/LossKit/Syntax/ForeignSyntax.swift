/// Operators of other languages and of mathematics that are no tokens of this one.
enum ForeignOperator: Sendable {
  case and, or, not, equal, notEqual, arrow, definition, compoundAssignment
  case absoluteValue, norm, factorial, prime, singleQuote, floorDivision, conditional, range
  case none

  /// What to write instead.
  var hint: String? {
    switch self {
    case .and: "write 'and'"
    case .or: "write 'or'"
    case .not: "write 'not'"
    case .equal: "write '=='"
    case .notEqual: "write '!='"
    case .arrow: "a function is written 'x -> e'"
    case .definition: "write '='; 'let' names a formula, 'param' and 'data' declare inputs"
    case .compoundAssignment: "write the whole: 'x = x + 1'"
    case .absoluteValue: "for the absolute value of x write 'abs(x)'"
    case .norm: "for the norm of x write 'norm(x)'"
    case .factorial: "for a factorial write 'exp(lgamma(x + 1))'; for 'not' write 'not x'"
    case .prime: "for a derivative write 'grad(f)' or '∇f', for a transpose 'M.T'"
    case .singleQuote: "a text stands in double quotes: \"…\""
    case .floorDivision: "write 'floor(a / b)'; a comment begins with '#'"
    case .conditional: "write 'if c then a else b'"
    case .range: "write 'a...b' with the end b, or 'a..<b' without it"
    case .none: nil
    }
  }
}

/// What to write for a word that other languages reserve and that stands where only a user of one
/// of them would put it; `nil` for any other name.
func hintForForeignWord(_ word: String) -> String? {
  switch word {
  case "def", "func", "function", "fn", "fun": "write 'let f(x) = e'"
  case "lambda": "write 'x -> e' or '(x, y) -> e'"
  case "var", "const", "val", "auto", "double", "float", "int", "set":
    "write 'let a = e' for a formula, 'param x = e' for an input"
  case "return": "the value of a block is its last expression: '{ let m = e; m }'"
  case "while", "do", "foreach": "write a comprehension: 'sum(e for i in 0..<n)'"
  case "elif", "elseif", "elsif": "write 'else if'"
  case "end", "endif", "fi", "begin": "an 'if' ends with its 'else' branch, a block is '{ … }'"
  case "is", "eq": "write '=='"
  case "ne", "isnt": "write '!='"
  case "mod", "rem": "write 'a % b'"
  case "div": "write 'floor(a / b)'"
  case "xor": "write 'a != b'"
  case "from", "include", "using", "require": "write 'import \"file.loss\"'"
  case "unless": "write 'if not c then a else b'"
  case "where": "write 'if' before a comprehension's condition, or the function where(mask, a, b)"
  default: nil
  }
}

/// What to write for a character that looks like, or stands for, something of the language.
func hintForCharacter(_ character: Unicode.Scalar) -> String? {
  switch character {
  case "−", "–", "—": "write '-'"
  case "÷", "∕": "write '/'"
  case "∗", "✕", "⨯": "write '*'"
  case "²": "write '^2'"
  case "³": "write '^3'"
  case "√": "write 'sqrt(x)'"
  case "∑": "write 'sum(e for i in 0..<n)'"
  case "∏": "write 'prod(e for i in 0..<n)'"
  case "∂": "write 'grad(e, x)'"
  case "…": "write '...'"
  case "→", "⇒", "↦": "write '->'"
  case "←", "≔": "write '='"
  case "∈": "write 'in'"
  case "∧": "write 'and'"
  case "∨": "write 'or'"
  case "¬": "write 'not'"
  case "≡": "write '=='"
  case "‖", "∥": "write 'norm(x)'"
  case "⌊", "⌋": "write 'floor(x)'"
  case "⌈", "⌉": "write 'ceil(x)'"
  case "½": "write '0.5'"
  case "“", "”", "„", "«", "»", "‘", "’": "a text stands in double quotes: \"…\""
  default: nil
  }
}
