extension HelpEntry {
  /// The statements and the reserved words.
  static let statements: [HelpEntry] = [
    HelpEntry(
      "param", usage: "param x = e, y = e in a...b", summary: "an input: gradients are taken by it",
      text: "The interval, if there is one, is where check draws it.",
      example: "param x = 2 in 0...5\nx^2"),
    HelpEntry(
      "data", usage: "data y = e",
      summary: "an input without derivative: a label, an index, a data set",
      example: "data y = 1\nparam s = [2, 3]\ns[y]"),
    HelpEntry(
      "=", usage: "x = e", summary: "gives an input a new value; formulas follow",
      text: "In a condition, equality is ==.",
      example: "param x = 2\nlet f = x^2\nx = 3\nf"),
    HelpEntry(
      "let", usage: "let a = e, let f(a, b = 2) = e", summary: "names a formula or a function",
      text: "A formula is not frozen: it is evaluated again when what it depends on changes.",
      example: "let f(a, b = 2) = a^b\nf(3)\nf(3, b = 3)"),
    HelpEntry(
      "print", usage: "print e, \"text\", …", summary: "values and texts on one line",
      example: "print \"two thirds:\", 2 / 3"),
    HelpEntry(
      "assert", "within", usage: "assert c, \"why\"   assert a ~= b within t",
      summary: "an error where the condition is false",
      text: "It also stands in a block.",
      example: "assert 1 / 3 ~= 0.3333 within 1e-3, \"a third\"\nprint \"it holds\""),
    HelpEntry(
      "check", "over", usage: "check c within t over (s = randn(3), k in 1...8)",
      summary: "tries a claim at 1000 random points",
      text: "It draws every param on which the claim depends, or what over names.",
      example: "param s = [1, 2, 3]\ncheck lse(s) >= max(s)"),
    HelpEntry(
      "import", usage: "import losses   import \"file.loss\"",
      summary: "brings in the library of losses, or another script's definitions",
      example: "import losses\nhinge([2, 0.5], 1)"),
    HelpEntry(
      "table", usage: "table e1, e2 for k in r", summary: "a row for each value of a name",
      example: "table k, softplus(0, k), log(2) / k for k in [1, 2, 4]"),
    HelpEntry(
      "plot", usage: "plot e1, e2 for x in a...b", summary: "draws curves in the terminal",
      text: "With to \"curve.svg\" behind it, it writes a picture.",
      example: "plot relu(x), softplus(x) for x in -3...3"),
    HelpEntry(
      "minimize", "with", usage: "minimize e over w, v with (steps = 100)",
      summary: "moves inputs to a local minimum",
      text: "By L-BFGS unless with (method = …) says \"gd\", \"adam\" or \"newton\".",
      example: "param w = [0, 0]\nminimize sum((w - [1, 2])^2) over w"),
    HelpEntry(
      "if", "then", "else", usage: "if c then a else b",
      summary: "a choice; only the branch taken counts, in value and derivative",
      text: "It goes by value alone: smooth refuses one that depends on a param, and offers step.",
      example: "param x = -2\nif x > 0 then x else x^2"),
    HelpEntry(
      "for", "in", usage: "[e for i, v in r if c]   sum(e for v in r)",
      summary: "an element for each index and value; also the argument of a reduction",
      example: "[i * v for i, v in [5, 6, 7] if i > 0]"),
    HelpEntry(
      "at", usage: "e at (x = 1, s = [0, 0])",
      summary: "an expression with other values for some names, for this once",
      example: "param x = 2\nx^2 at (x = 5)"),
    HelpEntry(
      "and", "or", "not", usage: "a and b, a or b, not a",
      summary: "of truth values; of masks elementwise", example: "not (1 > 2 or 3 > 4)"),
    HelpEntry(
      "true", "false", summary: "the truth values; 1 and 0 in arithmetic", example: "true + true"),
    HelpEntry(
      "_", summary: "the last value shown, as a constant", example: "2 + 3\n_ * 2"),
    HelpEntry(
      "{", "}", usage: "{ let m = e; …; e }", summary: "a block: local names, then its value",
      example: "{ let m = 2; m^2 + m }"),
    HelpEntry(
      "#", "##", usage: "# comment   ## documentation of the definition below",
      summary: "a comment to the end of the line",
      example: "# nothing of this is run\n1 + 1  # but this is"),
  ]

  /// The operators.
  static let operators: [HelpEntry] = [
    HelpEntry(
      "+", "-", usage: "a + b   a - b   -a", summary: "elementwise, with NumPy's broadcasting",
      example: "[1, 2] + 10"),
    HelpEntry(
      "*", "/", "×", usage: "a * b   a / b", summary: "elementwise; @ is the matrix product",
      example: "[1, 2] * [3, 4]"),
    HelpEntry(
      "%", usage: "a % b", summary: "the remainder of the floored quotient", example: "-7 % 3"),
    HelpEntry(
      "@", usage: "A @ b", summary: "the matrix product", example: "[[1, 2], [3, 4]] @ [1, 1]"),
    HelpEntry(
      "·", usage: "a · b", summary: "multiplies a number; between arrays it is an error",
      example: "2 · [3, 4]"),
    HelpEntry(
      "^", "**", usage: "x^p", summary: "power, from right to left, above a sign",
      text: "Its derivative is p * x^(p - 1) by x and x^p * log(x) by p.",
      example: "-2^2\n2^3^2"),
    HelpEntry(
      "==", "!=", "<", ">", "<=", ">=", "≤", "≥", "≠", usage: "a < b <= c",
      summary: "comparisons, by value alone; of arrays elementwise",
      example: "0 < 1 < 2\n[1, 5] > 3"),
    HelpEntry(
      "~=", "≈", usage: "a ~= b", summary: "equal within 1e-9 of the larger magnitude or 1e-12",
      example: "0.1 + 0.2 == 0.3\n0.1 + 0.2 ~= 0.3"),
    HelpEntry(
      "..<", "...", usage: "a..<b   a...b", summary: "whole numbers, without or with the last",
      example: "[i for i in 0..<3]\n[4, 5, 6, 7][1...2]"),
    HelpEntry(
      "->", usage: "x -> e   (x, y) -> e", summary: "a function without a name",
      example: "map(x -> x^2, [1, 2, 3])"),
    HelpEntry(
      "[", "]", usage: "[a, b]   v[i]   v[1..<3]   v[mask]   M[..., j]",
      summary: "an array; an element, from 0; a slice, from the end with minus signs",
      example: "[4, 5, 6][-1]\n[[1, 2], [3, 4]][..., 0]"),
    HelpEntry(
      ".", ".T", usage: "r.field   M.T", summary: "a field of a record; the transpose",
      example: "param x = 3\ngrad(x^2).x"),
    HelpEntry(
      "∇", usage: "∇e   ∇f(x)", summary: "grad of the name or bracket behind it",
      example: "let f(x) = x^3\n∇f(2)"),
  ]
}
