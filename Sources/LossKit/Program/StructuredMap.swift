/// A linear map from directions to the elements of a node, as a few diagonals and outer products.
///
/// The seeds of all directions together are the identity. An elementwise function keeps a diagonal
/// diagonal, a reduction makes it one number for each direction, and what depends on such a number
/// is an outer product; so a Hessian is computed from a handful of vectors instead of a matrix for
/// every step on the way.
struct StructuredMap {
  /// Element e is `entries[e]` times the direction at its place; no direction at place -1.
  struct Diagonal {
    /// Of the node's size, or one number.
    var entries: Int
    var places: [Int32]
  }

  /// Element e is `left[d] right[e]` along direction d.
  struct OuterProduct {
    /// One element for each direction.
    var left: Int
    /// Of the node's size, or one number.
    var right: Int
  }

  var diagonals: [Diagonal] = []
  var products: [OuterProduct] = []
}

/// Follows a graph that is linear in a seed along all directions at once.
struct StructuredMaps {
  let graph: Graph
  let seed: UInt8
  /// Where the directions of each seed node begin among all.
  let starts: [Int: Int]
  let directions: Int
  private var known: [Int: StructuredMap] = [:]

  init(graph: Graph, seed: Int, starts: [Int: Int], directions: Int) {
    self.graph = graph
    self.seed = 1 << seed
    self.starts = starts
    self.directions = directions
  }

  /// The map of a node; throws where it has no such structure.
  mutating func map(of id: Int) throws -> StructuredMap {
    guard graph.nodes[id].seeds & seed != 0 else { return StructuredMap() }
    // In the order of evaluation, so that no chain of nodes is too long for the stack.
    var open = [id]
    var needed: Set<Int> = []
    while let next = open.popLast() {
      if known[next] != nil || !needed.insert(next).inserted { continue }
      open += graph.nodes[next].operands.filter { graph.nodes[$0].seeds & seed != 0 }
    }
    for next in needed.sorted() { known[next] = simplified(try computed(next)) }
    guard let result = known[id] else { throw Untraceable() }
    return result
  }

  private func operand(_ id: Int) -> StructuredMap { known[id] ?? StructuredMap() }
  private func varies(_ id: Int) -> Bool { graph.nodes[id].seeds & seed != 0 }

  private func computed(_ id: Int) throws -> StructuredMap {
    let node = graph.nodes[id]
    let operands = node.operands
    switch node.operation {
    case .seed:
      guard let start = starts[id] else { throw Untraceable() }
      let places = (start..<start + node.size).map(Int32.init)
      return StructuredMap(diagonals: [.init(entries: try graph.number(1), places: places)])
    case .map(let function):
      guard function.id == .type(ObjectIdentifier(Negate.self)) else { throw Untraceable() }
      return try scaled(operand(operands[0]), by: graph.number(-1), node.extents)
    case .zip(let function): return try zipped(function, node)
    case .select:
      let zero = try graph.number(0)
      let first = try transformed(spread(operands[1], node)) {
        try graph.select(operands[0], $0, zero, extents: node.extents)
      }
      let second = try transformed(spread(operands[2], node)) {
        try graph.select(operands[0], zero, $0, extents: node.extents)
      }
      return joined(first, second)
    case .view, .copy, .gather, .assemble: return try moved(node)
    case .sumRows, .dotRows: return try summed(node)
    case .pick where node.size == 1: return try picked(operands[0], operand(operands[1]))
    case .place where graph.size(operands[1]) == 1:
      var result = StructuredMap()
      for product in operand(operands[1]).products {
        let right = try graph.node(
          .place, [operands[0], graph.filled(product.right, [1])], node.extents)
        result.products.append(.init(left: product.left, right: right))
      }
      guard operand(operands[1]).diagonals.isEmpty else { throw Untraceable() }
      return result
    default: throw Untraceable()
    }
  }

  // MARK: Elementwise

  private func joined(_ a: StructuredMap, _ b: StructuredMap) -> StructuredMap {
    StructuredMap(diagonals: a.diagonals + b.diagonals, products: a.products + b.products)
  }

