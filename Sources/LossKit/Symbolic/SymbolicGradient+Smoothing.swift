extension SymbolicGradient {
  /// `smooth(e, k)`: e with lse for max, and the table's counterparts for the rest, carried on.
  mutating func pushSmooth(
    _ arguments: [Symbolic.Argument], _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) {
    let positional = arguments.filter { $0.label == nil }.map(\.value)
    func argument(_ name: String, _ place: Int) -> Symbolic? {
      arguments.first { $0.label == name }?.value
        ?? (place < positional.count ? positional[place] : nil)
    }
    let family = argument("family", 2)
    guard let hard = argument("e", 0), argument("error", 3) == nil,
      family == nil || family == .literal("\"lse\"")
    else { throw unsupported(e) }
    try push(smoothed(hard, argument("k", 1) ?? .one, depth: 0), u, binders)
  }

  private mutating func smoothed(
    _ e: Symbolic, _ k: Symbolic, depth: Int
  ) throws(SymbolicFailure) -> Symbolic {
    guard depth < 100, depends(e) || depends(k) else { return e }
    switch e {
    case .name(let name):
      guard let formula = definition(name), formula.kind == .formula else { return e }
      let reader = SymbolicReader(script: formula.script, symbols: session.symbols)
      return try smoothed(reader.read(formula.body), k, depth: depth + 1)
    case .call(.name(let name), let arguments):
      if name == "hard", arguments.count == 1 { return arguments[0].value }
      if let function = definition(name), function.kind == .function {
        return try smoothed(body(of: function, arguments, e), k, depth: depth + 1)
      }
      guard let builtin = Builtins.named(name) else { return e }
      return try smoothed(builtin, arguments, k, depth: depth)
    case .index(let x, let subscripts):
      return .index(try smoothed(x, k, depth: depth + 1), subscripts)
    case .comprehension(var it):
      it.element = try smoothed(it.element, k, depth: depth + 1)
      for place in it.clauses.indices {
        it.clauses[place].iterated = try smoothed(it.clauses[place].iterated, k, depth: depth + 1)
      }
      return .comprehension(it)
    default:
      var parts: [Symbolic] = []
      for child in e.children { parts.append(try smoothed(child, k, depth: depth + 1)) }
      return e.withChildren(parts) ?? e
    }
  }

  private mutating func smoothed(
    _ builtin: Builtin, _ arguments: [Symbolic.Argument], _ k: Symbolic, depth: Int
  ) throws(SymbolicFailure) -> Symbolic {
    var soft = arguments
    for place in soft.indices {
      soft[place].value = try smoothed(soft[place].value, k, depth: depth + 1)
    }
    let sharpness = k == .one ? [] : [Symbolic.Argument(label: "k", value: k)]
    switch builtin.name {
    case "max": return .call(.name("lse"), soft + sharpness)
    case "min":
      for place in soft.indices where soft[place].label == nil {
        guard case .comprehension(var it) = soft[place].value, it.isBare else {
          soft[place].value = .negating(soft[place].value)
          continue
        }
        it.element = .negating(it.element)
        soft[place].value = .comprehension(it)
      }
      return .negating(.call(.name("lse"), soft + sharpness))
    case "relu", "abs":
      let name = builtin.name == "relu" ? "softplus" : "smoothabs"
      return .call(.name(name), soft + (k == .one ? [] : [.init(label: nil, value: k)]))
    default:
      guard !builtin.hasSmoothTwin else {
        throw SymbolicFailure(part: builtin.name, reason: "there is no rule for it under smooth")
      }
      return .call(.name(builtin.name), soft)
    }
  }
}

extension Symbolic {
  /// The same operation on other operands; `nil` of one that is not all of operands.
  fileprivate func withChildren(_ parts: [Symbolic]) -> Symbolic? {
    switch self {
    case .sum: .adding(parts)
    case .product: .multiplying(parts)
    case .negated: .negating(parts[0])
    case .quotient: .dividing(parts[0], by: parts[1])
    case .matrixProduct: .matrixProduct(parts[0], parts[1])
    case .power: .raising(parts[0], to: parts[1])
    case .member(_, let name): .member(parts[0], name)
    case .array: .array(parts)
    case .conditional: .conditional(parts)
    case .function(let parameters, _): .function(parameters, parts[0])
    default: nil
    }
  }
}
