import Testing

@testable import LossKit

/// Each line is a text and its errors: line, column, length, message and hint.
@Suite struct SyntaxErrorTests {
  /// Numbers and texts.
  static let literals = [
    ("1.", "1:1+2 a point needs a digit after it | write '1.0' or '1'"),
    ("1. + 2", "1:1+2 a point needs a digit after it | write '1.0' or '1'"),
    (
      "\"abc",
      "1:1+4 the text is not closed on its line | close it with '\"'; a line break within is '\\n'"
    ),
    (
      "\"a\\qb\"",
      "1:3+2 '\\q' is no escape | there are \\n, \\t, \\\", \\\\ and \\u{…} with a hex number"
    ),
    (
      "\"a\\u{110000}b\"",
      "1:3+10 '\\u{110000}' is no escape | there are \\n, \\t, \\\", \\\\ and \\u{…} with a hex number"
    ),
    (
      "1e999",
      "1:1+5 1e999 is beyond the largest number, 1.7976931348623157e+308 | write 'inf' for infinity"
    ),
    ("1_", "1:1+2 '1_' is no number | write 1_000, .5, 1e-3 or 0x1.8p+1"),
    ("1__0", "1:1+4 '1__0' is no number | write 1_000, .5, 1e-3 or 0x1.8p+1"),
    ("0x", "1:1+2 '0x' is no number | write 1_000, .5, 1e-3 or 0x1.8p+1"),
    ("0x1p", "1:1+4 '0x1p' is no number | write 1_000, .5, 1e-3 or 0x1.8p+1"),
    ("1__000.5", "1:1+6 '1__000' is no number | write 1_000, .5, 1e-3 or 0x1.8p+1"),
    ("1_000_.5", "1:1+6 '1_000_' is no number | write 1_000, .5, 1e-3 or 0x1.8p+1"),
  ]

