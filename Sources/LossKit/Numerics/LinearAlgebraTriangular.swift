/// Triangular systems, solved in place: `b` holds `columns` right-hand sides, row-major, and is
/// replaced by the solution. Only the triangle that is named is read.
///
/// `(T + E) X = B` with `|E| <= n u |T|` for each column, u = 2^-53 (Higham 2002, theorem 8.5).
extension LinearAlgebra {
  /// Solves `L X = B`.
  static func solveLower(
    _ l: UnsafeBufferPointer<Double>, order n: Int, _ b: UnsafeMutableBufferPointer<Double>,
    columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let system = try TriangularSystem(l, n, b, columns, diagonalIn: l)
    try system.forward(rowFactor: n, columnFactor: 1, shouldStop)
  }

  /// Solves `Lᵀ X = B`.
  static func solveLowerTransposed(
    _ l: UnsafeBufferPointer<Double>, order n: Int, _ b: UnsafeMutableBufferPointer<Double>,
    columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let system = try TriangularSystem(l, n, b, columns, diagonalIn: l)
    try system.backward(rowFactor: 1, columnFactor: n, shouldStop)
  }

  /// Solves `U X = B`.
  static func solveUpper(
    _ u: UnsafeBufferPointer<Double>, order n: Int, _ b: UnsafeMutableBufferPointer<Double>,
    columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let system = try TriangularSystem(u, n, b, columns, diagonalIn: u)
    try system.backward(rowFactor: n, columnFactor: 1, shouldStop)
  }

  /// Solves `Uᵀ X = B`.
  static func solveUpperTransposed(
    _ u: UnsafeBufferPointer<Double>, order n: Int, _ b: UnsafeMutableBufferPointer<Double>,
    columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let system = try TriangularSystem(u, n, b, columns, diagonalIn: u)
    try system.forward(rowFactor: 1, columnFactor: n, shouldStop)
  }

  /// Solves `L X = B`, the diagonal of L taken as ones whatever stands there.
  static func solveUnitLower(
    _ l: UnsafeBufferPointer<Double>, order n: Int, _ b: UnsafeMutableBufferPointer<Double>,
    columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let system = try TriangularSystem(l, n, b, columns, diagonalIn: nil)
    try system.forward(rowFactor: n, columnFactor: 1, shouldStop)
  }

  /// Solves `Lᵀ X = B`, the diagonal of L taken as ones whatever stands there.
  static func solveUnitLowerTransposed(
    _ l: UnsafeBufferPointer<Double>, order n: Int, _ b: UnsafeMutableBufferPointer<Double>,
    columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let system = try TriangularSystem(l, n, b, columns, diagonalIn: nil)
    try system.backward(rowFactor: 1, columnFactor: n, shouldStop)
  }
}

/// A triangle read through two strides, which make it itself or its transpose; element (i, k) is
/// `matrix[i * rowFactor + k * columnFactor]`.
private struct TriangularSystem {
  let matrix: UnsafePointer<Double>?
  let order: Int
  let unknowns: UnsafeMutablePointer<Double>?
  let columns: Int
  /// Nil where the diagonal is ones.
  let diagonal: UnsafePointer<Double>?

  init(
    _ matrix: UnsafeBufferPointer<Double>, _ order: Int,
    _ b: UnsafeMutableBufferPointer<Double>, _ columns: Int,
    diagonalIn diagonal: UnsafeBufferPointer<Double>?
  ) throws(LinearAlgebraFailure) {
    precondition(matrix.count == order * order && columns >= 0 && b.count == order * columns)
    self.matrix = matrix.baseAddress
    self.order = order
    self.unknowns = b.baseAddress
    self.columns = columns
    self.diagonal = diagonal?.baseAddress
    guard let diagonal else { return }
    for k in 0..<order where diagonal[k * order + k] == 0 { throw .singular(pivot: k) }
  }

  /// From the first unknown to the last.
  func forward(
    rowFactor: Int, columnFactor: Int, _ shouldStop: () -> Bool
  ) throws(LinearAlgebraFailure) {
    guard let matrix, let unknowns else { return }
    var poll = StopPoll()
    for i in 0..<order {
      let row = unknowns + i * columns
      for k in 0..<i {
        let factor = matrix[i * rowFactor + k * columnFactor]
        LinearAlgebra.subtractRow(unknowns + k * columns, times: factor, from: row, count: columns)
        if poll.shouldStop(after: columns + 1, shouldStop) { throw .stopped }
      }
      if let diagonal { LinearAlgebra.divideRow(row, by: diagonal[i * order + i], count: columns) }
    }
  }

  /// From the last unknown to the first.
  func backward(
    rowFactor: Int, columnFactor: Int, _ shouldStop: () -> Bool
  ) throws(LinearAlgebraFailure) {
    guard let matrix, let unknowns else { return }
    var poll = StopPoll()
    for i in (0..<order).reversed() {
      let row = unknowns + i * columns
      for k in (i + 1)..<order {
        let factor = matrix[i * rowFactor + k * columnFactor]
        LinearAlgebra.subtractRow(unknowns + k * columns, times: factor, from: row, count: columns)
        if poll.shouldStop(after: columns + 1, shouldStop) { throw .stopped }
      }
      if let diagonal { LinearAlgebra.divideRow(row, by: diagonal[i * order + i], count: columns) }
    }
  }
}
