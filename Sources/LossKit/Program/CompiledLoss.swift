/// A loss compiled for the shapes of its inputs: one program for the value, one for the value with
/// the gradient.
final class CompiledLoss: Sendable {
  let value: Program
  let gradient: Program

  private init(value: Program, gradient: Program) {
    self.value = value
    self.gradient = gradient
  }

  /// The number of doubles that a run needs beside its operands.
  var workspaceSize: Int { max(value.workspaceSize, gradient.workspaceSize) }

  /// Compiles a function of some arrays.
  ///
  /// It is evaluated once on values that are not known yet, under duals with symbolic tangents: what
  /// the primitives do is recorded, the derivative by their own rules, and the part that is linear
  /// in the tangents is transposed.
  ///
  /// - Parameters:
  ///   - shapes: those of the arguments, which follow one another in the point.
  ///   - places: the arguments by which the gradient is taken, in its order.
  /// - Returns: `nil` where what happens depends on the numbers in a way that no program follows.
  static func compile(
    shapes: [[Int]], gradientBy places: [Int], _ evaluator: Evaluator,
    _ function: ([Value]) throws -> Value
  ) -> CompiledLoss? {
    let graph = Graph(account: evaluator.account)
    let outer = evaluator.graph
    evaluator.graph = graph
    defer { evaluator.graph = outer }
    return try? compile(graph, shapes, places, evaluator, function)
  }

  private static func compile(
    _ graph: Graph, _ shapes: [[Int]], _ places: [Int], _ evaluator: Evaluator,
    _ function: ([Value]) throws -> Value
  ) throws -> CompiledLoss {
    let leaves = try InputLeaves(graph, shapes, seedLevels: 1)
    let (value, tangent) = try evaluator.directionalDerivative(
      at: places.map { leaves.inputs[$0] }, along: places.map { leaves.seeds[0][$0] }
    ) { duals in
      var all = leaves.inputs
      for (place, dual) in zip(places, duals) { all[place] = dual }
      return try function(all)
    }
    guard value.shape.isEmpty, value.lanes.isEmpty, value.level == 0 else { throw Untraceable() }
    let result = try graph.traced(value).node
    let derivative = try graph.traced(tangent).node
    let adjoints = try Transposition.adjoint(
      of: derivative, bySeed: 0, in: graph, from: try graph.number(1))
    var outputs: [(node: Int, place: Operand)] = []
    var gradientOffset = 0
    for place in places {
      let extents = shapes[place]
      let node = try graph.filled(adjoints[leaves.seedNodes[0][place]] ?? graph.number(0), extents)
      outputs.append((node, Operand(base: .gradient, offset: gradientOffset)))
      gradientOffset += extents.reduce(1, *)
    }
    let conditions = graph.guards.filter { if case .isSet = $0 { true } else { false } }
    return CompiledLoss(
      value: try lowered(graph, result, [], conditions),
      gradient: try lowered(graph, result, outputs, graph.guards))
  }

  private static func lowered(
    _ graph: Graph, _ value: Int, _ outputs: [(node: Int, place: Operand)],
    _ guards: [Graph.Guard]
  ) throws -> Program {
    var lowering = Lowering(graph: graph)
    let place = try lowering.lower(value: value, outputs: outputs, guards: guards)
    guard lowering.workspaceSize + lowering.constants.count <= graph.account.limit else {
      throw Untraceable()
    }
    return Program(lowering, value: place)
  }
}
