extension Builtins {
  // MARK: Linear algebra

  static let linearAlgebra: [Builtin] = [
    Builtin(
      "solve", "A, b", .linearAlgebra, "The x with A x = b; b may have several columns.",
      derivative: .adjoint(["A": "-outer(solve(A.T, u), solve(A, b))", "b": "solve(A.T, u)"]),
      example: "solve([[2, 1], [1, 3]], [3, 5])", notation: .solution,
      .general { a, _ in try .apply(Solve(), a[0], a[1]) }),
    Builtin(
      "logdet", "A", .linearAlgebra,
      "The logarithm of the determinant: -inf where A is singular, nan where it is negative.",
      derivative: .jacobian(["A": "solve(A.T, eye(len(A)))"]), example: "logdet([[2, 1], [1, 3]])",
      edges: ["logdet([[1, 1], [1, 1]])", "logdet([[-1, 0], [0, 1]])"],
      notation: .logarithmOfDeterminant,
      .general { a, _ in try .apply(LogDeterminantOf(), a[0]) }
    ),
    Builtin(
      "cholesky", "A", .linearAlgebra,
      "The lower triangular L with L Lᵀ = A and a positive diagonal; of A the symmetric part is taken.",
      derivative: .words(
        "Along dA: dL = L F, F the lower triangle of L^-1 dA L^-T with half of its diagonal."),
      example: "cholesky([[4, 2], [2, 5]])",
      .general { a, _ in
        _ = try a[0].squareOrder()
        return try .apply(
          CholeskyFactor(), .number(0.5) * (a[0] + a[0].transposed([1, 0])))
      }),
  ]

  // MARK: Random

  static let random: [Builtin] = [
    Builtin(
      "rand", "#shape..., *, #seed = 0", .random, "Numbers drawn evenly from 0 to 1.",
      example: "shape(rand(2, 3))", isWithoutDerivative: true,
      .general { a, c in
        try drawn(a, c, "rand") { try $0.fillUniform($1, shouldStop: { c.account.isCancelled }) }
      }),
    Builtin(
      "randn", "#shape..., *, #seed = 0", .random,
      "Numbers drawn from the standard normal distribution.",
      example: "len(randn(4))", isWithoutDerivative: true,
      .general { a, c in
        try drawn(a, c, "randn") { try $0.fillNormal($1, shouldStop: { c.account.isCancelled }) }
      }),
    Builtin(
      "permutation", "#n, *, #seed = 0", .random, "The whole numbers below n in random order.",
      example: "sort(permutation(4))", isWithoutDerivative: true,
      .general { a, c in
        let n = try size(a[0], "permutation")
        let result = try Tensor(shape: [n], account: c.account)
        var stream = try stream(a.optional(1), c)
        // The shuffle of `RandomStream.permutation`, within the array: its list would be as long
        // again, and nothing in it looks at the request to stop.
        var poll = StopPoll()
        for i in 0..<n {
          result.start[i] = Double(i)
          if poll.shouldStop(after: 1, { c.account.isCancelled }) {
            throw EvaluationProblem.cancelled
          }
        }
        for last in stride(from: n - 1, to: 0, by: -1) {
          let other = Int(truncatingIfNeeded: stream.nextInteger(below: UInt64(last) + 1))
          (result.start[last], result.start[other]) = (result.start[other], result.start[last])
          if poll.shouldStop(after: 20, { c.account.isCancelled }) {
            throw EvaluationProblem.cancelled
          }
        }
        return .tensor(result)
      }),
  ]

  /// The stream of a call: that of its seed, or, without one, that of its place in the text.
  private static func stream(_ seed: Value?, _ context: CallContext) throws -> RandomStream {
    guard let seed else { return RandomStream(seed: context.drawSeed, stream: context.place) }
    return RandomStream(seed: UInt64(bitPattern: Int64(try seed.wholeNumber(.seed))), stream: 0)
  }

