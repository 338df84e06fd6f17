import LossKit

extension Bench {
  /// One node of an interpreted expression, with one direction of differentiation.
  func measureNodes() throws(LossError) {
    let terms: [(term: String, nodes: Int, slope: Double)] = [
      ("x*x", 4, 0.6), ("softplus(x)", 3, 0.574442516811659), ("exp(x)*sin(x)", 6, 1.6884799278),
      ("tanh(x*2 - 1)", 7, 1.7112775722), ("relu(x - 0.1)", 5, 1), ("f(x)", 6, 0.6),
    ]
    for (term, nodes, slope) in terms {
      let count = isQuick ? 100 : 20_000
      let sum = [String](repeating: term, count: count).joined(separator: " + ")
      let session = Session()
      try session.run("param x = 0.3; let f(a) = a*a; let y = \(sum)") { _ in }
      // What an assertion says is wrong is an error, and reported as any other.
      try session.run("assert jvp(y, x, 1) ~= \(slope) * \(count) within 1e-6") { _ in }
      // The evaluation only: the text was parsed before.
      let times = try clock.times { calls throws(LossError) in
        for _ in 0..<calls { try session.run("jvp(y, x, 1)") { _ in } }
      }
      let scale = 1e9 / Double(count * nodes)
      report.add(
        .nodes, times.best * scale, median: times.median * scale, "ns", ["term": term])
    }
  }
}
