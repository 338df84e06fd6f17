extension HelpEntry {
  /// The topics of help, in the order of the overview.
  ///
  /// The commands and the keys are the program's; it adds them.
  static let topics: [HelpEntry] = [
    HelpEntry("statements", summary: "param, data, let, check, table, plot, …"),
    HelpEntry(
      "operators", summary: "+ * @ ^ == ~= ..< [] -> ∇",
      text:
        "From tightest to loosest: call and index, ^, sign, * / % @, + -, ranges, comparisons, not, "
        + "and, or, if and ->, at."),
    HelpEntry(
      "maxima", "maximum", "softmaximum",
      summary: "max, relu, abs and their smooth kin: lse, softplus, …",
      example: "table max(0, x), lse(0, x), lse(0, x, k = 8) for x in [-1, 0, 1]",
      functions: .hardAndSmooth),
    HelpEntry(
      "elementwise", summary: "exp, log, sin, erf, where, …", example: "log1p([0, 1e-20])",
      functions: .elementwise),
    HelpEntry(
      "reductions", summary: "sum, mean, norm, quantile, any, …",
      text: "axis = n reduces along one axis, keep = true leaves it with length 1.",
      example: "mean([[1, 2], [3, 4]], axis = 0)", functions: .reductions),
    HelpEntry(
      "arrays", summary: "len, zeros, concat, sort, outer, …",
      example: "reshape(1...6, 2, 3)", functions: .arrays),
    HelpEntry(
      "algebra", summary: "solve, logdet, cholesky; @ and .T",
      example: "solve([[2, 1], [1, 3]], [3, 5])", functions: .linearAlgebra),
    HelpEntry(
      "random", summary: "rand, randn, permutation: the same in every run",
      text: "A call without seed mixes in its place in the text, so that two calls differ.",
      example: "all(randn(3, seed = 1) == randn(3, seed = 1))", functions: .random),
    HelpEntry(
      "functions", summary: "map, fold, scan; functions are values", example: "map(relu, [-1, 2])",
      functions: .functions),
    HelpEntry(
      "reading", "csv files", summary: "csv, codes, columns: data sets from files",
      example: "codes([\"cat\", \"dog\", \"cat\"])", functions: .data),
    HelpEntry(
      "derivatives", "derivative", "gradient", summary: "grad, jac, hess, jvp, vjp, hvp, diff, …",
      text:
        "A number is shown with its gradient by every param. The forms are ordinary expressions: they "
        + "nest, and what they differentiate by is a param, a parameter, a local name or a formula.",
      example: "param x = 2\nx^3\nx - grad(x^2 - 2, x) / hess(x^2 - 2, x)", functions: .derivatives),
    HelpEntry(
      "corners", "corner", "kink", "clarke", summary: "what the derivative is where a slope jumps",
      text: "jvp and slopes are one-sided and exact. A gradient at a corner is one of Clarke's "
        + "generalized gradients: ties are settled by the tangents in the order of the inputs, or, with "
        + ":set corners symmetric, split evenly. A note says where the corner is; :explain marks it.",
      example: "param x = 0\nslopes(relu(x), x)\nrelu(x) - relu(-x)"),
    HelpEntry(
      "smoothing", summary: "smooth(e, k): max becomes lse, relu softplus, …",
      text: "It reaches through formulas and functions. Families: "
        + SmoothFamily.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") + ".",
      example: "param s = [1, 2]\nsmooth(max(s), k = 4)\ngap(max(s), k = 4).bound",
      functions: .smoothing),
    HelpEntry(
      "numbers", "display", "digits", summary: "how numbers are read and shown",
      text:
        "Numbers are doubles, shown as the shortest text that reads back the same. :set digits N and "
        + ":set elide N change that.",
      example: "0.1 + 0.2\n1_000 * 0x10\n:set digits 4\npi"),
    HelpEntry(
      "constants", summary: "pi, inf, nan", example: "cos(pi)", functions: .constants),
  ]
}
