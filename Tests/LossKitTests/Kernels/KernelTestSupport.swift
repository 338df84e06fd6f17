@testable import LossKit

/// The exact sum, rounded once: Shewchuk's expansions, as in Python's `math.fsum`.
func exactSum(_ values: [Double]) -> Double {
  var partials: [Double] = []
  for value in values {
    var next = value
    var kept: [Double] = []
    for partial in partials {
      let total = next + partial
      let added = total - next
      let error = (next - (total - added)) + (partial - added)
      if error != 0 { kept.append(error) }
      next = total
    }
    partials = kept + [next]
  }
  // From the largest down, the first rounding that is not exact decides but for a tie, which the
  // tests' tolerance of one ulp covers.
  return partials.reversed().reduce(0, +)
}

/// Standard normal numbers of a stream of seed 1.
func normals(_ count: Int, stream: UInt64) -> [Double] {
  var random = RandomStream(seed: 1, stream: stream)
  return (0..<count).map { _ in random.nextNormal() }
}

/// A row-major matrix with its size, for tests: everything the obvious way.
struct TestMatrix: Equatable {
  var rows: Int
  var columns: Int
  var elements: [Double]

  init(rows: Int, columns: Int, _ elements: [Double]) {
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  init(random rows: Int, _ columns: Int, stream: UInt64) {
    self.init(rows: rows, columns: columns, normals(rows * columns, stream: stream))
  }

  static func identity(_ order: Int) -> TestMatrix {
    var result = TestMatrix(rows: order, columns: order, Array(repeating: 0, count: order * order))
    for k in 0..<order { result[k, k] = 1 }
    return result
  }

  subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  var transposed: TestMatrix {
    TestMatrix(
      rows: columns, columns: rows,
      (0..<columns).flatMap { j in (0..<rows).map { i in self[i, j] } })
  }

  /// The product, each element summed exactly.
  static func * (a: TestMatrix, b: TestMatrix) -> TestMatrix {
    TestMatrix(
      rows: a.rows, columns: b.columns,
      (0..<a.rows).flatMap { i in
        (0..<b.columns).map { j in exactSum((0..<a.columns).map { a[i, $0] * b[$0, j] }) }
      })
  }

  /// The largest difference between elements; nan where one is nan.
  func distance(to other: TestMatrix) -> Double {
    zip(elements, other.elements).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isNaN ? .nan : max(worst, difference)
    }
  }
}
