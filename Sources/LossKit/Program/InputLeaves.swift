/// The arguments of a function that is compiled, and symbolic tangents of them.
struct InputLeaves {
  let inputs: [Value]
  /// For each level of seeds, a tangent for each argument.
  let seeds: [[Value]]
  let seedNodes: [[Int]]

  /// - Parameter shapes: those of the arguments, which follow one another in the point.
  init(_ graph: Graph, _ shapes: [[Int]], seedLevels: Int) throws {
    func leaf(_ operation: GraphOperation, _ shape: [Int]) throws -> TracedValue {
      TracedValue(
        graph: graph, node: try graph.node(operation, [], shape), lanes: [], shape: shape)
    }
    var offsets: [Int] = []
    var total = 0
    for shape in shapes {
      offsets.append(total)
      total += shape.reduce(1, *)
    }
    inputs = try zip(shapes, offsets).map { try leaf(.input(offset: $1), $0).value }
    let leaves = try (0..<seedLevels).map { level in
      try zip(shapes, offsets).map { try leaf(.seed(level: level, offset: $1), $0) }
    }
    seeds = leaves.map { $0.map(\.value) }
    seedNodes = leaves.map { $0.map(\.node) }
  }
}
