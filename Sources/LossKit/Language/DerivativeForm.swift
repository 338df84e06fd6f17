/// The built-in forms whose first argument is an expression, not a value.
enum DerivativeForm: CaseIterable, Sendable {
  case gradient, jacobian, hessian
  case jacobianVectorProduct, vectorJacobianProduct, hessianVectorProduct
  case repeated, slopes, kinks, gradientCheck

  /// What help says of the form's own derivative.
  var describedDerivative: String {
    switch self {
    case .kinks: "None: it counts."
    case .gradientCheck: "None: it reports."
    default: "Again a derivative: they nest, to depth \(Evaluator.nestingLimit)."
    }
  }
}

extension Evaluator {
  /// How deep derivatives may nest.
  static let nestingLimit = 8

  /// Opens a level of differentiation.
  private func atNewLevel<Result>(_ body: (Int) throws -> Result) throws -> Result {
    guard derivativeLevel < Evaluator.nestingLimit else {
      throw EvaluationProblem.derivativesNestTooDeeply(Evaluator.nestingLimit)
    }
    derivativeLevel += 1
    defer { derivativeLevel -= 1 }
    return try body(derivativeLevel)
  }

  // MARK: One direction

  /// The value of a function and its derivative along tangents of its arguments.
  func directionalDerivative(
    at values: [Value], along tangents: [Value], _ function: ([Value]) throws -> Value
  ) throws -> (value: Value, tangent: Value) {
    try atNewLevel { level in
      let duals = zip(values, tangents).map { value, tangent in
        Value.dual(level: level, primal: value, tangent: tangent)
      }
      let result = try function(duals)
      guard result.isNumeric else { return (result, .number(0)) }
      let (value, tangent) = result.split(at: level)
      return (value, try tangent ?? Value.number(0).broadcast(to: value.shape, account))
    }
  }

  // MARK: All directions

  /// The value of a function of arrays and its derivative by each of their elements, jointly.
  ///
  /// The derivative has one axis for all elements of all arguments, in order, before the shape of
  /// the value. Directions come in chunks that keep intermediate arrays within bounds; what an
  /// earlier chunk decided at a corner holds for later ones. Only the outermost derivative is
  /// cut up: inner ones would have to keep their decisions apart from those of the outer.
  func derivative(
    at values: [Value], _ function: ([Value]) throws -> Value
  ) throws -> (value: Value, derivative: Value) {
    let total = values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    if let result = try compiledDerivative(at: values, total, function) { return result }
    guard cornerRule == .symmetric else {
      return try derivative(at: values, total, .identity, function)
    }
    // An inner derivative is a mean of its own, so that its value is the same inside another one.
    let level = derivativeLevel + 1
    corners.collectFeeding(at: level)
    let (value, first) = try derivative(at: values, total, .identity, function)
    // A padded direction can carry 0 * inf, which differs from everything.
    let feeding = corners.takeFeeding(at: level)
      .filter { $0 < (level == 1 ? min(total, corners.rotatable ?? total) : total) }
    let bases = DirectionBasis.rotations(of: feeding, among: total)
    if bases.isEmpty { return (value, first) }
    if feeding.count > DirectionBasis.rotationLimit { corners.noteUnrotated(feeding.count) }
    // What the other bases meet are the same corners.
    let mark = corners.markNotes()
    defer { corners.rewind(to: mark) }
    var mean = first
    for basis in bases {
      mean = try mean + derivative(at: values, total, basis, function).derivative
    }
    return (value, try mean / .number(Double(bases.count + 1)))
  }

