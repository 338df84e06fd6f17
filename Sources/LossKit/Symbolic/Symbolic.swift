/// An expression of the language as a value, for derivatives that are expressions again.
///
/// Made by functions that simplify as they go (`Symbolic.adding`, `times` and so on), so that no
/// pass over the whole is needed at the end.
indirect enum Symbolic: Hashable, Sendable {
  case number(Double)
  case name(String)
  /// A text literal or a truth value, as it is written.
  case literal(String)
  case sum([Symbolic])
  case negated(Symbolic)
  case product([Symbolic])
  case quotient(Symbolic, Symbolic)
  case remainder(Symbolic, Symbolic)
  case matrixProduct(Symbolic, Symbolic)
  case power(Symbolic, Symbolic)
  /// A chain of comparisons, of `and` or of `or`: the operators stand between the operands.
  case claims([Symbolic], [String])
  case not(Symbolic)
  case call(Symbolic, [Argument])
  case index(Symbolic, [Symbolic])
  case range(Symbolic?, Symbolic?, isClosed: Bool)
  case member(Symbolic, String)
  case array([Symbolic])
  case tuple([Symbolic])
  case comprehension(Comprehension)
  /// Condition, value, condition, value, …, value.
  case conditional([Symbolic])
  case function([String], Symbolic)

  struct Argument: Hashable, Sendable {
    var label: String?
    var value: Symbolic
  }

  struct Clause: Hashable, Sendable {
    var index: String?
    var element: String
    var iterated: Symbolic
  }

  struct Comprehension: Hashable, Sendable {
    var element: Symbolic
    var clauses: [Clause]
    var filter: Symbolic?
    /// Whether it stands without brackets, the only positional argument of a call.
    var isBare: Bool
  }

  static let zero = Symbolic.number(0)
  static let one = Symbolic.number(1)

  static func call(_ name: String, _ arguments: Symbolic...) -> Symbolic {
    .call(.name(name), arguments.map { Argument(label: nil, value: $0) })
  }

  /// The comprehension without brackets that it is.
  var bareComprehension: Comprehension? {
    if case .comprehension(let it) = self, it.isBare { it } else { nil }
  }

  /// Whether it can be called: a function, or a name that may be one.
  var isFunction: Bool {
    switch self {
    case .name, .function: true
    default: false
    }
  }

  static func length(_ v: Symbolic) -> Symbolic { .call("len", v) }
}

// MARK: - Walking

extension Symbolic {
  var children: [Symbolic] {
    switch self {
    case .number, .name, .literal: []
    case .sum(let all), .product(let all), .array(let all), .tuple(let all),
      .conditional(let all), .claims(let all, _):
      all
    case .negated(let x), .not(let x), .member(let x, _), .function(_, let x): [x]
    case .quotient(let x, let y), .remainder(let x, let y), .matrixProduct(let x, let y),
      .power(let x, let y):
      [x, y]
    case .call(let f, let arguments): [f] + arguments.map(\.value)
    case .index(let x, let subscripts): [x] + subscripts
    case .range(let a, let b, _): [a, b].compactMap(\.self)
    case .comprehension(let it):
      it.clauses.map(\.iterated) + [it.filter, it.element].compactMap(\.self)
    }
  }

  /// The names that an expression binds for its parts.
  private var bound: [String] {
    switch self {
    case .comprehension(let it): it.clauses.flatMap { [$0.index, $0.element].compactMap(\.self) }
    case .function(let parameters, _): parameters
    default: []
    }
  }

  /// The names in an expression that it does not bind itself.
  var freeNames: Set<String> {
    if case .name(let name) = self { return [name] }
    return children.reduce(into: Set()) { $0.formUnion($1.freeNames) }.subtracting(bound)
  }

  /// Whether an expression has more than so many parts.
  func isLarger(than limit: Int) -> Bool {
    var rest = limit
    var pending = [self]
    while let next = pending.popLast() {
      rest -= 1
      if rest < 0 { return true }
      pending += next.children
    }
    return false
  }

  /// With other expressions in place of names, simplified again.
  ///
  /// The names that it binds must not be free in what is put in.
  func replacing(_ names: [String: Symbolic]) -> Symbolic {
    let names = bound.isEmpty ? names : names.filter { !bound.contains($0.key) }
    if names.isEmpty { return self }
    func go(_ x: Symbolic) -> Symbolic { x.replacing(names) }
    switch self {
    case .name(let name): return names[name] ?? self
    case .number, .literal: return self
    case .sum(let all): return .adding(all.map(go))
    case .negated(let x): return .negating(go(x))
    case .product(let all): return .multiplying(all.map(go))
    case .quotient(let x, let y): return .dividing(go(x), by: go(y))
    case .remainder(let x, let y): return .remainder(go(x), go(y))
    case .matrixProduct(let x, let y): return .matrixProduct(go(x), go(y))
    case .power(let x, let y): return .raising(go(x), to: go(y))
    case .claims(let all, let operators): return .claims(all.map(go), operators)
    case .not(let x): return .not(go(x))
    case .call(let f, let arguments):
      return .call(go(f), arguments.map { Argument(label: $0.label, value: go($0.value)) })
    case .index(let x, let subscripts): return .index(go(x), subscripts.map(go))
    case .range(let a, let b, let isClosed): return .range(a.map(go), b.map(go), isClosed: isClosed)
    case .member(let x, let name): return .member(go(x), name)
    case .array(let all): return .array(all.map(go))
    case .tuple(let all): return .tuple(all.map(go))
    case .conditional(let all): return .conditional(all.map(go))
    case .function(let parameters, let body): return .function(parameters, go(body))
    case .comprehension(var it):
      it.element = go(it.element)
      it.filter = it.filter.map(go)
      for place in it.clauses.indices {
        it.clauses[place].iterated = go(it.clauses[place].iterated)
      }
      return .comprehension(it)
    }
  }
}
