extension Builtins {
  static let arrays: [Builtin] = [
    Builtin(
      "len", "v", .arrays, "The number of elements along the first axis.",
      example: "len([4, 5, 6])",
      isWithoutDerivative: true,
      .general { a, _ in
        switch a[0] {
        case .text(let text): return .number(Double(text.count))
        case .record(let record): return .number(Double(record.names.count))
        default:
          guard let n = a[0].shape.first else {
            throw EvaluationProblem.argumentKind("len", a[0].kindDescription)
          }
          return .number(Double(n))
        }
      }),
    Builtin(
      "shape", "v", .arrays, "The length of each axis; of a number, an empty array.",
      example: "shape([[1, 2, 3], [4, 5, 6]])", isWithoutDerivative: true,
      .general { a, c in
        .tensor(try Tensor(a[0].shape.map(Double.init), account: c.account))
      }),
    filled("zeros", "An array of zeros.", "zeros(2, 3)", 0, "0"),
    filled("ones", "An array of ones.", "ones(3)", 1, "1"),
    Builtin(
      "full", "#shape, x", .arrays,
      "An array of one number; the shape is a length or an array of them.",
      derivative: .adjoint(["x": "sum(u)"]), example: "full(3, 7)",
      .general { a, c in
        try a[1].broadcast(to: try sizes([a[0]], "full"), c.account)
      }),
    Builtin(
      "eye", "#n", .arrays, "The identity matrix.", example: "eye(2)", isWithoutDerivative: true,
      notation: .bold("I", subscript: "n"),
      .general { a, c in
        let n = try size(a[0], "eye")
        return try .identity(n, account: c.account)
      }),
    Builtin(
      "linspace", "a, b, #n = 50", .arrays, "n numbers from a to b, both included, evenly spaced.",
      derivative: .jacobian(["a": "linspace(1, 0, n)", "b": "linspace(0, 1, n)"]),
      example: "linspace(0, 1, 5)",
      .general { a, c in
        let n = try a.optional(2).map { try size($0, "linspace") } ?? 50
        let fractions = try Tensor(shape: [n], account: c.account)
        for i in 0..<n { fractions.start[i] = n == 1 ? 0 : Double(i) / Double(n - 1) }
        let x = Value.tensor(fractions)
        // Both ends exactly.
        return try a[0] * (.number(1) - x) + a[1] * x
      }),
    Builtin(
      "onehot", "#i, #n", .arrays, "n elements: 1 at i, 0 elsewhere.", example: "onehot(1, 3)",
      isWithoutDerivative: true, notation: .bold("e", subscript: "i"),
      .general { a, c in
        let n = try size(a[1], "onehot")
        let places = try Tensor(shape: [n], account: c.account)
        for i in 0..<n { places.start[i] = Double(i) }
        if a[0].plain.isTraced {
          return try .byValue("onehot", a[0].placesToBe(below: n).keepingRowAxis(), .tensor(places))
          {
            $0 == $1 ? 1 : 0
          }
        }
        let wanted = try a[0].plain.keepingRowAxis()
        let outside = try Value.mapped(wanted, .number(0), content: .truths) { i, _ in
          i == i.rounded() && i >= -Double(n) && i < Double(n) ? 0 : 1
        }
        if case .tensor(let tensor) = outside, tensor.elements.contains(where: { $0 != 0 }) {
          throw EvaluationProblem.invalidArgument("onehot", "i", "an index below \(n)")
        }
        return try .mapped(wanted, .tensor(places)) { i, place in
          i == place || i + Double(n) == place ? 1 : 0
        }
      }),
    Builtin(
      "concat", "parts..., *, #axis = 0", .arrays, "Arrays one after another along an axis.",
      derivative: .words("By each part: those elements of the gradient that came from it."),
      example: "concat([1, 2], [3])",
      .general { a, c in try concatenated(a, c) }),
    Builtin(
      "stack", "parts..., *, #axis = 0", .arrays, "Arrays of one shape along a new axis.",
      derivative: .words("By each part: those elements of the gradient that came from it."),
      example: "stack([1, 2], [3, 4])",
      .general { a, c in
        guard let first = a.rest.first else {
          throw EvaluationProblem.missingArgument("stack", "parts")
        }
        for part in a.rest where !part.isNumeric || part.shape != first.shape {
          throw EvaluationProblem.shapesDiffer("stack", first.shape, part.shape)
        }
        let result = try Value.stacked(a.rest, account: c.account)
        let axis = try result.axis(try a.wholeNumber(1, .axis) ?? 0)
        return try result.movingFirstAxis(to: axis)
      }),
    Builtin(
      "reshape", "v, #shape...", .arrays,
      "The same elements in another shape; -1 stands for what is left.",
      derivative: .adjoint(["v": "reshape(u, shape(v))"]), example: "reshape([1, 2, 3, 4], 2, 2)",
      .general { a, c in
        guard a[0].isNumeric else {
          throw EvaluationProblem.argumentKind("reshape", a[0].kindDescription)
        }
        var shape = try lengths(a.rest)
        let count = a[0].shape.reduce(1, *)
        if let free = shape.firstIndex(of: -1) {
          var known = 1
          for (axis, n) in shape.enumerated() where axis != free {
            let (product, overflow) = known.multipliedReportingOverflow(by: n)
            known = overflow || n < 0 ? 0 : product
          }
          if known > 0, count % known == 0 { shape[free] = count / known }
        }
        let (total, overflow) = shape.reduce((1, false)) {
          let (product, overflow) = $0.0.multipliedReportingOverflow(by: $1)
          return (product, $0.1 || overflow || $1 < 0)
        }
        guard !overflow, total == count else {
          throw EvaluationProblem.reshapeSize(a[0].shape, shape)
        }
        return try a[0].reshaped(shape, account: c.account)
      }),
    Builtin(
      "reverse", "v, *, #axis = 0", .arrays, "The elements along an axis in reverse order.",
      derivative: .adjoint(["v": "reverse(u)"]), example: "reverse([1, 2, 3])",
      .general { a, _ in
        let axis = try a[0].axis(try a.wholeNumber(1, .axis) ?? 0)
        let n = a[0].shape[axis]
        return try a[0].picking((0..<n).reversed(), axis: axis)
      }),
    Builtin(
      "drop", "v, #i", .arrays, "v without its element i.",
      derivative: .adjoint(["v": "concat(u[..<i], [0], u[i...])"]), example: "drop([1, 2, 3], 1)",
      notation: .array,
      .general { a, c in try dropped(a[0], a[1], c) }),
    Builtin(
      "outer", "a, b", .arrays, "All products of an element of a with one of b.",
      derivative: .adjoint(["a": "u @ b", "b": "a @ u"]), example: "outer([1, 2], [3, 4])",
      notation: .outerProduct,
      .general { a, _ in
        for value in [a[0], a[1]] where value.shape.count != 1 {
          throw EvaluationProblem.needsVector("outer", value.kindDescription)
        }
        return try a[0].reshaped([a[0].shape[0], 1]) * a[1].reshaped([1, a[1].shape[0]])
      }),
    Builtin(
      "diag", "a", .arrays, "The diagonal of a matrix; of a vector, the matrix with that diagonal.",
      derivative: .adjoint(["a": "diag(u)"]), example: "diag([1, 2])",
      .general { a, c in try diagonal(a[0], c) }),
    Builtin(
      "trace", "A", .arrays, "The sum of the diagonal.",
      derivative: .jacobian(["A": "eye(len(A))"]), example: "trace([[1, 2], [3, 4]])",
      notation: .called("tr"),
      .general { a, c in
        guard a[0].shape.count == 2 else {
          throw EvaluationProblem.needsMatrix("trace", a[0].kindDescription)
        }
        return try .apply(SumRows(), diagonal(a[0], c))
      }),
    Builtin(
      "transpose", "A", .arrays, "The axes in reverse order; also A.T.",
      derivative: .adjoint(["A": "transpose(u)"]), example: "transpose([[1, 2], [3, 4]])",
      notation: .transposed,
      .general { a, _ in try a[0].transposed(Array(a[0].shape.indices.reversed())) }),
  ]

