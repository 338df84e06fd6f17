import CLossKernels
import Synchronization

/// A Hessian as a program: the vectors of a few diagonals and outer products, then their sum.
///
/// Forward over forward: the loss is recorded under two levels of duals, which gives a graph that is
/// linear in each of two seeds. Transposed by the first it is the Hessian times the second; of that
/// all columns are found at once (`StructuredMap`).
final class CompiledHessian: Sendable {
  let program: Program
  let order: Int
  let products: [(left: Operand, right: Operand)]
  let diagonals: [(entries: Operand, places: [Int32])]

  /// Where one weight has more than this share of a softmax, an entry of the Hessian is the rest to
  /// 1, which outer products cancel in: the interpreter computes it from the other weights.
  private static let largestShare = 0.9

  private init(
    program: Program, order: Int, products: [(left: Operand, right: Operand)],
    diagonals: [(entries: Operand, places: [Int32])]
  ) {
    self.program = program
    self.order = order
    self.products = products
    self.diagonals = diagonals
  }

  /// Compiles the Hessian of a function of some arrays; see `CompiledLoss.compile`.
  ///
  /// - Returns: `nil` where the Hessian has no such structure.
  static func compile(
    shapes: [[Int]], gradientBy places: [Int], _ evaluator: Evaluator,
    _ function: ([Value]) throws -> Value
  ) -> CompiledHessian? {
    let graph = Graph(account: evaluator.account)
    let outer = evaluator.graph
    evaluator.graph = graph
    defer { evaluator.graph = outer }
    return try? compile(graph, shapes, places, evaluator, function)
  }

  private static func compile(
    _ graph: Graph, _ shapes: [[Int]], _ places: [Int], _ evaluator: Evaluator,
    _ function: ([Value]) throws -> Value
  ) throws -> CompiledHessian {
    let leaves = try InputLeaves(graph, shapes, seedLevels: 2)
    func chosen(_ values: [Value]) -> [Value] { places.map { values[$0] } }
    let second = try evaluator.directionalDerivative(
      at: chosen(leaves.inputs), along: chosen(leaves.seeds[0])
    ) { outer in
      try evaluator.directionalDerivative(at: outer, along: chosen(leaves.seeds[1])) { duals in
        var all = leaves.inputs
        for (place, dual) in zip(places, duals) { all[place] = dual }
        return try function(all)
      }.tangent
    }.tangent
    guard second.shape.isEmpty, second.lanes.isEmpty, second.level == 0 else {
      throw Untraceable()
    }
    let adjoints = try Transposition.adjoint(
      of: try graph.traced(second).node, bySeed: 0, in: graph, from: try graph.number(1))
    var starts: [Int: Int] = [:]
    var parts: [Int] = []
    var offsets: [Int] = []
    var order = 0
    for place in places {
      let n = shapes[place].reduce(1, *)
      starts[leaves.seedNodes[1][place]] = order
      if let adjoint = adjoints[leaves.seedNodes[0][place]] {
        parts.append(try graph.filled(adjoint, shapes[place]))
        offsets.append(order)
      }
      order += n
    }
    var maps = StructuredMaps(graph: graph, seed: 1, starts: starts, directions: order)
    let map =
      parts.isEmpty
      ? StructuredMap()
      : try maps.map(of: graph.node(.assemble(offsets: offsets), parts, [order]))
    return try lowered(graph, map, order: order)
  }

  private static func lowered(_ graph: Graph, _ map: StructuredMap, order: Int) throws
    -> CompiledHessian
  {
    var roots: [Int] = []
    for diagonal in map.diagonals { roots.append(try graph.filled(diagonal.entries, [order])) }
    for product in map.products {
      roots.append(try graph.filled(product.left, [order]))
      roots.append(try graph.filled(product.right, [order]))
    }
    let share = try graph.number(largestShare)
    for id in graph.nodes.indices where graph.nodes[id].operation == .weightScale {
      graph.note(.isSet(try graph.zip(IsLess.self, share, id)), level: 0)
    }
    var lowering = Lowering(graph: graph)
    let placesOfRoots = try lowering.lower(roots: roots, guards: graph.guards)
    guard lowering.workspaceSize + lowering.constants.count <= graph.account.limit else {
      throw Untraceable()
    }
    let entries = map.diagonals.indices.map { placesOfRoots[$0] }
    let pairs = placesOfRoots.dropFirst(entries.count)
    return CompiledHessian(
      program: Program(lowering, value: Operand(base: .constants)), order: order,
      products: map.products.indices.map { i in
        (pairs[pairs.startIndex + 2 * i], pairs[pairs.startIndex + 2 * i + 1])
      },
      diagonals: zip(entries, map.diagonals).map { ($0, $1.places) })
  }

  // MARK: Running

  /// Writes the Hessian, row by row.
  ///
  /// - Returns: whether it stands; if not, the interpreter has to settle the point.
  func run(_ memory: ProgramMemory, into result: UnsafeMutablePointer<Double>) -> Bool {
    guard program.run(memory), isBounded(memory) else { return false }
    let n = order
    let count = products.count
    withUnsafeTemporaryAllocation(of: UnsafePointer<Double>?.self, capacity: 2 * count) { sides in
      for (i, product) in products.enumerated() {
        sides[i] = UnsafePointer(memory[product.left])
        sides[count + i] = UnsafePointer(memory[product.right])
      }
      loss_sum_outer_products(
        sides.baseAddress, sides.baseAddress.map { $0 + count }, count, result, n, n)
    }
    for diagonal in diagonals {
      let entries = memory[diagonal.entries]
      for (e, place) in diagonal.places.enumerated() where place >= 0 {
        result[Int(place) &* n &+ e] += entries[e]
      }
    }
    return true
  }

  /// Whether all vectors are finite, and so small that no sum of their products overflows: far
  /// fewer numbers than the Hessian's own.
  private func isBounded(_ memory: ProgramMemory) -> Bool {
    func isBounded(_ place: Operand) -> Bool {
      // nan is not below anything.
      loss_dot(memory[place], memory[place], order) < 1e290
    }
    return products.allSatisfy { isBounded($0.left) && isBounded($0.right) }
      && diagonals.allSatisfy { isBounded($0.entries) }
  }
}

/// The Hessian of a function, compiled when it is first asked for.
final class LazyHessian: @unchecked Sendable {  // Written once, before it is known.
  private let isKnown = Atomic<Bool>(false)
  private let making = Mutex<Void>(())
  private var hessian: CompiledHessian?

  func compiled(_ make: () -> CompiledHessian?) -> CompiledHessian? {
    // Without the lock once it is known: threads that share a function need not wait for each other.
    if isKnown.load(ordering: .acquiring) { return hessian }
    return making.withLock { _ in
      if isKnown.load(ordering: .acquiring) { return hessian }
      hessian = make()
      isKnown.store(true, ordering: .releasing)
      return hessian
    }
  }
}
