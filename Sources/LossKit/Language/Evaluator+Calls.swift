extension Evaluator {
  /// The deepest recursion of functions, where the stack does not end before.
  static let recursionLimit = 20_000

  func call(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let calleeID = NodeID(index: node.a)
    let callee = env.script[calleeID]
    let list = env.script.list(node.b)
    if callee.kind == .name {
      let symbol = Symbol(index: callee.a)
      if let local = env.scope?.find(symbol) {
        return try call(local, list, id, env)
      }
      if let definition = env.module.find(symbol) {
        return try call(try value(of: definition, calleeID, env), list, id, env)
      }
      if let builtin = builtin(symbol) {
        return try call(builtin, list, id, env)
      }
      throw unknownName(symbol, calleeID, env, call: true)
    }
    return try call(try evaluate(calleeID, env), list, id, env)
  }

  private func call(
    _ callee: Value, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    guard case .function(let function) = callee else {
      let calleeID = NodeID(index: env.script[id].a)
      throw error(
        .notAFunction(env.script.text(of: calleeID), callee.kindDescription), calleeID, env)
    }
    if case .builtin(let builtin) = function { return try call(builtin, list, id, env) }
    return try apply(function, arguments(list, env), id, env)
  }

  private func arguments(_ list: Script.List, _ env: Environment) throws -> [Argument] {
    var arguments: [Argument] = []
    arguments.reserveCapacity(list.count / 3)
    for i in stride(from: 0, to: list.count, by: 3) {
      arguments.append(
        Argument(label: list.symbol(i), value: try evaluate(list.node(i + 2), env)))
    }
    return arguments
  }

  // MARK: Built-in functions

  private func call(
    _ builtin: Builtin, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    switch builtin.implementation {
    case .unary(let function):
      // Most calls: one argument, no array to hold it.
      if list.count == 3, list.symbol(0) == .none {
        let value = try evaluate(list.node(2), env)
        do {
          let result = try function(value)
          if provenance != nil { observe(result, [value], builtin, id, env) }
          return result
        } catch let problem as EvaluationProblem {
          throw argumentError(problem, builtin, list, 0, id, env)
        }
      }
    case .constant: throw error(.notAFunction(builtin.name, "a number"), id, env)
    case .special(let form): return try special(form, builtin, list, id, env)
    default: break
    }
    let arguments = try arguments(list, env)
    let result = try apply(builtin, arguments, id, env)
    if provenance != nil { observe(result, arguments.map(\.value), builtin, id, env) }
    return result
  }

  private func observe(
    _ result: Value, _ operands: [Value], _ builtin: Builtin, _ id: NodeID, _ env: Environment
  ) {
    provenance?.observe(
      result, operands.filter(\.isNumeric), .call(builtin.name),
      at: CallSite(source: env.script.source, range: env.script.range(of: id)))
  }

  /// Applies a built-in function to evaluated arguments.
  func apply(_ builtin: Builtin, _ arguments: [Argument], _ id: NodeID, _ env: Environment) throws
    -> Value
  {
    do {
      switch builtin.implementation {
      case .unary(let function):
        let bound = try builtin.bind(arguments, symbols)
        return try function(bound[0])
      case .general(let function):
        let bound = try builtin.bind(arguments, symbols)
        return try function(bound, context(builtin.name, id, env))
      case .higherOrder(let function):
        let bound = try builtin.bind(arguments, symbols)
        return try function(bound, Caller(evaluator: self, id: id, environment: env))
      case .special(let form):
        guard let first = arguments.first, case .function(let function) = first.value else {
          throw EvaluationProblem.needsExpression(builtin.name)
        }
        return try derivative(form, of: function, arguments.dropFirst(), id, env)
      case .constant: throw EvaluationProblem.notAFunction(builtin.name, "a number")
      case .later(let what): throw EvaluationProblem.comesLater(what)
      }
    } catch let problem as EvaluationProblem {
      throw error(problem, id, env)
    }
  }

  /// An error of a call: at the argument that it is about, or at the whole call.
  private func argumentError(
    _ problem: EvaluationProblem, _ builtin: Builtin, _ list: Script.List, _ argument: Int,
    _ id: NodeID, _ env: Environment
  ) -> LossError {
    switch problem {
    case .notANumber(let kind), .notAnArray(let kind):
      error(.argumentKind(builtin.name, kind), list.node(argument * 3 + 2), env)
    default: error(problem, id, env)
    }
  }

  // MARK: Functions of the language

  func apply(_ function: Function, _ arguments: [Argument], _ id: NodeID, _ env: Environment)
    throws -> Value
  {
    switch function {
    case .builtin(let builtin): return try apply(builtin, arguments, id, env)
    case .derivative(let derivative): return try apply(derivative, arguments, id, env)
    case .closure(let closure): return try apply(closure, arguments, id, env)
    }
  }

  private func apply(
    _ closure: Closure, _ arguments: [Argument], _ id: NodeID, _ env: Environment
  ) throws -> Value {
    callDepth += 1
    defer { callDepth -= 1 }
    if callDepth > Evaluator.recursionLimit || stack.isNearlyExhausted {
      throw error(.recursionTooDeep(closure.name), id, env)
    }
    if steps(every: 64), account.isCancelled { throw error(.cancelled, id, env) }
    let scope = Scope(parent: closure.environment.scope)
    let inner = closure.environment.with(scope)
    let outer = frame
    if let made = closure.frame { frame = frame.overlaid(with: made) }
    defer { frame = outer }
    scope.bindings.reserveCapacity(closure.parameters.count)
    let positional = arguments.prefix { $0.label == .none }
    guard positional.count <= closure.parameters.count else {
      throw error(
        .tooManyArguments(closure.describedName, closure.parameters.count, arguments.count), id, env)
    }
    for argument in arguments.dropFirst(positional.count)
    where !closure.parameters.contains(where: { $0.symbol == argument.label }) {
      throw error(
        .unknownArgument(
          closure.describedName, symbols.name(of: argument.label),
          closure.parameters.map { symbols.name(of: $0.symbol) }), id, env)
    }
    for (i, parameter) in closure.parameters.enumerated() {
      let named = arguments.dropFirst(positional.count).first { $0.label == parameter.symbol }
      let value: Value
      if i < positional.count {
        guard named == nil else {
          throw error(
            .argumentGivenTwice(closure.describedName, symbols.name(of: parameter.symbol)), id, env)
        }
        value = positional[i].value
      } else if let named {
        value = named.value
      } else if !parameter.defaultValue.isNone {
        value = try evaluate(parameter.defaultValue, inner)
      } else {
        throw error(
          .missingArgument(closure.describedName, symbols.name(of: parameter.symbol)), id, env)
      }
      scope.bindings.append(Scope.Binding(symbol: parameter.symbol, value: value))
    }
    return try evaluate(closure.body, inner)
  }

  private func steps(every interval: Int) -> Bool { callDepth % interval == 0 }
}

extension Closure {
  var describedName: String { name ?? "the function" }
}

/// Lets a built-in function of functions call its argument.
struct Caller {
  let evaluator: Evaluator
  let id: NodeID
  let environment: Environment

  func call(_ function: Function, _ arguments: [Value]) throws -> Value {
    try evaluator.apply(
      function, arguments.map { Argument(label: .none, value: $0) }, id, environment)
  }

  var account: MemoryAccount { evaluator.account }
}
