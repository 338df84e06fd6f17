/// Reads one scalar of UTF-8 that may be ill-formed.
///
/// - Returns: The scalar and its length in bytes; no scalar and length 1 where the bytes are not
///   well-formed UTF-8 (Unicode, table 3-7: no overlong forms, no surrogates).
func decodeScalar(
  in bytes: UnsafeBufferPointer<UInt8>, at position: Int
) -> (scalar: Unicode.Scalar?, length: Int) {
  let first = bytes[position]
  if first < 0x80 { return (Unicode.Scalar(first), 1) }
  let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
  guard length > 0, position + length <= bytes.count else { return (nil, 1) }
  var value = UInt32(first) & (0x7F >> UInt32(length))
  for index in position + 1..<position + length {
    guard bytes[index] & 0xC0 == 0x80 else { return (nil, 1) }
    value = value << 6 | UInt32(bytes[index] & 0x3F)
  }
  let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
  guard value >= least, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
  return (scalar, length)
}

extension UInt8 {
  /// Whether an ASCII byte is a letter, a digit or `_`.
  @inline(__always) var isNameByte: Bool { isNameStart || isDigit }

  @inline(__always) var isNameStart: Bool { (self | 0x20) &- 0x61 < 26 || self == 0x5F }

  @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }

  var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
}

// Not inlined: reading a scalar's properties takes stack that the ASCII path should not pay for.
extension Unicode.Scalar {
  /// Whether a name can begin with the scalar.
  @inline(never) var beginsName: Bool {
    if isASCII { return UInt8(truncatingIfNeeded: value).isNameStart }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  /// Whether a name can go on with the scalar: letters, digits, subscript digits, and the marks
  /// that combine with a letter.
  @inline(never) var continuesName: Bool {
    if isASCII { return UInt8(truncatingIfNeeded: value).isNameByte }
    if 0x2080...0x2089 ~= value { return true }
    switch properties.generalCategory {
    case .decimalNumber, .nonspacingMark, .spacingMark: return true
    default: return beginsName
    }
  }

  /// Whether the scalar is a space within a line, as pasted from a web page or a document.
  @inline(never) var isUnicodeSpace: Bool { properties.generalCategory == .spaceSeparator }
}
