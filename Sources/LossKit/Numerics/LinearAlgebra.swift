#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Kernels of dense linear algebra over row-major buffers.
///
/// A nan is not a failure: it spreads to what depends on it, as in arithmetic.
enum LinearAlgebra {}

/// Why a kernel of linear algebra gave no result.
enum LinearAlgebraFailure: Error, Equatable {
  /// The matrix has no inverse: this pivot, counted from 0, is zero.
  case singular(pivot: Int)
  /// The matrix has no Cholesky factor: this pivot, counted from 0, is not positive.
  case notPositiveDefinite(pivot: Int)
  /// The caller asked to stop.
  case stopped
}

// MARK: - Rows

extension LinearAlgebra {
  /// `target -= factor * source`, the inner loop of every elimination.
  @inline(__always)
  static func subtractRow(
    _ source: UnsafePointer<Double>, times factor: Double,
    from target: UnsafeMutablePointer<Double>, count: Int
  ) {
    var index = 0
    while index &+ 4 <= count {
      let place = UnsafeMutableRawPointer(target + index)
      let next = UnsafeRawPointer(source + index).loadUnaligned(as: SIMD4<Double>.self)
      let old = UnsafeRawPointer(place).loadUnaligned(as: SIMD4<Double>.self)
      place.storeBytes(of: old - next * factor, as: SIMD4<Double>.self)
      index &+= 4
    }
    while index < count {
      target[index] -= factor * source[index]
      index &+= 1
    }
  }

  /// `row /= divisor`.
  ///
  /// A quotient, not a product with the reciprocal: that overflows where the divisor is subnormal,
  /// and rounds twice.
  @inline(__always)
  static func divideRow(_ row: UnsafeMutablePointer<Double>, by divisor: Double, count: Int) {
    for index in 0..<count { row[index] /= divisor }
  }
}

// MARK: - Determinants

/// A determinant as its sign (-1, 0, 1 or nan) and the logarithm of its magnitude.
struct LogDeterminant: Equatable {
  var sign: Double
  var logMagnitude: Double
}

extension LogDeterminant {
  /// The determinant of a triangular matrix with this diagonal.
  ///
  /// The product is formed, significands and exponents apart, and its logarithm taken once: that of
  /// n factors has an absolute error of about n u, u = 2^-53. A sum of logarithms has one of
  /// u Σ|log dᵢ|, and cancels: diag(1e-300, 1e300) would lose 1e-13.
  init(diagonal: some Sequence<Double>) {
    var (significand, exponent, sign) = (1.0, 0, 1.0)
    for element in diagonal {
      guard element.isFinite, element != 0 else {
        // Zero times infinity is nan, as in arithmetic.
        significand *= abs(element)
        if element < 0 { sign = -sign }
        continue
      }
      if element < 0 { sign = -sign }
      significand *= element.significand
      exponent += Int(element.exponent)
      if significand >= 2 {
        significand /= 2
        exponent += 1
      }
    }
    guard significand.isFinite, significand != 0 else {
      self.sign = significand.isNaN ? .nan : significand == 0 ? 0 : sign
      logMagnitude = significand.isInfinite ? .infinity : significand == 0 ? -.infinity : .nan
      return
    }
    // Within [√½, √2), so that a determinant near 1 does not come from log 2 - log 2.
    if significand > 2.0.squareRoot() {
      significand /= 2
      exponent += 1
    }
    self.sign = sign
    // ln 2 in two parts, the first with 32 bits, so that its multiples are exact.
    let high = Double(exponent) * 0x1.62e42fee00000p-1
    logMagnitude = high + (Double(exponent) * 0x1.a39ef35793c76p-33 + log(significand))
  }
}
