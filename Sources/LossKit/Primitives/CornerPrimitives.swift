// The primitives with corners. Each decides by value, then by derivatives (`JetComparison`), and
// applies a linear primitive with the choice held fixed: an outer derivative differentiates the
// piece that was chosen. On plain values they are straight kernels.

extension Value {
  /// Elementwise, the larger of two; nan wins.
  static func maximum(
    _ a: Value, _ b: Value, _ context: CallContext, _ operands: CornerOperands
  ) throws -> Value {
    guard max(a.level, b.level) > 0 else { return try .apply(Larger.self, a, b) }
    if try Enclosure.among(a, b) != nil {
      return try rows(of: [a, b], account: context.account).largestOfRows(context)
    }
    return try select(firstIsLarger(a, b, context, operands), a, b)
      .replacingPlain(with: maximum(a.plain, b.plain, context, operands))
  }

  /// Elementwise, the smaller of two; nan wins.
  static func minimum(
    _ a: Value, _ b: Value, _ context: CallContext, _ operands: CornerOperands
  ) throws -> Value {
    guard max(a.level, b.level) > 0 else { return try .apply(Smaller.self, a, b) }
    return try -maximum(-a, -b, context, operands)
  }

  /// `max(x, 0)`.
  static func relu(_ x: Value, _ context: CallContext) throws -> Value {
    if case .scalarDual(let dual) = x, dual.primal != 0 {
      return dual.primal < 0
        ? .scalarDual(ScalarDual(level: dual.level, primal: 0, tangent: 0)) : x
    }
    return try maximum(x, .number(0), context, .slopes(below: 0, above: 1))
  }

  /// The magnitude.
  ///
  /// `max(x, -x)`, but without a minus zero.
  static func abs(_ x: Value, _ context: CallContext) throws -> Value {
    guard x.level > 0 else { return try .apply(Magnitude.self, x) }
    let slopes = CornerOperands.slopes(below: -1, above: 1)
    if case .enclosed = x { return try maximum(x, -x, context, slopes) }
    let isPositive = try firstIsLarger(x, .number(0), context, slopes)
    return try x.withSign(isPositive)
  }

  private func withSign(_ isPositive: Value) throws -> Value {
    switch self {
    case .dual(let dual):
      .dual(
        level: dual.level, primal: try dual.primal.withSign(isPositive),
        tangent: try .select(isPositive, dual.tangent, -dual.tangent))
    case .scalarDual(let dual):
      .dual(
        level: dual.level, primal: .number(dual.primal.magnitude),
        tangent: try .select(isPositive, .number(dual.tangent), .number(-dual.tangent)))
    case .series: try .select(isPositive, self, -self)
    default: try .apply(Magnitude.self, self)
    }
  }

