/// What a formula looks like on paper, before it is written as MathML or as LaTeX.
///
/// A tree of no more levels than `Typesetter.nestingLimit` allows: it is released by recursion, and
/// TeX nests at most 255 groups.
indirect enum Box: Sendable, Equatable {
  case row([Box])
  /// A variable: one letter is italic, a word upright.
  case variable(String)
  /// A letter or word that is upright whatever its length: Euler's e.
  case upright(String)
  /// The name of a function that is not one of the script's own: log, softplus.
  case operation(String)
  /// A letter in bold: a unit vector.
  case bold(String)
  case number(String)
  case sign(Sign)
  case text(String)
  case thinSpace
  case quad
  case fraction(Box, Box)
  case scripts(Box, sub: Box?, sup: Box?)
  /// An operator with lines below it and perhaps a limit above.
  case limits(Box, below: [Box], above: Box?)
  case accented(Box, Accent)
  case root(Box)
  case fenced(Fence, Box)
  /// Rows behind one brace.
  case cases([[Box]])
  /// Rows between square brackets.
  case matrix([[Box]])
}

/// An operator, a relation or a punctuation mark.
struct Sign: Sendable, Equatable {
  /// Where spaces stand around it.
  enum Role: Sendable { case ordinary, prefix, binary, relation, punctuation, big }

  let character: String
  let latex: String
  let role: Role

  init(_ character: String, _ latex: String, _ role: Role) {
    self.character = character
    self.latex = latex
    self.role = role
  }

