// What is said about the corners that an evaluation met.

extension StatementRun {
  /// The most notes about corners with one statement.
  private static let cornerNoteLimit = 5
  /// The most places that one note names.
  private static let siteLimit = 8
  /// The longest argument that a note quotes, in characters.
  private static let quoteLimit = 24

  /// A note for each primitive at a corner: its places, what tied, the slopes; calls of which the
  /// same is to be said share one.
  func cornerNotes(_ statement: NodeID) -> [String] {
    // Before the events are taken, and these with them.
    let meaning = self.meaning
    var notes: [(primitive: String, tie: String, sites: [CallSite])] = []
    var numbers: [String: Int] = [:]
    for event in evaluator.corners.takeEvents() {
      let tie = text(of: event)
      let key = event.primitive + " " + tie
      if let known = numbers[key] {
        notes[known].sites.append(event.site)
      } else {
        numbers[key] = notes.count
        notes.append((event.primitive, tie, [event.site]))
      }
    }
    if notes.isEmpty { return [] }
    var texts = notes.prefix(Self.cornerNoteLimit).map { note in
      let sites = describe(Array(note.sites.prefix(Self.siteLimit)), statement)
      let rest = note.sites.count - Self.siteLimit
      let more = rest > 0 ? ", and \(rest) more" : ""
      return "\(note.primitive) is at a corner here (\(sites)\(more)): \(note.tie)"
    }
    let more = notes.dropFirst(Self.cornerNoteLimit)
    if let next = more.first {
      texts.append(
        "and \(more.count) more \(more.count == 1 ? "corner" : "corners"), the first "
          + "\(next.primitive) (\(describe([next.sites[0]], statement)))")
    }
    texts[texts.count - 1] += "; " + meaning
    return texts
  }

  /// What the gradient shown is, said once.
  private var meaning: String {
    let one =
      "if the whole is not differentiable, the gradient shown is one of Clarke's generalized "
      + "gradients"
    guard evaluator.corners.isSymmetric else { return one }
    guard let unrotated = evaluator.corners.unrotated else { return one + ", the symmetric one" }
    let limit = DirectionBasis.rotationLimit
    return one + ", a mean over \(2 * limit) bases only, because \(unrotated) inputs feed the ties "
      + "(at most \(limit) are rotated)"
  }

  // MARK: One corner

  func text(of event: CornerEvent) -> String {
    let arguments = CornerArguments(event, quoteLimit: Self.quoteLimit)
    let what: String
    // An element of an argument that has a name goes by it.
    var name = ""
    switch event.tie {
    case .arguments(let tied): what = "\(joined(tied.map { arguments.text($0) })) tie"
    case .bound(let tied, let below, let above):
      what = "\(joined(tied.map { arguments.text($0) })) tie (\(slopes(below, above)))"
    case .slopes(let below, let above):
      what = slopes(below, above)
      name = arguments.name ?? ""
    case .elements(let groups, let mark): what = text(of: groups, mark, arguments)
    case .described(let words): what = words
    }
    return what + location(event, name)
  }

  private func slopes(_ below: Double, _ above: Double) -> String {
    "slopes \(NumberFormat.formatted(below)) and \(NumberFormat.formatted(above))"
  }

  /// `s[0] and s[2] tie`, or `elements 0 and 2 tie` of an argument without a name.
  private func text(
    of groups: [CornerTie.Group], _ mark: String, _ arguments: CornerArguments
  ) -> String {
    groups.map { group in
      let elements = group.indices.compactMap(arguments.element)
      let isNamed = elements.count == group.indices.count
      var names =
        isNamed
        ? elements.map { mark + $0 + mark }
        : group.indices.map { $0.count == 1 ? String($0[0]) : "\($0)" }
      let rest = group.count - names.count
      if rest > 0 { names.append("\(rest) more") }
      return (isNamed ? "" : arguments.elementsWord + " ") + joined(names) + " tie"
    }.joined(separator: ", ")
  }

  // MARK: Where among elements

  /// ` at v[0] and v[2]`, `, in 3 elements, the first at j = 2`, or how often where neither is known.
  private func location(_ event: CornerEvent, _ name: String) -> String {
    let texts = event.places.map { text(of: $0, name) }
    guard let first = texts.first, !first.isEmpty else {
      return event.count > 1 ? ", \(event.count) times" : ""
    }
    let hasLanes = event.places.contains { !$0.variables.isEmpty }
    if event.count == 1 { return " at \(first)" }
    if event.count == texts.count, !hasLanes { return " at \(joined(texts))" }
    return ", in \(event.count) elements, the first at \(first)"
  }

  private func text(of place: CornerPlace, _ name: String) -> String {
    var parts = place.variables.map { variable in
      let value = NumberFormat.formatted(variable.value)
      return variable.name.map { "\(session.symbols.name(of: $0)) = \(value)" }
        ?? "element \(value)"
    }
    if !place.index.isEmpty { parts.append("\(name)\(place.index)") }
    return parts.joined(separator: ", ")
  }
}

/// The arguments of a call as a note quotes them.
private struct CornerArguments {
  private let script: Script
  /// Those without a label, in order; none where the call is of another function, as in
  /// `map(relu, v)`.
  private let nodes: [NodeID]
  private let quoteLimit: Int

  init(_ event: CornerEvent, quoteLimit: Int) {
    script = event.script
    self.quoteLimit = quoteLimit
    let call = script[event.call]
    guard call.kind == .call, script.text(of: NodeID(index: call.a)) == event.primitive else {
      nodes = []
      return
    }
    let list = script.list(call.b)
    nodes = stride(from: 0, to: list.count, by: 3)
      .filter { list.symbol($0) == .none }.map { list.node($0 + 2) }
  }

  /// An argument's own text, or its number where that is long.
  func text(_ number: Int) -> String {
    guard number < nodes.count, let text = quote(nodes[number]) else {
      return "argument \(number + 1)"
    }
    return text
  }

  /// The text of the first argument, if it is a name.
  var name: String? {
    guard let first = nodes.first, [.name, .member].contains(script[first].kind) else {
      return nil
    }
    return quote(first)
  }

  /// An element of the first argument: `s[2]`, or what stands there in an array that is written out.
  func element(_ index: [Int]) -> String? {
    if let name { return name + "\(index)" }
    guard let first = nodes.first else { return nil }
    var node = first
    for place in index {
      guard script[node].kind == .array else { return nil }
      let list = script.list(script[node].a)
      guard place < list.count else { return nil }
      node = list.node(place)
    }
    return quote(node)
  }

  /// What the elements of an argument without a name are called.
  var elementsWord: String {
    guard let first = nodes.first, script[first].kind == .comprehension,
      !script.list(script[first].b).node(0).isNone
    else { return "elements" }
    return "of those kept, elements"
  }

  private func quote(_ node: NodeID) -> String? {
    let text = script.text(of: node)
    return text.count <= quoteLimit && !text.contains(where: \.isNewline) ? text : nil
  }
}
