/// What an evaluation notes about the corners that it meets, and the choices that it must keep.
final class Corners {
  /// The corners met so far, each call once.
  private(set) var events: [CornerEvent] = []
  private var eventNumbers: [CornerEvent.Key: Int] = [:]
  /// How many ties were met in all, element by element.
  private(set) var count = 0
  /// The directions that feed the ties met so far, by the level of their derivative, for the levels
  /// at which the symmetric rule asks for them.
  private var feeding: [Int: Set<Int>] = [:]
  /// The number of the first direction, of the outermost derivative, of the chunk that is being
  /// evaluated.
  var firstDirection = 0
  /// The decisions of an evaluation in chunks of directions; `nil` while all are carried at once.
  var log: DecisionLog?
  /// How directions are cut into chunks.
  var chunks = DirectionChunks()
  /// The loop variables of the comprehensions whose elements are open as lanes, by the lane.
  var loops: [Int: Scope] = [:]
  /// How many inputs fed ties where that was more than the symmetric rule rotates.
  private(set) var unrotated: Int?
  /// How many inputs, the first ones, the symmetric rule rotates; all, where it does not say.
  var rotatable: Int?
  /// Whether a gradient was taken by the symmetric rule, which what goes along one direction is not.
  private(set) var isSymmetric = false
  /// A part of a text in which nothing is noted.
  private var ignored: CallSite?

  /// Evaluates a part of a text that counts by value alone.
  ///
  /// What stands elsewhere and is evaluated meanwhile is noted: a formula is remembered, and whoever
  /// uses it next does not evaluate it again.
  func ignoring(_ site: CallSite, _ body: () throws -> Void) rethrows {
    let outer = ignored
    ignored = site
    defer { ignored = outer }
    try body()
  }

  /// Notes a call that was at a corner.
  func note(_ event: CornerEvent) {
    guard event.count > 0 else { return }
    if let ignored, ignored.source === event.site.source,
      ignored.range.start <= event.site.range.start, event.site.range.end <= ignored.range.end
    {
      return
    }
    count += event.count
    if let number = eventNumbers[event.key] {
      events[number].merge(event)
    } else {
      eventNumbers[event.key] = events.count
      events.append(event)
    }
  }

  /// Notes that the symmetric rule did not take all rotations of so many inputs.
  func noteUnrotated(_ feeding: Int) { unrotated = max(unrotated ?? 0, feeding) }

  /// Begins to collect the directions of a level that feed ties.
  func collectFeeding(at level: Int) {
    feeding[level] = []
    isSymmetric = true
  }

  /// The directions collected at a level, in order; collecting ends.
  func takeFeeding(at level: Int) -> [Int] {
    feeding.removeValue(forKey: level)?.sorted() ?? []
  }

  /// Collects the directions that decide between two places of a tie.
  func feed(_ jets: JetComparison, _ p: Int, _ q: Int) {
    for level in feeding.keys {
      let first = level == 1 ? firstDirection : 0
      for direction in jets.differingDirections(ofLevel: level, p, q) {
        feeding[level]?.insert(first + direction)
      }
    }
  }

  /// A point to which an abandoned attempt is rewound.
  struct Mark {
    fileprivate let events: [CornerEvent]
    fileprivate let count: Int
    fileprivate let log: DecisionLog.Mark?
  }

  func mark() -> Mark { Mark(events: events, count: count, log: log?.mark()) }

  /// A point to which notes alone are rewound: what was decided since stays decided.
  func markNotes() -> Mark { Mark(events: events, count: count, log: nil) }

  func rewind(to mark: Mark) {
    for event in events.dropFirst(mark.events.count) { eventNumbers[event.key] = nil }
    events = mark.events
    count = mark.count
    if let mark = mark.log { log?.rewind(to: mark) }
  }

  /// Takes the events of an evaluation out, leaving none.
  func takeEvents() -> [CornerEvent] {
    defer {
      events = []
      eventNumbers = [:]
      count = 0
      loops = [:]
      unrotated = nil
      isSymmetric = false
      feeding = [:]
    }
    return events
  }
}

/// The choices made at ties by the first chunks of directions, kept for later ones (branch
/// locking), so that all chunks differentiate the same branch.
///
/// An evaluation in chunks repeats the same decisions at each site in the same order, because
/// control flow goes by value alone; so a decision is known by its site and its number there. What
/// an attempt decided that was given up (a comprehension that does not go in lanes) is undone.
/// Formulas have numbers of their own: a formula is evaluated when it is first asked for and then
/// remembered, also where that was in an attempt that was given up, which later chunks may not
/// repeat.
final class DecisionLog {
  /// What was decided at one place of one decision.
  enum Choice {
    /// The sign of a comparison.
    case sign(Int)
    /// An order of the places of a row, those that are still tied in one group.
    case order([[Int]])
    /// A direction, of length 1.
    case direction([Double])
  }

