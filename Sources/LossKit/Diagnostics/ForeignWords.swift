/// Words that people bring from other languages and libraries, and what they are called here.
enum ForeignWords {
  /// The hint for a name that does not exist here.
  static func hint(for name: String) -> String? {
    if let word = words[name] { return "write \(word)" }
    return notes[name]
  }

  private static let words: [String: String] = [
    "ln": "log(x), the natural logarithm",
    "logsumexp": "lse(v)",
    "log_softmax": "logsoftmax(v)",
    "logaddexp2": "logaddexp(a, b)",
    "maximum": "max(a, b)", "fmax": "max(a, b)", "amax": "max(v)",
    "minimum": "min(a, b)", "fmin": "min(a, b)", "amin": "min(v)",
    "absolute": "abs(x)", "fabs": "abs(x)", "heaviside": "step(x)",
    "clip": "clamp(x, lo, hi)", "power": "x^p", "pow": "x^p",
    "arcsin": "asin(x)", "arccos": "acos(x)", "arctan": "atan(x)", "arctan2": "atan2(y, x)",
    "arange": "a..<b, as in 0..<n", "concatenate": "concat(a, b)", "vstack": "stack(a, b)",
    "append": "concat(v, [x])", "identity": "eye(n)", "one_hot": "onehot(i, n)",
    "size": "len(v) or shape(v)", "length": "len(v)", "matmul": "A @ B",
    "gradient": "grad(e, x)", "jacobian": "jac(e, x)", "hessian": "hess(e, x)",
    "derivative": "diff(e, x)", "stop_gradient": "stop(e)", "detach": "stop(e)",
    "logit": "log(p) - log1p(-p)", "expit": "sigmoid(x)", "logistic": "sigmoid(x)",
    "softplus_k": "softplus(x, k)", "average": "mean(v)", "variance": "var(v)",
    "stdev": "std(v)", "product": "prod(v)", "gammaln": "lgamma(x)", "det": "exp(logdet(A))",
    "inv": "solve(A, b) for what the inverse is multiplied by", "random": "rand() or randn()",
    "normal": "randn(n)", "uniform": "rand(n)", "let": "let a = e", "mod": "a % b",
    "reduce": "fold(f, start, v)", "null": "nan, or a value of its own", "None": "nan",
    "True": "true", "False": "false", "NaN": "nan", "Infinity": "inf", "infinity": "inf",
  ]

  private static let notes: [String: String] = [
    "range": "ranges are written a..<b, as in for i in 0..<n",
    "e": "write exp(x) for e^x, or exp(1) for the number",
    "def": "functions are defined by let f(x) = …",
    "lambda": "functions are written x -> …",
    "np": "functions stand by themselves: max(a, b), exp(x)",
    "numpy": "functions stand by themselves: max(a, b), exp(x)",
    "jnp": "functions stand by themselves: max(a, b), exp(x)",
    "torch": "functions stand by themselves: max(a, b), exp(x)",
    "math": "functions stand by themselves: exp(x), log(x)",
    "var": "inputs are declared by param x = …, formulas by let a = …",
    "const": "formulas are defined by let a = …",
    "return": "a function's value is its expression: let f(x) = x^2",
    "while": "repeat with fold(f, start, v) or recursion",
  ]

  private static let modules: Set<String> = [
    "np", "numpy", "jnp", "torch", "math", "tf", "F", "nn",
  ]

  /// `np.maximum`: a module's name in front of a function.
  static func module(_ module: String, _ function: String) -> EvaluationProblem? {
    guard modules.contains(module) else { return nil }
    let spelled = "\(module).\(function)"
    if let word = words[function] { return .foreignName(spelled, hint: "write \(word)") }
    if let note = notes[function] { return .foreignName(spelled, hint: note) }
    if Builtins.all.contains(where: { $0.name == function }) {
      return .foreignName(spelled, hint: "write \(function)(…): functions stand by themselves")
    }
    return .foreignName(spelled, hint: "functions stand by themselves: max(a, b), exp(x)")
  }
}
