extension Evaluator {
  /// The deepest recursion of functions, where the stack does not end before.
  static let recursionLimit = 20_000

  func call(_ node: Node, _ id: NodeID, _ env: Environment) throws -> Value {
    let calleeID = NodeID(index: node.a)
    let callee = env.script[calleeID]
    let list = env.script.list(node.b)
    if callee.kind == .name {
      let symbol = Symbol(index: callee.a)
      if let local = local(symbol, env) {
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
    switch function {
    case .builtin(let builtin): return try call(builtin, list, id, env)
    case .closure(let closure) where closure.parameters.count * 3 == list.count:
      return try call(closure, list, id, env)
    default:
      return try atLabel(list, env) { try apply(function, arguments(list, env), id, env) }
    }
  }

  /// Moves an error about a named argument from the call to the name.
  private func atLabel(
    _ list: Script.List, _ env: Environment, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as LossError where error.source === env.script.source {
      let label: String
      switch error.problem as? EvaluationProblem {
      case .unknownArgument(_, let name, _)?, .argumentGivenTwice(_, let name)?: label = name
      default: throw error
      }
      for i in stride(from: 0, to: list.count, by: 3)
      where list.symbol(i) != .none && symbols.name(of: list.symbol(i)) == label {
        let start = list[i + 1]
        throw LossError(
          error.problem, in: error.source,
          at: SourceRange(start: start, end: error.source.nameEnd(at: start)))
      }
      throw error
    }
  }

  /// A call with as many arguments as parameters: without names in it, which is most calls, the
  /// arguments go straight into the function's scope.
  private func call(
    _ closure: Closure, _ list: Script.List, _ id: NodeID, _ env: Environment
  ) throws -> Value {
    for i in stride(from: 0, to: list.count, by: 3) where list.symbol(i) != .none {
      return try apply(closure, arguments(list, env), id, env)
    }
    let scope = Scope(parent: closure.environment.scope, capacity: closure.parameters.count)
    for (i, parameter) in closure.parameters.enumerated() {
      scope.bind(
        Scope.Binding(
          symbol: parameter.symbol, value: try evaluate(list.node(3 * i + 2), env),
          varies: variesInSmooth(list.node(3 * i + 2), env)))
    }
    return try run(closure, in: scope, id, env)
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
    case .unary(let function), .unaryOrGeneral(let function, _):
      if frame.smoothing != nil { break }
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
    case .special(let form):
      return try unobserved { try special(form, builtin, list, id, env) }
    case .frame(let form): return try frameForm(form, builtin, list, id, env)
    default: break
    }
    if graph != nil, let result = try filteredReduction(builtin, list, id, env) { return result }
    let arguments =
      frame.smoothing == nil
      ? try arguments(list, env) : try argumentsInSmooth(of: builtin, list, env)
    let result = try atLabel(list, env) { try apply(builtin, arguments, id, env) }
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
      if let smoothing = frame.smoothing,
        let result = try smoothed(builtin, smoothing, arguments, id, env)
      {
        return result
      }
      switch builtin.implementation {
      case .unary(let function):
        let bound = try builtin.bind(arguments, symbols)
        return try function(bound[0])
      case .general(let function), .unaryOrGeneral(_, let function):
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
      case .frame(let form):
        guard let first = arguments.first, case .function(let function) = first.value else {
          throw EvaluationProblem.needsExpression(builtin.name)
        }
        guard form != .gap else { throw EvaluationProblem.needsExpression(builtin.name) }
        let smoothing =
          form == .hard
          ? nil
          : try smoothing(arguments, builtin, at: context(builtin.name, id, env).site) {
            first.value
          }
        return .function(.smoothed(SmoothedFunction(base: function, smoothing: smoothing)))
      case .constant: throw EvaluationProblem.notAFunction(builtin.name, "a number")
      case .later(let what): throw EvaluationProblem.comesLater(what)
      }
    } catch let problem as EvaluationProblem {
      throw error(problem.met(by: builtin.name), id, env)
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
    default: error(problem.met(by: builtin.name), id, env)
    }
  }

  // MARK: Functions of the language

  func apply(_ function: Function, _ arguments: [Argument], _ id: NodeID, _ env: Environment)
    throws -> Value
  {
    switch function {
    case .builtin(let builtin): return try apply(builtin, arguments, id, env)
    case .derivative(let derivative):
      return try unobserved { try apply(derivative, arguments, id, env) }
    case .closure(let closure): return try apply(closure, arguments, id, env)
    case .smoothed(let smoothed):
      return try inFrame(smoothing: smoothed.smoothing) {
        try apply(smoothed.base, arguments, id, env)
      }
    }
  }

  private func apply(
    _ closure: Closure, _ arguments: [Argument], _ id: NodeID, _ env: Environment
  ) throws -> Value {
    var scope = Scope(parent: closure.environment.scope, capacity: closure.parameters.count)
    let positional = arguments.prefix { $0.label == .none }
    guard positional.count <= closure.parameters.count else {
      throw error(
        .tooManyArguments(closure.describedName, closure.parameters.count, arguments.count), id, env
      )
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
        value = try evaluate(parameter.defaultValue, closure.environment.with(scope))
        // A function sees the parameters before it. Among them it and its scope would keep each other.
        if case .function = value { scope = Scope(parent: scope) }
      } else {
        throw error(
          .missingArgument(closure.describedName, symbols.name(of: parameter.symbol)), id, env)
      }
      scope.bind(
        Scope.Binding(symbol: parameter.symbol, value: value, varies: variesInSmooth(id, env)))
    }
    return try run(closure, in: scope, id, env)
  }

  /// Evaluates a function's body with its parameters bound, under the replacements of its caller and
  /// those that it keeps.
  private func run(_ closure: Closure, in scope: Scope, _ id: NodeID, _ env: Environment) throws
    -> Value
  {
    callDepth += 1
    let outer = frame
    defer {
      callDepth -= 1
      if frame !== outer { frame.leave() }
      frame = outer
    }
    if callDepth > recursionLimit || stack.isNearlyExhausted {
      throw error(
        callDepth > recursionLimit
          ? .tooManyCalls(closure.name, limit: recursionLimit) : .recursionTooDeep(closure.name),
        id, env)
    }
    if scope.nesting > Function.nestingLimit { throw error(.functionsNestTooDeeply, id, env) }
    if let made = closure.frame { frame = frame.overlaid(with: made) }
    return try evaluate(closure.body, closure.environment.with(scope))
  }
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
    try evaluator.countStep(id, environment)
    return try evaluator.apply(
      function, arguments.map { Argument(label: .none, value: $0) }, id, environment)
  }

  var account: MemoryAccount { evaluator.account }
}
