import KernelTestSupport
import Testing

/// Softmax cross entropy of rows against `loss_lse` of each row.
@Suite struct CrossEntropyTests {
  private struct Rows {
    let scores: [[Double]]
    let labels: [Int]

    /// `offset` is the place of the first row's first score among all.
    func run(_ isa: InstructionSet, offset: Int) -> (values: [Double], weights: [Double]) {
      let n = scores.first?.count ?? 0
      let places = labels.enumerated().map { Int32(offset + $0.offset * n + $0.element) }
      var values = [Double](repeating: 7, count: scores.count + 1)
      var weights = [Double](repeating: 7, count: scores.count * n + 1)
      isa.kernels.loss_cross_entropy_rows(
        scores.flatMap { $0 }, n, places, offset, &values, &weights, scores.count)
      return (values, weights)
    }
  }

  private static func rows(_ count: Int, of n: Int, seed: UInt64 = 37) -> Rows {
    var random = RandomDoubles(seed: seed)
    return Rows(
      scores: (0..<count).map { r in
        // Equal scores in some rows, and far apart in others.
        r % 5 == 4
          ? [Double](repeating: 1.5, count: n)
          : random.uniforms(r % 3 == 0 ? -800...800 : -4...4, count: n)
      },
      labels: (0..<count).map { ($0 * 7) % n })
  }

  @Test(
    arguments: InstructionSet.available,
    [1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 17, 31, 33, 63, 64, 65, 100])
  func rowByRow(_ isa: InstructionSet, _ n: Int) {
    for count in [0, 1, 3, 8, 63, 64, 65, 130] {
      let rows = Self.rows(count, of: n)
      let (values, weights) = rows.run(isa, offset: 11)
      for (r, (scores, label)) in zip(rows.scores, rows.labels).enumerated() {
        var (own, inverse) = ([Double](repeating: 7, count: n), 7.0)
        let value = isa.kernels.loss_lse(scores, n, 1, &own, &inverse)
        let m = scores.max() ?? 0
        let expected = (m - scores[label]) + (value - m)
        let unit = max(abs(value), abs(m), expected).ulp
        #expect(abs(values[r] - expected) <= 2 * unit, "\(scores) at \(label)")
        let gradient = Array(weights[r * n..<(r + 1) * n])
        for j in 0..<n where j != label { #expect(gradient[j] == own[j] * inverse) }
        // The sum of the others, in which nothing cancels.
        let others = gradient.enumerated().filter { $0.offset != label }.map(\.element)
        let sum = isa.kernels.loss_sum(others, others.count)
        #expect(gradient[label] <= 0)
        #expect(abs(gradient[label] + sum) <= 4 * sum.ulp, "\(gradient) at \(label)")
      }
      #expect(values[count] == 7 && weights[count * n] == 7)
    }
  }

  @Test(arguments: [2, 10, 64, 65])
  func sameBitsOnAllSetsAndPlaces(_ n: Int) {
    let rows = Self.rows(131, of: n)
    let all = InstructionSet.alike.map { rows.run($0, offset: 0) }
    for other in all {
      #expect(bits(other.values) == bits(all[0].values))
      #expect(bits(other.weights) == bits(all[0].weights))
    }
    // A row has the same result wherever it lies.
    let later = Rows(scores: Array(rows.scores[5...]), labels: Array(rows.labels[5...]))
    for (isa, whole) in zip(InstructionSet.alike, all) {
      let part = later.run(isa, offset: 3)
      #expect(bits(part.values) == bits(Array(whole.values[5...])))
      #expect(bits(part.weights) == bits(Array(whole.weights[(5 * n)...])))
    }
  }

  @Test(arguments: InstructionSet.available)
  func farApart(_ isa: InstructionSet) {
    // With 60 digits.
    let (values, weights) = Rows(scores: [[50, 0, 0], [50, 0, 0]], labels: [0, 1]).run(
      isa, offset: 0)
    #expect(values[0] == 3.8574996959278356e-22)
    #expect(weights[0] == -3.8574996959278356e-22)
    #expect(values[1] == 50 && weights[4] == -1)
  }

  @Test(arguments: InstructionSet.available, [3, 70])
  func masksInfinitiesAndNan(_ isa: InstructionSet, _ n: Int) {
    func row(_ first: Double...) -> [Double] {
      first + [Double](repeating: -.infinity, count: n - first.count)
    }
    let (values, weights) = Rows(
      scores: [row(1), row(1, 1), row(.infinity, 2), row(.nan, 1), row(0)],
      labels: [0, 1, 0, 1, 2]
    ).run(isa, offset: 0)
    #expect(values[0] == 0 && weights[0] == 0)
    #expect(values[1] == 0.6931471805599453 && weights[n] == 0.5 && weights[n + 1] == -0.5)
    #expect(values[2] == 0 && weights[2 * n] == 0 && weights[2 * n + 1] == 0)
    #expect(values[3].isNaN && weights[3 * n..<4 * n].allSatisfy(\.isNaN))
    // A label that is masked can have no weight.
    #expect(values[4] == .infinity && weights[4 * n] == 1 && weights[4 * n + 2] == -1)
  }

  @Test(arguments: InstructionSet.available)
  func oneResultWithoutTheOther(_ isa: InstructionSet) {
    for n in [10, 80] {
      let rows = Self.rows(70, of: n)
      let (values, weights) = rows.run(isa, offset: 0)
      let places = rows.labels.enumerated().map { Int32($0.offset * n + $0.element) }
      let scores = rows.scores.flatMap { $0 }
      var alone = [Double](repeating: 7, count: values.count)
      isa.kernels.loss_cross_entropy_rows(scores, n, places, 0, &alone, nil, 70)
      #expect(bits(alone) == bits(values))
      var gradient = [Double](repeating: 7, count: weights.count)
      isa.kernels.loss_cross_entropy_rows(scores, n, places, 0, nil, &gradient, 70)
      #expect(bits(gradient) == bits(weights))
    }
  }
}
