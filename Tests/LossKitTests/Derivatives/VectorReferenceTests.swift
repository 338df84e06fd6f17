import Testing

@testable import LossKit

/// The rows of `Reference/vectors.jsonl` through the language.
///
/// With t_i = k (x_i - max x), p_i the weights and u = 2^-53, the file's README gives what careful
/// doubles reach: a weight to u (4 + |t_i|) of itself, plus one subnormal step; lse to
/// 2u max(|max x|, |value|). The other bounds follow from these two, carried to first order through
/// the formula that does not cancel; each stands beside its function below.
@Suite struct VectorReferenceTests {
  static let u = 0x1p-53
  /// One subnormal step.
  static let step = 0x1p-1074

  struct Row {
    let json: ReferenceValue
    let id: String
    let x: [Double]
    let k: Double
    /// k (x_i - max x): 0 at the largest entry, -inf at masked ones.
    let t: [Double]
    let p: [Double]

    init(_ json: ReferenceValue) throws {
      self.json = json
      id = try #require(json["id"]?.text)
      x = try #require(json["x"]?.doubles)
      k = json["k"]?.double ?? 1
      let (k, greatest) = (k, x.max() ?? 0)
      t = x.map { $0 == greatest ? 0 : k * ($0 - greatest) }
      let weights = t.map(Scalar.exp)
      let total = weights.reduce(0, +)
      p = weights.map { $0 / total }
      let roundings: Double = k == 1 ? 1 : 2
      weightErrors = t.map { $0 == -.infinity ? 0 : u * (4 + roundings * abs($0)) }
    }

    func numbers(_ key: String) throws -> [Double] {
      let value = try #require(json[key])
      return try value.doubles ?? [#require(value.double)]
    }

    /// The relative error of each weight; masked entries have none.
    ///
    /// With k there are two roundings in t_i, of the difference and of the product.
    let weightErrors: [Double]

    var greatest: Double { x.max() ?? 0 }
    var index: Int { Int(json["index"]?.double ?? 0) }
  }

  private static let counts = [
    "cross_entropy": 27,
    "hinge": 27,
    "hinge_margin1": 29,
    "logsoftmax": 27,
    "lse": 32,
    "lse_k": 25,
    "smooth_hinge": 27,
    "softmax": 26,
  ]

  static func rows(_ function: String) throws -> [Row] {
    let rows = try ReferenceFile.jsonLines("vectors").filter { $0["function"]?.text == function }
    #expect(rows.count == counts[function], "\(function): \(rows.count)")
    return try rows.map(Row.init)
  }

  /// The worst error in units of its bound, printed so that a bound can be seen to be tight.
  private struct Worst {
    let name: String
    var ratio = 0.0

    mutating func note(
      _ found: [Double], _ expected: [Double], within bounds: [Double], _ row: Row
    ) {
      #expect(found.count == expected.count, "\(name), \(row.id)")
      for (i, (found, expected)) in zip(found, expected).enumerated() {
        if found == expected { continue }
        let error = abs(found - expected)
        #expect(
          error <= bounds[i],
          "\(name), \(row.id), entry \(i): \(found), not \(expected); bound \(bounds[i])")
        ratio = max(ratio, error / bounds[i])
      }
    }
  }

  private func report(_ worst: Worst...) {
    for worst in worst { print("\(worst.name): worst error \(worst.ratio) of its bound") }
  }

  // MARK: lse

  @Test(arguments: ["lse", "lse_k"])
  func logSumExp(_ function: String) throws {
    var value = Worst(name: "\(function) value")
    var gradient = Worst(name: "\(function) gradient")
    var sharpness = Worst(name: "\(function) ∂k")
    for row in try Self.rows(function) {
      let test = try TestSession("param x = \(literal(row.x)), k = \(literal(row.k))")
      let e = function == "lse" ? "lse(x)" : "lse(x, k = k)"
      let expected = try row.numbers("value")
      let scale = max(abs(row.greatest), abs(expected[0]))
      value.note(
        [try test.number(e)], expected, within: [2 * Self.u * scale], row)
      // p_i = e^{t_i} / Σ: the error of the sum is the mean of those of the terms.
      let mean = zip(row.p, row.weightErrors).reduce(0) { $0 + $1.0 * $1.1 }
      let bounds = zip(row.p, row.weightErrors).map { $0 * ($1 + mean) + Self.step }
      let slopes = try row.numbers("gradient")
      gradient.note(try test.numbers("grad(\(e), x)"), slopes, within: bounds, row)
      gradient.note(
        Array(try test.shownGradient(e).prefix(row.x.count)), slopes, within: bounds, row)
      if function == "lse_k" {
        // H / k / k: two more roundings.
        let slope = try row.numbers("gradient_k")
        let bound =
          entropyError(row) / (row.k * row.k) + 2 * Self.u * abs(slope[0]) + Self.step
        sharpness.note([try test.number("grad(\(e), k)")], slope, within: [bound], row)
      }
    }
    report(value, gradient, sharpness)
  }

  /// H = ln Σ e^{t_i} - Σ p_i t_i: a sum of positive terms, each as good as its weight, t_i itself
  /// rounded twice; ln Σ is as good as the sum of the weights other than the largest.
  private func entropyError(_ row: Row) -> Double {
    var error = 0.0
    for (p, (t, relative)) in zip(row.p, zip(row.t, row.weightErrors)) where p > 0 {
      error += p * (abs(t) * (2 * relative + 4 * Self.u) + 2 * relative)
    }
    return error
  }

  // MARK: softmax

