/// The gradient of a number as an expression: reverse mode over expressions instead of values.
///
/// An adjoint `u` is an expression of the shape of what it belongs to, or a number that stands for an
/// array of equal numbers. Shapes are those at the session's present point. Nothing that comes out
/// counts before `Session.gradients` has compared it with `grad`.
struct SymbolicGradient {
  /// The names of a comprehension around an expression, over which its adjoints are summed.
  struct Binder {
    var clauses: [Symbolic.Clause]
    var filter: Symbolic?

    var names: [String] { clauses.flatMap { [$0.index, $0.element].compactMap(\.self) } }
  }

  let session: Session
  /// What the gradient is taken by.
  let input: Definition
  /// What was added to the adjoint of the input and of each formula on the way.
  private var adjoints: [String: [Symbolic]] = [:]
  private var shapes: [String: [Int]] = [:]
  private var dependence: [String: Bool] = [:]
  private var depth = 0

  init(session: Session, input: Definition) {
    self.session = session
    self.input = input
  }

  /// The gradient of `e`, of the shape of the input.
  mutating func gradient(of e: Symbolic) throws(SymbolicFailure) -> Symbolic {
    try push(e, .one, [])
    while let formula = nextFormula() {
      let u = Symbolic.adding(adjoints.removeValue(forKey: formula.name) ?? [])
      let reader = SymbolicReader(script: formula.script, symbols: session.symbols)
      try push(reader.read(formula.body), u, [])
    }
    let result = Symbolic.adding(adjoints[input.name] ?? []).withCommonFactorsOutside
    if result == .zero, !input.value.shape.isEmpty {
      return .call("zeros", .call("shape", .name(input.name)))
    }
    let isNumber = try shape(result, []).isEmpty
    return isNumber && !input.value.shape.isEmpty
      ? .multiplying([result, ones(like: .name(input.name))]) : result
  }

  /// A formula whose adjoint is complete: no other that waits depends on it.
  private func nextFormula() -> Definition? {
    let waiting = adjoints.keys.filter { $0 != input.name }.sorted().compactMap(definition)
    return waiting.first { candidate in
      !waiting.contains {
        $0.id != candidate.id && session.evaluator.dependencies(of: $0).contains(candidate.id)
      }
    }
  }

  // MARK: - What is known of expressions

  func definition(_ name: String) -> Definition? {
    session.root.find(session.symbols.intern(name))
  }

  func builtin(_ name: String) -> Builtin? {
    definition(name) == nil ? Builtins.named(name) : nil
  }

  /// Whether an expression changes with the input.
  mutating func depends(_ e: Symbolic) -> Bool {
    switch e {
    // Claims and places go by value alone.
    case .claims, .not, .range: return false
    case .index(let x, _): return depends(x)
    case .call(.name(let f), _) where builtin(f)?.isWithoutDerivative == true: return false
    case .name(let name): return dependsOnInput(name)
    default: break
    }
    guard e.freeNames.contains(where: { dependsOnInput($0) }) else { return false }
    if case .comprehension(let it) = e {
      return depends(it.element) || it.clauses.contains { depends($0.iterated) }
    }
    for child in e.children where depends(child) { return true }
    return false
  }

  private mutating func dependsOnInput(_ name: String) -> Bool {
    if let known = dependence[name] { return known }
    let answer =
      definition(name).map {
        $0.id == input.id
          || session.evaluator.dependencies(of: $0, .differentiable).contains(input.id)
      } ?? false
    dependence[name] = answer
    return answer
  }

