// How conditions and corners are recorded.

extension Graph {
  /// Notes that where two operands are equal the derivative is that of a corner.
  ///
  /// - Parameter level: that of the derivative.
  func noteTies(_ a: Value, _ b: Value, level: Int) throws {
    let (a, b) = (try traced(a), try traced(b))
    guard a.node != b.node, let broadcast = Broadcast(a.value, b.value) else { return }
    note(.tie(try filled(a, broadcast), try filled(b, broadcast)), level: level)
  }
}

extension Evaluator {
  /// An `if` whose condition is not known yet: both branches, and a choice between them.
  ///
  /// What is not chosen contributes neither value nor derivative.
  func selection(
    _ condition: Value, _ list: Script.List, from i: Int, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    guard condition.isMask, condition.shape.isEmpty else { throw Untraceable() }
    callDepth += 1
    defer { callDepth -= 1 }
    // A recursion that ends by the condition would not end here.
    if callDepth > 200 { throw Untraceable() }
    let first = try evaluate(list.node(i + 1), env)
    let second =
      i + 3 < list.count
      ? try otherwise(list, from: i + 2, id, env) : try evaluate(list.node(list.count - 1), env)
    guard first.isNumeric, second.isNumeric, first.shape == second.shape else {
      throw Untraceable()
    }
    return try .select(condition, first, second)
  }

  private func otherwise(
    _ list: Script.List, from i: Int, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    let condition = try evaluate(list.node(i), env)
    if condition.isTraced { return try selection(condition, list, from: i, id, env) }
    guard case .truth(let holds) = condition else { throw Untraceable() }
    if holds { return try evaluate(list.node(i + 1), env) }
    return i + 3 < list.count
      ? try otherwise(list, from: i + 2, id, env) : try evaluate(list.node(list.count - 1), env)
  }
}
