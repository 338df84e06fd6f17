import Testing

@testable import LossKit

/// Each line is an expression and its tree.
@Suite struct ExpressionSyntaxTests {
  static let operators = [
    ("1 + 2 * 3", "(1.0 + (2.0 * 3.0))"),
    ("1 * 2 + 3", "((1.0 * 2.0) + 3.0)"),
    ("a - b + c - d", "(a - b + c - d)"),
    ("(a - b) - (c - d)", "((a - b) - (c - d))"),
    ("a * b / c % d @ e · f", "(a * b / c % d @ e · f)"),
    ("a × b ** c ≤ d", "((a * (b ^ c)) <= d)"),
    ("-2^2", "(sign 1 (2.0 ^ 2.0))"),
    ("(-2)^2", "((sign 1 2.0) ^ 2.0)"),
    ("2^-1", "(2.0 ^ (sign 1 1.0))"),
    ("2^-3^2", "(2.0 ^ (sign 1 (3.0 ^ 2.0)))"),
    ("a^b^c", "(a ^ b ^ c)"),
    ("-x * -y", "((sign 1 x) * (sign 1 y))"),
    ("a - -+-b", "(a - (sign 2 b))"),
    ("+x", "(sign 0 x)"),
    ("-f(x)[0].T", "(sign 1 (. (index (f x) 0.0) T))"),
    ("a or b and not c == d", "(a or (b and (not 1 (c == d))))"),
    ("not not a and b", "((not 2 a) and b)"),
    ("a and b or c and d", "((a and b) or (c and d))"),
    ("0 < x <= 1 ≠ y", "(0.0 < x <= 1.0 != y)"),
    ("a ~= b ≈ c", "(a ~= b ~= c)"),
    ("0..<n + 1", "(..< 0.0 (n + 1.0))"),
    ("-3...3", "(... (sign 1 3.0) 3.0)"),
    ("1...2 == 3", "((... 1.0 2.0) == 3.0)"),
    ("0..<.5", "(..< 0.0 0.5)"),
    ("1....5", "(... 1.0 0.5)"),
    ("2^n[0]!", "1:7: '!' is no part of the language"),
  ]

  static let choice = [
    ("if a then b else c", "(if a b c)"),
    ("if a then b else if c then d else e + 1", "(if a b c d (e + 1.0))"),
    ("if if a then b else c then d else e", "(if (if a b c) d e)"),
    ("(if a then b else c) + 1", "((if a b c) + 1.0)"),
    ("x -> x + 1", "(-> x (x + 1.0))"),
    ("(x, y) -> x * y", "(-> x y (x * y))"),
    ("(x) -> y -> x", "(-> x (-> y x))"),
    ("() -> 1", "(-> 1.0)"),
    ("x -> if x > 0 then x else 0", "(-> x (if (x > 0.0) x 0.0))"),
    ("if a then x -> x else y -> y", "(if a (-> x x) (-> y y))"),
    ("map(x -> x^2, v)", "(map (-> x (x ^ 2.0)) v)"),
    ("fold((a, b) -> a + b, 0, v)", "(fold (-> a b (a + b)) 0.0 v)"),
    ("(_, y) -> y", "(-> _ y y)"),
    ("e at (x = 1, s = [0, 0])", "(at e (= x 1.0) (= s (array 0.0 0.0)))"),
    ("a + b at (x = 1) at (y = 2)", "(at (at (a + b) (= x 1.0)) (= y 2.0))"),
    ("x -> y at (k = 1)", "(at (-> x y) (= k 1.0))"),
    ("if a then b else c at (k = 1)", "(at (if a b c) (= k 1.0))"),
    ("f(a at (x = 1), b)", "(f (at a (= x 1.0)) b)"),
  ]

  static let postfix = [
    ("f()", "(f)"),
    ("f(x, k = 2,)", "(f x (= k 2.0))"),
    ("f (x) (y)", "((f x) y)"),
    ("f(a = b = c)", "1:9: '=' does not compare"),
    ("smooth(hinge, k = 1, family = \"lse\")", "(smooth hinge (= k 1.0) (= family \"lse\"))"),
    ("np.maximum(x, 0)", "((. np maximum) x 0.0)"),
    ("s.max()", "((. s max))"),
    ("M.T", "(. M T)"),
    ("r.data", "(. r data)"),
    ("r[\"column name\"]", "(index r \"column name\")"),
    ("v[-1]", "(index v (sign 1 1.0))"),
    ("M[i, j]", "(index M i j)"),
    ("M[..., j]", "(index M (... _ _) j)"),
    ("M[j, ...]", "(index M j (... _ _))"),
    ("v[1..<3]", "(index v (..< 1.0 3.0))"),
    ("v[..<2]", "(index v (..< _ 2.0))"),
    ("v[...2]", "(index v (... _ 2.0))"),
    ("v[2...]", "(index v (... 2.0 _))"),
    ("v[2..., 1..<]", "(index v (... 2.0 _) (..< 1.0 _))"),
    ("v[a + 1...]", "(index v (... (a + 1.0) _))"),
    ("v[v > 0 and w < 1]", "(index v ((v > 0.0) and (w < 1.0)))"),
    ("v[[0, 2]]", "(index v (array 0.0 2.0))"),
    ("v[f(0..<2)]", "(index v (f (..< 0.0 2.0)))"),
    ("(a + b)(c)", "((a + b) c)"),
    ("grad(ce, (w, b))", "(grad ce (tuple w b))"),
    ("∇ce", "(grad ce)"),
    ("∇(a * b)", "(grad (a * b))"),
    ("∇f(x)", "((grad f) x)"),
    ("∇∇f(x) + 1", "(((grad (grad f)) x) + 1.0)"),
    ("-∇f^2", "(sign 1 ((grad f) ^ 2.0))"),
    ("2 * π + ∞", "((2.0 * pi) + inf)"),
  ]

