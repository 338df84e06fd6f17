/// `(1/k) ln mean e^{k x}` of each row: the mellowmax of Asadi and Littman, "An alternative softmax
/// operator for reinforcement learning", 2017.
///
/// Log-sum-exp less ln n / k, which cancels where the entries are nearly equal. With tᵢ = k (xᵢ - m)
/// and m the largest it is `m + log1p(mean expm1(t))/k` as long as that mean is above -1/2, else
/// `m + ln(mean e^t)/k`; error near 2^-52 max(|m|, |value|). By k its derivative is (ln n - H)/k², H
/// the entropy of the weights, with an error near 2^-52 ln n / k².
struct MellowMaximum: BinaryOperation {
  func value(_ x: Value, _ k: Value) throws -> Value {
    let common = try SmoothFamily.commonPart(x)
    let exponents = try k * (x - common.keepingRowAxis())
    let n = Value.number(Double(x.shape.last ?? 1))
    let drop = try Value.apply(SumRows(), .apply(Expm1.self, exponents)) / n
    let mean = try Value.apply(SumRows(), .apply(Exp.self, exponents)) / n
    let isNear = try Value.whether("above -1/2", drop) { $0 > -0.5 }
    return try common + .select(isNear, .apply(Log1p.self, drop), .apply(Log.self, mean)) / k
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result y: Value) throws
    -> Value?
  {
    let ofSum = try LogSumExp().tangent(tx, tk, at: x, k, result: y)
    let logOfCount = Value.number(Scalar.log(Double(x.shape.last ?? 1)))
    return try sum(ofSum, tk.map { try (logOfCount / k / k).chained($0) })
  }
}
