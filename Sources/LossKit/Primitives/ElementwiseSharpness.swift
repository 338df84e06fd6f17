// The smooth counterparts with a sharpness k, as functions of x and k. With s = σ(kx) σ(-kx) and H
// the entropy of (σ(t), σ(-t)) in nats, H' = -t σ(t) σ(-t); every derivative by k is stated through
// H, because the difference of the terms that it comes from cancels.

/// The n-th derivative of the digamma function; n counts from 0 and is never differentiated.
enum Polygamma: ElementwiseBinary {
  static func value(_ n: Double, _ x: Double) -> Double { Scalar.polygamma(Int(n), x) }
  static func tangent<N: Arithmetic>(_ tn: N?, _ tx: N?, _ n: N, _ x: N, _ y: N) throws -> N? {
    guard let tx else { return nil }
    return try N.apply(Polygamma.self, n + .constant(1), x).chained(tx)
  }
}

/// `ln(e^a + e^b)`.
enum LogAddExp: ElementwisePartials {
  static func value(_ a: Double, _ b: Double) -> Double { Scalar.logaddexp(a, b) }
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N {
    try N.apply(LogisticShare.self, a, b)
  }
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N {
    try N.apply(LogisticShare.self, b, a)
  }
  /// Its weights add up to 1.
  static func spread(_ a: Uncertain, _ b: Uncertain) -> Spread? {
    Spread(below: max(a.below, b.below), above: max(a.above, b.above))
  }
}

/// `σ(a - b)`, the share of a in `e^a + e^b`; an entry of -inf has none, also against another.
enum LogisticShare: ElementwisePartials {
  static func value(_ a: Double, _ b: Double) -> Double {
    if a == -.infinity { return 0 }
    if a == b { return 0.5 }
    return Scalar.sigmoid(a - b)
  }
  static func slopeA<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N {
    try y * N.apply(LogisticShare.self, b, a)
  }
  static func slopeB<N: Arithmetic>(_ a: N, _ b: N, _ y: N) throws -> N {
    try -(y * N.apply(LogisticShare.self, b, a))
  }
}

/// `σ(kx)`.
enum SharpSigmoid: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.sigmoid(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try k * N.apply(SharpSigmoidSlope.self, x, k)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try x.chained(N.apply(SharpSigmoidSlope.self, x, k))
  }
  static func spread(_ x: Uncertain, _ k: Uncertain) -> Spread? {
    k.isExact ? .monotone(x) { value($0, k.center) } : nil
  }
}

/// s; by t = kx its derivative is `-s tanh(t/2)`.
enum SharpSigmoidSlope: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.sigmoidSlope(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ s: N) throws -> N {
    try -(k * s * N.apply(SharpTanh.self, x, k * .constant(0.5)))
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ s: N) throws -> N {
    try -(x.chained(s) * N.apply(SharpTanh.self, x, k * .constant(0.5)))
  }
}

/// `(1/k) ln(1 + e^(kx))`.
enum SharpSoftplus: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.softplus(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try N.apply(SharpSigmoid.self, x, k)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try N.apply(SoftplusSharpnessSlope.self, x, k)
  }
  static func spread(_ x: Uncertain, _ k: Uncertain) -> Spread? {
    k.isExact ? .monotone(x) { value($0, k.center) } : nil
  }
}

/// `-H(kx)/k²`, the derivative of `SharpSoftplus` by k.
enum SoftplusSharpnessSlope: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.softplusSharpnessSlope(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try x.chained(N.apply(SharpSigmoidSlope.self, x, k))
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    let s = try N.apply(SharpSigmoidSlope.self, x, k)
    return try (x.chained(x.chained(s)) - .constant(2) * y) / k
  }
}

/// `(1/k) ln(e^(kx) + e^(-kx))`.
enum SmoothAbs: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.smoothabs(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try N.apply(SharpTanh.self, x, k)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try N.apply(SmoothAbsSharpnessSlope.self, x, k)
  }
  static func spread(_ x: Uncertain, _ k: Uncertain) -> Spread? {
    k.isExact ? .turning(at: 0, x) { value($0, k.center) } : nil
  }
}

/// `-H(2kx)/k²`, the derivative of `SmoothAbs` by k.
enum SmoothAbsSharpnessSlope: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.smoothabsSharpnessSlope(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try x.chained(N.apply(SharpTanhSlope.self, x, k))
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    let s = try N.apply(SharpTanhSlope.self, x, k)
    return try (x.chained(x.chained(s)) - .constant(2) * y) / k
  }
}

/// `tanh(kx)`.
enum SharpTanh: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.tanh(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try k * N.apply(SharpTanhSlope.self, x, k)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try x.chained(N.apply(SharpTanhSlope.self, x, k))
  }
  static func spread(_ x: Uncertain, _ k: Uncertain) -> Spread? {
    k.isExact ? .monotone(x) { value($0, k.center) } : nil
  }
}

/// `sech²(kx)`; by t = kx its derivative is `-2 sech² tanh`.
enum SharpTanhSlope: ElementwisePartials {
  static func value(_ x: Double, _ k: Double) -> Double { Scalar.tanhSlope(x, k: k) }
  static func slopeA<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try .constant(-2) * k * y * N.apply(SharpTanh.self, x, k)
  }
  static func slopeB<N: Arithmetic>(_ x: N, _ k: N, _ y: N) throws -> N {
    try .constant(-2) * x.chained(y) * N.apply(SharpTanh.self, x, k)
  }
}
