extension SymbolicGradient {
  /// The element of a comprehension and its names, none of them known outside; what runs through the
  /// elements of an array that changes with the input runs through its places.
  mutating func entered(
    _ it: Symbolic.Comprehension, _ binders: [Binder], byIndex: Bool = false
  ) throws(SymbolicFailure) -> (element: Symbolic, binder: Binder) {
    var it = it
    var taken = Set(binders.flatMap(\.names)).union(Symbolic.comprehension(it).freeNames)
    taken.insert(input.name)
    for clause in it.clauses { taken.formUnion(clause.iterated.freeNames) }
    for place in it.clauses.indices {
      let clause = it.clauses[place]
      for name in [clause.index, clause.element].compactMap(\.self)
      where name != "_" && (taken.contains(name) || definition(name) != nil) {
        let fresh = SymbolicReader.fresh(name, besides: taken.union(it.allNames))
        taken.insert(fresh)
        it.rename(name, to: fresh, from: place)
      }
    }
    for place in it.clauses.indices {
      let clause = it.clauses[place]
      let isRange = if case .range = clause.iterated, clause.index == nil { true } else { false }
      guard !isRange, byIndex || depends(clause.iterated) || clause.index != nil else { continue }
      let index =
        clause.index.flatMap { $0 == "_" ? nil : $0 }
        ?? SymbolicReader.fresh("i", besides: taken.union(it.allNames))
      taken.insert(index)
      let element = Symbolic.index(clause.iterated, [.name(index)])
      it.replace(clause.element, by: element, from: place)
      it.clauses[place] = Symbolic.Clause(
        index: nil, element: index,
        iterated: .range(.zero, .length(clause.iterated), isClosed: false))
    }
    return (it.element, Binder(clauses: it.clauses, filter: it.filter))
  }

  /// The sum of adjoints over the names of a comprehension.
  mutating func summed(
    _ u: Symbolic, over binder: Binder, _ outer: [Binder]
  ) throws(SymbolicFailure) -> Symbolic {
    let names = Set(binder.names)
    // What does not change from term to term stands before the sum.
    var factors = [u]
    if case .product(let all) = u { factors = all }
    var below: Symbolic?
    var sign = false
    if case .negated(let x) = u {
      sign = true
      factors = [x]
      if case .product(let all) = x { factors = all }
    }
    if factors.count == 1, case .quotient(let x, let y) = factors[0],
      y.freeNames.isDisjoint(with: names)
    {
      below = y
      factors = [x]
      if case .product(let all) = x { factors = all }
    }
    let constants = factors.filter { $0.freeNames.isDisjoint(with: names) }
    let rest = factors.filter { !$0.freeNames.isDisjoint(with: names) }
    for constant in constants where try !shape(constant, outer).isEmpty {
      return try sum(u, binder, outer)
    }
    let inner: Symbolic
    if rest.isEmpty {
      inner = count(binder)
    } else if let vector = gathered(rest, binder) {
      inner = vector
    } else {
      inner = try sum(.multiplying(rest), binder, outer)
    }
    var result = Symbolic.multiplying(constants + [inner])
    if let below { result = .dividing(result, by: below) }
    return sign ? .negating(result) : result
  }

  private mutating func sum(
    _ u: Symbolic, _ binder: Binder, _ outer: [Binder]
  ) throws(SymbolicFailure) -> Symbolic {
    let terms = Symbolic.comprehension(
      .init(element: u, clauses: binder.clauses, filter: binder.filter, isBare: true))
    var arguments = [Symbolic.Argument(label: nil, value: terms)]
    if try !shape(u, outer + [binder]).isEmpty {
      arguments.append(.init(label: "axis", value: .zero))
    }
    return .call(.name("sum"), arguments)
  }

  /// How many elements a comprehension has.
  func count(_ binder: Binder) -> Symbolic {
    if binder.clauses.count == 1, binder.filter == nil {
      switch binder.clauses[0].iterated {
      case .range(let lower?, let upper?, let isClosed):
        return .adding([upper, .negating(lower), isClosed ? .one : .zero])
      case let v: return .length(v)
      }
    }
    return .length(
      .comprehension(
        .init(element: .one, clauses: binder.clauses, filter: binder.filter, isBare: false)))
  }

