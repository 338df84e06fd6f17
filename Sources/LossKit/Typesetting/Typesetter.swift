/// A formula with what has to be known to put it into another one.
struct Typeset {
  /// How tightly a formula holds together; where an operator binds tighter, brackets stand.
  enum Level: Int, Comparable {
    case choice, or, and, not, comparison, range, sum, product, power, atom

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  var box: Box
  var level: Level
  /// Whether it begins with a minus sign, which must not follow an operator.
  var beginsWithSign = false
  /// Whether it ends in an operand without an end, as that of ∑: a factor after it would belong to
  /// the sum.
  var isOpen = false

  init(
    _ box: Box, _ level: Level = .atom, beginsWithSign: Bool = false, isOpen: Bool = false
  ) {
    self.box = box
    self.level = level
    self.beginsWithSign = beginsWithSign
    self.isOpen = isOpen
  }

  init(_ boxes: [Box], _ level: Level, beginsWithSign: Bool = false, isOpen: Bool = false) {
    self.init(.row(boxes), level, beginsWithSign: beginsWithSign, isOpen: isOpen)
  }
}

/// Makes boxes of the syntax tree of one text.
///
/// Never fails: what is nested too deeply, or too much, becomes dots.
struct Typesetter {
  /// How many expressions may lie inside one another: TeX nests 255 groups, and an expression can
  /// take four of them.
  static let nestingLimit = 40
  /// How many expressions are set.
  static let sizeLimit = 2000
  /// How many elements of an array, rows of a case distinction or arguments are set.
  static let listLimit = 8
  /// How many operands of a chain are set.
  static let chainLimit = 24

  let script: Script
  let symbols: SymbolTable
  let names: TypesetFormula.Names
  /// All names in the text, so that an index that is made up is none of them.
  private let namesInUse: Set<String>
  /// The local names in force, which hide built-in functions.
  var locals: [String] = []
  /// How many scripts lie around what is set: fractions in them are set on one line.
  var scriptDepth = 0
  private var depth = 0
  private var remaining = Typesetter.sizeLimit

  init(script: Script, symbols: SymbolTable, names: TypesetFormula.Names) {
    self.script = script
    self.symbols = symbols
    self.names = names
    var inUse: Set<String> = names.arrays
    var pending = script.tree.statements
    // A very long text is cut anyway.
    while let id = pending.popLast(), inUse.count < 1000 {
      if script[id].kind == .name { inUse.insert(script.text(of: id)) }
      script.forEachChild(of: id) { pending.append($0) }
    }
    namesInUse = inUse
  }

  static let dots = Typeset(.sign(.centredDots))

  mutating func expression(_ id: NodeID) -> Typeset {
    guard !id.isNone, depth < Self.nestingLimit, remaining > 0 else { return Self.dots }
    remaining -= 1
    depth += 1
    defer { depth -= 1 }
    let node = script[id]
    switch node.kind {
    case .number: return number(node, id)
    case .truth: return Typeset(.upright(node.a == 1 ? "true" : "false"))
    case .text: return Typeset(.text("“\(script.tree.texts[Int(node.a)].prefix(40))”"))
    case .name: return name(node)
    case .sign: return signed(node)
    case .not:
      let operand = expression(NodeID(index: node.a))
      let signs = [Box](repeating: .sign(.not), count: Int(min(node.b, 8)))
      return Typeset(signs + [bracketed(operand, below: .comparison)], .not)
    case .sum: return sum(node)
    case .product: return product(node)
    case .comparison: return comparison(node)
    case .and: return logic(node, .and)
    case .or: return logic(node, .or)
    case .power: return power(node)
    case .range: return range(node)
    case .conditional: return conditional(node)
    case .lambda: return lambda(node)
    case .call: return call(node)
    case .index: return index(node)
    case .member: return member(node)
    case .array: return array(node)
    case .tuple:
      return Typeset(.fenced(.round, list(Array(script.list(node.a)).map(NodeID.init))))
    case .comprehension: return arrayComprehension(node)
    case .block: return block(node)
    case .at: return replacement(node)
    case .param, .data, .assignment, .formula, .function, .show, .print, .assert, .check,
      .importFile, .table, .plot, .minimize, .setting, .invalid:
      return Self.dots
    }
  }

  // MARK: - Brackets

