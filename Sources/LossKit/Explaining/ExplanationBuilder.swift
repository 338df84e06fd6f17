/// Turns observed parts into the parts that are listed.
struct ExplanationBuilder {
  typealias Part = PartObserver.Part

  let evaluator: Evaluator
  let observer: PartObserver
  let rows: Int
  /// The corners of the gradient, with what is to be said of each.
  var corners: [(site: CallSite, text: String)] = []
  /// Where a nan or an infinity first arose.
  var fault: (site: CallSite, text: String)?
  /// The derivative of the whole by each visit.
  var derivatives: [ObjectIdentifier: [Value]]?
  /// The gradient of the whole.
  var gradient: [String: Value] = [:]
  /// Whether the parts' own derivatives are shown in place of those of the whole.
  var showsTangents = false

  private var listed: Set<ObjectIdentifier> = []
  /// The parts around the one that failed, and that one.
  private var failing: Set<ObjectIdentifier> = []
  private var somethingVaries = false
  /// How often each param occurs.
  private var occurrences: [Int: Int] = [:]
  /// The formulas that were taken apart somewhere.
  private var expanded: Set<Int> = []

  init(evaluator: Evaluator, observer: PartObserver, rows: Int) {
    self.evaluator = evaluator
    self.observer = observer
    self.rows = max(rows, 1)
  }

  // MARK: Which parts are listed

  /// The parts to be listed: those around an error, then those nearest to the whole.
  mutating func listedParts(_ root: Part) -> [Part] {
    observer.forEachPart { part in
      if part.varies { somethingVaries = true }
      guard let definition = part.definition else { return }
      occurrences[definition.id, default: 0] += 1
      if body(of: part) != nil { expanded.insert(definition.id) }
    }
    _ = findFailing(root)
    var result: [Part] = []
    var level = [root]
    while !level.isEmpty, result.count < rows {
      var next: [Part] = []
      for part in level where result.count < rows {
        listed.insert(ObjectIdentifier(part))
        result.append(content(of: part))
        next += children(of: part)
      }
      level = next.filter(isFailing) + next.filter { !isFailing($0) }
    }
    return result
  }

  private mutating func findFailing(_ root: Part) -> Bool {
    guard let failure = observer.failure else { return false }
    var path: [(part: Part, next: Int)] = [(root, 0)]
    while let (part, next) = path.last {
      if part === failure.part {
        failing = Set(path.map { ObjectIdentifier($0.part) })
        return true
      }
      if next < part.children.count {
        path[path.count - 1].next += 1
        path.append((part.children[next], 0))
      } else {
        path.removeLast()
      }
    }
    return false
  }

  private func isFailing(_ part: Part) -> Bool { failing.contains(ObjectIdentifier(part)) }

  /// The part whose value and parts stand for a part: a formula's definition, for its name.
  private func content(of part: Part) -> Part { body(of: part) ?? part }

  private func body(of part: Part) -> Part? {
    guard let definition = part.definition, definition.kind == .formula,
      let body = part.children.first,
      body.script === definition.script, body.node == definition.body, body.definition == nil
    else { return nil }
    return body
  }

  /// What stands below a part: without literals, functions, bounds of ranges, and without what does
  /// not vary inside what does not.
  private func children(of part: Part) -> [Part] {
    let part = content(of: part)
    if somethingVaries, !part.varies, !part.visits.isEmpty { return [] }
    let shown = part.children.filter { isFailing($0) || isListable($0, in: part) }
    let inside = shown.filter { isInText($0, of: part) }.sorted {
      $0.script.range(of: $0.node).start < $1.script.range(of: $1.node).start
    }
    return inside + shown.filter { !isInText($0, of: part) }
  }

  private func isListable(_ child: Part, in part: Part) -> Bool {
    guard let value = child.visits.first?.value else { return false }
    if case .function = value { return false }
    let node = child.script[child.node]
    if node.kind == .sign, child.script[NodeID(index: node.a)].kind == .number { return false }
    return child.varies || !somethingVaries || !isBound(child, in: part)
  }

  /// Whether a part is an end of a range that a comprehension or an index runs over.
  private func isBound(_ child: Part, in part: Part) -> Bool {
    guard child.script === part.script, isInText(child, of: part) else { return false }
    var isBound = false
    part.script.forEachChild(of: part.node) { node in
      let range = part.script[node]
      if range.kind == .range, range.a == child.node.index || range.b == child.node.index {
        isBound = true
      }
    }
    return isBound
  }

  private func isInText(_ child: Part, of part: Part) -> Bool {
    let (inner, outer) = (child.script.range(of: child.node), part.script.range(of: part.node))
    return child.script === part.script && outer.start <= inner.start && inner.end <= outer.end
  }

  private func count(below part: Part) -> Int {
    var pending = children(of: part)
    var count = 0
    while let next = pending.popLast() {
      count += 1
      pending += children(of: next)
    }
    return count
  }

