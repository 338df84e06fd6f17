/// What an evaluation notes about the corners that it meets, and the choices that it must keep.
final class Corners {
  /// One primitive that was at a corner: its operands tied and their tangents differed.
  struct Event: Hashable {
    let primitive: String
    let place: CallSite
  }

  /// The corners met so far, each place once.
  private(set) var events: [Event] = []
  /// How many ties were met in all, element by element.
  private(set) var count = 0
  /// The directions that feed the ties met so far, while the symmetric rule asks for them.
  private(set) var feeding: Set<Int>?
  /// The number of the first direction of the chunk that is being evaluated.
  var firstDirection = 0
  /// The decisions of an evaluation in chunks of directions; `nil` while all are carried at once.
  var log: DecisionLog?

  /// Notes `ties` ties of a primitive.
  func note(_ primitive: String, at place: CallSite, ties: Int) {
    guard ties > 0 else { return }
    count += ties
    let event = Event(primitive: primitive, place: place)
    if !events.contains(event) { events.append(event) }
  }

  /// Begins to collect the directions that feed ties.
  func collectFeeding() { feeding = [] }

  /// The directions collected, in order; collecting ends.
  func takeFeeding() -> [Int] {
    defer { feeding = nil }
    return feeding?.sorted() ?? []
  }

  /// Notes directions of the present chunk that feed a tie.
  func feed(_ directions: @autoclosure () -> [Int]) {
    guard feeding != nil else { return }
    for direction in directions() { feeding?.insert(firstDirection + direction) }
  }

  /// A point to which an abandoned attempt is rewound.
  struct Mark {
    fileprivate let events: Int
    fileprivate let count: Int
    fileprivate let log: DecisionLog?
  }

  func mark() -> Mark { Mark(events: events.count, count: count, log: log) }

  func rewind(to mark: Mark) {
    events.removeLast(events.count - mark.events)
    count = mark.count
    log = mark.log
  }

  /// Takes the events of an evaluation out, leaving none.
  func takeEvents() -> [Event] {
    defer {
      events = []
      count = 0
    }
    return events
  }
}

/// The choices made at ties by the first chunks of directions, kept for later ones (branch
/// locking), so that all chunks differentiate the same branch.
///
/// An evaluation in chunks repeats the same decisions in the same order, because control flow goes
/// by value alone; so a decision is known by its number.
struct DecisionLog {
  private var decisions: [[Int: Choice]] = []
  private var next = 0

  /// What was decided at one place of one decision.
  enum Choice {
    /// The sign of a comparison.
    case sign(Int)
    /// An order of the places of a row.
    case order([Int])
    /// A direction, of length 1.
    case direction([Double])
  }

  /// Begins another chunk.
  mutating func restart() { next = 0 }

  /// The number of the next decision.
  mutating func open() -> Int {
    defer { next += 1 }
    if next == decisions.count { decisions.append([:]) }
    return next
  }

  func choice(_ decision: Int, _ place: Int) -> Choice? { decisions[decision][place] }

  mutating func keep(_ choice: Choice, _ decision: Int, _ place: Int) {
    decisions[decision][place] = choice
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
  let corners: Corners
  let account: MemoryAccount
  /// The place of the call among all texts of the session, so that two calls of `randn` differ.
  let place: UInt64
  /// What is mixed into draws without a seed: the number of the draw in a `check`.
  let drawSeed: UInt64
}
