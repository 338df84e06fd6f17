/// How numbers are written: as JavaScript's `Number::toString` (ECMA-262, 6.1.6.1.20), but `-0`,
/// `inf`, `-inf` and `nan`.
///
/// Whole numbers have no point; from 1e-6 to below 1e21 there is no exponent, beyond it is as in
/// `1e+21` and `1.5e-7`.
package enum NumberFormat {
  /// The shortest text that reads back to the same double, of several the nearest to it.
  static func formatted(_ x: Double) -> String { formatted(x, digits: longest) }

  /// x rounded to that many significant digits (taken as 1 where it is less), without zeros at
  /// the end of a fraction.
  ///
  /// The digits rounded, half to even, are those of the shortest text, not of the double's full
  /// expansion: what is shown is then always a rounding of what would be shown in full. The
  /// outcomes differ only where the shortest text ends in a 5 just there: 0.15, as a double a
  /// little less, becomes 0.2. The greatest doubles can round to a text beyond the range, `2e+308`.
  package static func formatted(_ x: Double, digits: Int) -> String {
    guard x.isFinite else { return x.isNaN ? "nan" : x < 0 ? "-inf" : "inf" }
    guard x != 0 else { return x.sign == .minus ? "-0" : "0" }
    var decimal = Decimal(shortest: x.magnitude)
    decimal.round(toDigits: max(1, digits))
    return decimal.text(sign: x.sign)
  }

  /// No shortest text has more digits.
  private static let longest = 17
}

/// 0.d₁d₂d₃… · 10^point in ASCII digits, d₁ and the last digit not 0.
private struct Decimal {
  private var digits: [UInt8] = []
  private var point = 0

  private static let zero = UInt8(ascii: "0")

  /// The digits of the standard library's shortest text (its SwiftDtoa), which may have a point and
  /// an exponent anywhere, for a positive finite number.
  init(shortest x: Double) {
    digits.reserveCapacity(24)
    var exponent = 0
    var isNegative = false
    var part = Part.whole
    for byte in x.description.utf8 {
      switch (byte, part) {
      case (UInt8(ascii: "."), _): part = .fraction
      case (UInt8(ascii: "e"), _): part = .exponent
      case (UInt8(ascii: "-"), _): isNegative = true
      case (UInt8(ascii: "0")...UInt8(ascii: "9"), .exponent):
        exponent = exponent &* 10 &+ Int(byte &- Self.zero)
      case (UInt8(ascii: "0")...UInt8(ascii: "9"), _):
        if digits.isEmpty && byte == Self.zero {
          if part == .fraction { point -= 1 }
        } else {
          digits.append(byte)
          if part == .whole { point += 1 }
        }
      default: break
      }
    }
    point += isNegative ? -exponent : exponent
    dropZeros()
  }

  private enum Part { case whole, fraction, exponent }

  private mutating func dropZeros() {
    while digits.last == Self.zero { digits.removeLast() }
  }

  /// Rounds half to even.
  mutating func round(toDigits count: Int) {
    guard count < digits.count else { return }
    let next = digits[count]
    let five = UInt8(ascii: "5")
    let isTie = next == five && count + 1 == digits.count
    let goesUp = isTie ? digits[count - 1] % 2 == 1 : next >= five
    digits.removeSubrange(count...)
    if goesUp {
      // A nine that carries is a zero at the end, so that it goes away.
      while digits.last == UInt8(ascii: "9") { digits.removeLast() }
      if let last = digits.popLast() {
        digits.append(last + 1)
      } else {
        digits.append(UInt8(ascii: "1"))
        point += 1
      }
    }
    dropZeros()
  }

  /// The text: plain for -6 < point ≤ 21, else with the exponent point - 1.
  func text(sign: FloatingPointSign) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    if sign == .minus { bytes.append(UInt8(ascii: "-")) }
    switch point {
    case 1...21 where digits.count <= point:
      bytes += digits
      bytes += repeatElement(Self.zero, count: point - digits.count)
    case 1...21:
      bytes += digits[..<point]
      bytes.append(UInt8(ascii: "."))
      bytes += digits[point...]
    case -5...0:
      bytes += [Self.zero, UInt8(ascii: ".")]
      bytes += repeatElement(Self.zero, count: -point)
      bytes += digits
    default:
      bytes += digits.prefix(1)
      if digits.count > 1 {
        bytes.append(UInt8(ascii: "."))
        bytes += digits.dropFirst()
      }
      bytes.append(UInt8(ascii: "e"))
      bytes.append(UInt8(ascii: point > 0 ? "+" : "-"))
      bytes += (point - 1).magnitude.description.utf8
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