  @Test func softmax() throws {
    var value = Worst(name: "softmax value")
    var tangent = Worst(name: "softmax jvp")
    for row in try Self.rows("softmax") {
      let test = try TestSession("param x = \(literal(row.x))")
      let mean = zip(row.p, row.weightErrors).reduce(0) { $0 + $1.0 * $1.1 }
      let bounds = zip(row.p, row.weightErrors).map { $0 * ($1 + mean) + Self.step }
      value.note(
        try test.numbers("softmax(x)"), try row.numbers("value"), within: bounds, row)
      let direction = try row.numbers("direction")
      // Σ_j p_i p_j (d_i - d_j), whose terms have the errors of two weights and four roundings.
      let errors = row.x.indices.map { i in
        row.x.indices.reduce(Self.step * 4) { sum, j in
          sum + row.p[i] * row.p[j] * abs(direction[i] - direction[j])
            * (row.weightErrors[i] + row.weightErrors[j] + 4 * Self.u)
        }
      }
      tangent.note(
        try test.numbers("jvp(softmax(x), x, \(literal(direction)))"), try row.numbers("jvp"),
        within: errors, row)
    }
    report(value, tangent)
  }

  @Test func logSoftmax() throws {
    var value = Worst(name: "logsoftmax value")
    var tangent = Worst(name: "logsoftmax jvp")
    for row in try Self.rows("logsoftmax") {
      let test = try TestSession("param x = \(literal(row.x))")
      // t_i - ln(1 + Σ of the other weights): two terms of one sign.
      let first = row.t.firstIndex(of: 0) ?? 0
      let rest = row.x.indices.filter { $0 != first }
      let total = 1 / row.p[first]
      let logError =
        rest.reduce(0) { $0 + row.p[$1] * row.weightErrors[$1] }
        + 2 * Self.u * Scalar.log(total)
      value.note(
        try test.numbers("logsoftmax(x)"), try row.numbers("value"),
        within: row.t.map { 4 * Self.u * abs($0) + logError + Self.step }, row)
      let direction = try row.numbers("direction")
      // Σ_j p_j (d_i - d_j).
      let errors = row.x.indices.map { i in
        row.x.indices.reduce(Self.step * 4) { sum, j in
          sum + row.p[j] * abs(direction[i] - direction[j]) * (row.weightErrors[j] + 4 * Self.u)
        }
      }
      tangent.note(
        try test.numbers("jvp(logsoftmax(x), x, \(literal(direction)))"), try row.numbers("jvp"),
        within: errors, row)
    }
    report(value, tangent)
  }

  // MARK: Cross entropy

  @Test(arguments: [
    ("cross_entropy", "cross_entropy(x, y)"),
    ("smooth_hinge", "softplus(lse(drop(x, y)) - x[y])"),
    ("smooth_hinge", "softplus(lse(x[j] - x[y] for j in 0..<len(x) if j != y))"),
  ])
  func crossEntropy(_ function: String, _ e: String) throws {
    var value = Worst(name: "\(e) value")
    var gradient = Worst(name: "\(e) gradient")
    for row in try Self.rows(function) {
      let test = try TestSession("param x = \(literal(row.x)); data y = \(row.index)")
      let (index, label) = (row.index, row.x[row.index])
      let others = row.x.indices.filter { $0 != index && row.p[$0] > 0 }
      // softplus(m) with m = lse(others) - x_y: its slope carries the error of m, which is that of
      // lse and, in the last form, of each margin; then the rounding of the result.
      let scale = others.reduce(abs(label)) { max($0, abs(row.x[$1])) }
      let isDifference = !e.contains("drop")
      let margins = others.map { row.x[$0] - label }
      let marginScale = margins.reduce(0) { max($0, abs($1)) }
      let marginError = 2 * Self.u * (isDifference ? marginScale + 1 : 2 * scale + 1)
      let expected = try row.numbers("value")
      let slope = -Scalar.expm1(-expected[0])
      value.note(
        [try test.number(e)], expected,
        within: [slope * marginError + 2 * Self.u * expected[0] + Self.step], row)
      // At the others p_j, at the label minus their sum; in these forms the weight of j is
      // σ(m) softmax_j: as good as m and the weights.
      let slopes = try row.numbers("gradient")
      let bounds = row.x.indices.map { i in
        let relative =
          i == index ? others.reduce(0) { max($0, row.weightErrors[$1]) } : row.weightErrors[i]
        return abs(slopes[i]) * (relative + marginError + 8 * Self.u) + 2 * Self.step
      }
      gradient.note(try test.numbers("grad(\(e), x)"), slopes, within: bounds, row)
    }
    report(value, gradient)
  }

  // MARK: Hinge

  @Test(arguments: [
    ("hinge", "max(max(x[j] for j in 0..<len(x) if j != y) - x[y], 0)"),
    ("hinge", "relu(max(drop(x, y)) - x[y])"),
    ("hinge_margin1", "relu(1 + (max(x[j] for j in 0..<len(x) if j != y) - x[y]))"),
    ("hinge_margin1", "max(0, 1 + (max(drop(x, y)) - x[y]))"),
  ])
  func hinge(_ function: String, _ e: String) throws {
    for row in try Self.rows(function) {
      let test = try TestSession("param x = \(literal(row.x)); data y = \(row.index)")
      let expected = try row.numbers("value")[0]
      let found = try test.number(e)
      let scale = row.x.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
      // The data's differences are exact; doubles round once each for the difference and the 1.
      #expect(
        found == expected || abs(found - expected) <= 2 * Self.u * scale,
        "\(e), \(row.id): \(found), not \(expected)")
      let gradient = row.json["gradient"]?.doubles ?? row.json["lexicographic"]?.doubles
      #expect(try test.shownGradient(e) == gradient, "\(e), \(row.id)")
    }
  }
}
