// Measures the language: each answer is checked before its time is taken; best of several runs.
//
//   swift run -c release --package-path Benchmarks loss-bench [--smoke]

import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

let isSmoke = CommandLine.arguments.contains("--smoke")
var failures = 0

func report(_ work: String, _ value: Double, _ unit: String) {
  let rounded = (value * 10).rounded() / 10
  print("\(work): \(rounded) \(unit)")
}

@MainActor func check(_ condition: Bool, _ what: String) {
  if condition { return }
  failures += 1
  print("wrong: \(what)")
}

/// The least time of several runs, in seconds.
@MainActor func best(of runs: Int, _ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  return (0..<(isSmoke ? 1 : runs)).map { _ in
    let time = clock.measure(body).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }.min() ?? .infinity
}

// MARK: Lexing and parsing (P7)

for megabytes in isSmoke ? [1] : [5, 25, 50] {
  let lines = [
    "let margin_1 = max(s[j] for j in 0..<len(s) if j != y) - s[y]",
    "let f(a, b = 2.5e-3) = softplus(a*x + b, k = 4) - relu(-a) / (1 + b^2)   # a comment",
    "check lse(s) >= max(s) - 1e-9 over (s = randn(5), k in 1...8)",
    "assert [1, 2, 3] @ w ~= 0.25 within 1e-6, \"three terms\"",
  ]
  let block = lines.joined(separator: "\n") + "\n"
  let text = String(repeating: block, count: megabytes * 1_000_000 / block.utf8.count)
  check(Syntax.check(text).isEmpty, "a generated script has syntax errors")
  let seconds = best(of: 3) { _ = Syntax.check(text) }
  report("parse \(megabytes) MB", Double(text.utf8.count) / 1e6 / seconds, "MB/s")
}

// MARK: Interpreted scalar nodes with one direction

let terms: [(term: String, nodes: Int, slope: Double)] = [
  ("x*x", 4, 0.6), ("softplus(x)", 3, 0.574442516811659), ("exp(x)*sin(x)", 6, 1.6884799278),
  ("tanh(x*2 - 1)", 7, 1.7112775722), ("relu(x - 0.1)", 5, 1), ("f(x)", 6, 0.6),
]
for (term, nodes, slope) in terms {
  let count = isSmoke ? 100 : 20_000
  let text = "let y = " + [String](repeating: term, count: count).joined(separator: " + ")
  let session = Session()
  do throws(LossError) {
    try session.run("param x = 0.3; let f(a) = a*a; \(text)") { _ in }
    try session.run("assert jvp(y, x, 1) ~= \(slope) * \(count) within 1e-6") { _ in }
    let seconds = best(of: 5) {
      // The evaluation only: the text was parsed before.
      do throws(LossError) { try session.run("jvp(y, x, 1)") { _ in } } catch { failures += 1 }
    }
    report("one node of \(term)", seconds / Double(count * nodes) * 1e9, "ns")
  } catch {
    failures += 1
    print(error)
  }
}

// MARK: One call through the library

do throws(LossError) {
  let model = try LossModel(
    source: "param s = zeros(10); let S = softplus(lse(drop(s, 0)) - s[0])")
  let function = try model.function("S", of: ["s"])
  var work = function.makeWorkspace()
  let point = (0..<10).map { Double($0) / 7 - 0.5 }
  var gradient = [Double](repeating: 0, count: 10)
  let calls = isSmoke ? 10 : 2000
  var sum = 0.0
  let seconds = best(of: 5) {
    for _ in 0..<calls {
      var buffer = gradient.mutableSpan
      do throws(LossError) {
        sum += try function.valueWithGradient(at: point.span, gradient: &buffer, using: &work)
      } catch { failures += 1 }
    }
  }
  check((gradient.reduce(0, +)).magnitude < 1e-12 && sum.isFinite, "the gradient of S")
  report("value and gradient of S, 10 scores", seconds / Double(calls) * 1e6, "us")
} catch {
  failures += 1
  print(error)
}

if failures > 0 { exit(1) }
