extension Parser {
  // MARK: - Choice

  /// A whole expression.
  mutating func expression() throws(ParseFailure) -> NodeID {
    try enter()
    let start = current.start
    var result = try choice()
    if current.kind == .at {
      let outer = depth
      repeat {
        // Each `at` puts what is before it a level deeper.
        try enter()
        let base = scratch.count
        advance()
        guard current.kind == .leftParenthesis else { throw unexpected(.replacements) }
        try bindings(of: .replacement)
        result = node(.at, from: start, result.index, list(from: base))
      } while current.kind == .at
      depth = outer
    }
    depth -= 1
    return result
  }

  private mutating func choice() throws(ParseFailure) -> NodeID {
    current.kind == .if ? try conditional() : try operators(.choice)
  }

  private mutating func conditional() throws(ParseFailure) -> NodeID {
    let start = current.start
    let base = scratch.count
    repeat {
      advance()
      scratch.append(try expression().index)
      guard current.kind == .then else {
        if current.kind == .equal { throw fail(.equalSignInExpression, at: current.range) }
        if current.kind == .end || current.kind == .invalid { throw unexpected(.token(.then)) }
        throw fail(.missingThen, at: current.range)
      }
      advance()
      scratch.append(try expression().index)
      guard current.kind == .else else { throw missingElse() }
      advance()
    } while current.kind == .if
    scratch.append(try operators(.choice).index)
    return node(.conditional, from: start, list(from: base))
  }

  private mutating func missingElse() -> ParseFailure {
    switch current.kind {
    case .newline, .semicolon, .comma: fail(.missingElse(found: found), at: current.range)
    case .end where brackets.isEmpty: fail(.missingElse(found: found), at: current.range)
    default: unexpected(.token(.else))
    }
  }

  /// The rest of a function whose parameters, with their offsets, were collected since `base`.
  private mutating func lambda(from start: UInt32, base: Int) throws(ParseFailure) -> NodeID {
    try checkDistinct(from: base, stride: 2)
    let parameters = list(from: base)
    try enter()
    advance()
    let body = try choice()
    depth -= 1
    return node(.lambda, from: start, parameters, body.index)
  }

  // MARK: - Operators

  /// An operand and the operators after it that bind at least as tightly as `minimum`.
  mutating func operators(_ minimum: Precedence) throws(ParseFailure) -> NodeID {
    let start = current.start
    var left = try operand(minimum)
    while true {
      let precedence = current.kind.precedence
      guard precedence != .none, precedence >= minimum else { return left }
      switch precedence {
      case .or: left = try chain(.or, of: precedence, operandsFrom: .and, left, from: start)
      case .and: left = try chain(.and, of: precedence, operandsFrom: .not, left, from: start)
      case .comparison:
        left = try chain(.comparison, of: precedence, operandsFrom: .range, left, from: start)
      case .range: left = try range(left, from: start)
      case .sum: left = try chain(.sum, of: precedence, operandsFrom: .product, left, from: start)
      case .product:
        left = try chain(.product, of: precedence, operandsFrom: .sign, left, from: start)
      case .power: left = try power(left, from: start)
      case .none, .choice, .not, .sign: return left
      }
    }
  }

  /// A run of operators of one precedence as one node.
  private mutating func chain(
    _ kind: Node.Kind, of precedence: Precedence, operandsFrom next: Precedence, _ first: NodeID,
    from start: UInt32
  ) throws(ParseFailure) -> NodeID {
    let base = scratch.count
    scratch.append(first.index)
    let firstOperator = current.kind
    var agrees: UInt8 = 1
    repeat {
      // Every token with a precedence has an operator but for ranges, which are no chain.
      guard let operation = current.kind.chainOperator else { throw unexpected(.expression) }
      if current.kind != firstOperator { agrees = 0 }
      scratch.append(operation.rawValue)
      scratch.append(current.start)
      advance()
      scratch.append(try operators(next).index)
    } while current.kind.precedence == precedence
    return node(kind, detail: agrees, from: start, list(from: base))
  }

  private mutating func power(_ first: NodeID, from start: UInt32) throws(ParseFailure) -> NodeID {
    let base = scratch.count
    scratch.append(first.index)
    repeat {
      scratch.append(ChainOperator.power.rawValue)
      scratch.append(current.start)
      advance()
      // The sign of an exponent takes what is left of the chain: `2^-3^2` is `2^(-(3^2))`.
      if current.kind == .plus || current.kind == .minus {
        scratch.append(try signed().index)
      } else {
        scratch.append(try operand(.power).index)
      }
    } while current.kind == .caret
    return node(.power, detail: 1, from: start, list(from: base))
  }

  private mutating func range(_ lower: NodeID, from start: UInt32) throws(ParseFailure) -> NodeID {
    let isClosed: UInt8 = current.kind == .closedRange ? 1 : 0
    advance()
    let isOpen =
      brackets.last?.isIndex == true && (current.kind == .comma || current.kind == .rightBracket)
    let upper = isOpen ? NodeID.none : try operators(.sum)
    guard current.kind.precedence != .range else { throw fail(.chainedRange, at: current.range) }
    return node(.range, detail: isClosed, from: start, lower.index, upper.index)
  }

