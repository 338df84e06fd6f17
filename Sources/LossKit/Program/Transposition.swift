/// Reverse mode: the transpose of a linear graph.
///
/// The rules of the primitives are those of forward mode. Recorded with a symbolic tangent they give
/// a graph that is linear in it, made of a handful of linear operations; each is transposed here, so
/// that one sweep from the result back gives the derivative by every element. A primitive has no
/// second rule.
struct Transposition {
  private let graph: Graph
  private let seed: UInt8
  /// What each node passes on to the result, as the parts that are known so far.
  private var parts: [Int: [Part]] = [:]

  private enum Place {
    case whole
    case from(Int)
    case table(Int)
  }

  private struct Part {
    let place: Place
    let node: Int
  }

  /// The derivative of a node that is linear in a seed, times an adjoint of the node's size.
  ///
  /// - Returns: a node of the seed's size; `nil` where the node does not depend on the seed.
  static func adjoint(of result: Int, bySeed seed: Int, in graph: Graph, from adjoint: Int) throws
    -> [Int: Int]
  {
    var transposition = Transposition(graph: graph, seed: 1 << seed)
    transposition.add(.whole, adjoint, to: result)
    return try transposition.sweep(from: result)
  }

  private init(graph: Graph, seed: UInt8) {
    self.graph = graph
    self.seed = seed
  }

  /// The adjoints of the seed's nodes, by their operands.
  private mutating func sweep(from result: Int) throws -> [Int: Int] {
    var found: [Int: Int] = [:]
    for id in stride(from: result, through: 0, by: -1) {
      guard let own = parts.removeValue(forKey: id), varies(id) else { continue }
      let adjoint = try joined(own, graph.nodes[id])
      if case .seed = graph.nodes[id].operation {
        found[id] = adjoint
      } else {
        try pass(adjoint, through: id)
      }
    }
    return found
  }

  private func varies(_ id: Int) -> Bool { graph.nodes[id].seeds & seed != 0 }

  private mutating func add(_ place: Place, _ node: Int, to operand: Int) {
    parts[operand, default: []].append(Part(place: place, node: node))
  }

  /// The sum of all that was passed to a node.
  private func joined(_ own: [Part], _ node: Graph.Node) throws -> Int {
    var whole: Int?
    var offsets: [Int] = []
    var pieces: [Int] = []
    for part in own {
      switch part.place {
      case .whole:
        let full = try graph.filled(part.node, node.extents)
        whole = try whole.map { try graph.zip(Add.self, $0, full, extents: node.extents) } ?? full
      case .from(let offset):
        offsets.append(offset)
        pieces.append(part.node)
      case .table(let table):
        let scattered = try graph.node(.scatter(table: table), [part.node], node.extents)
        whole =
          try whole.map { try graph.zip(Add.self, $0, scattered, extents: node.extents) }
          ?? scattered
      }
    }
    if pieces.isEmpty { return try whole ?? graph.number(0) }
    if let whole {
      offsets.append(0)
      pieces.append(whole)
    }
    return try graph.node(.assemble(offsets: offsets), pieces, node.extents)
  }

  // MARK: The linear operations

