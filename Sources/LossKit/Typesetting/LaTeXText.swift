/// Letters and texts as LaTeX writes them, in characters that pdfTeX knows without fonts of its own:
/// ASCII, Greek, and Latin letters with accents.
///
/// Of other scripts a document class knows no letters; they are written by their code points,
/// U+5B66, which compiles everywhere and says which letter is meant.
enum LaTeXText {
  /// One letter with its marks, or a few, as variables in a formula.
  static func letters(_ text: String) -> String {
    text.decomposed.map { letter($0) }.joined()
  }

  /// A word in one of the commands for upright letters.
  static func word(_ word: String, _ command: String) -> String {
    let scalars = word.unicodeScalars
    if scalars.count == 1, let letter = scalars.first.flatMap(GreekLetter.of) {
      return letter.latex
    }
    if scalars.allSatisfy(\.isPlain) {
      return "\\\(command){\(scalars.map(plain).joined())}"
    }
    // Accents of text do not go into a formula's letters, nor Greek into text.
    let content = "\\text{\(text(word))}"
    return command.hasPrefix("operatorname") ? "\\\(command){\(content)}" : content
  }

  /// A text for `\text{…}`.
  static func text(_ text: String) -> String {
    var result = ""
    for scalar in text.decomposed {
      if let accent = Accent(rawValue: scalar.value), let last = result.popLast() {
        result += "\(accent.textCommand){\(last)}"
      } else if scalar.isPlain || scalar.isASCII {
        result += plain(scalar)
      } else if let special = specials[scalar] {
        result += special.text
      } else if GreekLetter.of(scalar) != nil {
        result += "$\(letter(scalar))$"
      } else {
        result += codePoint(scalar)
      }
    }
    return result
  }

  private static func letter(_ scalar: Unicode.Scalar) -> String {
    if scalar.isPlain || scalar.isASCII { return plain(scalar) }
    if let greek = GreekLetter.of(scalar) { return greek.latex }
    if let special = specials[scalar] { return special.formula }
    if let styled = styled(scalar) { return styled }
    return "\\mathrm{\(codePoint(scalar))}"
  }

  private static func codePoint(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U{+}" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func plain(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\\": #"\textbackslash{}"#
    case "~": #"\textasciitilde{}"#
    case "^": #"\textasciicircum{}"#
    case "<": #"\textless{}"#
    case ">": #"\textgreater{}"#
    case "|": #"\textbar{}"#
    case "\"": #"\textquotedbl{}"#
    case "#", "$", "%", "&", "_", "{", "}": "\\\(scalar)"
    case "\u{0}"..."\u{1F}", "\u{7F}": " "
    default: String(scalar)
    }
  }

  /// What has a command of its own, in a formula and in text.
  private static let specials: [Unicode.Scalar: (formula: String, text: String)] = [
    "ß": (#"\text{\ss}"#, #"\ss{}"#), "æ": (#"\text{\ae}"#, #"\ae{}"#),
    "Æ": (#"\text{\AE}"#, #"\AE{}"#), "ø": (#"\text{\o}"#, #"\o{}"#),
    "Ø": (#"\text{\O}"#, #"\O{}"#), "œ": (#"\text{\oe}"#, #"\oe{}"#),
    "Œ": (#"\text{\OE}"#, #"\OE{}"#), "ł": (#"\text{\l}"#, #"\l{}"#),
    "Ł": (#"\text{\L}"#, #"\L{}"#), "ı": (#"\imath"#, #"\i{}"#), "ℓ": (#"\ell"#, #"$\ell$"#),
    "ℏ": (#"\hbar"#, #"$\hbar$"#), "ℵ": (#"\aleph"#, #"$\aleph$"#),
    "ℂ": (#"\mathbb{C}"#, #"$\mathbb{C}$"#), "ℕ": (#"\mathbb{N}"#, #"$\mathbb{N}$"#),
    "ℙ": (#"\mathbb{P}"#, #"$\mathbb{P}$"#), "ℚ": (#"\mathbb{Q}"#, #"$\mathbb{Q}$"#),
    "ℝ": (#"\mathbb{R}"#, #"$\mathbb{R}$"#), "ℤ": (#"\mathbb{Z}"#, #"$\mathbb{Z}$"#),
    "ℒ": (#"\mathcal{L}"#, #"$\mathcal{L}$"#), "ℋ": (#"\mathcal{H}"#, #"$\mathcal{H}$"#),
    "“": ("``", "``"), "”": ("''", "''"), "–": ("--", "--"), "—": ("---", "---"),
    "’": ("'", "'"), "…": (#"\ldots"#, #"\ldots{}"#), "\u{A0}": ("~", "~"),
  ]

  /// A letter of a style of its own, as the bold 𝐱; Unicode has them in runs of 52.
  private static func styled(_ scalar: Unicode.Scalar) -> String? {
    guard scalar.value >= 0x1D400, scalar.value < 0x1D6A4 else { return nil }
    let place = Int(scalar.value) - 0x1D400
    let commands = [
      "mathbf", "mathit", "boldsymbol", "mathcal", "mathcal", "mathfrak", "mathbb", "mathfrak",
      "mathsf", "mathsf", "mathsf", "mathsf", "mathtt",
    ]
    let index = place % 52
    // Only capitals are calligraphic or have a double stroke.
    let command = commands[place / 52]
    if index >= 26, command == "mathcal" || command == "mathbb" { return nil }
    let base = index < 26 ? 0x41 + index : 0x61 + index - 26
    return Unicode.Scalar(UInt32(base)).map { "\\\(command){\($0)}" }
  }
}

extension Unicode.Scalar {
  /// A letter or digit of ASCII, or the underscore.
  fileprivate var isPlain: Bool {
    self == "_" || "a"..."z" ~= self || "A"..."Z" ~= self || "0"..."9" ~= self
  }
}

extension Accent {
  /// The command in text.
  fileprivate var textCommand: String {
    switch self {
    case .grave: "\\`"
    case .acute: "\\'"
    case .hat: "\\^"
    case .tilde: "\\~"
    case .bar: "\\="
    case .breve: "\\u"
    case .dot: "\\."
    case .ddot: "\\\""
    case .ring: "\\r"
    case .check: "\\v"
    }
  }
}