  /// The shape of an expression at the present point, the names of comprehensions at their first
  /// values.
  mutating func shape(_ e: Symbolic, _ binders: [Binder]) throws(SymbolicFailure) -> [Int] {
    if case .number = e { return [] }
    let used = e.freeNames
    var lets: [String] = []
    for clause in binders.flatMap(\.clauses) where clause.element != "_" || clause.index != nil {
      if let index = clause.index { lets.append("let \(index) = 0") }
      if clause.element != "_" {
        lets.append("let \(clause.element) = (\(clause.iterated.text))[0]")
      }
    }
    let isLocal = binders.contains { !used.isDisjoint(with: $0.names) }
    let text = isLocal ? "{ \((lets + [e.text]).joined(separator: "; ")) }" : e.text
    if let known = shapes[text] { return known }
    let value: Value
    do throws(LossError) {
      value = try session.value(of: text)
    } catch {
      throw SymbolicFailure(part: e.text, reason: "its shape is not known, for \(error.message)")
    }
    guard value.isNumeric || value.isMask else {
      throw SymbolicFailure(part: e.text, reason: "it is \(value.kindDescription)")
    }
    shapes[text] = value.shape
    return value.shape
  }

  func ones(like e: Symbolic) -> Symbolic { .call("ones", .call("shape", e)) }

  // MARK: - Adjoints

  /// Adds to the adjoint of a name.
  mutating func add(_ u: Symbolic, to name: String, _ binders: [Binder]) throws(SymbolicFailure) {
    var u = u
    var binders = binders
    while let binder = binders.popLast() { u = try summed(u, over: binder, binders) }
    adjoints[name, default: []].append(u)
  }

  /// An adjoint of an operation's value, made one of an operand that was broadcast to its shape.
  mutating func push(
    _ operand: Symbolic, from u: @autoclosure () -> Symbolic, of whole: Symbolic,
    _ binders: [Binder]
  ) throws(SymbolicFailure) {
    guard depends(operand) else { return }
    let u = u()
    let from = try shape(whole, binders)
    let to = try shape(operand, binders)
    if from == to { return try push(operand, u, binders) }
    let own = try shape(u, binders)
    if own.isEmpty {
      // Equal numbers: as many times as there are elements for each of the operand's.
      guard to.isEmpty else {
        return try push(operand, .multiplying([u, count(whole, from, to)]), binders)
      }
      return try push(operand, .multiplying([u, count(whole, from, to)]), binders)
    }
    guard own == from else {
      throw SymbolicFailure(part: whole.text, reason: "its operands are broadcast in both ways")
    }
    func sum(_ options: (String, Symbolic)...) -> Symbolic {
      .call(
        .name("sum"),
        [Symbolic.Argument(label: nil, value: u)]
          + options.map { Symbolic.Argument(label: $0.0, value: $0.1) })
    }
    if to.isEmpty { return try push(operand, sum(), binders) }
    if from.count == 2, to == [from[1]] {
      return try push(operand, sum(("axis", .zero)), binders)
    }
    if from.count == 2, to == [from[0], 1] {
      return try push(
        operand, sum(("axis", .one), ("keep", .literal("true"))), binders)
    }
    throw SymbolicFailure(part: whole.text, reason: "an operand is broadcast in an unusual way")
  }

  private func count(_ whole: Symbolic, _ from: [Int], _ to: [Int]) -> Symbolic {
    if from.count == 1 { return .length(whole) }
    let all = from.reduce(1, *)
    return .number(Double(all) / Double(max(to.reduce(1, *), 1)))
  }

  /// An adjoint of the full shape of what it belongs to.
  mutating func full(_ u: Symbolic, of e: Symbolic, _ binders: [Binder]) throws(SymbolicFailure)
    -> Symbolic
  {
    let isNumber = try shape(u, binders).isEmpty
    let isArray = try !shape(e, binders).isEmpty
    return isNumber && isArray ? .multiplying([u, ones(like: e)]) : u
  }

  // MARK: - Expressions

