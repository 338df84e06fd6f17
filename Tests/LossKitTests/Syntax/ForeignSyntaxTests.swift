import Testing

@testable import LossKit

/// Each line is a text and its error: line, column, length, message and hint.
@Suite struct ForeignSyntaxTests {
  /// What people bring from other languages and from mathematics.
  static let foreign = [
    ("a && b", "1:3+2 '&&' is no part of the language | write 'and'"),
    ("a || b", "1:3+2 '||' is no part of the language | write 'or'"),
    ("a & b", "1:3+1 '&' is no part of the language | write 'and'"),
    ("!x", "1:1+1 '!' is no part of the language | write 'not'"),
    ("if x = 1 then 2 else 3", "1:6+1 '=' does not compare | write '=='"),
    ("check a = b", "1:9+1 '=' does not compare | write '=='"),
    ("|x|", "1:1+1 '|' is no part of the language | for the absolute value of x write 'abs(x)'"),
    ("2x", "1:1+2 a product needs its '*' | write '2 * x'"),
    ("2(x + 1)", "1:1+2 a product needs its '*' | write '2 * (…)'"),
    ("2 x", "1:3+1 something is missing between '2' and 'x' | for a product write '*'"),
    ("x y", "1:3+1 something is missing between 'x' and 'y' | for a product write '*'"),
    (
      "x'",
      "1:2+1 \"'\" is no part of the language | for a derivative write 'grad(f)' or '∇f', for a transpose 'M.T'"
    ),
    ("'abc'", "1:1+1 \"'\" is no part of the language | a text stands in double quotes: \"…\""),
    ("x += 1", "1:3+2 '+=' is no part of the language | write the whole: 'x = x + 1'"),
    (
      "x := 3",
      "1:3+2 ':=' is no part of the language | write '='; 'let' names a formula, 'param' and 'data' declare inputs"
    ),
    (
      "let x := 3",
      "1:7+2 ':=' is no part of the language | write '='; 'let' names a formula, 'param' and 'data' declare inputs"
    ),
    ("def f(x): return x", "1:1+3 'def' is no part of the language | write 'let f(x) = e'"),
    ("lambda x: x", "1:1+6 'lambda' is no part of the language | write 'x -> e' or '(x, y) -> e'"),
    (
      "x if c else y",
      "1:3+2 'if' stands before the values that it chooses from | write 'if c then x else y'"
    ),
    ("[1, 2; 3, 4]", "1:6+1 ';' does not separate rows | write '[[1, 2], [3, 4]]'"),
    (
      "[1 2]",
      "1:4+1 something is missing between '1' and '2' | separate values with ',', write a product with '*'"
    ),
    (
      "v[1:3]",
      "1:4+1 ':' is no part of an index | write 'v[1..<3]', 'v[2...]', 'v[..<2]', or 'M[..., j]' for all"
    ),
    (
      "M[:, j]",
      "1:3+1 ':' is no part of an index | write 'v[1..<3]', 'v[2...]', 'v[..<2]', or 'M[..., j]' for all"
    ),
    (
      "1..5",
      "1:2+2 '..' is no part of the language | write 'a...b' with the end b, or 'a..<b' without it"
    ),
    ("1e", "1:1+2 a product needs its '*' | write '1 * e'"),
    ("2e", "1:1+2 a product needs its '*' | write '2 * e'"),
    ("x²", "1:2+1 '²' is no part of the language | write '^2'"),
    ("√x", "1:1+1 '√' is no part of the language | write 'sqrt(x)'"),
    ("a − b", "1:3+1 '−' is no part of the language | write '-'"),
    ("a → b", "1:3+1 '→' is no part of the language | write '->'"),
    ("“abc”", "1:1+1 '“' is no part of the language | a text stands in double quotes: \"…\""),
    (
      "-> x",
      "1:1+2 '->' needs a name, or names in brackets, before it | write 'x -> e' or '(x, y) -> e'"
    ),
    ("x.5", "1:2+2 something is missing between 'x' and '.5' | for a product write '*'"),
    ("1.5.2", "1:4+2 something is missing between '1.5' and '.2' | for a product write '*'"),
    ("a $ b", "1:3+1 '$' is no part of the language"),
    ("a ? b : c", "1:3+1 '?' is no part of the language | write 'if c then a else b'"),
    (
      "a // b",
      "1:3+2 '//' is no part of the language | write 'floor(a / b)'; a comment begins with '#'"
    ),
    ("a <> b", "1:3+2 '<>' is no part of the language | write '!='"),
    ("a => b", "1:3+2 '=>' is no part of the language | a function is written 'x -> e'"),
    ("a === b", "1:3+3 '===' is no part of the language | write '=='"),
    (
      "n!",
      "1:2+1 '!' is no part of the language | for a factorial write 'exp(lgamma(x + 1))'; for 'not' write 'not x'"
    ),
    (
      "return x",
      "1:1+6 'return' is no part of the language | the value of a block is its last expression: '{ let m = e; m }'"
    ),
    (
      "while x",
      "1:1+5 'while' is no part of the language | write a comprehension: 'sum(e for i in 0..<n)'"
    ),
    (
      "x in v",
      "1:3+2 'in' stands after 'for' and after a param's value | to look for x in v write 'any(v == x)'"
    ),
    (
      "for i in r",
      "1:1+3 'for' stands in comprehensions, 'table' and 'plot' | write 'sum(e for i in 0..<n)' or '[e for i in 0..<n]'"
    ),
    ("a; b c; d", "1:6+1 something is missing between 'b' and 'c' | for a product write '*'"),
    ("日本 語", "1:4+1 something is missing between '日本' and '語' | for a product write '*'"),
    (
      "f(a b)",
      "1:5+1 something is missing between 'a' and 'b' | separate values with ',', write a product with '*'"
    ),
    (
      "for i r",
      "1:1+3 'for' stands in comprehensions, 'table' and 'plot' | write 'sum(e for i in 0..<n)' or '[e for i in 0..<n]'"
    ),
    ("table a b", "1:9+1 something is missing between 'a' and 'b' | for a product write '*'"),
    (
      "v[1, ]..2",
      "1:7+2 '..' is no part of the language | write 'a...b' with the end b, or 'a..<b' without it"
    ),
    (
      "v[:]",
      "1:3+1 ':' is no part of an index | write 'v[1..<3]', 'v[2...]', 'v[..<2]', or 'M[..., j]' for all"
    ),
    (
      "v[1 2]",
      "1:5+1 something is missing between '1' and '2' | separate values with ',', write a product with '*'"
    ),
    (
      "print \"a\" \"b\"",
      "1:11+3 something is missing between '\"a\"' and '\"b\"' | separate values with ','"
    ),
    (
      "assert a \"why\"",
      "1:10+5 something is missing between 'a' and '\"why\"' | separate values with ','"
    ),
    (
      "import \"a\" \"b\"",
      "1:12+3 something is missing between '\"a\"' and '\"b\"' | separate values with ','"
    ),
    (
      "12345678901234567890123456789012345q",
      "1:1+36 a product needs its '*' | write '12345678901234567890123456789012345 * q'"
    ),
    ("a \\ b", "1:3+1 '\\' is no part of the language"),
    ("`a`", "1:1+1 '`' is no part of the language"),
    ("a ~ b", "1:3+1 '~' is no part of the language | write 'not'"),
    ("~a", "1:1+1 '~' is no part of the language | write 'not'"),
    ("++x y", "1:5+1 something is missing between 'x' and 'y' | for a product write '*'"),
    (
      "a .. b",
      "1:3+2 '..' is no part of the language | write 'a...b' with the end b, or 'a..<b' without it"
    ),
    ("x is 3", "1:3+2 'is' is no part of the language | write '=='"),
    ("x mod 2", "1:3+3 'mod' is no part of the language | write 'a % b'"),
    ("x xor y", "1:3+3 'xor' is no part of the language | write 'a != b'"),
    ("unless x", "1:1+6 'unless' is no part of the language | write 'if not c then a else b'"),
    (
      "where x",
      "1:1+5 'where' is no part of the language | write 'if' before a comprehension's condition, or the function where(mask, a, b)"
    ),
    ("from a", "1:1+4 'from' is no part of the language | write 'import \"file.loss\"'"),
    (
      "end if",
      "1:5+2 'if' stands before the values that it chooses from | write 'if c then x else y'"
    ),
    ("a ∈ b", "1:3+1 '∈' is no part of the language | write 'in'"),
    ("a ∧ b", "1:3+1 '∧' is no part of the language | write 'and'"),
    ("½", "1:1+1 '½' is no part of the language | write '0.5'"),
    ("a\u{200B}b", "1:2+1 the character U+200B is no part of the language"),
    ("\"日本\" x", "1:6+1 something is missing between '\"日本\"' and 'x' | separate values with ','"),
    ("😀", "1:1+1 '😀' is no part of the language"),
    (
      "plot for x in r",
      "1:6+3 'for' stands in comprehensions, 'table' and 'plot' | write 'sum(e for i in 0..<n)' or '[e for i in 0..<n]'"
    ),
  ]

  @Test(arguments: foreign)
  func errors(_ text: String, _ expected: String) {
    #expect(shownErrors(of: text) == expected)
  }
}
