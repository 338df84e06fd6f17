/// Linear systems, solved with one step of iterative refinement.
///
/// Partial pivoting alone trusts the scale of the rows: of `[[1, 1e20], [1, 1]] x = [1e20, 2]`, whose
/// solution is all but exactly `[1, 1]`, it makes `[0, 1]`. After one correction by the residual, in
/// the same precision, the solution is that of a system whose every entry is within a small multiple
/// of u of the given one, if the matrix is not too ill-conditioned (Skeel 1980, "Iterative refinement
/// implies numerical stability for Gaussian elimination"; Higham 2002, theorem 12.4). The cost is
/// one matrix product and a second pair of triangular systems.
extension LinearAlgebra {
  /// Solves `A X = B` with the factors of A.
  ///
  /// B has `columns` right-hand sides and is row-major; X replaces it.
  static func solve(
    _ a: UnsafeBufferPointer<Double>, _ factors: LUFactors,
    _ b: UnsafeMutableBufferPointer<Double>, columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let matrix = MatrixView(a, rows: factors.order, columns: factors.order)
    try refine(matrix, b, columns, shouldStop) { (side) throws(LinearAlgebraFailure) in
      try luSolve(factors, side, columns: columns, shouldStop: shouldStop)
    }
  }

  /// Solves `Aᵀ X = B` with the factors of A.
  static func solveTransposed(
    _ a: UnsafeBufferPointer<Double>, _ factors: LUFactors,
    _ b: UnsafeMutableBufferPointer<Double>, columns: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let matrix = MatrixView(a, rows: factors.order, columns: factors.order).transposed
    try refine(matrix, b, columns, shouldStop) { (side) throws(LinearAlgebraFailure) in
      try luSolveTransposed(factors, side, columns: columns, shouldStop: shouldStop)
    }
  }

  private static func refine(
    _ matrix: MatrixView, _ b: UnsafeMutableBufferPointer<Double>, _ columns: Int,
    _ shouldStop: () -> Bool,
    by solution: (UnsafeMutableBufferPointer<Double>) throws(LinearAlgebraFailure) -> Void
  ) throws(LinearAlgebraFailure) {
    var correction = Array(b)
    try solution(b)
    try correction.withUnsafeMutableBufferPointer { (residual) throws(LinearAlgebraFailure) in
      try subtractProduct(matrix, b, columns, from: residual, shouldStop)
      try solution(residual)
    }
    // Where the residual overflowed there is nothing to be learnt from it; and a correction of 0
    // must not make a -0 a +0.
    for (index, step) in correction.enumerated() where step.isFinite && step != 0 {
      b[index] += step
    }
  }

  private static func subtractProduct(
    _ matrix: MatrixView, _ x: UnsafeMutableBufferPointer<Double>, _ columns: Int,
    from target: UnsafeMutableBufferPointer<Double>, _ shouldStop: () -> Bool
  ) throws(LinearAlgebraFailure) {
    var product = Array(repeating: 0.0, count: target.count)
    let right = MatrixView(UnsafeBufferPointer(x), rows: matrix.columns, columns: columns)
    let isDone = product.withUnsafeMutableBufferPointer { result in
      (try? MatrixProduct.multiply(matrix, right, into: result, shouldStop: shouldStop)) != nil
    }
    guard isDone else { throw .stopped }
    for (index, value) in product.enumerated() { target[index] -= value }
  }
}
