/// Softmax cross entropy of rows of scores against one label each, in nats:
/// `softplus(lse over j ≠ y of (sⱼ - s_y))`.
///
/// Its derivative along t is `Σ_{j ≠ y} pⱼ (tⱼ - t_y)`: at the label minus the sum of the other
/// weights, without the cancellation of `p - 1`. The weights are those of softmax itself, whose
/// relative error is near 2^-53 (4 + |sⱼ - max s|); through softplus and lse it would be twice that.
struct CrossEntropy: UnaryOperation {
  let label: Gather
  let others: Gather

  func value(_ s: Value) throws -> Value {
    let margins = try others.value(s) - label.value(s).keepingRowAxis()
    return try .apply(Softplus.self, .apply(LogSumExp(), margins, .number(1)))
  }

  func tangent(of t: Value, at s: Value, result y: Value) throws -> Value? {
    let p = try Value.apply(SoftmaxWeights(), s, .number(1))
    let change = try Value.apply(others, t) - Value.apply(label, t).keepingRowAxis()
    return try .apply(RowProduct(), change, .apply(others, p))
  }
}