  /// A formula with brackets around it where it binds more loosely than `level`; a claim among
  /// numbers stands between Iverson's brackets.
  func bracketed(_ formula: Typeset, below level: Typeset.Level) -> Box {
    guard formula.level < level else { return formula.box }
    let isClaim = formula.level >= .or && formula.level <= .comparison
    return .fenced(isClaim && level > .comparison ? .square : .round, formula.box)
  }

  /// A formula within brackets, unless they are there.
  func inBrackets(_ formula: Typeset) -> Box {
    if case .fenced(.round, _) = formula.box { return formula.box }
    return .fenced(.round, formula.box)
  }

  /// An operand of a sum after the first, or the operand of ∑.
  func laterTerm(_ formula: Typeset) -> Box {
    formula.beginsWithSign && formula.level >= .product
      ? .fenced(.round, formula.box) : bracketed(formula, below: .product)
  }

  /// The base of a power or of an index.
  func base(_ formula: Typeset) -> Box { bracketed(formula, below: .atom) }

  // MARK: - Leaves

  private func number(_ node: Node, _ id: NodeID) -> Typeset {
    let value = script.number(node.a)
    guard value.isFinite else { return Typeset(.sign(.infinity)) }
    let text = NumberFormat.formatted(value)
    guard let e = text.firstIndex(of: "e") else { return Typeset(.number(text)) }
    // 1e-30 as a power of ten.
    let exponent = text[text.index(after: e)...].drop { $0 == "+" }
    let digits =
      exponent.first == "-"
      ? Box.row([.sign(.negative), .number(String(exponent.dropFirst()))])
      : .number(String(exponent))
    let power = Box.scripts(.number("10"), sub: nil, sup: digits)
    let mantissa = String(text[..<e])
    return mantissa == "1"
      ? Typeset(power, .power)
      : Typeset([.number(mantissa), .sign(.dot), power], .product)
  }

  private func name(_ node: Node) -> Typeset {
    let name = symbols.name(of: Symbol(index: node.a))
    if let builtin = builtin(node) {
      switch name {
      case "pi": return Typeset(.variable("π"))
      case "inf": return Typeset(.sign(.infinity))
      default: return Typeset(builtin.notation.symbol(of: builtin))
      }
    }
    return Typeset(NameLayout.box(of: name))
  }

  /// The built-in function that a name stands for, where nothing else has that name.
  func builtin(_ node: Node) -> Builtin? {
    guard node.kind == .name else { return nil }
    let name = symbols.name(of: Symbol(index: node.a))
    guard !locals.contains(name) else { return nil }
    return Builtins.named(name)
  }

  /// A name that is written somewhere other than as an expression.
  func name(_ symbol: Symbol) -> Box {
    NameLayout.box(of: symbol == .none ? "_" : symbols.name(of: symbol))
  }

  /// A letter for an index that the text does not use.
  func freshIndex() -> Box {
    let letter = ["j", "i", "k", "l", "m", "n"].first {
      !namesInUse.contains($0) && !locals.contains($0)
    }
    return .variable(letter ?? "ι")
  }

  // MARK: - Lists

  /// Expressions with commas between them; dots stand for the middle of a long list.
  mutating func list(_ ids: [NodeID]) -> Box {
    .row(Self.separated(elided(ids, limit: Self.listLimit)))
  }

  /// The boxes of expressions, without the middle of a long list.
  mutating func elided(_ ids: [NodeID], limit: Int) -> [Box] {
    guard ids.count > limit else { return ids.map { expression($0).box } }
    return ids.prefix(limit - 2).map { expression($0).box } + [.sign(.dots)]
      + ids.suffix(1).map { expression($0).box }
  }

  static func separated(_ boxes: [Box], by sign: Sign = .comma) -> [Box] {
    Array(boxes.map { [$0] }.joined(separator: [.sign(sign)]))
  }

  /// What is set in a subscript or a superscript.
  mutating func inScript<Result>(_ body: (inout Typesetter) -> Result) -> Result {
    scriptDepth += 1
    defer { scriptDepth -= 1 }
    return body(&self)
  }

  /// With names that hide others of the same spelling.
  mutating func withLocals<Result>(
    _ symbols: [Symbol], _ body: (inout Typesetter) -> Result
  ) -> Result {
    let count = locals.count
    for symbol in symbols where symbol != .none { locals.append(self.symbols.name(of: symbol)) }
    defer { locals.removeLast(locals.count - count) }
    return body(&self)
  }
}
