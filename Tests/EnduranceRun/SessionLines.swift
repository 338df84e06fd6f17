/// What is typed in one session for days: every kind of statement, again and again, right and wrong.
enum SessionLines {
  /// The files that the lines name.
  static let files = [
    "data.csv": "x,y\n" + (0..<50).map { "\($0),\($0 * $0)" }.joined(separator: "\n"),
    "broken.csv": "x,y\n1,\"2\n",
    "shared.loss": "param w = [1, 2]; let scale(v, k = 2) = k * v; let size = norm(w)",
    "nested.loss": "import \"shared.loss\"\nlet twice = 2 * shared.size",
    "failing.loss": "import \"shared.loss\"; let g(x) = x * size; data z = g(1) + nothing",
    "unfinished.loss": "let a = (1 +",
  ]

  /// One line of the cycle.
  ///
  /// - Parameter n: the number of the cycle, of which names and numbers are made.
  static func lines(_ n: Int) -> [String] {
    [
      // Definitions, and others in their place.
      "param x = \(n % 7), s = [2, 1, 0.\(n % 10)]",
      "data y = \(n % 3), A = [[2, 1], [1, 3]]",
      "let f = x^2 + sum(s)", "let f = x^3 - sum(s)",
      "let hinge = relu(max(drop(s, y)) - s[y])", "let ce = smooth(hinge)",
      "## What it is.\nlet scaled(v, k = 2) = k * v",
      "let local(a) = { let b = a + x; let g(c) = b * c; g(2) }",
      "s = [1, 2, \(n)]", "x = \(n) / 1000",
      // A name that no line before it had.
      "let fresh\(n) = x + \(n)", "fresh\(n) + 1", "sum(element\(n) for element\(n) in s)",
      "(argument\(n) -> argument\(n) + 1)(2)", "let again(parameter\(n)) = parameter\(n)^2",
      // Values, gradients, corners.
      "f", "ce", "hinge at (s = [\(n), 1, 1])", "relu(x) - relu(-x) at (x = 0)", "grad(f, x)",
      "hess(ce, s)", "jac(softmax(s), s)", "diff(sin(x) * x, x, 5)", "gap(hinge, 3)",
      "_ + 1", "[i * j for i in 0..<20, j in 0..<20 if i != j]",
      "sum(if v > 1 then v else -v for v in s)", "fold((a, b) -> a + b, 0, 0..<50)",
      "solve(A, [1, \(n % 5)])", "randn(30)", "lse(randn(2000))",
      // Functions that keep what they were made with.
      "let kept = v -> v * x", "kept(2) at (x = 5)", "{ let k = \(n); let g = v -> v * k; g(3) }",
      "{ let k = 2; let g = v -> v * k; g(3) at (k = 5) }",
      "let lazily(a, g = b -> a + b) = g(1)", "lazily(\(n))", "smooth(kept)(1)", "grad(kept)(2)",
      "let composed(g, h) = v -> g(h(v))", "composed(kept, kept)(1)",
      "data held = { let k = \(n); v -> k * v }", "held(2)",
      "held = { let g = held; v -> g(1) + v }",
      // Statements that show or claim.
      "print x, s, \"text\"", "assert x^2 >= 0", "assert x > 1e9, \"too small\"",
      "check lse(s) >= max(s)", "check x < 0 over (x in 0...1)",
      "table f, x for x in 1...3", "plot relu(x), softplus(x) for x in -3...3",
      "plot x * k for x in -1...1, k in 0...1", "plot sin(x) for x in 0...6 to \"a.svg\"",
      "minimize (x - 1)^2 + sum(s^2) over x, s with (steps = 3)", "minimize f over x",
      "gradcheck(ce)", ":set digits \(3 + n % 5)", ":set corners symmetric",
      ":set corners lexicographic",
      // Files.
      "import losses", "losses.hinge([2, 0.5], 1)", "import \"shared.loss\"",
      "import \"nested.loss\"", "shared.scale(s)", "import \"failing.loss\"",
      "import \"unfinished.loss\"",
      "import \"missing\(n).loss\"", "data table = csv(\"data.csv\")", "mean(csv(\"data.csv\").y)",
      "csv(\"broken.csv\")", "csv(\"missing.csv\")",
      // Errors.
      "sofplus(x)", "unknown\(n) + 1", "let recursive(a) = recursive(a)", "recursive(1)",
      "let cycle = cycle + 1", "cycle", "s + [1, 2]", "1 +", "(((", "\"open", "let 3 = x", "s[9]",
      "grad(s, s)", "x(2)", "ones(100000, 100000)", "let sin = 2", "param p = nan in 0...1",
      "relu(unknown\(n), k\(n) = 1)", ":set width nothing", "log(-1)", "f at (nothing\(n) = 1)",
    ]
  }

  /// The lines at which a request to stop is made beforehand, or by the first progress.
  static let stopped = [
    "sum(i^2 for i in 0..<100000)", "minimize sum((s - [1, 2, 3])^4) over s with (tolerance = 0)",
  ]
}
