/// A truncated Taylor series of one level: `x(t) = c₀ + c₁ t + … + cₙ tⁿ`, for `diff(e, x, n)`.
///
/// Coefficients are values of lower levels and are computed when they are asked for, each once. So
/// every primitive gets its series from its first derivative alone: `y' = L(x, y)[x']` is a series
/// whose coefficients up to k need those of x and y up to k, and y's next one is its integral.
/// Linear primitives act on each coefficient; products and quotients have their convolutions.
/// Orders up to n then cost of order n² operations instead of the 2ⁿ of nested duals.
final class Series: @unchecked Sendable {  // Lives within one evaluation.
  let level: Int
  let order: Int
  let constantTerm: Value
  private let arena: SeriesArena
  private var known: [Value]
  private var next: ((_ series: Series, _ k: Int) throws -> Value)?
  /// The elementwise functions of this series made so far.
  ///
  /// A rule that needs `tanh(x)` for the slope of `sech²(x)` and the reverse then closes on itself,
  /// instead of unrolling n times.
  private var functions: [ObjectIdentifier: Series] = [:]

  /// - Parameter next: gives coefficient k ≥ 1, when those before it are known.
  init(
    level: Int, order: Int, constantTerm: Value, arena: SeriesArena,
    next: @escaping (_ series: Series, _ k: Int) throws -> Value
  ) {
    self.level = level
    self.order = order
    self.constantTerm = constantTerm
    self.arena = arena
    self.next = next
    known = [constantTerm]
    arena.series.append(self)
  }

  /// Whether the arena's evaluation was asked to stop.
  private var isCancelled: Bool { arena.account?.isCancelled ?? false }

  /// Coefficient k; past the order, 0.
  func coefficient(_ k: Int) throws -> Value {
    guard k <= order else { return try Value.number(0).broadcast(to: shape) }
    while known.count <= k {
      guard let next else { return .number(0) }
      if isCancelled { throw EvaluationProblem.cancelled }
      let term = try next(self, known.count)
      // A term that is absent by structure is a plain 0.
      known.append(term.shape == shape ? term : try term.broadcast(to: shape))
    }
    return known[k]
  }

  private var shape: [Int] { constantTerm.shape }

  /// Computes all coefficients, so that what is built on this series does not recurse into it.
  func force() throws { _ = try coefficient(order) }

  fileprivate func dismiss() {
    next = nil
    functions = [:]
  }
}

/// The series of one `diff`.
///
/// They refer to each other in circles, which are cut when it is done.
final class SeriesArena {
  fileprivate var series: [Series] = []
  /// The elementwise functions of two operands made so far, as `Series.functions` for one operand.
  fileprivate var functions: [BinaryKey: Series] = [:]
  fileprivate let account: MemoryAccount?

  init(account: MemoryAccount?) { self.account = account }

  fileprivate struct BinaryKey: Hashable {
    let operation: ObjectIdentifier
    let a: Operand
    let b: Operand
  }

  /// What an operand is known by: a series by its identity, a number by its bits.
  fileprivate enum Operand: Hashable {
    case series(ObjectIdentifier)
    case number(UInt64)

    init?(_ value: Value) {
      switch value {
      case .series(let series): self = .series(ObjectIdentifier(series))
      case .number(let x): self = .number(x.bitPattern)
      default: return nil
      }
    }
  }

  func dismiss() {
    for series in series { series.dismiss() }
    series = []
    functions = [:]
  }
}

extension Series {
  /// The series of the derivative by t.
  private func derivative() throws -> Series {
    Series(
      level: level, order: order - 1, constantTerm: try coefficient(1), arena: arena
    ) { _, k in try .number(Double(k + 1)) * self.coefficient(k + 1) }
  }

  /// A series given by its coefficients.
  private func series(
    order: Int? = nil, _ constantTerm: Value,
    _ next: @escaping (_ series: Series, _ k: Int) throws -> Value
  ) -> Value {
    .series(
      Series(
        level: level, order: order ?? self.order, constantTerm: constantTerm, arena: arena,
        next: next))
  }

  /// The series with a constant term and a given derivative.
  private func integral(
    order: Int? = nil, _ constantTerm: Value, _ derivative: @escaping (Value) throws -> Value?
  ) -> Value {
    var slope: Value??
    return series(order: order, constantTerm) { result, k in
      if slope == nil { slope = .some(try derivative(.series(result))) }
      guard case .some(.some(let slope)) = slope else { return .number(0) }
      return try Series.coefficient(slope, k - 1, level: result.level) / .number(Double(k))
    }
  }

  static func coefficient(_ value: Value, _ k: Int, level: Int) throws -> Value {
    if case .series(let series) = value, series.level == level { return try series.coefficient(k) }
    return k == 0 ? value : try Value.number(0).broadcast(to: value.shape)
  }

  // MARK: Primitives

  func applying<O: UnaryOperation>(_ operation: O) throws -> Value {
    let y = try Value.apply(operation, constantTerm)
    if operation.isLinear {
      return series(y) { _, k in try .apply(operation, self.coefficient(k)) }
    }
    guard order > 0 else { return series(y) { _, _ in .number(0) } }
    return integral(y) {
      try operation.tangent(of: .series(self.derivative()), at: .series(self), result: $0)
    }
  }

  func applying<O: ElementwiseUnary>(elementwise operation: O.Type) throws -> Value {
    let key = ObjectIdentifier(O.self)
    if let made = functions[key] { return .series(made) }
    let y = try Value.apply(O.self, constantTerm)
    guard order > 0 else { return series(y) { _, _ in .number(0) } }
    // Nothing but constant terms may be asked for before the result's own are: the operand may be
    // computed from it.
    let result =
      O.isLinear
      ? series(y) { _, k in try .apply(O.self, self.coefficient(k)) }
      : integral(y) { try O.slope(.series(self), $0).chained(.series(self.derivative())) }
    if case .series(let made) = result { functions[key] = made }
    return result
  }

