import CLossKernels

/// The Cholesky factor of a symmetric matrix, or of a positive definite one that differs from it only
/// on the diagonal.
///
/// Each pivot that is negative or too small is replaced as it comes: by its magnitude, and so that no
/// element of the factor exceeds β (Gill, Murray and Wright, *Practical Optimization*, 1981, section
/// 4.4.2.2; Nocedal and Wright, section 3.4). A multiple of the identity instead would slow the
/// directions down in which the matrix was positive.
enum ModifiedCholesky {
  /// The lower triangular L, zeros above it, with `L Lᵀ = A + E`, E diagonal and not negative.
  ///
  /// - Parameter matrix: `order²` finite elements, of which the lower triangle is read.
  static func factor(_ matrix: [Double], order n: Int) -> [Double] {
    var largest = (diagonal: 0.0, other: 0.0)
    for i in 0..<n {
      largest.diagonal = max(largest.diagonal, matrix[i * n + i].magnitude)
      for j in 0..<i { largest.other = max(largest.other, matrix[i * n + j].magnitude) }
    }
    let spread = Double(n * n - 1).squareRoot()
    let bound = max(largest.diagonal, largest.other / max(spread, 1), .leastNormalMagnitude)
    // Smaller pivots are taken for 0, a direction in which the function is flat.
    let smallest = max(1e-8 * (largest.diagonal + largest.other), .leastNormalMagnitude)
    var factor = Array(repeating: 0.0, count: n * n)
    var column = Array(repeating: 0.0, count: n)
    factor.withUnsafeMutableBufferPointer { factor in
      guard let base = factor.baseAddress else { return }
      for j in 0..<n {
        // What is left of column j once those before it are taken off.
        var theta = 0.0
        for i in j..<n {
          column[i] = matrix[i * n + j] - loss_dot(base + i * n, base + j * n, j)
          if i > j { theta = max(theta, column[i].magnitude) }
        }
        let pivot = max(column[j].magnitude, theta * theta / bound, smallest)
        let root = pivot.squareRoot()
        base[j * n + j] = root
        for i in j + 1..<max(n, j + 1) { base[i * n + j] = column[i] / root }
      }
    }
    return factor
  }
}
