// MARK: The four operations

enum Add: ElementwiseBinary {
  static var seriesRule: SeriesRule { .termwise }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { a + b }
  @inline(__always)
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?): try ta + tb
    case (let ta, nil): ta
    case (nil, let tb): tb
    }
  }
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? {
    Spread(below: a.below + b.below, above: a.above + b.above)
  }
}

enum Subtract: ElementwiseBinary {
  static var seriesRule: SeriesRule { .termwise }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { a - b }
  @inline(__always)
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?): try ta - tb
    case (let ta, nil): ta
    case (nil, let tb?): try -tb
    }
  }
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? {
    Spread(below: a.below + b.above, above: a.above + b.below)
  }
}

enum Multiply: ElementwisePartials {
  static var seriesRule: SeriesRule { .convolution }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { a * b }
  @inline(__always)
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) -> N { b }
  @inline(__always)
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) -> N { a }
  /// `(a + d)(b + e) - a b = a e + d (b + e)`: relative to the center nothing cancels.
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? {
    .differences(a, b) { d, e in a.center * e + d * (b.center + e) }
  }
}

/// The numerator of the tangent is `ta - y tb`: one division, and exact where `tb` is absent.
enum Divide: ElementwiseBinary {
  static var seriesRule: SeriesRule { .quotient }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { a / b }
  @inline(__always)
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?):
      try N.apply(ChainQuotient.self, ta - y.chained(tb), b)
    case (let ta?, nil): try N.apply(ChainQuotient.self, ta, b)
    case (nil, let tb?): try -N.apply(ChainQuotient.self, y.chained(tb), b)
    case (nil, nil): nil
    }
  }
  /// `(a + d)/(b + e) - a/b = (d - e a/b)/(b + e)`.
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? {
    if a.isExact, b.isExact { return .exact }
    guard b.lower > 0 || b.upper < 0 else { return .unbounded }
    return .differences(a, b) { d, e in
      (d - e * (a.center / b.center)) / (b.center + e)
    }
  }
}

enum Negate: ElementwiseUnary {
  static var isLinear: Bool { true }
  @inline(__always)
  static func value(_ x: Double) -> Double { -x }
  @inline(__always)
  static func slope<N: Arithmetic>(_ x: N, _ y: N) -> N { .constant(-1) }
  static func spread(_ x: Uncertain) -> Spread? { Spread(below: x.above, above: x.below) }
}

// MARK: Slope times tangent

/// `a b`, where `b` is a tangent: 0 wherever `b` is 0, even if `a` is infinite or nan.
///
/// A direction along which nothing changes stays absent: the gradient of `sum(sqrt(v))` at
/// `[0, 4]` is `[inf, 0.25]`, although the rows of the identity that seed it hold zeros that meet
/// the infinite slope.
enum ChainProduct: ElementwiseBinary {
  static var seriesRule: SeriesRule { .convolution }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { b == 0 ? 0 : a * b }
  @inline(__always)
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?):
      try N.apply(AbsentProduct.self, ta, b) + a.chained(tb)
    case (let ta?, nil): try N.apply(AbsentProduct.self, ta, b)
    case (nil, let tb?): try a.chained(tb)
    case (nil, nil): nil
    }
  }
}

/// `a b`, where both are tangents: 0 wherever either is.
enum AbsentProduct: ElementwiseBinary {
  static var seriesRule: SeriesRule { .convolution }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { a == 0 || b == 0 ? 0 : a * b }
  @inline(__always)
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?):
      try N.apply(AbsentProduct.self, ta, b) + N.apply(AbsentProduct.self, a, tb)
    case (let ta?, nil): try N.apply(AbsentProduct.self, ta, b)
    case (nil, let tb?): try N.apply(AbsentProduct.self, a, tb)
    case (nil, nil): nil
    }
  }
}

/// `a / b`, where `a` is a tangent: 0 wherever `a` is 0.
enum ChainQuotient: ElementwiseBinary {
  static var seriesRule: SeriesRule { .quotient }
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { a == 0 ? 0 : a / b }
  @inline(__always)
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) throws -> N? {
    switch (ta, tb) {
    case (let ta?, let tb?):
      try N.apply(ChainQuotient.self, ta - N.apply(AbsentProduct.self, y, tb), b)
    case (let ta?, nil): try N.apply(ChainQuotient.self, ta, b)
    case (nil, let tb?):
      try -N.apply(ChainQuotient.self, N.apply(AbsentProduct.self, y, tb), b)
    case (nil, nil): nil
    }
  }
}

