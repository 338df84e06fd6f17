extension Notation {
  /// ∑ and ∏: with limits over a comprehension, with an index for a name, without one for the
  /// elements of another expression.
  static func big(_ sign: Sign) -> Notation {
    Notation { setter, call in
      guard call.isBound, let v = call["v"] else { return nil }
      // Terms that are arrays are added place by place, as on paper.
      let addsArrays = call.comprehension != nil && call["axis"].map(setter.isZero) ?? false
      guard call.arguments.count == (addsArrays ? 2 : 1) else { return nil }
      return setter.big(sign, call, v) { setter, element in setter.expression(element) }
    }
  }

  /// max and min: over a comprehension with what its names run through below.
  static func extremum(_ name: String) -> Notation {
    Notation(name: .operation(name)) { setter, call in
      guard call.isBound, call.arguments.count == 1, let comprehension = call.comprehension else {
        return nil
      }
      return setter.withClauses(comprehension) { setter, clauses in
        let operation = Box.limits(
          .operation(name), below: setter.conditions(clauses), above: nil)
        let element = setter.operand(setter.expression(clauses.element))
        return Typeset([operation, .sign(.application), element], .power, isOpen: true)
      }
    }
  }

  /// 1/n ∑ where the number of elements is plain.
  static let mean = Notation { setter, call in
    guard call.isBound, call.arguments.count == 1, let v = call["v"],
      let comprehension = call.comprehension
    else { return nil }
    let count = setter.withClauses(comprehension) { setter, clauses in setter.count(clauses) }
    guard let count else { return nil }
    let sum = setter.big(.sum, call, v) { setter, element in setter.expression(element) }
    return sum.map { setter.product(setter.quotient(Typeset(.number("1")), count), $0) }
  }

  /// How many elements satisfy a claim: the sum of Iverson's brackets.
  static let count = Notation { setter, call in
    guard call.isBound, call.arguments.count == 1, let v = call["mask"] else { return nil }
    return setter.big(.sum, call, v) { setter, element in
      Typeset(.fenced(.square, setter.expression(element).box))
    }
  }

  /// (1/k) log ∑ e^(k x).
  static let logSumExp = Notation { setter, call in
    guard call.has(only: "x", "k") else { return nil }
    let values = call.all("x")
    let k = call["k"].flatMap { setter.isOne($0) ? nil : $0 }
    let scaled: @Sendable (inout Typesetter, Typeset) -> Typeset = { setter, x in
      guard let k else { return x }
      return setter.product(setter.expression(k), x)
    }
    let inner: Typeset?
    if values.count == 1 {
      inner = setter.big(.sum, call, values[0], exponential: scaled)
    } else if (2...4).contains(values.count) {
      let terms = values.map { value in
        setter.exponential { setter in scaled(&setter, setter.expression(value)) }.box
      }
      inner = Typeset(Typesetter.separated(terms, by: .plus), .sum)
    } else {
      inner = nil
    }
    guard let inner else { return nil }
    let logarithm = setter.logarithm(inner)
    guard let k else { return logarithm }
    return setter.product(
      setter.quotient(Typeset(.number("1")), setter.expression(k)), logarithm)
  }
}

extension Typesetter {
  /// A big operator over the elements of `v`, which `term` sets.
  mutating func big(
    _ sign: Sign, _ call: Call, _ v: NodeID,
    term: (inout Typesetter, NodeID) -> Typeset
  ) -> Typeset? {
    if let comprehension = call.comprehension {
      return withClauses(comprehension) { setter, clauses in
        let operators = setter.bigOperators(sign, clauses)
        let element = setter.operand(term(&setter, clauses.element))
        return Typeset(operators + [element], .power, isOpen: true)
      }
    }
    if isPlainName(v) {
      let (index, element) = indexed(v)
      return Typeset(
        [.limits(.sign(sign), below: [index], above: nil), element.box], .power, isOpen: true)
    }
    return Typeset([.sign(sign), operand(term(&self, v))], .power, isOpen: true)
  }

