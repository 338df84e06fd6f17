/// `(Σ |x|^p)^(1/p)` of each row, 1 < p < ∞, scaled by the largest magnitude so that no square
/// overflows or underflows.
///
/// Its gradient is `sign(xᵢ) (|xᵢ|/y)^(p-1)`. A row of zeros is a corner: the norm is then
/// differentiable along each direction t only, with derivative ‖t‖, and the gradient is that at t
/// for the first direction t that is not zero (`directions`, chosen before).
struct RowNorm: UnaryOperation {
  let p: Double
  /// For each row (and point of `lanes`) the direction taken where the row is zero.
  let directions: Tensor?

  func value(_ x: Value) throws -> Value {
    try x.arrayOrThrow().reducingRows { RowNorm.norm($0, p) }
  }

  static func norm(_ row: UnsafeBufferPointer<Double>, _ p: Double) -> Double {
    var largest = 0.0
    var hasNan = false
    for x in row {
      if x.isNaN { hasNan = true }
      if x.magnitude > largest { largest = x.magnitude }
    }
    if largest == .infinity { return .infinity }
    if hasNan { return .nan }
    if largest == 0 { return 0 }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: row.count) { terms in
      // Within these bounds squares neither overflow nor lose bits: no scaling, one rounding less.
      let isSafe = p == 2 && largest < 0x1p500 && largest > 0x1p-450
      let unit = isSafe ? 1 : largest
      for i in row.indices {
        let ratio = row[i].magnitude / unit
        terms[i] = p == 2 ? ratio * ratio : Scalar.pow(ratio, p)
      }
      let total = Summation.sum(UnsafeBufferPointer(terms))
      return unit * (p == 2 ? total.squareRoot() : Scalar.pow(total, 1 / p))
    }
  }

  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value? {
    let length = try y.keepingRowAxis()
    // Where y is 0 the quotient is 0/0; it is not chosen.
    var gradient = try Value.apply(ChainQuotient.self, x, length)
    if p != 2 {
      let sign = try Value.byValue("sign", x, Scalar.sign)
      gradient = try sign * .apply(Power.self, sign * gradient, .number(p - 1))
    }
    if let directions {
      let zeros = try Value.whether("is 0", length) { $0 == 0 }
      gradient = try .select(zeros, .tensor(directions), gradient)
    }
    return try .apply(RowProduct(), gradient, t)
  }
}

extension Value {
  /// The p-norm of each row.
  ///
  /// - Parameter corner: what a note says of rows of zeros.
  func normOfRows(p: Double, _ context: CallContext, corner: @autoclosure () -> String) throws
    -> Value
  {
    if case .enclosed(let known) = self {
      // A norm moves by no more than the norm of the change.
      let norm = RowNorm(p: p, directions: nil)
      let radius = try norm.value(known.radius())
      return try known.with(center: norm.value(known.center), below: radius, above: radius)
    }
    // A program leaves rows of zeros to the interpreter.
    guard level > 0, !plain.isTraced else {
      return try .apply(RowNorm(p: p, directions: nil), self)
    }
    let directions = try directionsAtZero(p: p, context, corner)
    return try .apply(RowNorm(p: p, directions: directions), self)
  }

  private func directionsAtZero(p: Double, _ context: CallContext, _ corner: () -> String) throws
    -> Tensor?
  {
    let lanes = decisionLanes
    let plainRows = try plain.arrayOrThrow()
    let values = try Tensor(lanes: lanes, shape: plainRows.shape, account: context.account)
    values.fill(from: plainRows)
    let n = values.rowLength
    let zeroRows = (0..<(n == 0 ? 0 : values.count / n)).filter { row in
      values.row(row).allSatisfy { $0 == 0 }
    }
    if zeroRows.isEmpty { return nil }
    let jets = try JetComparison(
      self, .number(0), lanes: lanes, shape: values.shape, account: context.account)
    let result = try Tensor(lanes: lanes, shape: values.shape, account: context.account)
    result.start.update(repeating: 0, count: result.count)
    let log = context.corners.log
    let decision = log?.open(context.site, extent: values.count)
    var cornerRows: [Int] = []
    for row in zeroRows {
      for i in 0..<n { context.corners.feed(jets, row * n + i, row * n + i) }
      if let decision, case .direction(let kept)? = log?.choice(decision, row) {
        for i in 0..<n { result.start[row * n + i] = kept[i] }
        continue
      }
      let chosen = jets.firstNonzeroRow(row, length: n).map { direction in
        let size = direction.withUnsafeBufferPointer { RowNorm.norm($0, p) }
        return direction.map {
          p == 2 ? $0 / size : Scalar.sign($0) * Scalar.pow($0.magnitude / size, p - 1)
        }
      }
      guard let chosen else { continue }
      cornerRows.append(row)
      if let decision { log?.keep(.direction(chosen), decision, row) }
      for i in 0..<n { result.start[row * n + i] = chosen[i] }
    }
    let layout = CornerLayout(lanes: lanes, shape: values.shape, rows: context.rows)
    context.corners.note(
      CornerEvent(
        context, n == 1 ? .slopes(below: -1, above: 1) : .described(corner()),
        places: cornerRows.prefix(CornerEvent.placeLimit)
          .map { layout.rowPlace($0, context.corners) }, count: cornerRows.count))
    return result
  }
}