  static let orders: [Builtin] = [
    Builtin(
      "sort", "v, *, #axis = last", .arrays, "The elements in ascending order, nan last.",
      derivative: .adjoint(["v": "u[argsort(argsort(v))]"], "Elements that tie are a corner."),
      example: "sort([3, 1, 2])", edges: ["sort([2, nan, 1])"], smooth: .refused,
      samples: .vector(-3...3),
      .general { a, c in
        let c = try c.reducing(a[0], along: a.wholeNumber(1, .axis) ?? -1)
        return try a[0].mappedRows(a, axis: 1) { try $0.sortedRows(c) }
      }),
    Builtin(
      "argsort", "v, *, #axis = last", .arrays,
      "The indices that sort v, equal elements in their order; nan last.",
      example: "argsort([3, 1, 2])", smooth: .refused, isWithoutDerivative: true,
      .general { a, _ in
        try a[0].plain.mappedRows(a, axis: 1) { rows in
          if case .traced(let rows) = rows { return try rows.argsort() }
          let array = try rows.arrayOrThrow()
          return try array.mappingRows { row, result in
            try array.account.holding(2 * row.count) {
              let places = try Sorting.stableArgsort(
                row, shouldStop: { array.account.isCancelled })
              for (i, place) in places.enumerated() { result[i] = Double(place) }
            }
          }
        }
      }),
    Builtin(
      "topk", "v, #n, *, #axis = last", .arrays, "The n largest elements, the largest first.",
      derivative: .adjoint(
        ["v": "concat(u, zeros(len(v) - n))[argsort(argsort(-v))]"],
        "Elements that tie are a corner."), example: "topk([3, 1, 2], 2)", smooth: .refused,
      .general { a, c in
        let n = try size(a[1], "topk")
        guard !a[0].shape.isEmpty else {
          throw EvaluationProblem.argumentKind("topk", a[0].kindDescription)
        }
        let c = try c.reducing(a[0], along: a.wholeNumber(2, .axis) ?? -1)
        return try a[0].mappedRows(a, axis: 2) { rows in
          guard n <= rows.shape.last ?? 0 else {
            throw EvaluationProblem.invalidArgument(
              "topk", "n", "at most the \(rows.shape.last ?? 0) elements there are")
          }
          if rows.plain.isTraced { return try rows.inOrder(of: rows, count: n) }
          return try .apply(
            Value.rowsDescending(rows, wanted: n == 1 ? .largest : .places(0..<n), c).gather(
              0..<n, keepingAxis: .kept, c.account), rows)
        }
      }),
    cumulative(
      "cumsum", "The running sums.", .adjoint(["v": "reverse(cumsum(reverse(u)))"]),
      "cumsum([1, 2, 3])"
    ) {
      try .apply(CumulativeSum(), $0)
    },
    cumulative(
      "cumprod", "The running products.",
      .adjoint(["v": "reverse(cumsum(reverse(u * cumprod(v)))) / v"]), "cumprod([1, 2, 3])"
    ) {
      try .apply(CumulativeProduct(), $0)
    },
    cumulative(
      "cumlse", "The running log-sum-exp.",
      .adjoint(["v": "exp(v) * reverse(cumsum(reverse(u * exp(-cumlse(v)))))"]), "cumlse([0, 0, 0])"
    ) {
      try .apply(CumulativeLogSumExp(), $0)
    },
  ]