  /// Brackets, operands, functions, comprehensions, blocks.
  static let expressions = [
    ("x ** 2 **= 3", "1:10+1 expected an expression, found '='"),
    ("v[]", "1:2+2 an index is missing | write 'v[0]', 'v[1..<3]' or 'v[...]'"),
    ("f(x", "1:2+1 '(' is not closed"),
    ("f(x]", "1:4+1 ']' cannot close '(' | the '(' in line 1 wants a ')'"),
    ("x)", "1:2+1 ')' closes nothing"),
    ("1 + if c then 1 else 2", "1:5+2 'if' as an operand needs brackets | write '( … )' around it"),
    ("2 * x -> x", "1:5+1 a function as an operand needs brackets | write '( … )' around it"),
    ("a == not b", "1:6+3 'not' as an operand needs brackets | write '( … )' around it"),
    ("not if a then b else c", "1:5+2 'if' as an operand needs brackets | write '( … )' around it"),
    ("(x, 1) -> x", "1:5+1 a parameter is a name | write 'x -> e' or '(x, y) -> e'"),
    ("(x, x) -> x", "1:5+1 'x' stands here twice"),
    ("1...2...3", "1:6+3 a range has two ends"),
    ("2...", "1:5+0 expected an expression, found the end of the text"),
    (
      "...2",
      "1:1+3 a range needs both ends here | only an index may leave one out: 'v[2...]', 'v[..<2]'"
    ),
    ("f(2...)", "1:7+1 expected an expression, found ')'"),
    ("v[..<]", "1:6+1 expected an expression, found ']'"),
    (
      "if c then a",
      "1:12+0 'if' needs both branches: expected 'else', found the end of the text | write 'if c then a else b'"
    ),
    ("if c: a", "1:5+1 'if' needs 'then' after its condition | write 'if c then a else b'"),
    (
      "if c then a; b",
      "1:12+1 'if' needs both branches: expected 'else', found ';' | write 'if c then a else b'"
    ),
    ("if c a else b", "1:6+1 'if' needs 'then' after its condition | write 'if c then a else b'"),
    ("{ }", "1:1+3 a block needs a value | write '{ let m = e; m }'"),
    (
      "{ let a = 1 }",
      "1:13+1 a block ends with its value, an expression | write '{ let m = e; m }'"
    ),
    ("e at x = 1", "1:6+1 expected '(' and what to replace, found 'x' | write 'e at (x = 1)'"),
    ("e at ()", "1:6+2 there is nothing between the brackets"),
    (
      "sum(i for i in r for j in q)",
      "1:18+3 a comprehension has one 'for' | write 'for i in a, j in b'"
    ),
    (
      "sum(i for i in r if a if b)",
      "1:23+2 a comprehension has one 'if', at its end | join conditions with 'and'"
    ),
    (
      "sum(1, i for i in r)",
      "1:10+3 a comprehension without brackets must be the only positional argument | write '[e for i in r]'"
    ),
    (
      "sum(i for i in r, 2)",
      "1:17+1 a comprehension without brackets must be the only positional argument | write '[e for i in r]'"
    ),
    (
      "sum(i for (i, v) in r)",
      "1:11+1 the names of a 'for' stand without brackets | write 'for i, v in x'"
    ),
    ("f(k = 1, 2)", "1:10+1 an argument without a name cannot follow one with a name"),
    ("f(k = 1, k = 2)", "1:10+1 'k' stands here twice"),
    ("f(let)", "1:3+3 expected an expression, found 'let'"),
    ("∇2", "1:2+1 '∇' applies to a name or a bracket | write '∇f' or '∇(a * b)'"),
    ("∇", "1:2+0 expected an expression, found the end of the text"),
    ("()", "1:1+2 there is nothing between the brackets"),
    ("x.", "1:3+0 expected the name of a field, found the end of the text"),
    ("then", "1:1+4 expected an expression, found 'then'"),
    (",", "1:1+1 expected an expression, found ','"),
    ("a,", "1:2+1 a statement shows one value | write 'print a, b' or '[a, b]'"),
    (
      "assert(a, b, c)",
      "1:14+1 'assert' takes a condition and a message | write 'assert c, \"why\"'"
    ),
    (".x", "1:1+1 expected an expression, found '.'"),
    ("x -> y -> ", "1:11+0 expected an expression, found the end of the text"),
    ("sum(i for i r)", "1:13+1 expected 'in', found 'r'"),
    ("sum(i for i in r,", "1:4+1 '(' is not closed"),
    ("sum(i for i in r,)", "1:18+1 expected the name of what 'for' goes over, found ')'"),
    ("[i for i in r,]", "1:15+1 expected the name of what 'for' goes over, found ']'"),
    (
      "[i for i in r for j in q]",
      "1:15+3 a comprehension has one 'for' | write 'for i in a, j in b'"
    ),
    (
      "[1, i for i in r]",
      "1:7+3 a comprehension without brackets must be the only positional argument | write '[e for i in r]'"
    ),
    ("a +", "1:4+0 expected an expression, found the end of the text"),
    ("x = 1, y", "1:9+0 expected '=', found the end of the text"),
    ("x = 1, y + 2", "1:10+1 expected '=', found '+'"),
    ("x = 1, y + 2 = 3", "1:10+1 expected '=', found '+'"),
    ("x.(y)", "1:3+1 expected the name of a field, found '('"),
    ("e at (let = 1)", "1:7+3 'let' is a word of the language and cannot be a name"),
    ("e at (x == 1)", "1:9+2 '==' compares and defines nothing | write '='"),
    ("∇ ", "1:3+0 expected an expression, found the end of the text"),
    ("∇[1]", "1:2+1 '∇' applies to a name or a bracket | write '∇f' or '∇(a * b)'"),
    ("x++", "1:4+0 expected an expression, found the end of the text"),
    ("x -> (", "1:6+1 '(' is not closed"),
    ("f(x -> )", "1:8+1 expected an expression, found ')'"),
    ("(a, ) -> b", "1:5+1 expected an expression, found ')'"),
    ("(a.b) -> c", "1:2+3 a parameter is a name | write 'x -> e' or '(x, y) -> e'"),
    ("é = = 2", "1:5+1 expected an expression, found '='"),
    ("x == ", "1:6+0 expected an expression, found the end of the text"),
    ("not", "1:4+0 expected an expression, found the end of the text"),
    ("a and", "1:6+0 expected an expression, found the end of the text"),
    ("a or or b", "1:6+2 expected an expression, found 'or'"),
    ("- ", "1:3+0 expected an expression, found the end of the text"),
    ("2^", "1:3+0 expected an expression, found the end of the text"),
    ("2^^3", "1:3+1 expected an expression, found '^'"),
    ("a * / b", "1:5+1 expected an expression, found '/'"),
  ]

