extension Builtins {
  private static let reals: ClosedRange<Double> = -3...3

  static let reductions: [Builtin] = [
    reduction(
      "sum", "The sum of the elements, compensated.", .jacobian(["v": "ones(shape(v))"]),
      "sum([1e16, 1, -1e16])",
      filtering: .neutral(0), notation: .big(.sum)
    ) { v, _ in
      try .apply(SumRows(), v)
    },
    reduction(
      "prod", "The product of the elements.", .jacobian(["v": "prod(v) / v"]), "prod([2, 3, 4])",
      filtering: .neutral(1), notation: .big(.product)
    ) {
      v, context in
      if v.shape.last == 0 {
        return try Value.number(1).broadcast(to: Array(v.shape.dropLast()), context.account)
      }
      return try Value.apply(CumulativeProduct(), v).lastOfRows()
    },
    reduction(
      "mean", "The arithmetic mean.", .jacobian(["v": "ones(len(v)) / len(v)"]), "mean([1, 2, 4])",
      filtering: .mean, notation: .mean
    ) { v, _ in
      try .apply(MeanRows(), v)
    },
    reduction(
      "var", "The variance, divided by n.", .jacobian(["v": "2 * (v - mean(v)) / len(v)"]),
      "var([1, 2, 3])"
    ) { v, _ in
      try .apply(MeanRows(), .apply(Square.self, deviations(v)))
    },
    reduction(
      "std", "The standard deviation, divided by n.",
      .jacobian(
        ["v": "(v - mean(v)) / (len(v) * std(v))"], "Where all elements are equal it is a corner."),
      "std([1, 2, 3])"
    ) { v, context in
      let root = Value.number(Double(v.shape.last ?? 0).squareRoot())
      let deviations = try deviations(v)
      let corner = "the elements are equal, and the slope along d is std(d)"
      let length = try deviations.normOfRows(p: 2, context, corner: corner)
      // The norm may overflow where the deviation does not.
      guard case .number(.infinity) = length.plain else { return try length / root }
      return try (deviations / root).normOfRows(p: 2, context, corner: corner)
    },
    reduction(
      "logmeanexp", "ln of the mean of e^v.", .jacobian(["v": "softmax(v)"]), "logmeanexp([0, 0])"
    ) { v, _ in
      if v.shape.last == 0 { return try .apply(LogSumExp(), v, .number(1)) }
      if case .enclosed(let known) = v { return try known.logMeanOfRows() }
      // Relative to the largest entry by value: lse - ln n cancels where the entries are small.
      let largest = try SmoothFamily.commonPart(v)
      let relative = try Value.apply(Expm1.self, v - largest.keepingRowAxis())
      return try largest + .apply(Log1p.self, .apply(MeanRows(), relative))
    },
    reduction(
      "median", "The middle of the sorted elements.",
      .words(
        "1 by the middle element, or 1/2 by each of the two; elements that tie there are a corner."),
      "median([3, 1, 2])"
    ) { v, context in
      try quantile(v, .number(0.5), context)
    },
    Builtin(
      "quantile", "v, q, *, #axis = all, keep = false", .reductions,
      "The quantile q of the elements, 0 ≤ q ≤ 1, interpolated linearly.",
      derivative: .words(
        "By v: the weights of the two elements that it lies between; by q: (len(v) - 1) times their difference."
      ), example: "quantile([1, 2, 3, 4], 0.5)", smooth: .refused,
      .general { a, c in
        let c = try c.reducing(a[0], along: a.wholeNumber(2, .axis))
        guard a[1].shape.count == 1 else {
          return try a[0].reduced(a, axis: 2, keep: 3, "quantile") { try quantile($0, a[1], c) }
        }
        // Several quantiles: one for each, along a first axis.
        let each = try (0..<a[1].shape[0]).map { i in
          let q = try Value.apply(TakeRow(row: i), a[1])
          return try a[0].reduced(a, axis: 2, keep: 3, "quantile") { try quantile($0, q, c) }
        }
        return try .stacked(each, account: c.account)
      }),
    Builtin(
      "norm", "v, p = 2, *, #axis = all, keep = false", .reductions,
      "The p-norm, p ≥ 1 (inf: the largest magnitude).", formula: "(Σ |v|^p)^(1/p)",
      derivative: .jacobian(
        [
          "v": "sign(v) * (abs(v) / norm(v, p))^(p - 1)",
          "p": "norm(v, p) * (sum(xlogy(abs(v)^p, abs(v))) / norm(v, p)^p - log(norm(v, p))) / p",
        ], "At 0 it is a corner."), example: "norm([3, 4])",
      edges: ["norm([3, 4], 1)", "norm([3, 4], inf)", "norm([1e300, 1e300])"],
      smooth: .twin("norm(v, p)") { a, c, s in
        guard let p = try order(a), p == 1 || p == .infinity else {
          return try a[0].reduced(a, axis: 2, keep: 3, "norm") { try norm($0, a, c) }
        }
        return try a[0].reduced(a, axis: 2, keep: 3, "norm") { rows in
          let magnitudes = try s.abs(rows, c)
          return p == 1
            ? try .apply(SumRows(), magnitudes) : try s.maximum(ofRows: magnitudes)
        }
      }, samples: .vector(0.5...3), notation: .norm,
      .general { a, c in
        let c = try c.reducing(a[0], along: a.wholeNumber(2, .axis))
        return try a[0].reduced(a, axis: 2, keep: 3, "norm") { try norm($0, a, c) }
      }),
    Builtin(
      "dot", "a, b", .reductions, "The scalar product of two vectors.",
      derivative: .jacobian(["a": "b", "b": "a"]), example: "dot([1, 2], [3, 4])",
      notation: .scalarProduct,
      .general { a, _ in
        try vectors(a, "dot")
        return try .apply(RowProduct(), a[0], a[1])
      }),
    Builtin(
      "cossim", "a, b", .reductions, "The cosine of the angle between two vectors.",
      formula: "a·b / (‖a‖ ‖b‖)",
      derivative: .jacobian([
        "a": "(b / norm(b) - cossim(a, b) * a / norm(a)) / norm(a)",
        "b": "(a / norm(a) - cossim(a, b) * b / norm(b)) / norm(b)",
      ]), example: "cossim([1, 0], [1, 1])",
      .general { a, c in
        try vectors(a, "cossim")
        let unitA = try a[0] / a[0].normOfRows(p: 2, c, corner: "a vector is 0")
        let unitB = try a[1] / a[1].normOfRows(p: 2, c, corner: "a vector is 0")
        return try .apply(RowProduct(), unitA, unitB)
      }),
    ofTruths("any", "Whether any element is true.", "any([false, true])", neutral: false) {
      count, _ in
      try .whether("any", count) { $0 > 0 }
    },
    ofTruths("all", "Whether all elements are true.", "all([false, true])", neutral: true) {
      count, n in
      try .byValue("all", count, .number(Double(n)), content: .truths) { $0 == $1 ? 1 : 0 }
    },
    ofTruths(
      "count", "How many elements are true.", "count([1, 5, 3] > 2)", neutral: false,
      notation: .count
    ) {
      count, _ in
      count
    },
  ]