  static let plus = Sign("+", "+", .binary)
  static let minus = Sign("−", "-", .binary)
  static let negative = Sign("−", "-", .prefix)
  static let dot = Sign("·", #"\cdot"#, .binary)
  static let elementwise = Sign("⊙", #"\odot"#, .binary)
  static let remainder = Sign("mod", #"\bmod"#, .binary)
  static let solidus = Sign("/", "/", .ordinary)
  static let and = Sign("∧", #"\land"#, .binary)
  static let or = Sign("∨", #"\lor"#, .binary)
  static let not = Sign("¬", #"\lnot"#, .prefix)
  static let equal = Sign("=", "=", .relation)
  static let element = Sign("∈", #"\in"#, .relation)
  static let mapsTo = Sign("↦", #"\mapsto"#, .relation)
  static let less = Sign("<", "<", .relation)
  static let lessOrEqual = Sign("≤", #"\le"#, .relation)
  static let greater = Sign(">", ">", .relation)
  static let greaterOrEqual = Sign("≥", #"\ge"#, .relation)
  static let notEqual = Sign("≠", #"\ne"#, .relation)
  static let approximately = Sign("≈", #"\approx"#, .relation)
  static let comma = Sign(",", ",", .punctuation)
  static let semicolon = Sign(";", ";", .punctuation)
  static let dots = Sign("…", #"\ldots"#, .ordinary)
  static let centredDots = Sign("⋯", #"\cdots"#, .ordinary)
  static let placeholder = Sign("·", #"{\cdot}"#, .ordinary)
  static let infinity = Sign("∞", #"\infty"#, .ordinary)
  static let nabla = Sign("∇", #"\nabla"#, .prefix)
  static let transposed = Sign("⊤", #"\top"#, .ordinary)
  static let partial = Sign("∂", #"\partial"#, .prefix)
  static let sum = Sign("∑", #"\sum"#, .big)
  static let product = Sign("∏", #"\prod"#, .big)
  /// Between a function and its argument: nothing to be seen, but read aloud.
  static let application = Sign("\u{2061}", "", .ordinary)
  /// Between two factors that stand side by side.
  static let times = Sign("\u{2062}", "", .ordinary)
  static let positive = Sign("+", "+", .ordinary)
}

/// A mark over a letter.
enum Accent: UInt32, Sendable, CaseIterable {
  case grave = 0x300, acute, hat, tilde, bar
  case breve = 0x306, dot, ddot
  case ring = 0x30A
  case check = 0x30C

  /// The spacing character that MathML puts over its base.
  var character: String {
    switch self {
    case .grave: "`"
    case .acute: "´"
    case .hat: "^"
    case .tilde: "~"
    case .bar: "¯"
    case .breve: "˘"
    case .dot: "˙"
    case .ddot: "¨"
    case .ring: "˚"
    case .check: "ˇ"
    }
  }

  /// The command in a formula.
  var latex: String { self == .ring ? #"\mathring"# : "\\\(self)" }
}

/// A pair of brackets.
enum Fence: Sendable {
  case round, square, magnitude, norm, floor, ceiling, angle
  /// From the left end on, without it: [a, b).
  case halfOpen
  /// A bar at the right alone.
  case evaluation

  var characters: (left: String, right: String) {
    switch self {
    case .round: ("(", ")")
    case .square: ("[", "]")
    case .magnitude: ("|", "|")
    case .norm: ("‖", "‖")
    case .floor: ("⌊", "⌋")
    case .ceiling: ("⌈", "⌉")
    case .angle: ("⟨", "⟩")
    case .halfOpen: ("[", ")")
    case .evaluation: ("", "|")
    }
  }

  var latex: (left: String, right: String) {
    switch self {
    case .round: ("(", ")")
    case .square: ("[", "]")
    case .magnitude: (#"\lvert"#, #"\rvert"#)
    case .norm: (#"\lVert"#, #"\rVert"#)
    case .floor: (#"\lfloor"#, #"\rfloor"#)
    case .ceiling: (#"\lceil"#, #"\rceil"#)
    case .angle: (#"\langle"#, #"\rangle"#)
    case .halfOpen: ("[", ")")
    case .evaluation: (".", "|")
    }
  }
}

// MARK: - Measures

extension Box {
  /// About how wide a formula is set, in digits of its size.
  var width: Double {
    switch self {
    case .row(let items): items.reduce(0) { $0 + $1.width }
    case .variable(let name), .upright(let name), .operation(let name), .bold(let name),
      .number(let name):
      Double(name.count)
    case .text(let text): Double(text.count) * 0.9
    case .sign(let sign):
      switch sign.role {
      case .binary, .relation: 3
      case .big: 2
      case .punctuation: 1
      case .ordinary, .prefix: sign.latex.isEmpty ? 0 : 1
      }
    case .thinSpace: 0.3
    case .quad: 2
    case .fraction(let above, let below): max(above.width, below.width)
    case .scripts(let base, let sub, let sup):
      base.width + 0.7 * max(sub?.width ?? 0, sup?.width ?? 0)
    case .limits(let base, let below, let above):
      below.reduce(max(base.width, 0.7 * (above?.width ?? 0))) { max($0, 0.7 * $1.width) }
    case .accented(let base, _): base.width
    case .root(let box): box.width + 1.5
    case .fenced(_, let box): box.width + 1.5
    case .cases(let rows), .matrix(let rows):
      rows.reduce(0) { max($0, $1.reduce(0) { $0 + $1.width + 2 }) } + 2
    }
  }

  /// Whether brackets around it have to grow.
  var isTall: Bool {
    switch self {
    case .row(let items): items.contains(where: \.isTall)
    case .variable, .upright, .operation, .bold, .number, .text, .thinSpace, .quad, .accented: false
    case .sign(let sign): sign.role == .big
    case .fraction, .limits, .cases, .matrix: true
    case .scripts(let base, _, let sup): base.isTall || sup.map(\.isTallScript) ?? false
    case .root(let box), .fenced(_, let box): box.isTall
    }
  }

  private var isTallScript: Bool {
    switch self {
    case .row(let items): items.contains(where: \.isTallScript)
    case .scripts(_, _, let sup): sup != nil
    default: isTall
    }
  }
}
