import KernelTestSupport
import Testing

@testable import LossKit

/// Log-sum-exp of one row, and of many side by side, against the definition spelled out.
@Suite struct LogSumExpTests {
  /// A row's value, weights and 1/(1 + R), from the functions of one number and `Summation`.
  private struct Expected {
    var value: Double
    /// An ulp of the largest of it and its two terms.
    var unit: Double
    var weights: [Double]
    var inverse: Double

    init(_ x: [Double], k: Double, _ kernels: kernel_table) {
      let m = x.max() ?? -.infinity
      weights = x.map {
        $0 == m ? (m == -.infinity ? 0 : 1) : kernels.loss_exp1(k * ($0 - m))
      }
      var rest = weights
      if let largest = x.firstIndex(of: m) { rest[largest] = 0 }
      let sum = rest.withUnsafeBufferPointer { Summation.sum($0) }
      inverse = 1 / (1 + sum)
      let excess = sum == 0 ? 0 : kernels.loss_log1p1(sum) / k
      value = sum == 0 ? m : m + excess
      unit = max(m.magnitude, excess, value.magnitude).ulp
    }

    /// Whether a value is the expected one, but for the rounding of R before its logarithm.
    func agrees(with other: Double) -> Bool {
      bits([other]) == bits([value]) || abs(other - value) <= unit
    }
  }

  private static func rows() -> [[Double]] {
    var random = RandomDoubles(seed: 23)
    var rows: [[Double]] = [
      [], [3], [0, 0], [0, -50], [1000, 1000], [-1000, 0, 1000], [-.infinity, 2, -.infinity, 1],
      [-.infinity], [-.infinity, -.infinity], [.infinity, 1], [1, .infinity, .infinity],
      [.infinity, -.infinity], [1e308, -1e308, 1], [0, -745, -746, -1e9], [-0.0, -0.0],
      [-0.7, -0.7], [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5],
    ]
    for count in Array(1...35) + [100, 1000] {
      rows.append(random.uniforms(-5...5, count: count))
      rows.append(random.uniforms(-800...800, count: count))
      // Equal entries, of which only the first is left out.
      rows.append((0..<count).map { Double($0 % 3) })
    }
    return rows
  }

  @Test(arguments: InstructionSet.available, [1, 3.5, 0.01, .infinity])
  func oneRow(_ isa: InstructionSet, _ k: Double) {
    for x in Self.rows() {
      let expected = Expected(x, k: k, isa.kernels)
      var (weights, inverse) = ([Double](repeating: 7, count: x.count), 7.0)
      let value = isa.kernels.loss_lse(x, x.count, k, &weights, &inverse)
      #expect(expected.agrees(with: value), "\(x)")
      #expect(bits([inverse]) == bits([expected.inverse]), "\(x)")
      #expect(bits(weights) == bits(expected.weights), "\(x)")
      #expect(bits([isa.kernels.loss_lse(x, x.count, k, nil, nil)]) == bits([value]))
      // The weights in the place of the entries.
      var y = x
      let inPlace = y.withUnsafeMutableBufferPointer {
        isa.kernels.loss_lse($0.baseAddress, $0.count, k, $0.baseAddress, nil)
      }
      #expect(bits([inPlace]) == bits([value]))
      #expect(bits(y) == bits(weights))
    }
  }

  @Test(arguments: InstructionSet.available)
  func accuracy(_ isa: InstructionSet) {
    let lse = { (x: [Double]) in isa.kernels.loss_lse(x, x.count, 1, nil, nil) }
    #expect(lse([1000, 1000]) == 1000.6931471805599)
    #expect(lse([0, -50]) == 1.9287498479639178e-22)
    #expect(lse([0, -745]) == Double.leastNonzeroMagnitude)
    #expect(lse([.infinity, 3]) == .infinity)
    #expect(lse([-.infinity, -.infinity]) == -.infinity)
    #expect(lse([]) == -.infinity)
  }

  /// Against long double: rows whose largest entry is 0, so that nothing but the logarithm counts,
  /// and rows around 1.
  @Test(
    .enabled(if: long_double_is_longer() != 0), arguments: InstructionSet.available,
    [2, 3, 9, 10, 16, 17, 64])
  func errorAgainstLongDouble(_ isa: InstructionSet, _ n: Int) {
    for (low, high, offset) in [
      (-8.0, 0.0, 0.0), (-2, 0, 0), (-40, 0, 0), (-3, 0, 1), (-1, 0, 300),
    ] {
      let ulps = compare_lse(isa.table, n, low, high, offset, 20_000 / n)
      #expect(ulps <= 2, "\(ulps) ulp between \(low) and \(high)")
      #expect(ulps > 0.4, "random rows come nearly half an ulp off")
    }
  }

