extension SmoothFamily {
  // MARK: Rows

  /// The largest entry of each row as a constant, 0 where it is infinite.
  ///
  /// M(x) = c + M(x - c) for any c. Relative to the largest a common part of the entries, however
  /// large, takes no digits from their differences; and since c is a constant, no derivative of it
  /// has to cancel.
  static func commonPart(_ x: Value) throws -> Value {
    let largest = try x.plain.largestEntries()(x.plain)
    return try .byValue("finite or 0", largest) { $0.isFinite ? $0 : 0 }
  }

  /// A sharpness with which every formula is finite: at its largest no family differs from the
  /// maximum any more.
  static func finite(_ k: Value) throws -> Value {
    let limit = 0x1p1022
    let isLarge =
      switch k.plain {
      case .number(let k): k > limit
      case .tensor(let tensor): tensor.elements.contains { $0 > limit }
      default: false
      }
    return isLarge ? try .mapped(k.plain, .number(limit)) { min($0, $1) } : k
  }

  // MARK: Formulas

  /// `Σ x e^{k x} / Σ e^{k x}`; of masks alone, which have no weight, -inf.
  static func weightedMean(_ x: Value, k: Value) throws -> Value {
    let common = try commonPart(x)
    let weights = try Value.apply(SoftmaxWeights(), x, k)
    let mean = try common + .apply(RowProduct(), x - common.keepingRowAxis(), weights)
    let isMasked = try Value.whether("is 0", .apply(SumRows(), weights.plain)) { $0 == 0 }
    return try .select(isMasked, .number(-.infinity), mean)
  }

  /// `max(x, y) ≈ (x + y + √((x - y)² + 1/k²))/2`, folded over neighbours, then over the results.
  static func pairwise(_ x: Value, k: Value) throws -> Value {
    var row = x
    while let n = row.shape.last, n > 1 {
      let left = try row.entries(stride(from: 0, to: n - 1, by: 2))
      let right = try row.entries(stride(from: 1, to: n, by: 2))
      let joint = try smoothPair(left, right, k)
      row = n % 2 == 0 ? joint : try joinedRows(joint, row.entries([n - 1]))
    }
    return try row.placeOfRows(0)
  }

  private static func joinedRows(_ a: Value, _ b: Value) throws -> Value {
    let account = a.account ?? .unlimited
    return try Value.concatenated(
      [a.movingLastAxisFirst(), b.movingLastAxisFirst()], account: account
    ).movingFirstAxisLast()
  }

  /// `m + 1/(2k² (h + |d|))`, m the larger, d the difference, h = √(d² + 1/k²).
  ///
  /// The sum with the root cancels where the larger is negative and far from the other. An infinite
  /// entry leaves m.
  private static func smoothPair(_ x: Value, _ y: Value, _ k: Value) throws -> Value {
    let isFirst = try Value.byValue("not smaller", x, y, content: .truths) { $0 >= $1 ? 1 : 0 }
    let isInfinite = try Value.byValue("either infinite", x, y, content: .truths) { x, y in
      (x.isInfinite || y.isInfinite) && !x.isNaN && !y.isNaN ? 1 : 0
    }
    let larger = try Value.select(isFirst, x, y)
    let difference = try Value.select(isFirst, x - y, y - x)
    let width = try .number(1) / k
    let root = try Value.apply(Hypot.self, difference, width)
    // Not the square of the width first, which overflows where k is small.
    let excess = try width / (root + difference) * width / .number(2)
    return try .select(isInfinite, larger, larger + excess)
  }

  /// `(Σ x^p)^{1/p}` of entries from 0 on, as `m (Σ (x/m)^p)^{1/p}` with m the largest by value, so
  /// that no power overflows.
  ///
  /// As `m e^{log1p(R)/p}` with R the sum less 1, in which the term of the largest is
  /// `expm1(p ln(x/m))`: 0 that still has its derivative. A term near 1 is `e^{p log1p((x - m)/m)}`,
  /// for the quotient x/m would be rounded before it is raised; relative error near
  /// 2^-53 (4 + p |ln(x/m)|).
  static func powerSum(_ x: Value, p: Value) throws -> Value {
    let largest = try commonPart(x)
    let unit = try Value.byValue("nonzero or 1", largest) { $0 == 0 ? 1 : $0 }
    let unitOfRow = try unit.keepingRowAxis()
    let gap = try (x - unitOfRow) / unitOfRow
    let exponent = try p * .apply(Log1p.self, gap)
    let isNear = try Value.whether("above -1/2", gap) { $0 > -0.5 }
    let terms = try Value.select(
      isNear, .apply(Exp.self, exponent), .apply(Power.self, x / unitOfRow, p))
    // Of a row of zeros, the only one whose largest is not its unit, R is -1 and nothing varies.
    let isLargest = try Value.byValue(
      "neither 0", firstLargest(x), largest.keepingRowAxis(), content: .truths
    ) { $0 != 0 && $1 != 0 ? 1 : 0 }
    let rest = try Value.select(isLargest, .apply(Expm1.self, exponent), terms)
    let isZero = try Value.whether("is 0", largest) { $0 == 0 }
    let root = try Value.apply(Exp.self, .apply(Log1p.self, .apply(SumRows(), rest)) / p)
    return try .select(isZero, .apply(SumRows(), terms), unit * root)
  }

  /// 1 at the first largest entry of each row, 0 elsewhere.
  private static func firstLargest(_ x: Value) throws -> Value {
    if case .traced(let rows) = x.plain { return try rows.firstLargest() }
    return try x.plain.arrayOrThrow().mappingRows { row, result in
      var largest = 0
      for i in row.indices {
        result[i] = 0
        if row[i] > row[largest] { largest = i }
      }
      if !row.isEmpty { result[largest] = 1 }
    }
  }
}

extension Value {
  fileprivate func movingLastAxisFirst() throws -> Value { try movingAxisFirst(shape.count - 1) }

  /// Some entries of each row.
  fileprivate func entries(_ places: some Sequence<Int>) throws -> Value {
    try picking(places, axis: shape.count - 1)
  }
}
