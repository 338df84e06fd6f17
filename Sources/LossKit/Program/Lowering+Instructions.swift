// The instructions of each kind of node.

extension Lowering {
  mutating func emit(_ id: Int) throws {
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
    case .pickEach: try emitChoices(.pickEach, id, operands, inRowsOf: operands[1])
    case .placeEach: try emitChoices(.placeEach, id, operands, inRowsOf: id)
    case .runningSum(let isReversed):
      try emitAlongRows(isReversed ? .runningSumFromEnd : .runningSum, id, operands)
    case .runningProduct: try emitAlongRows(.runningProduct, id, operands)
    case .runningLogSumExp: try emitAlongRows(.runningLogSumExp, id, operands)
    case .recurrence(let isReversed):
      try emitAlongRows(isReversed ? .recurrenceFromEnd : .recurrence, id, operands)
    }
  }

  mutating func emitMap(_ function: MapFunction, _ id: Int, _ x: Int) throws {
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

  mutating func emitRows(_ code: Instruction.Code, _ id: Int, _ operands: [Int]) throws {
    let a = try contiguous(operands[0])
    let b = operands.count > 1 ? try contiguous(operands[1]) : Operand()
    instructions.append(
      Instruction(
        code: code, a: a, b: b, out: destination(id), count: graph.size(id),
        length: graph.size(operands[0]) / graph.size(id)))
  }

  mutating func emitChoice(
    _ code: Instruction.Code, _ id: Int, _ operands: [Int], length: Int
  ) throws {
    let (place, x) = (try contiguous(operands[0]), try contiguous(operands[1]))
    instructions.append(
      Instruction(
        code: code, a: place, b: x, out: destination(id), count: graph.size(operands[0]),
        length: length))
  }

  mutating func emitLogSumExp(_ operands: [Int]) throws {
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
  func goesInChunks(_ weights: Int?, _ length: Int) -> Bool {
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

  mutating func emitCrossEntropy(_ scores: Int, _ table: Int) throws {
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
  mutating func emitAssembly(_ id: Int, _ parts: [Int], _ offsets: [Int]) throws {
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

  mutating func emit(_ condition: Graph.Guard) {
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
