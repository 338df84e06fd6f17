import Testing

@testable import LossKit

/// An expression of a vector `v` that calls one built-in function, with where to draw `v`.
struct BuiltinForm: Sendable, CustomTestStringConvertible {
  let expression: String
  /// One interval for each element of `v`.
  let intervals: [ClosedRange<Double>]

  var testDescription: String { expression }

  /// From the samples of the table's entries: one form for every number of arguments that has
  /// samples.
  static let ofTable: [BuiltinForm] = Builtins.all.flatMap { builtin -> [BuiltinForm] in
    switch builtin.samples {
    case .none: []
    case .vector(let interval):
      [
        BuiltinForm(
          expression: "\(builtin.name)(v)", intervals: Array(repeating: interval, count: 4))
      ]
    case .numbers(let intervals):
      (1...intervals.count).compactMap { count in
        let isEnough = builtin.parameters.dropFirst(count).allSatisfy { !$0.isRequired }
        let arguments = (0..<count).map { "v[\($0)]" }.joined(separator: ", ")
        return isEnough
          ? BuiltinForm(
            expression: "\(builtin.name)(\(arguments))", intervals: Array(intervals.prefix(count)))
          : nil
      }
    }
  }

  /// Functions that need more than numbers or one vector, options, and matrices.
  static let written: [BuiltinForm] = [
    form("max(v[0], v[1..<4])"), form("min(v[..<2], v[2...])"), form("max(M, axis = 0)", 9),
    form("min(M, axis = 1, keep = true)", 9), form("lse(M, k = 3, axis = 0)", 9),
    form("lse(v[..<3], k = abs(v[3]))"), form("lse(v[0], v[1..<4], k = 2)"),
    form("softmax(v[..<3], k = abs(v[3]))"), form("softmax(M, axis = 0)", 9),
    form("logsoftmax(v[..<3], k = abs(v[3]))"), form("cross_entropy(v, 2)"),
    form("cross_entropy(v, [0.1, 0.2, 0.3, 0.4])"), form("cross_entropy(M, [0, 2, 1])", 9),
    form("cross_entropy(v[..<3], softmax(v[1...]))"), form("smoothabs(v, 2)"),
    form("sigmoid(v, abs(v[3]))"), form("softplus(v, [0.5, 1, 2, 4])"),
    form("where([true, false, true, true], v, v^2)"), form("sum(M, axis = 1, keep = true)", 9),
    form("mean(M, axis = 0)", 9), form("var(M, axis = 1)", 9), form("std(v)"),
    form("median(v)"), form("quantile(v, 0.3)"), form("prod(M, axis = 0)", 9),
    form("norm(v)"), form("norm(v, p = 1)"), form("norm(v, p = 3)"), form("norm(v, p = inf)"),
    form("norm(M, axis = 1)", 9), form("dot(v, sin(v))"), form("cossim(v[..<2], v[2...])"),
    form("logmeanexp(v)"), form("full(3, v[0])"), form("linspace(v[0], v[1], 5)"),
    form("concat(v[..<2], v^2)"), form("stack(v, v^2, axis = 1)"),
    form("reshape(v, 2, 2)"), form("reverse(v)"), form("drop(v, 1)"), form("sort(v)"),
    form("topk(v, 2)"), form("cumsum(M, axis = 0)", 9), form("cumprod(v)"), form("cumlse(v)"),
    form("outer(v, v^2)"), form("diag(v)"), form("diag(M)", 9), form("trace(M @ M)", 9),
    form("transpose(M) * 2", 9), form("M @ M.T", 9), form("M @ [1, 2, 3]", 9),
    form("solve(M + 9 * eye(3), M[0])", 9), form("solve(M + 9 * eye(3), M)", 9),
    form("logdet(M + 9 * eye(3))", 9), form("cholesky(M @ M.T + 3 * eye(3))", 9),
    form("map(x -> x^3, v)"), form("fold((a, x) -> sin(a) + x, 0, v)"),
    form("scan((a, x) -> tanh(a * x) + x, 1, v)"), form("v^3"), form("(1 + abs(v))^v[0]"),
    form("2^v"), form("v[0] / v[1]"), form("v % 0.7"), form("-v[1]^2"), form("stop(v) * v"),
    form("M[1, 1] * M[..., 2]", 9), form("v[[0, 0, 3]]"), form("v[v > 0]"),
    form("[x^2 for x in v if x > 0]"), form("sum(x * y for x in v, y in v)"),
    form("grad(w -> sum(w^3) * v[0])(v)"), form("diff(x -> sin(x * v[0]), 2)(v[1])"),
    form("hess(w -> prod(w))(v)"),
  ]

  private static func form(_ expression: String, _ size: Int = 4) -> BuiltinForm {
    BuiltinForm(
      expression: expression.replacing("M", with: "reshape(v, 3, 3)"),
      intervals: Array(repeating: -2...2, count: size))
  }

  static let all = ofTable + written

  /// Points whose elements keep a distance from each other and from 0, so that no corner of `max`,
  /// `abs`, `sort` or `clamp` lies within the reach of a difference quotient.
  func points(_ count: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed, stream: 7)
    return (0..<count).map { _ in
      var point: [Double] = []
      while point.count < intervals.count {
        let interval = intervals[point.count]
        let u = random.nextUniform()
        let x = interval.lowerBound * (1 - u) + interval.upperBound * u
        // `%` jumps at the multiples of 0.7.
        let jump = abs((x / 0.7).rounded() * 0.7 - x)
        if ([0] + point).allSatisfy({ abs($0 - x) > 0.05 }), jump > 0.05 { point.append(x) }
      }
      return point
    }
  }
}

extension Builtin.Parameter {
  var isRequired: Bool {
    if case .required = kind { true } else { false }
  }
}
