import Testing

@testable import LossKit

/// Bounds on what smoothing changes: `|smooth - hard| ≤ bound`, for everything that has one.
@Suite struct ErrorBoundTests {
  /// The hard and the smooth value of a text, their gap and its bound, element by element.
  struct Gap {
    let gap: [Double]
    let bound: [Double]
    let scale: Double

    init(_ test: TestSession, _ e: String, _ k: Double, _ family: SmoothFamily) throws {
      guard
        case .record(let record) = try test.value("gap(\(e), \(k), \"\(family.rawValue)\")")
      else { throw TestSession.Missing(what: "a record of \(e)") }
      func field(_ name: String) -> [Double] { record[name]?.elements ?? [] }
      let (hard, smooth) = (field("hard"), field("smooth"))
      gap = field("gap")
      bound = field("bound")
      // What both values are rounded by.
      scale = (hard + smooth).reduce(1) { $1.isFinite ? max($0, $1.magnitude) : $0 }
      #expect(zip(smooth, hard).map { $0 - $1 } == gap || gap.contains(where: \.isNaN), "\(e)")
      #expect(gap.count == bound.count && !gap.isEmpty, "\(e)")
    }

    /// Whether the bound holds, up to the rounding of the values and of what they came from.
    var holds: Bool {
      zip(gap, bound).allSatisfy { gap, bound in
        bound == .infinity || gap.magnitude <= bound * (1 + 1e-9) + 1e-13 * scale
      }
    }
    var isFinite: Bool { bound.allSatisfy(\.isFinite) }
  }

  // MARK: Each function

  /// What no bound is known for: jumps, what is refused or constant, and what has no rule.
  static let unbounded: Set<String> = ["step", "sign", "argmax", "argmin", "hardmax"]

  /// Every entry of the table of arguments that are smoothed themselves: where its samples lie, and
  /// with intervals that reach across its turning points.
  @Test(arguments: Builtins.all.filter { $0.samples.isGiven }.map(\.name))
  func holdsForTheFunction(_ name: String) throws {
    let builtin = try #require(Builtins.all.first { $0.name == name })
    var random = RandomStream(seed: 7, stream: UInt64(name.utf8.count))
    var finite = 0
    var refused = 0
    for draw in 0..<60 {
      let k = [0.5, 2, 8, 40, 300][draw % 5]
      func argument(_ interval: ClosedRange<Double>) -> String {
        let x =
          interval.lowerBound
          + random.nextUniform() * (interval.upperBound - interval.lowerBound)
        // A maximum near a tie, which smoothing moves by up to ln 2 / k.
        return "max(\(literal(x)), \(literal(x - 0.2 * random.nextUniform())))"
      }
      let arguments: [String] =
        switch builtin.samples {
        case .numbers(let intervals): intervals.map(argument)
        case .vector(let interval):
          ["[\((0..<4).map { _ in argument(interval) }.joined(separator: ", "))]"]
        case .none: []
        }
      let test = try TestSession("param unused = 1")
      let e = "\(name)(\(arguments.joined(separator: ", ")))"
      let family = [SmoothFamily.lse, .mellow, .boltzmann, .sparse, .sqrt][draw % 5]
      do {
        let gap = try Gap(test, e, k, family)
        #expect(gap.holds, "\(e), \(k), \(family): \(gap)")
        if gap.isFinite { finite += 1 }
      } catch is LossError {
        refused += 1
      }
    }
    let isUnbounded =
      Self.unbounded.contains(name)
      || ["sort", "median", "quantile", "softplus", "sigmoid", "smoothabs"].contains(name)
    // A sharpness that is smoothed itself has no rule.
    #expect(isUnbounded == (finite == 0), "\(name): \(finite) of 60 bounded, \(refused) refused")
    #expect(refused < 60)
  }

  // MARK: Random expressions

  /// Expressions of numbers over v (three entries), x and A.
  static func number(_ random: inout RandomStream, depth: Int) -> String {
    func pick<T>(_ choices: [T]) -> T {
      choices[Int(truncatingIfNeeded: random.nextInteger(below: UInt64(choices.count)))]
    }
    func number() -> String { Self.number(&random, depth: depth - 1) }
    func vector() -> String { Self.vector(&random, depth: depth - 1) }
    if depth <= 0 {
      return pick(["x", "v[0]", "v[2]", "0.7", "-1.5", "hard(max(v))", "smooth(relu(x), 2)"])
    }
    switch random.nextInteger(below: 16) {
    case 0: return "(\(number()) + \(number()))"
    case 1: return "(\(number()) - \(number()))"
    case 2: return "(\(number()) * \(number()))"
    case 3: return "(\(number()) / (2 + abs(\(number()))))"
    case 4: return "max(\(number()), \(number()))"
    case 5: return "min(\(number()), \(number()), \(number()))"
    case 6: return "relu(\(number()))"
    case 7: return "abs(\(number()))"
    case 8: return "clamp(\(number()), -1, \(number()) + 2)"
    case 9:
      return pick(["tanh", "sin", "cos", "square", "sigmoid", "softplus", "atan", "erf"])
        + "(\(number()))"
    case 10: return "{ let t = \(number()); t * t + relu(t) }"
    case 11:
      return pick(["max", "min", "sum", "mean", "lse", "norm", "std", "prod", "var"])
        + "(\(vector()))"
    case 12: return "norm(\(vector()), p = \(pick(["1", "inf", "3"])))"
    case 13: return "fold((a, t) -> max(a, t) + 0.1 * a, \(number()), \(vector()))"
    case 14: return "f(\(number()))"
    default: return "(\(number()))^\(pick(["2", "3"]))"
    }
  }

