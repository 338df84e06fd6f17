import KernelTestSupport
import Testing

@testable import LossKit

/// Rows side by side: sums, transposes, sums of outer products.
@Suite struct ColumnTests {
  private static let rowCounts = [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33]
  private static let columnCounts = [0, 1, 2, 3, 4, 5, 8, 9, 10, 16, 17, 33]

  // MARK: Sums

  @Test(arguments: InstructionSet.available)
  func sumsAndDotProducts(_ isa: InstructionSet) {
    var random = RandomDoubles(seed: 29)
    for n in Self.columnCounts {
      for rows in Self.rowCounts {
        // Of all magnitudes, so that the order of summation shows.
        let scale = { (x: Double) in x * Double(sign: .plus, exponent: n * 3 % 40, significand: 1) }
        let (stride, otherStride) = (rows + 3, rows + 5)
        let x = random.uniforms(-1...1, count: n * stride).enumerated().map {
          $0.offset % 3 == 0 ? scale($0.element) : $0.element
        }
        let a = random.uniforms(-1...1, count: n * otherStride)
        var (sums, products) = (
          [Double](repeating: 7, count: rows + 1), [Double](repeating: 7, count: rows + 1)
        )
        isa.kernels.loss_sum_columns(x, stride, n, &sums, rows)
        isa.kernels.loss_dot_columns(a, otherStride, x, stride, n, &products, rows)
        for r in 0..<rows {
          let row = (0..<n).map { x[$0 * stride + r] }
          let factors = (0..<n).map { a[$0 * otherStride + r] }
          #expect(bits([sums[r]]) == bits([isa.kernels.loss_sum(row, n)]))
          #expect(bits([products[r]]) == bits([isa.kernels.loss_dot(factors, row, n)]))
        }
        #expect(sums[rows] == 7 && products[rows] == 7)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func sumsOfSpecialNumbers(_ isa: InstructionSet) {
    for row: [Double] in [
      [-0.0, -0.0], [.infinity, 1], [.infinity, -.infinity], [.nan, 1], [1e16, 1, -1e16],
      [1e308, 1e308, -1e308, -1e308], [1e308, 1e308, -.infinity],
      [Double](repeating: 1e308, count: 20),
    ] {
      var sum = [7.0]
      isa.kernels.loss_sum_columns(row, 1, row.count, &sum, 1)
      #expect(bits(sum) == bits([isa.kernels.loss_sum(row, row.count)]), "\(row)")
    }
  }

  // MARK: Transposes

  @Test(arguments: InstructionSet.available)
  func transposes(_ isa: InstructionSet) {
    for rows in Self.rowCounts {
      for columns in Self.columnCounts {
        let (xStride, yStride) = (columns + 2, rows + 1)
        let x = (0..<rows * xStride).map(Double.init)
        var y = [Double](repeating: -1, count: columns * yStride)
        isa.kernels.loss_transpose(x, xStride, &y, yStride, rows, columns)
        for c in 0..<columns {
          let column = (0..<rows).map { x[$0 * xStride + c] }
          #expect(Array(y[c * yStride..<c * yStride + rows]) == column)
          // What lies between the columns stays.
          #expect(y[c * yStride + rows] == -1)
        }
      }
    }
  }

  // MARK: Outer products

  @Test(arguments: InstructionSet.available, [0, 1, 2, 3, 4, 5, 9])
  func outerProducts(_ isa: InstructionSet, _ products: Int) {
    var random = RandomDoubles(seed: 31)
    let isFused = InstructionSet.alike.contains { $0.testDescription == isa.testDescription }
    for rows in [0, 1, 3, 4, 5, 9] {
      for columns in [0, 1, 7, 8, 9, 20] {
        let left = (0..<products).map { _ in random.uniforms(-1...1, count: rows) }
        let right = (0..<products).map { _ in random.uniforms(-1...1, count: columns) }
        var y = [Double](repeating: 7, count: rows * columns + 1)
        withPointers(to: left) { left in
          withPointers(to: right) { right in
            isa.kernels.loss_sum_outer_products(left, right, products, &y, rows, columns)
          }
        }
        for r in 0..<rows {
          for c in 0..<columns {
            var expected = 0.0
            for p in 0..<products {
              let (a, b) = (left[p][r], right[p][c])
              expected = isFused ? expected.addingProduct(a, b) : expected + a * b
            }
            #expect(y[r * columns + c] == expected)
          }
        }
        #expect(y[rows * columns] == 7)
      }
    }
  }

  private func withPointers(
    to arrays: [[Double]], _ body: (UnsafePointer<UnsafePointer<Double>?>?) -> Void
  ) {
    let pointers = arrays.map { array in
      let copy = UnsafeMutablePointer<Double>.allocate(capacity: max(array.count, 1))
      for (i, element) in array.enumerated() { copy[i] = element }
      return copy
    }
    body(pointers.map { UnsafePointer($0) })
    for pointer in pointers { pointer.deallocate() }
  }

  // MARK: Choices

  @Test(arguments: InstructionSet.available)
  func selectsByTheMask(_ isa: InstructionSet) {
    for count in [0, 1, 7, 8, 9, 30] {
      let mask = (0..<count).map { [0, 1, -0.0, .nan, -2][$0 % 5] }
      let (a, b) = ((0..<count).map { Double($0) }, (0..<count).map { -1 - Double($0) })
      var y = [Double](repeating: 70, count: count + 1)
      isa.kernels.loss_select(mask, a, b, &y, count)
      #expect(Array(y.prefix(count)) == (0..<count).map { mask[$0] == 0 ? b[$0] : a[$0] })
      #expect(y[count] == 70)
    }
  }

  @Test(arguments: InstructionSet.available)
  func findsWhatIsNotFinite(_ isa: InstructionSet) {
    for count in [0, 1, 2, 7, 8, 9, 17] {
      var x = [Double](repeating: -.greatestFiniteMagnitude, count: count)
      #expect(isa.kernels.loss_all_finite(x, count) == 1)
      for place in 0..<count {
        for other in [Double.nan, .infinity, -.infinity] {
          x[place] = other
          #expect(isa.kernels.loss_all_finite(x, count) == 0)
          x[place] = 0
        }
      }
    }
  }
}
