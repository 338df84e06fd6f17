import Testing

@testable import LossKit

@Suite("Matrix product")
struct MatrixProductTests {
  /// `a · b` through the kernel, from memory that holds both as given or as their transposes.
  private enum Layout: CaseIterable {
    case plain, leftTransposed, rightTransposed, bothTransposed
  }

  private func product(_ a: TestMatrix, _ b: TestMatrix, _ layout: Layout) throws -> TestMatrix {
    let flipsLeft = layout == .leftTransposed || layout == .bothTransposed
    let flipsRight = layout == .rightTransposed || layout == .bothTransposed
    let (left, right) = (flipsLeft ? a.transposed : a, flipsRight ? b.transposed : b)
    var result = TestMatrix(
      rows: a.rows, columns: b.columns, Array(repeating: .nan, count: a.rows * b.columns))
    try left.elements.withUnsafeBufferPointer { x in
      try right.elements.withUnsafeBufferPointer { y in
        try result.elements.withUnsafeMutableBufferPointer { z in
          let first = MatrixView(x, rows: left.rows, columns: left.columns)
          let second = MatrixView(y, rows: right.rows, columns: right.columns)
          try MatrixProduct.multiply(
            flipsLeft ? first.transposed : first, flipsRight ? second.transposed : second, into: z)
        }
      }
    }
    return result
  }

  @Test(
    "Near the exact product, the same double in every layout",
    arguments: [
      (1, 1, 1), (3, 5, 2), (4, 4, 4), (5, 127, 9), (2, 128, 3), (7, 129, 4), (1, 300, 6),
      (9, 300, 1), (258, 130, 5), (0, 3, 2), (3, 0, 2), (2, 3, 0),
    ])
  func products(m: Int, p: Int, n: Int) throws {
    let a = TestMatrix(random: m, p, stream: UInt64(m + 1000 * p))
    let b = TestMatrix(random: p, n, stream: UInt64(n + 2000 * p))
    let plain = try product(a, b, .plain)
    #expect(plain.distance(to: a * b) <= 1e-15 * Double(20 + p))
    for layout in Layout.allCases { #expect(try product(a, b, layout) == plain) }
  }

  @Test("A row of the product is the product of the row; likewise a column")
  func independenceOfShape() throws {
    let a = TestMatrix(random: 11, 200, stream: 1)
    let b = TestMatrix(random: 200, 7, stream: 2)
    let whole = try product(a, b, .plain)
    for i in 0..<11 {
      let row = TestMatrix(rows: 1, columns: 200, (0..<200).map { a[i, $0] })
      #expect(try product(row, b, .plain).elements == (0..<7).map { whole[i, $0] })
    }
    for j in 0..<7 {
      let column = TestMatrix(rows: 200, columns: 1, (0..<200).map { b[$0, j] })
      #expect(try product(a, column, .plain).elements == (0..<11).map { whole[$0, j] })
    }
  }

  @Test("Nan and infinity reach the elements that depend on them, and no other")
  func specials() throws {
    var a = TestMatrix(random: 5, 6, stream: 1)
    var b = TestMatrix(random: 6, 5, stream: 2)
    a[1, 2] = .nan
    b[3, 4] = .infinity
    let result = try product(a, b, .plain)
    for i in 0..<5 {
      for j in 0..<5 {
        #expect(result[i, j].isNaN == (i == 1))
        #expect(result[i, j].isInfinite == (i != 1 && j == 4))
      }
    }
  }

  @Test("It stops when asked, and asks again and again")
  func stopping() {
    let a = TestMatrix(random: 300, 300, stream: 1)
    var questions = 0
    var result = a.elements
    #expect(throws: KernelStopped.self) {
      try a.elements.withUnsafeBufferPointer { x in
        try result.withUnsafeMutableBufferPointer { z in
          let view = MatrixView(x, rows: 300, columns: 300)
          try MatrixProduct.multiply(view, view, into: z) {
            questions += 1
            return questions == 3
          }
        }
      }
    }
    #expect(questions == 3)
  }
}