  private static func reduction(
    _ name: String, _ summary: String, _ derivative: BuiltinDerivative, _ example: String,
    filtering: Builtin.Filtering = .none, notation: Notation = .standard,
    _ rows: @escaping @Sendable (Value, CallContext) throws -> Value
  ) -> Builtin {
    Builtin(
      name, "v, *, #axis = all, keep = false", .reductions, summary, derivative: derivative,
      example: example, smooth: name == "median" ? .refused : .unchanged, samples: .vector(0.5...3),
      filtering: filtering, notation: notation,
      .general { a, c in
        let c = try c.reducing(a[0], along: a.wholeNumber(1, .axis))
        return try a[0].reduced(a, axis: 1, keep: 2, name) { try rows($0, c) }
      })
  }

  private static func ofTruths(
    _ name: String, _ summary: String, _ example: String, neutral: Bool,
    notation: Notation = .standard,
    _ answer: @escaping @Sendable (_ count: Value, _ length: Int) throws -> Value
  ) -> Builtin {
    Builtin(
      name, "mask, *, #axis = all, keep = false", .reductions, summary, example: example,
      isWithoutDerivative: true, filtering: .neutral(neutral ? 1 : 0), notation: notation,
      .general { a, _ in
        // Nothing is as good a mask of nothing: a filter may have dropped every element.
        guard a[0].isMask || a[0].isNumeric && a[0].shape == [0] else {
          throw EvaluationProblem.notATruthValue(.mask, a[0].kindDescription)
        }
        return try a[0].reduced(a, axis: 1, keep: 2, name) {
          try answer(.apply(SumRows(), $0), $0.shape.last ?? 0)
        }
      })
  }

