/// A letter or sign that is typed by its LaTeX name and Tab.
///
/// The names are those of LaTeX and the unicode-math package, so that `\epsilon` and `\varepsilon`
/// are two letters, as they are there.
struct LaTeXSymbol {
  let name: String
  let text: String

  static let all = greek + operators + subscripts

  private static let greek = pairs([
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ",
    "varkappa": "ϰ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π",
    "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ",
    "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Alpha": "Α", "Beta": "Β", "Gamma": "Γ", "Delta": "Δ", "Epsilon": "Ε", "Zeta": "Ζ",
    "Eta": "Η", "Theta": "Θ", "Iota": "Ι", "Kappa": "Κ", "Lambda": "Λ", "Mu": "Μ", "Nu": "Ν",
    "Xi": "Ξ", "Omicron": "Ο", "Pi": "Π", "Rho": "Ρ", "Sigma": "Σ", "Tau": "Τ",
    "Upsilon": "Υ", "Phi": "Φ", "Chi": "Χ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ",
  ])

  /// The signs that the language knows.
  private static let operators = pairs([
    "times": "×", "cdot": "·", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "nabla": "∇", "infty": "∞",
  ])

  /// Digits that may stand in a name: `x\_1`.
  private static let subscripts = pairs([
    "_0": "₀", "_1": "₁", "_2": "₂", "_3": "₃", "_4": "₄", "_5": "₅", "_6": "₆", "_7": "₇",
    "_8": "₈", "_9": "₉",
  ])

  private static func pairs(_ table: KeyValuePairs<String, String>) -> [LaTeXSymbol] {
    table.map { LaTeXSymbol(name: $0.key, text: $0.value) }
  }
}
