/// What can be wrong with a text before anything of it is evaluated.
enum SyntaxProblem: Problem {
  // MARK: Characters
  case textTooLong(limit: Int)
  case invalidUTF8
  case nulByte
  case unexpectedCharacter(Unicode.Scalar)
  case foreignOperator(String, ForeignOperator)

  // MARK: Literals
  case unterminatedText
  case invalidEscape(String)
  case pointWithoutDigit(String)
  case malformedNumber(String)
  case numberTooLarge(String)

  // MARK: Structure
  case expected(Expectation, found: String)
  /// An operator at the end of a line, with another statement below it.
  case missingOperand(String)
  /// Two operands without an operator between them; `hint` says what may stand there.
  case neighbours(String, String, hint: String)
  /// Two factors without an operator between them: `2x`, `2(x + 1)`.
  case productOfNeighbours(String, String)
  case foreignWord(String, hint: String)
  case unclosedBracket(String)
  /// A closing bracket of another kind than the open one.
  case mismatchedBracket(found: String, opening: String, closing: String, line: Int)
  case unopenedBracket(String)
  case nestedTooDeeply(limit: Int)
  case stackExhausted
  case needsBrackets(String)
  case reservedWord(String)
  case lastValueDefined
  case repeatedName(String)
  case arrowWithoutParameters

  // MARK: Expressions
  case missingThen
  case missingElse(found: String)
  case trailingCondition
  case equalSignInExpression
  case chainedRange
  case openRange
  case colonInIndex
  case semicolonInArray
  case emptyBrackets
  case toleranceAfterDraws
  case emptyIndex
  case tupleAsPattern
  case nablaOperand
  case parameterIsNoName
  case comprehensionIsNotAlone
  case positionalAfterNamed
  case secondFor
  case secondFilter
  case loop
  case membership

  // MARK: Blocks
  case emptyBlock
  case blockWithoutValue
  case valueInsideBlock
  case definitionInsideBlock

  // MARK: Statements
  case assignmentToCall(String)
  case assignmentToPart
  case assignmentToExpression
  case definitionWithDoubleEqual
  case intervalIsNoRange
  case severalDefinitions
  case tableTakesOneName
  case plotTakesTwoNames
  case assertTakesTwo
  case listAsStatement
  case unknownCommand(String)

  /// What the parser could go on with.
  enum Expectation: Sendable {
    case expression
    case endOfStatement
    case token(TokenKind)
    case commaOr(TokenKind)
    case name(of: Named)
    case replacements
    case libraryOrFile
    case fileName
    case wordOver
    case draws
    case methodOptions

    /// What a name would be for.
    enum Named: String, Sendable {
      case input = "an input"
      case formula = "a formula"
      case parameter = "a parameter"
      case field = "a field"
      case replacement = "what is replaced"
      case option = "an option"
      case element = "what 'for' goes over"
    }
  }

  var limit: Limits.Kind? {
    switch self {
    case .textTooLong: .source
    case .nestedTooDeeply, .stackExhausted: .nesting
    default: nil
    }
  }

  var message: String { words.message }
  var hint: String? { words.hint }

