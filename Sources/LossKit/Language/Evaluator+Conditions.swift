extension Evaluator {
  // MARK: Comparison

  func comparisonChain(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let list = env.script.list(node.a)
    var left = try evaluate(list.node(0), env)
    var result: Value?
    var i = 1
    if frame.smoothing != nil {
      for operand in stride(from: 0, to: list.count, by: 3) where varies(list.node(operand), env) {
        throw error(.comparisonInSmooth, id, env)
      }
    }
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
        result = try locating(id, env) { try .answer(BothHold.self, before, holds) }
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
    if let mask = try textMask(comparison, a, b) { return mask }
    let (a, b) = (a.plain, b.plain)
    switch comparison {
    case .less: return try .answer(IsLess.self, a, b)
    case .lessOrEqual: return try .answer(IsLessOrEqual.self, a, b)
    case .greater: return try .answer(IsGreater.self, a, b)
    case .greaterOrEqual: return try .answer(IsGreaterOrEqual.self, a, b)
    case .notEqual: return try .answer(IsNotEqual.self, a, b)
    case .approximatelyEqual:
      guard let tolerance else { return try .answer(IsClose.self, a, b) }
      return try .mapped(a, b, content: .truths) { a, b in
        a == b || (a - b).magnitude <= tolerance ? 1 : 0
      }
    default: return try .answer(IsEqual.self, a, b)
    }
  }

  /// A column of texts compared with a text or another column, element by element.
  private static func textMask(_ comparison: ChainOperator, _ a: Value, _ b: Value) throws -> Value?
  {
    let pairs: [(String, String)]
    switch (a, b) {
    case (.texts(let a), .text(let b)): pairs = a.elements.map { ($0, b) }
    case (.text(let a), .texts(let b)): pairs = b.elements.map { (a, $0) }
    case (.texts(let a), .texts(let b)):
      guard a.elements.count == b.elements.count else {
        throw EvaluationProblem.shapesDoNotBroadcast([a.elements.count], [b.elements.count])
      }
      pairs = Array(zip(a.elements, b.elements))
    default: return nil
    }
    let isEqual: Bool
    switch comparison {
    case .equal, .approximatelyEqual: isEqual = true
    case .notEqual: isEqual = false
    default: throw EvaluationProblem.textsHaveNoOrder
    }
    return .tensor(
      try Tensor(
        pairs.map { ($0.0 == $0.1) == isEqual ? 1 : 0 }, content: .truths, account: .unlimited))
  }

  /// Equality within 1e-9 of the larger magnitude, or 1e-12.
  static func isClose(_ a: Double, _ b: Double) -> Bool {
    a == b
      || (a - b).magnitude <= max(1e-9 * max(a.magnitude, b.magnitude), 1e-12)
        && a.isFinite && b.isFinite
  }

  // MARK: Truth values

  /// The one truth value that an expression has.
  func truth(_ id: NodeID, _ env: Environment, for use: TruthUse) throws -> Bool {
    let value = try evaluate(id, env)
    switch value {
    case .truth(let truth): return truth
    case .traced: throw Untraceable()
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
      if graph != nil {
        let condition = try evaluate(list.node(i), env)
        if condition.isTraced {
          return try selection(condition, list, from: i, id, env)
        }
      }
      if try truth(list.node(i), env, for: .condition) {
        return try evaluate(list.node(i + 1), env)
      }
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
      // What follows is not evaluated where it is known already, in every lane.
      if value.isDecided(isAnd) { return value }
      let right: Value
      if value.lanes.isEmpty {
        right = try mask(list.node(i + 2), env, in: isAnd ? "and" : "or")
      } else {
        // In some lanes the right side would not be evaluated: its errors may not be errors.
        do {
          right = try mask(list.node(i + 2), env, in: isAnd ? "and" : "or")
        } catch is LossError { throw LaneDependence() }
        if !right.shape.isEmpty, value.shape.isEmpty { throw LaneDependence() }
      }
      value = try locating(id, env) {
        isAnd
          ? try .answer(BothHold.self, value, right) : try .answer(EitherHolds.self, value, right)
      }
      i += 3
    }
    return value
  }

  func not(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let value = try mask(NodeID(index: node.a), env, in: "not")
    guard node.b % 2 == 1 else { return value }
    return try .answer(IsEqual.self, value, .number(0))
  }

  func mask(_ id: NodeID, _ env: Environment, in word: String) throws -> Value {
    let value = try evaluate(id, env)
    guard value.isMask else {
      throw error(.notATruthValue(.operand(word), value.kindDescription), id, env)
    }
    return value
  }
}

extension Value {
  /// Whether a truth value, in every lane, settles an `and` (where false) or an `or` (where true).
  fileprivate func isDecided(_ isAnd: Bool) -> Bool {
    switch self {
    case .truth(let known): known != isAnd
    case .tensor(let tensor) where tensor.shape.isEmpty:
      tensor.elements.allSatisfy { ($0 != 0) != isAnd }
    default: false
    }
  }
}