  private static func cumulative(
    _ name: String, _ summary: String, _ derivative: BuiltinDerivative, _ example: String,
    _ rows: @escaping @Sendable (Value) throws -> Value
  ) -> Builtin {
    Builtin(
      name, "v, *, #axis = last", .arrays, summary, derivative: derivative, example: example,
      samples: .vector(0.5...2),
      .general { a, _ in try a[0].mappedRows(a, axis: 1, rows) })
  }

  private static func filled(
    _ name: String, _ summary: String, _ example: String, _ x: Double, _ digit: String
  )
    -> Builtin
  {
    Builtin(
      name, "#shape...", .arrays, summary, example: example, isWithoutDerivative: true,
      notation: .bold(digit, subscript: "shape"),
      .general { a, c in
        try Value.number(x).broadcast(to: try sizes(a.rest, name), c.account)
      })
  }

  // MARK: Sizes

  static func size(_ value: Value, _ function: String) throws -> Int {
    let n = try value.wholeNumber(.size)
    guard n >= 0 else { throw EvaluationProblem.negativeSize(function, n) }
    return n
  }

  /// The lengths given one by one or as one array.
  private static func lengths(_ arguments: [Value]) throws -> [Int] {
    if arguments.count == 1, case .tensor(let tensor) = arguments[0].plain, tensor.shape.count == 1
    {
      guard tensor.lanes.isEmpty else { throw LaneDependence() }
      guard tensor.count <= Tensor.rankLimit else {
        throw EvaluationProblem.tooManyAxes(tensor.count, limit: Tensor.rankLimit)
      }
      return try tensor.elements.map { try Value.number($0).wholeNumber(.size) }
    }
    return try arguments.map { try $0.wholeNumber(.size) }
  }