  /// The mask of the places where a is not smaller than b, ties settled by derivatives.
  private static func firstIsLarger(
    _ a: Value, _ b: Value, _ context: CallContext, _ operands: CornerOperands
  ) throws -> Value {
    let (va, vb) = (a.plain, b.plain)
    if let graph = va.graph ?? vb.graph {
      try graph.noteTies(va, vb, level: max(a.level, b.level))
      return try .answer(IsNotSmaller.self, va, vb)
    }
    let mask = try mapped(va, vb, content: .truths) { $0 >= $1 || $0.isNaN ? 1 : 0 }
    var ties: [Int] = []
    if case .tensor = mask {
      let tied = try mapped(va, vb, content: .truths) { $0 == $1 && $0.isFinite ? 1 : 0 }
      guard case .tensor(let tensor) = tied else { return mask }
      for i in 0..<tensor.count where tensor.start[i] != 0 { ties.append(i) }
    } else if try va.numberOrThrow() == vb.numberOrThrow(), try va.numberOrThrow().isFinite {
      ties = [0]
    }
    if ties.isEmpty { return mask }
    // The derivatives may vary along lanes that the values lack.
    let lanes = a.decisionLanes.merged(with: b.decisionLanes).merged(with: mask.lanes)
    let wide: Tensor
    if lanes == mask.lanes, case .tensor(let tensor) = mask {
      wide = try Tensor(lanes: lanes, shape: mask.shape, content: .truths, account: tensor.account)
      wide.fill(from: tensor)
    } else {
      wide = try Tensor(lanes: lanes, shape: mask.shape, content: .truths, account: context.account)
      if case .tensor(let tensor) = mask {
        wide.fill(from: tensor)
      } else {
        wide.start.update(repeating: try mask.numberOrThrow(), count: wide.count)
      }
      let tied = try mapped(va, vb, content: .truths) { $0 == $1 && $0.isFinite ? 1 : 0 }
      let wideTies = try Tensor(lanes: lanes, shape: mask.shape, account: context.account)
      if case .tensor(let tensor) = tied {
        wideTies.fill(from: tensor)
      } else {
        wideTies.start.update(repeating: try tied.numberOrThrow(), count: wideTies.count)
      }
      ties = (0..<wideTies.count).filter { wideTies.start[$0] != 0 }
    }
    let jets = try JetComparison(a, b, lanes: lanes, shape: mask.shape, account: context.account)
    let log = context.corners.log
    let decision = log?.open(context.site, extent: wide.count)
    var corners = 0
    var firstPlaces: [Int] = []
    for place in ties {
      context.corners.feed(jets, place, place)
      if let decision, case .sign(let kept)? = log?.choice(decision, place) {
        wide.start[place] = kept >= 0 ? 1 : 0
        continue
      }
      let sign = jets.compare(place, place)
      if sign != 0 {
        corners += 1
        if firstPlaces.count < CornerEvent.placeLimit { firstPlaces.append(place) }
        if let decision { log?.keep(.sign(sign), decision, place) }
      }
      wide.start[place] = sign >= 0 ? 1 : 0
    }
    if let first = firstPlaces.first {
      let layout = CornerLayout(lanes: lanes, shape: mask.shape, rows: context.rows)
      context.corners.note(
        CornerEvent(
          context, operands.tie(layout, at: first),
          places: firstPlaces.map { layout.place($0, context.corners) }, count: corners))
    }
    return wide.value
  }

