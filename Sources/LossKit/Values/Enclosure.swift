/// A value together with how far its smooth counterpart may lie below and above it.
///
/// What `smooth(e, error = …)` and `gap` compute with: the hard value as `center`, and around it an
/// interval that holds the smooth one. The radii are kept apart from the center, not as the ends of
/// an interval: the errors of sums and maxima then add up without a rounding error of the size of
/// the values.
///
/// A primitive without a rule for enclosures refuses them (`noErrorBound`), so that whatever comes
/// out is a bound.
final class Enclosure: @unchecked Sendable {  // Immutable.
  /// One computation of a bound; enclosures of different ones do not mix.
  final class Origin: Sendable {
    /// The level of the derivative in which the bound is computed: those up to it are taken off, a
    /// higher one would be lost.
    let level: Int
    init(level: Int) { self.level = level }
  }

  let origin: Origin
  /// The three have one layout, without derivatives: numbers, or arrays of the same lanes and shape.
  let center: Value
  let below: Value
  let above: Value

  /// - Throws: Where the radii do not broadcast to the center.
  init(_ origin: Origin, center: Value, below: Value, above: Value) throws {
    self.origin = origin
    if case .number = center, case .number = below, case .number = above {
      (self.center, self.below, self.above) = (center, below, above)
      return
    }
    let whole = try Value.sameLayout(center, .tensor(Value.sameLayout(below, above).0)).0.value
    self.center = whole
    self.below = try Value.sameLayout(below, whole).0.value
    self.above = try Value.sameLayout(above, whole).0.value
  }

  /// An operand as an enclosure; one without is exact.
  convenience init(_ value: Value, in origin: Origin) throws {
    if case .enclosed(let enclosure) = value {
      guard enclosure.origin === origin else { throw EvaluationProblem.noErrorBound(nil) }
      try self.init(
        origin, center: enclosure.center, below: enclosure.below, above: enclosure.above)
      return
    }
    guard value.level <= origin.level else { throw EvaluationProblem.noErrorBound(nil) }
    try self.init(origin, center: value.plain, below: .number(0), above: .number(0))
  }

  /// The enclosures of operands, if one of them is one.
  static func among(_ operands: Value...) throws -> [Enclosure]? { try among(operands) }

  static func among(_ operands: [Value]) throws -> [Enclosure]? {
    for case .enclosed(let enclosure) in operands {
      return try operands.map { try Enclosure($0, in: enclosure.origin) }
    }
    return nil
  }

  func with(center: Value, below: Value, above: Value) throws -> Value {
    .enclosed(try Enclosure(origin, center: center, below: below, above: above))
  }

  /// Each part through a linear function whose weights are all at least 0.
  func mapped(_ function: (Value) throws -> Value) throws -> Enclosure {
    try Enclosure(
      origin, center: function(center), below: function(below), above: function(above))
  }

  /// The largest radius of each row: how far a function may move that moves by no more than the
  /// largest change of its row.
  func largestRadii() throws -> (below: Value, above: Value) {
    func largest(_ radii: Value) throws -> Value {
      try radii.arrayOrThrow().reducingRows { row in row.reduce(0, Enclosure.larger) }
    }
    return (try largest(below), try largest(above))
  }

  /// The exact value, where the radii are 0 everywhere.
  var exact: Value? {
    for case .tensor(let radii) in [below, above]
    where radii.elements.contains(where: { $0 != 0 }) { return nil }
    for case .number(let radius) in [below, above] where radius != 0 { return nil }
    return center
  }

  /// The larger radius of each element.
  func radius() throws -> Value { try .mapped(below, above, Enclosure.larger) }

  /// The larger of two radii; what is not known is infinite.
  @inline(__always)
  static func larger(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .infinity : max(a, b)
  }
}

/// A number with its radii, as the rules of elementwise primitives see it.
struct Uncertain {
  let center: Double
  let below: Double
  let above: Double

