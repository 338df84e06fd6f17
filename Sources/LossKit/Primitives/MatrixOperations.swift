/// The matrix product of matrices and vectors, at each point of the lanes.
///
/// Shapes as in NumPy: `(…, m, p) @ (p, n)`, a vector on the left is a row, on the right a column.
/// On the right at most a matrix.
struct MatrixMultiply: BinaryOperation {
  var isBilinear: Bool { true }

  func value(_ a: Value, _ b: Value) throws -> Value {
    guard case .tensor(let a) = a, case .tensor(let b) = b, let length = a.shape.last,
      (1...2).contains(b.shape.count), length == b.shape[0]
    else { throw EvaluationProblem.matrixShapesDoNotFit(a.shape, b.shape) }
    // Matrices side by side on the left are more rows of one product.
    let m = a.shape.dropLast().reduce(1, *)
    let p = b.shape[0]
    let n = b.shape.count == 2 ? b.shape[1] : 1
    let lanes = a.lanes.merged(with: b.lanes)
    let shape = Array(a.shape.dropLast()) + (b.shape.count == 2 ? [n] : [])
    let account = a.account
    let result = try Tensor(lanes: lanes, shape: shape, account: account)
    let target = UnsafeMutableBufferPointer(start: result.start, count: result.count)
    do {
      if b.lanes.isEmpty {
        // The lanes of the left operand are more rows of one product.
        try MatrixProduct.multiply(
          MatrixView(a.start, rows: lanes.extent * m, columns: p, rowStride: p),
          MatrixView(b.start, rows: p, columns: n, rowStride: n), into: target,
          shouldStop: { account.isCancelled })
        return result.value
      }
      let broadcast = Broadcast(lanes: lanes, shape: [])
      let walk = StridedWalk(
        extents: lanes.map(\.size),
        strides: [
          broadcast.strides(lanes: a.lanes, shape: []),
          broadcast.strides(lanes: b.lanes, shape: []),
        ])
      let last = walk.extents.count - 1
      let (stepA, stepB) = (walk.strides[0][last], walk.strides[1][last])
      var stopped = false
      walk.forEachRun { block, offsets, length in
        for i in 0..<length {
          do {
            try MatrixProduct.multiply(
              MatrixView(
                a.start + (offsets[0] + i * stepA) * m * p, rows: m, columns: p, rowStride: p),
              MatrixView(
                b.start + (offsets[1] + i * stepB) * p * n, rows: p, columns: n, rowStride: n),
              into: UnsafeMutableBufferPointer(
                start: result.start + (block + i) * m * n, count: m * n),
              shouldStop: { account.isCancelled })
          } catch {
            stopped = true
            return false
          }
        }
        return true
      }
      if stopped { throw EvaluationProblem.cancelled }
    } catch is KernelStopped {
      throw EvaluationProblem.cancelled
    }
    return result.value
  }

  func tangent(_ ta: Value?, _ tb: Value?, at a: Value, _ b: Value, result y: Value) throws
    -> Value?
  {
    try sum(ta.map { try .apply(self, $0, b) }, tb.map { try .apply(self, a, $0) })
  }
}

/// The x with `A x = b`, for one or several right-hand sides (the columns of b).
///
/// `dx = A⁻¹ (db - dA x)`.
struct Solve: BinaryOperation {
  func value(_ a: Value, _ b: Value) throws -> Value {
    let n = try a.squareOrder()
    guard case .tensor(let a) = a, case .tensor(let b) = b, let rows = b.shape.first, rows == n,
      b.shape.count <= 2
    else { throw EvaluationProblem.matrixShapesDoNotFit(a.shape, b.shape) }
    let columns = b.shape.count == 2 ? b.shape[1] : 1
    let lanes = a.lanes.merged(with: b.lanes)
    let account = a.account
    let result = try Tensor(lanes: lanes, shape: b.shape, account: account)
    let broadcast = Broadcast(lanes: lanes, shape: b.shape)
    result.fill(from: b)
    let walk = StridedWalk(
      extents: lanes.map(\.size), strides: [broadcast.laneStrides(of: a.lanes)])
    let step = walk.strides[0][walk.extents.count - 1]
    var failure: LinearAlgebraFailure?
    var factors: LUFactors?
    var factored = -1
    walk.forEachRun { block, offsets, length in
      for i in 0..<length {
        do {
          let source = offsets[0] + i * step
          if factored != source {
            factors = try LinearAlgebra.luFactor(
              UnsafeBufferPointer(start: a.start + source * n * n, count: n * n), order: n,
              shouldStop: { account.isCancelled })
            factored = source
          }
          guard let factors else { return false }
          try LinearAlgebra.solve(
            UnsafeBufferPointer(start: a.start + source * n * n, count: n * n), factors,
            UnsafeMutableBufferPointer(
              start: result.start + (block + i) * n * columns, count: n * columns),
            columns: columns, shouldStop: { account.isCancelled })
        } catch let error as LinearAlgebraFailure {
          failure = error
          return false
        } catch {
          return false
        }
      }
      return true
    }
    if let failure { throw EvaluationProblem(failure) }
    return .tensor(result)
  }