  /// The entries and right sides through an elementwise function of the node's size.
  private func transformed(_ map: StructuredMap, _ function: (Int) throws -> Int) throws
    -> StructuredMap
  {
    var result = map
    for i in result.diagonals.indices {
      result.diagonals[i].entries = try function(result.diagonals[i].entries)
    }
    for i in result.products.indices {
      result.products[i].right = try function(result.products[i].right)
    }
    return result
  }

  private func scaled(_ map: StructuredMap, by factor: Int, _ extents: [Int]) throws
    -> StructuredMap
  {
    try transformed(map) { entries in
      graph.size(entries) == 1 && graph.size(factor) == 1
        ? try graph.zip(Multiply.self, factor, entries, extents: [])
        : try graph.zip(Multiply.self, factor, entries, extents: extents)
    }
  }

  /// An operand's map, of which one element stands for all where the node has more.
  private func spread(_ id: Int, _ node: Graph.Node) -> StructuredMap {
    var result = operand(id)
    guard graph.size(id) == 1, node.size > 1 else { return result }
    for i in result.diagonals.indices {
      result.diagonals[i].places = Array(
        repeating: result.diagonals[i].places[0], count: node.size)
    }
    return result
  }

  private func zipped(_ function: ZipFunction, _ node: Graph.Node) throws -> StructuredMap {
    let (a, b) = (node.operands[0], node.operands[1])
    switch function.id {
    case .type(ObjectIdentifier(Add.self)): return joined(spread(a, node), spread(b, node))
    case .type(ObjectIdentifier(Subtract.self)):
      return joined(
        spread(a, node), try scaled(spread(b, node), by: graph.number(-1), node.extents))
    case _ where function.isProduct:
      if varies(a), varies(b) { throw Untraceable() }
      let (t, other) = varies(a) ? (a, b) : (b, a)
      return try scaled(spread(t, node), by: other, node.extents)
    case .type(ObjectIdentifier(Divide.self)), .type(ObjectIdentifier(ChainQuotient.self)):
      if varies(b) { throw Untraceable() }
      return try transformed(spread(a, node)) {
        try graph.zip(Divide.self, $0, b, extents: node.extents)
      }
    default: throw Untraceable()
    }
  }

  // MARK: Moves

  /// An operation that moves elements, applied to entries, places and right sides.
  private func moved(_ node: Graph.Node) throws -> StructuredMap {
    var result = StructuredMap()
    for (index, operand) in node.operands.enumerated() {
      let map = self.operand(operand)
      for diagonal in map.diagonals {
        let isUniform = graph.size(diagonal.entries) == 1
        result.diagonals.append(
          .init(
            entries: isUniform
              ? diagonal.entries : try moving(node, index, diagonal.entries),
            places: try moving(node, index, diagonal.places)))
      }
      for product in map.products {
        let isAll = graph.size(product.right) == 1 && node.isRearrangement
        result.products.append(
          .init(
            left: product.left,
            right: isAll
              ? product.right
              : try moving(
                node, index, graph.filled(product.right, graph.extents(operand)))))
      }
    }
    return result
  }

  /// The node with one operand replaced and nothing in place of the others.
  private func moving(_ node: Graph.Node, _ index: Int, _ x: Int) throws -> Int {
    switch node.operation {
    case .view(let offset, let strides):
      return try graph.view(
        graph.filled(x, graph.extents(node.operands[0])), offset: offset, strides: strides,
        extents: node.extents)
    case .copy: return x
    case .gather:
      return try graph.node(
        node.operation, [graph.filled(x, graph.extents(node.operands[0]))], node.extents)
    case .assemble(let offsets):
      return try graph.node(.assemble(offsets: [offsets[index]]), [x], node.extents)
    default: throw Untraceable()
    }
  }

  private func moving(_ node: Graph.Node, _ index: Int, _ places: [Int32]) throws -> [Int32] {
    switch node.operation {
    case .view(let offset, let strides):
      var result: [Int32] = []
      StridedWalk(extents: node.extents, strides: [strides]).forEachPlace {
        result.append(places[offset + $0])
      }
      return result
    case .copy: return places
    case .gather(let table):
      return graph.tables[table].map { $0 < 0 ? -1 : places[Int($0)] }
    case .assemble(let offsets):
      var result = [Int32](repeating: -1, count: node.size)
      for (i, place) in places.enumerated() { result[offsets[index] + i] = place }
      return result
    default: throw Untraceable()
    }
  }

  // MARK: Reductions

