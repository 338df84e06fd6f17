extension Unicode.Scalar {
  /// How many columns of a terminal the scalar takes: 0 for combining marks and joiners, 2 for
  /// East Asian wide characters and emoji, else 1.
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if properties.isEmojiPresentation { return 2 }
    // The blocks of Unicode's EastAsianWidth.txt that are W or F as a whole.
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

extension Character {
  /// How many columns of a terminal the character takes.
  var displayWidth: Int {
    var width = 0
    for scalar in unicodeScalars {
      // The emoji variation selector makes a narrow symbol wide.
      width = max(width, scalar.value == 0xFE0F ? 2 : scalar.displayWidth)
    }
    return width
  }
}

extension String {
  /// How many columns of a terminal the text takes.
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}
