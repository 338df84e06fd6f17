import Testing

@testable import LossKit

/// Functions without a reference file, against ``scalarValues``.
struct ScalarValueTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let bound: Int
    let function: @Sendable (Double, Double) -> Double
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "digamma", bound: 5) { Scalar.digamma($1) },
    Case(name: "polygamma", bound: 60) { Scalar.polygamma(Int($0), $1) },
    Case(name: "lgamma", bound: 4) { Scalar.lgamma($1) },
    Case(name: "erf", bound: 1) { Scalar.erf($1) },
    Case(name: "erfc", bound: 5) { Scalar.erfc($1) },
    Case(name: "log1mexp", bound: 3) { Scalar.log1mexp($1) },
    Case(name: "log1mexpSlope", bound: 2) { Scalar.log1mexpSlope($1) },
    Case(name: "logaddexp", bound: 4) { Scalar.logaddexp($0, $1) },
    Case(name: "powSlope", bound: 4) { Scalar.powSlope($0, $1) },
    Case(name: "asinSlope", bound: 3) { Scalar.asinSlope($1) },
    Case(name: "binaryEntropy", bound: 4) { Scalar.binaryEntropy($0, k: $1) },
    Case(name: "sigmoid", bound: 2) { Scalar.sigmoid($0, k: $1) },
    Case(name: "sigmoidSlope", bound: 3) { Scalar.sigmoidSlope($0, k: $1) },
    Case(name: "tanh", bound: 3) { Scalar.tanh($0, k: $1) },
    Case(name: "tanhSlope", bound: 3) {
      $0 == 0 ? Scalar.tanhSlope($1) : Scalar.tanhSlope($0, k: $1)
    },
  ]

  /// The rows of one function: its arguments and value.
  static func rows(of name: String) throws -> [[Double]] {
    try scalarValues.split(separator: "\n").map { $0.split(separator: ",") }
      .filter { $0[0] == name }
      .map { fields in try fields.dropFirst().map { try #require(Double($0)) } }
  }

  @Test(arguments: cases)
  func agrees(with function: Case) throws {
    let rows = try Self.rows(of: function.name)
    #expect(rows.count >= 5)
    var worst = WorstError()
    for row in rows {
      let value = function.function(row[0], row[1])
      worst.note(value, expected: row[2], at: "(\(row[0]), \(row[1]))")
    }
    print("\(function.name): \(worst.ulps) ulp")
    #expect(worst.ulps <= function.bound, "\(worst.place)")
  }

  @Test func everyRowHasItsCase() {
    let names = Set(
      scalarValues.split(separator: "\n").compactMap { $0.split(separator: ",").first })
    #expect(names.map(String.init).sorted() == Self.cases.map(\.name).sorted())
  }

  @Test func polygammaForPositiveArgumentsIsWithinItsBound() throws {
    for row in try Self.rows(of: "polygamma") where row[1] > 0 {
      let value = Scalar.polygamma(Int(row[0]), row[1])
      #expect(unitsInTheLastPlace(value, row[2]) <= Int(row[0]) / 2 + 4, "\(row)")
    }
  }
}