  /// The derivative along the columns of a basis, brought back to the elements of the arguments.
  private func derivative(
    at values: [Value], _ total: Int, _ basis: DirectionBasis,
    _ function: ([Value]) throws -> Value
  ) throws -> (value: Value, derivative: Value) {
    let sizes = values.map { $0.shape.reduce(1, *) }
    var chunk = max(1, total)
    if derivativeLevel == 0 { chunk = corners.chunks.size(for: total, openExtent: openExtent) }
    while true {
      let mark = corners.mark()
      do {
        let (value, derivative) = try derivative(
          at: values, sizes: sizes, total: total, chunk: chunk, basis, function)
        return (value, value.isNumeric ? try basis.restoring(derivative) : derivative)
      } catch {
        // With a place where an expression needs too much, bare where the derivative itself does.
        let problem = (error as? LossError)?.problem as? EvaluationProblem
        guard case .tooManyElements? = problem ?? error as? EvaluationProblem,
          derivativeLevel == 0, chunk > 2
        else { throw error }
        corners.rewind(to: mark)
        chunk = corners.chunks.evened(chunk / 8, among: total)
      }
    }
  }

  private func derivative(
    at values: [Value], sizes: [Int], total: Int, chunk: Int, _ basis: DirectionBasis,
    _ function: ([Value]) throws -> Value
  ) throws -> (value: Value, derivative: Value) {
    let isChunked = chunk < total
    let log = isChunked ? DecisionLog(home: frame) : nil
    if isChunked { corners.log = log }
    defer { if isChunked { corners.log = nil } }
    var pieces: [Value] = []
    var value: Value?
    var start = 0
    repeat {
      // The last chunk is padded with directions of no element.
      let end = isChunked ? start + chunk : total
      log?.restart()
      if derivativeLevel == 0 { corners.firstDirection = start }
      let (y, piece) = try derivative(at: values, sizes: sizes, start..<end, basis, function)
      value = y
      guard y.isNumeric else { return (y, .number(0)) }
      if log?.isOutOfStep ?? false {
        throw EvaluationProblem.tooManyElements(wanted: account.limit, limit: account.limit)
      }
      pieces.append(end > total ? try piece.rows(Array(0..<total - start)) : piece)
      start = end
    } while start < total
    let derivative =
      pieces.count == 1 ? pieces[0] : try Value.concatenated(pieces, account: account)
    return (value ?? .number(0), derivative)
  }

  private func derivative(
    at values: [Value], sizes: [Int], _ directions: Range<Int>, _ basis: DirectionBasis,
    _ function: ([Value]) throws -> Value
  ) throws -> (value: Value, derivative: Value) {
    let outerExtent = openExtent
    defer { openExtent = outerExtent }
    return try atNewLevel { level in
      let lane = newLane(size: directions.count, kind: .directions)
      openExtent = outerExtent * max(lane.size, 1)
      var offset = 0
      var duals: [Value] = []
      for (value, size) in zip(values, sizes) {
        let tangent = try seeds(directions, basis, offset: offset, lane, shape: value.shape)
        duals.append(.dual(level: level, primal: value, tangent: tangent))
        offset += size
      }
      let result = try function(duals)
      guard result.isNumeric else { return (result, .number(0)) }
      let (value, tangent) = result.split(at: level)
      guard let tangent else {
        return (value, try Value.number(0).broadcast(to: [directions.count] + value.shape, account))
      }
      let full = try tangent.broadcast(to: value.shape, account)
      if directions.count == 1 { return (value, try full.reshaped([1] + value.shape)) }
      return (value, try full.closingLane(lane, account: account))
    }
  }

  /// The part of some directions that belongs to one array, whose elements count from `offset`.
  ///
  /// A single direction needs no lane.
  private func seeds(
    _ directions: Range<Int>, _ basis: DirectionBasis, offset: Int, _ lane: Lane, shape: [Int]
  ) throws -> Value {
    let size = shape.reduce(1, *)
    let lanes = directions.count == 1 ? [] : [lane]
    let tangent = try Tensor(lanes: lanes, shape: shape, account: account)
    tangent.start.update(repeating: 0, count: tangent.count)
    for (row, direction) in directions.enumerated() {
      let element = basis.element(direction) - offset
      if element >= 0, element < size { tangent.start[row * size + element] = basis.sign }
    }
    return tangent.value
  }
}

extension Value {
  func broadcast(to shape: [Int], _ account: MemoryAccount) throws -> Value {
    self.shape == shape ? self : try .apply(BroadcastTo(shape: shape, account: account), self)
  }
}
