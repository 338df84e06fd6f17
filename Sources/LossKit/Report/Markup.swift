/// Well-formed HTML text.
///
/// Text enters by `append(text:)`, which escapes it, and tags by `element`, which closes what it
/// opens; names of tags and attributes are literals of the program. Only `init(trusted:)` takes
/// markup as it is.
struct Markup {
  /// An attribute with its value, which is escaped as text is.
  struct Attribute {
    let name: StaticString
    let value: String

    static func named(_ name: StaticString, _ value: String) -> Attribute {
      Attribute(name: name, value: value)
    }

    static func `class`(_ value: StaticString) -> Attribute {
      Attribute(name: "class", value: "\(value)")
    }

    static func id(_ value: String) -> Attribute { Attribute(name: "id", value: value) }
  }

  private(set) var text = ""

  init() {}

  /// Markup that another maker of well-formed markup made: formulas, plots, Markdown.
  init(trusted text: String) { self.text = text }

  var isEmpty: Bool { text.isEmpty }

  mutating func append(text string: String) { text += Markup.escaped(string) }

  mutating func append(_ markup: Markup) { text += markup.text }

  mutating func lineEnd() { text += "\n" }

  /// An element with what `content` puts into it.
  mutating func element(
    _ name: StaticString, _ attributes: [Attribute] = [], _ content: (inout Markup) -> Void
  ) {
    open(name, attributes)
    content(&self)
    text += "</\(name)>"
  }

  /// An element that holds text only.
  mutating func element(_ name: StaticString, _ attributes: [Attribute] = [], text: String) {
    element(name, attributes) { $0.append(text: text) }
  }

  /// An element without content or end tag: `meta`, `hr`.
  mutating func void(_ name: StaticString, _ attributes: [Attribute] = []) {
    open(name, attributes)
  }

  private mutating func open(_ name: StaticString, _ attributes: [Attribute]) {
    text += "<\(name)"
    for attribute in attributes {
      text += " \(attribute.name)=\"\(Markup.escaped(attribute.value))\""
    }
    text += ">"
  }

  /// The text with the characters that mean something to HTML written as references, and those that
  /// no HTML text may hold, such as control characters, as U+FFFD.
  static func escaped(_ string: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in string.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "\r": break
      case _ where isForbidden(scalar): result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Controls and noncharacters, which the HTML standard calls parse errors; and the controls of
  /// bidirectional text, by which a line of code can be made to look like another one.
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: true
    case 0x202A...0x202E, 0x2066...0x2069: true
    default: scalar.value & 0xFFFE == 0xFFFE
    }
  }
}