  /// The places of each row's elements from the largest to the smallest, nan first, ties settled
  /// by derivatives and then by place; only those in the wanted part of the order are promised.
  ///
  /// Ties elsewhere are not settled: they are no corner of what is made of the wanted places.
  static func rowsDescending(_ x: Value, wanted part: RowOrder.Part, _ context: CallContext) throws
    -> RowOrder
  {
    let wanted = part.ranks
    let lanes = x.decisionLanes
    let plain = try x.plain.arrayOrThrow()
    let values: Tensor
    if plain.lanes == lanes {
      values = plain
    } else {
      values = try Tensor(lanes: lanes, shape: plain.shape, account: context.account)
      values.fill(from: plain)
    }
    let n = values.rowLength
    let log = context.corners.log
    var decision: DecisionLog.Decision?
    var jets: JetComparison?
    var cornerRows: [Int] = []
    var firstGroups: [[Int]] = []
    var order: [[Int]] = []
    for row in 0..<(n == 0 ? 0 : values.count / n) {
      let elements = values.row(row)
      var places: [Int]
      if case .largest = part {
        places = tiedLargest(elements)
      } else {
        places = try descending(elements, context)
      }
      if x.level > 0, hasTies(elements, places, wanted) {
        if jets == nil {
          jets = try JetComparison(
            x, x, lanes: lanes, shape: values.shape, account: context.account)
          decision = log?.open(context.site, extent: values.count)
        }
        if let jets {
          let base = row * n
          var groups = groupingTies(places, elements)
          var isKnown = false
          if let decision, case .order(let kept)? = log?.choice(decision, row) {
            groups = kept
            isKnown = true
          }
          let reach = tieReach(of: wanted, places, elements)
          // An earlier chunk may have settled some of the ties only.
          var rank = 0
          var tied: [[Int]] = []
          let settled = groups.flatMap { group -> [[Int]] in
            defer { rank += group.count }
            guard reach.contains(rank) else { return [group] }
            let parts = splitting(group) { i, j in jets.compare(base + i, base + j) }
            if parts.count > 1 { tied.append(group) }
            return parts
          }
          if settled.count > groups.count {
            if !isKnown {
              if cornerRows.isEmpty { firstGroups = tied }
              cornerRows.append(row)
            }
            if let decision { log?.keep(.order(settled), decision, row) }
          }
          places = settled.flatMap(\.self)
          // Neighbours in the final order differ wherever any two do; also those that an earlier
          // chunk told apart.
          for (i, j) in zip(places[reach], places[reach].dropFirst())
          where elements[i] == elements[j] { context.corners.feed(jets, base + i, base + j) }
        }
      }
      order.append(places)
      if context.account.isCancelled { throw EvaluationProblem.cancelled }
    }
    if let first = cornerRows.first {
      let layout = CornerLayout(lanes: lanes, shape: values.shape, rows: context.rows)
      let groups = firstGroups.prefix(CornerEvent.placeLimit).map { group in
        CornerTie.Group(
          indices: group.sorted().prefix(CornerEvent.placeLimit)
            .map { layout.index(row: first, place: $0) }, count: group.count)
      }
      context.corners.note(
        CornerEvent(
          context, .elements(groups, mark: context.rows?.mark ?? ""),
          places: cornerRows.prefix(CornerEvent.placeLimit)
            .map { layout.rowPlace($0, context.corners) }, count: cornerRows.count))
    }
    return RowOrder(lanes: lanes, shape: values.shape, places: order)
  }

  /// The places of the largest element; the first nan where there is one.
  private static func tiedLargest(_ row: UnsafeBufferPointer<Double>) -> [Int] {
    var places: [Int] = []
    var largest = -Double.infinity
    for i in row.indices {
      if row[i].isNaN { return [i] }
      if row[i] > largest || places.isEmpty {
        largest = row[i]
        places = [i]
      } else if row[i] == largest {
        places.append(i)
      }
    }
    return places
  }

  private static func descending(
    _ row: UnsafeBufferPointer<Double>, _ context: CallContext
  ) throws -> [Int] {
    // The places in both orders, and what sorting needs.
    try context.account.holding(3 * row.count) { try unheldDescending(row, context) }
  }

  private static func unheldDescending(
    _ row: UnsafeBufferPointer<Double>, _ context: CallContext
  ) throws -> [Int] {
    // Ascending puts equal numbers in the order of their places, which reversing would undo.
    let ascending: [Int]
    do {
      ascending = try Sorting.stableArgsort(row, shouldStop: { context.account.isCancelled })
    } catch {
      throw EvaluationProblem.cancelled
    }
    var places: [Int] = []
    places.reserveCapacity(row.count)
    var end = ascending.count
    while end > 0 {
      if end & 0x3ffff == 0, context.account.isCancelled { throw EvaluationProblem.cancelled }
      var start = end - 1
      while start > 0, row[ascending[start - 1]] == row[ascending[start]] { start -= 1 }
      places.append(contentsOf: ascending[start..<end])
      end = start
    }
    return places
  }

  /// Whether an element of the wanted part of the order has an equal beside it.
  private static func hasTies(
    _ row: UnsafeBufferPointer<Double>, _ places: [Int], _ wanted: Range<Int>
  ) -> Bool {
    let end = min(wanted.upperBound + 1, places.count)
    for i in stride(from: max(wanted.lowerBound, 1), to: end, by: 1)
    where row[places[i]] == row[places[i - 1]] && row[places[i]].isFinite { return true }
    return false
  }

