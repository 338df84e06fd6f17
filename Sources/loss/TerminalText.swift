import LossKit

// What a script prints, the names of its files and columns and the lines that errors quote may come
// from anybody. A terminal obeys some characters: they could clear the screen, change its title or
// type for whoever sits at it. There they are shown as the language writes them.

extension Unicode.Scalar {
  /// Whether a terminal may obey it: control characters other than the line end and the tab, and what
  /// turns the direction of the text after it.
  var isObeyedByTerminals: Bool {
    switch value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  /// The text with what a terminal would obey written as in the language: `\u{1b}`.
  var harmless: String {
    guard unicodeScalars.contains(where: \.isObeyedByTerminals) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isObeyedByTerminals {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension StyledText {
  /// The text with what a terminal would obey written out.
  var harmless: StyledText {
    var result = StyledText()
    for span in spans { result.append(span.text.harmless, as: span.role) }
    return result
  }
}
