/// Softmax cross entropy of rows of scores against one label each, in nats:
/// `ln(1 + Σ_{j ≠ y} e^{dⱼ})` with dⱼ = sⱼ - s_y.
///
/// With m the largest dⱼ it is `log1p(Σ e^{dⱼ})` for m ≤ 0, of relative error near 2^-53 (4 + |m|),
/// and `m + log1p(e^{-m} + Σ' e^{dⱼ - m})` above, Σ' without the largest.
///
/// Its derivative along t is `Σ_{j ≠ y} pⱼ (tⱼ - t_y)`: at the label minus the sum of the other
/// weights, without the cancellation of `p - 1`. The weights are those of softmax itself, whose
/// relative error is near 2^-53 (4 + |sⱼ - max s|); through softplus and lse it would be twice that.
struct CrossEntropy: UnaryOperation {
  let label: Gather
  let others: Gather

  func value(_ s: Value) throws -> Value {
    let margins = try others.value(s) - label.value(s).keepingRowAxis()
    let rows = try margins.arrayOrThrow()
    return try rows.reducingRows { row in CrossEntropy.logOnePlusSum(row) }
  }

  private static func logOnePlusSum(_ margins: UnsafeBufferPointer<Double>) -> Double {
    var largest = 0
    for i in margins.indices where margins[i] > margins[largest] || margins[i].isNaN {
      largest = i
      if margins[i].isNaN { return .nan }
    }
    guard !margins.isEmpty, margins[largest] != -.infinity else { return 0 }
    let m = max(margins[largest], 0)
    if m == .infinity { return m }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: margins.count) { terms in
      for i in margins.indices { terms[i] = Scalar.exp(margins[i] - m) }
      if m > 0 { terms[largest] = Scalar.exp(-m) }
      return m + Scalar.log1p(Summation.sum(UnsafeBufferPointer(terms)))
    }
  }

  func enclosed(_ s: Enclosure) throws -> Enclosure {
    let label = try label.enclosed(s).mapped { try $0.keepingRowAxis() }
    let margins = try Enclosure.applying(Subtract.self, others.enclosed(s), label)
    let radii = try margins.largestRadii()
    return try Enclosure(
      s.origin, center: value(s.center), below: radii.below, above: radii.above)
  }

  func tangent(of t: Value, at s: Value, result y: Value) throws -> Value? {
    if case .traced(let s) = s { return try .apply(RowProduct(), tracedWeights(s), t) }
    let p = try Value.apply(SoftmaxWeights(), s, .number(1))
    let change = try Value.apply(others, t) - Value.apply(label, t).keepingRowAxis()
    return try .apply(RowProduct(), change, .apply(others, p))
  }
}
