extension Value: Arithmetic {
  static func constant(_ x: Double) -> Value { .number(x) }

  static func apply<O: ElementwiseUnary>(_ operation: O.Type, _ x: Value) throws -> Value {
    switch x {
    case .number(let x): return .number(O.value(x))
    case .scalarDual(let dual):
      let y = O.value(dual.primal)
      let t = dual.tangent
      let slope = t == 0 ? 0 : try O.slope(dual.primal, y)
      return .scalarDual(
        ScalarDual(level: dual.level, primal: y, tangent: t == 0 ? 0 : slope * t))
    default: return try applyToArray(operation, x)
    }
  }

  @inline(never)
  private static func applyToArray<O: ElementwiseUnary>(_ operation: O.Type, _ x: Value) throws
    -> Value
  {
    switch x {
    case .truth(let x): return .number(O.value(x ? 1 : 0))
    case .tensor(let tensor): return .tensor(try tensor.mapped { O.value($0) })
    case .dual(let dual):
      let y = try apply(operation, dual.primal)
      let slope: Value
      if case .tensor(let px) = dual.primal, case .tensor(let py) = y {
        slope = .tensor(try px.mapped(with: py) { try O.slope($0, $1) })
      } else {
        slope = try O.slope(dual.primal, y)
      }
      return .dual(level: dual.level, primal: y, tangent: try slope.chained(dual.tangent))
    case .series(let series): return try series.applying(elementwise: operation)
    case .traced(let traced): return try traced.graph.recorded(operation, traced)
    case .enclosed(let enclosure): return .enclosed(try enclosure.applying(operation))
    default: throw EvaluationProblem.notANumber(x.kindDescription)
    }
  }

  static func apply<O: ElementwiseBinary>(_ operation: O.Type, _ a: Value, _ b: Value) throws
    -> Value
  {
    switch (a, b) {
    case (.number(let a), .number(let b)): return .number(O.value(a, b))
    case (.scalarDual(let a), .number(let b)):
      let y = O.value(a.primal, b)
      return .scalarDual(level: a.level, y, try O.tangent(a.tangent, nil, a.primal, b, y))
    case (.number(let a), .scalarDual(let b)):
      let y = O.value(a, b.primal)
      return .scalarDual(level: b.level, y, try O.tangent(nil, b.tangent, a, b.primal, y))
    case (.scalarDual(let a), .scalarDual(let b)) where a.level == b.level:
      let y = O.value(a.primal, b.primal)
      return .scalarDual(
        level: a.level, y, try O.tangent(a.tangent, b.tangent, a.primal, b.primal, y))
    default: return try applyToArrays(operation, a, b)
    }
  }

  @inline(__always)
  private static func scalarDual(level: Int, _ primal: Double, _ tangent: Double?) -> Value {
    guard let tangent else { return .number(primal) }
    return .scalarDual(ScalarDual(level: level, primal: primal, tangent: tangent))
  }

  @inline(never)
  private static func applyToArrays<O: ElementwiseBinary>(
    _ operation: O.Type, _ a: Value, _ b: Value
  ) throws -> Value {
    let level = max(a.level, b.level)
    guard level > 0 else {
      if let graph = a.graph ?? b.graph { return try graph.recorded(operation, a, b) }
      return try mapped(a, b, O.value)
    }
    if let known = try Enclosure.among(a, b) {
      return .enclosed(try Enclosure.applying(operation, known[0], known[1]))
    }
    if let result = try Series.apply(elementwise: operation, a, b, level: level) { return result }
    let (pa, ta) = a.split(at: level)
    let (pb, tb) = b.split(at: level)
    let y = try apply(operation, pa, pb)
    var tangent = try O.tangent(ta, tb, pa, pb, y)
    if let t = tangent, t.shape != y.shape {
      tangent = try t.broadcast(to: y.shape, orElse: y.account)
    }
    return .dual(level: level, primal: y, tangent: tangent)
  }
}

extension Tensor {
  /// How many elements a kernel computes between two looks at the request to stop: about 0.2 ms of
  /// the slowest function.
  static let stopInterval = 1 << 14

  @inline(__always)
  func mapped(_ function: (Double) throws -> Double) throws -> Tensor {
    let result = try Tensor(lanes: lanes, shape: shape, account: account)
    var i = 0
    while i < count {
      let end = min(count, i + Tensor.stopInterval)
      while i < end {
        result.start[i] = try function(start[i])
        i += 1
      }
      if account.isCancelled { throw EvaluationProblem.cancelled }
    }
    return result
  }