  /// The p of a norm; `nil` where it has a derivative or differs from lane to lane.
  private static func order(_ a: BoundArguments) throws -> Double? {
    let p = a.optional(1) ?? .number(2)
    guard p.isNumeric, p.shape.isEmpty else {
      throw EvaluationProblem.invalidArgument("norm", "p", "a number from 1 on")
    }
    let isOrder =
      if case .tensor(let tensor) = p.plain { tensor.elements.allSatisfy { $0 >= 1 } } else {
        try p.plain.numberOrThrow() >= 1
      }
    guard isOrder else {
      throw EvaluationProblem.invalidArgument("norm", "p", "a number from 1 on")
    }
    if case .number(let p) = p { return p }
    return nil
  }

  private static func deviations(_ v: Value) throws -> Value {
    try v - .apply(MeanRows(), v).keepingRowAxis()
  }

  private static func vectors(_ a: BoundArguments, _ name: String) throws {
    for value in [a[0], a[1]] where value.shape.count != 1 {
      throw EvaluationProblem.needsVector(name, value.kindDescription)
    }
    guard a[0].shape == a[1].shape else {
      throw EvaluationProblem.shapesDiffer(name, a[0].shape, a[1].shape)
    }
  }

  private static func norm(_ v: Value, _ a: BoundArguments, _ context: CallContext) throws -> Value
  {
    if v.shape.last == 0 {
      return try Value.number(0).broadcast(to: Array(v.shape.dropLast()), context.account)
    }
    guard let p = try order(a) else {
      let order = a.optional(1) ?? .number(2)
      if case .tensor = order.plain { throw LaneDependence() }
      let result = try SmoothFamily.powerSum(.abs(v, context), p: order)
      guard case .number = order.plain, !v.plain.isTraced, try Enclosure.among(v, order) == nil
      else { return result }
      // The value is that of a p without derivative, to the last bit.
      var plain = a
      plain.values[1] = order.plain
      return try result.replacingPlain(with: norm(v.plain, plain, context))
    }
    if p == 1 { return try .apply(SumRows(), .abs(v, context)) }
    if p == .infinity {
      var magnitudes = context
      magnitudes.rows?.mark = "|"
      return try Value.abs(v, context).largestOfRows(magnitudes)
    }
    return try v.normOfRows(
      p: p, context,
      corner: "the elements are 0, and the slope along d is "
        + (p == 2 ? "norm(d)" : "norm(d, \(NumberFormat.formatted(p)))"))
  }