  @Test(arguments: [1, 0.3])
  func sameBitsOnAllSets(_ k: Double) {
    for x in Self.rows() {
      let results = InstructionSet.alike.map { isa in
        var (weights, inverse) = ([Double](repeating: 7, count: x.count), 7.0)
        let value = isa.kernels.loss_lse(x, x.count, k, &weights, &inverse)
        return bits(weights + [value, inverse])
      }
      #expect(results.allSatisfy { $0 == results[0] }, "\(x)")
    }
  }

  @Test(arguments: InstructionSet.available)
  func nanReachesEverything(_ isa: InstructionSet) {
    for count in [1, 2, 9, 20] {
      for place in 0..<count {
        for other in [1, Double.infinity, -Double.infinity] {
          var x = [Double](repeating: other, count: count)
          x[place] = .nan
          for (x, k) in [(x, 1), ([Double](repeating: other, count: count), 0.0), (x, .nan)] {
            var (weights, inverse) = ([Double](repeating: 7, count: count), 7.0)
            #expect(isa.kernels.loss_lse(x, count, k, &weights, &inverse).isNaN)
            #expect(inverse.isNaN)
            #expect(weights.allSatisfy { ($0 * inverse).isNaN })
            var values = [0.0]
            _ = isa.kernels.loss_lse_columns(x, 1, count, k, &values, &weights, 1, &inverse, 1)
            #expect(values[0].isNaN && inverse.isNaN)
          }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available, [1, 2.5])
  func restForAGivenLargest(_ isa: InstructionSet, _ k: Double) {
    let x: [Double] = [1, 4, 2, 4, -.infinity]
    var weights = x
    let rest = isa.kernels.loss_sum_exp_shift(x, 5, k, 4, &weights)
    let expected = Expected(x, k: k, isa.kernels)
    #expect(bits(weights) == bits(expected.weights))
    #expect(1 / (1 + rest) == expected.inverse)
    // A chunk whose largest is below that of the whole leaves nothing out.
    let all = isa.kernels.loss_sum_exp_shift([1, 4], 2, 1, 5, nil)
    #expect(all == isa.kernels.loss_exp1(-4) + isa.kernels.loss_exp1(-1))
  }

  // MARK: Rows side by side

  @Test(arguments: InstructionSet.available, [1, 3.5])
  func manyRows(_ isa: InstructionSet, _ k: Double) {
    for n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 30] {
      let kinds = Self.rows().filter { $0.count == n }
      for count in [1, 3, 8, 13, 64, 65, 130] {
        let rows = (0..<count).map { kinds[$0 % kinds.count] }
        let stride = count + 3
        var x = [Double](repeating: .nan, count: n * stride)
        for (r, row) in rows.enumerated() {
          for (j, entry) in row.enumerated() { x[j * stride + r] = entry }
        }
        var values = [Double](repeating: 7, count: count + 1)
        var inverses = values
        var weights = [Double](repeating: 7, count: n * stride)
        let cancelling = isa.kernels.loss_lse_columns(
          x, stride, n, k, &values, &weights, stride, &inverses, count)
        var expectedCancelling = 0
        for (r, row) in rows.enumerated() {
          let expected = Expected(row, k: k, isa.kernels)
          let alone = isa.kernels.loss_lse(row, n, k, nil, nil)
          #expect(bits([values[r]]) == bits([alone]), "\(row)")
          #expect(bits([inverses[r]]) == bits([expected.inverse]), "\(row)")
          let entries = (0..<n).map { weights[$0 * stride + r] }
          #expect(bits(entries) == bits(expected.weights), "\(row)")
          let excess = k == 1 ? isa.kernels.loss_log1p1(1 / expected.inverse - 1) : 0
          if k == 1, abs(expected.value) * 4 < excess { expectedCancelling += 1 }
        }
        if k == 1 { #expect(cancelling == expectedCancelling) }
        #expect(values[count] == 7 && inverses[count] == 7)
        for j in 0..<n { #expect(weights[j * stride + count] == 7) }

        let scale = Array(values.prefix(count))
        for scaled in [isa.kernels.loss_scale_columns, isa.kernels.loss_scale_columns_streaming] {
          var y = [Double](repeating: 7, count: n * stride)
          scaled?(scale, weights, stride, &y, stride, n, count)
          for j in 0..<n {
            for r in 0..<count {
              #expect(
                y[j * stride + r] == scale[r] * weights[j * stride + r] || scale[r].isInfinite)
            }
            #expect(y[j * stride + count] == 7)
          }
        }
      }
    }
  }
}
