#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The numbers that every peer gets.
///
/// Exact in integers, and one rounding each, so that all languages agree; `Benchmarks/peers` holds
/// the same rule in Python and C.
func score(_ place: Int) -> Double { Double((place * 7919 + 13) % 10007) / 10007 * 6 - 3 }

/// The smoothed hinge by its formula, in plain Swift: what answers are held to.
func hinge(_ s: some RandomAccessCollection<Double>) -> (value: Double, gradient: [Double]) {
  let others = s.dropFirst()
  guard let label = s.first, let most = others.max() else { return (0, []) }
  let weights = others.map { exp($0 - most) }
  let sum = weights.reduce(0, +)
  let x = most + log(sum) - label
  let sigmoid = 1 / (1 + exp(-x))
  return (max(x, 0) + log1p(exp(-x.magnitude)), [-sigmoid] + weights.map { sigmoid * $0 / sum })
}

/// The second derivatives of the smoothed hinge, row by row.
func hingeHessian(_ s: [Double]) -> [Double] {
  let gradient = hinge(s).gradient
  guard let first = gradient.first else { return [] }
  let sigmoid = -first
  let p = [0] + gradient.dropFirst().map { $0 / sigmoid }
  let slopes = [-1] + p.dropFirst()
  return s.indices.flatMap { i in
    s.indices.map { j in
      sigmoid * ((i == j ? p[i] : 0) - p[i] * p[j]) + sigmoid * (1 - sigmoid) * slopes[i]
        * slopes[j]
    }
  }
}
