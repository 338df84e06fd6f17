/// Which dependencies are asked for.
enum DependencyMode: Hashable {
  /// All that a value is computed from.
  case all
  /// Those by which it can have a derivative: not through `len`, `shape`, `stop`, an index, a range
  /// or a function without derivative.
  case differentiable
  /// The same inside `smooth`, where `step` and its like have a derivative.
  case smoothed
}

struct DependencyKey: Hashable {
  let definition: Int
  let mode: DependencyMode
}

extension Evaluator {
  /// The identities of a definition and of all that it depends on, through formulas and functions.
  func dependencies(of definition: Definition, _ mode: DependencyMode = .all) -> Set<Int> {
    let key = DependencyKey(definition: definition.id, mode: mode)
    if let known = dependencyCache[key], !frame.replacesFunctions { return known }
    var walk = DependencyWalk(evaluator: self, mode: mode)
    walk.visit(definition)
    let found = Set(walk.found.keys)
    if !frame.replacesFunctions, !walk.isStopped { dependencyCache[key] = found }
    return found
  }

  /// The definitions that an expression depends on.
  func dependencies(of id: NodeID, _ env: Environment, _ mode: DependencyMode) -> [Definition] {
    var walk = DependencyWalk(evaluator: self, mode: mode)
    walk.visit(id, env, bound: [])
    return walk.order
  }

  /// The params that an expression depends on, in the order of their declaration.
  func params(of id: NodeID, _ env: Environment) -> [Definition] {
    dependencies(of: id, env, frame.smoothing == nil ? .differentiable : .smoothed)
      .filter { $0.kind == .param && $0.value.isNumeric }
      .sorted { $0.id < $1.id }
  }

  /// Whether an expression mentions one of some local names.
  func mentions(_ id: NodeID, _ names: [Symbol], _ env: Environment) -> Bool {
    var pending = [id]
    while let next = pending.popLast() {
      let node = env.script[next]
      if node.kind == .name, names.contains(Symbol(index: node.a)) { return true }
      env.script.forEachChild(of: next) { pending.append($0) }
    }
    return false
  }
}

/// A walk over expressions and the definitions that they name.
///
/// Uses no stack that grows with the text: nodes to be visited wait in a list.
struct DependencyWalk {
  let evaluator: Evaluator
  let mode: DependencyMode
  var found: [Int: Definition] = [:]
  var order: [Definition] = []
  /// Whether a local name was met that varies with a param.
  var reachesVaryingLocal = false

  private struct Visit {
    let id: NodeID
    let env: Environment
    /// Names bound inside the expression: they are not those of the surroundings.
    let bound: [Symbol]
    /// That of the walk, but for what stands in a `smooth` or a `hard`.
    let mode: DependencyMode
  }

  /// What was met before: again in another mode it can depend on more.
  private struct Met<Key: Hashable>: Hashable {
    let key: Key
    let mode: DependencyMode
  }

  /// Whether the walk was stopped before its end; whoever asked for it ends with an error then.
  private(set) var isStopped = false
  private var steps = 0

  private var pending: [Visit] = []
  private var definitionsSeen: Set<Met<Int>> = []
  private var localsSeen: Set<Met<NodeID>> = []
  private var closuresSeen: Set<Met<ObjectIdentifier>> = []

  init(evaluator: Evaluator, mode: DependencyMode) {
    self.evaluator = evaluator
    self.mode = mode
  }

  mutating func visit(_ definition: Definition) {
    add(definition, mode)
    drain()
  }

  mutating func visit(_ id: NodeID, _ env: Environment, bound: [Symbol]) {
    pending.append(Visit(id: id, env: env, bound: bound, mode: mode))
    drain()
  }

  private mutating func drain() {
    while let next = pending.popLast() {
      step(next)
      steps &+= 1
      if steps % 1024 == 0, evaluator.account.isCancelled {
        isStopped = true
        pending.removeAll()
      }
    }
  }

  private mutating func add(_ definition: Definition, _ mode: DependencyMode) {
    guard definitionsSeen.insert(Met(key: definition.id, mode: mode)).inserted else { return }
    if found.updateValue(definition, forKey: definition.id) == nil { order.append(definition) }
    switch definition.kind {
    case .formula:
      pending.append(
        Visit(
          id: definition.body,
          env: Environment(script: definition.script, scope: nil, module: definition.module),
          bound: [], mode: mode))
    case .function, .param, .data: add(definition.value, mode)
    }
    // A function that `at` puts in its place has dependencies of its own.
    if evaluator.frame.replacesFunctions,
      let replaced = evaluator.frame.replacement(of: definition.id)
    {
      add(replaced, mode)
    }
  }

  private mutating func add(_ value: Value, _ mode: DependencyMode) {
    guard case .function(let function) = value else { return }
    switch function {
    case .builtin: break
    case .derivative(let derivative): add(.function(derivative.base), mode)
    case .smoothed(let smoothed):
      let inside: DependencyMode = smoothed.smoothing == nil ? .differentiable : .smoothed
      add(.function(smoothed.base), mode == .all ? .all : inside)
    case .closure(let closure):
      guard closuresSeen.insert(Met(key: ObjectIdentifier(closure), mode: mode)).inserted else {
        return
      }
      var bound: [Symbol] = []
      for parameter in closure.parameters {
        bound.append(parameter.symbol)
        if !parameter.defaultValue.isNone {
          pending.append(
            Visit(
              id: parameter.defaultValue, env: closure.environment, bound: bound, mode: mode))
        }
      }
      pending.append(
        Visit(id: closure.body, env: closure.environment, bound: bound, mode: mode))
    }
  }

