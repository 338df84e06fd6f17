/// How a name is set.
///
/// One letter is italic, Greek words are their letters, what follows `_` or a letter's digits is a
/// subscript: `x_1`, `x1` and `x₁` are x with a 1 below, `W_out` is W with "out" below, `sigma2` is
/// σ with a 2. Other words stay as they are, upright.
enum NameLayout {
  static func box(of name: String) -> Box {
    if name == "_" { return .sign(.placeholder) }
    let (stem, digits) = withoutSubscriptDigits(name)
    let parts = stem.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    // Underscores that do not separate are part of the name: `x_` is not `x`.
    guard !parts.contains("") else { return .upright(name) }
    var subscripts = Array(parts.dropFirst())
    var first = parts.first ?? name
    let letters = String(first.reversed().drop { $0.isASCII && $0.isNumber }.reversed())
    if letters.count < first.count, isLetter(letters) {
      subscripts.insert(String(first.dropFirst(letters.count)), at: 0)
      first = letters
    }
    if !digits.isEmpty { subscripts.append(digits) }
    if subscripts.isEmpty { return letterOrWord(first) }
    let isShort = subscripts.count == 1 && (subscripts[0].count == 1 || isNumber(subscripts[0]))
    // `cross_entropy` is one word: a subscript would make it an entropy of crosses.
    guard isLetter(first) || isShort else { return .upright(name) }
    let boxes = subscripts.map { isNumber($0) ? Box.number($0) : letterOrWord($0) }
    let sub = Box.row(
      Array(boxes.map { [$0] }.joined(separator: [.sign(.comma)])))
    return .scripts(letterOrWord(first), sub: boxes.count == 1 ? boxes[0] : sub, sup: nil)
  }

  private static func isNumber(_ text: String) -> Bool {
    text.allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// Whether a part of a name is set as one letter.
  private static func isLetter(_ part: String) -> Bool {
    part.count == 1 && part.first?.isLetter == true || GreekLetter.named(part) != nil
  }

  private static func letterOrWord(_ part: String) -> Box {
    if let letter = GreekLetter.named(part) { return .variable(letter.character) }
    guard part.count == 1, let character = part.first else { return .variable(part) }
    // One letter with a mark: MathML and TeX set the mark, whatever the font holds.
    var scalars = Array(String(character).decomposed)
    guard scalars.count > 1 else { return .variable(part) }
    let accents = scalars.dropFirst().map { Accent(rawValue: $0.value) }
    guard accents.allSatisfy({ $0 != nil }) else { return .variable(part) }
    scalars.removeLast(scalars.count - 1)
    return accents.reduce(.variable(String(scalars[0]))) { base, accent in
      accent.map { .accented(base, $0) } ?? base
    }
  }

  /// A name without the subscript digits at its end, and those as plain digits.
  private static func withoutSubscriptDigits(_ name: String) -> (stem: String, digits: String) {
    let isDigit = { (scalar: Unicode.Scalar) in (0x2080...0x2089).contains(scalar.value) }
    let digits = name.unicodeScalars.reversed().prefix(while: isDigit).reversed()
    var stem = String.UnicodeScalarView()
    stem.append(contentsOf: name.unicodeScalars.dropLast(digits.count))
    return (String(stem), digits.map { String($0.value - 0x2080) }.joined())
  }
}

extension String {
  /// The text with letters and their accents apart, as far as accents are known that can be set.
  var decomposed: String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if let (base, accent) = AccentedLetter.parts[scalar] {
        result.append(base)
        result.append(accent)
      } else {
        result.append(scalar)
      }
    }
    return result
  }
}

/// The letters of one scalar that are a Latin letter with an accent.
private enum AccentedLetter {
  /// Found by putting the two together: equal texts have equal spellings to a reader.
  static let parts: [Unicode.Scalar: (Unicode.Scalar, Unicode.Scalar)] = {
    var composed: [String: Unicode.Scalar] = [:]
    for value in UInt32(0xC0)...0x17F {
      if let scalar = Unicode.Scalar(value) { composed[String(Character(scalar))] = scalar }
    }
    var result: [Unicode.Scalar: (Unicode.Scalar, Unicode.Scalar)] = [:]
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars
    for accent in Accent.allCases {
      guard let mark = Unicode.Scalar(accent.rawValue) else { continue }
      for letter in letters {
        var pair = String.UnicodeScalarView([letter, mark])
        // A dictionary of texts compares them by canonical equivalence.
        if let scalar = composed[String(pair)] { result[scalar] = (letter, mark) }
        pair.removeAll()
      }
    }
    return result
  }()
}

/// A Greek letter with its name, which is also its command in LaTeX but where that has none.
struct GreekLetter {
  let name: String
  let character: String
  /// What LaTeX writes: capitals that look Latin have no command of their own.
  let latex: String

  static func named(_ name: String) -> GreekLetter? { byName[name] }
  static func of(_ scalar: Unicode.Scalar) -> GreekLetter? { byScalar[scalar] }

  private static let all: [GreekLetter] =
    letters(
      [
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
        "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
        "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ",
        "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
        "Xi": "Ξ", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
      ]) + [
      GreekLetter(name: "pi", character: "π", latex: #"\pi"#),
      GreekLetter(name: "Pi", character: "Π", latex: #"\Pi"#),
    ]

  private static func letters(_ table: KeyValuePairs<String, String>) -> [GreekLetter] {
    table.map { name, character in
      // ε and φ are the forms that Unicode has under those names; TeX calls them variants.
      let command = name == "epsilon" ? "varepsilon" : name == "phi" ? "varphi" : name
      return GreekLetter(name: name, character: character, latex: "\\\(command)")
    }
  }

  private static let variants: [GreekLetter] = [
    ("ϵ", #"\epsilon"#), ("ϕ", #"\phi"#), ("ϑ", #"\vartheta"#), ("ϖ", #"\varpi"#),
    ("ϱ", #"\varrho"#), ("ς", #"\varsigma"#), ("ϰ", #"\varkappa"#), ("ο", "o"),
    ("Α", #"\mathrm{A}"#),
    ("Β", #"\mathrm{B}"#), ("Ε", #"\mathrm{E}"#), ("Ζ", #"\mathrm{Z}"#), ("Η", #"\mathrm{H}"#),
    ("Ι", #"\mathrm{I}"#), ("Κ", #"\mathrm{K}"#), ("Μ", #"\mathrm{M}"#), ("Ν", #"\mathrm{N}"#),
    ("Ο", #"\mathrm{O}"#), ("Ρ", #"\mathrm{P}"#), ("Τ", #"\mathrm{T}"#), ("Χ", #"\mathrm{X}"#),
  ].map { GreekLetter(name: "", character: $0.0, latex: $0.1) }

  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
  private static let byScalar = Dictionary(
    (all + variants).compactMap { letter in
      letter.character.unicodeScalars.first.map { ($0, letter) }
    }
  ) { first, _ in first }
}
