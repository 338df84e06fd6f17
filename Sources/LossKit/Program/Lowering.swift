/// Makes a program of the nodes of a graph that its results need.
///
/// Every array that is computed gets a place of its own in the workspace, or, where it is a part of
/// the gradient, there at once. Views are read where they lie. What one kernel computes together
/// (log-sum-exp with its weights, softplus with its slope) is one instruction.
struct Lowering {
  let graph: Graph
  /// The size of a place in the workspace is a multiple of this: a vector load just after stores to
  /// a part of it would wait for them.
  private static let alignment = 8

  var instructions: [Instruction] = []
  var constants: [Double] = []
  var walks: [StridedWalk] = []
  var functions: [MapFunction] = []
  var zipFunctions: [ZipFunction] = []
  var forms: [MatrixForm] = []
  var workspaceSize = 0
  /// What has to be finite if the results are.
  var checks: [Program.Check] = []

  /// Where the elements of the nodes that were computed lie.
  var places: [Int: Operand] = [:]
  var isNeeded: [Bool]
  /// The nodes that the program is for.
  var roots: Set<Int> = []
  /// Where the factors of weights lie that are relative to their chunks.
  var chunkFactors: [Int: Operand] = [:]
  /// Where a node's elements are wanted, if it computes any.
  private var wanted: [Int: Operand] = [:]

  init(graph: Graph) {
    self.graph = graph
    isNeeded = Array(repeating: false, count: graph.nodes.count)
  }

  /// Lowers what the results need.
  ///
  /// - Parameters:
  ///   - outputs: nodes whose elements belong at places of the gradient.
  ///   - guards: conditions to watch.
  /// - Returns: where the value will be.
  mutating func lower(value: Int, outputs: [(node: Int, place: Operand)], guards: [Graph.Guard])
    throws -> Operand
  {
    roots = Set(outputs.map(\.node) + guards.flatMap(\.nodes))
    need(value)
    for output in outputs { need(output.node) }
    for condition in guards { for node in condition.nodes { need(node) } }
    for output in outputs { want(output.node, at: output.place) }
    for id in graph.nodes.indices where isNeeded[id] {
      if places[id] == nil { try emit(id) }
    }
    for output in outputs {
      copyIfElsewhere(output.node, to: output.place)
      check(output.node, at: output.place)
    }
    for condition in guards { emit(condition) }
    let place = try contiguous(value)
    checks.append(Program.Check(place: place, count: 1))
    return place
  }

  /// Lowers what some nodes need; returns where each will be.
  mutating func lower(roots: [Int], guards: [Graph.Guard]) throws -> [Operand] {
    self.roots = Set(roots + guards.flatMap(\.nodes))
    for id in roots { need(id) }
    for condition in guards { for node in condition.nodes { need(node) } }
    for id in roots where graph.nodes[id].isComputed && wanted[id] == nil {
      want(id, at: reserve(graph.size(id)))
    }
    for id in graph.nodes.indices where isNeeded[id] {
      if places[id] == nil { try emit(id) }
    }
    for condition in guards { emit(condition) }
    return try roots.map { try contiguous($0) }
  }

  /// Watches that a part of the gradient is finite; of weights times one number it is that number.
  private mutating func check(_ id: Int, at place: Operand) {
    // Not by recursion: sums of parts may lie deep in one another.
    var open = [(id, place)]
    while let (id, place) = open.popLast() {
      let node = graph.nodes[id]
      if case .assemble(let offsets) = node.operation,
        !overlapping(node.operands, offsets).contains(true)
      {
        for (part, offset) in zip(node.operands, offsets) {
          var inner = place
          inner.offset += offset
          open.append((part, inner))
        }
      } else if let factor = factorOfWeights(node) {
        checks.append(Program.Check(place: factor, count: 1))
      } else {
        checks.append(Program.Check(place: place, count: node.size))
      }
    }
  }

  /// The number that weights, which lie between 0 and 1, are multiplied by.
  private mutating func factorOfWeights(_ node: Graph.Node) -> Operand? {
    guard case .zip(let function) = node.operation, function.isProduct, node.size > 1,
      case .weights = graph.nodes[node.operands[0]].operation, graph.size(node.operands[1]) == 1
    else { return nil }
    return try? contiguous(node.operands[1])
  }

  private mutating func need(_ id: Int) {
    var open = [id]
    while let id = open.popLast() {
      if isNeeded[id] { continue }
      isNeeded[id] = true
      open += graph.nodes[id].operands
    }
  }

  // MARK: Places

  mutating func reserve(_ count: Int) -> Operand {
    defer {
      workspaceSize += (count + Lowering.alignment - 1) / Lowering.alignment * Lowering.alignment
    }
    return Operand(base: .workspace, offset: workspaceSize)
  }

  /// Where a node writes: where it is wanted, else in the workspace.
  mutating func destination(_ id: Int) -> Operand {
    let place = wanted[id] ?? reserve(graph.size(id))
    places[id] = place
    return place
  }

