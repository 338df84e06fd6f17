extension LinearAlgebra {
  /// The lower triangular L with `L Lᵀ = A` and a positive diagonal; zeros above it.
  ///
  /// Only the lower triangle of A is read: whether A is symmetric is for the caller to say.
  ///
  /// `L Lᵀ = A + E` with `|E| <= (n + 1) u |L| |Lᵀ|`, u = 2^-53 (Higham 2002, theorem 10.3).
  static func choleskyFactor(
    _ a: UnsafeBufferPointer<Double>, order n: Int, shouldStop: () -> Bool = { false }
  ) throws(LinearAlgebraFailure) -> [Double] {
    precondition(a.count == n * n)
    var l = Array(repeating: 0.0, count: n * n)
    try l.withUnsafeMutableBufferPointer { (buffer) throws(LinearAlgebraFailure) in
      guard let base = buffer.baseAddress else { return }
      var poll = StopPoll()
      for i in 0..<n {
        let row = base + i * n
        for j in 0..<i {
          let other = base + j * n
          row[j] = (a[i * n + j] - rowProduct(row, other, count: j)) / other[j]
          if poll.shouldStop(after: j + 1, shouldStop) { throw .stopped }
        }
        let square = a[i * n + i] - rowProduct(row, row, count: i)
        // A nan is neither: it goes on into the factor.
        if square <= 0 { throw .notPositiveDefinite(pivot: i) }
        row[i] = square.squareRoot()
      }
    }
    return l
  }

  /// The logarithm of the determinant of `L Lᵀ`.
  static func logDeterminant(choleskyFactor l: UnsafeBufferPointer<Double>, order n: Int) -> Double
  {
    precondition(l.count == n * n)
    return 2 * LogDeterminant(diagonal: (0..<n).lazy.map { l[$0 * n + $0] }).logMagnitude
  }
}

/// The dot product in eight lanes, not compensated: the bound above is what the field expects.
@inline(__always)
private func rowProduct(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int
) -> Double {
  var sums = SIMD8<Double>.zero
  var index = 0
  while index &+ 8 <= count {
    sums +=
      UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
      * UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
    index &+= 8
  }
  var sum = sums.sum()
  while index < count {
    sum += a[index] * b[index]
    index &+= 1
  }
  return sum
}