  /// ∑ g(j) e_j over all places j of a vector is the vector of g(j): g itself, where j only picks
  /// elements of vectors of that length.
  private func gathered(_ factors: [Symbolic], _ binder: Binder) -> Symbolic? {
    guard binder.clauses.count == 1,
      case .range(.number(0)?, let n?, false) = binder.clauses[0].iterated
    else { return nil }
    let j = binder.clauses[0].element
    var rest = factors
    guard
      let place = rest.firstIndex(where: { $0 == .call("onehot", .name(j), n) })
    else { return nil }
    rest.remove(at: place)
    var weight = Symbolic.multiplying(rest)
    if let filter = binder.filter { weight = .multiplying([weight, filter]) }
    if binder.filter == nil, let vector = weight.withoutIndex(j, length: n, session) {
      return vector
    }
    return .comprehension(
      .init(element: weight, clauses: binder.clauses, filter: nil, isBare: false))
  }
}

extension Symbolic {
  /// The expression of whole vectors that gives at each place `j` what this one gives there: `s` for
  /// `s[j]`; `nil` where `j` does something else.
  fileprivate func withoutIndex(_ j: String, length: Symbolic, _ session: Session) -> Symbolic? {
    guard freeNames.contains(j) else { return nil }
    let isElementwise: Bool =
      switch self {
      case .sum, .negated, .product, .quotient, .power, .claims, .not: true
      case .call(.name(let f), _):
        if case .elementwise? = Builtins.named(f)?.derivative?.form { true } else { false }
      default: false
      }
    if case .index(let v, [.name(j)]) = self, !v.freeNames.contains(j) {
      guard let n = try? session.value(of: length.text),
        let shape = try? session.value(of: v.text).shape,
        shape.count == 1, case .number(let count) = n, Double(shape[0]) == count
      else { return nil }
      return v
    }
    guard isElementwise else { return nil }
    func go(_ x: Symbolic) -> Symbolic? {
      x.freeNames.contains(j) ? x.withoutIndex(j, length: length, session) : x
    }
    func all(_ list: [Symbolic]) -> [Symbolic]? {
      let result = list.compactMap(go)
      return result.count == list.count ? result : nil
    }
    switch self {
    case .sum(let terms): return all(terms).map(Symbolic.adding)
    case .negated(let x): return go(x).map(Symbolic.negating)
    case .product(let factors): return all(factors).map(Symbolic.multiplying)
    case .quotient(let x, let y): return all([x, y]).map { .dividing($0[0], by: $0[1]) }
    case .power(let x, let y): return all([x, y]).map { .raising($0[0], to: $0[1]) }
    case .claims(let operands, let operators): return all(operands).map { .claims($0, operators) }
    case .call(let f, let arguments):
      return all(arguments.map(\.value)).map { values in
        .call(f, zip(arguments, values).map { Argument(label: $0.label, value: $1) })
      }
    default: return nil
    }
  }
}

extension Symbolic.Comprehension {
  /// All names in it, also those that it binds.
  var allNames: Set<String> {
    var result = Set(clauses.flatMap { [$0.index, $0.element].compactMap(\.self) })
    var pending = [element] + clauses.map(\.iterated) + [filter].compactMap(\.self)
    while let next = pending.popLast() {
      if case .name(let name) = next { result.insert(name) }
      if case .comprehension(let inner) = next {
        result.formUnion(inner.clauses.flatMap { [$0.index, $0.element].compactMap(\.self) })
      }
      pending += next.children
    }
    return result
  }

  /// Gives one of its names another name.
  mutating func rename(_ name: String, to fresh: String, from place: Int) {
    if clauses[place].index == name { clauses[place].index = fresh }
    if clauses[place].element == name { clauses[place].element = fresh }
    replace(name, by: .name(fresh), from: place)
  }

  /// Puts an expression in the place of a name that the clause at `place` binds.
  mutating func replace(_ name: String, by value: Symbolic, from place: Int) {
    element = element.replacing([name: value])
    filter = filter?.replacing([name: value])
    for later in clauses.indices where later > place {
      clauses[later].iterated = clauses[later].iterated.replacing([name: value])
    }
  }
}
