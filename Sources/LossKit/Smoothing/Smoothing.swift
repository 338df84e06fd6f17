/// A frame in which hard primitives answer with their smooth counterparts.
final class Smoothing: @unchecked Sendable {  // Immutable.
  /// What hard primitives answer with.
  enum Answer {
    case smoothValue
    /// Their hard value, with bounds of the smooth one.
    case enclosure(Enclosure.Origin)
  }

  /// The sharpness: a number, possibly with derivatives.
  let k: Value
  let family: SmoothFamily
  let answer: Answer

  init(k: Value, family: SmoothFamily, answer: Answer = .smoothValue) {
    self.k = k
    self.family = family
    self.answer = answer
  }

  // MARK: The maximum of the family

  /// The smooth maximum of each row.
  func maximum(ofRows rows: Value) throws -> Value {
    switch answer {
    case .smoothValue: try family.maximum(rows, k: k)
    case .enclosure(let origin):
      .enclosed(try family.enclosedMaximum(Enclosure(rows, in: origin), k: k))
    }
  }

  /// The smooth maximum of several values, elementwise.
  private func maximum(_ parts: [Value], _ context: CallContext) throws -> Value {
    try maximum(ofRows: Value.rows(of: parts, account: context.account))
  }

  /// `max(x, 0)` as the family smooths it.
  func relu(_ x: Value, _ context: CallContext) throws -> Value {
    try refuseOutsideMaximum(context)
    if family == .lse, case .smoothValue = answer { return try .apply(SharpSoftplus.self, x, k) }
    return try maximum([x, .number(0)], context)
  }

  /// `max(x, -x)` as the family smooths it.
  func abs(_ x: Value, _ context: CallContext) throws -> Value {
    try refuseOutsideMaximum(context)
    if family == .lse, case .smoothValue = answer { return try .apply(SmoothAbs.self, x, k) }
    return try maximum([x, -x], context)
  }

  /// `lo + relu(x - lo) - relu(x - hi)`, which is x between lo and hi where lo ≤ hi.
  func clamp(_ x: Value, _ lo: Value, _ hi: Value, _ context: CallContext) throws -> Value {
    guard case .enclosure(let origin) = answer else {
      return try smoothClamp(x, lo, hi, context)
    }
    try refuseOutsideMaximum(context)
    let parts = try [x, lo, hi].map { try Value.enclosed(Enclosure($0, in: origin)) }
    // Bounds have no corners to name.
    let clamped = try Value.minimum(
      .maximum(parts[0], parts[1], context, .described("")), parts[2], context, .described(""))
    let hard = try Enclosure(clamped, in: origin)
    // Of the difference of two errors, the one's excess and the other's shortfall.
    let error = try Value.mapped(k, .number(0)) { k, _ in
      let error = family.errorBound(count: 2, k: k, largest: 1)
      return error.below + error.above
    }
    let order = try Enclosure(parts[2] - parts[1], in: origin)
    let crossing = try Value.mapped(order.center - order.below, .number(0)) { least, _ in
      least >= 0 ? 0 : .infinity
    }
    return try hard.with(
      center: hard.center, below: hard.below + error + crossing,
      above: hard.above + error + crossing)
  }

  /// The sum as the hard value and what rounds its corners: relu(u) is u + relu(-u), smoothed, too, so
  /// that each relu is taken where it is small.
  ///
  /// The sum itself cancels beyond `hi`, and is nan at infinite bounds.
  private func smoothClamp(_ x: Value, _ lo: Value, _ hi: Value, _ context: CallContext) throws
    -> Value
  {
    func isLess(_ a: Value, _ b: Value) throws -> Value {
      try Evaluator.compare(.less, a.plain, b.plain, tolerance: nil)
    }
    let isBelow = try isLess(x, lo)
    let isAbove = try isLess(hi, x)
    // Where the bounds cross, x may lie outside both.
    let lowest = try Value.select(isAbove, lo + hi - x, lo)
    let hard = try Value.select(isBelow, lowest, .select(isAbove, hi, x))
    let beyondLow = try Value.select(isBelow, x - lo, lo - x)
    let beyondHigh = try Value.select(isAbove, hi - x, x - hi)
    return try hard + relu(beyondLow, context) - relu(beyondHigh, context)
  }

  /// A jump has a smooth counterpart, but no bound on its error.
  func refuseJump(_ context: CallContext) throws {
    if case .enclosure = answer { throw EvaluationProblem.jumpHasNoErrorBound(context.name) }
  }

  /// The weights that a smooth maximum gives to the entries of each row.
  func weights(_ rows: Value) throws -> Value {
    family == .sparse
      ? try .apply(SparsemaxWeights(), rows, SmoothFamily.finite(k))
      : try .apply(SoftmaxWeights(), rows, k)
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