  private mutating func name(_ symbol: Symbol, _ visit: Visit) {
    if visit.bound.contains(symbol) { return }
    var scope = visit.env.scope
    while let current = scope {
      if let binding = current.bindings.last(where: { $0.symbol == symbol }) {
        if !binding.definition.isNone,
          localsSeen.insert(Met(key: binding.definition, mode: visit.mode)).inserted
        {
          let node = visit.env.script[binding.definition]
          if let frame = binding.functionFrame {
            let closure = evaluator.closure(
              of: binding.definition, visit.env.with(current), frame: frame)
            add(.function(.closure(closure)), visit.mode)
          } else {
            let body = visit.env.script.list(node.b).node(0)
            pending.append(
              Visit(id: body, env: visit.env.with(current.parent), bound: [], mode: visit.mode))
          }
        }
        add(binding.value, visit.mode)
        if binding.varies || binding.value.level > 0 { reachesVaryingLocal = true }
        return
      }
      scope = current.parent
    }
    if let definition = visit.env.module.find(symbol) { add(definition, visit.mode) }
  }

  private mutating func step(_ visit: Visit) {
    let script = visit.env.script
    let node = script[visit.id]
    func push(_ id: NodeID, bound: [Symbol], mode: DependencyMode? = nil) {
      if id.isNone { return }
      pending.append(Visit(id: id, env: visit.env, bound: bound, mode: mode ?? visit.mode))
    }
    switch node.kind {
    case .name: name(Symbol(index: node.a), visit)
    case .member:
      if let definition = evaluator.importedDefinition(node, visit.env, bound: visit.bound) {
        add(definition, visit.mode)
      } else {
        push(NodeID(index: node.a), bound: visit.bound)
      }
    case .range where visit.mode != .all: break
    case .index where visit.mode != .all: push(NodeID(index: node.a), bound: visit.bound)
    case .call:
      guard visit.mode != .all, let builtin = builtin(calledBy: node, visit) else {
        script.forEachChild(of: visit.id) { push($0, bound: visit.bound) }
        break
      }
      if builtin.isWithoutDerivative, visit.mode != .smoothed || !builtin.hasSmoothTwin { return }
      let first = script.list(node.b)
      script.forEachChild(of: visit.id) { child in
        switch builtin.implementation {
        case .frame(.smooth) where first.count > 0 && child == first.node(2),
          .frame(.gap) where first.count > 0 && child == first.node(2):
          push(child, bound: visit.bound, mode: .smoothed)
        // The sharpness that an error chooses is held constant.
        case .frame(.smooth) where evaluator.isError(child, among: first): break
        case .frame(.hard): push(child, bound: visit.bound, mode: .differentiable)
        default: push(child, bound: visit.bound)
        }
      }
    case .lambda:
      let list = script.list(node.a)
      let parameters = stride(from: 0, to: list.count, by: 2).map { list.symbol($0) }
      push(NodeID(index: node.b), bound: visit.bound + parameters)
    case .comprehension:
      let list = script.list(node.b)
      var bound = visit.bound
      for i in stride(from: 1, to: list.count, by: 3) {
        push(list.node(i + 2), bound: bound)
        bound.append(list.symbol(i))
        bound.append(list.symbol(i + 1))
      }
      push(list.node(0), bound: bound)
      push(NodeID(index: node.a), bound: bound)
    case .block:
      let list = script.list(node.a)
      var bound = visit.bound
      for i in 0..<list.count - 1 {
        let inner = script[list.node(i)]
        if inner.kind == .assert {
          // By value alone: what only an assertion names is no dependency with a derivative.
          if visit.mode == .all { push(list.node(i), bound: bound) }
          continue
        }
        let parts = script.list(inner.b)
        var own = bound
        if inner.kind == .function {
          for k in stride(from: 3, to: parts.count, by: 3) {
            push(parts.node(k + 2), bound: own)
            own.append(parts.symbol(k))
          }
        }
        push(parts.node(0), bound: own)
        bound.append(Symbol(index: inner.a))
      }
      push(list.node(list.count - 1), bound: bound)
    case .at:
      // What the expression itself names and `at` replaces is no dependency. A formula in it may
      // name it too: that stays one, with a derivative of 0.
      let list = script.list(node.b)
      var bound = visit.bound
      for i in stride(from: 0, to: list.count, by: 3) {
        push(list.node(i + 2), bound: visit.bound)
        bound.append(list.symbol(i))
      }
      push(NodeID(index: node.a), bound: bound)
    default:
      script.forEachChild(of: visit.id) { push($0, bound: visit.bound) }
    }
  }

  /// The built-in function that a call names, unless a definition hides it.
  private func builtin(calledBy node: Node, _ visit: Visit) -> Builtin? {
    let callee = visit.env.script[NodeID(index: node.a)]
    guard callee.kind == .name else { return nil }
    let symbol = Symbol(index: callee.a)
    guard !visit.bound.contains(symbol), !(visit.env.scope?.binds(symbol) ?? false),
      visit.env.module.find(symbol) == nil
    else { return nil }
    return evaluator.builtin(symbol)
  }
}
