extension SymbolicGradient {
  /// A call: of a function of the script, of a function that stands there, or of a built-in one.
  mutating func pushCall(
    _ f: Symbolic, _ arguments: [Symbolic.Argument], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) {
    switch f {
    case .function(let parameters, let body):
      guard parameters.count == arguments.count, arguments.allSatisfy({ $0.label == nil }) else {
        throw unsupported(e)
      }
      let values = Dictionary(zip(parameters, arguments.map(\.value))) { first, _ in first }
      try push(body.replacing(values), u, binders)
    case .name(let name):
      if let definition = definition(name) {
        return try push(body(of: definition, arguments, e), u, binders)
      }
      guard let builtin = Builtins.named(name) else { throw unsupported(e) }
      try pushBuiltin(builtin, arguments, e, u, binders)
    default: throw unsupported(e)
    }
  }

  /// The body of a function of the script with the arguments of a call in it.
  func body(
    of definition: Definition, _ arguments: [Symbolic.Argument], _ e: Symbolic
  ) throws(SymbolicFailure) -> Symbolic {
    let script = definition.script
    let node = script[definition.statement]
    guard definition.kind == .function, node.kind == .function else { throw unsupported(e) }
    let reader = SymbolicReader(script: script, symbols: session.symbols)
    let list = script.list(node.b)
    var names: [String: Symbolic] = [:]
    var positional = arguments.filter { $0.label == nil }.map(\.value)[...]
    for place in stride(from: 3, to: list.count - 2, by: 3) {
      let parameter = session.symbols.name(of: list.symbol(place))
      if let value = positional.popFirst() {
        names[parameter] = value
      } else if let labelled = arguments.first(where: { $0.label == parameter }) {
        names[parameter] = labelled.value
      } else if !list.node(place + 2).isNone {
        names[parameter] = try reader.read(list.node(place + 2), names)
      } else {
        throw unsupported(e)
      }
    }
    return try reader.read(list.node(0), names)
  }

  private mutating func pushBuiltin(
    _ builtin: Builtin, _ given: [Symbolic.Argument], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) {
    if builtin.isWithoutDerivative { return }
    if builtin.name == "smooth" { return try pushSmooth(given, e, u, binders) }
    var arguments: [String: [Symbolic]] = [:]
    for (argument, parameter) in zip(given, builtin.parameters(labelled: given.map(\.label))) {
      guard let parameter else { throw unsupported(e) }
      arguments[parameter.name, default: []].append(argument.value)
    }
    // The table's text is that of one family.
    if let family = arguments["family"]?.first?.text, family != "\"lse\"" { throw unsupported(e) }
    if try pushReduction(builtin, arguments, e, u, binders) { return }
    if try pushSeveral(builtin, arguments, e, u, binders) { return }
    if try pushRows(builtin, arguments, e, u, binders) { return }
    if try pushParts(builtin, arguments, e, u, binders) { return }
    let places = Set(builtin.parameters.filter(\.isPlace).map(\.name))
    guard arguments["axis"] == nil, arguments["keep"] == nil,
      arguments.allSatisfy({ $0.value.count == 1 || places.contains($0.key) })
    else { throw unsupported(e) }
    if builtin.name == "map", case .function(let parameters, let body)? = arguments["f"]?.first,
      parameters.count == 1, let v = arguments["v"]?.first
    {
      let each = Symbolic.Comprehension(
        element: body, clauses: [.init(index: nil, element: parameters[0], iterated: v)],
        filter: nil,
        isBare: false)
      return try push(.comprehension(each), u, binders)
    }
    try pushByTable(builtin, arguments.compactMapValues(\.first), e, u, binders)
  }

  // MARK: - The derivatives of the table

  mutating func pushByTable(
    _ builtin: Builtin, _ arguments: [String: Symbolic], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) {
    guard let derivative = builtin.derivative else { throw unsupported(e) }
    for parameter in builtin.parameters {
      guard let argument = arguments[parameter.name], depends(argument), !parameter.isPlace else {
        continue
      }
      guard let text = derivative.byParameter.first(where: { $0.key == parameter.name })?.value
      else { throw unsupported(e) }
      var names = arguments
      for other in builtin.parameters where names[other.name] == nil {
        if case .optional(let value) = other.kind { names[other.name] = try read(value) }
        if case .option(let value) = other.kind { names[other.name] = try read(value) }
      }
      // In a text that says what becomes of the adjoint it is called u.
      var factors: [Symbolic] = []
      if derivative.form == .adjoint {
        // They are linear in u: numbers stand before.
        let (numbers, rest) = try split(u, binders)
        factors = numbers
        names["u"] = try full(rest, of: e, binders)
      }
      let slope = try read(text, names)
      switch derivative.form {
      case .elementwise:
        try push(argument, from: .multiplying([u, slope]), of: e, binders)
      case .adjoint: try push(argument, .multiplying(factors + [slope]), binders)
      case .jacobian:
        switch try shape(e, binders).count {
        case 0: try push(argument, .multiplying([u, slope]), binders)
        case 1: try push(argument, .matrixProduct(full(u, of: e, binders), slope), binders)
        default: throw unsupported(e)
        }
      }
    }
  }

  /// An adjoint as factors that are numbers and the rest.
  private mutating func split(
    _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) -> ([Symbolic], Symbolic) {
    if case .negated(let x) = u {
      let (numbers, rest) = try split(x, binders)
      return ([.number(-1)] + numbers, rest)
    }
    guard case .product(let all) = u else { return ([], u) }
    var numbers: [Symbolic] = []
    var rest: [Symbolic] = []
    for factor in all {
      if try shape(factor, binders).isEmpty { numbers.append(factor) } else { rest.append(factor) }
    }
    return (numbers, .multiplying(rest))
  }

