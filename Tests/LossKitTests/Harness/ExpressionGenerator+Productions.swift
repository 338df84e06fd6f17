@testable import LossKit

// What expressions are made of, beside leaves and the forms of each kind.

extension ExpressionGenerator {
  mutating func arithmetic(_ kind: Kind, _ d: Int) -> GeneratedExpression {
    let a = any(kind, d)
    // Broadcasting from a number, from [1] and from the last axis.
    var others: [Kind] = [kind, kind]
    if case .array(let shape) = kind, let n = shape.last {
      others += [.number, .vector(shape.count == 1 ? 1 : n)]
    }
    let b = any(pick(others), d)
    switch below(14) {
    case 0, 1, 2: return node(kind, "# + #", a, b)
    case 3, 4: return node(kind, "# - #", a, b)
    case 5, 6, 7: return node(kind, "# * #", a, b)
    case 8: return node(kind, "# / (1 + #^2)", a, b)
    case 9: return node(kind, "-#", a)
    case 10: return node(kind, "#^\(pick(["2", "3", "-1", "0"]))", a)
    case 11 where !isLipschitz && !isSmooth: return node(kind, "# % \(pick(["0.7", "2"]))", a)
    case 12: return node(kind, "(1 + abs(#))^#", a, b)
    default: return node(kind, "# / #", a, b)
    }
  }

  // MARK: Calls of the table

  /// Whether a form may stand where the generator does.
  private func fits(_ form: CallForm) -> Bool {
    !(isSmooth && form.isRefusedInSmooth) && !(isLipschitz && form.jumps)
  }

  private mutating func form(_ functions: [[CallForm]]) -> CallForm? {
    // Functions are drawn evenly, however many forms each has.
    for _ in 0..<8 {
      guard !functions.isEmpty else { return nil }
      let form = pick(pick(functions))
      if fits(form) { return form }
    }
    return nil
  }

  /// A call of a function of the table with a result of a kind.
  mutating func call(_ kind: Kind, _ d: Int) -> GeneratedExpression? {
    form(CallForm.byResult[kind] ?? []).map { call($0, d) }
  }

  mutating func call(_ form: CallForm, _ d: Int) -> GeneratedExpression {
    let operands = form.operands.map { operand -> GeneratedExpression in
      guard case .array(let shape) = operand.kind else { return any(operand.kind, d) }
      let x = any(operand.kind, d)
      if operand.isDefinite, let n = shape.first {
        return node(operand.kind, "# @ #.T + \(n) * eye(\(n))", x, x)
      }
      return operand.interval.map { within($0, x) } ?? x
    }
    return GeneratedExpression(form.result, form.template, operands, steps: form.steps)
  }

  /// An argument where a function is defined, mostly.
  private mutating func within(_ interval: ClosedRange<Double>, _ x: GeneratedExpression)
    -> GeneratedExpression
  {
    if interval.lowerBound <= -2, interval.upperBound >= 2 || below(12) == 0 { return x }
    let width = interval.upperBound - interval.lowerBound
    return node(x.kind, "\(interval.lowerBound) + #", node(x.kind, "\(width) * sigmoid(#)", x))
  }

  /// Any call of the table, made a number.
  mutating func reducedCall(_ d: Int) -> GeneratedExpression {
    guard let form = form(CallForm.byFunction) else { return arithmetic(.number, d) }
    let result = call(form, d)
    switch form.result {
    case .array(let shape) where !shape.isEmpty:
      if below(2) == 0 {
        let place = shape.map { "\(below($0))" }.joined(separator: ", ")
        return node(.number, "(#)[\(place)]", result)
      }
      return node(.number, "\(pick(["sum", "max", "mean", "lse"]))(#)", result)
    case .mask(let shape):
      return node(.number, shape.isEmpty ? "0.5 + #" : "count(#)", result)
    default: return result
    }
  }

  /// What a higher-order function is given.
  mutating func function(_ arguments: [Kind], _ result: Kind, _ d: Int) -> GeneratedExpression {
    let names = arguments.map { _ in newName() }
    let body = inScope(zip(names, arguments).map { ($0, $1) }) { $0.any(result, min(d, 1)) }
    return node(
      .function(arguments, result), "(\(names.joined(separator: ", "))) -> #", body)
  }

  // MARK: Structure

  mutating func element(_ d: Int) -> GeneratedExpression {
    switch below(4) {
    case 0: node(.number, "(#)[\(below(4)), \(below(3))]", array([4, 3], d))
    case 1: node(.number, "(#)[#]", vector(3, d), node(.number, "\(below(3))"))
    default: node(.number, "(#)[\(below(3) - 3)]", vector(3, d))
    }
  }