  static func vector(_ random: inout RandomStream, depth: Int) -> String {
    func number() -> String { Self.number(&random, depth: depth - 1) }
    func vector() -> String { Self.vector(&random, depth: depth - 1) }
    if depth <= 0 { return random.nextInteger(below: 2) == 0 ? "v" : "A[1]" }
    switch random.nextInteger(below: 9) {
    case 0: return "relu(\(vector()))"
    case 1: return "abs(\(vector()) - \(number()))"
    case 2: return "[\(number()), \(number()), \(number())]"
    case 3: return "[max(t, \(number())) for t in \(vector())]"
    case 4: return "(\(vector()) * \(vector()))"
    case 5: return "(A @ \(vector()))"
    case 6: return "softmax(\(vector()))"
    case 7: return "max(A, axis = 1)"
    default: return "reverse(cumsum(\(vector())))"
    }
  }

  @Test(arguments: [SmoothFamily.lse, .mellow, .boltzmann, .sparse, .sqrt])
  func holdsForRandomExpressions(_ family: SmoothFamily) throws {
    let test = try TestSession(
      """
      param v = [0.5, 0.4, -1.2], x = 0.3, A = [[1, 0.9, -0.5], [0.2, 0.3, 0.1], [-1, 2, 0]]
      let f(t) = max(t, x, 0.1) - 0.5 * abs(t)
      """)
    var random = RandomStream(seed: 11, stream: 0)
    var finite = 0
    var moved = 0
    for draw in 0..<150 {
      let e = Self.number(&random, depth: 2 + draw % 3)
      let place = literal((0..<3).map { _ in 2 * random.nextUniform() - 1 })
      let gap = try Gap(test, "(\(e) at (v = \(place)))", [1, 4, 30, 1000][draw % 4], family)
      #expect(gap.holds, "\(e) at \(place): \(gap)")
      if gap.isFinite { finite += 1 }
      if gap.gap.contains(where: { $0 != 0 }) { moved += 1 }
    }
    // Not where a denominator may be 0 as far as its bounds say.
    #expect(finite >= 145, "\(finite) of 150 bounded")
    #expect(moved > 60, "\(moved) of 150 moved")
  }

  /// The families for entries from 0 on.
  @Test(arguments: [SmoothFamily.abs, .power, .expexp])
  func holdsForMaxima(_ family: SmoothFamily) throws {
    var random = RandomStream(seed: 5, stream: 1)
    let test = try TestSession("param s = [0]")
    for draw in 0..<100 {
      let s = (0..<(1 + draw % 7)).map { _ in 3 * random.nextUniform() }
      for e in ["max(s)", "max(exp(max(s)), max(s) + 1)", "max(s)^2 - 3 * max(s)"] {
        let gap = try Gap(test, "(\(e) at (s = \(literal(s))))", [0.5, 3, 50][draw % 3], family)
        #expect(gap.holds && gap.isFinite, "\(e) at \(s): \(gap)")
      }
    }
  }

  /// Bounds of whole expressions in closed form: they add up, pass through, and are scaled.
  @Test(arguments: [
    ("max(s)", "log(3)"), ("min(s)", "log(3)"), ("max(s[0], s[1])", "log(2)"),
    ("relu(x)", "log(2)"), ("abs(x)", "log(2)"), ("clamp(x, 0, 1)", "log(2)"),
    ("sum(abs(s))", "3 * log(2)"), ("norm(s, p = 1)", "3 * log(2)"),
    ("mean(abs(s))", "log(2)"), ("norm(s, p = inf)", "log(2) + log(3)"),
    ("max(max(s[0], s[1]), s[2])", "2 * log(2)"),
    ("-2 * relu(x) + 3 * relu(x)", "3 * log(2)"), ("hard(max(s))", "0"),
    ("relu(x) + hard(relu(x)) + smooth(relu(x), 3)", "log(2)"), ("max([x])", "0"),
    ("max(x, -inf)", "log(2)"), ("s[argmax(s)] + x", "0"), ("lse(s)", "0"),
    ("max(inf, x)", "0"), ("relu(relu(x) + 1)", "2 * log(2)"),
  ])
  func closedForm(_ e: String, _ constant: String) throws {
    let test = try TestSession("param s = [2, 1, 0.5], x = 0.25")
    for k in [0.5, 2, 128] {
      let bound = try test.number("gap(\(e), \(k)).bound")
      let expected = try test.number("(\(constant)) / \(k)")
      #expect(abs(bound - expected) <= 1e-15 * expected, "\(e): \(bound), not \(expected)")
    }
  }

  /// A rounding error of the size of the values has no place in the bound.
  @Test func boundsOfLargeValuesAreExact() throws {
    let test = try TestSession("param s = [1e15, 1e15]")
    #expect(try test.number("gap(max(s) - 1e15, 1e6).bound") == test.number("log(2) / 1e6"))
  }

  @Test func lambertW() {
    for x in [0, 1e-10, 0.3, 1, 9 / 2.718281828459045, 1e6] {
      let w = SmoothFamily.lambertW(x)
      #expect(abs(w * Scalar.exp(w) - x) <= 4e-15 * x)
      #expect(abs(w - FamilyBoundTests.lambertW(x)) <= 4e-15 * w)
    }
  }
}

extension Builtin.Samples {
  fileprivate var isGiven: Bool {
    if case .none = self { false } else { true }
  }
}
