import Testing

@testable import LossKit

/// The rows of `Reference/expressions.jsonl`: 300 random expressions with values, gradients and
/// every third Hessian.
@Suite struct ExpressionReferenceTests {
  struct Row: CustomTestStringConvertible {
    let id: String
    let expression: String
    let names: [String]
    let declarations: String
    /// The elements of each variable.
    let point: [String: [Double]]
    let value: Double
    let valueScale: Double
    let gradient: [String: [Double]]
    let gradientScale: [String: [Double]]
    let hessian: (variables: [String], matrix: [[Double]], scale: [[Double]])?

    init(_ row: ReferenceValue) throws {
      id = try #require(row["id"]?.text)
      expression = try #require(row["expression"]?.text)
      let scalars = try #require(row["scalars"]?.object)
      let vectors = try #require(row["vectors"]?.object)
      let all = scalars.merging(vectors) { first, _ in first }
      let names = all.keys.sorted()
      point = try all.mapValues { try $0.doubles ?? [#require($0.double)] }
      declarations = try names.map { name in
        let value = try #require(all[name])
        return
          "param \(name) = \(try value.doubles.map(literal) ?? literal(#require(value.double)))"
      }.joined(separator: "\n")
      self.names = names
      value = try #require(row["value"]?.double)
      let scale = try #require(row["error_scale"]?.object)
      valueScale = try #require(scale["value"]?.double)
      func lists(_ object: ReferenceValue?) throws -> [String: [Double]] {
        try #require(object?.object).mapValues { try $0.doubles ?? [#require($0.double)] }
      }
      gradient = try lists(row["gradient"])
      gradientScale = try lists(scale["gradient"])
      hessian = try row["hessian"].map { hessian in
        (
          try #require(hessian["variables"]?.list).compactMap(\.text),
          try #require(hessian["matrix"]?.matrix), try #require(scale["hessian"]?.matrix)
        )
      }
    }

    var testDescription: String { "\(id) \(expression)" }
  }

  static func rows() throws -> [Row] {
    let rows = try ReferenceFile.jsonLines("expressions").map(Row.init)
    #expect(rows.count == 300)
    return rows
  }

  /// The bound that the file's README gives: 4 · 2^-52 of the error scale, and the rounding of the
  /// result.
  private func bound(_ expected: Double, _ scale: Double, copies: Double = 1) -> Double {
    0x1p-52 * (4 * scale + abs(expected)) * copies
  }

  private func expect(
    _ found: [Double], _ expected: [Double], _ scale: [Double], _ row: Row, _ form: String,
    copies: Double = 1
  ) {
    #expect(found.count == expected.count, "\(form), \(row.testDescription)")
    for (found, (expected, scale)) in zip(found, zip(expected, scale)) {
      #expect(
        abs(found - copies * expected) <= bound(expected, scale, copies: copies),
        "\(form), \(row.testDescription): \(found), not \(expected); scale \(scale)")
    }
  }

  @Test func valuesAndGradients() throws {
    for row in try Self.rows() {
      let test = try TestSession(row.declarations)
      let e = row.expression
      expect([try test.number(e)], [row.value], [row.valueScale], row, "value")
      let all = row.names.flatMap { row.gradient[$0] ?? [] }
      let scales = row.names.flatMap { row.gradientScale[$0] ?? [] }
      // An expression may not name every variable; what it does not name has no gradient.
      let shown = try test.shownGradient(
        "\(e) + 0 * (\(row.names.map { "sum(\($0))" }.joined(separator: " + ")))")
      expect(shown, all, scales, row, "shown gradient")
      for name in row.names {
        expect(
          try test.numbers("grad(\(e), \(name))"), row.gradient[name] ?? [],
          row.gradientScale[name] ?? [], row, "grad by \(name)")
      }
    }
  }

  @Test func hessians() throws {
    var count = 0
    for row in try Self.rows() {
      guard let hessian = row.hessian else { continue }
      count += 1
      let test = try TestSession(row.declarations)
      let e = row.expression
      for (i, first) in hessian.variables.enumerated() {
        for (j, second) in hessian.variables.enumerated() {
          let forms =
            ["hess(\(e), \(first), \(second))", "grad(grad(\(e), \(second)), \(first))"]
            + (i == j
              ? ["hess(\(e), \(first))", "diff(\(e), \(first), 2)", "hvp(\(e), \(first), 1)"] : [])
          for form in forms {
            expect(
              try test.numbers(form), [hessian.matrix[i][j]], [hessian.scale[i][j]], row, form)
          }
        }
      }
    }
    #expect(count == 100)
  }

  @Test func lanesGiveTheSame() throws {
    for row in try Self.rows() {
      let test = try TestSession(row.declarations)
      let e = row.expression
      let values = try test.numbers("[\(e) for _ in 0..<3]")
      let single = try test.number(e)
      #expect(values == [single, single, single], "\(row.testDescription)")
      for name in row.names {
        // The sum of three equal numbers rounds twice.
        expect(
          try test.numbers("grad(sum(\(e) for _ in 0..<3), \(name))"), row.gradient[name] ?? [],
          row.gradientScale[name] ?? [], row, "grad through lanes by \(name)", copies: 3)
        let alone = try test.numbers("grad(\(e), \(name))")
        let lanes = try test.numbers("[grad(\(e), \(name)) for _ in 0..<3]")
        #expect(distance(lanes, alone + alone + alone) == 0, "\(name), \(row.testDescription)")
      }
    }
  }
}