  func tangent(_ ta: Value?, _ tb: Value?, at a: Value, _ b: Value, result x: Value) throws
    -> Value?
  {
    let fromA = try ta.map { try -Value.apply(MatrixMultiply(), $0, x) }
    guard let drive = try sum(tb, fromA) else { return nil }
    return try .apply(self, a, drive)
  }
}

/// `ln det A`: -inf where A is singular, nan where the determinant is negative.
///
/// `d ln det A = tr(A⁻¹ dA)`.
struct LogDeterminantOf: UnaryOperation {
  func value(_ x: Value) throws -> Value {
    let n = try x.squareOrder()
    let tensor = try x.arrayOrThrow()
    let result = try Tensor(lanes: tensor.lanes, shape: [], account: tensor.account)
    for i in 0..<result.count {
      do {
        let factors = try LinearAlgebra.luFactor(
          UnsafeBufferPointer(start: tensor.start + i * n * n, count: n * n), order: n,
          shouldStop: { tensor.account.isCancelled })
        let determinant = LinearAlgebra.logAbsDeterminant(factors)
        result.start[i] = determinant.sign < 0 ? .nan : determinant.logMagnitude
      } catch { throw EvaluationProblem(error) }
    }
    return result.value
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    let n = x.shape[0]
    let account = x.account ?? .unlimited
    let inverse: Value
    do {
      inverse = try Value.apply(Solve(), x, .identity(n, account: account))
    } catch EvaluationProblem.singularMatrix {
      // Of several matrices the others do have one.
      guard x.plain.lanes.isEmpty else { throw LaneDependence() }
      // At -inf there is a value, and no derivative.
      return try Value.number(.nan) * .apply(SumRows(), t.reshaped([n * n]))
    }
    let slope = try Value.apply(
      RowProduct(), inverse.transposed([1, 0]).reshaped([n * n]), t.reshaped([n * n]))
    // Where there is no logarithm, there is no derivative of it either.
    return try slope + (y - y)
  }
}

/// The lower triangular L with `L Lᵀ = (A + Aᵀ)/2` and a positive diagonal.
///
/// `dL = L Φ(L⁻¹ dA L⁻ᵀ)`, Φ the lower triangle with half the diagonal (Murray, "Differentiation
/// of the Cholesky decomposition", 2016). The symmetric part is taken before, by the caller.
struct CholeskyFactor: UnaryOperation {
  func value(_ x: Value) throws -> Value {
    let n = try x.squareOrder()
    let tensor = try x.arrayOrThrow()
    let result = try Tensor(lanes: tensor.lanes, shape: tensor.shape, account: tensor.account)
    for i in 0..<tensor.lanes.extent {
      do {
        let factor = try LinearAlgebra.choleskyFactor(
          UnsafeBufferPointer(start: tensor.start + i * n * n, count: n * n), order: n,
          shouldStop: { tensor.account.isCancelled })
        for j in 0..<n * n { result.start[i * n * n + j] = factor[j] }
      } catch { throw EvaluationProblem(error) }
    }
    return .tensor(result)
  }

  func tangent(of t: Value, at x: Value, result l: Value) throws -> Value? {
    let n = x.shape[0]
    let half = try Value.apply(Solve(), l, t).transposed([1, 0])
    let inner = try Value.apply(Solve(), l, half)
    let weights = (0..<n * n).map { $0 / n > $0 % n ? 1 : $0 / n == $0 % n ? 0.5 : 0 }
    let lower = Value.tensor(
      try Tensor(weights, shape: [n, n], account: x.account ?? .unlimited))
    return try .apply(MatrixMultiply(), l, lower.chained(inner))
  }
}

extension Value {
  /// The number of rows of a square matrix.
  func squareOrder() throws -> Int {
    let shape = shape
    guard shape.count == 2, shape[0] == shape[1] else {
      throw EvaluationProblem.notASquareMatrix(shape)
    }
    return shape[0]
  }

  static func identity(_ n: Int, account: MemoryAccount) throws -> Value {
    let result = try Tensor(shape: [n, n], account: account)
    result.start.update(repeating: 0, count: result.count)
    for i in 0..<n { result.start[i * n + i] = 1 }
    return .tensor(result)
  }
}

extension Broadcast {
  /// The steps through an operand's lanes, in points of its lanes.
  func laneStrides(of operand: [Lane]) -> [Int] {
    Broadcast(lanes: lanes, shape: []).strides(lanes: operand, shape: [])
  }
}

extension EvaluationProblem {
  init(_ failure: LinearAlgebraFailure) {
    switch failure {
    case .singular(let pivot): self = .singularMatrix(pivot: pivot)
    case .notPositiveDefinite(let pivot): self = .notPositiveDefinite(pivot: pivot)
    case .stopped: self = .cancelled
    }
  }
}
