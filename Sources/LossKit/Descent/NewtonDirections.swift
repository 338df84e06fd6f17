/// Newton's method: the solution of `H p = -g` in the inputs that no bound holds.
///
/// Where the Hessian is not positive definite, one near it that is takes its place
/// (`ModifiedCholesky`). At a point without slope
/// where the Hessian has a direction of negative curvature, a saddle, that direction leads on: it is
/// read off the pivot at which the factorization failed.
struct NewtonDirections: SearchDirections {
  private var hessian: [Double]
  /// The inputs that no bound holds.
  private var free: [Int] = []

  init(count: Int) { hessian = Array(repeating: 0, count: count * count) }

  /// Each direction comes from its own Hessian: there is nothing to forget.
  var isFresh: Bool { usesGradient }
  /// Whether the last direction was no descent, so that the gradient is taken.
  private var usesGradient = false

  mutating func direction(at run: DescentRun, into direction: inout [Double]) throws -> Double {
    for i in direction.indices { direction[i] = -run.gradient[i] }
    run.mask(&direction)
    guard !usesGradient, try evaluate(at: run) else { return min(1, 1 / length(direction)) }
    let order = free.count
    var solution = free.map { direction[$0] }
    try positiveFactor(reduced()).withUnsafeBufferPointer { factor in
      try solution.withUnsafeMutableBufferPointer { solution in
        try LinearAlgebra.solveLower(factor, order: order, solution, columns: 1)
        try LinearAlgebra.solveLowerTransposed(factor, order: order, solution, columns: 1)
      }
    }
    for (i, place) in free.enumerated() { direction[place] = solution[i] }
    return 1
  }

  mutating func learn(step: [Double], gradientChange: [Double]) { usesGradient = false }

  mutating func forget() { usesGradient = true }

  // MARK: The Hessian

  /// Evaluates the Hessian; whether it is there and finite.
  private mutating func evaluate(at run: DescentRun) throws -> Bool {
    guard let evaluate = run.objective.hessian else { return false }
    if run.objective.isCancelled() { throw DescentInterrupted() }
    do {
      try evaluate(run.point, &hessian)
    } catch let error as LossError {
      if error.isCancellation { throw DescentInterrupted() }
      throw error
    }
    free = run.point.indices.filter { !run.holds($0) }
    return isFinite(hessian)
  }

  /// The rows and columns of the free inputs.
  private func reduced() -> [Double] {
    let n = hessian.count == 0 ? 0 : Int(Double(hessian.count).squareRoot())
    if free.count == n { return hessian }
    var result: [Double] = []
    result.reserveCapacity(free.count * free.count)
    for i in free { for j in free { result.append(hessian[i * n + j]) } }
    return result
  }

  /// The Cholesky factor of the matrix, or of one near it where it has none or hardly one.
  private func positiveFactor(_ matrix: [Double]) -> [Double] {
    let order = free.count
    let largest = (0..<order).reduce(0) { max($0, matrix[$1 * order + $1].magnitude) }
    // A pivot that is all rounding would make a step that is.
    let smallest = Double(order) * .ulpOfOne * largest
    if let factor = NewtonDirections.factor(matrix, order),
      (0..<order).allSatisfy({
        factor[$0 * order + $0] * factor[$0 * order + $0] > smallest
      })
    {
      return factor
    }
    return ModifiedCholesky.factor(matrix, order: order)
  }

  private static func factor(_ matrix: [Double], _ order: Int) -> [Double]? {
    matrix.withUnsafeBufferPointer { matrix in
      try? LinearAlgebra.choleskyFactor(matrix, order: order)
    }
  }

  // MARK: Saddles

  /// A direction of negative curvature at a point without slope.
  ///
  /// Where the factorization fails at pivot k, the leading k rows have a factor, and
  /// `d = (-A⁻¹ a, 1, 0, …)` with a the k entries of the next column has `dᵀ H d` equal to the pivot.
  mutating func escape(from run: DescentRun, into direction: inout [Double]) throws -> Bool {
    guard try evaluate(at: run), let (pivot, solution) = negativePivot(reduced()) else {
      return false
    }
    for i in direction.indices { direction[i] = 0 }
    for (i, x) in solution.enumerated() { direction[free[i]] = x }
    let size = length(direction)
    guard pivot < 0, size > 0, size.isFinite else { return false }
    scale(&direction, by: 1 / size)
    return true
  }

  private func negativePivot(_ matrix: [Double]) -> (pivot: Double, direction: [Double])? {
    let order = free.count
    var failed = 0
    do {
      _ = try matrix.withUnsafeBufferPointer {
        try LinearAlgebra.choleskyFactor($0, order: order)
      }
      return nil
    } catch LinearAlgebraFailure.notPositiveDefinite(let pivot) {
      failed = pivot
    } catch {
      return nil
    }
    var leading: [Double] = []
    for i in 0..<failed { for j in 0..<failed { leading.append(matrix[i * order + j]) } }
    guard let factor = NewtonDirections.factor(leading, failed) else { return nil }
    let column = (0..<failed).map { matrix[failed * order + $0] }
    var solution = column
    let isSolved: Void? = factor.withUnsafeBufferPointer { factor in
      solution.withUnsafeMutableBufferPointer { solution in
        try? LinearAlgebra.solveLower(factor, order: failed, solution, columns: 1)
        return try? LinearAlgebra.solveLowerTransposed(factor, order: failed, solution, columns: 1)
      }
    }
    guard isSolved != nil else { return nil }
    let diagonal = matrix[failed * order + failed]
    let pivot = diagonal - dot(column, solution)
    // A pivot of rounding is a flat direction, no descent.
    let size = max(diagonal.magnitude, dot(column, solution).magnitude)
    guard pivot < -1e-10 * size || diagonal < 0 && failed == 0 else { return nil }
    return (pivot, solution.map { -$0 } + [1])
  }
}
