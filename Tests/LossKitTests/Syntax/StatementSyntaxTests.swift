import Testing

@testable import LossKit

/// Each line is a text and the trees of its statements, one a line.
@Suite struct StatementSyntaxTests {
  static let inputs = [
    ("param x = 1", "(param x 1.0 _)"),
    ("param a = 1, b = 2", "(param a 1.0 _)\n(param b 2.0 _)"),
    ("param p = 0.5 in 0...1", "(param p 0.5 (... 0.0 1.0))"),
    (
      "param p = 0.5 in -1 / 2...inf, q = 3 in 1..<8",
      "(param p 0.5 (... ((sign 1 1.0) / 2.0) inf))\n(param q 3.0 (..< 1.0 8.0))"
    ),
    ("data y = 0, t = csv(\"d.csv\")", "(data y 0.0)\n(data t (csv \"d.csv\"))"),
    ("x = e", "(= x e)"),
    ("x = e, y = 2 * f", "(= x e)\n(= y (2.0 * f))"),
    ("x == e", "(x == e)"),
  ]

  static let formulas = [
    ("let a = e", "(let a e)"),
    ("let f(a, b = 2) = a + b", "(let (f a (b 2.0)) (a + b))"),
    ("let f() = 1", "(let (f) 1.0)"),
    ("let f(x) = y -> x", "(let (f x) (-> y x))"),
    ("let π₂ = 2", "(let π₂ 2.0)"),
    ("## The margin.\n##   indented\nlet m = e", "(let m e \"The margin.\\n  indented\")"),
    ("## no\n\n## yes\r\nlet m = e", "(let m e \"yes\")"),
    ("## no\n# plain\nlet m = e", "(let m e)"),
    ("## no\n\nlet m = e", "(let m e)"),
    ("### rule\nlet m = e", "(let m e)"),
    ("a ## no\nlet m = e", "a\n(let m e)"),
    ("  ## yes\n\t##\n  let f(x) = x", "(let (f x) x \"yes\\n\")"),
  ]

  static let actions = [
    ("print e, \"text\", 3", "(print e \"text\" 3.0)"),
    ("print(\"a\", x)", "(print \"a\" x)"),
    ("print (a, b), c", "(print (tuple a b) c)"),
    ("assert c", "(assert c _ _)"),
    ("assert c, \"why\"", "(assert c \"why\" _)"),
    ("assert(c, \"why\")", "(assert c \"why\" _)"),
    ("assert a ~= b within 1e-6", "(assert (a ~= b) _ 1e-06)"),
    ("assert a ~= b within 1e-6, \"why\"", "(assert (a ~= b) \"why\" 1e-06)"),
    ("check a == b within 1e-6", "(check (a == b) (within 1e-06))"),
    (
      "check a == b within t over (s = 1)", "(check (a == b) (within t) (= s 1.0))"
    ),
    ("check ce == lse(s) - s[y]", "(check (ce == ((lse s) - (index s y))))"),
    (
      "check c over (s = randn(5), k in 1...8)",
      "(check c (= s (randn 5.0)) (in k (... 1.0 8.0)))"
    ),
    ("import \"file.loss\"", "(import \"file.loss\")"),
    ("import losses", "(import losses)"),
    ("table L(k), k for k in [1, 2]", "(table (L k) k (in k (array 1.0 2.0)))"),
    ("plot max(x, 0), g for x in -3...3", "(plot (max x 0.0) g (in x (... (sign 1 3.0) 3.0)))"),
    (
      "plot e for x in 0...1, y in 0...2 to \"c.svg\"",
      "(plot e (in x (... 0.0 1.0)) (in y (... 0.0 2.0)) (to \"c.svg\"))"
    ),
    ("minimize ce over W", "(minimize ce (W))"),
    (
      "minimize ce over w, v with (method = \"lbfgs\", steps = 100)",
      "(minimize ce (w v) (= method \"lbfgs\") (= steps 100.0))"
    ),
    (":set digits 5", "(set \"digits\" \"5\")"),
    (":set digits 5 # five; x\nx", "(set \"digits\" \"5\")\nx"),
    (":set elide none; x", "(set \"elide\" \"none\")\nx"),
    ("over + to + with + within", "(over + to + with + within)"),
  ]