  /// The wording of every problem, in one place.
  private var words: (message: String, hint: String?) {
    switch self {
    case .textTooLong(let limit):
      ("the text is longer than \(limit) bytes, the most that are allowed", nil)
    case .invalidUTF8:
      ("this is not UTF-8", "save the text in the encoding UTF-8")
    case .nulByte:
      ("a NUL byte cannot stand here", nil)
    case .unexpectedCharacter(let character):
      ("\(described(character)) is no part of the language", hintForCharacter(character))
    case .foreignOperator(let spelling, let operation):
      (
        "\(spelling == "'" ? "\"'\"" : "'\(spelling)'") is no part of the language",
        operation.hint
      )

    case .unterminatedText:
      ("the text is not closed on its line", "close it with '\"'; a line break within is '\\n'")
    case .invalidEscape(let escape):
      ("'\(escape)' is no escape", "there are \\n, \\t, \\\", \\\\ and \\u{…} with a hex number")
    case .pointWithoutDigit(let digits):
      ("a point needs a digit after it", "write '\(digits).0' or '\(digits)'")
    case .malformedNumber(let number):
      ("'\(shortened(number))' is no number", "write 1_000, .5, 1e-3 or 0x1.8p+1")
    case .numberTooLarge(let number):
      (
        "\(shortened(number)) is beyond the largest number, 1.7976931348623157e+308",
        "write 'inf' for infinity"
      )

    case .expected(let expectation, let found):
      ("expected \(expectation.description), found \(found)", expectation.hint)
    case .missingOperand(let spelling):
      ("an expression is missing after '\(spelling)'", nil)
    case .neighbours(let left, let right, let hint):
      ("something is missing between \(left) and \(right)", hint)
    case .productOfNeighbours(let left, let right):
      ("a product needs its '*'", "write '\(left) * \(right)'")
    case .foreignWord(let word, let hint):
      ("'\(word)' is no part of the language", hint)
    case .unclosedBracket(let opening):
      ("'\(opening)' is not closed", nil)
    case .mismatchedBracket(let found, let opening, let closing, let line):
      (
        "'\(found)' cannot close '\(opening)'",
        "the '\(opening)' in line \(line) wants a '\(closing)'"
      )
    case .unopenedBracket(let closing):
      ("'\(closing)' closes nothing", nil)
    case .nestedTooDeeply(let limit):
      ("nested too deeply: the limit is \(limit) levels", "name parts of it with 'let'")
    case .stackExhausted:
      ("nested too deeply for the stack of this thread", "name parts of it with 'let'")
    case .needsBrackets(let construct):
      ("\(construct) as an operand needs brackets", "write '( … )' around it")
    case .reservedWord(let word):
      ("'\(word)' is a word of the language and cannot be a name", nil)
    case .lastValueDefined:
      ("'_' is the last value shown and cannot be defined", nil)
    case .repeatedName(let name):
      ("'\(name)' stands here twice", nil)
    case .arrowWithoutParameters:
      ("'->' needs a name, or names in brackets, before it", "write 'x -> e' or '(x, y) -> e'")

    case .missingThen:
      ("'if' needs 'then' after its condition", "write 'if c then a else b'")
    case .missingElse(let found):
      ("'if' needs both branches: expected 'else', found \(found)", "write 'if c then a else b'")
    case .trailingCondition:
      ("'if' stands before the values that it chooses from", "write 'if c then x else y'")
    case .equalSignInExpression:
      ("'=' does not compare", "write '=='")
    case .chainedRange:
      ("a range has two ends", nil)
    case .openRange:
      ("a range needs both ends here", "only an index may leave one out: 'v[2...]', 'v[..<2]'")
    case .colonInIndex:
      (
        "':' is no part of an index",
        "write 'v[1..<3]', 'v[2...]', 'v[..<2]', or 'M[..., j]' for all"
      )
    case .semicolonInArray:
      ("';' does not separate rows", "write '[[1, 2], [3, 4]]'")
    case .toleranceAfterDraws:
      ("'within' stands before 'over'", "write 'check c within 1e-6 over (…)'")
    case .emptyBrackets:
      ("there is nothing between the brackets", nil)
    case .emptyIndex:
      ("an index is missing", "write 'v[0]', 'v[1..<3]' or 'v[...]'")
    case .tupleAsPattern:
      ("the names of a 'for' stand without brackets", "write 'for i, v in x'")
    case .nablaOperand:
      ("'∇' applies to a name or a bracket", "write '∇f' or '∇(a * b)'")
    case .parameterIsNoName:
      ("a parameter is a name", "write 'x -> e' or '(x, y) -> e'")
    case .comprehensionIsNotAlone:
      (
        "a comprehension without brackets must be the only positional argument",
        "write '[e for i in r]'"
      )
    case .positionalAfterNamed:
      ("an argument without a name cannot follow one with a name", nil)
    case .secondFor:
      ("a comprehension has one 'for'", "write 'for i in a, j in b'")
    case .secondFilter:
      ("a comprehension has one 'if', at its end", "join conditions with 'and'")
    case .loop:
      (
        "'for' stands in comprehensions, 'table' and 'plot'",
        "write 'sum(e for i in 0..<n)' or '[e for i in 0..<n]'"
      )
    case .membership:
      (
        "'in' stands after 'for' and after a param's value",
        "to look for x in v write 'any(v == x)'"
      )

    case .emptyBlock:
      ("a block needs a value", "write '{ let m = e; m }'")
    case .blockWithoutValue:
      ("a block ends with its value, an expression", "write '{ let m = e; m }'")
    case .valueInsideBlock:
      ("only the last expression of a block is its value", "name this one with 'let'")
    case .definitionInsideBlock:
      ("inside a block names are made with 'let'", nil)

    case .assignmentToCall(let name):
      ("a function is defined with 'let'", "write 'let \(name)(…) = e'")
    case .assignmentToPart:
      ("a part of a value cannot be replaced", "give the whole a new value")
    case .assignmentToExpression:
      ("'=' needs a name on its left", "to compare write '=='")
    case .definitionWithDoubleEqual:
      ("'==' compares and defines nothing", "write '='")
    case .intervalIsNoRange:
      ("the interval of a param is a range", "write 'param p = 0.5 in 0...1'")
    case .severalDefinitions:
      ("'let' defines one name", "write a 'let' for each, on its own line or after ';'")
    case .tableTakesOneName:
      ("a table goes over one name", "write 'table e for k in r'")
    case .plotTakesTwoNames:
      ("a plot goes over one name or two", nil)
    case .assertTakesTwo:
      ("'assert' takes a condition and a message", "write 'assert c, \"why\"'")
    case .listAsStatement:
      ("a statement shows one value", "write 'print a, b' or '[a, b]'")
    case .unknownCommand(let command):
      (
        "':\(shortened(command))' is no command of a script",
        "':set OPTION VALUE' is the only one; others work at the prompt"
      )
    }
  }
}

