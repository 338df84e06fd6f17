extension Graph {
  // MARK: Nodes

  func map(_ function: MapFunction, _ x: Int) throws -> Int {
    if let x = literal(x) { return try number(function.scalar(x)) }
    return try node(.map(function), [x], extents(x))
  }

  func map<O: ElementwiseUnary>(_ operation: O.Type, _ x: Int) throws -> Int {
    if let x = literal(x) { return try number(O.value(x)) }
    // - -x is x.
    if operation is Negate.Type, case .map(let inner) = nodes[x].operation,
      inner.id == .type(ObjectIdentifier(Negate.self))
    {
      return nodes[x].operands[0]
    }
    return try node(.map(MapFunction(operation)), [x], extents(x))
  }

  /// - Parameter extents: those of the result; each operand has as many elements, or one.
  func zip<O: ElementwiseBinary>(
    _ operation: O.Type, _ a: Int, _ b: Int, extents: [Int]? = nil
  ) throws -> Int {
    let extents = extents ?? (size(a) == 1 ? self.extents(b) : self.extents(a))
    if let x = literal(a), let y = literal(b) {
      let value = try number(O.value(x, y))
      return extents.reduce(1, *) == 1 ? value : try filled(value, extents)
    }
    if let simpler = try simplified(operation, a, b, extents) { return simpler }
    return try node(.zip(ZipFunction(operation)), [a, b], extents)
  }

  private func zip(_ function: ZipFunction, _ a: Int, _ b: Int, extents: [Int]) throws -> Int {
    if let x = literal(a), let y = literal(b) {
      return try filled(number(function.scalar(x, y)), extents)
    }
    return try node(.zip(function), [a, b], extents)
  }

  /// A node with all its elements: one number is repeated.
  func filled(_ x: Int, _ extents: [Int]) throws -> Int {
    if size(x) == extents.reduce(1, *) { return x }
    return try view(x, strides: extents.map { _ in 0 }, extents: extents)
  }

  func select(_ mask: Int, _ a: Int, _ b: Int, extents: [Int]) throws -> Int {
    if a == b { return try filled(a, extents) }
    return try node(.select, [mask, a, b], extents)
  }

  // MARK: Arithmetic that need not be done

  /// Only what leaves every double as it is, but for the sign of a zero and for what is not finite:
  /// there the interpreter settles the point.
  private func simplified<O: ElementwiseBinary>(
    _ operation: O.Type, _ a: Int, _ b: Int, _ extents: [Int]
  ) throws -> Int? {
    switch operation {
    case is Add.Type:
      if literal(a) == 0 { return try filled(b, extents) }
      if literal(b) == 0 { return try filled(a, extents) }
      if let negated = negated(b) { return try zip(Subtract.self, a, negated, extents: extents) }
      if let negated = negated(a) { return try zip(Subtract.self, b, negated, extents: extents) }
    case is Subtract.Type:
      if literal(b) == 0 { return try filled(a, extents) }
      if literal(a) == 0 { return try map(Negate.self, filled(b, extents)) }
      if let negated = negated(b) { return try zip(Add.self, a, negated, extents: extents) }
      if nodes[a].seeds & nodes[b].seeds != 0, let same = try sameElements(a, b, extents) {
        return try select(
          same, number(0), node(.zip(ZipFunction(operation)), [a, b], extents), extents: extents)
      }
    case is Multiply.Type, is ChainProduct.Type, is AbsentProduct.Type:
      if literal(a) == 1 { return try filled(b, extents) }
      if literal(b) == 1 { return try filled(a, extents) }
      if literal(a) == -1 { return try map(Negate.self, filled(b, extents)) }
      if literal(b) == -1 { return try map(Negate.self, filled(a, extents)) }
      if !(operation is Multiply.Type), literal(b) == 0 { return try filled(b, extents) }
      return try regrouped(a, b, extents) ?? regrouped(b, a, extents)
    case is Divide.Type, is ChainQuotient.Type:
      if literal(b) == 1 { return try filled(a, extents) }
    default: break
    }
    return nil
  }

  /// The mask of the places at which two operands are one and the same element: `s - s[y]` does not
  /// vary at y.
  ///
  /// Along each direction the difference of its derivatives is 0. One sweep back would add an adjoint
  /// near 1, and then take it away together with others of 1e-20, which were lost.
  private func sameElements(_ a: Int, _ b: Int, _ extents: [Int]) throws -> Int? {
    func source(_ id: Int) -> (base: Int, places: [Int])? {
      var (base, offset, strides) = (id, 0, rowMajorStrides(of: extents))
      if case .view(let start, let steps) = nodes[id].operation {
        (base, offset, strides) = (nodes[id].operands[0], start, steps)
      }
      if size(id) == 1 { strides = extents.map { _ in 0 } }
      guard strides.count == extents.count else { return nil }
      var places: [Int] = []
      StridedWalk(extents: extents, strides: [strides]).forEachPlace { places.append(offset + $0) }
      return (base, places)
    }
    guard (2...4096).contains(extents.reduce(1, *)), let x = source(a), let y = source(b),
      x.base == y.base
    else { return nil }
    let same = Swift.zip(x.places, y.places).map { $0 == $1 ? 1.0 : 0 }
    if !same.contains(1) { return nil }
    return try constant(Tensor(same, shape: extents, content: .truths, account: account))
  }

  private func negated(_ x: Int) -> Int? {
    guard case .map(let function) = nodes[x].operation,
      function.id == .type(ObjectIdentifier(Negate.self))
    else { return nil }
    return nodes[x].operands[0]
  }

  /// `(w s) c` of weights w and one number for each row, s and c, as `w (s c)`: one pass over the
  /// array.
  private func regrouped(_ product: Int, _ c: Int, _ extents: [Int]) throws -> Int? {
    guard size(product) > 1, case .zip(let function) = nodes[product].operation,
      function.isProduct
    else { return nil }
    let (w, s) = (nodes[product].operands[0], nodes[product].operands[1])
    guard case .weights = nodes[w].operation else { return nil }
    if size(s) == 1, size(c) == 1 {
      return try zip(Multiply.self, w, zip(Multiply.self, s, c), extents: extents)
    }
    guard case .view(0, let strides) = nodes[s].operation else { return nil }
    let scale = nodes[s].operands[0]
    var factor = c
    if size(c) != 1 {
      guard case .view(0, strides) = nodes[c].operation,
        size(nodes[c].operands[0]) == size(scale), nodes[c].extents == nodes[s].extents
      else { return nil }
      factor = nodes[c].operands[0]
    }
    return try zip(
      Multiply.self, w,
      view(zip(Multiply.self, scale, factor), strides: strides, extents: nodes[s].extents),
      extents: extents)
  }

  // MARK: Recording

  func recorded(_ function: MapFunction, _ x: TracedValue, isMask: Bool) throws -> Value {
    x.result(try map(function, x.node), lanes: x.lanes, shape: x.shape, isMask: isMask)
  }

  func recorded(_ function: ZipFunction, _ a: Value, _ b: Value, isMask: Bool) throws -> Value {
    try recorded(a, b, isMask: isMask) { try zip(function, $0, $1, extents: $2) }
  }

  func recorded<O: ElementwiseUnary>(_ operation: O.Type, _ x: TracedValue) throws -> Value {
    x.result(try map(operation, x.node), lanes: x.lanes, shape: x.shape)
  }

  func recorded<O: ElementwiseBinary>(_ operation: O.Type, _ a: Value, _ b: Value) throws -> Value {
    try recorded(operation, a, b, isMask: false)
  }

  /// An elementwise comparison.
  func recordedMask<O: ElementwiseBinary>(_ operation: O.Type, _ a: Value, _ b: Value) throws
    -> Value
  {
    try recorded(operation, a, b, isMask: true)
  }

  private func recorded<O: ElementwiseBinary>(
    _ operation: O.Type, _ a: Value, _ b: Value, isMask: Bool
  ) throws -> Value {
    try recorded(a, b, isMask: isMask) { try zip(operation, $0, $1, extents: $2) }
  }

  private func recorded(
    _ a: Value, _ b: Value, isMask: Bool, _ joined: (Int, Int, [Int]) throws -> Int
  ) throws -> Value {
    let (a, b) = (try traced(a), try traced(b))
    guard let broadcast = Broadcast(a.value, b.value) else {
      throw EvaluationProblem.shapesDoNotBroadcast(a.shape, b.shape)
    }
    let node = try joined(spread(a, broadcast), spread(b, broadcast), broadcast.extents)
    return TracedValue(
      graph: self, node: node, lanes: broadcast.lanes, shape: broadcast.shape, isMask: isMask
    ).value
  }

  func recordedSelection(_ mask: Value, _ a: Value, _ b: Value) throws -> Value {
    let (m, x, y) = (try traced(mask), try traced(a), try traced(b))
    guard
      let shape = Broadcast.shape(x.shape, y.shape).flatMap({ Broadcast.shape($0, m.shape) })
    else { throw EvaluationProblem.shapesDoNotBroadcast(x.shape, y.shape) }
    let broadcast = Broadcast(
      lanes: x.lanes.merged(with: y.lanes).merged(with: m.lanes), shape: shape)
    let node = try select(
      spread(m, broadcast), spread(x, broadcast), spread(y, broadcast), extents: broadcast.extents)
    return TracedValue(
      graph: self, node: node, lanes: broadcast.lanes, shape: shape,
      isMask: x.isMask && y.isMask
    ).value
  }
}