  static let lines = [
    ("", ""),
    ("\n\n # only a comment", ""),
    ("#!/usr/bin/env loss\nx", "x"),
    ("\u{FEFF}x\r\ny\r\n", "x\ny"),
    ("a;b;;c;", "a\nb\nc"),
    ("a\nb", "a\nb"),
    ("a +\n  b", "(a + b)"),
    ("a\n+ b", "a\n(sign 0 b)"),
    ("(a\n+ b)", "(a + b)"),
    ("[a,\n\n# why\n b\n]", "(array a b)"),
    ("f(\n  x,\n  k = 2\n)", "(f x (= k 2.0))"),
    ("let a =\n\n  # why\n  1", "(let a 1.0)"),
    ("let f(x) = y ->\n  y", "(let (f x) (-> y y))"),
    ("if c then\n a\nelse\n b", "(if c a b)"),
    ("if c\n  then a\n  # why\n\n  else b", "(if c a b)"),
    ("ce\n  at (x = 1)\nd", "(at ce (= x 1.0))\nd"),
    ("a\nattack\nthen_ * elsewhere", "a\nattack\n(then_ * elsewhere)"),
    ("{\n  let m = (a\n    + b)\n  m\n}", "(block (let m (a + b)) m)"),
    ("({\n let a = 1\n a\n}\n+ 2)", "((block (let a 1.0) a) + 2.0)"),
    ("a # b\n# \u{0}\nc", "a\nc"),
    ("a\u{A0}+\u{3000}b", "(a + b)"),
  ]

  @Test(arguments: inputs + formulas + actions + lines)
  func tree(_ text: String, _ expected: String) {
    #expect(SyntaxDump.text(of: text) == expected)
  }

  @Test func commentsMayHoldAnyBytes() {
    let source = Source(name: nil, bytes: Array("a # ".utf8) + [0xFF, 0, 0xC0] + Array("\nb".utf8))
    let result = parse(source, symbols: SymbolTable())
    #expect(result.errors.isEmpty)
    #expect(result.tree.statements.count == 2)
  }

  @Test func nodesKnowTheirPlaces() {
    let text = "let f(a) = (a + b) * c[1]\nf(2) at (b = -1)  # end\nparam p = 1, q = 2 in 0...3"
    let tree = parse(Source(text: text), symbols: SymbolTable()).tree
    let statements = tree.statements.map { tree.text(of: $0) }
    #expect(
      statements == [
        "let f(a) = (a + b) * c[1]", "f(2) at (b = -1)", "param p = 1", "q = 2 in 0...3",
      ])
    func texts(of kind: Node.Kind) -> [String] {
      tree.nodes.indices.filter { tree.nodes[$0].kind == kind }
        .map { tree.text(of: NodeID(index: UInt32($0))) }
    }
    #expect(texts(of: .product) == ["(a + b) * c[1]"])
    #expect(texts(of: .sum) == ["a + b"])
    #expect(texts(of: .index) == ["c[1]"])
    #expect(texts(of: .call) == ["f(2)"])
    #expect(texts(of: .at) == ["f(2) at (b = -1)"])
    #expect(texts(of: .sign) == ["-1"])
    #expect(texts(of: .range) == ["0...3"])
    let product = tree.nodes.first { $0.kind == .product }
    let place = product.map { tree.list(at: $0.a).dropFirst(2).first } ?? nil
    #expect(place == 19)
  }

  @Test(arguments: [
    ("f(", true), ("{\n let a = 1\n", true), ("1 +", true), ("let a =", true), ("a, b", false),
    ("x -> ", true), ("if c then", true), ("if c then 1 else", true), ("[1,", true), ("1", false),
    ("f(]", false), ("\"abc", false), ("(\"abc", false), ("x y\n(", false),
    ("[e for i in r,", true),
    ("sum(e for i in r,", true), ("v[2...", true), ("a\n1 + # why", true), ("", false),
  ])
  func unfinishedTextsAreToldApart(_ text: String, _ isUnfinished: Bool) {
    #expect(parse(Source(text: text), symbols: SymbolTable()).isUnfinished == isUnfinished)
  }
}