  private mutating func pass(_ c: Int, through id: Int) throws {
    let node = graph.nodes[id]
    let operands = node.operands
    switch node.operation {
    case .map(let function):
      guard function.id == .type(ObjectIdentifier(Negate.self)) else { throw Untraceable() }
      try pass(graph.map(Negate.self, c), node, to: operands[0])
    case .zip(let function): try pass(c, through: function, node)
    case .select:
      let zero = try graph.number(0)
      if varies(operands[1]) {
        try pass(
          graph.select(operands[0], c, zero, extents: node.extents), node, to: operands[1])
      }
      if varies(operands[2]) {
        try pass(
          graph.select(operands[0], zero, c, extents: node.extents), node, to: operands[2])
      }
    case .view(let offset, let strides):
      try pass(c, throughView: offset, strides, node.extents, to: operands[0])
    case .copy: add(.whole, c, to: operands[0])
    case .gather(let table): add(.table(table), try filled(c, node), to: operands[0])
    case .scatter(let table):
      add(
        .whole,
        try graph.node(.gather(table: table), [filled(c, node)], graph.extents(operands[0])),
        to: operands[0])
    case .assemble(let offsets):
      for (operand, offset) in Swift.zip(operands, offsets) where varies(operand) {
        add(
          .whole, try graph.slice(filled(c, node), offset, extents: graph.extents(operand)),
          to: operand)
      }
    case .sumRows:
      add(.whole, try alongRows(c, of: operands[0]), to: operands[0])
    case .sumColumns:
      let rows = graph.size(operands[0]) / max(node.size, 1)
      add(
        .whole,
        try graph.view(filled(c, node), strides: [0, 1], extents: [rows, node.size]),
        to: operands[0])
    case .dotRows:
      let (a, b) = (operands[0], operands[1])
      if varies(a) { add(.whole, try scaled(b, byRow: c), to: a) }
      if varies(b) { add(.whole, try scaled(a, byRow: c), to: b) }
    case .matrixProduct(let form): try pass(filled(c, node), through: form, operands)
    case .pick:
      add(
        .whole,
        try graph.node(
          .place, [operands[0], filled(c, node)], graph.extents(operands[1])), to: operands[1])
    case .place:
      add(
        .whole, try graph.node(.pick, [operands[0], filled(c, node)], graph.extents(operands[1])),
        to: operands[1])
    case .pickEach:
      add(
        .whole,
        try graph.node(
          .placeEach, [operands[0], filled(c, node)], graph.extents(operands[1])), to: operands[1])
    case .placeEach:
      add(
        .whole,
        try graph.node(.pickEach, [operands[0], filled(c, node)], graph.extents(operands[1])),
        to: operands[1])
    case .runningSum(let isReversed):
      add(
        .whole,
        try graph.node(.runningSum(isReversed: !isReversed), [filled(c, node)], node.extents),
        to: operands[0])
    case .recurrence(let isReversed):
      if varies(operands[0]) { throw Untraceable() }
      add(
        .whole,
        try graph.node(
          .recurrence(isReversed: !isReversed), [operands[0], filled(c, node)], node.extents),
        to: operands[1])
    default: throw Untraceable()
    }
  }

  private func filled(_ c: Int, _ node: Graph.Node) throws -> Int {
    try graph.filled(c, node.extents)
  }

  /// One number for each row, repeated along it.
  private func alongRows(_ c: Int, of rows: Int) throws -> Int {
    if graph.size(c) == 1 { return c }
    return try graph.view(
      c, strides: [1, 0], extents: [graph.size(c), graph.size(rows) / graph.size(c)])
  }

  private func scaled(_ x: Int, byRow c: Int) throws -> Int {
    try graph.zip(ChainProduct.self, x, alongRows(c, of: x), extents: graph.extents(x))
  }

  /// An adjoint of the node's size, to an operand of that size or of one element.
  private mutating func pass(_ c: Int, _ node: Graph.Node, to operand: Int) throws {
    if graph.size(operand) == 1, node.size > 1 {
      add(.whole, try total(filled(c, node)), to: operand)
    } else {
      add(.whole, c, to: operand)
    }
  }

  /// The sum of all elements.
  private func total(_ c: Int) throws -> Int {
    let n = graph.size(c)
    if case .zip(let function) = graph.nodes[c].operation, function.isProduct {
      let (a, b) = (graph.nodes[c].operands[0], graph.nodes[c].operands[1])
      if graph.size(a) == n, graph.size(b) == n {
        return try graph.node(.dotRows, [try flat(a), try flat(b)], [])
      }
    }
    return try graph.node(.sumRows, [try flat(c)], [])
  }

  private func flat(_ x: Int) throws -> Int {
    let n = graph.size(x)
    return try graph.labelled(x, extents: [n])
  }

  private mutating func pass(_ c: Int, through function: ZipFunction, _ node: Graph.Node) throws {
    let (a, b) = (node.operands[0], node.operands[1])
    switch function.id {
    case .type(ObjectIdentifier(Add.self)):
      if varies(a) { try pass(c, node, to: a) }
      if varies(b) { try pass(c, node, to: b) }
    case .type(ObjectIdentifier(Subtract.self)):
      if varies(a) { try pass(c, node, to: a) }
      if varies(b) { try pass(graph.map(Negate.self, c), node, to: b) }
    case _ where function.isProduct:
      if varies(a), varies(b) { throw Untraceable() }
      let (t, other) = varies(a) ? (a, b) : (b, a)
      try pass(graph.zip(ChainProduct.self, other, c, extents: node.extents), node, to: t)
    case .type(ObjectIdentifier(Divide.self)), .type(ObjectIdentifier(ChainQuotient.self)):
      if varies(b) { throw Untraceable() }
      try pass(graph.zip(ChainQuotient.self, c, b, extents: node.extents), node, to: a)
    default: throw Untraceable()
    }
  }

