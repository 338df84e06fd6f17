/// A loss compiled for the shapes of its inputs: one program for the value, one for the value with
/// the gradient.
final class CompiledLoss: Sendable {
  /// How the gradient is computed.
  enum Mode: Sendable {
    /// All directions are carried along with the value.
    case forward
    /// One sweep from the value back.
    case reverse
  }

  let value: Program
  let gradient: Program
  let mode: Mode

  private init(value: Program, gradient: Program, mode: Mode) {
    self.value = value
    self.gradient = gradient
    self.mode = mode
  }

  /// The number of doubles that a run needs beside its operands.
  var workspaceSize: Int { max(value.workspaceSize, gradient.workspaceSize) }

  /// Forward mode costs about as much again for each direction: with more it is not considered.
  private static let forwardDirections = 8

  /// Compiles a function of some arrays.
  ///
  /// It is evaluated once on values that are not known yet, under duals with symbolic tangents: what
  /// the primitives do is recorded, the derivative by their own rules, and the part that is linear
  /// in the tangents is transposed. Of few directions it is also recorded with these themselves, and
  /// the cheaper program is taken.
  ///
  /// - Parameters:
  ///   - shapes: those of the arguments, which follow one another in the point.
  ///   - places: the arguments by which the gradient is taken, in its order.
  /// - Returns: `nil` where what happens depends on the numbers in a way that no program follows.
  static func compile(
    shapes: [[Int]], gradientBy places: [Int], _ evaluator: Evaluator,
    _ function: ([Value]) throws -> Value
  ) -> CompiledLoss? {
    withoutActuallyEscaping(function) { function in
      compile(
        Request(shapes: shapes, places: places, evaluator: evaluator, function: function))
    }
  }

  private static func compile(_ request: Request) -> CompiledLoss? {
    let outer = request.evaluator.graph
    defer { request.evaluator.graph = outer }
    let reverse = try? request.reverse()
    let directions = request.places.reduce(0) { $0 + request.shapes[$1].reduce(1, *) }
    let forward = directions <= forwardDirections ? try? request.forward() : nil
    guard let chosen = [reverse, forward].compactMap({ $0 }).min(by: { $0.cost < $1.cost })
    else { return nil }
    return try? chosen.lowered()
  }

  private init(_ gradient: Recorded) throws {
    value = try gradient.program([], gradient.graph.guardsOfValue)
    self.gradient = try gradient.program(gradient.outputs, gradient.graph.guards)
    mode = gradient.mode
  }

  /// What is to be compiled.
  private struct Request {
    let shapes: [[Int]]
    let places: [Int]
    let evaluator: Evaluator
    let function: ([Value]) throws -> Value

    /// The function of the arguments of the gradient alone.
    private func function(of leaves: InputLeaves) -> ([Value]) throws -> Value {
      { duals in
        var all = leaves.inputs
        for (place, dual) in zip(places, duals) { all[place] = dual }
        return try function(all)
      }
    }

    private func begin() -> Graph {
      let graph = Graph(account: evaluator.account)
      evaluator.graph = graph
      return graph
    }

    func reverse() throws -> Recorded {
      let graph = begin()
      let leaves = try InputLeaves(graph, shapes, seedLevels: 1)
      let (value, tangent) = try evaluator.directionalDerivative(
        at: places.map { leaves.inputs[$0] }, along: places.map { leaves.seeds[0][$0] },
        function(of: leaves))
      guard value.isOneNumber else { throw Untraceable() }
      let adjoints = try Transposition.adjoint(
        of: graph.traced(tangent).node, bySeed: 0, in: graph, from: graph.number(1))
      var outputs: [(node: Int, place: Operand)] = []
      var offset = 0
      for place in places {
        let node = try graph.filled(
          adjoints[leaves.seedNodes[0][place]] ?? graph.number(0), shapes[place])
        outputs.append((node, Operand(base: .gradient, offset: offset)))
        offset += graph.size(node)
      }
      return Recorded(
        graph: graph, value: try graph.traced(value).node, outputs: outputs, mode: .reverse)
    }

    func forward() throws -> Recorded {
      let graph = begin()
      let leaves = try InputLeaves(graph, shapes, seedLevels: 0)
      let (value, derivative) = try evaluator.derivative(
        at: places.map { leaves.inputs[$0] }, function(of: leaves))
      guard value.isOneNumber else { throw Untraceable() }
      let outputs = [(node: try graph.traced(derivative).node, place: Operand(base: .gradient))]
      return Recorded(
        graph: graph, value: try graph.traced(value).node, outputs: outputs, mode: .forward)
    }
  }

  /// A value with its gradient as nodes of a graph.
  private struct Recorded {
    let graph: Graph
    let value: Int
    let outputs: [(node: Int, place: Operand)]
    let mode: Mode

    var cost: Int { graph.cost(of: [value] + outputs.map(\.node)) }

    func lowered() throws -> CompiledLoss { try CompiledLoss(self) }

    func program(_ outputs: [(node: Int, place: Operand)], _ guards: [Graph.Guard]) throws
      -> Program
    {
      var lowering = Lowering(graph: graph)
      let place = try lowering.lower(value: value, outputs: outputs, guards: guards)
      guard lowering.workspaceSize + lowering.constants.count <= graph.account.limit else {
        throw Untraceable()
      }
      return Program(lowering, value: place)
    }
  }
}

extension Value {
  /// Whether this is a number without derivatives and lanes, known or not.
  fileprivate var isOneNumber: Bool {
    isNumeric && shape.isEmpty && lanes.isEmpty && level == 0
  }
}

extension Graph {
  /// About how long it takes to compute some nodes, in additions of one element of a long array.
  func cost(of roots: [Int]) -> Int {
    var open = roots
    var seen: Set<Int> = []
    var total = 0
    while let id = open.popLast() {
      guard seen.insert(id).inserted else { continue }
      let node = nodes[id]
      open += node.operands
      // What an instruction costs before it touches an element.
      let start = 8
      switch node.operation {
      case .input, .seed, .number, .constant, .view: break
      case .map(let function):
        total += start + node.size * (MapKernel(function) == .scalar ? 40 : 6)
      case .zip(let function):
        total += start + node.size * (ZipKernel(function) == .scalar ? 10 : 1)
      case .select, .copy, .assemble, .pick, .place: total += start + node.size
      case .gather, .scatter: total += start + 4 * node.size
      case .sumRows, .sumColumns, .dotRows, .largestPlace, .weightScale:
        total += start + size(node.operands[0])
      case .pickEach, .placeEach: total += start + 4 * node.size
      case .runningSum, .runningProduct, .recurrence: total += start + 4 * node.size
      case .runningLogSumExp: total += start + 40 * node.size
      case .order: total += start + 30 * node.size
      case .logSumExp, .crossEntropy, .crossEntropyAt: total += start + 8 * size(node.operands[0])
      case .weights, .crossEntropyWeights, .crossEntropyWeightsAt: total += start + 2 * node.size
      case .matrixProduct(let form): total += start + form.rows * form.inner * form.columns / 2
      }
    }
    return total
  }
}