  /// ∑ of exponentials, with what `scaled` makes of an element in the exponent.
  fileprivate mutating func big(
    _ sign: Sign, _ call: Call, _ v: NodeID,
    exponential scaled: @escaping @Sendable (inout Typesetter, Typeset) -> Typeset
  ) -> Typeset? {
    guard call.comprehension == nil, isPlainName(v) else {
      return big(sign, call, v) { setter, element in
        setter.exponential { setter in scaled(&setter, setter.expression(element)) }
      }
    }
    let (index, element) = indexed(v)
    let term = exponential { setter in scaled(&setter, element) }
    return Typeset(
      [.limits(.sign(sign), below: [index], above: nil), term.box], .power, isOpen: true)
  }
}

// MARK: - Derivatives and smoothing

extension Notation {
  /// ∇ and its powers, with the names that it is taken by below.
  static func nabla(order: Int) -> Notation {
    Notation { setter, call in
      guard call.has(only: "e", "x", "y"), let e = call["e"] else { return nil }
      let operand = setter.base(setter.expression(e))
      let names = ["x", "y"].compactMap { call[$0] }.map { setter.subscriptNames($0) }
      let power: Box? = order > 1 ? .number(String(order)) : nil
      let operators: [Box]
      switch names.count {
      case 0 where power == nil: operators = [.sign(.nabla)]
      case 0: operators = [.scripts(.sign(.nabla), sub: nil, sup: power)]
      case 1: operators = [.scripts(.sign(.nabla), sub: names[0], sup: power)]
      default: operators = names.map { .scripts(.sign(.nabla), sub: $0, sup: nil) }
      }
      let space: [Box] = names.isEmpty ? [] : [.thinSpace]
      return Typeset(operators + space + [operand], .power, isOpen: true)
    }
  }

  /// With the names that it is taken by as a subscript: J_x(e).
  static func by(_ name: String) -> Notation {
    Notation(name: .upright(name)) { setter, call in
      guard call.isBound, let e = call["e"], let x = call["x"] else { return nil }
      let rest = call.arguments.filter { $0.name != "e" && $0.name != "x" }.map(\.id)
      let sub = setter.subscriptNames(x)
      return setter.application(
        .scripts(.upright(name), sub: sub, sup: nil), setter.list([e] + rest))
    }
  }

  /// dⁿ/dxⁿ e, and f⁽ⁿ⁾ of a function.
  static let repeatedDerivative = Notation { setter, call in
    guard call.isBound, let e = call["e"] else { return nil }
    let operand = setter.expression(e)
    guard let x = call["x"] else {
      return Typeset(
        .scripts(setter.base(operand), sub: nil, sup: .sign(.prime)), .power)
    }
    if setter.script[x].kind == .number {
      let order = setter.inScript { Box.fenced(.round, $0.expression(x).box) }
      return Typeset(.scripts(setter.base(operand), sub: nil, sup: order), .power)
    }
    let d = Typeset(.upright("d"))
    let dx = setter.expression(x)
    var above = d.box
    var below = Box.row([d.box, dx.box])
    if let n = call["n"], !setter.isOne(n) {
      let order = setter.inScript { $0.expression(n).box }
      above = .scripts(d.box, sub: nil, sup: order)
      below = .row([d.box, setter.power(dx, order).box])
    }
    return Typeset(
      [.fraction(above, below), .thinSpace, setter.bracketed(operand, below: .power)], .power,
      isOpen: true)
  }
}

extension Typesetter {
  /// The name, or the names of a tuple, that a derivative is taken by.
  mutating func subscriptNames(_ id: NodeID) -> Box {
    inScript { setter in
      guard setter.script[id].kind == .tuple else { return setter.expression(id).box }
      return setter.list(Array(setter.script.list(setter.script[id].a)).map(NodeID.init))
    }
  }
}
