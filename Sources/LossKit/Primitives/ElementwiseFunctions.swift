// The elementwise functions of one argument. Values come from `Scalar`, where formulas and error
// bounds are stated; here stand the derivatives, each in the form that does not cancel.

enum Exp: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.exp(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) -> N { y }
}

enum Expm1: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.expm1(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Exp.self, x) }
}

enum Log: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(LogSlope.self, x) }
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
}

enum Log10: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log10(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(0.4342944819032518277) / x
  }
}

enum SquareRoot: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sqrt(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(0.5) / y }
}

enum Square: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { x * x }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(2) * x }
}

/// Radians.
enum Sine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sin(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Cosine.self, x) }
}

/// Radians.
enum Cosine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.cos(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try -N.apply(Sine.self, x) }
}

/// Radians.
enum Tangent: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.tan(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try .constant(1) + y * y }
}

/// Radians.
enum ArcSine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.asin(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(ArcSineSlope.self, x) }
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
}

enum HyperbolicSine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sinh(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(HyperbolicCosine.self, x)
  }
}

enum HyperbolicCosine: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.cosh(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(HyperbolicSine.self, x)
  }
}

enum HyperbolicTangent: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.tanh(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(HyperbolicTangentSlope.self, x)
  }
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
}

enum ComplementaryErrorFunction: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.erfc(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try .constant(-1.128379167095512574) * N.apply(Gaussian.self, x)
  }
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
}

enum Sigmoid: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.sigmoid(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(SigmoidSlope.self, x) }
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
}

enum Softplus: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.softplus(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try N.apply(Sigmoid.self, x) }
}

/// `ln(1 - e^x)` for x ≤ 0.
enum Log1mExp: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log1mexp(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N {
    try N.apply(Log1mExpSlope.self, x)
  }
}

/// `-1/(e^(-x) - 1)`; its own slope `y (1 - y)` has no cancellation, because y ≤ 0.
enum Log1mExpSlope: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { Scalar.log1mexpSlope(x) }
  static func slope<N: Arithmetic>(_ x: N, _ y: N) throws -> N { try y * (.constant(1) - y) }
}