  mutating func append(_ constant: Tensor) -> Operand {
    let place = Operand(base: .constants, offset: constants.count)
    constants.append(contentsOf: constant.elements)
    return place
  }

  /// Lets a node compute its elements where they are wanted; of a sum of parts, each part its own.
  private mutating func want(_ id: Int, at place: Operand) {
    // Not by recursion: sums of parts may lie deep in one another.
    var open = [(id, place)]
    while let (id, place) = open.popLast() {
      let node = graph.nodes[id]
      guard node.isComputed, wanted[id] == nil else { continue }
      wanted[id] = place
      guard case .assemble(let offsets) = node.operation else { continue }
      let overlapping = overlapping(node.operands, offsets)
      for (i, part) in node.operands.enumerated() where !overlapping[i] {
        var inner = place
        inner.offset += offsets[i]
        open.append((part, inner))
      }
    }
  }

  /// Which parts are added to elements that another part is added to as well.
  func overlapping(_ parts: [Int], _ offsets: [Int]) -> [Bool] {
    var result = [Bool](repeating: false, count: parts.count)
    var end = 0
    var furthest: Int?
    for part in parts.indices.sorted(by: { (offsets[$0], $0) < (offsets[$1], $1) }) {
      if let furthest, offsets[part] < end {
        result[part] = true
        result[furthest] = true
      }
      let own = offsets[part] + graph.size(parts[part])
      if furthest == nil || own > end {
        end = own
        furthest = part
      }
    }
    return result
  }

  private mutating func copyIfElsewhere(_ id: Int, to place: Operand) {
    if let own = places[id], own.base == place.base, own.offset == place.offset { return }
    guard let source = try? contiguous(id) else { return }
    instructions.append(
      Instruction(code: .copy, a: source, out: place, count: graph.size(id)))
  }

  // MARK: Operands

  /// The elements of a node one after another.
  mutating func contiguous(_ id: Int) throws -> Operand {
    if let place = places[id] { return place }
    let node = graph.nodes[id]
    switch node.operation {
    case .input(let offset): return Operand(base: .point, offset: offset)
    case .constant(let index):
      places[id] = append(graph.constants[index])
    case .number(let bits):
      places[id] = Operand(base: .constants, offset: constants.count)
      constants.append(Double(bitPattern: bits))
    case .view(let offset, let strides):
      var source = try contiguous(node.operands[0])
      source.offset += offset
      if graph.isRowMajor(strides, node.extents) { return source }
      let walk = StridedWalk(extents: node.extents, strides: [strides])
      walks.append(walk)
      let place = reserve(node.size)
      places[id] = place
      instructions.append(
        Instruction(
          code: .copyEvenly, a: source, out: place, count: node.size, index: walks.count - 1))
    default: throw Untraceable()
    }
    return places[id] ?? Operand()
  }

  /// An operand of an elementwise instruction with `count` elements.
  mutating func elements(_ id: Int, count: Int) throws -> Operand {
    let node = graph.nodes[id]
    if node.size == 1, count != 1 {
      var operand = try contiguous(id)
      operand.reading = .one
      return operand
    }
    guard case .view(let offset, let strides) = node.operation, places[id] == nil else {
      return try contiguous(id)
    }
    let walk = StridedWalk(extents: node.extents, strides: [strides])
    let steps = walk.strides[0]
    var operand = try contiguous(node.operands[0])
    operand.offset += offset
    guard walk.extents.allSatisfy({ $0 <= Int(UInt32.max) }) else { return try contiguous(id) }
    switch (walk.extents.count, steps) {
    case (1, [1]): return operand
    case (1, [0]):
      operand.reading = .one
      return operand
    case (2, [1, 0]):
      operand.reading = .perRow
      operand.period = UInt32(walk.extents[1])
      return operand
    case (2, [0, 1]):
      operand.reading = .perColumn
      operand.period = UInt32(walk.extents[1])
      return operand
    default: return try contiguous(id)
    }
  }

  /// Two operands: where each repeats with another period, the second is laid out.
  mutating func elements(_ a: Int, _ b: Int, count: Int) throws -> (Operand, Operand) {
    let first = try elements(a, count: count)
    let second = try elements(b, count: count)
    let periods = [first, second].filter { $0.reading == .perRow || $0.reading == .perColumn }
    if periods.count == 2, first.period != second.period {
      return (first, try contiguous(b))
    }
    return (first, second)
  }
}

extension Graph.Node {
  /// Whether the node has elements of its own: not where it only names elements that lie elsewhere.
  var isComputed: Bool {
    switch operation {
    case .input, .seed, .number, .constant, .view: false
    default: true
    }
  }
}

extension Graph.Guard {
  var nodes: [Int] {
    switch self {
    case .tie(let a, let b): [a, b]
    case .tieInRows(let x), .isSet(let x): [x]
    }
  }
}