  /// Statements.
  static let statements = [
    ("let a == 3", "1:7+2 '==' compares and defines nothing | write '='"),
    ("param x == 3", "1:9+2 '==' compares and defines nothing | write '='"),
    ("let in = 3", "1:5+2 'in' is a word of the language and cannot be a name"),
    ("param at = 2", "1:7+2 'at' is a word of the language and cannot be a name"),
    ("data = 3", "1:1+4 'data' is a word of the language and cannot be a name"),
    ("let = 2", "1:1+3 'let' is a word of the language and cannot be a name"),
    ("let _ = 2", "1:5+1 '_' is the last value shown and cannot be defined"),
    ("f(x) = x^2", "1:6+1 a function is defined with 'let' | write 'let f(…) = e'"),
    ("s[0] = 1", "1:1+4 a part of a value cannot be replaced | give the whole a new value"),
    ("r.x = 2", "1:1+3 a part of a value cannot be replaced | give the whole a new value"),
    ("a + b = 3", "1:7+1 '=' needs a name on its left | to compare write '=='"),
    ("a < b = 3", "1:7+1 '=' needs a name on its left | to compare write '=='"),
    ("let f(a, a) = a", "1:10+1 'a' stands here twice"),
    (
      "{ a; b }",
      "1:3+1 only the last expression of a block is its value | name this one with 'let'"
    ),
    ("{ x = 1; x }", "1:3+1 inside a block names are made with 'let'"),
    ("{ param x = 1; x }", "1:3+5 inside a block names are made with 'let'"),
    (
      "let a = 1, b = 2",
      "1:10+1 'let' defines one name | write a 'let' for each, on its own line or after ';'"
    ),
    (
      "param p = 0.5 in 3",
      "1:18+1 the interval of a param is a range | write 'param p = 0.5 in 0...1'"
    ),
    ("param p", "1:8+0 expected '=', found the end of the text"),
    ("param 3 = 2", "1:7+1 expected the name of an input, found '3'"),
    (
      "table a for i in r, j in q", "1:1+26 a table goes over one name | write 'table e for k in r'"
    ),
    ("table a", "1:8+0 expected 'for', found the end of the text"),
    ("plot a for x in 0...1, y in 0...1, z in 0...1", "1:1+45 a plot goes over one name or two"),
    (
      "plot a for x in 0...1 to curve",
      "1:26+5 expected a file's name in quotes, found 'curve' | write 'to \"curve.svg\"'"
    ),
    (
      "minimize e",
      "1:11+0 expected 'over', found the end of the text | write 'minimize e over w, v'"
    ),
    ("minimize e over", "1:16+0 expected the name of an input, found the end of the text"),
    (
      "minimize e over w with steps = 3",
      "1:24+5 expected '(' and the options, found 'steps' | write 'with (steps = 100)'"
    ),
    (
      "import 3",
      "1:8+1 expected a file's name in quotes or 'losses', found '3' | write 'import \"file.loss\"'"
    ),
    (
      ":help x",
      "1:1+5 ':help' is no command of a script | ':set OPTION VALUE' is the only one; others work at the prompt"
    ),
    (
      "check a over",
      "1:13+0 expected '(' and what to draw, found the end of the text | write 'check c over (s = randn(5), k in 1...8)'"
    ),
    ("check a over (x)", "1:16+1 expected '=', found ')'"),
    ("check a over (x = 1, x = 2)", "1:22+1 'x' stands here twice"),
    ("check a within", "1:15+0 expected an expression, found the end of the text"),
    ("{ assert }", "1:10+1 expected an expression, found '}'"),
    ("{ assert c, \"a\", 1; x }", "1:16+1 expected the end of the statement, found ','"),
    (
      "{ x; assert c }",
      "1:3+1 only the last expression of a block is its value | name this one with 'let'"
    ),
    ("assert a within", "1:16+0 expected an expression, found the end of the text"),
    ("print", "1:6+0 expected an expression, found the end of the text"),
    ("print 1,", "1:9+0 expected an expression, found the end of the text"),
    ("param p 3", "1:9+1 expected '=', found '3'"),
    ("let f(a) a", "1:10+1 expected '=', found 'a'"),
    ("let f(2) = a", "1:7+1 expected the name of a parameter, found '2'"),
    ("_ = 3", "1:1+1 '_' is the last value shown and cannot be defined"),
    (
      "import",
      "1:7+0 expected a file's name in quotes or 'losses', found the end of the text | write 'import \"file.loss\"'"
    ),
    (
      ":",
      "1:1+1 ':' is no command of a script | ':set OPTION VALUE' is the only one; others work at the prompt"
    ),
    (
      ":help",
      "1:1+5 ':help' is no command of a script | ':set OPTION VALUE' is the only one; others work at the prompt"
    ),
    (
      ":quit now",
      "1:1+5 ':quit' is no command of a script | ':set OPTION VALUE' is the only one; others work at the prompt"
    ),
    ("let f(x = ) = 2", "1:11+1 expected an expression, found ')'"),
    (
      "minimize e over w with",
      "1:23+0 expected '(' and the options, found the end of the text | write 'with (steps = 100)'"
    ),
    ("minimize e over w, w", "1:20+1 'w' stands here twice"),
    ("minimize e over w with (rate)", "1:29+1 expected '=', found ')'"),
    ("plot a", "1:7+0 expected 'for', found the end of the text"),
    ("plot a for x", "1:13+0 expected 'in', found the end of the text"),
    (
      "plot a for x in 0...1 to",
      "1:25+0 expected a file's name in quotes, found the end of the text | write 'to \"curve.svg\"'"
    ),
  ]