extension SyntaxProblem.Expectation {
  fileprivate var description: String {
    switch self {
    case .expression: "an expression"
    case .endOfStatement: "the end of the statement"
    case .token(let kind): "'\(kind.spelling)'"
    case .commaOr(let kind): "',' or '\(kind.spelling)'"
    case .name(let named): "the name of \(named.rawValue)"
    case .replacements: "'(' and what to replace"
    case .draws: "'(' and what to draw"
    case .libraryOrFile: "a file's name in quotes or 'losses'"
    case .fileName: "a file's name in quotes"
    case .wordOver: "'over'"
    case .methodOptions: "'(' and the options"
    }
  }

  /// Whether an expression was complete, so that more of it may have been meant.
  var followsOperand: Bool {
    switch self {
    case .endOfStatement, .commaOr: true
    case .token(let kind): kind.isClosingBracket || kind == .then || kind == .else || kind == .for
    default: false
    }
  }

  fileprivate var hint: String? {
    switch self {
    case .replacements: "write 'e at (x = 1)'"
    case .draws: "write 'check c over (s = randn(5), k in 1...8)'"
    case .libraryOrFile: "write 'import \"file.loss\"'"
    case .fileName: "write 'to \"curve.svg\"'"
    case .wordOver: "write 'minimize e over w, v'"
    case .methodOptions: "write 'with (steps = 100)'"
    default: nil
    }
  }
}

/// A piece of the text as a message quotes it: long ones are cut.
func shortened(_ text: String) -> String {
  text.count <= 24 ? text : text.prefix(23) + "…"
}

/// A character by its looks, or by its number where it has none.
private func described(_ character: Unicode.Scalar) -> String {
  let number = String(character.value, radix: 16, uppercase: true)
  let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
  switch character.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .nonspacingMark, .enclosingMark,
    .spacingMark, .privateUse, .unassigned, .surrogate, .spaceSeparator:
    return "the character \(code)"
  default:
    return "'\(character)'"
  }
}
