/// Watches an evaluation: which parts of an expression are evaluated inside which, and what each
/// comes to.
///
/// The parts form a tree by the order of evaluation, not by the text: below a formula's name stands
/// its definition, below a call the function's body. A part that is evaluated again under the same
/// parent (a comprehension whose elements go one by one) is visited again. A second evaluation can
/// add something to the value of each part, a dual zero, which tells how the whole changes with it.
final class PartObserver {
  /// A part with what its visits came to.
  final class Part {
    let script: Script
    let node: NodeID
    let depth: Int
    /// What the node names, if it is a definition.
    let definition: Definition?
    fileprivate(set) var children: [Part] = []
    fileprivate(set) var visits: [Visit] = []
    /// How often it was evaluated; its first visits are kept.
    fileprivate(set) var count = 0
    /// How many parts within it were not kept.
    fileprivate(set) var omitted = 0
    /// What is added to each visit's value; its lanes are the first axes.
    fileprivate var additions: [Value] = []
    /// Where the next child is expected: evaluations follow the same order.
    fileprivate var cursor = 0

    fileprivate init(script: Script, node: NodeID, depth: Int, definition: Definition?) {
      self.script = script
      self.node = node
      self.depth = depth
      self.definition = definition
    }
  }

  struct Visit {
    /// Without derivatives; lanes turned into axes.
    let value: Value
    /// The derivative along the direction of the first evaluation, where the value depends on a
    /// param.
    let tangent: Value?
  }

  /// What an abandoned attempt is rewound to.
  struct Mark { fileprivate let journal: Int }

  /// Whether the next evaluation is that of the part just entered.
  private var awaitsEntry = false

  fileprivate func announceEntry() { awaitsEntry = true }

  /// Whether an evaluation is the announced one, which is observed already.
  func takesEntry() -> Bool {
    defer { awaitsEntry = false }
    return awaitsEntry
  }

  /// The most parts that are kept.
  static let partLimit = 4000
  /// The deepest part that is kept.
  static let depthLimit = 100
  /// The most visits of one part that are kept.
  static let visitLimit = 64

  private(set) var root: Part?
  /// The innermost part that an error left, and the error.
  private(set) var failure: (part: Part, error: LossError)?
  private var current: Part?
  private var partCount = 0
  /// The level of the derivative along which values are taken apart.
  private var level = 0
  private var isAdding = false
  /// The visits since the outermost attempt that may be abandoned began.
  private var journal: [Part] = []
  private var attempts = 0
  private let account: MemoryAccount

  init(account: MemoryAccount) { self.account = account }

  // MARK: Evaluations

  /// Begins the evaluation that finds the parts.
  func beginRecording(level: Int) {
    root = nil
    failure = nil
    partCount = 0
    self.level = level
    isAdding = false
    restart()
  }

  /// Begins an evaluation in which something is added to parts: one value for each of their visits.
  func beginAdding(_ additions: [(part: Part, values: [Value])]) {
    isAdding = true
    for (part, values) in additions { part.additions = values }
    forEachPart { $0.count = 0 }
    restart()
  }

  private func restart() {
    current = nil
    journal = []
    attempts = 0
  }

  func forEachPart(_ body: (Part) -> Void) {
    var pending = root.map { [$0] } ?? []
    while let part = pending.popLast() {
      body(part)
      pending += part.children
    }
  }

  // MARK: Parts

  /// Enters a part; `nil` where it is not watched, nor anything inside it.
  func enter(_ node: NodeID, _ env: Environment, _ definition: Definition?) -> (Part, outer: Part?)?
  {
    guard let outer = current else {
      if let root, isAdding {
        current = root
        root.cursor = 0
        return (root, nil)
      }
      let part = Part(script: env.script, node: node, depth: 0, definition: definition)
      root = part
      current = part
      partCount = 1
      return (part, nil)
    }
    if let known = outer.child(node, env.script) {
      known.cursor = 0
      current = known
      return (known, outer)
    }
    guard !isAdding, partCount < Self.partLimit, outer.depth < Self.depthLimit else {
      outer.omitted += 1
      return nil
    }
    let part = Part(
      script: env.script, node: node, depth: outer.depth + 1, definition: definition)
    outer.children.append(part)
    outer.cursor = outer.children.count
    partCount += 1
    current = part
    return (part, outer)
  }

  func leave(to outer: Part?) { current = outer }

