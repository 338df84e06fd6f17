/// Limited-memory BFGS: the directions of a quasi-Newton method that remembers a few steps.
///
/// The product of the approximate inverse Hessian with the gradient by two loops over the
/// remembered pairs (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; Nocedal
/// and Wright, algorithm 7.4), beginning with γ I, γ = sᵀy / yᵀy of the last pair. Inputs that are held
/// by a bound are left out of all products: what is approximated is the inverse Hessian in those
/// that are free, as a projected Newton method asks for.
struct LBFGSDirections: SearchDirections {
  /// How many steps are remembered: few cost less, and more than some 20 seldom help.
  static let memory = 10

  private struct Pair {
    let step: [Double]
    let change: [Double]
  }

  private var pairs: [Pair] = []
  private var weights: [Double] = []
  private var products: [Double] = []

  var isFresh: Bool { pairs.isEmpty }

  mutating func direction(at run: DescentRun, into direction: inout [Double]) throws -> Double {
    let n = direction.count
    for i in 0..<n { direction[i] = -run.gradient[i] }
    run.mask(&direction)
    weights = Array(repeating: 0, count: pairs.count)
    products = weights
    var scaling: Double?
    for k in pairs.indices.reversed() {
      let (product, square) = freeProducts(pairs[k], run)
      products[k] = product
      // In the free inputs alone the curvature may be lost.
      guard product > .ulpOfOne * (square * dot(pairs[k].step, pairs[k].step)).squareRoot() else {
        continue
      }
      scaling = scaling ?? product / square
      weights[k] = dot(pairs[k].step, direction) / product
      add(-weights[k], pairs[k].change, to: &direction)
      run.mask(&direction)
    }
    guard let scaling else {
      pairs = []
      for i in 0..<n { direction[i] = -run.gradient[i] }
      run.mask(&direction)
      // Nothing is known of the scale: a step of length 1, or shorter where the gradient is.
      return min(1, 1 / length(direction))
    }
    scale(&direction, by: scaling)
    for k in pairs.indices where weights[k] != 0 {
      let weight = dot(pairs[k].change, direction) / products[k]
      add(weights[k] - weight, pairs[k].step, to: &direction)
      run.mask(&direction)
    }
    return 1
  }

  /// sᵀy and yᵀy over the inputs that are free.
  private func freeProducts(_ pair: Pair, _ run: DescentRun) -> (Double, Double) {
    if run.holdsNothing { return (dot(pair.step, pair.change), dot(pair.change, pair.change)) }
    var change = pair.change
    run.mask(&change)
    return (dot(pair.step, change), dot(change, change))
  }

  mutating func learn(step: [Double], gradientChange: [Double]) {
    // Without positive curvature the matrix would no longer be positive definite. A cosine, so that
    // the scale of neither the inputs nor the loss matters.
    let product = dot(step, gradientChange)
    let lengths = length(step) * length(gradientChange)
    guard product > .ulpOfOne * lengths, product.isFinite, lengths.isFinite else { return }
    if pairs.count == LBFGSDirections.memory { pairs.removeFirst() }
    pairs.append(Pair(step: step, change: gradientChange))
  }

  mutating func forget() { pairs = [] }
}
