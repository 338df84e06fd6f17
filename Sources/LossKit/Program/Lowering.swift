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
  private var places: [Int: Operand] = [:]
  private(set) var isNeeded: [Bool]
  /// The nodes that the program is for.
  private var roots: Set<Int> = []
  /// Where the factors of weights lie that are relative to their chunks.
  private var chunkFactors: [Int: Operand] = [:]
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

  private mutating func append(_ constant: Tensor) -> Operand {
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
  private func overlapping(_ parts: [Int], _ offsets: [Int]) -> [Bool] {
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

  // MARK: Instructions

  private mutating func emit(_ id: Int) throws {
    let node = graph.nodes[id]
    let operands = node.operands
    switch node.operation {
    case .input, .number, .constant, .view: return
    case .seed: throw Untraceable()
    case .map(let function): try emitMap(function, id, operands[0])
    case .zip(let function):
      if let factors = chunkFactors[operands[0]] {
        let (weights, number) = (try contiguous(operands[0]), try contiguous(operands[1]))
        instructions.append(
          Instruction(
            code: .scaleChunks, a: weights, b: number, c: factors, out: destination(id),
            count: node.size))
        return
      }
      let (a, b) = try elements(operands[0], operands[1], count: node.size)
      let kernel = ZipKernel(function)
      if kernel == .scalar { zipFunctions.append(function) }
      instructions.append(
        Instruction(
          code: .zip, zipKernel: kernel, a: a, b: b, out: destination(id), count: node.size,
          index: zipFunctions.count - 1))
    case .select:
      let mask = try elements(operands[0], count: node.size)
      let (a, b) = try elements(operands[1], operands[2], count: node.size)
      instructions.append(
        Instruction(
          code: .select, a: a, b: b, c: mask, out: destination(id), count: node.size))
    case .copy:
      let source = try contiguous(operands[0])
      instructions.append(
        Instruction(code: .copy, a: source, out: destination(id), count: node.size))
    case .gather(let table):
      let source = try contiguous(operands[0])
      instructions.append(
        Instruction(
          code: .gather, a: source, out: destination(id), count: node.size, index: table))
    case .scatter(let table):
      let source = try contiguous(operands[0])
      let out = destination(id)
      instructions.append(Instruction(code: .fill, out: out, count: node.size))
      instructions.append(
        Instruction(
          code: .scatter, a: source, out: out, count: graph.size(operands[0]), index: table))
    case .assemble(let offsets): try emitAssembly(id, operands, offsets)
    case .sumRows: try emitRows(.sumRows, id, operands)
    case .sumColumns: try emitRows(.sumColumns, id, operands)
    case .dotRows: try emitRows(.dotRows, id, operands)
    case .largestPlace: try emitRows(.largestPlace, id, operands)
    case .pick: try emitChoice(.pick, id, operands, length: graph.size(operands[1]) / node.size)
    case .place: try emitChoice(.place, id, operands, length: node.size / graph.size(operands[1]))
    case .logSumExp, .weights, .weightScale: try emitLogSumExp(operands)
    case .matrixProduct(let form):
      let (a, b) = (try contiguous(operands[0]), try contiguous(operands[1]))
      forms.append(form)
      instructions.append(
        Instruction(
          code: .matrixProduct, a: a, b: b, out: destination(id), count: node.size,
          index: forms.count - 1))
    case .crossEntropy(let table), .crossEntropyWeights(let table):
      try emitCrossEntropy(operands[0], table)
    case .crossEntropyAt, .crossEntropyWeightsAt: try emitCrossEntropyAt(operands)
    case .order: try emitAlongRows(.order, id, operands)
    case .pickEach, .placeEach: try emitChoices(node.operation == .pickEach, id, operands)
    case .runningSum(let isReversed):
      try emitAlongRows(isReversed ? .runningSumFromEnd : .runningSum, id, operands)
    case .runningProduct: try emitAlongRows(.runningProduct, id, operands)
    case .runningLogSumExp: try emitAlongRows(.runningLogSumExp, id, operands)
    case .recurrence(let isReversed):
      try emitAlongRows(isReversed ? .recurrenceFromEnd : .recurrence, id, operands)
    }
  }

  private mutating func emitMap(_ function: MapFunction, _ id: Int, _ x: Int) throws {
    let source = try elements(x, count: graph.size(id))
    let kernel = MapKernel(function)
    let other: MapFunction? =
      switch kernel {
      case .softplus: MapFunction(Sigmoid.self)
      case .sigmoid: MapFunction(Softplus.self)
      default: nil
      }
    let operand = source.reading == .each ? source : try contiguous(x)
    if let other, let twin = graph.existing(.map(other), [x], graph.extents(id)), isNeeded[twin],
      places[twin] == nil
    {
      let (value, slope) = kernel == .softplus ? (id, twin) : (twin, id)
      instructions.append(
        Instruction(
          code: .softplusAndSlope, a: operand, out: destination(value), out2: destination(slope),
          count: graph.size(id)))
      return
    }
    if kernel == .scalar { functions.append(function) }
    instructions.append(
      Instruction(
        code: .map, mapKernel: kernel, a: operand, out: destination(id), count: graph.size(id),
        index: functions.count - 1))
  }

  private mutating func emitRows(_ code: Instruction.Code, _ id: Int, _ operands: [Int]) throws {
    let a = try contiguous(operands[0])
    let b = operands.count > 1 ? try contiguous(operands[1]) : Operand()
    instructions.append(
      Instruction(
        code: code, a: a, b: b, out: destination(id), count: graph.size(id),
        length: graph.size(operands[0]) / graph.size(id)))
  }

  private mutating func emitChoice(
    _ code: Instruction.Code, _ id: Int, _ operands: [Int], length: Int
  ) throws {
    let (place, x) = (try contiguous(operands[0]), try contiguous(operands[1]))
    instructions.append(
      Instruction(
        code: code, a: place, b: x, out: destination(id), count: graph.size(operands[0]),
        length: length))
  }

  private mutating func emitLogSumExp(_ operands: [Int]) throws {
    let x = try contiguous(operands[0])
    let k = try contiguous(operands[1])
    func needed(_ operation: GraphOperation) -> Int? {
      graph.nodes.indices.first {
        isNeeded[$0] && graph.nodes[$0].operation == operation
          && graph.nodes[$0].operands == operands
      }
    }
    let (value, weights, scale) = (needed(.logSumExp), needed(.weights), needed(.weightScale))
    let rows = graph.size(value ?? scale ?? operands[0])
    let out = value.map { destination($0) } ?? Operand()
    let out2 = weights.map { destination($0) } ?? Operand()
    let out3 = scale.map { destination($0) } ?? Operand()
    // Where nobody asks for the weights they need room all the same: rows side by side are summed
    // from memory.
    var spare = weights == nil ? reserve(graph.size(operands[0])) : Operand()
    let isInChunks = rows == 1 && goesInChunks(weights, graph.size(operands[0]))
    if isInChunks {
      spare = reserve(graph.size(operands[0]) / Program.chunkSize + 1)
      if let weights { chunkFactors[weights] = spare }
    }
    let length =
      value == nil && scale == nil
      ? graph.extents(operands[0]).last ?? 1 : graph.size(operands[0]) / rows
    instructions.append(
      Instruction(
        code: .logSumExp, a: x, b: k, c: spare, out: out, out2: out2, out3: out3,
        count: graph.size(operands[0]) / length, length: length, isInChunks: isInChunks))
  }

  /// Whether a long row's weights may be relative to their chunks: where all that is done with them
  /// is to multiply them by one number.
  private func goesInChunks(_ weights: Int?, _ length: Int) -> Bool {
    guard length >= Program.chunkedCount else { return false }
    guard let weights else { return true }
    if roots.contains(weights) { return false }
    return graph.nodes.indices.allSatisfy { id in
      guard isNeeded[id], graph.nodes[id].operands.contains(weights) else { return true }
      guard case .zip(let function) = graph.nodes[id].operation else { return false }
      return ZipKernel(function) == .mul && graph.nodes[id].operands[0] == weights
        && graph.size(graph.nodes[id].operands[1]) == 1
    }
  }

  private mutating func emitCrossEntropy(_ scores: Int, _ table: Int) throws {
    let x = try contiguous(scores)
    func needed(_ operation: GraphOperation) -> Int? {
      graph.nodes.indices.first {
        isNeeded[$0] && graph.nodes[$0].operation == operation
          && graph.nodes[$0].operands == [scores]
      }
    }
    let value = needed(.crossEntropy(table: table))
    let weights = needed(.crossEntropyWeights(table: table))
    let rows = graph.tables[table].count
    instructions.append(
      Instruction(
        code: .crossEntropy, a: x, out: value.map { destination($0) } ?? Operand(),
        out2: weights.map { destination($0) } ?? Operand(), count: rows,
        length: graph.size(scores) / rows, index: table))
  }

  /// A sum of parts: those that lie alone are written, the others added.
  private mutating func emitAssembly(_ id: Int, _ parts: [Int], _ offsets: [Int]) throws {
    let out = destination(id)
    var covered = 0
    var added: [(Int, Int)] = []
    var copied: [(Int, Int)] = []
    let overlapping = overlapping(parts, offsets)
    for (i, (part, offset)) in zip(parts, offsets).enumerated() {
      if overlapping[i] {
        added.append((part, offset))
        continue
      }
      covered += graph.size(part)
      var place = out
      place.offset += offset
      if let own = places[part], own.base == place.base, own.offset == place.offset { continue }
      copied.append((part, offset))
    }
    if covered < graph.size(id) {
      // Before the parts that are computed in place.
      instructions.insert(
        Instruction(code: .fill, out: out, count: graph.size(id)), at: 0)
    }
    for (code, list) in [(Instruction.Code.copy, copied), (.add, added)] {
      for (part, offset) in list {
        var place = out
        place.offset += offset
        let source = try contiguous(part)
        instructions.append(
          Instruction(code: code, a: source, out: place, count: graph.size(part)))
      }
    }
  }

  private mutating func emit(_ condition: Graph.Guard) {
    switch condition {
    case .tie(let a, let b):
      guard let (x, y) = try? elements(a, b, count: max(graph.size(a), graph.size(b))) else {
        return
      }
      instructions.append(
        Instruction(
          code: .refuseTies, a: x, b: y, count: max(graph.size(a), graph.size(b))))
    case .tieInRows(let x):
      guard let rows = try? contiguous(x) else { return }
      let length = graph.extents(x).last ?? 1
      instructions.append(
        Instruction(
          code: .refuseTiesInRows, a: rows, count: graph.size(x) / length, length: length))
    case .isSet(let x):
      guard let source = try? contiguous(x) else { return }
      instructions.append(Instruction(code: .refuseIfSet, a: source, count: graph.size(x)))
    }
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
