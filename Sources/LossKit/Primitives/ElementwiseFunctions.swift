// The elementwise functions of one argument. Values come from `Scalar`, where formulas and error
// bounds are stated; here stand the derivatives, each in the form that does not cancel.

enum Exp: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.exp(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) -> N { y }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum Expm1: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.expm1(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Exp.self, x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum Log: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(LogSlope.self, x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `1/x`, nan below 0 where the logarithm is not defined.
enum LogSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.logSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try -(y * y) }
}

enum Log1p: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log1p(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Log1pSlope.self, x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `1/(1 + x)`, nan below -1 where the logarithm is not defined.
enum Log1pSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log1pSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try -(y * y) }
}

enum Log2: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log2(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(1.442695040888963407) / x
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum Log10: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log10(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(0.4342944819032518277) / x
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum SquareRoot: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sqrt(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(0.5) / y }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum Square: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { x * x }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(2) * x }
  static func spread(_ x: Uncertain) -> Spread? { .turning(at: 0, x, value) }
}

/// Radians.
enum Sine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sin(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Cosine.self, x) }
  static func spread(_ x: Uncertain) -> Spread? {
    .periodic(x, value, turningAt: { .pi * ($0 + 0.5) }, index: { $0 / .pi - 0.5 })
  }
}

/// Radians.
enum Cosine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.cos(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try -N.apply(Sine.self, x) }
  static func spread(_ x: Uncertain) -> Spread? {
    .periodic(x, value, turningAt: { .pi * $0 }, index: { $0 / .pi })
  }
}

/// Radians.
enum Tangent: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.tan(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(1) + y * y }
  static func spread(_ x: Uncertain) -> Spread? {
    // Monotone between two poles, which lie half-way between the multiples of π.
    let branch = { (x: Double) in (x / .pi).rounded() }
    guard x.radius < 1, branch(x.lower) == branch(x.upper) else { return .unbounded }
    return .monotone(x, value)
  }
}

/// Radians.
enum ArcSine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.asin(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(ArcSineSlope.self, x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `1/√((1 - x)(1 + x))`.
enum ArcSineSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.asinSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try x * y * y * y }
}

/// Radians.
enum ArcCosine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.acos(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try -N.apply(ArcSineSlope.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// Radians.
///
/// The slope is `1/(1 + x²)`; where x² overflows it is 0 to within the least double.
enum ArcTangent: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.atan(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(1) / (.constant(1) + x * x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum HyperbolicSine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sinh(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(HyperbolicCosine.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum HyperbolicCosine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.cosh(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(HyperbolicSine.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .turning(at: 0, x, value) }
}

enum HyperbolicTangent: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.tanh(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(HyperbolicTangentSlope.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `sech²`, not `1 - tanh²`, which cancels.
///
enum HyperbolicTangentSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.tanhSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(-2) * y * N.apply(HyperbolicTangent.self, x)
  }
}

enum ErrorFunction: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.erf(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(1.128379167095512574) * N.apply(Gaussian.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum ComplementaryErrorFunction: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.erfc(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(-1.128379167095512574) * N.apply(Gaussian.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `e^(-x²)`, with the rounding error of x² carried along: uncorrected it is amplified by x².
enum Gaussian: ElementwiseUnary {
  static func value(_ x: Double) -> Double {
    let square = Scalar.product(x, k: x)
    let y = Scalar.exp(-square.high)
    return y == 0 ? 0 : y - y * square.low
  }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(-2) * x.chained(y) }
}

enum LogGamma: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.lgamma(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(Polygamma.self, .constant(0), x)
  }
  static func spread(_ x: Uncertain) -> Spread? {
    // One minimum between the poles at 0 and beyond.
    if x.isExact { return .exact }
    return x.lower > 0 ? .turning(at: 1.4616321449683622, x, value) : .unbounded
  }
}

enum Sigmoid: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sigmoid(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(SigmoidSlope.self, x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `σ(x) σ(-x)`, not `σ (1 - σ)`, which cancels.
enum SigmoidSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sigmoidSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try -(y * N.apply(HyperbolicTangent.self, x * .constant(0.5)))
  }
}

enum LogSigmoid: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.logsigmoid(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Sigmoid.self, -x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

enum Softplus: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.softplus(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Sigmoid.self, x) }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `ln(1 - e^x)` for x ≤ 0.
enum Log1mExp: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log1mexp(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(Log1mExpSlope.self, x)
  }
  static func spread(_ x: Uncertain) -> Spread? { .monotone(x, value) }
}

/// `-1/(e^(-x) - 1)`; its own slope `y (1 - y)` has no cancellation, because y ≤ 0.
enum Log1mExpSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log1mexpSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try y * (.constant(1) - y) }
}
