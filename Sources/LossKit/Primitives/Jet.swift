/// What decides at a tie: the derivatives of values that are equal, in the order of Khan and Barton.
///
/// A value with derivatives at levels ℓ₁ < ℓ₂ < … (ℓ₁ the outermost derivative) has one term for
/// each combination of orders. Terms are compared in the order of these combinations with the
/// outermost level most significant: first the value, then the tangents of the innermost level,
/// then those of the next level outward, then their mixed second derivatives, and so on. So the
/// value of an inner derivative never depends on an outer one, and `abs(-x^2)`, whose value and
/// slope tie at 0, takes the branch that its second derivative says. Within one term the directions
/// are compared in the order of the inputs.
struct JetTerm {
  /// The order of differentiation at each level, outermost first.
  let order: [Int]
  let value: Value
}

extension Value {
  /// All levels at which the value has derivatives.
  func collectLevels(into levels: inout Set<Int>) {
    switch self {
    case .scalarDual(let dual): levels.insert(dual.level)
    case .dual(let dual):
      levels.insert(dual.level)
      dual.primal.collectLevels(into: &levels)
      dual.tangent.collectLevels(into: &levels)
    case .series(let series):
      levels.insert(series.level)
      for k in 0...series.order {
        (try? series.coefficient(k))?.collectLevels(into: &levels)
      }
    default: break
    }
  }

  /// The terms of the value, the plain one among them.
  func jetTerms(levels: [Int]) -> [JetTerm] {
    var terms: [JetTerm] = []
    collectTerms(levels, [Int](repeating: 0, count: levels.count), into: &terms)
    return terms
  }

  private func collectTerms(_ levels: [Int], _ order: [Int], into terms: inout [JetTerm]) {
    func raised(_ level: Int, to degree: Int) -> [Int] {
      var result = order
      if let place = levels.firstIndex(of: level) { result[place] = degree }
      return result
    }
    switch self {
    case .scalarDual(let dual):
      terms.append(JetTerm(order: order, value: .number(dual.primal)))
      terms.append(JetTerm(order: raised(dual.level, to: 1), value: .number(dual.tangent)))
    case .dual(let dual):
      dual.primal.collectTerms(levels, order, into: &terms)
      dual.tangent.collectTerms(levels, raised(dual.level, to: 1), into: &terms)
    case .series(let series):
      for k in 0...series.order {
        guard let coefficient = try? series.coefficient(k) else { continue }
        coefficient.collectTerms(levels, raised(series.level, to: k), into: &terms)
      }
    default: terms.append(JetTerm(order: order, value: self))
    }
  }
}

/// The derivatives of one operand, or of two operands, laid out so that any two places compare.
struct JetComparison {
  /// The lanes (without directions) and the shape of the decision.
  let lanes: [Lane]
  let shape: [Int]
  private let extents: [Int]
  private var terms: [Term] = []

  private struct Term {
    let a: Tensor
    let b: Tensor
    let strides: [Int]
    /// The offset of each direction, in order.
    let directions: [Int]
    /// The level of which it is the first derivative alone.
    let tangentLevel: Int?
  }