  static func apply<O: BinaryOperation>(
    _ operation: O, _ a: Value, _ b: Value, level: Int
  ) throws -> Value? {
    guard let (owner, order) = owner(a, b, level) else { return nil }
    let y = try Value.apply(
      operation, coefficient(a, 0, level: level), coefficient(b, 0, level: level))
    if operation.isBilinear {
      // A coefficient that is absent is the number 0, which has no rows.
      let (shapeA, shapeB) = (a.shape, b.shape)
      return owner.series(order: order, y) { _, k in
        try convolution(a, b, k, level) {
          try .apply(operation, $0.broadcast(to: shapeA), $1.broadcast(to: shapeB))
        }
      }
    }
    return owner.integral(order: order, y) {
      try operation.tangent(
        derivative(a, level), derivative(b, level), at: a, b, result: $0)
    }
  }

  static func apply<O: ElementwiseBinary>(
    elementwise operation: O.Type, _ a: Value, _ b: Value, level: Int
  ) throws -> Value? {
    guard let (owner, order) = owner(a, b, level) else { return nil }
    var key: SeriesArena.BinaryKey?
    if let first = SeriesArena.Operand(a), let second = SeriesArena.Operand(b) {
      let made = SeriesArena.BinaryKey(operation: ObjectIdentifier(O.self), a: first, b: second)
      if let known = owner.arena.functions[made] { return .series(known) }
      key = made
    }
    let result = try make(elementwise: O.self, a, b, owner, order, level)
    if let key, case .series(let made) = result { owner.arena.functions[key] = made }
    return result
  }

  private static func make<O: ElementwiseBinary>(
    elementwise operation: O.Type, _ a: Value, _ b: Value, _ owner: Series, _ order: Int,
    _ level: Int
  ) throws -> Value {
    let (a0, b0) = try (coefficient(a, 0, level: level), coefficient(b, 0, level: level))
    let y = try Value.apply(O.self, a0, b0)
    switch O.seriesRule {
    case .termwise:
      return owner.series(order: order, y) { _, k in
        try .apply(O.self, coefficient(a, k, level: level), coefficient(b, k, level: level))
      }
    case .convolution:
      return owner.series(order: order, y) { _, k in
        try convolution(a, b, k, level) { try .apply(O.self, $0, $1) }
      }
    case .quotient:
      // From a = b y: yₖ = (aₖ - Σ_{j≥1} bⱼ yₖ₋ⱼ) / b₀.
      return owner.series(order: order, y) { quotient, k in
        var numerator = try coefficient(a, k, level: level)
        for j in 1...k where owner.varies(b, level) {
          numerator =
            try numerator - coefficient(b, j, level: level) * quotient.coefficient(k - j)
        }
        return try .apply(O.self, numerator, b0)
      }
    case .integral:
      return owner.integral(order: order, y) {
        try O.tangent(derivative(a, level), derivative(b, level), a, b, $0)
      }
    }
  }

  /// Applies a linear function of several values to each coefficient.
  static func joining(
    _ parts: [Value], level: Int, _ function: @escaping ([Value]) throws -> Value
  ) throws -> Value? {
    var owner: Series?
    var order = Int.max
    for case .series(let series) in parts where series.level == level {
      owner = series
      order = min(order, series.order)
    }
    guard let owner else { return nil }
    let y = try function(parts.map { try coefficient($0, 0, level: level) })
    return owner.series(order: order, y) { _, k in
      try function(parts.map { try coefficient($0, k, level: level) })
    }
  }

  // MARK: Operands

  private func varies(_ value: Value, _ level: Int) -> Bool {
    if case .series(let series) = value { return series.level == level }
    return false
  }

  private static func owner(_ a: Value, _ b: Value, _ level: Int) -> (Series, order: Int)? {
    switch (a, b) {
    case (.series(let a), .series(let b)) where a.level == level && b.level == level:
      (a, min(a.order, b.order))
    case (.series(let a), _) where a.level == level: (a, a.order)
    case (_, .series(let b)) where b.level == level: (b, b.order)
    default: nil
    }
  }

  private static func derivative(_ value: Value, _ level: Int) throws -> Value? {
    guard case .series(let series) = value, series.level == level, series.order > 0 else {
      return nil
    }
    return .series(try series.derivative())
  }

  private static func convolution(
    _ a: Value, _ b: Value, _ k: Int, _ level: Int, _ product: (Value, Value) throws -> Value
  ) throws -> Value {
    guard case .series(let sa) = a, sa.level == level else {
      return try product(a, coefficient(b, k, level: level))
    }
    guard case .series(let sb) = b, sb.level == level else {
      return try product(sa.coefficient(k), b)
    }
    var total: Value?
    for j in 0...k {
      total = try sum(total, product(sa.coefficient(j), sb.coefficient(k - j)))
    }
    return total ?? .number(0)
  }
}

/// How an elementwise function of two arguments acts on series.
enum SeriesRule {
  /// On each coefficient alone: sums.
  case termwise
  case convolution
  case quotient
  /// By integrating its first derivative.
  case integral
}

extension Value {
  /// Computes all coefficients of the series in a value, also below duals, so that what is built on
  /// them does not recurse through their whole history.
  func forceSeries() throws {
    switch self {
    case .series(let series): try series.force()
    case .dual(let dual):
      try dual.primal.forceSeries()
      try dual.tangent.forceSeries()
    default: break
    }
  }
}