  static func sizes(_ arguments: [Value], _ function: String) throws -> [Int] {
    let lengths = try lengths(arguments)
    for n in lengths where n < 0 { throw EvaluationProblem.negativeSize(function, n) }
    return lengths
  }

  // MARK: Bodies

  private static func concatenated(_ a: BoundArguments, _ context: CallContext) throws -> Value {
    guard let first = a.rest.first else {
      throw EvaluationProblem.missingArgument("concat", "parts")
    }
    for part in a.rest where !part.isNumeric || part.shape.isEmpty {
      throw EvaluationProblem.argumentKind("concat", part.kindDescription)
    }
    let axis = try first.axis(try a.wholeNumber(1, .axis) ?? 0)
    var rest = first.shape
    rest.remove(at: axis)
    let parts = try a.rest.map { part -> Value in
      var own = part.shape
      if axis < own.count { own.remove(at: axis) }
      guard part.shape.count == first.shape.count, own == rest else {
        throw EvaluationProblem.shapesDiffer("concat", first.shape, part.shape)
      }
      return try part.movingAxisFirst(axis)
    }
    return try Value.concatenated(parts, account: context.account).movingFirstAxis(to: axis)
  }

  private static func dropped(_ v: Value, _ i: Value, _ context: CallContext) throws -> Value {
    guard let n = v.shape.first else { throw EvaluationProblem.notAnArray(v.kindDescription) }
    guard i.shape.isEmpty else {
      throw EvaluationProblem.notAWholeNumber(.index, i.kindDescription)
    }
    if i.plain.isTraced { return try v.dropping(i) }
    let places: Tensor
    if case .tensor(let tensor) = i.plain {
      places = tensor
    } else {
      places = try Tensor([try i.plain.numberOrThrow()], shape: [], account: context.account)
    }
    let rest = v.shape.dropFirst().reduce(1, *)
    let lanes = i.plain.lanes
    try Tensor.check(lanes: lanes, shape: v.shape, account: context.account)
    var indices: [Int] = []
    indices.reserveCapacity(places.count * max(n - 1, 0))
    for point in 0..<places.count {
      try context.account.checkStop()
      let given = try Value.number(places.start[point]).wholeNumber(.index)
      guard given >= -n, given < n else {
        throw EvaluationProblem.indexOutOfBounds(given, "the array", 0, n, v.shape.count)
      }
      let place = given < 0 ? given + n : given
      indices += 0..<place
      indices += place + 1..<n
    }
    return try context.account.holding(indices.count) {
      try .apply(
        Gather(
          lanes: lanes, from: v.shape, to: [n - 1] + v.shape.dropFirst(), indices: indices,
          run: rest), v)
    }
  }

  private static func diagonal(_ a: Value, _ context: CallContext) throws -> Value {
    let shape = a.shape
    switch shape.count {
    case 1:
      let n = shape[0]
      try Tensor.check(shape: [n, n], account: context.account)
      return try context.account.holding(n * n) {
        var indices = [Int](repeating: -1, count: n * n)
        for i in 0..<n { indices[i * n + i] = i }
        return try .apply(Gather(from: shape, to: [n, n], indices: indices), a)
      }
    case 2:
      let n = min(shape[0], shape[1])
      return try .apply(
        Gather(from: shape, to: [n], indices: (0..<n).map { $0 * shape[1] + $0 }), a)
    default: throw EvaluationProblem.needsMatrix("diag", a.kindDescription)
    }
  }
}

extension Value {
  func movingAxisFirst(_ axis: Int) throws -> Value {
    try transposed([axis] + shape.indices.filter { $0 != axis })
  }

  func movingFirstAxis(to axis: Int) throws -> Value {
    var order = Array(shape.indices.dropFirst())
    order.insert(0, at: axis)
    return try transposed(order)
  }

  /// The places along an axis that are asked for, in order.
  func picking(_ places: some Sequence<Int>, axis: Int) throws -> Value {
    try movingAxisFirst(axis).rows(Array(places)).movingFirstAxis(to: axis)
  }
}
