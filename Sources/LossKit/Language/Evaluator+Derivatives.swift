extension Evaluator {
  /// A derivative form as it stands in a text: `grad(e, x)`.
  func special(
    _ form: DerivativeForm, _ builtin: Builtin, _ list: Script.List, _ id: NodeID,
    _ env: Environment
  ) throws -> Value {
    let arguments = stride(from: 0, to: list.count, by: 3).map { list.node($0 + 2) }
    for i in stride(from: 0, to: list.count, by: 3) where list.symbol(i) != .none {
      throw error(.derivativesTakeNoNames(builtin.name), list.node(i + 2), env)
    }
    guard let first = arguments.first else {
      throw error(.missingArgument(builtin.name, "e"), id, env)
    }
    guard arguments.count <= builtin.parameters.count else {
      throw error(
        .tooManyArguments(builtin.name, builtin.parameters.count, arguments.count), id, env)
    }
    return try locating(id, env) {
      switch form {
      case .kinks: return try kinks(first, env)
      case .gradientCheck: return try gradientCheck(arguments, builtin, env)
      case .gradient, .jacobian, .hessian:
        if arguments.count == 1 { return try jointDerivative(form, first, env) }
        return try derivative(form, first, arguments, builtin, env)
      case .repeated: return try repeatedDerivative(first, arguments, builtin, env)
      default:
        return try derivative(form, first, arguments, builtin, env)
      }
    }
  }

  // MARK: By all params

  /// `grad(e)` and `hess(e)`: records by param; of a function, the function of its derivative.
  private func jointDerivative(_ form: DerivativeForm, _ e: NodeID, _ env: Environment) throws
    -> Value
  {
    let params = params(of: e, env)
    if params.isEmpty { return try functionDerivative(form, e, env) }
    let values = try params.map { try value(of: $0, e, env) }
    let names = params.map(\.name)
    let shapes = values.map(\.shape)
    func gradient(_ arguments: [Value], _ env: Environment) throws -> (Value, Value) {
      try derivative(at: arguments) { duals in
        try replacing(zip(params, duals).map { (.definition($0), $1) }, in: env) {
          try evaluate(e, $0)
        }
      }
    }
    if form == .hessian {
      let compiled = try compiledHessian(at: values) { arguments in
        try replacing(zip(params, arguments).map { (.definition($0), $1) }, in: env) {
          try evaluate(e, $0)
        }
      }
      if let compiled { return try blocks(compiled, names, shapes) }
      let (inner, hessian) = try derivative(at: values) { duals in
        try replacing(zip(params, duals).map { (.definition($0), $1) }, in: env) { inner in
          let (value, gradient) = try gradient(duals, inner)
          if case .function = value { return value }
          try requireNumber(value, "hess", e, env)
          return gradient
        }
      }
      if case .function = inner { return try functionDerivative(form, e, env) }
      return try blocks(hessian, names, shapes)
    }
    let (y, jacobian) = try gradient(values, env)
    if case .function = y { return try functionDerivative(form, e, env) }
    try require(y, for: form, e, env)
    return .record(
      Record(names: names, values: try parts(jacobian, shapes, of: y.shape)))
  }

  /// The derivative of a function, made anew: one that was made under the duals of a derivative
  /// would carry them out of it.
  private func functionDerivative(_ form: DerivativeForm, _ e: NodeID, _ env: Environment) throws
    -> Value
  {
    guard case .function(let function) = try evaluate(e, env) else {
      throw error(.noParams(env.script.text(of: e)), e, env)
    }
    return .function(.derivative(FunctionDerivative(form: form, base: function, order: 1)))
  }

  /// The derivative by several arguments cut into one array each: the value's shape followed by the
  /// argument's.
  func parts(_ derivative: Value, _ shapes: [[Int]], of valueShape: [Int]) throws -> [Value] {
    var offset = 0
    return try shapes.map { shape in
      let size = shape.reduce(1, *)
      let rows = try derivative.rows(Array(offset..<offset + size))
      offset += size
      return try rows.movingFirstAxisLast().reshaped(valueShape + shape)
    }
  }

  /// A Hessian by all params, cut into a record of records.
  private func blocks(_ hessian: Value, _ names: [String], _ shapes: [[Int]]) throws -> Value {
    let total = hessian.shape[0]
    // Axis 0 is the outer derivative, axis 1 the gradient's.
    let transposed = try hessian.transposed([1, 0])
    let rows = try parts(transposed, shapes, of: [total])
    let records = try rows.enumerated().map { i, row -> Value in
      // row: [total] + shape of argument i, by the outer argument first.
      let columns = try parts(
        row.reshaped([total, shapes[i].reduce(1, *)]), shapes, of: [shapes[i].reduce(1, *)])
      return .record(
        Record(
          names: names,
          values: try zip(columns, shapes).map { try $0.reshaped(shapes[i] + $1) }))
    }
    return .record(Record(names: names, values: records))
  }

  /// A gradient is that of one number, a Jacobian that of an array.
  func require(_ value: Value, for form: DerivativeForm, _ e: NodeID, _ env: Environment) throws {
    if form == .gradient {
      try requireNumber(value, "grad", e, env)
    } else {
      try requireNumeric(value, "jac", e, env)
    }
  }

  func requireNumeric(_ value: Value, _ name: String, _ e: NodeID, _ env: Environment) throws {
    guard value.isNumeric else {
      throw error(.derivativeOfKind(name, value.kindDescription), e, env)
    }
  }

  func requireNumber(_ value: Value, _ name: String, _ e: NodeID, _ env: Environment) throws {
    try requireNumeric(value, name, e, env)
    guard value.shape.isEmpty else { throw error(.gradientOfArray(name, value.shape), e, env) }
  }

  // MARK: By names

  private func derivative(
    _ form: DerivativeForm, _ e: NodeID, _ arguments: [NodeID], _ builtin: Builtin,
    _ env: Environment
  ) throws -> Value {
    guard arguments.count > 1 else {
      // One argument: of a function.
      let value = try evaluate(e, env)
      guard case .function(let function) = value else {
        throw error(.derivativeNeedsName(builtin.name), e, env)
      }
      return .function(.derivative(FunctionDerivative(form: form, base: function, order: 1)))
    }
    let names = try targets(arguments[1], builtin, env)
    let values = names.map(\.value)
    for targets in arguments[1..<min(arguments.count, form == .hessian ? 3 : 2)]
    where env.script[targets].kind == .tuple && form != .gradient && form != .jacobian {
      throw error(
        .derivativeByExpression(builtin.name, env.script.text(of: targets), base: nil), targets, env
      )
    }
    func body(_ env: Environment) -> ([Value]) throws -> Value {
      { duals in
        try self.replacing(zip(names, duals).map { ($0.target, $1) }, in: env) {
          try self.evaluate(e, $0)
        }
      }
    }
    func gradient(_ values: [Value], _ env: Environment) throws -> Value {
      let (value, result) = try derivative(at: values, body(env))
      try requireNumber(value, builtin.name, e, env)
      return result
    }
    let shape = values[0].shape
    switch form {
    case .gradient, .jacobian:
      let (value, jacobian) = try derivative(at: values, body(env))
      if form == .gradient {
        try requireNumber(value, builtin.name, e, env)
      } else {
        try requireNumeric(value, builtin.name, e, env)
      }
      let arrays = try parts(jacobian, values.map(\.shape), of: value.shape)
      if arrays.count == 1 { return arrays[0] }
      return .record(Record(names: names.map(\.name), values: arrays))
    case .hessian:
      let others = arguments.count > 2 ? try targets(arguments[2], builtin, env) : names
      if arguments.count == 2, let hessian = try compiledHessian(at: values, body(env)) {
        return try hessian.reshaped(shape + shape)
      }
      let (_, hessian) = try derivative(at: others.map(\.value)) { duals in
        try replacing(zip(others, duals).map { ($0.target, $1) }, in: env) { inner in
          // What the outer derivative is by has its dual; anything else is independent of it.
          let values = names.map { name in
            others.firstIndex { $0.name == name.name }.map { duals[$0] } ?? name.value
          }
          return try gradient(values, inner)
        }
      }
      let mixed = try hessian.movingFirstAxisLast()
      return try mixed.reshaped(shape + others[0].value.shape)
    case .jacobianVectorProduct, .slopes:
      if form == .slopes { return try slopes(values, e, env, body(env)) }
      let along = try tangent(arguments, builtin, like: shape, env)
      let mark = corners.markNotes()
      defer { corners.rewind(to: mark) }
      let (value, tangent) = try directionalDerivative(at: values, along: [along], body(env))
      try requireNumeric(value, builtin.name, e, env)
      return tangent
    case .vectorJacobianProduct:
      let (value, jacobian) = try derivative(at: values, body(env))
      try requireNumeric(value, builtin.name, e, env)
      let weights = try tangent(arguments, builtin, like: value.shape, env)
      let size = value.shape.reduce(1, *)
      let rows = try jacobian.reshaped([jacobian.shape[0], size])
      let product = try Value.apply(
        RowProduct(), rows, weights.reshaped([1, size]).broadcast(to: rows.shape, account))
      return try product.reshaped(shape)
    case .hessianVectorProduct:
      let along = try tangent(arguments, builtin, like: shape, env)
      let product = try directionalDerivative(at: values, along: [along]) { duals in
        try replacing(zip(names, duals).map { ($0.target, $1) }, in: env) { inner in
          try gradient(duals, inner)
        }
      }
      return try product.tangent.reshaped(shape)
    case .repeated, .kinks, .gradientCheck: throw error(.notAnExpression, e, env)
    }
  }

  struct NamedTarget {
    let name: String
    let target: Target
    let value: Value
  }

  /// The names by which a derivative is taken: `x` or `(w, b)`.
  func targets(_ id: NodeID, _ builtin: Builtin, _ env: Environment) throws
    -> [NamedTarget]
  {
    let node = env.script[id]
    let names: [NodeID]
    if node.kind == .tuple {
      let list = env.script.list(node.a)
      names = (0..<list.count).map { list.node($0) }
    } else {
      names = [id]
    }
    var seen: Set<Symbol> = []
    return try names.map { id in
      let node = env.script[id]
      if node.kind == .name, !seen.insert(Symbol(index: node.a)).inserted {
        throw error(.repeatedName(env.script.text(of: id)), id, env)
      }
      guard node.kind == .name else {
        throw error(
          .derivativeByExpression(builtin.name, env.script.text(of: id), base: baseName(id, env)),
          id, env)
      }
      let symbol = Symbol(index: node.a)
      let name = symbols.name(of: symbol)
      let (target, value) = try target(symbol, at: id, env)
      if case .definition(let definition) = target, definition.kind == .data {
        throw error(.derivativeByData(name), id, env)
      }
      guard value.isNumeric, !value.plain.isMask else {
        throw error(.derivativeByKind(builtin.name, name, value.kindDescription), id, env)
      }
      return NamedTarget(name: name, target: target, value: value)
    }
  }

  private func baseName(_ id: NodeID, _ env: Environment) -> String? {
    let node = env.script[id]
    guard node.kind == .index || node.kind == .member else { return nil }
    return env.script.text(of: NodeID(index: node.a))
  }

  private func tangent(
    _ arguments: [NodeID], _ builtin: Builtin, like shape: [Int], _ env: Environment
  ) throws -> Value {
    guard arguments.count == 3 else {
      throw EvaluationProblem.missingArgument(builtin.name, builtin.parameters[2].name)
    }
    let value = try evaluate(arguments[2], env)
    guard value.isNumeric else {
      throw error(.argumentKind(builtin.name, value.kindDescription), arguments[2], env)
    }
    guard value.shape == shape || value.shape.isEmpty && shape.isEmpty else {
      throw error(.directionShape(builtin.name, value.shape, shape), arguments[2], env)
    }
    return value
  }

  // MARK: One-sided

  func slopes(
    _ values: [Value], _ e: NodeID, _ env: Environment, _ body: ([Value]) throws -> Value
  ) throws -> Value {
    guard values.count == 1, values[0].shape.isEmpty else {
      throw error(.slopesNeedNumber, e, env)
    }
    // What is one-sided is exact at a corner: there is nothing to note.
    let mark = corners.markNotes()
    defer { corners.rewind(to: mark) }
    let right = try directionalDerivative(at: values, along: [.number(1)], body)
    try requireNumber(right.value, "slopes", e, env)
    let left = try directionalDerivative(at: values, along: [.number(-1)], body)
    // From 0, so that no minus zero comes out.
    return try .stacked([.number(0) - left.tangent, right.tangent], account: account)
  }

  func kinks(_ e: NodeID, _ env: Environment) throws -> Value {
    let params = params(of: e, env)
    let values = try params.map { try value(of: $0, e, env) }
    let mark = corners.markNotes()
    let before = corners.count
    _ = try derivative(at: values) { duals in
      try replacing(zip(params, duals).map { (.definition($0), $1) }, in: env) {
        try evaluate(e, $0)
      }
    }
    let count = corners.count - before
    corners.rewind(to: mark)
    return .number(Double(count))
  }
}

extension Value {
  /// The first axis moved behind the others.
  func movingFirstAxisLast() throws -> Value {
    let rank = shape.count
    return rank < 2 ? self : try transposed(Array(1..<rank) + [0])
  }
}