  // MARK: Making them

  /// A part with all that is listed below it.
  func part(_ part: Part) -> ExplainedPart {
    let content = content(of: part)
    let all = children(of: part)
    let shown = all.filter { listed.contains(ObjectIdentifier($0)) }
    let hidden = all.filter { !listed.contains(ObjectIdentifier($0)) }
    let isRepeated = isRepeated(part)
    var result = ExplainedPart(
      text: text(of: part, content), marks: marks(of: part, content),
      children: shown.map { self.part($0) },
      omitted: content.omitted + hidden.reduce(0) { $0 + 1 + count(below: $1) },
      evaluations: content.count,
      input: part.definition.flatMap { $0.isInput ? $0.name : nil },
      value: combined(content.visits.map(\.value)),
      derivative: isRepeated ? nil : derivative(of: content))
    if isCut(result, shown) {
      result.marks.append(.init(kind: .cut, text: "no gradient passes to what is below"))
    }
    return result
  }

  private func text(of part: Part, _ content: Part) -> String {
    let name = part.script.label(of: part.node)
    return content === part ? name : "\(name) = \(content.script.label(of: content.node))"
  }

  /// Whether it is a formula whose parts stand elsewhere.
  private func isRepeated(_ part: Part) -> Bool {
    guard let definition = part.definition, definition.kind == .formula else { return false }
    return part.children.isEmpty && expanded.contains(definition.id)
  }

  private func derivative(of part: Part) -> Value? {
    if showsTangents {
      let tangents = part.visits.compactMap(\.tangent)
      return tangents.count == part.visits.count ? combined(tangents) : nil
    }
    if let known = derivatives?[ObjectIdentifier(part)] { return combined(known) }
    // A large param that occurs once: the gradient itself.
    guard let definition = part.definition, definition.kind == .param, observer.keepsEverything,
      occurrences[definition.id] == 1
    else { return nil }
    return gradient[definition.name]
  }

  /// Several evaluations as one array where they are alike.
  private func combined(_ values: [Value]) -> Value? {
    guard let first = values.first, values.count > 1 else { return values.first }
    let alike = values.allSatisfy { $0.isNumeric && $0.shape == first.shape }
    return alike ? (try? .stacked(values, account: evaluator.account)) ?? first : first
  }

  // MARK: Marks

  private func marks(of part: Part, _ content: Part) -> [ExplainedPart.Mark] {
    var marks: [ExplainedPart.Mark] = []
    if let failure = observer.failure, failure.part === part || failure.part === content {
      let hint = failure.error.hint.map { "; \($0)" } ?? ""
      marks.append(.init(kind: .error, text: "error: \(failure.error.message)\(hint)"))
    }
    let range = content.script.range(of: content.node)
    for corner in corners
    where corner.site.source === content.script.source && corner.site.range == range {
      marks.append(.init(kind: .corner, text: "corner: \(corner.text)"))
    }
    if let fault, isInnermost(content, at: fault.site) {
      marks.append(.init(kind: .firstFault, text: fault.text))
    }
    if isRepeated(part) { marks.append(.init(kind: .repeated, text: "as above")) }
    if asksForDerivative(content) {
      marks.append(.init(kind: .closed, text: "a derivative, which is not taken apart"))
    }
    return marks
  }

  /// Whether a site is the part's own: no part within it has it.
  private func isInnermost(_ part: Part, at site: CallSite) -> Bool {
    func covers(_ part: Part) -> Bool {
      let range = part.script.range(of: part.node)
      return part.script.source === site.source && range.start <= site.range.start
        && site.range.end <= range.end
    }
    guard covers(part) else { return false }
    return !part.children.contains(where: covers)
  }

  private func asksForDerivative(_ part: Part) -> Bool {
    let node = part.script[part.node]
    guard node.kind == .call, part.script[NodeID(index: node.a)].kind == .name else { return false }
    let symbol = Symbol(index: part.script[NodeID(index: node.a)].a)
    guard case .special? = evaluator.builtin(symbol)?.implementation else { return false }
    return true
  }

  /// Whether the whole changes with the part, but with nothing that it is made of.
  private func isCut(_ part: ExplainedPart, _ shown: [Part]) -> Bool {
    guard !showsTangents, part.omitted == 0,
      part.derivativeNumbers?.contains(where: { $0 != 0 && !$0.isNaN }) ?? false
    else { return false }
    let varying = zip(shown, part.children).filter { content(of: $0.0).varies }
    return !varying.isEmpty
      && varying.allSatisfy { $0.1.derivativeNumbers?.allSatisfy { $0 == 0 } ?? false }
  }
}

extension PartObserver {
  /// Whether no part was left out.
  var keepsEverything: Bool {
    var all = true
    forEachPart { if $0.omitted > 0 { all = false } }
    return all
  }
}
