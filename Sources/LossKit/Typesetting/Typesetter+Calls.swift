extension Typesetter {
  /// A call of a built-in function: its arguments by the parameters that they go to.
  struct Call {
    let builtin: Builtin
    fileprivate(set) var arguments: [(name: String, id: NodeID, isLabelled: Bool)] = []
    /// The argument that is a comprehension without brackets.
    fileprivate(set) var comprehension: Node?
    /// Whether every argument fits a parameter.
    fileprivate(set) var isBound = true

    /// The argument of a parameter.
    subscript(name: String) -> NodeID? { arguments.first { $0.name == name }?.id }
    /// The arguments by position, or of the parameter that takes any number.
    func all(_ name: String) -> [NodeID] { arguments.filter { $0.name == name }.map(\.id) }
    /// Whether no others than these have arguments.
    func has(only names: String...) -> Bool {
      isBound && arguments.allSatisfy { names.contains($0.name) }
    }
  }

  mutating func call(_ node: Node) -> Typeset {
    let callee = script[NodeID(index: node.a)]
    if let builtin = builtin(callee) {
      let call = call(of: builtin, node)
      if let special = builtin.notation.layout(&self, call) { return special }
      return named(builtin, node, call)
    }
    let function = expression(NodeID(index: node.a))
    return application(base(function), arguments(node))
  }

  /// A function before its arguments in brackets.
  func application(_ function: Box, _ arguments: Box) -> Typeset {
    Typeset(.row([function, .sign(.application), .fenced(.round, arguments)]))
  }

  private func call(of builtin: Builtin, _ node: Node) -> Call {
    let list = script.list(node.b)
    let places = Array(stride(from: 0, to: list.count - 2, by: 3))
    let labels = places.map { place -> String? in
      let label = list.symbol(place)
      return label == .none ? nil : symbols.name(of: label)
    }
    var call = Call(builtin: builtin)
    for (place, parameter) in builtin.parameters(labelled: labels).enumerated() {
      let id = list.node(places[place] + 2)
      guard let parameter else {
        call.isBound = false
        continue
      }
      if script[id].kind == .comprehension, script[id].detail == 1 {
        call.comprehension = script[id]
      }
      call.arguments.append((parameter.name, id, labels[place] != nil))
    }
    return call
  }

  /// The arguments of a call as they stand there.
  private mutating func arguments(_ node: Node) -> Box {
    let list = script.list(node.b)
    var boxes: [Box] = []
    for place in stride(from: 0, to: list.count - 2, by: 3) {
      guard boxes.count < Self.listLimit else {
        boxes.append(.sign(.dots))
        break
      }
      let value = expression(list.node(place + 2)).box
      let label = list.symbol(place)
      boxes.append(
        label == .none ? value : .row([name(label), .sign(.equal), value]))
    }
    return .row(Self.separated(boxes))
  }

  /// A call by name; of a comprehension with what its names run through below the name.
  private mutating func named(_ builtin: Builtin, _ node: Node, _ call: Call) -> Typeset {
    let symbol = builtin.notation.symbol(of: builtin)
    if let comprehension = call.comprehension {
      return withClauses(comprehension) { setter, clauses in
        let operation = Box.limits(symbol, below: setter.conditions(clauses), above: nil)
        let element = setter.expression(clauses.element)
        let options = call.arguments.dropFirst().map { setter.labelled($0) }
        return Typeset(
          [
            operation, .sign(.application),
            .fenced(.round, .row(Self.separated([element.box] + options))),
          ], .atom)
      }
    }
    guard let option = builtin.notation.subscripted, let id = call[option],
      call.arguments.count > 1
    else { return application(symbol, arguments(node)) }
    var rest: [Box] = []
    for argument in call.arguments where argument.name != option {
      rest.append(labelled(argument))
    }
    let arguments = Box.row(Self.separated(rest))
    guard !isOne(id) else { return application(symbol, arguments) }
    let sub = inScript { $0.expression(id).box }
    return application(.scripts(symbol, sub: sub, sup: nil), arguments)
  }

  private mutating func labelled(_ argument: (name: String, id: NodeID, isLabelled: Bool)) -> Box {
    let value = expression(argument.id).box
    guard argument.isLabelled else { return value }
    return .row([NameLayout.box(of: argument.name), .sign(.equal), value])
  }

  func isZero(_ id: NodeID) -> Bool {
    script[id].kind == .number && script.number(script[id].a) == 0
  }

  func isOne(_ id: NodeID) -> Bool {
    script[id].kind == .number && script.number(script[id].a) == 1
  }

  /// The operand of a prefix without brackets of its own, as that of ∑ and ∇.
  func operand(_ formula: Typeset) -> Box { laterTerm(formula) }

  /// A name that is free to be indexed, for a reduction of it.
  func isPlainName(_ id: NodeID) -> Bool {
    script[id].kind == .name && builtin(script[id]) == nil
  }

  /// A name with an index that the text does not use.
  mutating func indexed(_ id: NodeID) -> (index: Box, element: Typeset) {
    let index = freshIndex()
    let base = expression(id)
    var box = Box.scripts(base.box, sub: index, sup: nil)
    if case .scripts = base.box { box = .scripts(.fenced(.round, base.box), sub: index, sup: nil) }
    return (index, Typeset(box))
  }

  /// e to a power, or `exp` of what would be too much for an exponent.
  mutating func exponential(_ id: NodeID) -> Typeset {
    exponential { $0.expression(id) }
  }

  mutating func exponential(_ make: (inout Typesetter) -> Typeset) -> Typeset {
    // What is set twice at every level would be set 2^40 times at the innermost.
    if scriptDepth < 2 {
      let exponent = inScript { make(&$0).box }
      if exponent.width <= 16, !exponent.isTall {
        return Typeset(.scripts(.upright("e"), sub: nil, sup: exponent), .power)
      }
    }
    return application(.operation("exp"), make(&self).box)
  }
}
