/// What the formulas of elementwise rules are written over: doubles, and values of any level.
///
/// A slope is stated once, as a generic function. Over `Double` it specialises to straight
/// arithmetic for numbers and for the elements of plain arrays; over `Value` the same formula is
/// differentiated again where derivatives nest.
protocol Arithmetic {
  static func constant(_ x: Double) -> Self
  static func apply<O: ElementwiseUnary>(_ operation: O.Type, _ x: Self) throws -> Self
  static func apply<O: ElementwiseBinary>(_ operation: O.Type, _ a: Self, _ b: Self) throws -> Self
}

extension Double: Arithmetic {
  @inline(__always)
  static func constant(_ x: Double) -> Double { x }
  @inline(__always)
  static func apply<O: ElementwiseUnary>(_ operation: O.Type, _ x: Double) -> Double {
    O.value(x)
  }
  @inline(__always)
  static func apply<O: ElementwiseBinary>(_ operation: O.Type, _ a: Double, _ b: Double) -> Double {
    O.value(a, b)
  }
}

extension Arithmetic {
  @inline(__always)
  static func + (a: Self, b: Self) throws -> Self { try apply(Add.self, a, b) }
  @inline(__always)
  static func - (a: Self, b: Self) throws -> Self { try apply(Subtract.self, a, b) }
  @inline(__always)
  static func * (a: Self, b: Self) throws -> Self { try apply(Multiply.self, a, b) }
  @inline(__always)
  static func / (a: Self, b: Self) throws -> Self { try apply(Divide.self, a, b) }
  @inline(__always)
  static prefix func - (a: Self) throws -> Self { try apply(Negate.self, a) }

  /// `self` times a tangent; a zero tangent stays zero whatever it is multiplied by.
  @inline(__always)
  func chained(_ tangent: Self) throws -> Self { try Self.apply(ChainProduct.self, self, tangent) }
}

/// An elementwise function of one argument.
protocol ElementwiseUnary: Sendable {
  static func value(_ x: Double) -> Double
  /// The derivative at `x`, where the value is `y`.
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N
  /// Whether the function acts on each term of a series alone.
  static var isLinear: Bool { get }
  /// How far the result may lie from that at the center, where the operand is known within bounds
  /// only; `nil` where there is no rule.
  static func spread(_ x: Uncertain) -> Spread?
}

extension ElementwiseUnary {
  static var isLinear: Bool { false }
  static func spread(_ x: Uncertain) -> Spread? { nil }
}

/// An elementwise function of two arguments, with broadcasting.
protocol ElementwiseBinary: Sendable {
  static func value(_ a: Double, _ b: Double) -> Double
  /// The derivative along the tangents that are present.
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N?
  static var seriesRule: SeriesRule { get }
  /// See `ElementwiseUnary.spread`.
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread?
}

extension ElementwiseBinary {
  static var seriesRule: SeriesRule { .integral }
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? { nil }
}

/// An elementwise function given by its two partial derivatives.
protocol ElementwisePartials: ElementwiseBinary {
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N
}

extension ElementwisePartials {
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?):
      try slopeA(a, b, y).chained(ta) + slopeB(a, b, y).chained(tb)
    case (let ta?, nil): try slopeA(a, b, y).chained(ta)
    case (nil, let tb?): try slopeB(a, b, y).chained(tb)
    case (nil, nil): nil
    }
  }
}
