/// A spelling that overflows or cancels, and the one that does not.
struct StablePattern: Sendable {
  /// An expression of the language; names that are not built in stand for anything.
  let pattern: String
  let replacement: String
  let reason: Reason

  /// What goes wrong with the spelling.
  enum Reason: Sendable {
    case overflows, cancels, loses, breaks

    var words: String {
      switch self {
      case .overflows: "this overflows, or is log of 0, where the result is an ordinary number"
      case .cancels: "this loses digits by cancellation"
      case .loses: "this rounds small arguments away"
      case .breaks: "this is nan at 0, where its limit is 0"
      }
    }
  }

  init(_ pattern: String, _ replacement: String, _ reason: Reason) {
    self.pattern = pattern
    self.replacement = replacement
    self.reason = reason
  }

  /// The table; of several that fit the first counts, so the longer stand before the shorter.
  static let all: [StablePattern] = [
    // Sums of exponentials.
    StablePattern("max(v) + log(sum(exp(v - max(v))))", "lse(v)", .cancels),
    StablePattern("log(sum(exp(k * v))) / k", "lse(v, k = k)", .overflows),
    StablePattern("log(sum(exp(v)))", "lse(v)", .overflows),
    StablePattern("log(sum(exp(v), axis = n))", "lse(v, axis = n)", .overflows),
    StablePattern("log(sum(exp(e) for i in r))", "lse(e for i in r)", .overflows),
    StablePattern("log(mean(exp(v)))", "logmeanexp(v)", .overflows),
    StablePattern("log(mean(exp(e) for i in r))", "logmeanexp(e for i in r)", .overflows),
    StablePattern("log(exp(x) + exp(-x))", "smoothabs(x)", .overflows),
    StablePattern("log(1 + exp(x))", "softplus(x)", .overflows),
    StablePattern("log1p(exp(x))", "softplus(x)", .overflows),
    StablePattern("log(exp(a) + exp(b))", "logaddexp(a, b)", .overflows),
    StablePattern("log(1 - exp(x))", "log1mexp(x)", .cancels),
    StablePattern("log1p(-exp(x))", "log1mexp(x)", .cancels),
    StablePattern("log(-expm1(x))", "log1mexp(x)", .loses),
    StablePattern("log(cosh(x))", "smoothabs(x) - log(2)", .overflows),
    // Weights and their logarithms.
    StablePattern("-log(softmax(s)[y])", "cross_entropy(s, y)", .overflows),
    StablePattern("-logsoftmax(s)[y]", "cross_entropy(s, y)", .cancels),
    StablePattern("log(softmax(v)[i])", "logsoftmax(v)[i]", .overflows),
    StablePattern("log(softmax(v))", "logsoftmax(v)", .overflows),
    StablePattern("log(softmax(v, k))", "logsoftmax(v, k)", .overflows),
    StablePattern("log(softmax(v, k = k))", "logsoftmax(v, k = k)", .overflows),
    StablePattern(
      "exp(v - max(v)) / sum(exp(v - max(v)))", "softmax(v)", .cancels),
    StablePattern("exp(v) / sum(exp(v))", "softmax(v)", .overflows),
    StablePattern("exp(v - lse(v))", "softmax(v)", .cancels),
    StablePattern("log(1 - sigmoid(x))", "logsigmoid(-x)", .cancels),
    StablePattern("log(sigmoid(x))", "logsigmoid(x)", .overflows),
    StablePattern("1 - sigmoid(x)", "sigmoid(-x)", .cancels),
    StablePattern("1 / (1 + exp(-x))", "sigmoid(x)", .overflows),
    StablePattern("exp(x) / (1 + exp(x))", "sigmoid(x)", .overflows),
    StablePattern("1 / (1 + exp(x))", "sigmoid(-x)", .overflows),
    StablePattern(
      "(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "tanh(x)", .overflows),
    // Near 0.
    StablePattern("log(1 + x)", "log1p(x)", .loses),
    StablePattern("log(1 - x)", "log1p(-x)", .loses),
    StablePattern("exp(x) - 1", "expm1(x)", .cancels),
    StablePattern("1 - exp(x)", "-expm1(x)", .cancels),
    StablePattern("1 - erf(x)", "erfc(x)", .cancels),
    StablePattern("-x * log(x)", "-xlogy(x, x)", .breaks),
    StablePattern("x * log(x)", "xlogy(x, x)", .breaks),
    // Squares.
    StablePattern("sqrt(sum(v^2))", "norm(v)", .overflows),
    StablePattern("sqrt(sum(square(v)))", "norm(v)", .overflows),
    StablePattern("sqrt(dot(v, v))", "norm(v)", .overflows),
    StablePattern("sqrt(a^2 + b^2)", "hypot(a, b)", .overflows),
    StablePattern("mean(v^2) - mean(v)^2", "var(v)", .cancels),
    StablePattern("log(prod(v))", "sum(log(v))", .overflows),
  ]
}
