extension Evaluator {
  // MARK: Arithmetic

  func arithmeticChain(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    var value = try evaluate(list.node(0), env)
    var i = 1
    while i < list.count {
      let operand = try evaluate(list.node(i + 2), env)
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
  private func operatorError(
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
    default: return LossError(problem, in: env.script.source, at: range)
    }
  }

  // MARK: Comparison

  func comparisonChain(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    var left = try evaluate(list.node(0), env)
    var result: Value?
    var i = 1
    while i < list.count {
      let right = try evaluate(list.node(i + 2), env)
      let holds: Value
      do {
        holds = try Evaluator.compare(
          ChainOperator(rawValue: list[i]) ?? .equal, left, right, tolerance: nil)
      } catch let problem as EvaluationProblem {
        throw operatorError(problem, list, i, left, right, env)
      }
      if let before = result {
        result = try locating(id, env) {
          try .mapped(before, holds, content: .truths) { $0 != 0 && $1 != 0 ? 1 : 0 }
        }
      } else {
        result = holds
      }
      left = right
      i += 3
    }
    return result ?? .truth(true)
  }

  /// Compares by value alone, elementwise.
  ///
  /// - Parameter tolerance: the relative and absolute tolerance of `~=`, where not the usual ones.
  static func compare(
    _ comparison: ChainOperator, _ a: Value, _ b: Value, tolerance: Double?
  ) throws -> Value {
    if case .text(let a) = a, case .text(let b) = b {
      switch comparison {
      case .equal, .approximatelyEqual: return .truth(a == b)
      case .notEqual: return .truth(a != b)
      default: throw EvaluationProblem.textsHaveNoOrder
      }
    }
    let (a, b) = (a.plain, b.plain)
    func mask(_ function: (Double, Double) -> Bool) throws -> Value {
      try .mapped(a, b, content: .truths) { function($0, $1) ? 1 : 0 }
    }
    switch comparison {
    case .less: return try mask(<)
    case .lessOrEqual: return try mask(<=)
    case .greater: return try mask(>)
    case .greaterOrEqual: return try mask(>=)
    case .notEqual: return try mask(!=)
    case .approximatelyEqual:
      return try mask { a, b in
        if let tolerance { return a == b || (a - b).magnitude <= tolerance }
        return isClose(a, b)
      }
    default: return try mask(==)
    }
  }

  /// Equality within 1e-9 of the larger magnitude, or 1e-12.
  static func isClose(_ a: Double, _ b: Double) -> Bool {
    a == b || (a - b).magnitude <= max(1e-9 * max(a.magnitude, b.magnitude), 1e-12)
      && a.isFinite && b.isFinite
  }

  // MARK: Truth values

  /// The one truth value that an expression has.
  func truth(_ id: NodeID, _ env: Environment, for use: TruthUse) throws -> Bool {
    let value = try evaluate(id, env)
    switch value {
    case .truth(let truth): return truth
    case .tensor(let tensor) where tensor.isMask:
      guard tensor.shape.isEmpty else {
        throw error(.maskInCondition(use, tensor.shape), id, env)
      }
      let first = tensor.start[0]
      for i in 0..<tensor.count where tensor.start[i] != first { throw LaneDependence() }
      return first != 0
    default: throw error(.notATruthValue(use, value.kindDescription), id, env)
    }
  }

  func conditional(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    var i = 0
    while i + 1 < list.count {
      if try truth(list.node(i), env, for: .condition) { return try evaluate(list.node(i + 1), env) }
      i += 2
    }
    return try evaluate(list.node(list.count - 1), env)
  }

  func logicalChain(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let isAnd = node.kind == .and
    let list = env.script.list(node.a)
    var value = try mask(list.node(0), env, in: isAnd ? "and" : "or")
    var i = 1
    while i < list.count {
      if case .truth(let known) = value, known != isAnd {
        // What follows is not evaluated.
        return value
      }
      let right: Value
      if value.lanes.isEmpty {
        right = try mask(list.node(i + 2), env, in: isAnd ? "and" : "or")
      } else {
        // In some lanes the right side would not be evaluated: its errors may not be errors.
        do {
          right = try mask(list.node(i + 2), env, in: isAnd ? "and" : "or")
        } catch is LossError { throw LaneDependence() }
      }
      value = try locating(id, env) {
        try .mapped(value, right, content: .truths) { a, b in
          (isAnd ? a != 0 && b != 0 : a != 0 || b != 0) ? 1 : 0
        }
      }
      i += 3
    }
    return value
  }

  func not(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let value = try mask(NodeID(index: node.a), env, in: "not")
    guard node.b % 2 == 1 else { return value }
    return try .mapped(value, .number(0), content: .truths) { x, _ in x == 0 ? 1 : 0 }
  }

  private func mask(_ id: NodeID, _ env: Environment, in word: String) throws -> Value {
    let value = try evaluate(id, env)
    guard value.isMask else {
      throw error(.notATruthValue(.operand(word), value.kindDescription), id, env)
    }
    return value
  }

  // MARK: Blocks and functions

  func block(_ node: Node, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    let scope = Scope(parent: env.scope)
    let inner = env.with(scope)
    for i in 0..<list.count - 1 { try bind(list.node(i), in: scope, inner) }
    return try evaluate(list.node(list.count - 1), inner)
  }

  /// Evaluates a local `let` and adds it to a scope.
  func bind(_ id: NodeID, in scope: Scope, _ env: Environment) throws {
    let node = env.script[id]
    let symbol = Symbol(index: node.a)
    if let builtin = builtin(symbol) { throw error(.builtinRedefined(builtin.name), id, env) }
    let list = env.script.list(node.b)
    let value =
      node.kind == .function
      ? .function(.closure(closure(of: id, env, frame: frame)))
      : try evaluate(list.node(0), env)
    scope.bindings.append(Scope.Binding(symbol: symbol, value: value, definition: id))
  }

  /// The function that a `let f(…) = e` defines.
  func closure(of id: NodeID, _ env: Environment, frame: Frame?) -> Closure {
    let node = env.script[id]
    let list = env.script.list(node.b)
    var parameters: [Closure.Parameter] = []
    for i in stride(from: 3, to: list.count, by: 3) {
      parameters.append(
        .init(symbol: list.symbol(i), offset: list[i + 1], defaultValue: list.node(i + 2)))
    }
    return Closure(
      name: symbols.name(of: Symbol(index: node.a)), parameters: parameters, body: list.node(0),
      environment: env, frame: frame)
  }

  func lambda(_ node: Node, _ env: Environment) -> Value {
    let list = env.script.list(node.a)
    let parameters = stride(from: 0, to: list.count, by: 2).map { i in
      Closure.Parameter(symbol: list.symbol(i), offset: list[i + 1], defaultValue: .none)
    }
    return .function(
      .closure(
        Closure(
          name: nil, parameters: parameters, body: NodeID(index: node.b), environment: env,
          frame: frame)))
  }

  // MARK: Arrays

  func arrayLiteral(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    if list.isEmpty { return .tensor(try locating(id, env) { try Tensor([], account: account) }) }
    var elements: [Value] = []
    elements.reserveCapacity(list.count)
    for i in 0..<list.count {
      let element = try evaluate(list.node(i), env)
      if i > 0, element.isNumeric, elements[0].isNumeric, element.shape != elements[0].shape {
        throw error(.raggedArray(elements[0].shape, element.shape), list.node(i), env)
      }
      elements.append(element)
    }
    if case .text = elements[0] {
      return .texts(
        TextArray(
          try elements.enumerated().map { i, element in
            guard case .text(let text) = element else {
              throw error(.mixedArray(element.kindDescription), list.node(i), env)
            }
            return text
          }))
    }
    for (i, element) in elements.enumerated() where !element.isNumeric {
      throw error(.elementIsNoNumber(element.kindDescription), list.node(i), env)
    }
    return try locating(id, env) { try .stacked(elements, account: account) }
  }

  /// A range outside an index or a `for`: an array.
  func rangeArray(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let range = try wholeRange(node, id, env)
    return try locating(id, env) {
      let tensor = try Tensor(shape: [range.count], account: account)
      for (i, x) in range.enumerated() { tensor.start[i] = Double(x) }
      return .tensor(tensor)
    }
  }

  /// The whole numbers of a range; empty where the upper end lies below the lower.
  func wholeRange(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Range<Int> {
    let lower = try wholeNumber(NodeID(index: node.a), env, use: .rangeEnd)
    var upper = try wholeNumber(NodeID(index: node.b), env, use: .rangeEnd)
    if node.detail == 1 { upper += 1 }
    return lower..<max(lower, upper)
  }

  /// The whole number that an expression has in every lane.
  func wholeNumber(_ id: NodeID, _ env: Environment, use: WholeNumberUse) throws -> Int {
    let value = try evaluate(id, env)
    return try locating(id, env) { try value.wholeNumber(use) }
  }
}

extension Value {
  /// The value as one whole number, of magnitude at most 2⁵³.
  func wholeNumber(_ use: WholeNumberUse) throws -> Int {
    let number: Double
    switch plain {
    case .number(let x): number = x
    case .truth(let x): number = x ? 1 : 0
    case .tensor(let tensor) where tensor.shape.isEmpty:
      number = tensor.start[0]
      for i in 0..<tensor.count where tensor.start[i] != number { throw LaneDependence() }
    default: throw EvaluationProblem.notAWholeNumber(use, kindDescription)
    }
    guard number == number.rounded(.towardZero), number.magnitude <= 0x1p53 else {
      throw EvaluationProblem.notAWholeNumber(use, NumberFormat.formatted(number))
    }
    return Int(number)
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
