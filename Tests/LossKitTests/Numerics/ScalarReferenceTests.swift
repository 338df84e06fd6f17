import Testing

@testable import LossKit

/// Every row of the `scalar_*.csv` files.
struct ScalarReferenceTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let value: @Sendable (Double) -> Double
    let slope: @Sendable (Double) -> Double
    let valueBound: Int
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "exp", value: Scalar.exp, slope: Scalar.exp, valueBound: 1),
    Case(name: "log", value: Scalar.log, slope: Scalar.logSlope, valueBound: 1),
    Case(name: "log1p", value: Scalar.log1p, slope: Scalar.log1pSlope, valueBound: 1),
    Case(name: "expm1", value: Scalar.expm1, slope: Scalar.exp, valueBound: 1),
    Case(
      name: "tanh", value: { Scalar.tanh($0) }, slope: { Scalar.tanhSlope($0) }, valueBound: 1),
    Case(
      name: "sigmoid", value: { Scalar.sigmoid($0) }, slope: { Scalar.sigmoidSlope($0) },
      valueBound: 2),
    Case(
      name: "softplus", value: { Scalar.softplus($0) }, slope: { Scalar.sigmoid($0) },
      valueBound: 2),
    Case(
      name: "logsigmoid", value: Scalar.logsigmoid, slope: { Scalar.sigmoid(-$0) }, valueBound: 2),
  ]

  @Test(arguments: cases)
  func agrees(with function: Case) throws {
    let rows = try ReferenceFile.csv("scalar_\(function.name)")
    #expect(rows.count == 300)
    var value = WorstError()
    var slope = WorstError()
    for row in rows {
      let x = row["x"]
      value.note(function.value(x), expected: row["value"], at: "line \(row.line)")
      slope.note(function.slope(x), expected: row["derivative"], at: "line \(row.line)")
    }
    print("\(function.name): value \(value.ulps) ulp, derivative \(slope.ulps) ulp")
    #expect(value.ulps <= function.valueBound, "value, \(value.place)")
    #expect(slope.ulps <= 2, "derivative, \(slope.place)")
  }

  @Test func oddFunctionsKeepTheSignOfZero() {
    for function in [Scalar.log1p, Scalar.expm1, { Scalar.tanh($0) }, Scalar.sin, Scalar.asin] {
      #expect(function(-0.0).sign == .minus)
      #expect(function(0).sign == .plus)
    }
  }

  struct SharpCase: CustomTestStringConvertible, Sendable {
    let name: String
    let value: @Sendable (Double, Double) -> Double
    let slope: @Sendable (Double, Double) -> Double
    let sharpnessSlope: @Sendable (Double, Double) -> Double
    var testDescription: String { name }
  }

  static let sharpCases = [
    SharpCase(
      name: "softplus_k", value: { Scalar.softplus($0, k: $1) },
      slope: { Scalar.sigmoid($0, k: $1) },
      sharpnessSlope: { Scalar.softplusSharpnessSlope($0, k: $1) }),
    SharpCase(
      name: "smoothabs_k", value: { Scalar.smoothabs($0, k: $1) },
      slope: { Scalar.tanh($0, k: $1) },
      sharpnessSlope: { Scalar.smoothabsSharpnessSlope($0, k: $1) }),
  ]

  @Test(arguments: sharpCases)
  func agrees(withSharp function: SharpCase) throws {
    let rows = try ReferenceFile.csv("scalar_\(function.name)")
    #expect(rows.count == 300)
    var value = WorstError()
    var slope = WorstError()
    var sharpnessSlope = WorstError()
    for row in rows {
      let (x, k) = (row["x"], row["k"])
      value.note(function.value(x, k), expected: row["value"], at: "line \(row.line)")
      slope.note(function.slope(x, k), expected: row["d/dx"], at: "line \(row.line)")
      sharpnessSlope.note(
        function.sharpnessSlope(x, k), expected: row["d/dk"], at: "line \(row.line)")
    }
    print(
      "\(function.name): value \(value.ulps) ulp, d/dx \(slope.ulps) ulp,",
      "d/dk \(sharpnessSlope.ulps) ulp")
    #expect(value.ulps <= 2, "value, \(value.place)")
    #expect(slope.ulps <= 2, "d/dx, \(slope.place)")
    #expect(sharpnessSlope.ulps <= 4, "d/dk, \(sharpnessSlope.place)")
  }
}
