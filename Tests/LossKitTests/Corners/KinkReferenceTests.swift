import Testing

@testable import LossKit

/// Every row of `Reference/kinks.jsonl` and `kinks_of_arrays.jsonl`: expressions at points where something inside has a tie.
@Suite struct KinkReferenceTests {
  /// Agreement asked for: values and slopes of the file are small whole numbers and smooth
  /// functions of such.
  private static let tolerance = 1e-12

  struct Row: CustomTestStringConvertible {
    let id: String
    let expression: String
    let variables: [String]
    let point: [Double]
    let value: Double
    let isDifferentiable: Bool
    let gradient: [Double]?
    let vertices: [[Double]]?
    /// Where Clarke's set is no polytope: its support function along some directions.
    let support: [(direction: [Double], value: Double)]?
    let directional: [(direction: [Double], derivative: Double)]
    let lexicographic: [Double]

    init(_ row: ReferenceValue) throws {
      id = try #require(row["id"]?.text)
      expression = try #require(row["expression"]?.text)
      variables = try #require(row["variables"]?.list).compactMap(\.text)
      point = try #require(row["point"]?.doubles)
      value = try #require(row["value"]?.double)
      isDifferentiable = try #require(row["differentiable"]?.truth as Bool?)
      gradient = row["gradient"]?.doubles
      vertices = row["clarke_vertices"]?.matrix
      support = try row["clarke_support"]?.list?.map {
        (try #require($0["direction"]?.doubles), try #require($0["value"]?.double))
      }
      directional = try #require(row["directional"]?.list).map {
        (try #require($0["direction"]?.doubles), try #require($0["derivative"]?.double))
      }
      lexicographic = try #require(row["lexicographic"]?.doubles)
    }

    var testDescription: String { "\(id) \(expression)" }

    /// The variables as params, in an order given by places.
    func declarations(_ order: some Sequence<Int>) -> String {
      order.map { "param \(variables[$0]) = \(literal(point[$0]))" }.joined(separator: "\n")
    }
  }

  static func rows() throws -> [Row] {
    let rows = try ReferenceFile.jsonLines("kinks").map(Row.init)
    #expect(rows.count == 132)
    let ofArrays = try ReferenceFile.jsonLines("kinks_of_arrays").map(Row.init)
    #expect(ofArrays.count == 86)
    return rows + ofArrays
  }

  /// Whether a gradient is a limit of gradients at nearby points, or, where the function is
  /// differentiable, its gradient. (Lexicographic derivatives of such functions are limits, not
  /// only means of limits.)
  private func isLimit(_ gradient: [Double], _ row: Row) -> Bool {
    if let support = row.support {
      return support.allSatisfy { dot($0.direction, gradient) <= $0.value + Self.tolerance }
    }
    let limits = (row.vertices ?? []) + [row.gradient].compactMap { $0 }
    return limits.contains { distance($0, gradient) <= Self.tolerance }
  }

  /// What is asked of the rows can fail: a gradient outside each set is seen to be outside.
  @Test func aWrongGradientIsNoLimit() throws {
    for row in try Self.rows() {
      #expect(!isLimit(row.lexicographic.map { $0 + 2.5 }, row), "\(row.testDescription)")
    }
  }

  @Test func valueAndGradient() throws {
    for row in try Self.rows() {
      let test = try TestSession(row.declarations(row.point.indices))
      let e = row.expression
      #expect(abs(try test.number(e) - row.value) <= Self.tolerance, "\(row.testDescription)")
      // Shown, joint, by tuple, and as a function of a vector: all in the order of the variables.
      let names = row.variables.joined(separator: ", ")
      let vector = row.variables.enumerated().map { "let \($1) = v[\($0)]" }.joined(separator: "; ")
      let gradients = [
        try test.shownGradient(e), try test.numbers("grad(\(e))"),
        try test.numbers("grad(\(e), (\(names)))"),
        try test.numbers("grad(v -> { \(vector); \(e) })(\(literal(row.point)))"),
        try test.numbers("{ let v = \(literal(row.point)); \(vector); grad(\(e), v) }"),
      ]
      for (form, gradient) in gradients.enumerated() {
        #expect(
          distance(gradient, row.lexicographic) <= Self.tolerance,
          "\(row.testDescription): form \(form) gives \(gradient), not \(row.lexicographic)")
      }
      if let gradient = row.gradient, row.vertices == nil {
        #expect(distance(gradients[0], gradient) <= Self.tolerance, "\(row.testDescription)")
      }
    }
  }

