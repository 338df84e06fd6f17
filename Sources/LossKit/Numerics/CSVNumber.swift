/// What a field says, read as a number.
enum CSVNumber: Equatable {
  case missing
  case number(Double)
  /// A number, were its comma a point.
  case decimalComma
  case text
}

extension CSVNumber {
  /// Reads a field.
  ///
  /// Spaces and tabs around it do not count. Missing is nothing, `nan` in any case, and `NA`; a
  /// number is `-1.5e-3`, `.5`, `1.`, or `inf` or `infinity` in any case, signed or not. Hex and
  /// digits grouped by `_` are text: no data set means a number by them.
  ///
  /// - Parameter mark: the decimal mark, a point or a comma.
  @inline(__always)
  init(_ field: UnsafeBufferPointer<UInt8>, mark: UInt8 = .point) {
    var (start, end) = (0, field.count)
    while start < end, isBlank(field[start]) { start &+= 1 }
    while start < end, isBlank(field[end &- 1]) { end &-= 1 }
    guard start < end else {
      self = .missing
      return
    }
    let trimmed = UnsafeBufferPointer(rebasing: field[start..<end])
    if let value = decimalNumber(trimmed, mark: mark) {
      self = .number(value)
    } else {
      self = Self.wordOrText(trimmed, mark: mark)
    }
  }

  @inline(never)
  private static func wordOrText(_ field: UnsafeBufferPointer<UInt8>, mark: UInt8) -> Self {
    if field.contains(.comma) {
      return mark == .point && decimalNumber(field, mark: .comma) != nil ? .decimalComma : .text
    }
    guard field.count <= 9 else { return .text }  // "-infinity"
    let word = String(decoding: field, as: UTF8.self)
    if word == "NA" { return .missing }
    return switch word.lowercased() {
    case "nan", "-nan", "+nan": .missing
    case "inf", "+inf", "infinity", "+infinity": .number(.infinity)
    case "-inf", "-infinity": .number(-.infinity)
    default: .text
    }
  }
}

@inline(__always)
private func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

// MARK: - Decimal to double

/// The double nearest to a decimal number, halves to even; nil if the text is not exactly one.
///
/// Up to 19 digits are collected in 64 bits; then, by cost:
/// - w <= 2^53 and w 10^e with |e| <= 22: both are exact doubles, so that one operation rounds once
///   (Clinger, "How to read floating point numbers accurately", 1990);
/// - w < 2^64 and -19 <= e < 0, what 17 digits mostly are: the quotient in whole numbers;
/// - anything else: the standard library, which is slower by its making of a string.
@inline(__always)
func decimalNumber(_ text: UnsafeBufferPointer<UInt8>, mark: UInt8 = .point) -> Double? {
  var scan = DecimalScan(mark: mark)
  guard scan.read(text) else { return nil }
  let magnitude: Double
  if scan.isTruncated {
    return slowDecimalNumber(text, mark: mark)
  } else if scan.digits == 0 {
    magnitude = 0
  } else if scan.digits <= 1 << 53, -22 <= scan.exponent, scan.exponent <= 22 {
    let digits = Double(scan.digits)
    magnitude =
      scan.exponent < 0
      ? digits / doublePowersOfTen[-scan.exponent] : digits * doublePowersOfTen[scan.exponent]
  } else if -19 <= scan.exponent, scan.exponent < 0 {
    magnitude = roundedQuotient(scan.digits, wholePowersOfTen[-scan.exponent])
  } else {
    return slowDecimalNumber(text, mark: mark)
  }
  return scan.isNegative ? -magnitude : magnitude
}

/// The parts of a decimal number: `digits * 10^exponent`.
private struct DecimalScan {
  let mark: UInt8
  var isNegative = false
  var digits: UInt64 = 0
  var exponent = 0
  /// More digits than fit: `digits` is not the number.
  var isTruncated = false

  init(mark: UInt8) { self.mark = mark }

  /// Whether all of the text is a number.
  @inline(__always)
  mutating func read(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      isNegative = text[index] == UInt8(ascii: "-")
      index &+= 1
    }
    let wholeStart = index
    readDigits(text, &index)
    var count = index &- wholeStart
    if index < text.count, text[index] == mark {
      index &+= 1
      let fractionStart = index
      readDigits(text, &index)
      exponent = fractionStart &- index
      count &+= index &- fractionStart
    }
    guard count > 0 else { return false }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index &+= 1
      guard readExponent(text, &index) else { return false }
    }
    return index == text.count
  }

  @inline(__always)
  private mutating func readDigits(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
    while index < text.count {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return }
      // 10 · 10^18 + 9 fits in 64 bits; zeros at the front take no room.
      if digits >= 1_000_000_000_000_000_000 { isTruncated = true }
      digits = digits &* 10 &+ UInt64(digit)
      index &+= 1
    }
  }

  @inline(never)
  private mutating func readExponent(
    _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int
  ) -> Bool {
    var sign = 1
    if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
      sign = text[index] == UInt8(ascii: "-") ? -1 : 1
      index += 1
    }
    let start = index
    var value = 0
    while index < text.count {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      value = min(value * 10 + Int(digit), 1_000_000)  // any larger one takes the slow path too
      index += 1
    }
    exponent += sign * value
    return index > start
  }
}

@inline(never)
private func slowDecimalNumber(_ text: UnsafeBufferPointer<UInt8>, mark: UInt8) -> Double? {
  Double(String(decoding: text.lazy.map { $0 == mark ? .point : $0 }, as: UTF8.self))
}

/// The double nearest to `dividend / divisor`, neither of them 0.
///
/// Both are shifted until their highest bit is set; the quotient of 128 by 64 bits then has 64, of
/// which 53 are kept, the others and the remainder saying how to round.
@inline(__always)
private func roundedQuotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
  let (dividendShift, divisorShift) = (
    dividend.leadingZeroBitCount, divisor.leadingZeroBitCount
  )
  let (top, bottom) = (dividend << dividendShift, divisor << divisorShift)
  // Halved where the quotient would not fit.
  let halving = top >= bottom ? 1 : 0
  let numerator = halving == 1 ? (high: top >> 1, low: top << 63) : (high: top, low: 0)
  let (quotient, remainder) = bottom.dividingFullWidth(numerator)
  var significand = quotient >> 11
  let rest = quotient & 0x7ff
  if rest > 0x400 || rest == 0x400 && (remainder != 0 || significand & 1 == 1) {
    significand &+= 1
  }
  let exponent = 11 &- 64 &+ divisorShift &- dividendShift &+ halving
  return Double(significand) * Double(sign: .plus, exponent: exponent, significand: 1)
}

private let doublePowersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]

private let wholePowersOfTen: [UInt64] = [
  1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
  1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
  1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