  /// A part of an array, as long as it comes.
  mutating func part(_ d: Int) -> GeneratedExpression {
    let kind = Kind.vector(2)
    return switch below(6) {
    case 0: node(kind, "(#)[1..<3]", vector(4, d))
    case 1: node(kind, "(#)[[0, 2]]", vector(pick([3, 4]), d))
    case 2: node(kind, "(#)[..., \(below(3))]", array([4, 3], d))
    case 3: node(kind, "(#)[#]", vector(3, d), mask([3], d))
    case 4: node(kind, "(#)[#[0], 1...]", array([3, 4], d), node(.vector(1), "[\(below(3))]"))
    default: node(kind, "(#)[..<0]", vector(3, d))
    }
  }

  mutating func row(_ n: Int, _ d: Int) -> GeneratedExpression {
    let reductions = ["sum", "max", "mean", "lse", "norm", "min", "std"]
    return node(
      .vector(n), below(2) == 0 ? "(#)[\(below(3))]" : "\(pick(reductions))(#, axis = 0)",
      array([3, n], d))
  }

  mutating func choice(_ kind: Kind, _ d: Int) -> GeneratedExpression {
    node(kind, "if # then # else #", truth(d), any(kind, d), any(kind, d))
  }

  mutating func letBlock(_ kind: Kind, _ d: Int) -> GeneratedExpression {
    let name = newName()
    let bound = pick([Kind.number, .vector(3)])
    let value = any(bound, d)
    let body = inScope([(name, bound)]) { $0.any(kind, d) }
    return node(kind, "{ let \(name) = #; # }", value, body).binding(in: 1, [(name, value)])
  }

  mutating func localFunction(_ d: Int) -> GeneratedExpression {
    let (name, first, second) = (newName(), newName(), newName())
    let body = inScope([(first, .number), (second, .vector(3))]) { $0.number(d) }
    let (a, b) = (number(d), vector(3, d))
    return node(.number, "{ let \(name)(\(first), \(second)) = #; \(name)(#, #) }", body, a, b)
      .binding(in: 0, [(first, a), (second, b)])
  }

  /// A record that is made and taken apart again.
  mutating func field(_ d: Int) -> GeneratedExpression {
    below(2) == 0
      ? node(.number, "(record([\"a\", \"b\"], #, #)).b", vector(3, d), number(d))
      : node(.number, "sum(columns(record([\"a\", \"b\"], #, #)))", vector(3, d), vector(3, d))
  }

  /// Other values for inputs.
  mutating func replaced(_ d: Int) -> GeneratedExpression {
    let input = pick(Self.inputs)
    let body = number(d)
    let value = any(input.kind, d)
    return node(.number, "# at (\(input.name) = #)", body, value)
      .binding(in: 0, [(input.name, value)])
  }

  mutating func listed(_ shape: [Int], _ d: Int) -> GeneratedExpression {
    let rows = (0..<(shape.first ?? 0)).map { _ in any(.array(Array(shape.dropFirst())), d - 1) }
    return GeneratedExpression(
      .array(shape), "[" + rows.map { _ in "#" }.joined(separator: ", ") + "]", rows)
  }

  mutating func product(_ shape: [Int], _ d: Int) -> GeneratedExpression {
    if shape.count == 2 {
      return node(.array(shape), "# @ #", array([shape[0], 3], d), array([3, shape[1]], d))
    }
    switch below(3) {
    case 0: return node(.array(shape), "# @ #", vector(4, d), array([4, shape[0]], d))
    case 1 where shape[0] == 3:
      return node(.array(shape), "(#).T @ #", array([3, 3], d), vector(3, d))
    default: return node(.array(shape), "# @ #", array([shape[0], 3], d), vector(3, d))
    }
  }

  // MARK: Loops

  private static let aggregates = Builtins.all.filter {
    if case .none = $0.filtering {
      false
    } else {
      $0.topic != .reductions || !$0.isWithoutDerivative
    }
  }.map(\.name)

  mutating func aggregate(_ d: Int) -> GeneratedExpression {
    let (place, name) = (newName(), newName())
    let bound = pick([Kind.vector(3), .matrix(3, 4)])
    let inner: Variable = bound == .vector(3) ? (name, .number) : (name, .vector(4))
    let source = any(bound, d)
    let function = pick(Self.aggregates)
    // At the first element.
    let instance = [
      (name, node(inner.kind, "(#)[0]", source)), (place, node(.number, "0")),
    ]
    switch below(3) {
    case 0:
      let body = inScope([inner, (place, .number)]) { $0.number(d) }
      return node(.number, "\(function)(# for \(place), \(name) in #)", body, source)
        .binding(in: 0, instance)
    case 1:
      let body = inScope([inner, (place, .number)]) { $0.number(d) }
      return node(
        .number, "\(function)(# for \(place), \(name) in # if \(place) != 1)", body, source
      )
      .binding(in: 0, instance)
    default:
      let other = newName()
      let pair = inScope([inner, (place, .number), (other, .number)]) { $0.number(d) }
      return node(.number, "\(function)(# for \(place), \(name) in #, \(other) in p)", pair, source)
        .binding(in: 0, instance + [(other, node(.number, "p[0]"))])
    }
  }

