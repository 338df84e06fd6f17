extension PointSimplifier {
  /// Which elements a simpler point may have.
  struct Support {
    private let admitsElement: (Double) -> Bool
    /// What samples have shown; `nil` where each element may be what it likes.
    private var sampled: Sampled?

    private struct Sampled {
      /// The range of each element.
      var ranges: [ClosedRange<Double>]
      var isWhole: Bool
      /// Whether no two elements were ever equal, as in a permutation.
      var isDistinct: Bool
      let rows: [(row: Int, sum: Double?, square: Double?)]
    }

    /// Elements that are judged one by one.
    init(admits: @escaping (Double) -> Bool) { admitsElement = admits }

    /// Elements that look like those of samples: between the least and the largest, whole where all
    /// are, different where all are whole and different, and in rows of the same sum or norm.
    ///
    /// The draws of `softmax(randn(4))` are probabilities, and a point that is no distribution would
    /// be no counterexample; nothing but the draws tells.
    init(samples: [[Double]]) {
      admitsElement = { _ in true }
      guard let first = samples.first else { return }
      var ranges = first.map { $0.isNaN ? -.infinity ... .infinity : $0...$0 }
      var isWhole = true
      var isDistinct = first.count > 1
      for sample in samples {
        for (i, x) in sample.enumerated() {
          if x.isNaN {
            ranges[i] = -.infinity ... .infinity
          } else {
            ranges[i] = min(ranges[i].lowerBound, x)...max(ranges[i].upperBound, x)
          }
          isWhole = isWhole && x == x.rounded()
        }
        if isDistinct { isDistinct = isWhole && Set(sample).count == sample.count }
      }
      var rows: [(row: Int, sum: Double?, square: Double?)] = []
      for row in 2..<max(first.count + 1, 3) where first.count > 1 && first.count % row == 0 {
        let sum = Support.common(samples, row) { $0 }
        let square = Support.common(samples, row) { $0 * $0 }
        if sum != nil || square != nil { rows.append((row, sum, square)) }
      }
      sampled = Sampled(ranges: ranges, isWhole: isWhole, isDistinct: isDistinct, rows: rows)
    }

    /// The sum of all rows of all samples, where it is the same.
    private static func common(
      _ samples: [[Double]], _ row: Int, _ function: (Double) -> Double
    ) -> Double? {
      var result: Double?
      for sample in samples {
        for start in stride(from: 0, to: sample.count, by: row) {
          let sum = sample[start..<start + row].reduce(0) { $0 + function($1) }
          guard isClose(sum, result ?? sum) else { return nil }
          result = result ?? sum
        }
      }
      return result
    }

    private static func isClose(_ a: Double, _ b: Double) -> Bool {
      (a - b).magnitude <= 1e-12 * max(1, a.magnitude, b.magnitude)
    }

    /// The shortest length of rows that have one sum, and that sum.
    var rowSum: (row: Int, sum: Double)? {
      for (row, sum, _) in sampled?.rows ?? [] {
        if let sum { return (row, sum) }
      }
      return nil
    }

    /// Whether the elements may be those of a simpler point.
    func admits(_ elements: ArraySlice<Double>) -> Bool {
      guard elements.allSatisfy(admitsElement) else { return false }
      guard let sampled else { return true }
      guard zip(sampled.ranges, elements).allSatisfy({ $0.contains($1) }) else { return false }
      if sampled.isWhole, !elements.allSatisfy({ $0 == $0.rounded() }) { return false }
      if sampled.isDistinct, Set(elements).count < elements.count { return false }
      for (row, sum, square) in sampled.rows {
        var start = elements.startIndex
        while start < elements.endIndex {
          let end = min(start + row, elements.endIndex)
          let part = elements[start..<end]
          if let sum, !Support.isClose(part.reduce(0, +), sum) { return false }
          if let square, !Support.isClose(part.reduce(0) { $0 + $1 * $1 }, square) { return false }
          start = end
        }
      }
      return true
    }
  }
}