  /// The wanted part of an order, together with the equals of its elements.
  private static func tieReach(
    of wanted: Range<Int>, _ places: [Int], _ row: UnsafeBufferPointer<Double>
  ) -> Range<Int> {
    var (start, end) = (wanted.lowerBound, min(wanted.upperBound, places.count))
    if start >= end { return 0..<0 }
    while start > 0, row[places[start - 1]] == row[places[start]] { start -= 1 }
    while end < places.count, row[places[end]] == row[places[end - 1]] { end += 1 }
    return start..<end
  }

  /// The places of equal elements in groups.
  private static func groupingTies(
    _ places: [Int], _ row: UnsafeBufferPointer<Double>
  ) -> [[Int]] {
    var groups: [[Int]] = []
    for place in places {
      if let last = groups.last?.last, row[last] == row[place] {
        groups[groups.count - 1].append(place)
      } else {
        groups.append([place])
      }
    }
    return groups
  }

  /// A group of tied places in order, cut where a comparison tells them apart; those that it does
  /// not by place.
  private static func splitting(_ group: [Int], _ compare: (Int, Int) -> Int) -> [[Int]] {
    if group.count == 1 { return [group] }
    let sorted = group.sorted { i, j in
      let sign = compare(i, j)
      return sign == 0 ? i < j : sign > 0
    }
    var groups = [[sorted[0]]]
    for (i, j) in zip(sorted, sorted.dropFirst()) {
      if compare(i, j) == 0 {
        groups[groups.count - 1].append(j)
      } else {
        groups.append([j])
      }
    }
    return groups
  }

  /// The largest element of each row, in the place of the last axis; -inf of nothing.
  func largestOfRows(_ context: CallContext) throws -> Value {
    if case .traced(let rows) = plain {
      if level > 0 { rows.graph.note(.tieInRows(try rows.rows()), level: level) }
      return try plain.largestEntries()(self)
    }
    if case .enclosed(let known) = self { return .enclosed(try known.largestOfRows()) }
    // Of nothing it is -inf, a constant.
    if level == 0 || shape.last == 0 {
      return try plain.arrayOrThrow().reducingRows { row in
        var largest = -Double.infinity
        for x in row {
          if x.isNaN { return x }
          if x > largest { largest = x }
        }
        return largest
      }
    }
    return try .apply(
      Value.rowsDescending(self, wanted: .largest, context)
        .gather(0..<1, keepingAxis: .dropped, context.account),
      self)
  }
}

/// An order of the elements of each row, as a choice that `Gather` can apply.
struct RowOrder {
  /// Whether the last axis is left out of the result.
  enum Axis { case kept, dropped }

  /// The part of an order that is asked for.
  enum Part {
    /// The largest alone: only its equals are looked for.
    case largest
    case places(Range<Int>)

    fileprivate var ranks: Range<Int> {
      switch self {
      case .largest: 0..<1
      case .places(let range): range
      }
    }
  }

  let lanes: [Lane]
  let shape: [Int]
  let places: [[Int]]

  /// The elements at given places of the order.
  func gather(
    _ range: some Sequence<Int>, keepingAxis axis: Axis, _ account: MemoryAccount
  ) throws -> Gather {
    let n = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    var indices: [Int] = []
    let wanted = range.reduce(0) { count, _ in count + 1 }
    indices.reserveCapacity(places.count * wanted)
    var poll = StopPoll()
    for (row, order) in places.enumerated() {
      let start = row % max(rows, 1) * n
      for position in range {
        if poll.shouldStop(after: 2, { account.isCancelled }) { throw EvaluationProblem.cancelled }
        indices.append(start + order[position])
      }
    }
    let outer = Array(shape.dropLast())
    return Gather(
      lanes: lanes, from: shape, to: axis == .dropped ? outer : outer + [wanted],
      indices: indices)
  }
}