  /// Several lines: what an error leaves alone.
  static let recovery = [
    (
      "let a = (1 + \nlet b = 2)\nx y\n",
      "1:9+1 '(' is not closed\n2:10+1 ')' closes nothing\n3:3+1 something is missing between 'x' and 'y' | for a product write '*'"
    ),
    (
      "f(\n  x,\n  y z\n)\nok\n)",
      "3:5+1 something is missing between 'y' and 'z' | separate values with ',', write a product with '*'\n6:1+1 ')' closes nothing"
    ),
    ("{\n let a = 1\n a\n", "1:1+1 '{' is not closed"),
    ("(a + \n\n", "1:1+1 '(' is not closed"),
    ("let a = 1 +\nlet b = 2", "1:11+1 an expression is missing after '+'"),
    ("let a = {\n let b = 1\n b + \n param c = 2", "1:9+1 '{' is not closed"),
    (
      "if a then b\nc",
      "1:12+0 'if' needs both branches: expected 'else', found the end of the line | write 'if c then a else b'"
    ),
    ("if c then\nlet a = 1", "1:6+4 an expression is missing after 'then'"),
  ]

  @Test(arguments: literals + expressions + statements + recovery)
  func errors(_ text: String, _ expected: String) {
    #expect(shownErrors(of: text) == expected)
  }

  @Test func invalidBytesHaveAPlace() {
    func problems(_ bytes: [UInt8]) -> [String] {
      parse(Source(name: nil, bytes: bytes), symbols: SymbolTable()).errors.map {
        "\($0.line):\($0.column)+\($0.length) \($0.message)"
      }
    }
    #expect(problems(Array("a\nb + ".utf8) + [0xFF]) == ["2:5+1 this is not UTF-8"])
    #expect(problems(Array("a + ".utf8) + [0]) == ["1:5+1 a NUL byte cannot stand here"])
    #expect(problems(Array("\"ab".utf8) + [0xC3, 0x22]) == ["1:4+1 this is not UTF-8"])
    #expect(problems(Array("\"a".utf8) + [0, 0x22]) == ["1:3+1 a NUL byte cannot stand here"])
    // An overlong form and a surrogate.
    #expect(problems([0xC0, 0x80]) == ["1:1+1 this is not UTF-8"])
    #expect(problems([0xED, 0xA0, 0x80]) == ["1:1+1 this is not UTF-8"])
  }

  @Test func everyReservedWordIsRefusedAsAName() {
    for word in TokenKind.allCases.prefix(TokenKind.reservedWordCount).map(\.spelling) {
      let message = "'\(word)' is a word of the language and cannot be a name"
      for text in ["let \(word) = 1", "param \(word) = 1", "let f(\(word)) = 1"] {
        #expect(Syntax.check(text).map(\.message) == [message])
      }
    }
  }

  @Test func oneErrorAStatementAndTwentyAtMost() {
    #expect(Syntax.check("x y z ) ] ' && 2x").count == 1)
    #expect(Syntax.check("x y; 2x; z").count == 2)
    #expect(Syntax.check(String(repeating: "x y\n", count: 100)).count == 20)
  }

  @Test func aStatementWithAnErrorIsInvalidAndTheOthersStay() {
    let result = parse(Source(text: "a\nlet b = (1 +\nlet c = 2\nd"), symbols: SymbolTable())
    #expect(
      result.tree.statements.map { result.tree[$0].kind } == [.show, .invalid, .formula, .show])
  }
}

/// The errors of a text, one a line: line, column, length, message and hint.
func shownErrors(of text: String) -> String {
  Syntax.check(text).map { error in
    "\(error.line):\(error.column)+\(error.length) \(error.message)"
      + (error.hint.map { " | \($0)" } ?? "")
  }.joined(separator: "\n")
}