  /// Sites of one formula, or of the expression itself.
  fileprivate struct Site: Hashable {
    let formula: Int?
    let site: CallSite
  }

  struct Decision: Hashable {
    fileprivate let site: Site
    fileprivate let number: Int
  }

  /// All that was decided in one decision.
  private struct Entry {
    /// The number of places, to recognize a decision about something else.
    let extent: Int
    var choices: [Int: Choice] = [:]
  }

  /// What is undone when an attempt is given up.
  private enum Step {
    case opened(Decision, isNew: Bool)
    case missed(Site)
    case kept(Decision, place: Int, before: Choice?)
  }

  struct Mark { fileprivate let steps: Int }

  /// The frame in which the derivative is taken: what is remembered there or further out does not
  /// depend on its directions.
  private let home: Frame
  /// The frame of the inputs, in this chunk.
  private var inputs: Frame?
  private var entries: [Decision: Entry] = [:]
  private var counts: [Site: Int] = [:]
  private var formula: Int?
  private var steps: [Step] = []
  private var misses = 0

  init(home: Frame) { self.home = home }

  /// Whether a decision of this chunk was about another number of places than before, because
  /// scarce memory made it take other blocks.
  var isOutOfStep: Bool { misses > 0 }

  /// Begins another chunk.
  func restart() {
    counts = [:]
    steps = []
    inputs = nil
    formula = nil
    misses = 0
  }

  // MARK: Decisions

  /// The next decision at a site; `nil` where it cannot be the one of earlier chunks.
  func open(_ site: CallSite, extent: Int) -> Decision? {
    let site = Site(formula: formula, site: site)
    let decision = Decision(site: site, number: counts[site, default: 0])
    counts[site, default: 0] += 1
    let entry = entries[decision]
    guard entry?.extent ?? extent == extent else {
      misses += 1
      steps.append(.missed(site))
      return nil
    }
    if entry == nil { entries[decision] = Entry(extent: extent) }
    steps.append(.opened(decision, isNew: entry == nil))
    return decision
  }

  func choice(_ decision: Decision, _ place: Int) -> Choice? { entries[decision]?.choices[place] }

  func keep(_ choice: Choice, _ decision: Decision, _ place: Int) {
    let before = entries[decision]?.choices.updateValue(choice, forKey: place)
    steps.append(.kept(decision, place: place, before: before))
  }

  // MARK: Attempts

  func mark() -> Mark { Mark(steps: steps.count) }

  func rewind(to mark: Mark) {
    while steps.count > mark.steps, let step = steps.popLast() {
      switch step {
      case .opened(let decision, let isNew):
        counts[decision.site, default: 1] -= 1
        if isNew { entries[decision] = nil }
      case .missed(let site):
        counts[site, default: 1] -= 1
        misses -= 1
      case .kept(let decision, let place, let before): entries[decision]?.choices[place] = before
      }
    }
  }

  // MARK: Formulas

  /// Whether what is remembered in a frame can depend on the directions.
  func covers(_ frame: Frame) -> Bool {
    var outer: Frame? = home
    while let current = outer {
      if current === frame { return false }
      outer = current.parent
    }
    return true
  }

  /// Evaluates a formula that is remembered in a frame.
  ///
  /// In the frame of the inputs that is done once in a chunk, so what is decided stays decided. In
  /// frames further in (of `at`, say) the decisions are part of those around.
  func evaluating(_ id: Int, in frame: Frame, _ body: () throws -> Value) rethrows -> Value {
    if inputs == nil, frame.parent === home { inputs = frame }
    guard frame === inputs else { return try body() }
    let outer = formula
    let mark = mark()
    formula = id
    defer { formula = outer }
    let value = try body()
    if steps.count > mark.steps { steps.removeSubrange(mark.steps...) }
    return value
  }
}

/// Where a primitive was called, for notes.
struct CallSite: Hashable {
  let source: Source
  let range: SourceRange

  static func == (a: CallSite, b: CallSite) -> Bool { a.source === b.source && a.range == b.range }

  func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(range)
  }
}

/// What a primitive is told about its call.
struct CallContext {
  let name: String
  let site: CallSite
  let script: Script
  let call: NodeID
  let corners: Corners
  let account: MemoryAccount
  /// The place of the call among all texts of the session, so that two calls of `randn` differ.
  let place: UInt64
  /// What is mixed into draws without a seed: the number of the draw in a `check`.
  let drawSeed: UInt64
  /// Where the rows of a reduction lie in its argument.
  var rows: RowLayout?

  /// The context of what reduces an argument, along an axis or whole.
  func reducing(_ argument: Value, along axis: @autoclosure () throws -> Int?) rethrows
    -> CallContext
  {
    // Without derivatives nothing is noted.
    guard argument.level > 0 else { return self }
    let shape = argument.shape
    var context = self
    context.rows = RowLayout(
      shape: shape, axis: try axis().map { $0 < 0 ? $0 + shape.count : $0 })
    return context
  }
}
