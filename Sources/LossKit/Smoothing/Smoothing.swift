/// A frame in which hard primitives answer with their smooth counterparts.
final class Smoothing: @unchecked Sendable {  // Immutable.
  /// The sharpness: a number, possibly with derivatives.
  let k: Value
  let family: SmoothFamily

  init(k: Value, family: SmoothFamily) {
    self.k = k
    self.family = family
  }

  // MARK: The maximum of the family

  /// The smooth maximum of several values, elementwise.
  func maximum(_ parts: [Value], _ context: CallContext) throws -> Value {
    try family.maximum(Value.rows(of: parts, account: context.account), k: k)
  }

  /// `max(x, 0)` as the family smooths it.
  func relu(_ x: Value, _ context: CallContext) throws -> Value {
    try refuseOutsideMaximum(context)
    if family == .lse { return try .apply(SharpSoftplus.self, x, k) }
    return try maximum([x, .number(0)], context)
  }

  /// `max(x, -x)` as the family smooths it.
  func abs(_ x: Value, _ context: CallContext) throws -> Value {
    try refuseOutsideMaximum(context)
    if family == .lse { return try .apply(SmoothAbs.self, x, k) }
    return try maximum([x, -x], context)
  }

  /// The weights that a smooth maximum gives to the entries of each row.
  func weights(_ rows: Value) throws -> Value {
    family == .sparse
      ? try .apply(SparsemaxWeights(), rows, k) : try .apply(SoftmaxWeights(), rows, k)
  }

  /// The index of the largest entry of each row, weighted: `Σ i softmax(k v)ᵢ`.
  func index(_ rows: Value, _ context: CallContext) throws -> Value {
    let n = rows.shape.last ?? 0
    let places = try Tensor((0..<n).map(Double.init), account: context.account)
    let spread = try Value.tensor(places).broadcast(to: rows.shape, context.account)
    return try .apply(RowProduct(), spread, .apply(SoftmaxWeights(), rows, k))
  }

  /// Families that stand for `max` alone smooth nothing else.
  func refuseOutsideMaximum(_ context: CallContext) throws {
    if family.smoothsOnlyMaximum {
      throw EvaluationProblem.familySmoothsOnlyMaximum(family.rawValue, context.name)
    }
  }
}