  private mutating func pass(
    _ c: Int, throughView offset: Int, _ strides: [Int], _ extents: [Int], to base: Int
  ) throws {
    // Sums over the axes along which one element is read several times.
    var (c, strides, extents) = (try graph.filled(c, extents), strides, extents)
    if graph.size(base) == 1 {
      add(.whole, try total(c), to: base)
      return
    }
    while let last = strides.last, last == 0 || extents.last == 1 {
      if extents[extents.count - 1] != 1 {
        c = try graph.node(.sumRows, [c], Array(extents.dropLast()))
      } else {
        c = try graph.slice(c, 0, extents: Array(extents.dropLast()))
      }
      strides.removeLast()
      extents.removeLast()
    }
    while let first = strides.first, first == 0 || extents.first == 1 {
      if extents[0] != 1 {
        c = try graph.node(.sumColumns, [c], Array(extents.dropFirst()))
      } else {
        c = try graph.slice(c, 0, extents: Array(extents.dropFirst()))
      }
      strides.removeFirst()
      extents.removeFirst()
    }
    if graph.isRowMajor(strides, extents) {
      add(offset == 0 && graph.size(c) == graph.size(base) ? .whole : .from(offset), c, to: base)
      return
    }
    while let repeated = strides.firstIndex(of: 0) {
      // An axis between others: moved to the end, to be summed along.
      let own = rowMajorStrides(of: extents)
      let order = extents.indices.filter { $0 != repeated } + [repeated]
      c = try graph.view(c, strides: order.map { own[$0] }, extents: order.map { extents[$0] })
      strides.remove(at: repeated)
      let length = extents.remove(at: repeated)
      c =
        length == 1
        ? try graph.slice(c, 0, extents: extents) : try graph.node(.sumRows, [c], extents)
    }
    // The axes in the order of memory: a transpose is undone, anything else is scattered.
    let order = strides.indices.sorted { strides[$0] > strides[$1] }
    let sorted = order.map { extents[$0] }
    if graph.isRowMajor(order.map { strides[$0] }, sorted) {
      let own = rowMajorStrides(of: extents)
      let moved = try graph.view(c, strides: order.map { own[$0] }, extents: sorted)
      add(
        offset == 0 && graph.size(c) == graph.size(base) ? .whole : .from(offset), moved, to: base)
      return
    }
    guard graph.size(base) < Int(Int32.max) else { throw Untraceable() }
    var places: [Int32] = []
    StridedWalk(extents: extents, strides: [strides]).forEachPlace {
      places.append(Int32(offset + $0))
    }
    add(.table(try graph.table(places)), c, to: base)
  }

  private mutating func pass(_ c: Int, through form: MatrixForm, _ operands: [Int]) throws {
    let (a, b) = (operands[0], operands[1])
    if varies(a) {
      // a = c bᵀ, or its transpose.
      let product =
        form.isLeftTransposed
        ? try graph.node(
          .matrixProduct(
            MatrixForm(
              rows: form.inner, inner: form.columns, columns: form.rows,
              isLeftTransposed: form.isRightTransposed, isRightTransposed: true)), [b, c],
          graph.extents(a))
        : try graph.node(
          .matrixProduct(
            MatrixForm(
              rows: form.rows, inner: form.columns, columns: form.inner, isLeftTransposed: false,
              isRightTransposed: !form.isRightTransposed)), [c, b], graph.extents(a))
      add(.whole, product, to: a)
    }
    if varies(b) {
      // b = aᵀ c, or its transpose.
      let product =
        form.isRightTransposed
        ? try graph.node(
          .matrixProduct(
            MatrixForm(
              rows: form.columns, inner: form.rows, columns: form.inner, isLeftTransposed: true,
              isRightTransposed: form.isLeftTransposed)), [c, a], graph.extents(b))
        : try graph.node(
          .matrixProduct(
            MatrixForm(
              rows: form.inner, inner: form.rows, columns: form.columns,
              isLeftTransposed: !form.isLeftTransposed, isRightTransposed: false)), [a, c],
          graph.extents(b))
      add(.whole, product, to: b)
    }
  }
}

extension ZipFunction {
  /// Whether it multiplies.
  var isProduct: Bool {
    switch id {
    case .type(ObjectIdentifier(Multiply.self)), .type(ObjectIdentifier(ChainProduct.self)),
      .type(ObjectIdentifier(AbsentProduct.self)):
      true
    default: false
    }
  }
}

extension StridedWalk {
  /// Calls `body` with the offset of each place in order.
  func forEachPlace(_ body: (Int) -> Void) {
    let step = strides[0][extents.count - 1]
    forEachRun { _, offsets, length in
      for i in 0..<length { body(offsets[0] + i * step) }
      return true
    }
  }
}
