/// Adam: means of the gradient and of its square, both fading, the one over the root of the other
/// (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1).
struct AdamUpdate: RateUpdate {
  /// α of the paper's own settings.
  static let defaultRate = 0.001
  /// β₁, β₂ and ε of the paper's own settings.
  private static let (fading, squareFading, smallest) = (0.9, 0.999, 1e-8)

  let rate: Double
  private var mean: [Double]
  private var square: [Double]
  /// β₁ and β₂ to the power of the number of steps.
  private var powers = (1.0, 1.0)

  init(rate: Double, count: Int) {
    self.rate = rate
    mean = Array(repeating: 0, count: count)
    square = mean
  }

  mutating func change(for gradient: [Double], into change: inout [Double]) {
    let (b1, b2) = (AdamUpdate.fading, AdamUpdate.squareFading)
    powers = (powers.0 * b1, powers.1 * b2)
    for i in change.indices {
      mean[i] = b1 * mean[i] + (1 - b1) * gradient[i]
      square[i] = b2 * square[i] + (1 - b2) * gradient[i] * gradient[i]
      let m = mean[i] / (1 - powers.0)
      let v = square[i] / (1 - powers.1)
      change[i] = -rate * m / (v.squareRoot() + AdamUpdate.smallest)
    }
  }
}