// MARK: Powers and remainders

/// `x^p`.
///
/// By p the derivative is `x^p ln x`, taken as 0 where `x^p` is 0.
enum Power: ElementwisePartials {
  @inline(__always)
  static func value(_ x: Double, _ p: Double) -> Double { Scalar.pow(x, p) }
  static func slopeA<N: Arithmetic>(_ x: N, _ p: N, _ y: N) throws -> N {
    try N.apply(PowerSlope.self, x, p)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ p: N, _ y: N) throws -> N {
    try N.apply(XLogY.self, y, x)
  }
  static func spread(_ x: Uncertain, _ p: Uncertain) -> Spread? {
    if x.isExact, p.isExact { return .exact }
    if x.lower > 0 { return .corners(x, p, value) }
    guard p.isExact, p.center >= 0 else { return .unbounded }
    let isWhole = p.center == p.center.rounded()
    // Below 0 only whole powers are defined; even ones turn at 0.
    guard isWhole || x.lower >= 0 else { return .unbounded }
    return .turning(at: 0, x) { value($0, p.center) }
  }
}

/// `p x^(p-1)`, and 0 where p is 0, also at x = 0.
///
enum PowerSlope: ElementwisePartials {
  @inline(__always)
  static func value(_ x: Double, _ p: Double) -> Double { Scalar.powSlope(x, p) }
  static func slopeA<N: Arithmetic>(_ x: N, _ p: N, _ y: N) throws -> N {
    try N.apply(PowerSlope.self, x, p - .constant(1)).chained(p)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ p: N, _ y: N) throws -> N {
    let power = try N.apply(Power.self, x, p - .constant(1))
    return try power + N.apply(XLogY.self, power, x).chained(p)
  }
}

/// `a - b ⌊a/b⌋`.
///
/// The quotient is constant between its jumps.
enum Remainder: ElementwisePartials {
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { Scalar.flooredRemainder(a, b) }
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) -> N { .constant(1) }
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N {
    try -N.apply(FloorQuotient.self, a, b)
  }
}

enum FloorQuotient: ElementwiseBinary {
  static func value(_ a: Double, _ b: Double) -> Double {
    ((a - Scalar.flooredRemainder(a, b)) / b).rounded()
  }
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) -> N? { nil }
}

/// `x ln y`, 0 where x is 0.
enum XLogY: ElementwisePartials {
  static func value(_ x: Double, _ y: Double) -> Double { Scalar.xlogy(x, y) }
  static func slopeA<N: Arithmetic>(_ x: N, _ y: N, _ z: N) throws -> N {
    try N.apply(Log.self, y)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ y: N, _ z: N) throws -> N {
    try N.apply(ChainQuotient.self, x, y)
  }
  static func spread(_ x: Uncertain, _ y: Uncertain) -> Spread? {
    if x.isExact, y.isExact { return .exact }
    return y.lower > 0 ? .corners(x, y, value) : .unbounded
  }
}

/// `√(a² + b²)`; the corner at the origin is settled by `Corners`, not here.
enum Hypot: ElementwisePartials {
  static func value(_ a: Double, _ b: Double) -> Double { Scalar.hypot(a, b) }
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N { try a / y }
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N { try b / y }
  /// The length of a vector moves by no more than the vector.
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? {
    let radius = value(a.radius, b.radius)
    return Spread(below: radius, above: radius)
  }
}

/// The angle of the point (x, y), in radians.
///
/// The slopes divide by the radius twice, because its square overflows first.
enum Atan2: ElementwisePartials {
  static func value(_ y: Double, _ x: Double) -> Double { Scalar.atan2(y, x) }
  static func slopeA<N: Arithmetic>(_ y: N, _ x: N, _ angle: N) throws -> N {
    let radius = try N.apply(Hypot.self, x, y)
    return try x / radius / radius
  }
  static func slopeB<N: Arithmetic>(_ y: N, _ x: N, _ angle: N) throws -> N {
    let radius = try N.apply(Hypot.self, x, y)
    return try -(y / radius / radius)
  }
  static func spread(_ y: Uncertain, _ x: Uncertain) -> Spread? {
    if y.isExact, x.isExact { return .exact }
    // Off the cut along the negative x it is monotone in each.
    guard x.lower > 0 || y.lower > 0 || y.upper < 0 else { return .unbounded }
    return .corners(y, x, value)
  }
}
