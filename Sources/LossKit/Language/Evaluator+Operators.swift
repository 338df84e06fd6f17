extension Evaluator {
  // MARK: Arithmetic

  func arithmeticChain(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    var value = try evaluate(list.node(0), env)
    var i = 1
    while i < list.count {
      let operand = try evaluate(list.node(i + 2), env)
      if frame.smoothing != nil, ChainOperator(rawValue: list[i]) == .remainder {
        try refuseVaryingRemainder(list, i, env)
      }
      do {
        let result = try Evaluator.apply(list[i], value, operand)
        if provenance != nil {
          observe(
            result, value, operand, ChainOperator(rawValue: list[i]) ?? .add,
            [list.node(i - 1), list.node(i + 2)], at: list[i + 1], env)
        }
        value = result
      } catch let problem as EvaluationProblem {
        throw operatorError(problem, list, i, value, operand, env)
      }
      // A chain of a million terms is one node: it must notice a request to stop by itself.
      if i & 0x3fff == 1, account.isCancelled { throw error(.cancelled, id, env) }
      i += 3
    }
    return value
  }

  @inline(__always)
  private static func apply(_ word: UInt32, _ a: Value, _ b: Value) throws -> Value {
    switch ChainOperator(rawValue: word) {
    case .add: return try a + b
    case .subtract: return try a - b
    case .multiply: return try a * b
    case .divide: return try a / b
    case .remainder: return try .apply(Remainder.self, a, b)
    case .matrixProduct: return try .apply(MatrixMultiply(), a, b)
    case .dot:
      guard a.shape.isEmpty || b.shape.isEmpty else { throw EvaluationProblem.dotBetweenArrays }
      return try a * b
    default: throw EvaluationProblem.notAnExpression
    }
  }

  func powerChain(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    var i = list.count - 1
    var value = try evaluate(list.node(i), env)
    while i > 0 {
      let base = try evaluate(list.node(i - 3), env)
      do {
        let result = try Value.apply(Power.self, base, value)
        if provenance != nil {
          observe(
            result, base, value, .power, [list.node(i - 3), list.node(i)], at: list[i - 1], env)
        }
        value = result
      } catch let problem as EvaluationProblem {
        throw operatorError(problem, list, i - 2, base, value, env)
      }
      i -= 3
    }
    return value
  }

  func sign(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let value = try evaluate(NodeID(index: node.a), env)
    guard value.isNumeric else { throw error(.notANumber(value.kindDescription), id, env) }
    // - - x is x, but for the kind: -true is a number.
    if node.b == 0 { return value }
    return try locating(id, env) {
      node.b % 2 == 1 ? try -value : value.isMask ? try value * .number(1) : value
    }
  }

  /// An error of a binary operator: at the operator, with both operands labelled.
  func operatorError(
    _ problem: EvaluationProblem, _ list: Script.List, _ i: Int, _ a: Value, _ b: Value,
    _ env: Environment
  ) -> LossError {
    let symbol = ChainOperator(rawValue: list[i]) ?? .add
    let start = list[i + 1]
    let range = SourceRange(
      start: start, end: env.script.source.operatorEnd(symbol, at: start))
    let left = SourceRange(
      start: env.script.range(of: list.node(i == 1 ? 0 : i - 1)).start,
      end: env.script.range(of: list.node(i - 1)).end)
    let right = env.script.range(of: list.node(i + 2))
    switch problem {
    case .shapesDoNotBroadcast, .matrixShapesDoNotFit:
      return LossError(
        problem, in: env.script.source, at: range,
        labels: [
          .init(range: left, text: describe(shape: a.shape)),
          .init(range: right, text: describe(shape: b.shape)),
        ])
    case .notANumber, .notAnArray:
      let (place, culprit) = a.isNumeric ? (right, b) : (left, a)
      return LossError(
        EvaluationProblem.operandIsNoNumber(symbol.spelling, culprit.kindDescription),
        in: env.script.source, at: place)
    default:
      return LossError(problem.met(by: symbol.spelling), in: env.script.source, at: range)
    }
  }
}

extension Source {
  /// Where an operator that starts at an offset ends; aliases have other lengths.
  func operatorEnd(_ symbol: ChainOperator, at start: UInt32) -> UInt32 {
    let first = Int(start) < bytes.count ? bytes[Int(start)] : 0
    if first >= 0x80 {
      var end = Int(start) + 1
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      return UInt32(end)
    }
    if first == UInt8(ascii: "*"), symbol == .power { return start + 2 }
    return start + UInt32(symbol.spelling.utf8.count)
  }
}

extension ChainOperator {
  var spelling: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .remainder: "%"
    case .matrixProduct: "@"
    case .dot: "·"
    case .power: "^"
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .equal: "=="
    case .notEqual: "!="
    case .approximatelyEqual: "~="
    case .and: "and"
    case .or: "or"
    }
  }
}