  static let brackets = [
    ("((x))", "x"),
    ("[]", "(array)"),
    ("[1, 2,]", "(array 1.0 2.0)"),
    ("[[1, 2], [3, 4]]", "(array (array 1.0 2.0) (array 3.0 4.0))"),
    ("[e for j in r]", "(for e (in j r))"),
    ("[e for i, v in r, w in q if c and d]", "(for e (in i v r) (in w q) (if (c and d)))"),
    ("[0 for _ in 0..<3]", "(for 0.0 (in _ (..< 0.0 3.0)))"),
    ("[0 for i, _ in v]", "(for 0.0 (in i _ v))"),
    (
      "max(s[j] for j in 0..<len(s) if j != y) - s[y]",
      "((max (bare-for (index s j) (in j (..< 0.0 (len s))) (if (j != y)))) - (index s y))"
    ),
    (
      "lse(s[j] for j in 0..<n if j != y, k = 2)",
      "(lse (bare-for (index s j) (in j (..< 0.0 n)) (if (j != y))) (= k 2.0))"
    ),
    (
      "lse(s[j] for j in 0..<n, k = 2, axis = 0)",
      "(lse (bare-for (index s j) (in j (..< 0.0 n))) (= k 2.0) (= axis 0.0))"
    ),
    (
      "sum(e for i in 0..<n, j in 0..<m if i != j)",
      "(sum (bare-for e (in i (..< 0.0 n)) (in j (..< 0.0 m)) (if (i != j))))"
    ),
    ("sum(e for i, v in x, j, w in y)", "(sum (bare-for e (in i v x) (in j w y)))"),
    ("sum(f(x) at (k = i) for i in r)", "(sum (bare-for (at (f x) (= k i)) (in i r)))"),
    ("{ x }", "(block x)"),
    ("{ let m = e; let f(a) = a * m; f(2) }", "(block (let m e) (let (f a) (a * m)) (f 2.0))"),
    (
      "{ let m = e; assert m > 0, \"why\"; assert m ~= 1 within t\n m }",
      "(block (let m e) (assert (m > 0.0) \"why\" _) (assert (m ~= 1.0) _ t) m)"
    ),
    ("{ assert (c); x }", "(block (assert c _ _) x)"),
    ("{\n  let m = e\n\n  # why\n  m +\n    1\n}", "(block (let m e) (m + 1.0))"),
    ("f({\n  let m = [1,\n    2]\n  m\n}, 2)", "(f (block (let m (array 1.0 2.0)) m) 2.0)"),
    ("true and false", "(true and false)"),
    ("\"a\\n\\t\\\"\\\\\\u{3b1}b\"", "\"a\\n\\t\\\"\\\\αb\""),
    ("\"# no comment; → ü\"", "\"# no comment; → ü\""),
  ]

  @Test(arguments: operators + choice + postfix + brackets)
  func tree(_ text: String, _ expected: String) {
    #expect(SyntaxDump.text(of: text) == expected)
  }

  @Test func agreeingChainsAreMarked() {
    for (text, detail) in [("a + b + c", 1), ("a + b - c", 0), ("a < b < c", 1), ("a < b <= c", 0)]
    {
      let tree = parse(Source(text: text), symbols: SymbolTable()).tree
      #expect(
        tree.nodes.first { $0.kind == .sum || $0.kind == .comparison }?.detail == UInt8(detail))
    }
  }

  @Test func childrenStandBeforeParents() {
    let text = "let f(a, b = 2) = { let m = [a + b for i in 0..<3 if i > 1]; m.T at (x = -1) }"
    let tree = parse(Source(text: text), symbols: SymbolTable()).tree
    for (index, node) in tree.nodes.enumerated() {
      switch node.kind {
      case .sign, .not, .member, .show, .at, .comprehension: #expect(Int(node.a) < index)
      case .sum, .comparison: #expect(tree.list(at: node.a).first.map { Int($0) < index } == true)
      default: break
      }
    }
  }
}