  /// At h = (n - 1) q of the sorted elements, between ⌊h⌋ and ⌈h⌉.
  private static func quantile(_ v: Value, _ q: Value, _ context: CallContext) throws -> Value {
    let n = v.shape.last ?? 0
    guard n > 0 else { throw EvaluationProblem.ofNothing(context.name) }
    let position = try q * .number(Double(n - 1))
    guard case .number(let h) = position.plain, h >= 0, h <= Double(n - 1) else {
      if case .tensor = position.plain { throw LaneDependence() }
      throw EvaluationProblem.invalidArgument(context.name, "q", "a number from 0 to 1")
    }
    let varies = position.level > 0
    // The last piece has both its ends, so that the slope in q at 1 is its.
    let lower = min(Int(h.rounded(.down)), varies ? max(n - 2, 0) : n - 1)
    let isKnot = h == Double(lower)
    // There the quantile is one element, but its slope in q is that of a piece beside it.
    let wanted =
      isKnot && !varies
      ? lower..<lower + 1 : max(isKnot ? lower - 1 : lower, 0)..<min(lower + 2, n)
    let sorted = try v.sortedRows(context, wanted: wanted)
    let below = try sorted.placeOfRows(lower)
    // A nan, which is sorted last, is in every quantile.
    let last = try sorted.placeOfRows(n - 1).plain
    let nanMask = try Value.whether("isnan", last) { $0.isNaN }
    if isKnot, !varies { return try .select(nanMask, .number(.nan), below) }
    let fraction = try position - .number(Double(lower))
    let above = try sorted.placeOfRows(min(lower + 1, n - 1))
    // A mean, not below + (above - below) f, whose difference may overflow; a weight of 0 counts
    // for nothing, also where the other is infinite.
    var forward = fraction
    if isKnot, lower > 0 {
      // A corner in q, between the pieces on both sides.
      forward = try .maximum(
        fraction, .number(0), context, .described("q is where two slopes meet"))
    }
    var result = try below.chained(.number(1) - forward) + above.chained(forward)
    if isKnot, lower > 0 {
      let backward = try forward - fraction
      result =
        try result - below.chained(backward)
        + sorted.placeOfRows(lower - 1).chained(backward)
    }
    return try .select(nanMask, .number(.nan), result)
  }
}

extension Value {
  /// Each row in ascending order, nan last; ties settled by derivatives.
  ///
  /// - Parameter wanted: the places at which ties are to be settled; all, where it is left out.
  func sortedRows(_ context: CallContext, wanted: Range<Int>? = nil) throws -> Value {
    if plain.isTraced { return try inOrder(of: -self, count: shape.last ?? 0) }
    let order = try Value.rowsDescending(
      -self, wanted: .places(wanted ?? 0..<(shape.last ?? 0)), context)
    let values = try plain.arrayOrThrow()
    let n = max(values.rowLength, 1)
    // The lanes of the order may be more than those of the values: nan is looked for by place.
    let wide = try Value.tensor(values).repeated(along: order.lanes, context.account)
    var poll = StopPoll()
    let places = try order.places.enumerated().map { row, places in
      var numbers: [Int] = []
      numbers.reserveCapacity(places.count)
      var others: [Int] = []
      for place in places {
        if poll.shouldStop(after: 2, { context.account.isCancelled }) {
          throw EvaluationProblem.cancelled
        }
        if wide.start[row * n + place].isNaN { others.append(place) } else { numbers.append(place) }
      }
      return numbers + others
    }
    let sorted = RowOrder(lanes: order.lanes, shape: order.shape, places: places)
    return try .apply(
      sorted.gather(0..<(shape.last ?? 0), keepingAxis: .kept, context.account), self)
  }

  private func repeated(along lanes: [Lane], _ account: MemoryAccount) throws -> Tensor {
    let tensor = try arrayOrThrow()
    if tensor.lanes == lanes { return tensor }
    let result = try Tensor(lanes: lanes, shape: tensor.shape, account: account)
    result.fill(from: tensor)
    return result
  }

  /// The element of each row at a place.
  func placeOfRows(_ place: Int) throws -> Value {
    let shape = shape
    let n = shape.last ?? 1
    let rows = shape.dropLast().reduce(1, *)
    return try .apply(
      Gather(
        from: shape, to: Array(shape.dropLast()), indices: (0..<rows).map { $0 * n + place }),
      self)
  }
}