  /// What stands between binary operators: with its signs or `not`, where `minimum` allows them.
  @inline(__always)
  private mutating func operand(_ minimum: Precedence) throws(ParseFailure) -> NodeID {
    switch current.kind {
    case .plus, .minus: return try signed()
    case .not:
      guard minimum <= .not else { throw fail(.needsBrackets("'not'"), at: current.range) }
      return try negated()
    case .if: throw fail(.needsBrackets("'if'"), at: current.range)
    default: return try postfix(minimum)
    }
  }

  private mutating func signed() throws(ParseFailure) -> NodeID {
    try enter()
    let start = current.start
    var count: UInt32 = 0
    while current.kind == .minus || current.kind == .plus {
      if current.kind == .minus { count += 1 }
      advance()
    }
    let operand = try operators(.power)
    depth -= 1
    return node(.sign, from: start, operand.index, count)
  }

  private mutating func negated() throws(ParseFailure) -> NodeID {
    let start = current.start
    var count: UInt32 = 0
    while current.kind == .not {
      count += 1
      advance()
    }
    let operand = try operators(.comparison)
    return node(.not, from: start, operand.index, count)
  }

  // MARK: - Calls, indices, fields

  private mutating func postfix(_ minimum: Precedence) throws(ParseFailure) -> NodeID {
    let start = current.start
    var result = try primary(minimum)
    let outer = depth
    while true {
      switch current.kind {
      case .leftParenthesis:
        if previous.kind == .number, tree[result].range.end == previous.end {
          let factor = tree.source.text(previous.range)
          throw fail(.productOfNeighbours(factor, "(…)"), at: previous.range)
        }
        try enter()
        let base = scratch.count
        try arguments()
        result = node(.call, from: start, result.index, list(from: base))
      case .leftBracket:
        try enter()
        let base = scratch.count
        try subscripts()
        result = node(.index, from: start, result.index, list(from: base))
      case .dot:
        try enter()
        advance()
        // A column of a data set may be called `data` or `table`.
        guard current.kind == .name || current.kind.isReservedWord else {
          throw unexpected(.name(of: .field))
        }
        let field = current.value
        advance()
        result = node(.member, from: start, result.index, field)
      default:
        depth = outer
        return result
      }
    }
  }

  private mutating func primary(_ minimum: Precedence) throws(ParseFailure) -> NodeID {
    let token = current
    switch token.kind {
    case .name:
      advance()
      if current.kind == .arrow {
        guard minimum <= .choice else { throw fail(.needsBrackets("a function"), at: token.range) }
        let base = scratch.count
        scratch.append(token.value)
        scratch.append(token.start)
        return try lambda(from: token.start, base: base)
      }
      return node(.name, range: token.range, token.value)
    case .number:
      advance()
      return node(.number, range: token.range, token.value)
    case .text:
      advance()
      return node(.text, range: token.range, token.value)
    case .true, .false:
      advance()
      return node(.truth, range: token.range, token.kind == .true ? 1 : 0)
    case .leftParenthesis: return try group(minimum)
    case .leftBracket: return try array()
    case .leftBrace: return try block()
    case .nabla: return try gradient()
    default:
      throw unexpected(.expression)
    }
  }

  /// `(e)`, a tuple, or the parameters of a function.
  private mutating func group(_ minimum: Precedence) throws(ParseFailure) -> NodeID {
    let start = current.start
    let base = scratch.count
    open()
    while current.kind != .rightParenthesis {
      scratch.append(try expression().index)
      guard current.kind == .comma else { break }
      advance()
      guard current.kind != .rightParenthesis else { throw unexpected(.expression) }
    }
    try close()
    if current.kind == .arrow {
      guard minimum <= .choice else {
        throw fail(
          .needsBrackets("a function"), at: SourceRange(start: start, end: previous.end))
      }
      try turnIntoParameters(from: base)
      return try lambda(from: start, base: base)
    }
    switch scratch.count - base {
    case 0: throw fail(.emptyBrackets, at: SourceRange(start: start, end: previous.end))
    case 1: return NodeID(index: scratch.removeLast())
    default: return node(.tuple, from: start, list(from: base))
    }
  }

  /// Replaces the names that were collected since `base` by symbols with their offsets.
  private mutating func turnIntoParameters(from base: Int) throws(ParseFailure) {
    let names = scratch[base...].map { tree.nodes[Int($0)] }
    if let other = names.first(where: { $0.kind != .name }) {
      throw fail(.parameterIsNoName, at: other.range)
    }
    scratch.removeSubrange(base...)
    // Nothing was made after the names but the names.
    tree.nodes.removeLast(names.count)
    for name in names {
      scratch.append(name.a)
      scratch.append(name.range.start)
    }
  }

  /// `∇f`, `∇(e)`: a call of `grad`; what follows it applies to the gradient.
  private mutating func gradient() throws(ParseFailure) -> NodeID {
    try enter()
    let nabla = current
    let grad = node(.name, range: nabla.range, KnownName.grad.symbol.index)
    advance()
    let operandStart = current.start
    let operand: NodeID
    switch current.kind {
    case .name, .leftParenthesis, .nabla: operand = try primary(.power)
    case .end, .newline, .invalid: throw unexpected(.expression)
    default: throw fail(.nablaOperand, at: current.range)
    }
    depth -= 1
    let arguments = list(Symbol.none.index, operandStart, operand.index)
    return node(.call, from: nabla.start, grad.index, arguments)
  }
}
