import Foundation
import Testing

@testable import LossKit

/// Gradients that are expressions.
@Suite struct SymbolicGradientTests {
  private static let inputs = """
    param s = [2.0, 1.0, 0.1], k = 2, w = [0.5, -0.2], b = 0.3
    data y = 0, X = [[1, 2], [3, 4], [0.5, -1]], t = [1, 0, 1]
    let margin = max(s[j] for j in 0..<len(s) if j != y) - s[y]
    let others = [s[j] for j in 0..<len(s) if j != y]
    let scores(x) = x @ w + b
    let cube(v, p = 3) = sum(v^p)

    """

  private static func session() throws -> Session {
    let session = Session()
    try session.define(bytes: Array(inputs.utf8), fileName: nil)
    return session
  }

  /// The gradient of an expression by a param, as a text.
  private static func gradient(_ text: String, _ input: String) throws -> String {
    let all = try session().gradients(of: text).gradients
    let gradient = try #require(all.first { $0.input == input }, "\(text) by \(input)")
    return try gradient.result.get()
  }

  @Test(arguments: [
    ("lse(s) - s[y]", "s", "softmax(s) - onehot(y, len(s))"),
    ("cross_entropy(s, y)", "s", "softmax(s) - onehot(y, len(s))"),
    ("relu(margin)", "s", ""),
    ("sum(s^2)", "s", "2 * s"),
    ("sum(x^2 for x in s)", "s", "2 * s"),
    ("sum(s[i]^2 for i in 0..<len(s))", "s", "2 * s"),
    ("cube(s) / 3", "s", "s^2"),
    ("k * sum(s)", "k", "sum(s)"),
    ("k * sum(s)", "s", "k * ones(shape(s))"),
    ("max(s)", "s", "hardmax(s)"),
    ("mean(s)", "s", "ones(shape(s)) / len(s)"),
    ("softplus(k)", "k", "sigmoid(k)"),
    ("k^3 - 2 * k", "k", "3 * k^2 - 2"),
    ("1 / k", "k", "-1 / k^2"),
    ("2^k", "k", "log(2) * 2^k"),
    ("-(-k)", "k", "1"),
    ("k * k * k", "k", "3 * k * k"),
    ("norm(w)^2", "w", "2 * w"),
    ("dot(w, [1, 2])", "w", "[1, 2]"),
    ("sum((X @ w + b - t)^2)", "w", "X.T @ (2 * (X @ w + b - t))"),
    ("if k > 1 then k^2 else 0", "k", "if k > 1 then 2 * k else 0"),
    ("stop(k) * k", "k", "stop(k)"),
  ])
  func simplified(_ text: String, _ input: String, _ expected: String) throws {
    let found = try Self.gradient(text, input)
    if !expected.isEmpty { #expect(found == expected, "\(text) by \(input)") }
  }

  /// Every kind of rule, compared with `grad` at random points.
  @Test(arguments: [
    "softplus(lse(drop(s, y), k = k) - s[y], k)", "smooth(relu(margin))", "smooth(relu(margin), k)",
    "mean(softplus(-t[i] * scores(X[i])) for i in 0..<len(t))", "prod(s)", "prod(x for x in s)",
    "softmax(s)[y] * k", "lse(k * x for x in s)", "lse(s, k = k)", "min(s[j] for j in 0..<2)",
    "max(s[0], k)", "lse(s[0], k, b)", "1 - cossim(w, [1, 2])", "var(s) + std(s)",
    "sum(where(s > 1, s^2, exp(s)))", "sum(s[1...] * s[..<2])", "sum(s[[0, 2, 0]]^2)",
    "sum(i * x^2 for i, x in s)",
    "sum(relu(1 - (s[i] - s[j])) for i in 0..<3, j in 0..<3 if i < j)",
    "sum([s[0]^2, k * s[1], b])", "sum(outer(w, s)^2)", "sum([x^2 for x in s] * s)",
    "sum((X * w)^2)", "mean((X - w)^2)", "sum(exp(X @ w)[j] for j in 1..<3)",
    "sum(lse(X * w, axis = 1))", "sum(max(X * w, axis = 0))", "sum(map(x -> x^2 * k, s))",
    "{ let z = k * s; let f(v) = sum(v * z); f(s) }", "tanh(k) + atan2(k, b) + hypot(k, 1)",
    "sum(sin(s) / (1 + s^2))", "(x -> x^2)(k)", "sum(clamp(s, -1, 1))", "logaddexp(k, b)",
    "softplus(lse(others) - s[y])", "max(others) - s[y]", "lse([x^2 for x in s if x != 0])",
    "sum(X.T @ [1, 2, 3] * w)", "sum((X * w)[..<2] * k)", "if k > 0 then log(k) else k",
    "abs(k - b) + square(k)",
    "sum(cumsum(s) * s)", "norm(s, 3)", "sum(reverse(s) * [1, 2, 3])", "sum((s @ X) * w)",
  ])
  func agreesWithGrad(_ text: String) throws {
    let session = try Self.session()
    let answer = try session.gradients(of: text)
    #expect(!answer.gradients.isEmpty)
    for gradient in answer.gradients {
      guard case .success(let symbolic) = gradient.result else {
        Issue.record("\(text) by \(gradient.input): \(gradient.result)")
        continue
      }
      let claim = "check (\(symbolic)) ~= grad(\(text), \(gradient.input)) within 1e-9"
      let draws =
        "over (s = randn(3), k = 0.5 + rand(), w = randn(2), b = 0.5 + rand())"
      try session.run("\(claim) \(draws)") { _ in }
    }
    #expect(TypesetFormula("let f = \(text)") != nil)
    #expect(answer.latex.hasPrefix("\\begin{aligned}"))
  }

  /// How many losses of the library have gradients that are expressions.
  @Test func libraryOfLosses() throws {
    var known: Set<String> = []
    var all: Set<String> = []
    var failures: [String] = []
    for test in LossLibraryTests.cases where test.json["kind"]?.text == "ordinary" {
      guard !all.contains(test.loss) || !known.contains(test.loss) else { continue }
      all.insert(test.loss)
      let session = Session()
      try session.define(bytes: Array("import losses".utf8), fileName: nil)
      for (name, value) in test.inputs.sorted(by: { $0.key < $1.key }) {
        let text = "param \(name) = \(try LossLibraryTests.text(value))"
        try session.define(bytes: Array(text.utf8), fileName: nil)
      }
      let answer = try session.gradients(of: test.call)
      let failed = answer.gradients.compactMap { gradient -> String? in
        guard case .failure(let failure) = gradient.result else { return nil }
        return "\(test.call) by \(gradient.input): \(failure.reason)"
      }
      if failed.isEmpty, !answer.gradients.isEmpty { known.insert(test.loss) }
      failures += failed
    }
    print("symbolic gradients of \(known.count) of \(all.count) losses")
    for failure in failures { print("  ", failure) }
    #expect(known.count >= 90, "\(known.count) of \(all.count)")
  }

  @Test func whatHasNone() throws {
    let session = try Self.session()
    let answer = try session.gradients(of: "fold((a, x) -> a * x, k, [1, 2])")
    #expect(answer.gradients.count == 1)
    guard case .failure(let failure)? = answer.gradients.first?.result else {
      Issue.record("a fold has no gradient of this kind")
      return
    }
    #expect(failure.reason.hasPrefix("in 'fold("))
    #expect(failure.reason.hasSuffix("there is no rule for it"))
  }

  @Test func errors() throws {
    let session = try Self.session()
    func message(_ text: String) -> String {
      do throws(LossError) {
        _ = try session.gradients(of: text)
        return ""
      } catch {
        return error.rendered().plain
      }
    }
    #expect(message("s").contains("'s' is an input"))
    #expect(message("marin").contains("did you mean 'margin'?"))
    #expect(message("1 +").contains("error"))
    #expect(message("x = 1").contains("not an expression"))
    #expect(try session.gradients(of: "cube").gradients.isEmpty)
    #expect(try session.gradients(of: "cube").formula.latex.contains("v^{p}"))
    #expect(try session.gradients(of: "s + 1").gradients.isEmpty)
  }
}
