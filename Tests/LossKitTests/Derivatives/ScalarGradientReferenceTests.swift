import Testing

@testable import LossKit

/// The rows of `Reference/scalar_*.csv` through the language: values as shown, derivatives by every
/// way that leads to one, on numbers, on arrays, in lanes and by series.
@Suite struct ScalarGradientReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let file: String
    let expression: String
    /// Bounds in units in the last place.
    let value: Int
    let slope: Int
    var testDescription: String { expression }

    /// The columns of the derivatives by the names that they are taken by.
    var slopes: [(name: String, column: String, bound: Int)] {
      expression.contains("k")
        ? [("x", "d/dx", slope), ("k", "d/dk", 4)] : [("x", "derivative", slope)]
    }
  }

  static let cases: [Case] = [
    Case(file: "scalar_exp", expression: "exp(x)", value: 1, slope: 2),
    Case(file: "scalar_log", expression: "log(x)", value: 1, slope: 2),
    Case(file: "scalar_log1p", expression: "log1p(x)", value: 1, slope: 2),
    Case(file: "scalar_expm1", expression: "expm1(x)", value: 1, slope: 2),
    Case(file: "scalar_tanh", expression: "tanh(x)", value: 1, slope: 2),
    Case(file: "scalar_softplus", expression: "softplus(x)", value: 2, slope: 2),
    Case(file: "scalar_sigmoid", expression: "sigmoid(x)", value: 2, slope: 2),
    Case(file: "scalar_logsigmoid", expression: "logsigmoid(x)", value: 2, slope: 2),
    Case(file: "scalar_softplus_k", expression: "softplus(x, k)", value: 2, slope: 2),
    Case(file: "scalar_smoothabs_k", expression: "smoothabs(x, k)", value: 2, slope: 2),
  ]

  /// The columns `x` and `k` as literals.
  private struct Points {
    let rows: [ReferenceFile.Row]
    var x: String { literal(rows.map { $0["x"] }) }
    var k: String { literal(rows.map { $0["k"].isNaN ? 1 : $0["k"] }) }

    func row(_ i: Int) -> String {
      let k = rows[i]["k"]
      return "x = \(literal(rows[i]["x"])), k = \(k.isNaN ? "1" : literal(k))"
    }
  }

  private func expect(
    _ found: [Double], column: String, of points: Points, within bound: Int, _ form: String
  ) {
    #expect(found.count == points.rows.count, "\(form)")
    for (found, row) in zip(found, points.rows) {
      let distance = unitsInTheLastPlace(found, row[column])
      #expect(
        distance <= bound,
        "\(form), line \(row.line), x = \(row["x"]), k = \(row["k"]): \(found), not \(row[column])")
    }
  }

  @Test(arguments: cases)
  func numbersOneByOne(_ example: Case) throws {
    let points = Points(rows: try ReferenceFile.csv(example.file))
    let e = example.expression
    let test = try TestSession("param x = 0, k = 1")
    var values: [Double] = []
    var shown: [[Double]] = []
    var slopes = example.slopes.map { _ in [Double]() }
    var series = slopes
    for i in points.rows.indices {
      try test.run(points.row(i))
      values.append(try test.number(e))
      shown.append(try test.shownGradient(e))
      for (place, slope) in example.slopes.enumerated() {
        slopes[place].append(try test.number("grad(\(e), \(slope.name))"))
        series[place].append(try test.number("diff(\(e), \(slope.name))"))
      }
    }
    expect(values, column: "value", of: points, within: example.value, e)
    for (place, slope) in example.slopes.enumerated() {
      expect(
        shown.map { $0[place] }, column: slope.column, of: points, within: slope.bound,
        "shown ∂\(slope.name) of \(e)")
      expect(
        slopes[place], column: slope.column, of: points, within: slope.bound,
        "grad(\(e), \(slope.name))")
      expect(
        series[place], column: slope.column, of: points, within: slope.bound,
        "diff(\(e), \(slope.name))")
    }
  }

  @Test(arguments: cases)
  func arraysAndLanes(_ example: Case) throws {
    let points = Points(rows: try ReferenceFile.csv(example.file))
    let e = example.expression
    let test = try TestSession("param x = \(points.x), k = \(points.k)")
    expect(try test.numbers(e), column: "value", of: points, within: example.value, e)
    let element = "[{ let x = x[i]; let k = k[i]; \(e) } for i in 0..<len(x)]"
    expect(try test.numbers(element), column: "value", of: points, within: example.value, element)
    for slope in example.slopes {
      for form in [
        "jvp(\(e), \(slope.name), ones(len(x)))",
        "[{ let x = x[i]; let k = k[i]; grad(\(e), \(slope.name)) } for i in 0..<len(x)]",
        "[{ let x = x[i]; let k = k[i]; diff(\(e), \(slope.name)) } for i in 0..<len(x)]",
      ] {
        expect(
          try test.numbers(form), column: slope.column, of: points, within: slope.bound, form)
      }
    }
  }
}