  init(_ a: Value, _ b: Value, lanes: [Lane], shape: [Int], account: MemoryAccount) throws {
    self.lanes = lanes
    self.shape = shape
    extents = lanes.map(\.size) + shape
    var found = Set<Int>()
    a.collectLevels(into: &found)
    b.collectLevels(into: &found)
    let levels = found.sorted()
    let termsA = Dictionary(
      a.jetTerms(levels: levels).map { ($0.order, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let termsB = Dictionary(
      b.jetTerms(levels: levels).map { ($0.order, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let orders = Set(termsA.keys).union(termsB.keys)
      .filter { $0.contains { $0 != 0 } }
      .sorted { $0.lexicographicallyPrecedes($1) }
    for order in orders {
      // Orders are whole numbers from 0 on: with sum 1 one of them is 1.
      let tangentLevel = order.reduce(0, +) == 1 ? order.firstIndex(of: 1).map { levels[$0] } : nil
      try append(
        termsA[order] ?? .number(0), termsB[order] ?? .number(0), account,
        tangentLevel: tangentLevel)
    }
  }

  private mutating func append(
    _ a: Value, _ b: Value, _ account: MemoryAccount, tangentLevel: Int?
  ) throws {
    let all = a.lanes.merged(with: b.lanes).merged(with: lanes)
    func spread(_ x: Value) throws -> Tensor {
      if case .tensor(let tensor) = x, tensor.lanes == all, tensor.shape == shape { return tensor }
      let result = try Tensor(lanes: all, shape: shape, account: account)
      if case .tensor(let tensor) = x {
        result.fill(from: tensor)
      } else {
        result.start.update(repeating: try x.numberOrThrow(), count: result.count)
      }
      return result
    }
    let wide = Broadcast(lanes: all, shape: shape)
    let own = wide.strides(lanes: all, shape: shape)
    let strides =
      lanes.map { lane in all.firstIndex(of: lane).map { own[$0] } ?? 0 }
      + own.suffix(shape.count)
    var directions = [0]
    for (axis, lane) in all.enumerated() where lane.kind == .directions {
      directions = directions.flatMap { base in (0..<lane.size).map { base + $0 * own[axis] } }
    }
    terms.append(
      Term(
        a: try spread(a), b: try spread(b), strides: strides, directions: directions,
        tangentLevel: tangentLevel))
  }

  /// The sign of the first derivative in which place p of the first operand and place q of the
  /// second differ, 0 if they agree in all.
  func compare(_ p: Int, _ q: Int) -> Int {
    for term in terms {
      let (p, q) = (offset(p, term.strides), offset(q, term.strides))
      for direction in term.directions {
        let (x, y) = (term.a.start[p + direction], term.b.start[q + direction])
        if x < y { return -1 }
        if x > y { return 1 }
      }
    }
    return 0
  }

  /// The directions of a level's derivative in which two places differ, where nothing that is
  /// compared before does: those that decide.
  func differingDirections(ofLevel level: Int, _ p: Int, _ q: Int) -> [Int] {
    for term in terms {
      let (p, q) = (offset(p, term.strides), offset(q, term.strides))
      let differing = term.directions.indices.filter { i in
        term.a.start[p + term.directions[i]] != term.b.start[q + term.directions[i]]
      }
      if term.tangentLevel == level { return differing }
      if !differing.isEmpty { return [] }
    }
    return []
  }

  /// The first row of derivatives of the first operand, at a row of its last axis, that is not zero.
  func firstNonzeroRow(_ row: Int, length: Int) -> [Double]? {
    for term in terms {
      for direction in term.directions {
        let values = (0..<length).map {
          term.a.start[offset(row * length + $0, term.strides) + direction]
        }
        if values.contains(where: { $0 != 0 && $0.isFinite }) { return values }
      }
    }
    return nil
  }

  /// Where a place, counted through lanes and shape, lies in a term.
  private func offset(_ place: Int, _ strides: [Int]) -> Int {
    var rest = place
    var result = 0
    for axis in extents.indices.reversed() {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: max(extents[axis], 1))
      result += remainder * strides[axis]
      rest = quotient
    }
    return result
  }
}

extension [Lane] {
  /// Without the directions of derivatives.
  var withoutDirections: [Lane] { filter { $0.kind != .directions } }
}

extension Value {
  /// The lanes of a value and of all its derivatives, without directions.
  var decisionLanes: [Lane] {
    switch self {
    case .tensor(let tensor): tensor.lanes.withoutDirections
    case .dual(let dual): dual.primal.decisionLanes.merged(with: dual.tangent.decisionLanes)
    case .series(let series): series.constantTerm.decisionLanes
    default: []
    }
  }
}
