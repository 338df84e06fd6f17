// How primitives act on values that are known within bounds only; the rules of single primitives stand
// with them.

extension Enclosure {
  // MARK: Elementwise

  func applying<O: ElementwiseUnary>(_ operation: O.Type) throws -> Enclosure {
    if case .number(let x) = center, case .number(let below) = below,
      case .number(let above) = above
    {
      let spread = try Enclosure.rule(
        O.spread(Uncertain(center: x, below: below, above: above)))
      return try Enclosure(
        origin, center: .number(O.value(x)), below: .number(spread.below),
        above: .number(spread.above))
    }
    let (x, b, a) = (try center.arrayOrThrow(), try below.arrayOrThrow(), try above.arrayOrThrow())
    return try filled(like: x) { i in
      let known = Uncertain(center: x.start[i], below: b.start[i], above: a.start[i])
      return (O.value(x.start[i]), try Enclosure.rule(O.spread(known)))
    }
  }

  static func applying<O: ElementwiseBinary>(
    _ operation: O.Type, _ a: Enclosure, _ b: Enclosure
  ) throws -> Enclosure {
    func spread(_ value: Value, _ other: Enclosure) throws -> Tensor {
      try Value.sameLayout(value, other.center).0
    }
    let (x, xBelow, xAbove) = (
      try spread(a.center, b), try spread(a.below, b), try spread(a.above, b)
    )
    let (y, yBelow, yAbove) = (
      try spread(b.center, a), try spread(b.below, a), try spread(b.above, a)
    )
    return try a.filled(like: x) { i in
      let spread = O.spread(
        Uncertain(center: x.start[i], below: xBelow.start[i], above: xAbove.start[i]),
        Uncertain(center: y.start[i], below: yBelow.start[i], above: yAbove.start[i]))
      return (O.value(x.start[i], y.start[i]), try rule(spread))
    }
  }

  private static func rule(_ spread: Spread?) throws -> Spread {
    guard let spread else { throw EvaluationProblem.noErrorBound(nil) }
    return spread
  }

  /// An enclosure made element by element.
  private func filled(like layout: Tensor, _ element: (Int) throws -> (Double, Spread)) throws
    -> Enclosure
  {
    func array() throws -> Tensor {
      try Tensor(lanes: layout.lanes, shape: layout.shape, account: layout.account)
    }
    let (center, below, above) = (try array(), try array(), try array())
    for i in 0..<layout.count {
      let (value, spread) = try element(i)
      center.start[i] = value
      below.start[i] = spread.below
      above.start[i] = spread.above
      if i % Tensor.stopInterval == 0 { try layout.account.checkStop() }
    }
    return try Enclosure(
      origin, center: center.value, below: below.value, above: above.value)
  }

  /// The exact value of a sharpness or the like, of which no rule takes another.
  func exactOrThrow() throws -> Value {
    guard let exact else { throw EvaluationProblem.noErrorBound(nil) }
    return exact
  }

  // MARK: Rows

  /// The largest entry of each row.
  ///
  /// Of entry x in a row with the maximum m the upper end reaches x - m + above beyond m, and the
  /// maximum cannot fall by more than m - x + below.
  func largestOfRows() throws -> Enclosure {
    let (x, b, a) = (try center.arrayOrThrow(), try below.arrayOrThrow(), try above.arrayOrThrow())
    let n = x.rowLength
    let outer = try Tensor(
      lanes: x.lanes, shape: Array(x.shape.dropLast()), account: x.account)
    return try filled(like: outer) { row in
      let entries = x.row(row)
      var m = -Double.infinity
      for entry in entries {
        if entry.isNaN { return (entry, .unbounded) }
        m = max(m, entry)
      }
      if n == 0 { return (m, .exact) }
      var spread = Spread(below: .infinity, above: 0)
      for i in entries.indices {
        let gap = entries[i] == m ? 0 : m - entries[i]
        spread.above = Enclosure.larger(spread.above, a.row(row)[i] - gap)
        let fall = b.row(row)[i] + gap
        spread.below = min(spread.below, fall.isNaN ? .infinity : fall)
      }
      return (m, spread)
    }
  }

  /// `ln mean e^x` of each row, whose slopes are weights.
  func logMeanOfRows() throws -> Value {
    let radii = try largestRadii()
    return try with(
      center: MellowMaximum().value(center, .number(1)), below: radii.below, above: radii.above)
  }

  /// k times how far apart two entries of a row may move.
  func rangeOfRows(_ k: Value) throws -> Value {
    let radii = try largestRadii()
    return try k * (radii.below + radii.above)
  }

  // MARK: Products

  /// A product of any shape that is linear in each operand.
  static func product(
    _ a: Enclosure, _ b: Enclosure, _ product: (Value, Value) throws -> Value
  ) throws -> Enclosure {
    let center = try product(a.center, b.center)
    func part(_ x: Value, _ sign: Double) throws -> Value {
      try .mapped(x, .number(0)) { x, _ in max(sign * x, 0) }
    }
    /// What the radii become where one operand, `weights`, is exact.
    func weighed(
      _ weights: Value, _ one: Value, _ other: Value, _ product: (Value, Value) throws -> Value
    )
      throws -> Value
    {
      try product(one, part(weights, 1)) + product(other, part(weights, -1))
    }
    if b.exact != nil {
      return try Enclosure(
        a.origin, center: center, below: weighed(b.center, a.below, a.above, product),
        above: weighed(b.center, a.above, a.below, product))
    }
    if a.exact != nil {
      return try Enclosure(
        a.origin, center: center,
        below: weighed(a.center, b.below, b.above) { try product($1, $0) },
        above: weighed(a.center, b.above, b.below) { try product($1, $0) })
    }
    func magnitude(_ x: Value) throws -> Value {
      try .mapped(x, .number(0)) { x, _ in x.magnitude }
    }
    let (da, db) = (try a.radius(), try b.radius())
    let radius = try product(da, magnitude(b.center) + db) + product(magnitude(a.center), db)
    return try Enclosure(a.origin, center: center, below: radius, above: radius)
  }
}