  @Test func gradientIsClarkesInEveryOrderOfTheVariables() throws {
    for row in try Self.rows() {
      for order in [Array(row.point.indices), row.point.indices.reversed()] {
        let test = try TestSession(row.declarations(order))
        let shown = try test.shownGradient(row.expression)
        let gradient = row.point.indices.map { place in
          order.firstIndex(of: place).map { shown[$0] } ?? .nan
        }
        #expect(isLimit(gradient, row), "\(row.testDescription), order \(order): \(gradient)")
      }
    }
  }

  @Test func directionalDerivatives() throws {
    for row in try Self.rows() {
      let unpacking = row.variables.enumerated().map { "let \($1) = v[\($0)]" }
        .joined(separator: "; ")
      let test = try TestSession(
        """
        param v = \(literal(row.point))
        let f(v) = { \(unpacking); \(row.expression) }
        """)
      for (direction, derivative) in row.directional {
        let found = try test.number("jvp(f(v), v, \(literal(direction)))")
        #expect(
          abs(found - derivative) <= Self.tolerance,
          "\(row.testDescription) along \(direction): \(found), not \(derivative)")
      }
    }
  }

  @Test func slopesFromBothSides() throws {
    for row in try Self.rows() where row.variables.count == 1 {
      let test = try TestSession(row.declarations([0]))
      func derivative(along direction: Double) throws -> Double {
        try #require(row.directional.first { $0.direction == [direction] }).derivative
      }
      let expected = [-(try derivative(along: -1)), try derivative(along: 1)]
      let found = try test.numbers("slopes(\(row.expression), \(row.variables[0]))")
      #expect(distance(found, expected) <= Self.tolerance, "\(row.testDescription): \(found)")
    }
  }

  @Test func lanesDecideLikeSingleElements() throws {
    for row in try Self.rows() {
      let test = try TestSession(row.declarations(row.point.indices))
      let e = row.expression
      let inside = try test.numbers("grad(sum(\(e) for _ in 0..<3))")
      #expect(
        distance(inside, row.lexicographic.map { 3 * $0 }) <= 4 * Self.tolerance,
        "\(row.testDescription): \(inside)")
      let first = row.variables[0]
      let outside = try test.numbers("[grad(\(e), \(first)) for _ in 0..<3]")
      let single = try test.numbers("grad(\(e), \(first))")
      #expect(
        distance(outside, [single[0], single[0], single[0]]) <= Self.tolerance,
        "\(row.testDescription): \(outside), not \(single)")
    }
  }

  /// The kink in the middle lane, other points beside it.
  @Test func aTieInOneLaneOnly() throws {
    for row in try Self.rows() {
      let test = try TestSession(
        """
        let f(v) = { \(row.variables.enumerated().map { "let \($1) = v[\($0)]" }.joined(separator: "; ")); \
        \(row.expression) }
        data P = [\(literal(row.point.map { $0 + 0.25 })), \(literal(row.point)), \
        \(literal(row.point.map { $0 + 0.5 }))]
        """)
      let lanes = try test.numbers("[grad(f)(p) for p in P]")
      let single = try (0..<3).flatMap { try test.numbers("grad(f)(P[\($0)])") }
      #expect(
        distance(lanes, single) <= Self.tolerance, "\(row.testDescription): \(lanes), not \(single)"
      )
    }
  }
}

/// The scalar product.
func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
