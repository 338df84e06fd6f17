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

  private mutating func pushByTable(
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

  // MARK: - Reductions

  /// What reduces a comprehension or along an axis, and sums, whose adjoint is a number that stands
  /// for an array.
  private mutating func pushReduction(
    _ builtin: Builtin, _ arguments: [String: [Symbolic]], _ e: Symbolic, _ u: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) -> Bool {
    guard let values = arguments["v"] ?? arguments["x"], values.count == 1 else { return false }
    let v = values[0]
    let k = arguments["k"]?.first ?? .one
    if arguments["axis"] != nil { return try pushAxis(builtin, v, k, arguments, e, u, binders) }
    let terms =
      ["sum", "mean", "lse", "max", "min", "prod"].contains(builtin.name)
      ? try comprehension(v) : nil
    guard let it = terms ?? v.bareComprehension else {
      switch builtin.name {
      case "sum": try push(v, u, binders)
      case "mean": try push(v, .dividing(u, by: size(v, binders)), binders)
      // The table's text is for every p.
      case "norm" where arguments["p"] == nil || arguments["p"] == [.number(2)]:
        try push(v, .multiplying([u, .dividing(v, by: e)]), binders)
      default: return false
      }
      return true
    }
    guard terms != nil, !depends(k) else {
      // As of any array.
      var array = it
      array.isBare = false
      var arguments = arguments.compactMapValues(\.first)
      arguments[arguments["v"] == nil ? "x" : "v"] = .comprehension(array)
      try pushByTable(builtin, arguments, e, u, binders)
      return true
    }
    let (element, binder) = try entered(it, binders)
    let inside = binders + [binder]
    // Within the sum over j the whole is one over another letter.
    let whole = try renamed(e, it, inside)
    switch builtin.name {
    case "sum": try push(element, u, inside)
    case "mean": try push(element, .dividing(u, by: count(binder)), inside)
    case "prod": try push(element, .dividing(.multiplying([u, whole]), by: element), inside)
    case "lse":
      let weight = Symbolic.call("exp", .multiplying([k, .subtracting(element, whole)]))
      try push(element, .multiplying([u, weight]), inside)
    default: try push(element, .multiplying([u, .claims([element, whole], ["=="])]), inside)
    }
    return true
  }

  /// The comprehension that an array is, or that a formula of that name is: its elements are summed
  /// over where they stand, and need no places in an array.
  private func comprehension(_ v: Symbolic) throws(SymbolicFailure) -> Symbolic.Comprehension? {
    if case .comprehension(let it) = v { return it }
    guard case .name(let name) = v, let formula = definition(name), formula.kind == .formula else {
      return nil
    }
    let reader = SymbolicReader(script: formula.script, symbols: session.symbols)
    guard case .comprehension(let it) = try reader.read(formula.body) else { return nil }
    return it
  }

  /// How many elements an array has: as the length of an input, where one is as long.
  private mutating func size(_ v: Symbolic, _ binders: [Binder]) throws(SymbolicFailure) -> Symbolic
  {
    let shape = try shape(v, binders)
    guard shape.count == 1 else { return .number(Double(shape.reduce(1, *))) }
    let inputs = v.freeNames.sorted().compactMap(definition).filter(\.isInput)
    let alike =
      inputs.first { $0.value.shape == shape } ?? inputs.first { $0.value.shape.first == shape[0] }
    return .length(alike.map { .name($0.name) } ?? v)
  }

  /// A call with a comprehension whose names are none of those around it.
  private mutating func renamed(
    _ e: Symbolic, _ it: Symbolic.Comprehension, _ binders: [Binder]
  ) throws(SymbolicFailure) -> Symbolic {
    guard case .call(let f, var arguments) = e else { return e }
    var fresh = it
    for place in fresh.clauses.indices {
      let clause = fresh.clauses[place]
      for name in [clause.index, clause.element].compactMap(\.self) where name != "_" {
        let taken = fresh.allNames.union(binders.flatMap(\.names)).union([input.name])
        guard binders.contains(where: { $0.names.contains(name) }) else { continue }
        fresh.rename(name, to: SymbolicReader.fresh(name, besides: taken), from: place)
      }
    }
    for place in arguments.indices where arguments[place].value == .comprehension(it) {
      arguments[place].value = .comprehension(fresh)
    }
    return .call(f, arguments)
  }

  /// Along one axis of a matrix.
  private mutating func pushAxis(
    _ builtin: Builtin, _ v: Symbolic, _ k: Symbolic, _ arguments: [String: [Symbolic]],
    _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) -> Bool {
    guard case .number(let axis)? = arguments["axis"]?.first, axis == 0 || axis == 1,
      !depends(k)
    else { throw unsupported(e) }
    let rank = try shape(v, binders).count
    guard rank == 2 || rank > 2 && axis == 0 else { throw unsupported(e) }
    if case .comprehension(let it) = v, it.isBare { throw unsupported(e) }
    var u = try full(u, of: e, binders)
    // The adjoints of rows beside the rows.
    if arguments["keep"] == nil, axis == 1 { u = .call("reshape", u, .length(v), .one) }
    func weights(_ name: String, _ v: Symbolic, _ k: Symbolic) -> Symbolic {
      var all = [Symbolic.Argument(label: nil, value: v)]
      if k != .one { all.append(.init(label: "k", value: k)) }
      return .call(.name(name), all + [.init(label: "axis", value: .number(axis))])
    }
    let n = Symbolic.index(.call("shape", v), [.number(axis)])
    let weight: Symbolic
    switch builtin.name {
    case "sum": weight = ones(like: v)
    case "mean": weight = .dividing(ones(like: v), by: n)
    case "lse": weight = weights("softmax", v, k)
    case "max": weight = weights("hardmax", v, .one)
    case "min": weight = weights("hardmax", .negating(v), .one)
    case "norm" where arguments["p"] == nil:
      let lengths = Symbolic.call(
        .name("norm"),
        [
          .init(label: nil, value: v), .init(label: "axis", value: .number(axis)),
          .init(label: "keep", value: .literal("true")),
        ])
      weight = .dividing(v, by: lengths)
    default: throw unsupported(e)
    }
    try push(v, .multiplying([u, weight]), binders)
    return true
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