  /// Reads one of the table's texts.
  private func read(_ text: String, _ names: [String: Symbolic] = [:]) throws(SymbolicFailure)
    -> Symbolic
  {
    let symbols = SymbolTable()
    let result = parse(Source(text: text), symbols: symbols)
    guard result.errors.isEmpty, let statement = result.tree.statements.first,
      result.tree[statement].kind == .show
    else { throw SymbolicFailure(part: text, reason: "there is no rule for it") }
    let expression = NodeID(index: result.tree[statement].a)
    let reader = SymbolicReader(script: Script(tree: result.tree, serial: 0), symbols: symbols)
    return try reader.read(expression, names)
  }

  // MARK: - Rows and parts

  /// softmax and logsoftmax of a vector, or of the rows of a matrix.
  private mutating func pushRows(
    _ builtin: Builtin, _ arguments: [String: [Symbolic]], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) -> Bool {
    guard ["softmax", "logsoftmax"].contains(builtin.name), let v = arguments["v"]?.first,
      arguments["axis"] == nil, !depends(arguments["k"]?.first ?? .one)
    else { return false }
    let rank = try shape(v, binders).count
    guard rank == 1 || rank == 2 else { return false }
    let k = arguments["k"]?.first ?? .one
    let u = try full(u, of: e, binders)
    let isOne = k == .one
    func total(_ x: Symbolic) -> Symbolic {
      guard rank == 2 else { return .call("sum", x) }
      return .call(
        .name("sum"),
        [
          .init(label: nil, value: x), .init(label: "axis", value: .one),
          .init(label: "keep", value: .literal("true")),
        ])
    }
    let weights: Symbolic = isOne ? .call("softmax", v) : .call("softmax", v, k)
    let slope: Symbolic
    if builtin.name == "softmax" {
      let mean = rank == 1 ? Symbolic.call("dot", u, e) : total(.multiplying([u, e]))
      slope = .multiplying([k, e, .subtracting(u, mean)])
    } else {
      slope = .multiplying([k, .subtracting(u, .multiplying([total(u), weights]))])
    }
    try push(v, slope, binders)
    return true
  }

  /// concat and stack along the first axis: each part has its places of the adjoint.
  private mutating func pushParts(
    _ builtin: Builtin, _ arguments: [String: [Symbolic]], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) -> Bool {
    guard ["concat", "stack"].contains(builtin.name), let parts = arguments["parts"],
      arguments["axis"] == nil || arguments["axis"] == [.zero]
    else { return false }
    let u = try full(u, of: e, binders)
    var start = Symbolic.zero
    for (place, part) in parts.enumerated() {
      if builtin.name == "stack" {
        try push(part, .index(u, [.number(Double(place))]), binders)
      } else {
        let end = Symbolic.adding([start, .length(part)])
        try push(part, .index(u, [.range(start, end, isClosed: false)]), binders)
        start = end
      }
    }
    return true
  }

  // MARK: - Several arguments

  /// max, min and lse of several arguments, and cross entropy, whose labels decide its form.
  private mutating func pushSeveral(
    _ builtin: Builtin, _ arguments: [String: [Symbolic]], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) -> Bool {
    if builtin.name == "cross_entropy", let s = arguments["s"]?.first, let y = arguments["y"]?.first
    {
      return try pushCrossEntropy(s, y, e, u, binders)
    }
    guard let values = arguments["x"], values.count > 1, !depends(arguments["k"]?.first ?? .one)
    else {
      return false
    }
    let k = arguments["k"]?.first ?? .one
    for (place, value) in values.enumerated() {
      let other = values[1 - min(place, 1)]
      let weight: Symbolic
      switch (builtin.name, values.count) {
      // Where two are equal the slope is shared.
      case ("max", 2): weight = .call("step", .subtracting(value, other))
      case ("min", 2): weight = .call("step", .subtracting(other, value))
      case ("max", _), ("min", _): weight = .claims([value, e], ["=="])
      case ("lse", 2): weight = .call("sigmoid", .multiplying([k, .subtracting(value, other)]))
      case ("lse", _): weight = .call("exp", .multiplying([k, .subtracting(value, e)]))
      default: throw unsupported(e)
      }
      try push(value, from: .multiplying([u, weight]), of: e, binders)
    }
    return true
  }

  private mutating func pushCrossEntropy(
    _ s: Symbolic, _ y: Symbolic, _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) -> Bool {
    guard !depends(y) else { throw unsupported(e) }
    let scores = try shape(s, binders)
    let labels = try shape(y, binders)
    let target: Symbolic
    if labels == scores {
      target = y
    } else if scores.count == 1 {
      target = .call("onehot", y, .length(s))
    } else if scores.count == 2 {
      target = .call("onehot", y, .index(.call("shape", s), [.one]))
    } else {
      throw unsupported(e)
    }
    var weights = Symbolic.call("softmax", s)
    if labels == scores {
      // 1 of a distribution; what is drawn at random need not be one.
      guard scores.count == 1 else { throw unsupported(e) }
      weights = .multiplying([.call("sum", y), weights])
    }
    let rows =
      scores.count == 2
      ? Symbolic.call("reshape", try full(u, of: e, binders), .length(s), .one) : u
    try push(s, .multiplying([rows, .subtracting(weights, target)]), binders)
    return true
  }
}
