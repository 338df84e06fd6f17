extension Linter {
  func walkCall(_ node: Node, _ id: NodeID) {
    let calleeID = NodeID(index: node.a)
    let callee = script[calleeID]
    let list = script.list(node.b)
    walk(calleeID)
    for i in stride(from: 0, to: list.count, by: 3) { walk(list.node(i + 2)) }
    guard callee.kind == .name else { return }
    let symbol = Symbol(index: callee.a)
    if let local = locals.last(where: { $0.symbol == symbol }) {
      if let signature = local.signature { check(list, signature, id) }
      return
    }
    if let own = definitions[symbol] {
      // With several definitions of a name it is the run that decides which one is called.
      guard own.count == 1, let definition = own.first else { return }
      if let signature = definition.signature {
        check(list, signature, id)
      } else if let kind = kindThatIsNoFunction(definition) {
        report(.wrongCall, .notAFunction(definition.name, kind), calleeID)
      }
      return
    }
    if let module = modules.last(where: { $0.definitions[symbol] != nil }) {
      if let signature = module.definitions[symbol] ?? nil { check(list, signature, id) }
      return
    }
    if let builtin = builtin(symbol) { check(list, builtin, id) }
  }

  /// What a definition is that cannot be called, if its text alone says so.
  private func kindThatIsNoFunction(_ definition: LintDefinition) -> String? {
    switch script[definition.body].kind {
    case .number, .sum, .product, .power, .sign: definition.isInput ? "a number" : nil
    case .array, .comprehension: "an array"
    case .text: "a text"
    case .truth, .comparison, .and, .or, .not: "a truth value"
    default: definition.kind == .param ? "a number" : nil
    }
  }

  // MARK: - Functions of the language

  private func check(_ list: Script.List, _ signature: LintSignature, _ id: NodeID) {
    let parameters = signature.parameters
    let count = list.count / 3
    var positional = 0
    while positional < count, list.symbol(3 * positional) == .none { positional += 1 }
    guard positional <= parameters.count else {
      return report(
        .wrongCall, .tooManyArguments(signature.name, parameters.count, count), id)
    }
    var given = Set(parameters.prefix(positional).map(\.symbol))
    for i in positional..<count {
      let label = list.symbol(3 * i)
      guard parameters.contains(where: { $0.symbol == label }) else {
        return report(
          .wrongCall,
          EvaluationProblem.unknownArgument(
            signature.name, name(label), parameters.map { name($0.symbol) }),
          script.nameRange(at: list[3 * i + 1]))
      }
      guard given.insert(label).inserted else {
        return report(
          .wrongCall, EvaluationProblem.argumentGivenTwice(signature.name, name(label)),
          script.nameRange(at: list[3 * i + 1]))
      }
    }
    if let missing = parameters.first(where: { !$0.hasDefault && !given.contains($0.symbol) }) {
      report(.wrongCall, .missingArgument(signature.name, name(missing.symbol)), id)
    }
  }

  // MARK: - Built-in functions

  private func check(_ list: Script.List, _ builtin: Builtin, _ id: NodeID) {
    let arguments = stride(from: 0, to: list.count, by: 3).map { list.node($0 + 2) }
    switch builtin.implementation {
    case .constant: return report(.wrongCall, .notAFunction(builtin.name, "a number"), id)
    case .special(let form): return check(list, form, builtin, arguments, id)
    default: break
    }
    do throws(EvaluationProblem) {
      // Which argument goes where needs no values.
      _ = try builtin.bind(
        stride(from: 0, to: list.count, by: 3).map {
          Argument(label: list.symbol($0), value: .number(0))
        }, symbols)
    } catch {
      return report(.wrongCall, error, place(of: error, list, id))
    }
    checkFamily(list, builtin)
  }

  /// An error about a label stands at the label.
  private func place(
    of problem: EvaluationProblem, _ list: Script.List, _ id: NodeID
  ) -> SourceRange {
    let label: String
    switch problem {
    case .unknownArgument(_, let name, _), .argumentGivenTwice(_, let name): label = name
    default: return script.range(of: id)
    }
    for i in stride(from: 0, to: list.count, by: 3)
    where list.symbol(i) != .none && name(list.symbol(i)) == label {
      return script.nameRange(at: list[i + 1])
    }
    return script.range(of: id)
  }

  private func checkFamily(_ list: Script.List, _ builtin: Builtin) {
    let labels = stride(from: 0, to: list.count, by: 3).map { i in
      list.symbol(i) == .none ? nil : name(list.symbol(i))
    }
    for (index, parameter) in builtin.parameters(labelled: labels).enumerated() {
      let argument = list.node(3 * index + 2)
      guard let parameter, script[argument].kind == .text else { continue }
      let text = script.tree.texts[Int(script[argument].a)]
      switch parameter.name {
      case "family" where SmoothFamily(rawValue: text) == nil:
        report(.wrongCall, .unknownFamily(text), argument)
      case "k": report(.wrongCall, .sharpnessIsText(text), argument)
      default: break
      }
    }
  }

  // MARK: - Derivatives

  private func check(
    _ list: Script.List, _ form: DerivativeForm, _ builtin: Builtin, _ arguments: [NodeID],
    _ id: NodeID
  ) {
    for i in stride(from: 0, to: list.count, by: 3) where list.symbol(i) != .none {
      return report(.wrongCall, .derivativesTakeNoNames(builtin.name), list.node(i + 2))
    }
    guard !arguments.isEmpty else {
      return report(.wrongCall, .missingArgument(builtin.name, "e"), id)
    }
    guard arguments.count <= builtin.parameters.count else {
      return report(
        .wrongCall,
        .tooManyArguments(builtin.name, builtin.parameters.count, arguments.count), id)
    }
    // `diff(f, 2)` is the second derivative of a function.
    guard arguments.count > (form == .repeated ? 2 : 1) else { return }
    let names = arguments[1..<min(arguments.count, form == .hessian ? 3 : 2)]
    for target in names {
      let node = script[target]
      let parts = node.kind == .tuple ? script.list(node.a).map { NodeID(index: $0) } : [target]
      for part in parts { checkTarget(part, builtin) }
    }
  }

  private func checkTarget(_ id: NodeID, _ builtin: Builtin) {
    let node = script[id]
    guard node.kind == .name else {
      let isPart = node.kind == .index || node.kind == .member
      return report(
        .wrongCall,
        .derivativeByExpression(
          builtin.name, script.text(of: id),
          base: isPart ? script.text(of: NodeID(index: node.a)) : nil), id)
    }
    let symbol = Symbol(index: node.a)
    if !locals.contains(where: { $0.symbol == symbol }), let own = definitions[symbol],
      own.allSatisfy({ $0.kind == .data })
    {
      report(.wrongCall, .derivativeByData(name(symbol)), id)
    }
  }

  // MARK: - minimize

  /// What is minimized over are params, and its options those that there are.
  func checkMinimize(_ node: Node) {
    let list = script.list(node.b)
    let nameCount = Int(list[0])
    for i in 0..<nameCount {
      let symbol = list.symbol(1 + 2 * i)
      let range = script.nameRange(at: list[2 + 2 * i])
      if let problem = problem(ofMinimizingOver: symbol) {
        report(.wrongCall, problem, range)
      } else {
        use(symbol, range)
      }
    }
    for i in stride(from: 1 + 2 * nameCount, to: list.count, by: 3) {
      let spelling = name(list.symbol(i))
      guard let option = MinimizeOption(rawValue: spelling) else {
        report(
          .wrongCall, MinimizeProblem.unknownOption(spelling), script.nameRange(at: list[i + 1]))
        continue
      }
      let value = script[list.node(i + 2)]
      guard case .method = option, value.kind == .text else { continue }
      let method = script.tree.texts[Int(value.a)]
      if Descent.Method(rawValue: method) == nil {
        report(.wrongCall, MinimizeProblem.unknownMethod(method), value.range)
      }
    }
  }

  private func problem(ofMinimizingOver symbol: Symbol) -> MinimizeProblem? {
    let spelling = name(symbol)
    guard let own = definitions[symbol] else {
      if modules.contains(where: { $0.definitions[symbol] != nil }) { return nil }
      let params = definitions.values.flatMap { $0 }.filter { $0.kind == .param }.map(\.name)
      return builtin(symbol) != nil
        ? .overFunction(spelling)
        : .unknownInput(spelling, suggestion: nearest(to: spelling, among: params))
    }
    // With several definitions of a name it is the run that decides.
    guard own.count == 1 else { return nil }
    switch own[0].kind {
    case .param: return nil
    case .data: return .overData(spelling)
    case .function: return .overFunction(spelling)
    case .formula: return .overFormula(spelling, params: [])
    }
  }
}
