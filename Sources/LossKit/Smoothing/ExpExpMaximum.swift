/// `(1/k) ln ln Σ e^{e^{k x}}` of each row whose largest entry m is at least 0.
///
/// With E = e^{k m}, tᵢ = k (xᵢ - m) and `zᵢ = E (e^{tᵢ} - 1) ≤ 0` it is `m + log1p(ε)/k`,
/// `ε = ln(Σ e^z)/E`: where E overflows (k m > 709) z is -inf or 0 and ε vanishes, as it should. The
/// gradient is `softmax(z)ᵢ e^{tᵢ}/(1 + ε)`, with a relative error near
/// 2^-53 (4 + (k m + 4) |zᵢ| + 2 |tᵢ|). The derivative by k is
/// `(Σ softmax(z)ᵢ (m (e^{tᵢ} - 1) + e^{tᵢ} (xᵢ - m)) - m ε)/(1 + ε)/k - log1p(ε)/k²`: no term of it
/// is above 0, so nothing cancels.
struct ExpExpMaximum: BinaryOperation {
  func value(_ x: Value, _ k: Value) throws -> Value {
    let parts = try Parts(x, k)
    return try parts.largest + .apply(Log1p.self, parts.excess) / k
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result y: Value) throws
    -> Value?
  {
    let parts = try Parts(x, k)
    let share = try Value.apply(SoftmaxWeights(), parts.z, .number(1))
    let total = try .number(1) + parts.excess
    let fromX = try tx.map {
      try .apply(RowProduct(), $0, parts.decay.chained(share)) / total
    }
    let fromK = try tk.map {
      let m = parts.largest
      // A mask has decay 0, which has to stay 0 times -inf.
      let moved = try m.keepingRowAxis() * parts.drop + parts.relative.chained(parts.decay)
      let mean = try Value.apply(SumRows(), moved.chained(share))
      let slope = try (mean - m * parts.excess) / total / k
      return try (slope - .apply(Log1p.self, parts.excess) / k / k).chained($0)
    }
    return try sum(fromX, fromK)
  }

  private struct Parts {
    let largest: Value
    /// xᵢ - m, `e^{tᵢ}` and `e^{tᵢ} - 1`.
    let relative: Value
    let decay: Value
    let drop: Value
    let z: Value
    /// ε.
    let excess: Value

    init(_ x: Value, _ k: Value) throws {
      largest = try x.plain.largestEntries()(x)
      relative = try x - largest.keepingRowAxis()
      let scale = try Value.apply(Exp.self, k * largest)
      decay = try .apply(Exp.self, k * relative)
      drop = try .apply(Expm1.self, k * relative)
      z = try scale.keepingRowAxis().chained(drop)
      let isFinite = try Value.whether("isfinite", scale) { $0.isFinite }
      excess = try .select(
        isFinite, .apply(LogSumExp(), z, .number(1)) / scale, .number(0))
    }
  }
}
