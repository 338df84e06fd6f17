extension Builtins {
  private static let reals: ClosedRange<Double> = -4...4

  static let hardAndSmooth: [Builtin] = [
    Builtin(
      "max", "x..., *, #axis = all, keep = false", .hardAndSmooth,
      "The largest element of an array; of two or more arguments the largest, elementwise.",
      formula: "max(v), max(x, y)",
      derivative: .jacobian(
        ["x": "hardmax(x)"],
        "Of several arguments: 1 by the largest, 0 by the others. What ties is a corner."),
      example: "max([1, 3, 2])",
      edges: ["max([])", "max(1, nan)", "{ let x = 0; slopes(max(x, 2 * x), x) }"],
      smooth: .twin("smoothmax(x, k)") { a, c, s in
        try extremum(a, c, Extremum(ofRows: { rows, _ in try s.maximum(ofRows: rows) }))
      },
      samples: .vector(reals), filtering: .neutral(-.infinity), notation: .extremum("max"),
      .general { a, c in try extremum(a, c, largest) }),
    Builtin(
      "min", "x..., *, #axis = all, keep = false", .hardAndSmooth,
      "The smallest element of an array; of two or more arguments the smallest, elementwise.",
      derivative: .jacobian(
        ["x": "hardmax(-x)"],
        "Of several arguments: 1 by the smallest, 0 by the others. What ties is a corner."),
      example: "min([3, 1, 2])", edges: ["min([])", "min(1, nan)"],
      smooth: .twin("-smoothmax(-x, k)") { a, c, s in
        try s.refuseOutsideMaximum(c)
        return try extremum(
          a, c, Extremum(ofRows: { rows, _ in try -s.maximum(ofRows: -rows) }))
      }, samples: .vector(reals), filtering: .neutral(.infinity), notation: .extremum("min"),
      .general { a, c in try extremum(a, c, smallest) }),
    Builtin(
      "lse", "x..., *, k = 1, #axis = all, keep = false", .hardAndSmooth,
      "Log-sum-exp, the smooth maximum; of two or more arguments elementwise.",
      formula: "(1/k) ln Σ e^(k x)",
      derivative: .jacobian(
        ["x": "softmax(x, k)", "k": "(dot(softmax(x, k), x) - lse(x, k = k)) / k"],
        "Of several arguments: by each its weight in softmax."), example: "lse([1000, 1000])",
      edges: ["lse([-inf, 0])", "lse([])", "lse(0, -50)"], samples: .vector(reals),
      filtering: .neutral(-.infinity), notation: .logSumExp,
      .general { a, c in try logSumExp(a, c) }),
    Builtin(
      "relu", "x", .hardAndSmooth, "The positive part.", formula: "max(x, 0)",
      derivative: .elementwise(["x": "step(x)"]), example: "relu([-1, 2])",
      edges: ["{ let x = 0; slopes(relu(x), x) }"],
      smooth: .twin("softplus(x, k)") { a, c, s in try s.relu(a[0], c) },
      samples: .numbers([reals]), notation: .positivePart,
      .general { a, c in try .relu(a[0], c) }),
    Builtin(
      "softplus", "x, k = 1", .hardAndSmooth, "The smooth positive part.",
      formula: "(1/k) ln(1 + e^(k x))",
      derivative: .elementwise([
        "x": "sigmoid(k * x)", "k": "(x * sigmoid(k * x) - softplus(x, k)) / k",
      ]), example: "softplus(0)", edges: ["softplus(-700)", "softplus(1000)"],
      samples: .numbers([reals, 0.5...3]), notation: .called("softplus", subscript: "k"),
      sharp({ try .apply(Softplus.self, $0) }, { try .apply(SharpSoftplus.self, $0, $1) })),
    Builtin(
      "abs", "x", .hardAndSmooth, "The magnitude.", formula: "max(x, -x)",
      derivative: .elementwise(["x": "sign(x)"]), example: "abs(-3)",
      edges: ["{ let x = 0; slopes(abs(x), x) }"],
      smooth: .twin("smoothabs(x, k)") { a, c, s in try s.abs(a[0], c) },
      samples: .numbers([reals]), notation: .between(.magnitude),
      .general { a, c in try .abs(a[0], c) }),
    Builtin(
      "smoothabs", "x, k = 1", .hardAndSmooth, "The smooth magnitude.",
      formula: "(1/k) ln(e^(k x) + e^(-k x))",
      derivative: .elementwise(["x": "tanh(k * x)", "k": "(x * tanh(k * x) - smoothabs(x, k)) / k"]
      ), example: "smoothabs(0)", edges: ["smoothabs(1000)"],
      samples: .numbers([reals, 0.5...3]), notation: .called("smoothabs", subscript: "k"),
      sharp(
        { try .apply(SmoothAbs.self, $0, .number(1)) }, { try .apply(SmoothAbs.self, $0, $1) })),
    .piecewiseConstant(
      "step", .hardAndSmooth, "0 below 0, 1 above, 1/2 at 0.", example: "step([-2, 0, 2])",
      smooth: .twin("sigmoid(x, k)") { a, c, s in
        try s.refuseOutsideMaximum(c)
        try s.refuseJump(c)
        return try .apply(SharpSigmoid.self, a[0], s.k)
      }, Scalar.step),
    Builtin(
      "sigmoid", "x, k = 1", .hardAndSmooth, "The logistic function.",
      formula: "1/(1 + e^(-k x))",
      derivative: .elementwise([
        "x": "k * sigmoid(k * x) * sigmoid(-k * x)", "k": "x * sigmoid(k * x) * sigmoid(-k * x)",
      ]), example: "sigmoid(0)", edges: ["sigmoid(-700)", "sigmoid(40)"],
      samples: .numbers([reals, 0.5...3]), notation: .sharpened("x", name: .variable("σ")),
      sharp({ try .apply(Sigmoid.self, $0) }, { try .apply(SharpSigmoid.self, $0, $1) })),
    .piecewiseConstant(
      "sign", .hardAndSmooth, "-1, 0 or 1.", example: "sign(-2)",
      smooth: .twin("tanh(k * x)") { a, c, s in
        try s.refuseOutsideMaximum(c)
        try s.refuseJump(c)
        return try .apply(SharpTanh.self, a[0], s.k)
      }, notation: .called("sgn"), Scalar.sign),
    Builtin(
      "clamp", "x, lo, hi", .hardAndSmooth, "x, kept between two bounds.",
      formula: "min(max(x, lo), hi)",
      derivative: .elementwise([
        "x": "step(x - lo) * step(hi - x)", "lo": "step(lo - x)", "hi": "step(x - hi)",
      ]), example: "clamp([-1, 0.5, 5], 0, 1)", edges: ["{ let x = 0; slopes(clamp(x, 0, 1), x) }"],
      smooth: .twin("lo + softplus(x - lo, k) - softplus(x - hi, k)") { a, c, s in
        try s.clamp(a[0], a[1], a[2], c)
      },
      samples: .numbers([reals, -2 ... -1, 1...2]),
      .general { a, c in
        let all = [a[0], a[1], a[2]]
        let raised = try Value.maximum(a[0], a[1], c, .clamp(all, through: 1))
        return try .minimum(raised, a[2], c, .clamp(all, through: 2))
      }),
    Builtin(
      "argmax", "v, *, #axis = all", .hardAndSmooth,
      "The index of the first largest element; nan where there is a nan.",
      example: "argmax([1, 3, 2])", edges: ["argmax([1, nan])"],
      smooth: .twin("dot(softmax(v, k), 0..<len(v))") { a, c, s in try smoothIndex(a[0], a, c, s) },
      isWithoutDerivative: true,
      .general { a, _ in try firstLargest(a[0].plain, a) }),
    Builtin(
      "argmin", "v, *, #axis = all", .hardAndSmooth,
      "The index of the first smallest element; nan where there is a nan.",
      example: "argmin([1, 3, 2])",
      smooth: .twin("dot(softmax(-v, k), 0..<len(v))") { a, c, s in try smoothIndex(-a[0], a, c, s)
      },
      isWithoutDerivative: true,
      .general { a, _ in try firstLargest(-a[0].plain, a) }),
    Builtin(
      "hardmax", "v, *, #axis = last", .hardAndSmooth,
      "1 at the first largest element, 0 elsewhere.", example: "hardmax([1, 3, 2])",
      smooth: .twin("softmax(v, k)") { a, c, s in
        try s.refuseOutsideMaximum(c)
        try s.refuseJump(c)
        return try a[0].mappedRows(a, axis: 1) { try s.weights($0) }
      }, isWithoutDerivative: true, notation: .array,
      .general { a, _ in
        try a[0].plain.mappedRows(a, axis: 1) { rows in
          if case .traced(let rows) = rows { return try rows.hardmax() }
          return try rows.arrayOrThrow().mappingRows { row, result in
            let place = firstLargest(row)
            for i in row.indices { result[i] = place == nil ? .nan : i == place ? 1 : 0 }
          }
        }
      }),
    Builtin(
      "softmax", "v, k = 1, *, #axis = last", .hardAndSmooth,
      "The weights of log-sum-exp: positive, with sum 1.", formula: "e^(k xᵢ) / Σ e^(k x)",
      derivative: .jacobian([
        "v": "k * (diag(softmax(v, k)) - outer(softmax(v, k), softmax(v, k)))",
        "k": "softmax(v, k) * (v - dot(softmax(v, k), v))",
      ]), example: "softmax([0, 1, 2])", edges: ["softmax([0, -inf])", "softmax([0, 800])"],
      samples: .vector(reals), notation: .sharpened("v", givesArray: true),
      .general { a, _ in
        try a[0].mappedRows(a, axis: 2) {
          try .apply(SoftmaxWeights(), $0, positive(a.optional(1)))
        }
      }),
    Builtin(
      "logsoftmax", "v, k = 1, *, #axis = last", .hardAndSmooth,
      "The logarithm of softmax, in nats.", formula: "k xᵢ - ln Σ e^(k x)",
      derivative: .jacobian([
        "v": "k * (eye(len(v)) - softmax(v, k))", "k": "v - dot(softmax(v, k), v)",
      ]), example: "logsoftmax([0, 1, 2])", edges: ["logsoftmax([0, 800])"],
      samples: .vector(reals), notation: .sharpened("v", givesArray: true),
      .general { a, _ in
        try a[0].mappedRows(a, axis: 2) {
          try .apply(LogSoftmax(), $0, positive(a.optional(1)))
        }
      }),
    Builtin(
      "cross_entropy", "s, y", .hardAndSmooth,
      "Softmax cross entropy of scores, in nats; y is an index or a distribution. Of a matrix of "
        + "scores: one for each row.",
      formula: "ln Σ e^s - s[y]",
      derivative: .jacobian(
        ["s": "softmax(s) - onehot(y, len(s))"],
        "By s, of a distribution y: sum(y) * softmax(s) - y; by y: -logsoftmax(s)."),
      example: "cross_entropy([2, 1, 0.1], 0)",
      edges: ["cross_entropy([50, 0, 0], 0)", "cross_entropy([2, 1, 0.1], [0.5, 0.5, 0])"],
      notation: .called("CE"),
      .general { a, c in try crossEntropy(a[0], a[1], c) }),
  ]

  // MARK: Sharpness

  /// A function of x and of a sharpness that is 1 where it is left out.
  private static func sharp(
    _ plain: @escaping @Sendable (Value) throws -> Value,
    _ sharp: @escaping @Sendable (Value, Value) throws -> Value
  ) -> Builtin.Implementation {
    .unaryOrGeneral(plain) { a, _ in
      switch a.optional(1) {
      case nil, .number(1)?: try plain(a[0])
      case let k?: try sharp(a[0], positive(k))
      }
    }
  }

  /// A sharpness: where it is one number, a positive one.
  private static func positive(_ k: Value?) throws -> Value {
    guard let k else { return .number(1) }
    guard k.isNumeric else { throw EvaluationProblem.sharpnessNotANumber }
    if case .number(let x) = k.plain, !(x > 0), !x.isNaN {
      throw EvaluationProblem.invalidArgument("a smooth function", "k", "positive")
    }
    try k.plain.refuseWhereNotPositive()
    return k
  }

  // MARK: Extrema

  private struct Extremum: Sendable {
    let ofRows: @Sendable (Value, CallContext) throws -> Value
    /// Nothing where two values are treated like a row of two.
    var ofTwo: (@Sendable (Value, Value, CallContext, CornerOperands) throws -> Value)?
  }

  private static let largest = Extremum(
    ofRows: { try $0.largestOfRows($1) }, ofTwo: { try .maximum($0, $1, $2, $3) })
  private static let smallest = Extremum(
    ofRows: { try -((-$0).largestOfRows($1)) }, ofTwo: { try .minimum($0, $1, $2, $3) })

  private static func extremum(
    _ a: BoundArguments, _ context: CallContext, _ extremum: Extremum
  ) throws -> Value {
    guard let first = a.rest.first else {
      throw EvaluationProblem.missingArgument(context.name, "x")
    }
    if a.rest.count == 1 {
      return try first.reduced(a, axis: 1, keep: 2, context.name) {
        try extremum.ofRows($0, context.reducing(first, along: a.wholeNumber(1, .axis)))
      }
    }
    try refuseAxis(a, 1, context)
    guard let ofTwo = extremum.ofTwo else {
      return try extremum.ofRows(Value.rows(of: a.rest, account: context.account), context)
    }
    return try a.rest.indices.dropFirst().reduce(first) {
      try ofTwo($0, a.rest[$1], context, .arguments(a.rest, through: $1))
    }
  }

  private static func smoothIndex(
    _ v: Value, _ a: BoundArguments, _ context: CallContext, _ smoothing: Smoothing
  ) throws -> Value {
    try smoothing.refuseOutsideMaximum(context)
    try smoothing.refuseJump(context)
    guard let axis = try a.wholeNumber(1, .axis) else {
      return try smoothing.index(v.reshaped([v.shape.reduce(1, *)]), context)
    }
    return try smoothing.index(v.movingAxisLast(v.axis(axis)), context)
  }

  private static func refuseAxis(_ a: BoundArguments, _ position: Int, _ context: CallContext)
    throws
  {
    if a.optional(position) != nil || a.optional(position + 1) != nil {
      throw EvaluationProblem.axisOfSeveral(context.name)
    }
  }

  private static func logSumExp(_ a: BoundArguments, _ context: CallContext) throws -> Value {
    guard let first = a.rest.first else {
      throw EvaluationProblem.missingArgument(context.name, "x")
    }
    let k = try positive(a.optional(1))
    guard k.shape.isEmpty, k.isNumeric else { throw EvaluationProblem.sharpnessNotANumber }
    if a.rest.count == 1 {
      return try first.reduced(a, axis: 2, keep: 3, "lse") { try .apply(LogSumExp(), $0, k) }
    }
    try refuseAxis(a, 2, context)
    return try .apply(LogSumExp(), Value.rows(of: a.rest, account: context.account), k)
  }

  // MARK: By value alone

  /// The first largest place of a row, `nil` where there is a nan.
  private static func firstLargest(_ row: UnsafeBufferPointer<Double>) -> Int? {
    var place = 0
    for i in row.indices {
      if row[i].isNaN { return nil }
      if row[i] > row[place] { place = i }
    }
    return place
  }

  private static func firstLargest(_ v: Value, _ a: BoundArguments) throws -> Value {
    let rows: (Value) throws -> Value = { x in
      if case .traced(let rows) = x { return try rows.argmax() }
      let tensor = try x.arrayOrThrow()
      guard tensor.rowLength > 0 else { throw EvaluationProblem.ofNothing("argmax") }
      return try tensor.reducingRows { row in firstLargest(row).map(Double.init) ?? .nan }
    }
    guard let axis = try a.wholeNumber(1, .axis) else {
      return try rows(v.reshaped([v.shape.reduce(1, *)]))
    }
    return try rows(v.movingAxisLast(v.axis(axis)))
  }

  // MARK: Cross entropy

  private static func crossEntropy(_ s: Value, _ y: Value, _ context: CallContext) throws -> Value {
    let shape = s.shape
    guard let n = shape.last, n > 0 else { throw EvaluationProblem.notAnArray(s.kindDescription) }
    if y.shape == shape {
      return try -Value.apply(RowProduct(), .apply(LogSoftmax(), s, .number(1)), y)
    }
    guard y.shape == Array(shape.dropLast()) else {
      throw EvaluationProblem.labelsShape(y.shape, scores: shape)
    }
    if y.plain.isTraced {
      return try .apply(CrossEntropyAt(places: y.placesToBe(below: n)), s)
    }
    let labels: Tensor
    let lanes = y.plain.lanes
    if case .tensor(let tensor) = y.plain {
      labels = tensor
    } else {
      labels = try Tensor([try y.plain.numberOrThrow()], shape: [], account: context.account)
    }
    let rows = shape.dropLast().reduce(1, *)
    var own: [Int] = []
    var others: [Int] = []
    for i in 0..<labels.count {
      let label = labels.start[i]
      guard label == label.rounded(), label >= -Double(n), label < Double(n) else {
        throw EvaluationProblem.labelOutOfRange(label, n)
      }
      let place = label < 0 ? Int(label) + n : Int(label)
      let start = i % max(rows, 1) * n
      own.append(start + place)
      for j in 0..<n where j != place { others.append(start + j) }
    }
    let outer = Array(shape.dropLast())
    let operation = CrossEntropy(
      label: Gather(lanes: lanes, from: shape, to: outer, indices: own),
      others: Gather(lanes: lanes, from: shape, to: outer + [n - 1], indices: others))
    return try .apply(operation, s)
  }
}
