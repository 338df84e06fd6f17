import Testing

@testable import LossKit

@Suite("CSV numbers")
struct CSVNumberTests {
  private func field(_ text: String) -> CSVNumber {
    Array(text.utf8).withUnsafeBufferPointer { CSVNumber($0) }
  }

  /// The bits, so that zeros have a sign; nil for what is no number.
  private func bits(_ text: String) -> UInt64? {
    if case .number(let value) = field(text) { value.bitPattern } else { nil }
  }

  @Test(
    "Numbers",
    arguments: [
      ("0", 0), ("-0", -0.0), ("1", 1), ("+1", 1), ("-1.5", -1.5), (".5", 0.5), ("1.", 1),
      ("1e3", 1000), ("1E-3", 0.001), ("1.5e+3", 1500), (" 2\t", 2), ("007", 7),
      ("0.000000000000000000000000001", 1e-27), ("inf", .infinity), ("-Infinity", -.infinity),
      ("1e400", .infinity), ("-1e400", -.infinity), ("1e-400", 0),
      ("5e-324", .leastNonzeroMagnitude),
      ("1e99999999999999999999", .infinity), ("0e99999999999999999999", 0),
      ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("100000000000000000000000000000000000000000", 1e41),
      ("9007199254740993", 9_007_199_254_740_992),
      ("9007199254740993.0000000000000000000000001", 9_007_199_254_740_994),
      ("18446744073709551615", 0x1p64),
      ("18446744073709551616", 0x1p64),
    ] as [(String, Double)])
  func numbers(text: String, value: Double) {
    #expect(bits(text) == value.bitPattern)
  }

  @Test(
    "Texts",
    arguments: [
      "x", "-", "+", ".", "-.", "e5", "1e", "1e+", "1 2", "--1", "1.2.3", "0x10", "1_000", "1f",
      "nano", "infinit", "na", "N/A", "１",
    ])
  func texts(text: String) {
    #expect(field(text) == .text)
  }

  @Test("Missing", arguments: ["", " ", "\t \t", "nan", "NaN", "-nan", "NA", " NA "])
  func missing(text: String) {
    #expect(field(text) == .missing)
  }

  @Test("Decimal commas", arguments: ["1,5", "-0,25", "1,5e3", ",5"])
  func commas(text: String) {
    #expect(field(text) == .decimalComma)
    #expect(field(text + ",1") == .text)
  }

  @Test("Every printed double reads back, in all the ways that it is read")
  func roundTrip() {
    var random = RandomStream(seed: 2, stream: 0)
    for _ in 0..<20_000 {
      let anywhere = Double(bitPattern: random.nextBits())
      let usual = random.nextNormal() * [1e-6, 1, 1e6, 1e15][Int(random.nextInteger(below: 4))]
      for value in [anywhere, usual] where value.isFinite {
        #expect(bits("\(value)") == value.bitPattern, "\(value)")
      }
    }
  }

  @Test("As the standard library reads them: 1 to 22 digits, a point anywhere, halves among them")
  func againstStandardLibrary() {
    var random = RandomStream(seed: 2, stream: 1)
    for _ in 0..<20_000 {
      var digits = (0...random.nextInteger(below: 22)).map { _ in
        Character(String(random.nextInteger(below: 10)))
      }
      digits.insert(".", at: Int(random.nextInteger(below: UInt64(digits.count + 1))))
      let text = String(digits)
      #expect(bits(text) == Double(text)?.bitPattern, "\(text)")
    }
    // Halfway between two doubles, and a unit in the last digit beside.
    for _ in 0..<10_000 {
      let odd = (random.nextBits() >> 10) | 1
      let shift = random.nextInteger(below: 5)
      let whole = (odd >> shift) | 1
      let tail = ["", ".0", ".5", ".25"][Int(random.nextInteger(below: 4))]
      for text in ["\(whole)\(tail)", "\(whole + 1)\(tail)", "\(whole - 1)\(tail)"] {
        #expect(bits(text) == Double(text)?.bitPattern, "\(text)")
      }
    }
  }
}
