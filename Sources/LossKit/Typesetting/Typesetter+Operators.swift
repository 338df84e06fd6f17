extension Typesetter {
  /// The operands of a chain, each but the first with its operator; `nil` for those left out.
  private func operands(_ node: Node) -> [(operation: ChainOperator?, id: NodeID)?] {
    let list = script.list(node.a)
    var result: [(operation: ChainOperator?, id: NodeID)?] = []
    let count = (list.count + 2) / 3
    var place = 0
    while place < count {
      if count > Self.chainLimit, place == Self.chainLimit - 2 {
        result.append(nil)
        place = count - 1
        continue
      }
      let operation = place == 0 ? nil : ChainOperator(rawValue: list[3 * place - 2])
      result.append((operation, list.node(3 * place)))
      place += 1
    }
    return result
  }

  // MARK: - Sums

  mutating func sum(_ node: Node) -> Typeset {
    var boxes: [Box] = []
    var beginsWithSign = false
    for operand in operands(node) {
      guard let (operation, id) = operand else {
        boxes += [.sign(.plus), .sign(.centredDots)]
        continue
      }
      let formula = expression(id)
      if let operation {
        boxes.append(.sign(operation == .subtract ? .minus : .plus))
        boxes.append(laterTerm(formula))
      } else {
        boxes.append(bracketed(formula, below: .product))
        beginsWithSign = formula.beginsWithSign && formula.level >= .product
      }
    }
    return Typeset(boxes, .sum, beginsWithSign: beginsWithSign)
  }

  mutating func signed(_ node: Node) -> Typeset {
    var result = expression(NodeID(index: node.a))
    // Of a long run of signs a short one of the same meaning is set.
    let count = node.b > 4 ? 4 - node.b % 2 : node.b
    for _ in 0..<count { result = negated(result) }
    return result
  }

  func negated(_ operand: Typeset) -> Typeset {
    Typeset(
      [.sign(.negative), laterTerm(operand)], .product, beginsWithSign: true,
      isOpen: operand.isOpen)
  }

  // MARK: - Products

  /// A product: factors side by side, `/` as a fraction of all that is before it.
  mutating func product(_ node: Node) -> Typeset {
    var result: Typeset?
    var before: NodeID?
    for operand in operands(node) {
      guard let (operation, id) = operand else {
        if let left = result {
          result = Typeset([factor(left), .sign(.dot), .sign(.centredDots)], .product)
        }
        before = nil
        continue
      }
      let formula = expression(id)
      guard let left = result, let operation else {
        result = formula
        before = id
        continue
      }
      switch operation {
      case .divide: result = quotient(left, formula)
      case .remainder:
        result = Typeset(
          [factor(left), .sign(.remainder), lastFactor(formula)], .product,
          beginsWithSign: left.beginsWithSign, isOpen: formula.isOpen)
      case .dot: result = product(left, formula, .sign(.dot))
      case .matrixProduct: result = product(left, formula, .thinSpace)
      default:
        let areArrays = before.map(isArray) ?? false && isArray(id)
        let isElementwise = areArrays && operation == .multiply
        result = product(left, formula, isElementwise ? .sign(.elementwise) : nil)
      }
      before = id
    }
    return result ?? Self.dots
  }

  /// A product; without a sign the factors stand side by side where that can be read.
  func product(_ left: Typeset, _ right: Typeset, _ sign: Box? = nil) -> Typeset {
    let leftBox = factor(left)
    let rightBox = lastFactor(right)
    return Typeset(
      [leftBox, sign ?? Self.juxtaposition(leftBox, rightBox), rightBox], .product,
      beginsWithSign: left.beginsWithSign, isOpen: right.isOpen)
  }

  /// A factor that another follows.
  private func factor(_ formula: Typeset) -> Box {
    formula.isOpen ? .fenced(.round, formula.box) : bracketed(formula, below: .product)
  }

  private func lastFactor(_ formula: Typeset) -> Box {
    bracketed(formula, below: .power)
  }

  /// What stands between two factors: a dot where the second begins with a digit, a thin space
  /// before brackets, which would look like arguments, and beside words.
  private static func juxtaposition(_ left: Box, _ right: Box) -> Box {
    let first = right.first
    if case .number = first { return .sign(.dot) }
    if case .scripts(.number, _, _) = first { return .sign(.dot) }
    if case .fraction = first { return .sign(.dot) }
    if case .number = left.last { return .sign(.times) }
    return left.last.isLetter && first.isLetter ? .sign(.times) : .thinSpace
  }

  /// A fraction; in scripts on one line, where a factor after it would go below the line.
  func quotient(_ above: Typeset, _ below: Typeset) -> Typeset {
    if above.beginsWithSign, above.level == .product, case .row(let boxes) = above.box,
      boxes.first == .sign(.negative)
    {
      // The sign of a fraction stands before it.
      let rest = Typeset(
        .row(Array(boxes.dropFirst())), boxes.count == 2 ? .power : .product,
        isOpen: above.isOpen)
      return negated(quotient(rest, below))
    }
    guard scriptDepth > 0 else { return Typeset(.fraction(above.box, below.box), .power) }
    return Typeset(
      [
        above.level == .product && !above.isOpen
          ? above.box : bracketed(above, below: .power), .sign(.solidus), lastFactor(below),
      ], .product, beginsWithSign: above.beginsWithSign, isOpen: true)
  }

  /// Whether an expression is known to be an array without running anything.
  func isArray(_ id: NodeID) -> Bool {
    let node = script[id]
    switch node.kind {
    case .array, .comprehension: return true
    case .name: return names.arrays.contains(script.text(of: id))
    case .call:
      return builtin(script[NodeID(index: node.a)])?.notation.givesArray ?? false
    default: return false
    }
  }

  // MARK: - Powers

  mutating func power(_ node: Node) -> Typeset {
    let operands = operands(node).compactMap { $0?.id }
    guard let first = operands.first else { return Self.dots }
    let base = expression(first)
    let exponents = Array(operands.dropFirst())
    // A tower: `a^b^c` is a^(b^c).
    let exponent = inScript { setter in setter.tower(exponents) }
    return power(base, exponent)
  }

  private mutating func tower(_ ids: [NodeID]) -> Box {
    guard let last = ids.last, ids.count <= 4 else { return .sign(.centredDots) }
    var result = expression(last).box
    for id in ids.dropLast().reversed() {
      result = power(expression(id), result).box
    }
    return result
  }

  func power(_ base: Typeset, _ exponent: Box) -> Typeset {
    // s_y² has its index below its exponent.
    if case .scripts(let letter, let sub?, nil) = base.box {
      return Typeset(.scripts(letter, sub: sub, sup: exponent), .power)
    }
    return Typeset(.scripts(self.base(base), sub: nil, sup: exponent), .power)
  }

  // MARK: - Claims

  mutating func comparison(_ node: Node) -> Typeset {
    var boxes: [Box] = []
    for operand in operands(node) {
      guard let (operation, id) = operand else {
        boxes += [.sign(.less), .sign(.centredDots)]
        continue
      }
      if let operation { boxes.append(.sign(Self.relation(operation))) }
      let operand = expression(id)
      // Claims are compared with claims: no Iverson brackets are meant.
      boxes.append(
        operand.level < .range ? .fenced(.round, operand.box) : operand.box)
    }
    return Typeset(boxes, .comparison)
  }

  static func relation(_ operation: ChainOperator) -> Sign {
    switch operation {
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .notEqual: .notEqual
    case .approximatelyEqual: .approximately
    default: .equal
    }
  }

  mutating func logic(_ node: Node, _ sign: Sign) -> Typeset {
    let level: Typeset.Level = node.kind == .and ? .and : .or
    var boxes: [Box] = []
    for operand in operands(node) {
      if !boxes.isEmpty { boxes.append(.sign(sign)) }
      guard let (_, id) = operand else {
        boxes.append(.sign(.centredDots))
        continue
      }
      let formula = expression(id)
      boxes.append(
        formula.level <= level ? .fenced(.round, formula.box) : formula.box)
    }
    return Typeset(boxes, level)
  }
}

extension Box {
  /// What a reader meets first.
  var first: Box {
    switch self {
    case .row(let boxes): boxes.first?.first ?? self
    default: self
    }
  }

  var last: Box {
    switch self {
    case .row(let boxes): boxes.last?.last ?? self
    default: self
    }
  }

  /// Whether it is one italic letter, perhaps with scripts.
  var isLetter: Bool {
    switch self {
    case .variable(let name): name.count == 1
    case .accented: true
    case .bold: true
    case .upright(let name): name.count == 1
    case .scripts(let base, _, _): base.isLetter
    default: false
    }
  }
}