  var isExact: Bool { below == 0 && above == 0 }
  /// The ends, rounded outward.
  var lower: Double { below == 0 ? center : (center - below).nextDown }
  var upper: Double { above == 0 ? center : (center + above).nextUp }
  var radius: Double { Enclosure.larger(below, above) }
}

/// How far a result may lie below and above what is computed from the centers.
struct Spread {
  var below: Double
  var above: Double

  static let exact = Spread(below: 0, above: 0)
  static let unbounded = Spread(below: .infinity, above: .infinity)

  init(below: Double, above: Double) {
    self.below = below.isNaN ? .infinity : max(below, 0)
    self.above = above.isNaN ? .infinity : max(above, 0)
  }

  /// Up to the smallest and largest of some values that a function takes, widened by four units in
  /// the last place for its rounding.
  init(around center: Double, values: Double...) {
    var (least, most) = (center, center)
    for value in values {
      if value.isNaN {
        self = .unbounded
        return
      }
      least = min(least, value)
      most = max(most, value)
    }
    func distance(_ low: Double, _ high: Double) -> Double {
      low == high ? 0 : high - low + 4 * max(low.magnitude, high.magnitude).ulp
    }
    self.init(below: distance(least, center), above: distance(center, most))
  }

  /// A function that only grows, or only falls.
  static func monotone(_ x: Uncertain, _ function: (Double) -> Double) -> Spread {
    if x.isExact { return .exact }
    return Spread(around: function(x.center), values: function(x.lower), function(x.upper))
  }

  /// A function that falls up to a place and grows from there, or the reverse.
  static func turning(at place: Double, _ x: Uncertain, _ function: (Double) -> Double) -> Spread {
    if x.isExact { return .exact }
    let inside = min(max(place, x.lower), x.upper)
    return Spread(
      around: function(x.center), values: function(x.lower), function(x.upper), function(inside))
  }

  /// A function that is monotone in each of its arguments alone: its extremes are at the corners.
  static func corners(_ a: Uncertain, _ b: Uncertain, _ function: (Double, Double) -> Double)
    -> Spread
  {
    if a.isExact, b.isExact { return .exact }
    return Spread(
      around: function(a.center, b.center), values: function(a.lower, b.lower),
      function(a.lower, b.upper), function(a.upper, b.lower), function(a.upper, b.upper))
  }

  /// A product or a quotient by how far its operands move: the extremes are at the corners.
  static func differences(
    _ a: Uncertain, _ b: Uncertain, _ change: (_ d: Double, _ e: Double) -> Double
  ) -> Spread {
    if a.isExact, b.isExact { return .exact }
    var (least, most) = (0.0, 0.0)
    for d in [-a.below, a.above] {
      for e in [-b.below, b.above] {
        let moved = change(d, e)
        if moved.isNaN { return .unbounded }
        least = min(least, moved)
        most = max(most, moved)
      }
    }
    return Spread(below: -least, above: most)
  }

  /// A function between -1 and 1 that turns at evenly spaced places.
  ///
  /// - Parameter index: of a place that turns a whole number, of others in between.
  static func periodic(
    _ x: Uncertain, _ function: (Double) -> Double, turningAt place: (Double) -> Double,
    index: (Double) -> Double
  ) -> Spread {
    if x.isExact { return .exact }
    let y = function(x.center)
    // Further out the places are known no better than the arguments.
    guard x.radius < 8, x.center.magnitude < 0x1p30 else { return Spread(below: 2, above: 2) }
    var result = Spread(around: y, values: function(x.lower), function(x.upper))
    let first = (index(x.lower) - 1).rounded(.down)
    for step in 0..<8 where place(first + Double(step)) >= x.lower - 1e-6 {
      let turn = place(first + Double(step))
      guard turn <= x.upper + 1e-6 else { break }
      if function(turn) > 0 { result.above = 1 - y } else { result.below = 1 + y }
    }
    return result
  }
}
