import Testing

@testable import LossKit

struct NumberFormatTests {
  @Test(
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (-12.5, "-12.5"),
      (100, "100"), (1e15, "1000000000000000"), (0x1p53, "9007199254740992"),
      (1.2345678901234568e20, "123456789012345680000"), (1e20, "100000000000000000000"),
      (9.999999999999999e20, "999999999999999900000"), (1e21, "1e+21"), (1.5e21, "1.5e+21"),
      (0.000001, "0.000001"), (0.00000123, "0.00000123"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"),
      (0.0001, "0.0001"), (1e100, "1e+100"), (.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"),
      (1000.6931471805599, "1000.6931471805599"),
      (1.9287498479639178e-22, "1.9287498479639178e-22"), (.infinity, "inf"), (-.infinity, "-inf"),
      (.nan, "nan"), (-.nan, "nan"), (0.30000000000000004, "0.30000000000000004"),
    ] as [(Double, String)])
  func shortest(x: Double, text: String) {
    #expect(NumberFormat.formatted(x) == text)
  }

  @Test(
    arguments: [
      (0.15, 1, "0.2"), (0.25, 1, "0.2"), (0.35, 1, "0.4"), (0.251, 1, "0.3"), (1234.5, 2, "1200"),
      (1234.5, 4, "1234"), (1235.5, 4, "1236"), (9.995, 3, "10"), (9.996, 3, "10"),
      (0.99999, 3, "1"), (1.0004, 4, "1"), (1.0005, 4, "1"), (1.0015, 4, "1.002"),
      (-2.0 / 3, 5, "-0.66667"), (1e21 / 3, 3, "333000000000000000000"), (9.99e20, 1, "1e+21"),
      (9.5e-7, 1, "0.000001"), (1.25e-7, 2, "1.2e-7"), (123, 0, "100"), (123, -5, "100"),
      (150, 1, "200"), (250, 1, "200"), (.nan, 3, "nan"), (-.infinity, 3, "-inf"), (-0.0, 3, "-0"),
      (0.1, 1000, "0.1"), (0.1, .max, "0.1"), (0.1, .min, "0.1"),
      (1.7976931348623157e308, 1, "2e+308"),
    ] as [(Double, Int, String)])
  func rounded(x: Double, digits: Int, text: String) {
    #expect(NumberFormat.formatted(x, digits: digits) == text)
  }

  @Test func everyTextReadsBack() {
    var generator = SplitMix64(seed: 20_261_123)
    for _ in 0..<20_000 {
      let x = Double(bitPattern: generator.next())
      let text = NumberFormat.formatted(x)
      #expect(unitsInTheLastPlace(Double(text) ?? 0, x) == 0, "\(text)")
      #expect(Double(NumberFormat.formatted(x, digits: 17)) == x || x.isNaN)
      let short = NumberFormat.formatted(x, digits: 3)
      if let value = Double(short), x.magnitude < 1e300, x.magnitude > 1e-300 {
        #expect((value - x).magnitude <= 0.005 * x.magnitude, "\(short) for \(x)")
      }
      let significand = short.prefix { $0 != "e" }.filter(\.isNumber)
      let significant = significand.drop { $0 == "0" }.reversed().drop { $0 == "0" }
      #expect(significant.count <= 3, "\(short)")
    }
  }
}