  private static func drawn(
    _ a: BoundArguments, _ context: CallContext, _ name: String,
    _ fill: (inout RandomStream, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws -> Value {
    let result = try Tensor(shape: try sizes(a.rest, name), account: context.account)
    var stream = try stream(a.optional(1), context)
    do {
      try fill(&stream, UnsafeMutableBufferPointer(start: result.start, count: result.count))
    } catch is KernelStopped {
      throw EvaluationProblem.cancelled
    }
    return result.value
  }

  // MARK: Functions

  static let functions: [Builtin] = [
    Builtin(
      "map", "f, v", .functions, "The results of f for each element (row) of v.",
      derivative: .words("That of f, element by element; by v and by whatever else f uses."),
      example: "map(x -> x^2, [1, 2, 3])",
      .higherOrder { a, caller in try mapped(a.function(0, "map"), a[1], caller) }),
    Builtin(
      "fold", "f, start, v", .functions, "f(… f(f(start, v[0]), v[1]) …): the last state.",
      derivative: .words("Through all the steps: by start, by v and by whatever else f uses."),
      example: "fold((a, x) -> a + x, 0, [1, 2, 3])",
      .higherOrder { a, caller in
        let f = try a.function(0, "fold")
        return try steps(a[2]).reduce(a[1]) { try step(f, $0, a[2], $1, caller) }
      }),
    Builtin(
      "scan", "f, start, v", .functions, "All the states of a fold, the start first.",
      derivative: .words("Through all the steps: by start, by v and by whatever else f uses."),
      example: "scan((a, x) -> a + x, 0, [1, 2, 3])",
      .higherOrder { a, caller in
        let f = try a.function(0, "scan")
        let steps = try steps(a[2])
        var state = a[1]
        let states = CollectedElements(expecting: steps.count + 1, account: caller.account)
        try states.append(state)
        for i in steps {
          state = try step(f, state, a[2], i, caller)
          try states.append(state)
        }
        return try states.stacked()
      }),
    Builtin(
      "stop", "e", .derivatives, "e, with derivative 0.", example: "stop(3)",
      isWithoutDerivative: true, .unary { $0.plain }),
  ]

  private static func elements(_ v: Value) throws -> Int {
    guard v.isNumeric, let n = v.shape.first else {
      throw EvaluationProblem.notIterable(v.kindDescription)
    }
    return n
  }

  private static func mapped(_ f: Function, _ v: Value, _ caller: Caller) throws -> Value {
    let n = try elements(v)
    if n == 0 { return v }
    if let result = try caller.inLanes(
      n,
      { lane, range in
        try caller.call(f, [.apply(TakeRows(rows: range), v).openingLane(lane)])
      })
    {
      return result
    }
    let results = CollectedElements(expecting: n, account: caller.account)
    for i in 0..<n {
      try caller.checkStop()
      try results.append(caller.call(f, [.apply(TakeRow(row: i), v)]))
    }
    return try results.stacked()
  }

  private static func steps(_ v: Value) throws -> Range<Int> { 0..<(try elements(v)) }

  private static func step(
    _ f: Function, _ state: Value, _ v: Value, _ i: Int, _ caller: Caller
  ) throws -> Value {
    try caller.checkStop()
    return try caller.call(f, [state, .apply(TakeRow(row: i), v)])
  }

  // MARK: Data

  static let data: [Builtin] = [
    Builtin(
      "csv", "file, *, separator = \"auto\", decimal = \".\", header = true", .data,
      "A record with a field for each column of a CSV file, numbers or texts; its first line names them.",
      isWithoutDerivative: true,
      .higherOrder { a, caller in
        let format = try CSVFormat(
          separator: a.optional(1).map { _ in try a.text(1, "separator of csv") },
          decimal: a.optional(2).map { _ in try a.text(2, "decimal of csv") },
          header: a.optional(3).map { _ in try a.truth(3, "header", "csv") })
        return try caller.readCSV(a.text(0, "csv"), format)
      }),
    Builtin(
      "codes", "column", .data, "Class indices of texts, in the order of first appearance.",
      example: "codes([\"a\", \"b\", \"a\"])", isWithoutDerivative: true,
      .general { a, c in
        guard case .texts(let texts) = a[0] else {
          throw EvaluationProblem.argumentKind("codes", a[0].kindDescription)
        }
        var known = AppearanceNumbers<String>()
        return .tensor(
          try Tensor(
            texts.elements.map { Double(try known.number(of: $0, c.account)) }, account: c.account))
      }),
    Builtin(
      "unique", "v", .data, "The different elements, in the order of first appearance.",
      example: "unique([3, 1, 3])", smooth: .refused, isWithoutDerivative: true,
      .general { a, c in
        switch a[0].plain {
        case .texts(let texts):
          var seen = DistinctElements<String>()
          let different = try texts.elements.filter { try seen.isFirst($0, c.account) }
          return .texts(try TextArray(different, account: c.account))
        case .tensor(let tensor) where tensor.lanes.isEmpty:
          return .tensor(try differentElements(of: tensor, c.account))
        case .tensor: throw LaneDependence()
        default: throw EvaluationProblem.argumentKind("unique", a[0].kindDescription)
        }
      }),
    Builtin(
      "record", "names, values...", .data, "A record with these fields, in this order.",
      example: "record([\"a\", \"b\"], 1, [2, 3])",
      .general { a, _ in
        guard case .texts(let names) = a[0] else {
          throw EvaluationProblem.needsText("record", a[0].kindDescription)
        }
        guard names.elements.count == a.rest.count else {
          throw EvaluationProblem.fieldCount(names.elements.count, a.rest.count)
        }
        let record = Record(names: names.elements, values: a.rest)
        // Made of records within the limit, so that the sum of their fields did not overflow.
        guard record.depth <= Record.depthLimit, record.fieldCount <= Record.fieldLimit else {
          throw EvaluationProblem.recordsNestTooDeeply
        }
        return .record(record)
      }),
    Builtin(
      "columns", "r, names...", .data,
      "A matrix of the named columns of a record, or of all of numbers.",
      derivative: .words("By each field: those elements of the gradient that came from it."),
      .general { a, c in
        guard case .record(let record) = a[0] else {
          throw EvaluationProblem.argumentKind("columns", a[0].kindDescription)
        }
        let isColumn = { (value: Value) in value.isNumeric && value.shape.count == 1 }
        let named = try a.rest.map { name -> Value in
          guard case .text(let name) = name else {
            throw EvaluationProblem.needsText("columns", name.kindDescription)
          }
          guard let column = record[name] else {
            throw EvaluationProblem.unknownField(name, record.names)
          }
          guard isColumn(column) else {
            throw EvaluationProblem.columnIsNoVector(name, column.kindDescription)
          }
          return column
        }
        let columns = a.rest.isEmpty ? record.values.filter(isColumn) : named
        guard let first = columns.first else { throw EvaluationProblem.noColumnOfNumbers }
        for column in columns where column.shape != first.shape {
          throw EvaluationProblem.shapesDiffer("columns", first.shape, column.shape)
        }
        return try Value.stacked(columns, account: c.account).transposed([1, 0])
      }),
  ]

  private static func differentElements(of tensor: Tensor, _ account: MemoryAccount) throws
    -> Tensor
  {
    var seen = DistinctElements<Double>()
    var result = GrowingElements(account: account)
    // A table of at most three quarters full doubles, and is there twice while it does: up to four
    // times its elements.
    var room = 1 << 10
    var held = 0
    defer { account.giveBack(held) }
    for x in tensor.elements {
      guard try seen.isFirst(x, account) else { continue }
      try result.append(x)
      if seen.count == room {
        try account.draw(4 * room)
        held += 4 * room
        room *= 2
      }
    }
    return try Tensor(&result)
  }

  // MARK: Derivatives

  static let derivatives: [Builtin] = [
    form(
      "grad", "e, x = all params", .gradient,
      "The gradient of a number by an input; of a function, its gradient function.",
      "grad(x -> x^2)(3)", notation: .nabla(order: 1)),
    form(
      "jac", "e, x = all params", .jacobian, "The Jacobian: the shape of e, then that of x.",
      "jac(v -> v^2)([1, 2])", notation: .by("J")),
    form(
      "hess", "e, x = all params, y = x", .hessian, "The Hessian, or its block by x and y.",
      "hess(x -> x^3)(2)", notation: .nabla(order: 2)),
    form(
      "jvp", "e, x, v", .jacobianVectorProduct,
      "The derivative along v, one-sided at a corner.", "{ let x = 0; jvp(abs(x), x, -1) }",
      notation: .by("jvp")),
    form(
      "vjp", "e, x, u", .vectorJacobianProduct, "u times the Jacobian.",
      "{ let v = [1, 2]; vjp(v^2, v, [1, 1]) }", notation: .by("vjp")),
    form(
      "hvp", "e, x, v", .hessianVectorProduct, "The Hessian times v.",
      "{ let v = [1, 2]; hvp(sum(v^3), v, [1, 0]) }", notation: .by("hvp")),
    form(
      "diff", "e, x, n = 1", .repeated,
      "The n-th derivative by a number; of a function, diff(f, n) is a function.",
      "diff(x -> x^5, 3)(1)", notation: .repeatedDerivative),
    form(
      "slopes", "e, x", .slopes, "The one-sided derivatives by a number: [left, right].",
      "{ let x = 0; slopes(relu(x), x) }", notation: .by("slopes")),
    form("kinks", "e", .kinks, "How many ties with different tangents e meets.", nil),
    form(
      "gradcheck", "e, x = all params", .gradientCheck,
      "The slopes and the gradient of a number compared with one-sided finite differences: a record "
        + "with ok, and the worst comparison: worst is its error in units of its bound.",
      "{ let x = 2; gradcheck(x^3, x).ok }"),
  ]

  private static func form(
    _ name: String, _ signature: String, _ form: DerivativeForm, _ summary: String,
    _ example: String?, notation: Notation = .standard
  ) -> Builtin {
    Builtin(
      name, signature, .derivatives, summary,
      derivative: .words(form.describedDerivative), example: example, notation: notation,
      .special(form))
  }

  // MARK: Smoothing

  static let smoothing: [Builtin] = [
    Builtin(
      "smooth", "e, k = 1, family = \"lse\", *, error = none", .smoothing,
      "e with every hard operation in it replaced by its smooth counterpart of sharpness k, or of the "
        + "least that keeps e within an error; of a function, the smooth function.",
      derivative: .words("That of the smooth counterpart, by every input and by k."),
      example: "smooth(max([1, 2]), k = 4)", notation: .called("smooth", subscript: "k"),
      .frame(.smooth)),
    Builtin(
      "hard", "e", .smoothing, "e, left hard inside smooth.", derivative: .words("That of e."),
      example: "smooth(hard(max([1, 2])))",
      .frame(.hard)),
    Builtin(
      "gap", "e, k = 1, family = \"lse\"", .smoothing,
      "How far smooth(e, k, family) lies from e: a record of the hard value, the smooth one, their gap "
        + "and its bound.", derivative: .words("That of its fields, by every input and by k."),
      example: "gap(max([1, 2]), k = 4)", .frame(.gap)),
    Builtin(
      "smoothmax", "v, k = 1, family = \"lse\", *, #axis = all, keep = false", .smoothing,
      "The smooth maximum of a family: "
        + SmoothFamily.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") + ".",
      derivative: .jacobian(
        ["v": "softmax(v, k)", "k": "(dot(softmax(v, k), v) - lse(v, k = k)) / k"],
        "For the family \"lse\"; for another the derivative of its formula."),
      example: "smoothmax([1, 2])",
      edges: ["smoothmax([1, 2], 4, \"sqrt\")", "smoothmax([1, 2], 4, \"sparse\")"],
      .general { a, _ in
        let family = try smoothFamily(a.optional(2))
        let k = try sharpness(a.optional(1), of: "smoothmax")
        return try a[0].reduced(a, axis: 3, keep: 4, "smoothmax") { try family.maximum($0, k: k) }
      }),
  ]

  /// The family that a text names; `"lse"` where there is none.
  static func smoothFamily(_ value: Value?) throws -> SmoothFamily {
    guard let value else { return .lse }
    guard case .text(let name) = value else {
      throw EvaluationProblem.needsText("family", value.kindDescription)
    }
    guard let family = SmoothFamily(rawValue: name) else {
      throw EvaluationProblem.unknownFamily(name)
    }
    return family
  }

  /// A sharpness: one positive number, possibly with derivatives.
  static func sharpness(_ value: Value?, of function: String) throws -> Value {
    guard let value else { return .number(1) }
    guard value.isNumeric, value.shape.isEmpty else {
      if case .text(let name) = value { throw EvaluationProblem.sharpnessIsText(name) }
      throw EvaluationProblem.sharpnessNotANumber
    }
    if case .number(let k) = value.plain, !(k > 0) {
      throw EvaluationProblem.invalidArgument(function, "k", "a positive number")
    }
    try value.plain.refuseWhereNotPositive()
    return value
  }
}

extension Value {
  /// Leaves a number that is not positive, for which there is an error, to whoever knows it alone: the
  /// interpreter where it is not known yet, also where the result does not depend on it, and a single
  /// evaluation where it differs from lane to lane.
  func refuseWhereNotPositive() throws {
    guard shape.isEmpty else { return }
    if let graph {
      try graph.refuse(where: .whether("not positive", self) { $0 <= 0 })
    } else if case .tensor(let tensor) = self, tensor.elements.contains(where: { $0 <= 0 }) {
      throw LaneDependence()
    }
  }
}
