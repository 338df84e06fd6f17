import Testing

@testable import LossKit

/// The table of families in the guide: bounds, limits, edges.
@Suite struct FamilyBoundTests {
  /// The least and the largest of `M - max` over n entries, in units of 1/k; of `power` relative to
  /// the maximum.
  static func bounds(_ family: SmoothFamily, n: Double, k: Double) -> ClosedRange<Double> {
    let logarithm = Scalar.log(n)
    switch family {
    case .lse: return 0...logarithm
    case .mellow: return -logarithm...0
    case .boltzmann: return -lambertW((n - 1) / Scalar.exp(1))...0
    case .sparse: return 0...(1 - 1 / n) / 2
    case .sqrt: return 0...Scalar.log2(n).rounded(.up) / 2
    case .abs: return 0...Scalar.log(2 * n) / 2
    case .power: return 0...k * (Scalar.pow(n, 1 / (2 * k + 1)) - 1)
    case .expexp: return 0...Scalar.log1p(logarithm)
    }
  }

  /// Lambert's W: the root of w e^w = x, by Newton's steps from ln(1 + x) above it.
  static func lambertW(_ x: Double) -> Double {
    var w = Scalar.log1p(x)
    for _ in 0..<50 { w -= (w - x * Scalar.exp(-w)) / (1 + w) }
    return w
  }

  @Test func lambertWIsItsRoot() {
    for x in [0.0, 0.1, 1, 9 / 2.718281828459045, 100] {
      let w = Self.lambertW(x)
      #expect(abs(w * Scalar.exp(w) - x) <= 1e-14 * max(x, 1))
    }
  }