  /// A sum of all elements: a diagonal becomes one number for each direction.
  private func summed(_ node: Graph.Node) throws -> StructuredMap {
    guard node.size == 1 else { throw Untraceable() }
    let isProduct = node.operands.count == 2
    let t = node.operands.first(where: varies) ?? node.operands[0]
    if isProduct, node.operands.allSatisfy(varies) { throw Untraceable() }
    let n = graph.size(t)
    var weights: Int?
    if isProduct { weights = node.operands[0] == t ? node.operands[1] : node.operands[0] }
    var result = StructuredMap()
    let one = try graph.number(1)
    for diagonal in operand(t).diagonals {
      var entries = diagonal.entries
      if let weights { entries = try graph.zip(Multiply.self, weights, entries, extents: [n]) }
      result.products.append(
        .init(left: try perDirection(graph.filled(entries, [n]), diagonal.places), right: one))
    }
    for product in operand(t).products {
      let right = try graph.filled(product.right, [n])
      let total =
        if let weights {
          try graph.node(
            .dotRows,
            [graph.labelled(weights, extents: [n]), graph.labelled(right, extents: [n])], [])
        } else { try graph.node(.sumRows, [graph.labelled(right, extents: [n])], []) }
      result.products.append(
        .init(left: try graph.zip(Multiply.self, product.left, total), right: one))
    }
    return result
  }

  /// Elements added at the places of their directions.
  private func perDirection(_ entries: Int, _ places: [Int32]) throws -> Int {
    if let first = places.first, first >= 0,
      places.enumerated().allSatisfy({ $1 == first + Int32($0) })
    {
      if places.count == directions { return try graph.labelled(entries, extents: [directions]) }
      return try graph.node(.assemble(offsets: [Int(first)]), [entries], [directions])
    }
    return try graph.node(.scatter(table: graph.table(places)), [entries], [directions])
  }

  private func picked(_ place: Int, _ map: StructuredMap) throws -> StructuredMap {
    var result = StructuredMap()
    let one = try graph.number(1)
    for diagonal in map.diagonals {
      let extents = [diagonal.places.count]
      let entries = try graph.filled(diagonal.entries, extents)
      let entry = try graph.node(.pick, [place, graph.labelled(entries, extents: extents)], [])
      let alone = try graph.node(.place, [place, entry], extents)
      result.products.append(.init(left: try perDirection(alone, diagonal.places), right: one))
    }
    for product in map.products {
      let right =
        graph.size(product.right) == 1
        ? product.right : try graph.node(.pick, [place, product.right], [])
      result.products.append(
        .init(left: try graph.zip(Multiply.self, product.left, right), right: one))
    }
    return result
  }

  // MARK: Simplification

  /// Outer products with the same right side are one.
  private func simplified(_ map: StructuredMap) -> StructuredMap {
    var result = map
    result.products = []
    for product in map.products {
      let own = (try? withoutFactor(product)) ?? product
      if let same = result.products.firstIndex(where: { $0.right == own.right }),
        let left = try? graph.zip(Add.self, result.products[same].left, own.left)
      {
        result.products[same].left = left
      } else {
        result.products.append(own)
      }
    }
    return result
  }

  /// Signs and single numbers moved from the right side to the left.
  private func withoutFactor(_ product: StructuredMap.OuterProduct) throws
    -> StructuredMap.OuterProduct
  {
    var result = product
    while true {
      let right = graph.nodes[result.right]
      switch right.operation {
      case .map(let function) where function.id == .type(ObjectIdentifier(Negate.self)):
        result = .init(left: try graph.map(Negate.self, result.left), right: right.operands[0])
      case .zip(let function) where function.isProduct && right.size > 1:
        let (a, b) = (right.operands[0], right.operands[1])
        if graph.size(b) == 1 {
          result = .init(left: try graph.zip(Multiply.self, result.left, b), right: a)
        } else if graph.size(a) == 1 {
          result = .init(left: try graph.zip(Multiply.self, result.left, a), right: b)
        } else {
          return result
        }
      default: return result
      }
    }
  }
}

extension Graph.Node {
  /// Whether every element is one of the operand's, so that one number stands for all of both.
  var isRearrangement: Bool {
    switch operation {
    case .view, .copy: true
    default: false
    }
  }
}