  /// Notes what a part came to; what it counts for in the evaluation.
  func visit(_ part: Part, _ value: Value) throws -> Value {
    // A bound is being computed: not the value.
    if case .enclosed = value { return value }
    let number = part.count
    part.count += 1
    if attempts > 0 { journal.append(part) }
    if isAdding {
      guard number < part.additions.count else { return value }
      return try adding(part.additions[number], to: value)
    }
    if number < Self.visitLimit {
      part.visits.append(
        Visit(
          value: try closed(value.plain),
          tangent: try value.split(at: level).tangent.map { try closed($0.plain) }))
    }
    return value
  }

  private func adding(_ addition: Value, to value: Value) throws -> Value {
    let lanes = value.lanes.filter { $0.kind == .elements }
    guard addition.shape == lanes.map(\.size) + value.shape else { throw PartsDiffer() }
    let opened = try lanes.reduce(addition) { try $0.openingLane($1) }
    return try (value + opened).replacingPlain(with: value.plain)
  }

  /// Lanes turned into the first axes.
  private func closed(_ value: Value) throws -> Value {
    guard case .tensor(let tensor) = value, !tensor.lanes.isEmpty else { return value }
    return .tensor(
      Tensor(sharing: tensor, lanes: [], shape: tensor.lanes.map(\.size) + tensor.shape))
  }

  func fail(_ part: Part, _ error: any Error) {
    guard failure == nil, let error = error as? LossError else { return }
    failure = (part, error)
  }

  // MARK: Attempts

  /// Begins an evaluation that may be abandoned for another one.
  func beginAttempt() -> Mark {
    attempts += 1
    return Mark(journal: journal.count)
  }

  func endAttempt() {
    attempts -= 1
    if attempts == 0 { journal = [] }
  }

  /// Forgets the visits of an abandoned attempt.
  func rewind(to mark: Mark) {
    while journal.count > mark.journal, let part = journal.popLast() {
      part.count -= 1
      if !isAdding, part.visits.count > part.count { part.visits.removeLast() }
    }
    failure = nil
  }
}

extension PartObserver.Part {
  fileprivate func child(_ node: NodeID, _ script: Script) -> PartObserver.Part? {
    func found(at place: Int) -> PartObserver.Part? {
      let part = children[place]
      guard part.node == node, part.script === script else { return nil }
      cursor = place + 1
      return part
    }
    if cursor < children.count, let next = found(at: cursor) { return next }
    for place in children.indices {
      if let other = found(at: place) { return other }
    }
    return nil
  }
}

/// Thrown where a part has another shape than when it was first evaluated: its lanes go in other
/// blocks.
struct PartsDiffer: Error {}

extension Evaluator {
  /// Evaluates a part under observation.
  private func observed(_ id: NodeID, _ env: Environment, by observer: PartObserver) throws -> Value
  {
    let node = env.script[id]
    var definition: Definition?
    switch node.kind {
    // Within a larger part the text says it all; alone it is the whole.
    case .number where observer.root != nil, .truth where observer.root != nil,
      .text where observer.root != nil:
      return try evaluate(id, env, enteredBy: observer)
    case .name:
      let symbol = Symbol(index: node.a)
      if !(env.scope?.binds(symbol) ?? false) { definition = env.module.find(symbol) }
    case .member: definition = importedDefinition(node, env, bound: [])
    default: break
    }
    guard let (part, outer) = observer.enter(id, env, definition) else {
      return try unobserved { try evaluate(id, env) }
    }
    defer { observer.leave(to: outer) }
    do {
      return try locating(id, env) {
        try observer.visit(part, evaluate(id, env, enteredBy: observer))
      }
    } catch {
      observer.fail(part, error)
      throw error
    }
  }

  /// What the observer makes of an evaluation; `nil` where it has asked for it itself.
  @inline(never)
  func observation(of id: NodeID, _ env: Environment) throws -> Value? {
    guard let observer, !observer.takesEntry() else { return nil }
    return try observed(id, env, by: observer)
  }

  private func evaluate(
    _ id: NodeID, _ env: Environment, enteredBy observer: PartObserver
  ) throws -> Value {
    observer.announceEntry()
    return try evaluate(id, env)
  }

  /// Evaluates what is not taken apart: what stands inside a derivative has perturbations of its own.
  func unobserved<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard observer != nil else { return try body() }
    let outer = observer
    observer = nil
    defer { observer = outer }
    return try body()
  }
}