  /// Carries the adjoint of an expression to all that it is made of.
  mutating func push(_ e: Symbolic, _ u: Symbolic, _ binders: [Binder]) throws(SymbolicFailure) {
    guard u != .zero, depends(e) else { return }
    depth += 1
    defer { depth -= 1 }
    guard depth < 200, !u.isLarger(than: SymbolicReader.sizeLimit) else {
      throw SymbolicFailure(part: e.text, reason: "it becomes too long")
    }
    switch e {
    case .name(let name):
      guard let definition = definition(name), definition.kind != .function else {
        throw unsupported(e)
      }
      try add(u, to: name, binders)
    case .sum(let terms):
      for term in terms { try push(term, from: u, of: e, binders) }
    case .negated(let x): try push(x, .negating(u), binders)
    case .product(let factors):
      for (place, factor) in factors.enumerated() {
        var others = factors
        others.remove(at: place)
        try push(factor, from: .multiplying([u] + others), of: e, binders)
      }
    case .quotient(let x, let y):
      try push(x, from: .dividing(u, by: y), of: e, binders)
      try push(
        y, from: .negating(.dividing(.multiplying([u, x]), by: .power(y, .number(2)))), of: e,
        binders)
    case .power(let x, let p):
      let less: Symbolic = .adding([p, .number(-1)])
      try push(x, from: .multiplying([u, p, .raising(x, to: less)]), of: e, binders)
      try push(p, from: .multiplying([u, .call("log", x), e]), of: e, binders)
    case .matrixProduct(let x, let y): try pushProduct(x, y, e, u, binders)
    case .conditional(let parts) where binders.isEmpty: try pushBranches(parts, u)
    case .conditional(let parts):
      for place in stride(from: 0, to: parts.count, by: 2) {
        // The adjoint of a branch is 0 where another is taken.
        let value = place + 1 < parts.count ? place + 1 : place
        var branches = parts
        for other in branches.indices where other % 2 == 1 || other == branches.count - 1 {
          branches[other] = other == value ? u : .zero
        }
        try push(parts[value], .conditional(branches), binders)
      }
    case .array(let elements):
      let isNumber = try shape(u, binders).isEmpty
      for (place, element) in elements.enumerated() {
        try push(element, isNumber ? u : .index(u, [.number(Double(place))]), binders)
      }
    case .member(let x, "T"):
      try push(x, .member(full(u, of: e, binders), "T"), binders)
    case .index(let x, let subscripts): try pushIndex(x, subscripts, e, u, binders)
    case .comprehension(let it): try pushElements(it, e, u, binders)
    case .call(let f, let arguments): try pushCall(f, arguments, e, u, binders)
    default: throw unsupported(e)
    }
  }

  /// A choice outside of sums: what is not taken is not even evaluated.
  private mutating func pushBranches(_ parts: [Symbolic], _ u: Symbolic) throws(SymbolicFailure) {
    let before = adjoints
    var branches: [[String: Symbolic]] = []
    for place in parts.indices where place % 2 == 1 || place == parts.count - 1 {
      adjoints = [:]
      try push(parts[place], u, [])
      branches.append(adjoints.mapValues(Symbolic.adding))
    }
    adjoints = before
    for name in branches.reduce(into: Set<String>(), { $0.formUnion($1.keys) }).sorted() {
      var choice = parts
      for (branch, place) in parts.indices.filter({ $0 % 2 == 1 || $0 == parts.count - 1 })
        .enumerated()
      {
        let adjoint = branches[branch][name] ?? .zero
        let isNumber = try shape(adjoint, []).isEmpty
        let isArray = try !shape(.name(name), []).isEmpty
        choice[place] =
          isNumber && isArray
          ? adjoint == .zero
            ? .call("zeros", .call("shape", .name(name)))
            : .multiplying([adjoint, ones(like: .name(name))]) : adjoint
      }
      adjoints[name, default: []].append(.conditional(choice))
    }
  }

  func unsupported(_ e: Symbolic) -> SymbolicFailure {
    SymbolicFailure(part: e.text, reason: "there is no rule for it")
  }

  private mutating func pushProduct(
    _ x: Symbolic, _ y: Symbolic, _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) {
    let u = try full(u, of: e, binders)
    let ranks = (try shape(x, binders).count, try shape(y, binders).count)
    let forX: Symbolic
    let forY: Symbolic
    switch ranks {
    case (1, 1): (forX, forY) = (.multiplying([u, y]), .multiplying([u, x]))
    case (2, 1):
      (forX, forY) = (.call("outer", u, y), .matrixProduct(.member(x, "T"), u))
    case (1, 2): (forX, forY) = (.matrixProduct(y, u), .call("outer", x, u))
    case (2, 2):
      (forX, forY) = (
        .matrixProduct(u, .member(y, "T")), .matrixProduct(.member(x, "T"), u)
      )
    default: throw unsupported(e)
    }
    try push(x, forX, binders)
    try push(y, forY, binders)
  }

