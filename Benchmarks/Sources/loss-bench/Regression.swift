import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Bench {
  /// P4: softmax regression, value and gradient by the weights.
  func measureRegression() throws(LossError) {
    let rows = isQuick ? 100 : 10_000
    let features = 20
    let classes = 10
    let deadline = Deadline(seconds: limit)
    let model = try LossModel(
      source: """
        let score(i) = (i * 7919 + 13) % 10007 / 10007 * 6 - 3
        data X = reshape(score(0..<\(rows * features)), \(rows), \(features)) / 3
        data y = (0..<\(rows)) * 7 % \(classes)
        param w = zeros(\(features), \(classes))
        let loss = mean(cross_entropy(X @ w, y))
        """, cancellation: deadline.cancellation)
    let function = try model.function("loss", of: ["w"])
    let weights = (0..<features * classes).map { score(1_000_003 + $0) / 10 }
    var gradient = [Double](repeating: 0, count: weights.count)
    let wanted = regression(rows: rows, features: features, classes: classes, weights: weights)
    for threads in [1, 2] {
      var work = function.makeWorkspace(
        parallelism: threads, cancellation: deadline.cancellation)
      var value = 0.0
      let body = { (calls: Int) throws(LossError) in
        var buffer = gradient.mutableSpan
        for _ in 0..<calls {
          value = try function.valueWithGradient(at: weights.span, gradient: &buffer, using: &work)
        }
      }
      try body(1)
      deadline.release()
      report.check(.regression, [value] + gradient, is: wanted)
      let times = try clock.times(body)
      report.add(
        .regression, times.best * 1e3, median: times.median * 1e3, "ms", ["threads": "\(threads)"])
    }
  }

  /// The value and the gradient of softmax regression by the formula.
  private func regression(rows: Int, features: Int, classes: Int, weights: [Double]) -> [Double] {
    var value = 0.0
    var gradient = [Double](repeating: 0, count: weights.count)
    for row in 0..<rows {
      let x = (0..<features).map { score(row * features + $0) / 3 }
      let label = row * 7 % classes
      let z = (0..<classes).map { k in
        x.indices.reduce(0) { $0 + x[$1] * weights[$1 * classes + k] }
      }
      let most = z.max() ?? 0
      let exponentials = z.map { exp($0 - most) }
      let sum = exponentials.reduce(0, +)
      value += most + log(sum) - z[label]
      for k in 0..<classes {
        let slope = exponentials[k] / sum - (k == label ? 1 : 0)
        for j in x.indices { gradient[j * classes + k] += x[j] * slope }
      }
    }
    return ([value] + gradient).map { $0 / Double(rows) }
  }
}
