extension SymbolicGradient {
  /// What reduces a comprehension or along an axis, and sums, whose adjoint is a number that stands
  /// for an array.
  mutating func pushReduction(
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
      default:
        // The table's texts are of vectors: softmax of a matrix goes along its rows.
        guard builtin.reducesAll, arguments["keep"] == nil, try shape(v, binders).count > 1 else {
          return false
        }
        var flat = arguments.compactMapValues(\.first)
        flat[arguments["v"] == nil ? "x" : "v"] = .call("reshape", v, .number(-1))
        try pushByTable(builtin, flat, e, u, binders)
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
}

extension Builtin {
  /// Whether all elements are reduced where no axis is given.
  fileprivate var reducesAll: Bool {
    parameters.contains { parameter in
      if parameter.name == "axis", case .option("all") = parameter.kind { true } else { false }
    }
  }
}
