/// A primitive of one operand: how it computes on plain values and how a tangent passes through it.
///
/// `tangent` is written with primitives over values, so one rule serves every level of nesting. It
/// is linear in `t`. It sees the operand and the result, so that nothing is computed twice.
protocol UnaryOperation: Sendable {
  /// The result for an operand without derivatives.
  func value(_ x: Value) throws -> Value

  /// The derivative of the result along `t`, or `nil` where it is absent by structure.
  func tangent(of t: Value, at x: Value, result y: Value) throws -> Value?

  /// Whether the operation is linear, so that it acts on each term of a series alone.
  var isLinear: Bool { get }

  /// Records the operation on an operand that is not known yet.
  func traced(_ x: TracedValue) throws -> Value

  /// The result for an operand that is known within bounds only; throws `noErrorBound` where there
  /// is no rule.
  func enclosed(_ x: Enclosure) throws -> Enclosure
}

/// A linear primitive whose weights are all at least 0: one that moves, repeats or adds elements.
protocol NonnegativeOperation: UnaryOperation {}

extension NonnegativeOperation {
  var isLinear: Bool { true }
  func enclosed(_ x: Enclosure) throws -> Enclosure { try x.mapped(value) }
}

/// A primitive of two operands; see `UnaryOperation`.
protocol BinaryOperation: Sendable {
  func value(_ a: Value, _ b: Value) throws -> Value

  /// The derivative along the operands' tangents, of which at least one is present.
  func tangent(_ ta: Value?, _ tb: Value?, at a: Value, _ b: Value, result y: Value) throws
    -> Value?

  /// Whether the operation is a product, so that series convolve.
  var isBilinear: Bool { get }

  /// Records the operation on operands of which at least one is not known yet.
  func traced(_ a: Value, _ b: Value, in graph: Graph) throws -> Value

  /// The result for operands that are known within bounds only; throws `noErrorBound` where there
  /// is no rule.
  func enclosed(_ a: Enclosure, _ b: Enclosure) throws -> Enclosure
}

extension UnaryOperation {
  var isLinear: Bool { false }
  func traced(_ x: TracedValue) throws -> Value { throw Untraceable() }
  func enclosed(_ x: Enclosure) throws -> Enclosure { throw EvaluationProblem.noErrorBound(nil) }
}

extension BinaryOperation {
  var isBilinear: Bool { false }
  func traced(_ a: Value, _ b: Value, in graph: Graph) throws -> Value { throw Untraceable() }
  func enclosed(_ a: Enclosure, _ b: Enclosure) throws -> Enclosure {
    guard isBilinear else { throw EvaluationProblem.noErrorBound(nil) }
    return try Enclosure.product(a, b, value)
  }
}

extension Value {
  /// Applies a primitive by the kind of value that it meets.
  static func apply<O: UnaryOperation>(_ operation: O, _ x: Value) throws -> Value {
    switch x {
    case .dual(let dual):
      let y = try apply(operation, dual.primal)
      return .dual(
        level: dual.level, primal: y,
        tangent: try operation.tangent(of: dual.tangent, at: dual.primal, result: y))
    case .scalarDual(let dual):
      let primal = Value.number(dual.primal)
      let y = try operation.value(primal)
      return .dual(
        level: dual.level, primal: y,
        tangent: try operation.tangent(of: .number(dual.tangent), at: primal, result: y))
    case .series(let series):
      return try series.applying(operation)
    case .traced(let traced):
      return try operation.traced(traced)
    case .enclosed(let enclosure):
      return .enclosed(try operation.enclosed(enclosure))
    default:
      return try operation.value(x)
    }
  }

  static func apply<O: BinaryOperation>(_ operation: O, _ a: Value, _ b: Value) throws -> Value {
    let level = max(a.level, b.level)
    guard level > 0 else {
      if let graph = a.graph ?? b.graph { return try operation.traced(a, b, in: graph) }
      return try operation.value(a, b)
    }
    if let known = try Enclosure.among(a, b) {
      return .enclosed(try operation.enclosed(known[0], known[1]))
    }
    if let result = try Series.apply(operation, a, b, level: level) { return result }
    let (pa, ta) = a.split(at: level)
    let (pb, tb) = b.split(at: level)
    let y = try apply(operation, pa, pb)
    return .dual(
      level: level, primal: y, tangent: try operation.tangent(ta, tb, at: pa, pb, result: y))
  }
}

/// The sum of two tangents, either of which may be absent.
func sum(_ a: Value?, _ b: Value?) throws -> Value? {
  guard let a else { return b }
  guard let b else { return a }
  return try a + b
}
