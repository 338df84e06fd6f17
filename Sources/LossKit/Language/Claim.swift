/// A condition taken apart at `and`, `or`, `not` and comparisons: what `assert` and `check` judge.
struct Claim {
  struct Comparison {
    let left: NodeID
    let right: NodeID
  }

  let condition: NodeID
  /// In the order of the text; empty for a condition of another form.
  let comparisons: [Comparison]

  init(_ condition: NodeID, _ script: Script) {
    self.condition = condition
    var comparisons: [Comparison] = []
    // Not by recursion: a run of brackets may be long.
    var pending = [condition]
    while let id = pending.popLast() {
      let node = script[id]
      switch node.kind {
      case .and, .or:
        let list = script.list(node.a)
        for i in stride(from: 0, to: list.count, by: 3).reversed() { pending.append(list.node(i)) }
      case .not: pending.append(NodeID(index: node.a))
      case .comparison:
        let list = script.list(node.a)
        // Before an operator stands its left operand: the first one, or the one of the last link.
        for i in stride(from: 1, to: list.count, by: 3) {
          comparisons.append(Comparison(left: list.node(i - 1), right: list.node(i + 2)))
        }
      default: break
      }
    }
    self.comparisons = comparisons
  }
}

/// How two sides compare: 1 where the comparison holds, 0 where not, nan where it says nothing.
///
/// `isDenied` tells that the comparison stands under an odd number of `not`: the claim is then that
/// it does not hold, and whoever is lenient has to be so the other way round.
typealias Judgement = (
  _ comparison: ChainOperator, _ a: Value, _ b: Value, _ isDenied: Bool
) throws -> Value

extension Evaluator {
  /// The state of a claim by a judgement of its comparisons: 1, 0 or nan, elementwise.
  ///
  /// Comparisons further in (in a function, an `if`, an index) are those of the language.
  func state(of claim: Claim, for use: TruthUse, _ env: Environment, _ judgement: Judgement) throws
    -> Value
  {
    try state(claim.condition, for: use, isDenied: false, env, judgement)
  }

  private func state(
    _ id: NodeID, for use: TruthUse, isDenied: Bool, _ env: Environment, _ judgement: Judgement
  ) throws -> Value {
    if stack.isExhausted { throw error(.nestedTooDeeply, id, env) }
    let node = env.script[id]
    switch node.kind {
    case .comparison: return try states(node, id, isDenied: isDenied, env, judgement)
    case .and, .or: return try states(node, id, isAnd: node.kind == .and, isDenied, env, judgement)
    case .not:
      let isOdd = node.b % 2 == 1
      let value = try state(
        NodeID(index: node.a), for: .operand("not"), isDenied: isDenied != isOdd, env, judgement)
      return isOdd ? try .mapped(value, .number(0)) { x, _ in 1 - x } : value
    default:
      let value = try evaluate(id, env)
      guard value.isMask else {
        throw error(.notATruthValue(use, value.kindDescription), id, env)
      }
      return value
    }
  }

  /// A chain of comparisons: all of them.
  private func states(
    _ node: Node, _ id: NodeID, isDenied: Bool, _ env: Environment, _ judgement: Judgement
  ) throws -> Value {
    let list = env.script.list(node.a)
    var left = try evaluate(list.node(0), env)
    var result: Value?
    for i in stride(from: 1, to: list.count, by: 3) {
      let right = try evaluate(list.node(i + 2), env)
      do {
        let state = try judgement(
          ChainOperator(rawValue: list[i]) ?? .equal, left, right, isDenied)
        result = try result.map { try .mapped($0, state, Evaluator.conjunction) } ?? state
      } catch let problem as EvaluationProblem {
        throw operatorError(problem, list, i, left, right, env)
      }
      left = right
    }
    return result ?? .truth(true)
  }

  private func states(
    _ node: Node, _ id: NodeID, isAnd: Bool, _ isDenied: Bool, _ env: Environment,
    _ judgement: Judgement
  ) throws -> Value {
    let list = env.script.list(node.a)
    func operand(_ i: Int) throws -> Value {
      try state(
        list.node(i), for: .operand(isAnd ? "and" : "or"), isDenied: isDenied, env, judgement)
    }
    var value = try operand(0)
    for i in stride(from: 3, to: list.count, by: 3) {
      // What follows is not evaluated where it is known already, in every lane.
      if value.isSettled(by: isAnd ? 0 : 1) { return value }
      let right: Value
      if value.lanes.isEmpty {
        right = try operand(i)
      } else {
        // In some lanes the right side would not be evaluated: its errors may not be errors.
        do { right = try operand(i) } catch is LossError { throw LaneDependence() }
      }
      value = try locating(id, env) {
        try .mapped(value, right, isAnd ? Evaluator.conjunction : Evaluator.disjunction)
      }
    }
    return value
  }

  private static func conjunction(_ a: Double, _ b: Double) -> Double {
    a == 0 || b == 0 ? 0 : a.isNaN || b.isNaN ? .nan : 1
  }

  private static func disjunction(_ a: Double, _ b: Double) -> Double {
    a == 1 || b == 1 ? 1 : a.isNaN || b.isNaN ? .nan : 0
  }
}

extension Value {
  /// Whether a state without a shape is a given one in every lane.
  fileprivate func isSettled(by state: Double) -> Bool {
    switch self {
    case .truth(let truth): truth == (state != 0)
    case .number(let x): x == state
    case .tensor(let tensor) where tensor.shape.isEmpty:
      tensor.elements.allSatisfy { $0 == state }
    default: false
    }
  }

  /// Whether a state is nowhere 0.
  var isNowhereFalse: Bool {
    switch self {
    case .truth(let truth): truth
    case .number(let x): x != 0
    case .tensor(let tensor): tensor.elements.allSatisfy { $0 != 0 }
    default: false
    }
  }

  /// Where a mask is first false: `[1]`, `[0, 2]`; nothing for a single truth value.
  var firstFalsePlace: String? {
    guard case .tensor(let tensor) = self, !tensor.shape.isEmpty,
      var rest = tensor.elements.firstIndex(of: 0)
    else { return nil }
    var places: [String] = []
    for n in tensor.shape.reversed() {
      places.append(String(rest % n))
      rest /= n
    }
    return "[\(places.reversed().joined(separator: ", "))]"
  }
}
