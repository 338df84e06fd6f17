/// `P A = L U`: a square matrix, factored with partial pivoting.
struct LUFactors {
  let order: Int
  /// U in the upper triangle, L below it; the ones on the diagonal of L are not kept.
  fileprivate(set) var elements: [Double]
  /// Row `i` of `P A` is row `permutation[i]` of `A`.
  fileprivate(set) var permutation: [Int]
  /// The sign of the permutation.
  fileprivate(set) var permutationSign = 1.0
  /// The first pivot that is zero: the matrix is singular, as its doubles stand.
  fileprivate(set) var zeroPivot: Int?
}

// MARK: - Factoring

extension LinearAlgebra {
  /// Factors a square matrix.
  ///
  /// A singular one is factored too, since its determinant is 0, not an error; `zeroPivot` tells.
  ///
  /// `L U = P A + E` with `|E| <= n u |L| |U|`, u = 2^-53 (Higham, Accuracy and Stability of
  /// Numerical Algorithms, 2002, theorem 9.3).
  static func luFactor(
    _ a: UnsafeBufferPointer<Double>, order n: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) -> LUFactors {
    precondition(a.count == n * n)
    var factors = LUFactors(order: n, elements: Array(a), permutation: Array(0..<n))
    var elements: [Double] = []
    swap(&elements, &factors.elements)
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(LinearAlgebraFailure) in
      guard let base = buffer.baseAddress else { return }
      try factors.eliminate(base, shouldStop)
    }
    swap(&elements, &factors.elements)
    return factors
  }
}

extension LUFactors {
  fileprivate mutating func eliminate(
    _ base: UnsafeMutablePointer<Double>, _ shouldStop: () -> Bool
  ) throws(LinearAlgebraFailure) {
    let n = order
    var poll = StopPoll()
    for k in 0..<n {
      let top = base + k * n
      exchange(k, rowOfPivot(base, column: k), base)
      let pivot = top[k]
      if pivot == 0 {
        zeroPivot = zeroPivot ?? k
        continue  // the column is zero from here down: there is nothing to eliminate
      }
      for i in (k + 1)..<n {
        let row = base + i * n
        row[k] /= pivot
        LinearAlgebra.subtractRow(
          top + (k + 1), times: row[k], from: row + (k + 1), count: n - k - 1)
        if poll.shouldStop(after: n - k, shouldStop) { throw .stopped }
      }
    }
  }

  /// The first row with the largest magnitude, or the first nan: passed over, it could leave a
  /// column that looks like zero, and a matrix that looks singular.
  private func rowOfPivot(_ base: UnsafePointer<Double>, column k: Int) -> Int {
    var best = k
    for row in k..<order {
      let magnitude = abs(base[row * order + k])
      if magnitude.isNaN { return row }
      if magnitude > abs(base[best * order + k]) { best = row }
    }
    return best
  }

  private mutating func exchange(_ k: Int, _ row: Int, _ base: UnsafeMutablePointer<Double>) {
    guard row != k else { return }
    for column in 0..<order {
      let kept = base[k * order + column]
      base[k * order + column] = base[row * order + column]
      base[row * order + column] = kept
    }
    permutation.swapAt(k, row)
    permutationSign = -permutationSign
  }
}

// MARK: - What factors are for

extension LinearAlgebra {
  /// The sign of the determinant and the logarithm of its magnitude; 0 and -inf where singular.
  static func logAbsDeterminant(_ factors: LUFactors) -> LogDeterminant {
    let n = factors.order
    var result = LogDeterminant(diagonal: (0..<n).lazy.map { factors.elements[$0 * n + $0] })
    result.sign *= factors.permutationSign
    return result
  }

  /// Solves `A X = B`, without refinement: `solve` is what most want.
  ///
  /// B has `columns` right-hand sides and is row-major; X replaces it.
  static func luSolve(
    _ factors: LUFactors, _ b: UnsafeMutableBufferPointer<Double>, columns: Int,
    shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let n = factors.order
    precondition(columns >= 0 && b.count == n * columns)
    if let pivot = factors.zeroPivot { throw .singular(pivot: pivot) }
    let original = Array(b)
    for (row, source) in factors.permutation.enumerated() {
      for column in 0..<columns { b[row * columns + column] = original[source * columns + column] }
    }
    try factors.elements.withUnsafeBufferPointer { (lu) throws(LinearAlgebraFailure) in
      try solveUnitLower(lu, order: n, b, columns: columns, shouldStop: shouldStop)
      try solveUpper(lu, order: n, b, columns: columns, shouldStop: shouldStop)
    }
  }

  /// Solves `Aᵀ X = B`, without refinement.
  static func luSolveTransposed(
    _ factors: LUFactors, _ b: UnsafeMutableBufferPointer<Double>, columns: Int,
    shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) {
    let n = factors.order
    precondition(columns >= 0 && b.count == n * columns)
    if let pivot = factors.zeroPivot { throw .singular(pivot: pivot) }
    try factors.elements.withUnsafeBufferPointer { (lu) throws(LinearAlgebraFailure) in
      try solveUpperTransposed(lu, order: n, b, columns: columns, shouldStop: shouldStop)
      try solveUnitLowerTransposed(lu, order: n, b, columns: columns, shouldStop: shouldStop)
    }
    let permuted = Array(b)
    for (row, target) in factors.permutation.enumerated() {
      for column in 0..<columns { b[target * columns + column] = permuted[row * columns + column] }
    }
  }

  /// The inverse of a factored matrix, row-major.
  static func inverse(
    _ factors: LUFactors, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) -> [Double] {
    let n = factors.order
    var result = Array(repeating: 0.0, count: n * n)
    for k in 0..<n { result[k * n + k] = 1 }
    try result.withUnsafeMutableBufferPointer { (buffer) throws(LinearAlgebraFailure) in
      try luSolve(factors, buffer, columns: n, shouldStop: shouldStop)
    }
    return result
  }
}