  /// Of two arrays of equal layout.
  @inline(__always)
  func mapped(with other: Tensor, _ function: (Double, Double) throws -> Double) throws -> Tensor {
    let result = try Tensor(lanes: lanes, shape: shape, account: account)
    var i = 0
    while i < count {
      let end = min(count, i + Tensor.stopInterval)
      while i < end {
        result.start[i] = try function(start[i], other.start[i])
        i += 1
      }
      if account.isCancelled { throw EvaluationProblem.cancelled }
    }
    return result
  }
}

extension Value {
  /// An elementwise function of two plain values, with broadcasting.
  @inline(__always)
  static func mapped(
    _ a: Value, _ b: Value, content: Tensor.Content = .numbers,
    _ function: (Double, Double) -> Double
  ) throws -> Value {
    switch (a, b) {
    case (.tensor(let a), .tensor(let b)):
      if a.shape == b.shape, a.lanes == b.lanes {
        return try runs(
          Tensor(
            lanes: a.lanes, shape: a.shape, content: content, account: a.account.orElse(b.account)),
          a, b, function)
      }
      guard let broadcast = Broadcast(.tensor(a), .tensor(b)) else {
        throw EvaluationProblem.shapesDoNotBroadcast(a.shape, b.shape)
      }
      let result = try Tensor(
        lanes: broadcast.lanes, shape: broadcast.shape, content: content,
        account: a.account.orElse(b.account))
      let walk = StridedWalk(
        extents: broadcast.extents,
        strides: [
          broadcast.strides(lanes: a.lanes, shape: a.shape),
          broadcast.strides(lanes: b.lanes, shape: b.shape),
        ])
      let last = walk.extents.count - 1
      let (stepA, stepB) = (walk.strides[0][last], walk.strides[1][last])
      walk.forEachRun { offset, offsets, length in
        run(
          result.start + offset, a.start + offsets[0], stepA, b.start + offsets[1], stepB, length,
          function)
        return !result.account.isCancelled
      }
      if result.account.isCancelled { throw EvaluationProblem.cancelled }
      return .tensor(result)
    case (.tensor(let a), _):
      let b = try b.numberOrThrow()
      return .tensor(
        try a.remapped(content: content) { function($0, b) })
    case (_, .tensor(let b)):
      let a = try a.numberOrThrow()
      return .tensor(try b.remapped(content: content) { function(a, $0) })
    default:
      let y = function(try a.numberOrThrow(), try b.numberOrThrow())
      return content == .truths ? .truth(y != 0) : .number(y)
    }
  }

  @inline(__always)
  private static func runs(
    _ result: Tensor, _ a: Tensor, _ b: Tensor, _ function: (Double, Double) -> Double
  ) throws -> Value {
    var i = 0
    while i < result.count {
      let end = min(result.count, i + Tensor.stopInterval)
      while i < end {
        result.start[i] = function(a.start[i], b.start[i])
        i += 1
      }
      if result.account.isCancelled { throw EvaluationProblem.cancelled }
    }
    return .tensor(result)
  }

  @inline(__always)
  private static func run(
    _ result: UnsafeMutablePointer<Double>, _ a: UnsafePointer<Double>, _ stepA: Int,
    _ b: UnsafePointer<Double>, _ stepB: Int, _ length: Int, _ function: (Double, Double) -> Double
  ) {
    switch (stepA, stepB) {
    case (1, 1): for i in 0..<length { result[i] = function(a[i], b[i]) }
    case (1, 0):
      let b = b[0]
      for i in 0..<length { result[i] = function(a[i], b) }
    case (0, 1):
      let a = a[0]
      for i in 0..<length { result[i] = function(a, b[i]) }
    default: for i in 0..<length { result[i] = function(a[i * stepA], b[i * stepB]) }
    }
  }

  /// The double of a plain number or truth value.
  @inline(__always)
  func numberOrThrow() throws -> Double {
    switch self {
    case .number(let x): x
    case .truth(let x): x ? 1 : 0
    case .traced: throw Untraceable()
    case .enclosed: throw EvaluationProblem.noErrorBound(nil)
    default: throw EvaluationProblem.notANumber(kindDescription)
    }
  }
}

extension Tensor {
  @inline(__always)
  fileprivate func remapped(content: Content, _ function: (Double) -> Double) throws -> Tensor {
    let result = try Tensor(lanes: lanes, shape: shape, content: content, account: account)
    var i = 0
    while i < count {
      let end = min(count, i + Tensor.stopInterval)
      while i < end {
        result.start[i] = function(start[i])
        i += 1
      }
      if account.isCancelled { throw EvaluationProblem.cancelled }
    }
    return result
  }
}
