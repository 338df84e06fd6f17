import KernelTestSupport
import Testing

@testable import LossKit

/// Sums, the largest, and the matrix product.
@Suite struct ReductionTests {
  private static func lists() -> [[Double]] {
    var random = RandomDoubles(seed: 11)
    var lists: [[Double]] = [
      [], [-0.0], [-0.0, -0.0, -0.0], [0, -0.0], [1e16, 1, -1e16], [.infinity, 1],
      [.infinity, -.infinity], [.nan, 1], [1e308, 1e308, -1e308, -1e308],
      [Double](repeating: 1e308, count: 20), [1e308, 1e308, -.infinity],
      [.leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0x1p-1060],
    ]
    for count in Array(1...40) + [63, 64, 65, 1000] {
      lists.append(random.uniforms(-1...1, count: count))
      // Of all magnitudes, so that the order of summation shows.
      lists.append(
        (0..<count).map { _ in
          random.uniform(-1...1)
            * Double(sign: .plus, exponent: Int(random.bits() % 120), significand: 1)
        })
    }
    return lists
  }

  @Test(arguments: InstructionSet.available)
  func sumsAsSummationDoes(_ isa: InstructionSet) {
    for x in Self.lists() {
      let expected = x.withUnsafeBufferPointer { Summation.sum($0) }
      #expect(bits([isa.kernels.loss_sum(x, x.count)]) == bits([expected]), "\(x)")
    }
  }

  @Test(arguments: InstructionSet.available)
  func dotProductsAsSummationDoes(_ isa: InstructionSet) {
    for x in Self.lists() {
      let y = Array(x.reversed())
      let expected = x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          guard let a = x.baseAddress, let b = y.baseAddress else { return 0.0 }
          return Summation.dot(a, b, count: x.count)
        }
      }
      #expect(bits([isa.kernels.loss_dot(x, y, x.count)]) == bits([expected]), "\(x)")
    }
  }

  @Test(arguments: InstructionSet.available)
  func largest(_ isa: InstructionSet) {
    for x in Self.lists() {
      let expected =
        x.contains(where: \.isNaN)
        ? Double.nan
        : x.reduce(-.infinity) { $1 > $0 || ($1 == $0 && $1.sign == .plus) ? $1 : $0 }
      #expect(bits([isa.kernels.loss_max(x, x.count)]) == bits([expected]), "\(x)")
    }
    // nan and the largest in each place.
    for count in [1, 5, 8, 9, 16, 17, 40] {
      for place in 0..<count {
        var x = [Double](repeating: -1, count: count)
        x[place] = 2
        #expect(isa.kernels.loss_max(x, count) == 2)
        x[place] = .nan
        #expect(isa.kernels.loss_max(x, count).isNaN)
      }
    }
  }

  // MARK: Matrix product

  struct Shape: Sendable, CustomTestStringConvertible {
    let rows: Int
    let depth: Int
    let columns: Int
    var testDescription: String { "\(rows)×\(depth)·\(depth)×\(columns)" }
  }

  static let shapes = [
    (1, 1, 1), (2, 3, 1), (1, 20, 10), (10, 20, 10), (20, 300, 10), (7, 129, 25), (13, 128, 24),
    (257, 2, 3), (9, 257, 49), (33, 40, 8), (3, 0, 4), (0, 3, 4), (5, 7, 0),
    // Ends of rows that fill half a vector and more, of B in its place and copied.
    (5, 140, 12), (5, 140, 13), (40, 20, 10), (40, 129, 20), (12, 200, 26), (33, 5, 4),
  ].map { Shape(rows: $0.0, depth: $0.1, columns: $0.2) }

  /// Element by element in the stated order: chains within blocks of 128, then the blocks.
  private static func product(_ a: [Double], _ b: [Double], _ s: Shape, fused: Bool) -> [Double] {
    var c: [Double] = []
    for i in 0..<s.rows {
      for j in 0..<s.columns {
        var element = 0.0
        for start in stride(from: 0, to: s.depth, by: 128) {
          var block = 0.0
          for k in start..<min(start + 128, s.depth) {
            let (x, y) = (a[i * s.depth + k], b[k * s.columns + j])
            block = fused ? block.addingProduct(x, y) : block + x * y
          }
          element = start == 0 ? block : element + block
        }
        c.append(element)
      }
    }
    return c
  }

  private static func transposed(_ x: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<columns).flatMap { j in (0..<rows).map { x[$0 * columns + j] } }
  }

  @Test(arguments: shapes, InstructionSet.available)
  func matrixProducts(_ s: Shape, _ isa: InstructionSet) {
    var random = RandomDoubles(seed: 5)
    let a = random.uniforms(-1...1, count: s.rows * s.depth)
    let b = random.uniforms(-1...1, count: s.depth * s.columns)
    let isFused = InstructionSet.alike.contains { $0.testDescription == isa.testDescription }
    let expected = Self.product(a, b, s, fused: isFused)
    let (at, bt) = (
      Self.transposed(a, rows: s.rows, columns: s.depth),
      Self.transposed(b, rows: s.depth, columns: s.columns)
    )
    let multiply = isa.kernels.loss_matrix_product
    // Rows of the result two elements further apart than it is wide: what lies between stays.
    let stride = s.columns + 2
    func check(_ call: (UnsafeMutablePointer<Double>?) -> Void) {
      var c = [Double](repeating: 7, count: s.rows * stride)
      call(&c)
      let rows = (0..<s.rows).map { c[$0 * stride..<($0 + 1) * stride] }
      #expect(rows.flatMap { $0.prefix(s.columns) } == expected)
      #expect(rows.allSatisfy { $0.suffix(2).allSatisfy { $0 == 7 } })
    }
    let (m, p, n) = (s.rows, s.depth, s.columns)
    check { multiply?(a, p, 1, b, n, 1, $0, stride, m, p, n) }
    check { multiply?(at, 1, m, b, n, 1, $0, stride, m, p, n) }
    check { multiply?(a, p, 1, bt, 1, p, $0, stride, m, p, n) }
  }
}
