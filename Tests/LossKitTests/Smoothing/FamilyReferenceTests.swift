import Testing

@testable import LossKit

/// The rows of `Reference/families.jsonl` through `smooth(max(x), k, family)`.
///
/// With u = 2^-53 and tᵢ the exponent of an entry's weight relative to the largest:
/// - a value is within 4 ulp of the largest term, 8u max(|max x|, |value|);
/// - a slope has the error of its weight, u (4 + 2 |tᵢ|) of itself, three times for the quotients
///   and sums on the way; that of `boltzmann` before `1 + k (xᵢ - M)` cancels; those of `sparse`,
///   differences of numbers up to 1, have an absolute one;
/// - the slope by k sums what the weights weigh: 4u (4 + max |t|) of itself, t as far as a weight is
///   a double at all; that of `mellow` besides 4u ln n / k², for it is the difference of two
///   entropies.
@Suite struct FamilyReferenceTests {
  static let u = 0x1p-53

  struct Row {
    let id: String
    let family: SmoothFamily
    let kind: String
    let x: [Double]
    let k: Double
    let value: Double
    let gradient: [Double]
    let slopeByK: Double

    init(_ json: ReferenceValue) throws {
      id = try #require(json["id"]?.text)
      family = try #require(SmoothFamily(rawValue: json["family"]?.text ?? ""))
      kind = try #require(json["kind"]?.text)
      x = try #require(json["x"]?.doubles)
      k = try #require(json["k"]?.double)
      value = try #require(json["value"]?.double)
      gradient = try #require(json["gradient"]?.doubles)
      slopeByK = try #require(json["gradient_k"]?.double)
    }

    var largest: Double { x.max() ?? 0 }

    /// |tᵢ|.
    var exponents: [Double] {
      let m = largest
      return x.map { x in
        switch family {
        case .lse, .mellow, .boltzmann, .sparse, .sqrt: k * (m - x)
        case .abs: 2 * k * (m - x)
        case .power: x == m ? 0 : (2 * k + 1) * Scalar.log(m / x)
        // Both exponentials weigh, and the outer exponent has the error of the inner one.
        case .expexp:
          x == m
            ? 0
            : (2 + k * m / 2) * min(745, Scalar.exp(k * m)) * min(1, k * (m - x)) + k * (m - x)
        }
      }
    }

    var gradientBounds: [Double] {
      let bounds = zip(gradient, exponents).map { slope, t in
        3 * u * slope.magnitude * (4 + 2 * min(t, 745))
      }
      switch family {
      case .boltzmann:
        let weights = exponents.map { Scalar.exp(-$0) }
        let total = weights.reduce(0, +)
        return zip(weights, exponents).map { w, t in
          3 * u * w / total * (1 + t + k * (largest - value)) * (4 + 2 * min(t, 745))
        }
      case .sparse: return x.map { _ in 2 * u }
      case .lse, .mellow, .sqrt, .abs, .power, .expexp: return bounds
      }
    }

    var slopeByKBound: Double {
      let spread = exponents.reduce(0) { max($0, min($1, 745)) }
      let own = 4 * u * slopeByK.magnitude * (4 + spread)
      return family == .mellow ? own + 4 * u * Scalar.log(Double(x.count)) / k / k : own
    }
  }

  static let rows: [Row] = (try? ReferenceFile.jsonLines("families").map(Row.init)) ?? []

  @Test(arguments: SmoothFamily.allCases)
  func agrees(_ family: SmoothFamily) throws {
    let rows = Self.rows.filter { $0.family == family }
    #expect(rows.count >= 45)
    #expect(Set(rows.map(\.kind)).count == 7)
    let test = try TestSession("param x = [0], k = 1")
    let e = "smooth(max(x), k, \"\(family.rawValue)\")"
    var worst = (value: 0.0, gradient: 0.0, k: 0.0)
    for row in rows {
      try test.run("x = \(literal(row.x)); k = \(literal(row.k))")
      let found = try test.number(e)
      let scale = max(row.largest.magnitude, row.value.magnitude)
      let error = found == row.value ? 0 : (found - row.value).magnitude / (8 * Self.u * scale)
      #expect(error <= 1, "\(row.id), \(row.kind): \(found), not \(row.value)")
      worst.value = max(worst.value, error)

      let gradient = try test.numbers("grad(\(e), x)")
      #expect(gradient.count == row.x.count)
      for (i, (found, expected)) in zip(gradient, row.gradient).enumerated()
      where found != expected {
        let bound = row.gradientBounds[i] + 0x1p-1074
        let error = (found - expected).magnitude / bound
        #expect(error <= 1, "\(row.id), \(row.kind), ∂x[\(i)]: \(found), not \(expected)")
        worst.gradient = max(worst.gradient, error)
      }

      let slope = try test.number("grad(\(e), k)")
      if slope != row.slopeByK {
        let error = (slope - row.slopeByK).magnitude / (row.slopeByKBound + 0x1p-1074)
        #expect(error <= 1, "\(row.id), \(row.kind), ∂k: \(slope), not \(row.slopeByK)")
        worst.k = max(worst.k, error)
      }
      // The shown gradient is the same, or, where it runs as a program, within the same bounds.
      let shown = try test.shownGradient(e)
      #expect(shown.count == gradient.count + 1)
      let bounds = row.gradientBounds + [row.slopeByKBound]
      for (i, (found, expected)) in zip(shown, row.gradient + [row.slopeByK]).enumerated()
      where found != expected {
        #expect(
          (found - expected).magnitude <= bounds[i] + 0x1p-1074,
          "\(row.id), \(row.kind), shown: \(found), not \(expected)")
      }
    }
    print("\(family): worst errors in their bounds: \(worst)")
  }

  /// `smoothmax` is the same maximum, and so is the reduction of several arguments.
  @Test(arguments: SmoothFamily.allCases)
  func otherForms(_ family: SmoothFamily) throws {
    let test = try TestSession("param x = [0], k = 1")
    for row in Self.rows where row.family == family && row.x.count == 3 {
      try test.run("x = \(literal(row.x)); k = \(literal(row.k))")
      let name = "\"\(family.rawValue)\""
      let value = try test.number("smooth(max(x), k, \(name))")
      #expect(try test.number("smoothmax(x, k, \(name))") == value)
      #expect(try test.number("smooth(max(x[0], x[1], x[2]), k, \(name))") == value)
      #expect(try test.number("smooth(max, k, \(name))(x)") == value)
      #expect(
        try test.numbers("smooth(max([x, x], axis = 1), k, \(name))") == [value, value])
    }
  }
}
