/// A name that is replaced while an expression is evaluated.
enum Target {
  /// An input or a formula.
  case definition(Definition)
  /// A function's parameter or another local name.
  case local(Symbol)
}

extension Evaluator {
  /// What a name stands for where it is to be replaced, with its present value.
  func target(_ symbol: Symbol, at id: NodeID, _ env: Environment) throws -> (Target, Value) {
    if let value = local(symbol, env) { return (.local(symbol), value) }
    if let definition = env.module.find(symbol) {
      return (.definition(definition), try value(of: definition, id, env))
    }
    throw unknownName(symbol, id, env)
  }

  /// Evaluates with names replaced: definitions through a frame, local names through scopes in
  /// which every local `let` that depends on what is replaced is evaluated again.
  func replacing<Result>(
    _ replacements: [(target: Target, value: Value)], in env: Environment,
    _ body: (Environment) throws -> Result
  ) throws -> Result {
    var globals: [Frame.Replacement] = []
    var locals: [(Symbol, Value)] = []
    for (target, value) in replacements {
      switch target {
      case .definition(let definition): globals.append(.init(id: definition.id, value: value))
      case .local(let symbol): locals.append((symbol, value))
      }
    }
    let outer = frame
    defer {
      if frame !== outer { frame.leave() }
      frame = outer
    }
    if !globals.isEmpty { frame = Frame(parent: frame, replacements: globals) }
    let scope = try env.scope.map { scope in
      try rebuilding(scope, locals, Set(globals.map(\.id)), env)
    }
    return try body(env.with(scope))
  }

  private func rebuilding(
    _ scope: Scope, _ locals: [(Symbol, Value)], _ globals: Set<Int>, _ env: Environment
  ) throws -> Scope {
    var chain: [Scope] = []
    var next: Scope? = scope
    while let current = next {
      chain.append(current)
      next = current.parent
    }
    // A local name is replaced where it is bound: in the innermost scope that has it.
    let homes = locals.map { symbol, _ in
      chain.first { $0.bindings.contains { $0.symbol == symbol } }
    }
    var parent: Scope?
    var isSame = true
    var changed: Set<Symbol> = []
    for current in chain.reversed() {
      let rebuilt = Scope(parent: parent)
      // The scope of a `let` binds nothing else, and a function that was made in it would keep it.
      let inner = env.with(parent)
      for binding in current.bindings {
        let place = locals.indices.first {
          locals[$0].0 == binding.symbol && homes[$0] === current
        }
        if let place {
          rebuilt.bind(.init(symbol: binding.symbol, value: locals[place].1))
        } else if !binding.definition.isNone,
          mentions(binding.definition, Array(changed), inner)
            || dependsOn(globals, binding.definition, inner)
        {
          rebuilt.bind(try self.binding(binding.definition, inner))
        } else {
          rebuilt.bind(binding)
          changed.remove(binding.symbol)
          continue
        }
        changed.insert(binding.symbol)
        isSame = false
      }
      parent = rebuilt
    }
    return isSame ? scope : parent ?? scope
  }

  private func dependsOn(_ ids: Set<Int>, _ definition: NodeID, _ env: Environment) -> Bool {
    if ids.isEmpty { return false }
    let list = env.script.list(env.script[definition].b)
    return dependencies(of: list.node(0), env, .all).contains { ids.contains($0.id) }
  }

  // MARK: at

  /// `e at (x = 1, s = v)`: the right-hand sides are evaluated outside, all at once.
  func at(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    try replacing(atBindings(node, env), in: env) { inner in
      try evaluate(NodeID(index: node.a), inner)
    }
  }

  func atBindings(_ node: Node, _ env: Environment) throws -> [(target: Target, value: Value)] {
    let list = env.script.list(node.b)
    var replacements: [(target: Target, value: Value)] = []
    for i in stride(from: 0, to: list.count, by: 3) {
      let value = try evaluate(list.node(i + 2), env)
      let symbol = list.symbol(i)
      if env.scope?.binds(symbol) ?? false {
        replacements.append((.local(symbol), value))
      } else if let definition = env.module.find(symbol) {
        replacements.append((.definition(definition), value))
      } else {
        let name = symbols.name(of: symbol)
        let place = SourceRange(start: list[i + 1], end: list[i + 1] + UInt32(name.utf8.count))
        var problem = unknownNameProblem(symbol, env)
        if case .unknownName(_, suggestion: nil) = problem { problem = .nothingToReplace(name) }
        throw LossError(problem, in: env.script.source, at: place)
      }
    }
    return replacements
  }
}
