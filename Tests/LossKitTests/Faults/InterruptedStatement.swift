@testable import LossKit

/// A statement that the tests interrupt, and what a session is before it.
struct InterruptedStatement: Sendable {
  let name: String
  /// Texts that have run before, one after another.
  var setup: [String] = []
  let text: String

  /// What the session reads.
  static let files: [String: String] = {
    var table = "height,weight,kind\n"
    for i in 0..<2500 {
      table += "\(1.5 + Double(i % 97) / 200),\(60 + i % 41),\(["a", "b", "c"][i % 3])\n"
    }
    return [
      "data.csv": table,
      "inner.loss":
        "param shared = 3\nlet cube(t) = t^3\nlet slow = sum(sin(i) for i in 0..<3000)\n",
      "outer.loss": """
      import "inner.loss"
      x = 7
      param weight = sum(cos(i * 0.1) for i in 0..<3000)
      data label = sort(randn(2000))
      let model(t) = cube(t) * weight + x
      x = sum(sin(i) for i in 0..<2000)
      """,
    ]
  }()

  /// What is defined before each of them.
  static let common = """
    param x = 0.5, s = [2.0, 1.0, 0.1], W = randn(4, 3, seed = 1)
    data y = 0, v = randn(60, seed = 2), X = randn(20, 4, seed = 3), t = [i % 3 for i in 0..<20]
    let hinge = relu(max(drop(s, y)) - s[y])
    let ce = mean(cross_entropy(X @ W, t))
    let f(a, b = 2) = softplus(a * b) + x
    let uses = x^2 + hinge
    """

  /// What is asked afterwards: each value depends on what an interruption might have left behind.
  static let probe = """
    hinge
    relu(x) - relu(-x)
    ce
    uses at (x = 3)
    f(1)
    grad(ce, W)[0]
    sum(f(i) for i in 0..<20)
    randn(2)
    smooth(hinge, 3)
    hess(uses, x)
    """

  static let all: [InterruptedStatement] = [
    .init(name: "formula anew", text: "let uses = x^3 + sum(sin(i) for i in 0..<1000)"),
    .init(name: "function anew", text: "let f(x, b = 3) = x * b + uses"),
    .init(name: "param", text: "param z = sum(sin(i) * cos(i) for i in 0..<30000)"),
    .init(
      name: "param anew, another kind",
      text: "data s = [sum(cos(i * j) for j in 0..<400) for i in 0..<20]"),
    .init(name: "param within", text: "param x = 0.1 * len(sort(randn(9000))) in 0...1000"),
    .init(name: "assignment", text: "s = sort(randn(6000))[..<3]"),
    .init(name: "drawn data", text: "data noise = sort(randn(9000))"),
    .init(
      name: "several", text: "x = len(sort(v)) + 1, s = topk(randn(5000), 3); let g = x; g; print g"
    ),
    .init(name: "gradient", text: "sum(lse(s * i) for i in 0..<3000) + x"),
    .init(name: "matrix gradient", text: "sum(softplus(X @ W * i) for i in 0..<60)"),
    .init(name: "corners", setup: ["s = [0, 0, 0]"], text: "sum(max(s * i) for i in 0..<2000)"),
    .init(name: "first nan", text: "sum(log(x - i / 3000) for i in 0..<3000)"),
    .init(
      name: "print", text: "print sum(sort(randn(9000))), \"and\", sum(sin(i) for i in 0..<9000)"),
    .init(name: "assert", text: "assert all(sin(i)^2 + cos(i)^2 ~= 1 for i in 0..<20000)"),
    .init(
      name: "assert that fails", text: "assert sum(sin(i) for i in 0..<20000) > 1e9, \"small\""),
    .init(name: "check", text: "check lse(s) >= max(s)"),
    .init(name: "check that fails", text: "check lse(s) <= max(s) + 0.5"),
    .init(name: "check over draws", text: "check sum(sort(a)) ~= sum(a) over (a = randn(30))"),
    .init(name: "table", text: "table lse(s * k), max(s * k), ce for k in 1...40"),
    .init(name: "plot", text: "plot relu(t), softplus(t), smooth(hinge, 2) + t for t in -3...3"),
    .init(name: "contours", text: "plot sin(a) * b + x for a in 0...1, b in 0...1"),
    .init(name: "plot to a file", text: "plot relu(t), softplus(t) for t in -3...3 to \"p.svg\""),
    .init(name: "csv", text: "data r = csv(\"data.csv\")"),
    .init(name: "codes", text: "data c = codes(csv(\"data.csv\").kind)"),
    .init(name: "import", text: "import \"outer.loss\""),
    .init(name: "import of the library", text: "import losses"),
    .init(name: "import, then more", text: "import \"inner.loss\"; let uses = cube(x); slow"),
    .init(name: "Hessian", text: "sum(hess(lse(v * x) + sum(v) * s[0], s))"),
    .init(name: "Hessian of many", setup: ["param u = v"], text: "hess(lse(u), u)[0]"),
    .init(name: "derivative of high order", text: "diff(sin(exp(x * cos(x))), x, 40)"),
    .init(
      name: "block",
      text: """
        {
          let a = sort(randn(3000))
          let g(n) = if n == 0 then 0 else g(n - 1) + x
          let b = sum(a) + g(60)
          b * hinge + b
        }
        """),
    .init(
      name: "recursion", text: "{ let g(n) = if n < 2 then x else g(n - 1) + g(n - 2); g(12) }"),
    .init(name: "fold", text: "fold((a, b) -> a * 0.5 + sin(b), 0, randn(4000))"),
    .init(name: "least sharpness", text: "smooth(hinge + max(v), error = 0.001)"),
    .init(name: "gradient check", text: "gradcheck(ce)"),
    .init(name: "order", setup: ["param u = v"], text: "quantile(u, 0.3) + len(unique(round(v)))"),
    .init(name: "linear algebra", text: "logdet(X.T @ X + eye(4)) + sum(solve(X.T @ X, W))"),
    .init(name: "explanation", text: ":explain ce + hinge * sum(sin(i * x) for i in 0..<500)"),
    .init(name: "kind", text: ":type sum(sin(i) for i in 0..<9000) + uses"),
    .init(name: "whole value", text: ":show sort(v * x) + sum(sin(i) for i in 0..<5000)"),
    .init(name: "settings", text: ":set digits 5\n:set corners symmetric\n:set elide 20"),
    .init(
      name: "minimize", text: "minimize ce + 0.01 * sum(W^2) over W with (steps = 40)"),
    .init(
      name: "minimize two",
      text: "minimize (x - 3)^4 + sum((s - 1)^4) over x, s with (method = \"gd\", rate = 0.01)"),
    .init(
      name: "minimize by Newton's method",
      text: "minimize ce + 0.1 * sum(W^2) over W with (method = \"newton\")"),
  ]
}