  @Test(arguments: SmoothFamily.allCases)
  func hold(_ family: SmoothFamily) throws {
    let test = try TestSession("param x = [0], k = 1")
    let e = "smooth(max(x), k, \"\(family.rawValue)\")"
    var nearest = Double.infinity
    for seed in 1...60 {
      // Close together, so that the bounds are nearly met, and apart.
      let spread = [0.1, 1, 8][seed % 3]
      let n = [1, 2, 3, 7, 20][seed % 5]
      try test.run(
        """
        k = 0.5 + 8 * rand(seed = \(seed))
        x = \(spread) * rand(\(n), seed = \(seed)) / k
        """)
      let numbers = try test.numbers("[\(e), max(x), k]")
      let (value, largest, k) = (numbers[0], numbers[1], numbers[2])
      let error = family == .power ? (value - largest) / largest * k : (value - largest) * k
      let bounds = Self.bounds(family, n: Double(n), k: k)
      let rounding = 1e-14 * (1 + k * largest)
      #expect(
        bounds.lowerBound - rounding <= error && error <= bounds.upperBound + rounding,
        "\(family), seed \(seed), n = \(n): \(error) is outside \(bounds)")
      if n > 1 {
        let end = bounds.lowerBound < 0 ? bounds.lowerBound : bounds.upperBound
        nearest = min(nearest, abs(error - end) / abs(end))
      }
    }
    // A bound that nothing comes near would hold for any formula.
    #expect(nearest < 0.5)
  }

  @Test(arguments: SmoothFamily.allCases)
  func tendsToTheMaximum(_ family: SmoothFamily) throws {
    let test = try TestSession("param x = [0.5, 2.25, 2, 1.5, 0], k = 1")
    let e = "smooth(max(x), k, \"\(family.rawValue)\")"
    var last = Double.infinity
    for k in [1.0, 4, 16, 64, 256, 1e4, 1e6] {
      try test.run("k = \(literal(k))")
      let error = abs(try test.number(e) - 2.25)
      #expect(error <= last)
      #expect(error <= 3 / k)
      last = error
    }
    let limit = family == .sqrt || family == .mellow ? 3e-6 : 1e-14
    #expect(last <= limit)
  }

  /// Hard operations other than `max`, by what they are under the table's M.
  static let counterparts = [
    ("min(v)", "-M(-v)"), ("relu(x)", "M([x, 0])"), ("abs(x)", "M([x, -x])"),
    ("clamp(x, -1, 0.75)", "-1 + M([x + 1, 0]) - M([x - 0.75, 0])"),
    ("norm(v, p = 1)", "sum(M([a, -a]) for a in v)"),
    ("norm(v, p = inf)", "M([M([a, -a]) for a in v])"),
    ("min(v[0], v[1])", "-M(-v[..<2])"),
  ]

  @Test(arguments: SmoothFamily.allCases.filter { !$0.smoothsOnlyMaximum }, counterparts)
  func isTheCounterpart(_ family: SmoothFamily, _ pair: (String, String)) throws {
    let (hard, smooth) = pair
    let test = try TestSession(
      """
      param x = 0.3, v = [0.4, -1.2, 0.9], k = 2.5
      let M(v) = smoothmax(v, k, "\(family.rawValue)")
      let s = smooth(\(hard), k, "\(family.rawValue)")
      """)
    for point in ["x = 0.3", "x = -4", "x = 0", "v = [0, 0, 0]", "k = 40"] {
      try test.run(point)
      let found =
        try test.numbers("[s]") + test.numbers("grad(s, x)")
        + test.numbers("grad(s, v)") + test.numbers("grad(s, k)")
      let expected =
        try test.numbers("[\(smooth)]") + test.numbers("grad(\(smooth), x)")
        + test.numbers("grad(\(smooth), v)") + test.numbers("grad(\(smooth), k)")
      #expect(found.count == 6)
      for (found, expected) in zip(found, expected) {
        #expect(abs(found - expected) <= 1e-14, "\(hard), \(family), \(point)")
      }
    }
  }

  @Test func jumpsHaveTheirCounterparts() throws {
    let test = try TestSession("param x = 0.3, v = [0.4, -1.2, 0.9], k = 2.5")
    for (hard, smooth) in [
      ("step(x)", "sigmoid(x, k)"), ("sign(x)", "tanh(k * x)"),
      ("sum(hardmax(v) * [1, 2, 3])", "sum(softmax(v, k) * [1, 2, 3])"),
      ("argmax(v)", "sum(softmax(v, k) * [0, 1, 2])"),
      ("argmin(v)", "sum(softmax(-v, k) * [0, 1, 2])"),
    ] {
      let found =
        try test.numbers("[smooth(\(hard), k)]") + test.shownGradient("smooth(\(hard), k)")
      let expected = try test.numbers("[\(smooth)]") + test.shownGradient(smooth)
      #expect(found.count == expected.count)
      for (found, expected) in zip(found, expected) {
        #expect(abs(found - expected) <= 4e-16, "\(hard)")
      }
    }
    // Sparsemax: the projection onto the simplex.
    #expect(try test.numbers("smooth(hardmax([1, 0.5, 0]), 1, \"sparse\")") == [0.75, 0.25, 0])
  }

  @Test(arguments: [
    ("abs", "max(x, -1)", "at least 0"), ("power", "max(x, -1)", "at least 0"),
    ("expexp", "max(-1, -x - 2)", "at least 0"), ("abs", "relu(x)", "max only, not relu"),
    ("power", "min(x, 1)", "max only, not min"), ("expexp", "abs(x)", "max only, not abs"),
    ("abs", "clamp(x, 0, 1)", "max only, not clamp"), ("power", "step(x)", "max only, not step"),
    ("expexp", "sign(x)", "max only, not sign"),
    ("abs", "hardmax([x, 1])", "max only, not hardmax"),
    ("abs", "argmax([x, 1])", "max only, not argmax"),
    ("power", "norm([x, 1], p = 1)", "max only, not norm"),
    ("foo", "max(x, 0)", "no family \"foo\""),
  ])
  func isRefused(_ family: String, _ e: String, _ message: String) throws {
    let test = try TestSession("param x = 0.5")
    let error = try test.error("smooth(\(e), 2, \"\(family)\")")
    #expect(error.message.contains(message), "\(error.message)")
  }

  /// Masks, infinities and nan: as in `max`, in each family that takes them.
  @Test(arguments: SmoothFamily.allCases)
  func edges(_ family: SmoothFamily) throws {
    let test = TestSession()
    func maximum(_ x: String) throws -> Double {
      try test.number("smooth(max(\(x)), 2, \"\(family.rawValue)\")")
    }
    #expect(try maximum("[]") == -.infinity)
    #expect(try maximum("[1, nan]").isNaN)
    #expect(try maximum("[nan, 1]").isNaN)
    #expect(try maximum("[inf, 1]") == .infinity)
    #expect(try maximum("[1, inf, inf]") == .infinity)
    if family.smoothsOnlyMaximum { return }
    // A mask counts as an entry where a family weighs by the number of entries.
    let two = try maximum("[1, 0.5]")
    let masked = try maximum("[1, -inf, -inf, 0.5]")
    if family == .mellow {
      #expect(abs(masked - (two - Scalar.log(2) / 2)) <= 1e-15)
    } else {
      #expect(abs(masked - two) <= 1e-15)
    }
    #expect(try maximum("[-inf, -inf]") == -.infinity)
  }
}
