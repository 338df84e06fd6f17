extension StatementRun {
  // MARK: check

  /// How many points a check draws.
  static let draws = 1000

  /// A claim with what is drawn for it.
  struct CheckedClaim {
    let claim: Claim
    let tolerance: Double?
    let sources: [DrawSource]
  }

  func check(_ node: Node, _ id: NodeID) throws {
    let condition = NodeID(index: node.a)
    let claim = CheckedClaim(
      claim: Claim(condition, script),
      tolerance: try evaluator.tolerance(script.list(node.b).node(0), env),
      sources: try drawSources(node, condition))
    if claim.sources.isEmpty { throw error(.checkWithoutDraws, condition) }
    var outcomes: [Outcome] = []
    while outcomes.count < StatementRun.draws {
      let points = try block(of: claim.sources, from: outcomes.count, condition)
      let found = try self.outcomes(claim, points)
      if let failure = found.firstIndex(of: .fails) {
        throw try counterexample(claim, points[failure])
      }
      outcomes += found
    }
    let skipped = outcomes.count { $0 == .skipped }
    if skipped == outcomes.count { throw error(.checkSkippedAll(skipped), condition) }
    let end = script.list(node.b).node(0)
    let text = script.label(
      of: SourceRange(
        start: script.range(of: condition).start,
        end: script.range(of: end.isNone ? condition : end).end))
    show(
      .check(text, points: outcomes.count - skipped, skipped: skipped), id)
  }

  /// The next points, as many as have about 1,000,000 elements together.
  private func block(of sources: [DrawSource], from first: Int, _ condition: NodeID) throws
    -> [[Value]]
  {
    var points: [[Value]] = []
    var elements = 0
    for draw in first..<StatementRun.draws where elements < 1 << 20 {
      let point = try sources.map { try $0.draw(UInt64(draw)) }
      elements += point.reduce(0) { $0 + $1.shape.reduce(1, *) }
      points.append(point)
      if session.account.isCancelled { throw error(.cancelled, condition) }
    }
    return points
  }

  /// What happened at one point.
  enum Outcome { case holds, fails, skipped }

  /// A name that is drawn.
  struct DrawSource {
    let name: String
    let target: Target
    /// The value at a draw, by its number.
    let draw: (UInt64) throws -> Value
    /// Whether an element may be tried when a counterexample is simplified; `nil` where the draws
    /// themselves have to tell.
    let admits: ((Double) -> Bool)?
  }

  func drawSources(_ node: Node, _ condition: NodeID) throws -> [DrawSource] {
    let list = script.list(node.b)
    if list.count == 1 {
      return evaluator.params(of: condition, env).enumerated().map { number, param in
        let shape = param.value.shape
        let interval = param.interval
        return DrawSource(
          name: param.name, target: .definition(param),
          draw: { try drawn(shape, interval, draw: $0, stream: UInt64(number)) },
          admits: interval.map { interval in { interval.contains($0) } } ?? \.isFinite)
      }
    }
    return try stride(from: 1, to: list.count, by: 4).map { i in
      let symbol = list.symbol(i)
      let target: Target = module.find(symbol).map { .definition($0) } ?? .local(symbol)
      let expression = list.node(i + 3)
      let name = session.symbols.name(of: symbol)
      if list[i + 2] == 1 {
        return try rangeSource(name, target, expression, number: UInt64(i - 1))
      }
      return DrawSource(
        name: name, target: target,
        draw: { draw in
          // A formula with a draw in it draws anew.
          evaluator.drawSeed = draw + 1
          evaluator.forgetFormulas()
          defer {
            evaluator.drawSeed = 0
            evaluator.forgetFormulas()
          }
          let value = try evaluate(expression).plain
          guard value.isNumeric else {
            throw error(.inputKind(name, value.kindDescription), expression)
          }
          return value
        }, admits: nil)
    }
  }

  /// `x in 0...1`: a real interval; `i in 0..<n`: whole numbers; `k in [1, 2]`: one of these.
  private func rangeSource(_ name: String, _ target: Target, _ id: NodeID, number: UInt64) throws
    -> DrawSource
  {
    let node = script[id]
    if node.kind == .range, node.detail == 1 {
      let interval = try interval(id, name)
      return DrawSource(
        name: name, target: target,
        draw: { try drawn([], interval, draw: $0, stream: number + 100) },
        admits: interval.contains)
    }
    let places = try places(of: id)
    guard places.count > 0 else { throw error(.intervalIsEmpty(name), id) }
    return DrawSource(
      name: name, target: target,
      draw: { draw in
        var stream = RandomStream(seed: draw, stream: number + 200)
        return try places.value(Int(stream.nextInteger(below: UInt64(places.count))))
      }, admits: places.contains)
  }

  /// Normal with standard deviation 3, or even over an interval.
  private func drawn(
    _ shape: [Int], _ interval: ClosedRange<Double>?, draw: UInt64, stream number: UInt64
  ) throws -> Value {
    var stream = RandomStream(seed: draw, stream: number)
    let result = try Tensor(shape: shape, account: session.account)
    for i in 0..<result.count {
      result.start[i] =
        interval.map { StatementRun.drawn(in: $0, &stream) } ?? 3 * stream.nextNormal()
    }
    return result.value
  }

  /// Evenly between finite ends; from a single one on, at the distance of a normal draw.
  private static func drawn(in interval: ClosedRange<Double>, _ stream: inout RandomStream)
    -> Double
  {
    let (lower, upper) = (interval.lowerBound, interval.upperBound)
    switch (lower.isFinite, upper.isFinite) {
    case (true, true):
      let u = stream.nextUniform()
      return lower * (1 - u) + upper * u
    case (true, false): return lower + (3 * stream.nextNormal()).magnitude
    case (false, true): return upper - (3 * stream.nextNormal()).magnitude
    case (false, false): return 3 * stream.nextNormal()
    }
  }

  // MARK: At all points at once, or one by one

  func outcomes(_ claim: CheckedClaim, _ points: [[Value]]) throws -> [Outcome] {
    if let outcomes = try outcomesInLanes(claim, points) { return outcomes }
    return try points.map { point in
      do {
        return try outcome(claim, at: point)
      } catch let error as LossError where !error.isCancellation {
        if isEverywhere(error, claim, points) { throw error }
        throw LossError(
          ProblemAtPoint(problem: error.problem, point: inputLines(claim, point)),
          in: error.source, at: error.range, labels: error.labels)
      }
    }
  }

  /// Whether an error is the same wherever the claim is evaluated, so that no point explains it.
  private func isEverywhere(_ error: LossError, _ claim: CheckedClaim, _ points: [[Value]]) -> Bool
  {
    points.prefix(8).allSatisfy { point in
      do {
        _ = try outcome(claim, at: point)
        return false
      } catch let other {
        return (other as? LossError)?.message == error.message
      }
    }
  }

  /// `nil` where something differs from draw to draw that cannot, or an error needs its own point.
  private func outcomesInLanes(_ claim: CheckedClaim, _ points: [[Value]]) throws -> [Outcome]? {
    let lane = evaluator.newLane(size: points.count, kind: .elements)
    evaluator.openExtent = points.count
    evaluator.openLanes = 1
    defer {
      evaluator.openExtent = 1
      evaluator.openLanes = 0
    }
    do {
      let replacements = try claim.sources.enumerated().map { i, source in
        let values = points.map { $0[i] }
        guard values.allSatisfy({ $0.shape == values[0].shape }) else { throw LaneDependence() }
        return (
          target: source.target,
          value: try Value.stacked(values, account: session.account).openingLane(lane)
        )
      }
      let state = try with(replacements) { inner -> Tensor in
        try self.state(of: claim, inner).closingLane(lane, account: session.account).arrayOrThrow()
      }
      let size = state.count / max(points.count, 1)
      return points.indices.map { point in
        Outcome(UnsafeBufferPointer(start: state.start + point * size, count: size))
      }
    } catch let error as LossError where error.isCancellation {
      throw error
    } catch {
      return nil
    }
  }

  func outcome(_ claim: CheckedClaim, at point: [Value]) throws -> Outcome {
    try with(zip(claim.sources, point).map { ($0.target, $1) }) { inner -> Outcome in
      let state = try self.state(of: claim, inner)
      if case .tensor(let tensor) = state { return Outcome(tensor.elements) }
      return Outcome(CollectionOfOne(try state.numberOrThrow()))
    }
  }

  /// The state of a claim at one point: 1 where it holds, 0 where not, nan where both sides are nan.
  private func state(of claim: CheckedClaim, _ env: Environment) throws -> Value {
    try evaluator.state(of: claim.claim, for: .check, env) { comparison, a, b, isDenied in
      let (a, b) = (a.plain, b.plain)
      guard a.isNumeric, b.isNumeric else {
        return try Evaluator.compare(comparison, a, b, tolerance: nil)
      }
      return try .mapped(a, b) {
        StatementRun.state(comparison, $0, $1, isDenied: isDenied, claim.tolerance)
      }
    }
  }

  /// `==`, `<=` and `>=` hold where the sides are equal to rounding, or within the tolerance that is
  /// given; a claim that `<`, `>` or `!=` does not hold is one of these.
  private static func state(
    _ comparison: ChainOperator, _ a: Double, _ b: Double, isDenied: Bool, _ tolerance: Double?
  ) -> Double {
    if a.isNaN, b.isNaN { return .nan }
    let isClose =
      tolerance.map { a == b || (a - b).magnitude <= $0 } ?? Evaluator.isClose(a, b)
    let holds =
      switch comparison {
      case .less: a < b && !(isDenied && isClose)
      case .greater: a > b && !(isDenied && isClose)
      case .notEqual: isDenied ? !isClose : a != b
      case .lessOrEqual: a <= b || !isDenied && isClose
      case .greaterOrEqual: a >= b || !isDenied && isClose
      case .approximatelyEqual: isClose
      default: a == b || !isDenied && isClose
      }
    return holds ? 1 : 0
  }
}

extension StatementRun.Outcome {
  /// The outcome of all states at a point.
  fileprivate init(_ states: some Sequence<Double>) {
    self = .holds
    for x in states {
      if x == 0 {
        self = .fails
        return
      }
      if x.isNaN { self = .skipped }
    }
  }
}
