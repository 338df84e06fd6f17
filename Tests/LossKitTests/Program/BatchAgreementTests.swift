import Testing

@testable import LossKit

/// Many points give what one point gives, in either layout and with any number of threads.
@Suite struct BatchAgreementTests {
  static let declarations = """
    param s = [0.3, -1.2, 2.5]
    param k = 2
    data M = [[1, 2, 3], [4, 5, 6], [7, 8, 10]]
    """

  /// One instruction of each kind at least, and some that take the points one by one.
  static let losses = [
    "lse(s)", "lse(s, k = 3)", "lse(k * s)", "softplus(lse(drop(s, 0)) - s[0])", "max(s)",
    "relu(s[0]) - relu(-s[0])", "sum(abs(s))", "sum(max(s, s[0]))", "cross_entropy(s, 1)",
    "mean(square(s - mean(s)))", "std(s)", "sum(if t > 0 then t * t else -t for t in s)",
    "sum(where(s > 0, log(s), 0))", "max(s[j] for j in 0..<3 if j != 1)",
    "sum(s[i] * s[j] for i in 0..<3, j in 0..<3 if i < j)", "logsoftmax(s)[1]",
    "dot(softmax(s), s)", "sum(outer(s, s) @ s)", "sum(M @ s)", "sum(s @ M)",
    "sum(tanh(M @ s) ^ 2)", "sum(concat(s, 2 * s)[1..<4])", "sum(M.T @ s)", "trace(outer(s, s))",
    "lse(M @ s, axis = 0)", "sum(lse(outer(s, s), axis = 1))", "sum(max(outer(s, s), axis = 0))",
    "sum(cumsum(s) * M[0])", "median(s)", "sum(sort(s) * M[0])", "prod(s)", "3 + 0 * k",
    "sqrt(s[0])", "k^s[1]", "s[floor(abs(s[2])) % 3]",
  ]

  @Test(arguments: losses)
  func layoutsAndThreads(_ loss: String) throws {
    let function = try LossModel(source: Self.declarations).function(loss, of: ["s", "k"])
    // Blocks of several sizes, the last one not full; points at corners among them.
    let count = 1_037
    var generator = SplitMix64(seed: 4)
    let rows = (0..<count).map { row in
      (0..<4).map { column in
        row % 50 == 7 ? 1 : Double(generator.next() % 6_001) / 1_000 - (column == 3 ? 0 : 3)
      }
    }
    let interpreted = function.interpreted
    let expected = try rows.enumerated().map { row, point in
      row % 9 == 0 || row % 50 == 7 ? try interpreted.valueWithGradient(at: point) : nil
    }
    var first: [Double]?
    for layout in [BatchLayout.rowMajor, .columnMajor] {
      func place(_ row: Int, _ column: Int) -> Int {
        layout == .rowMajor ? row * 4 + column : column * count + row
      }
      var points = [Double](repeating: 0, count: 4 * count)
      for (row, point) in rows.enumerated() {
        for column in 0..<4 { points[place(row, column)] = point[column] }
      }
      for threads in [1, 2, 5] {
        var values = [Double](repeating: -1, count: count)
        var gradients = [Double](repeating: -1, count: 4 * count)
        var valueSpan = values.mutableSpan
        var gradientSpan = gradients.mutableSpan
        try function.valuesWithGradients(
          at: points.span, count: count, layout: layout, parallelism: threads, values: &valueSpan,
          gradients: &gradientSpan)
        let all =
          values + (0..<count).flatMap { row in (0..<4).map { gradients[place(row, $0)] } }
        // The same bits however the points lie and however many work on them.
        if let first {
          #expect(zip(first, all).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN })
        }
        first = all
        for (row, result) in expected.enumerated() {
          guard let (value, gradient) = result else { continue }
          #expect(isClose(values[row], value), "\(loss) at \(rows[row])")
          for column in 0..<4 {
            #expect(
              isClose(gradients[place(row, column)], gradient[column]),
              "\(loss) at \(rows[row]), column \(column)")
          }
        }
      }
    }
  }

  /// Within some roundings of numbers of the size of the points.
  private func isClose(_ a: Double, _ b: Double) -> Bool {
    a == b || a.isNaN && b.isNaN || abs(a - b) <= 64 * 0x1p-53 * max(abs(b), 1)
  }

  @Test func errorsOfOnePoint() throws {
    let function = try LossModel(source: "param i = 0; data v = [1, 2, 3]")
      .function("v[i] * i", of: ["i"])
    let points = [0.0, 1, 7, 2]
    var values = [0.0, 0, 0, 0]
    var gradients = values
    var valueSpan = values.mutableSpan
    var gradientSpan = gradients.mutableSpan
    #expect(throws: LossError.self) {
      try function.valuesWithGradients(
        at: points.span, count: 4, values: &valueSpan, gradients: &gradientSpan)
    }
  }

  @Test func aBatchStops() throws {
    let function = try LossModel(source: "param s = [1, 2, 3]").function("lse(s)", of: ["s"])
    let cancellation = Cancellation()
    cancellation.cancel()
    let points = [Double](repeating: 1, count: 3_000)
    var values = [Double](repeating: 0, count: 1_000)
    var gradients = points
    var valueSpan = values.mutableSpan
    var gradientSpan = gradients.mutableSpan
    do {
      try function.valuesWithGradients(
        at: points.span, count: 1_000, values: &valueSpan, gradients: &gradientSpan,
        cancellation: cancellation)
      Issue.record("it did not stop")
    } catch {
      #expect(error.isCancellation)
    }
  }
}
