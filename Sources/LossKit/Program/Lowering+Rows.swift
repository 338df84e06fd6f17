// The instructions that go along rows, or pick from them by places that are computed.

extension Lowering {
  /// An element for each element of the rows.
  mutating func emitAlongRows(_ code: Instruction.Code, _ id: Int, _ operands: [Int]) throws {
    let a = try contiguous(operands[0])
    let b = operands.count > 1 ? try contiguous(operands[1]) : Operand()
    let length = graph.extents(id).last ?? 1
    instructions.append(
      Instruction(
        code: code, a: a, b: b, out: destination(id), count: graph.size(id) / length,
        length: length))
  }

  /// `index` is the number of places of each row.
  ///
  /// - Parameter rows: the node whose rows the places are in.
  mutating func emitChoices(
    _ code: Instruction.Code, _ id: Int, _ operands: [Int], inRowsOf rows: Int
  ) throws {
    let (place, x) = (try contiguous(operands[0]), try contiguous(operands[1]))
    let places = graph.extents(operands[0]).last ?? 1
    instructions.append(
      Instruction(
        code: code, a: place, b: x, out: destination(id),
        count: graph.size(operands[0]) / places,
        length: graph.extents(rows).last ?? 1, index: places))
  }

  mutating func emitCrossEntropyAt(_ operands: [Int]) throws {
    let (place, scores) = (try contiguous(operands[0]), try contiguous(operands[1]))
    func needed(_ operation: GraphOperation, _ extents: [Int]) -> Int? {
      graph.existing(operation, operands, extents).flatMap { isNeeded[$0] ? $0 : nil }
    }
    let value = needed(.crossEntropyAt, graph.extents(operands[0]))
    let weights = needed(.crossEntropyWeightsAt, graph.extents(operands[1]))
    let rows = graph.size(operands[0])
    instructions.append(
      Instruction(
        code: .crossEntropyAt, a: place, b: scores,
        out: value.map { destination($0) } ?? Operand(),
        out2: weights.map { destination($0) } ?? Operand(), count: rows,
        length: graph.size(operands[1]) / rows))
  }
}