  /// An element or a row: its adjoint at its place, 0 elsewhere.
  private mutating func pushIndex(
    _ x: Symbolic, _ subscripts: [Symbolic], _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) {
    let rank = try shape(x, binders).count
    func unit(_ i: Symbolic, _ n: Symbolic) -> Symbolic { .call("onehot", i, n) }
    let columns = Symbolic.index(.call("shape", x), [.one])
    if subscripts.contains(where: { if case .range = $0 { true } else { false } }) {
      return try pushSlice(x, subscripts, e, u, binders)
    }
    for i in subscripts where try !shape(i, binders).isEmpty {
      // A pick of several: each adjoint at its place, those of one place added.
      guard rank == 1, subscripts.count == 1 else { throw unsupported(e) }
      let u = try full(u, of: e, binders)
      return try push(x, .matrixProduct(u, unit(i, .length(x))), binders)
    }
    switch (rank, subscripts.count) {
    case (1, 1):
      try push(x, .multiplying([u, unit(subscripts[0], .length(x))]), binders)
    case (2, 1):
      let u = try full(u, of: e, binders)
      try push(x, .call("outer", unit(subscripts[0], .length(x)), u), binders)
    case (2, 2):
      let place = Symbolic.call(
        "outer", unit(subscripts[0], .length(x)), unit(subscripts[1], columns))
      try push(x, .multiplying([u, place]), binders)
    default: throw unsupported(e)
    }
  }

  private mutating func pushSlice(
    _ x: Symbolic, _ subscripts: [Symbolic], _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) {
    let columns = Symbolic.index(.call("shape", x), [.one])
    if subscripts.count == 2, subscripts[0] == .range(nil, nil, isClosed: true),
      try shape(x, binders).count == 2, try shape(subscripts[1], binders).isEmpty
    {
      let unit = Symbolic.call("onehot", subscripts[1], columns)
      return try push(x, .call("outer", full(u, of: e, binders), unit), binders)
    }
    let rank = try shape(x, binders).count
    guard rank == 1 || rank == 2, subscripts.count == 1,
      case .range(let lower, let upper, let isClosed)? = subscripts.first
    else { throw unsupported(e) }
    func zeros(_ n: Symbolic) -> Symbolic {
      rank == 1 ? .call("zeros", n) : .call("zeros", n, columns)
    }
    var parts: [Symbolic] = []
    if let lower, lower != .zero { parts.append(zeros(lower)) }
    parts.append(try full(u, of: e, binders))
    if let upper {
      let end = isClosed ? Symbolic.adding([upper, .one]) : upper
      parts.append(zeros(.subtracting(.length(x), end)))
    }
    let whole =
      parts.count == 1
      ? parts[0]
      : .call(.name("concat"), parts.map { Symbolic.Argument(label: nil, value: $0) })
    try push(x, whole, binders)
  }

  /// The elements of an array that a comprehension makes, each with its own adjoint.
  private mutating func pushElements(
    _ it: Symbolic.Comprehension, _ e: Symbolic, _ u: Symbolic, _ binders: [Binder]
  ) throws(SymbolicFailure) {
    let (element, binder) = try entered(it, binders, byIndex: true)
    guard try !shape(u, binders).isEmpty else {
      return try push(element, u, binders + [binder])
    }
    guard binder.clauses.count == 1, binder.filter == nil,
      case .range(let lower?, _, _) = binder.clauses[0].iterated
    else { throw unsupported(e) }
    let place = Symbolic.subtracting(.name(binder.clauses[0].element), lower)
    try push(element, .index(u, [place]), binders + [binder])
  }
}