  /// Which elements count depends on the inputs, where that may be.
  mutating func filteredAggregate(_ d: Int) -> GeneratedExpression {
    if isSmooth || isLipschitz { return aggregate(d) }
    let name = newName()
    let source = vector(4, d)
    let body = inScope([(name, .number)]) { $0.number(d) }
    let function = pick(Self.aggregates)
    let order = pick(["<", ">"])
    return node(
      .number, "\(function)(# for \(name) in # if \(name) > -9 and \(name) \(order) #)", body,
      source,
      leaf(.number)
    ).binding(in: 0, [(name, node(.number, "(#)[0]", source))])
  }

  mutating func comprehension(_ shape: [Int], _ d: Int) -> GeneratedExpression {
    let (place, name) = (newName(), newName())
    let element = Kind.array(Array(shape.dropFirst()))
    let body = inScope([(name, element), (place, .number)]) { $0.any(element, d) }
    return node(.array(shape), "[# for \(place), \(name) in #]", body, array(shape, d))
  }

  // MARK: Forms of the language

  mutating func frame(_ form: FrameForm, _ d: Int) -> GeneratedExpression {
    let isWithin = isSmooth
    switch form {
    case .hard:
      // What stands in `hard` may jump.
      isSmooth = false
      defer { isSmooth = isWithin }
      return node(.number, "hard(#)", number(d))
    case .smooth, .gap:
      if isSmooth { return number(d) }
      isSmooth = true
      defer { isSmooth = false }
      // The other families are defined for some numbers alone.
      let family = pick(["", "", "lse", "mellow", "boltzmann", "sqrt", "sparse"])
      let k = pick(["1", "2", "0.5", "8", "(1 + h)"])
      let call = "\(k)\(family.isEmpty ? "" : ", \"\(family)\"")"
      if form == .smooth { return node(.number, "smooth(#, \(call))", number(d)) }
      let field = pick(["hard", "smooth", "gap"])
      let template = "gap(#, \(call))."
      guard field == "gap" else { return node(.number, template + field, number(d)) }
      // It cancels: the difference of the other two.
      return GeneratedExpression(.number, template + field, [number(d)]) { operands in
        let smooth = GeneratedExpression(.number, template + "smooth", operands)
        let hard = GeneratedExpression(.number, template + "hard", operands)
        return GeneratedExpression(.number, "# - #", [smooth, hard])
      }
    }
  }

  /// A derivative by a number or vector of its own, with a result of a kind.
  mutating func nestedDerivative(_ kind: Kind, _ depth: Int) -> GeneratedExpression {
    let d = min(depth, 2)
    let name = newName()
    func body(_ bound: Kind, _ result: Kind, _ generator: inout ExpressionGenerator)
      -> GeneratedExpression
    {
      generator.inScope([(name, bound)]) { $0.any(result, d) }
    }
    switch pick(DerivativeForm.allCases) {
    case .gradient:
      return node(kind, "grad(\(name) -> #)(#)", body(kind, .number, &self), any(kind, d))
    case .jacobian:
      return node(kind, "jac(\(name) -> #)(#)", body(.number, kind, &self), number(d))
    case .hessian:
      if kind == .number {
        return node(kind, "hess(\(name) -> #)(#)", body(.number, .number, &self), number(d))
      }
      return node(
        kind, "sum(hess(\(name) -> #)(#)\(kind == .number ? "" : " * #"), axis = 0)",
        body(kind, .number, &self), any(kind, d), any(kind, 0))
    case .jacobianVectorProduct:
      return node(
        kind, "{ let \(name) = #; jvp(#, \(name), #) }", vector(3, d),
        body(.vector(3), kind, &self), vector(3, 0))
    case .vectorJacobianProduct:
      return node(
        kind, "{ let \(name) = #; vjp(#, \(name), #) }", any(kind, d),
        body(kind, .vector(3), &self), vector(3, 0))
    case .hessianVectorProduct:
      return node(
        kind, "{ let \(name) = #; hvp(#, \(name), #) }", any(kind, d),
        body(kind, .number, &self), any(kind, 0))
    case .repeated:
      return node(
        kind, "diff(\(name) -> #, \(1 + below(3)))(#)", body(.number, kind, &self), number(d))
    case .slopes:
      if kind != .number { return arithmetic(kind, d) }
      return node(
        kind, "({ let \(name) = #; slopes(#, \(name)) })[\(below(2))]", number(d),
        body(.number, .number, &self))
    case .kinks, .gradientCheck:
      // They count and report; `DifferentialForms` compares with `gradcheck`.
      return arithmetic(kind, d)
    }
  }
}
