/// `(1/k) ln ln Σ e^{e^{k x}}` of each row whose largest entry m is at least 0.
///
/// With E = e^{k m} it is `m + (1/k) log1p(ln(Σ e^{zᵢ})/E)`, `zᵢ = E (e^{k (xᵢ - m)} - 1) ≤ 0`: where
/// E overflows (k m > 709) z is -inf or 0 and the rest vanishes, as it should. Its gradient is
/// `softmax(z)ᵢ e^{k (xᵢ - M)}`, by k its derivative is `(Σ wᵢ xᵢ - M)/k`, w the gradient.
struct ExpExpMaximum: BinaryOperation {
  func value(_ x: Value, _ k: Value) throws -> Value {
    let parts = try ExpExpMaximum.parts(x, k)
    let excess = try Value.apply(LogSumExp(), parts.z, .number(1)) / parts.scale
    return try parts.largest + .apply(Log1p.self, excess) / k
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result y: Value) throws
    -> Value?
  {
    let parts = try ExpExpMaximum.parts(x, k)
    let share = try Value.apply(SoftmaxWeights(), parts.z, .number(1))
    let decay = try Value.apply(Exp.self, k * (x - y.keepingRowAxis()))
    let weights = try decay.chained(share)
    let fromX = try tx.map { try Value.apply(RowProduct(), $0, weights) }
    let fromK = try tk.map {
      try ((.apply(RowProduct(), x - y.keepingRowAxis(), weights)
        + y * (.apply(SumRows(), weights) - .number(1))) / k).chained($0)
    }
    return try sum(fromX, fromK)
  }

  /// The largest entry, E and z of each row.
  private static func parts(_ x: Value, _ k: Value) throws -> (
    largest: Value, scale: Value, z: Value
  ) {
    let largest = try Value.apply(SmoothFamily.largestOfRows(x.plain.arrayOrThrow()), x)
    let scale = try Value.apply(Exp.self, k * largest)
    let relative = try k * (x - largest.keepingRowAxis())
    let z = try scale.keepingRowAxis().chained(.apply(Expm1.self, relative))
    return (largest, scale, z)
  }
}
