/// Finds the spellings of `StablePattern` in a tree.
struct PatternMatcher {
  /// A pattern as a tree, with what it becomes.
  private struct Compiled {
    let row: StablePattern
    let script: Script
    let root: NodeID
  }

  /// A spelling that was found.
  struct Match {
    let row: StablePattern
    /// The text that may stand in its place, with the names of the user.
    let replacement: String
    /// The nodes that the pattern itself covers: no other match begins there.
    let covered: Set<NodeID>
  }

  private let patterns: [Node.Kind: [Compiled]]
  private let isBuiltin: [Bool]

  init(symbols: SymbolTable) {
    let builtins = Builtins.bySymbol(symbols)
    isBuiltin = builtins.map { $0 != nil }
    var patterns: [Node.Kind: [Compiled]] = [:]
    for row in StablePattern.all {
      let tree = parse(Source(text: row.pattern), symbols: symbols).tree
      guard let statement = tree.statements.first, tree[statement].kind == .show else { continue }
      let root = NodeID(index: tree[statement].a)
      patterns[tree[root].kind, default: []].append(
        Compiled(row: row, script: Script(tree: tree, serial: 0), root: root))
    }
    self.patterns = patterns
  }

  /// The first pattern that fits a node.
  ///
  /// - Parameter isFree: whether a name has its meaning as a built-in there.
  func match(_ id: NodeID, in script: Script, isFree: @escaping (Symbol) -> Bool) -> Match? {
    guard let candidates = patterns[script[id].kind] else { return nil }
    for candidate in candidates {
      var matching = Matching(
        pattern: candidate.script, subject: script, isBuiltin: isBuiltin, isFree: isFree)
      guard matching.matches(candidate.root, id) else { continue }
      return Match(
        row: candidate.row, replacement: matching.replacement(candidate.row),
        covered: matching.covered)
    }
    return nil
  }
}

/// The attempt to fit one pattern to one node.
private struct Matching {
  let pattern: Script
  let subject: Script
  let isBuiltin: [Bool]
  let isFree: (Symbol) -> Bool
  private(set) var covered: Set<NodeID> = []
  /// What the names of the pattern stand for.
  private var bindings: [String: NodeID] = [:]
  /// The clauses of a comprehension, from its `for` on.
  private var clauses: String?

  init(
    pattern: Script, subject: Script, isBuiltin: [Bool], isFree: @escaping (Symbol) -> Bool
  ) {
    self.pattern = pattern
    self.subject = subject
    self.isBuiltin = isBuiltin
    self.isFree = isFree
  }

  mutating func matches(_ p: NodeID, _ s: NodeID) -> Bool {
    let one = pattern[p]
    let two = subject[s]
    if one.kind == .name {
      let index = Int(one.a)
      guard index < isBuiltin.count, isBuiltin[index] else { return bind(pattern.text(of: p), s) }
      return two.kind == .name && two.a == one.a && isFree(Symbol(index: two.a))
    }
    guard one.kind == two.kind else { return false }
    covered.insert(s)
    switch one.kind {
    case .number: return pattern.number(one.a) == subject.number(two.a)
    case .sign:
      return one.b == two.b && matches(NodeID(index: one.a), NodeID(index: two.a))
    case .sum: return matchesTerms(terms(one, pattern), terms(two, subject))
    case .product: return matchesTerms(terms(one, pattern), terms(two, subject))
    case .power: return matchesInOrder(terms(one, pattern), terms(two, subject))
    case .call: return matchesCall(one, two)
    case .index:
      let left = pattern.list(one.b)
      let right = subject.list(two.b)
      return left.count == right.count && matches(NodeID(index: one.a), NodeID(index: two.a))
        && left.indices.allSatisfy { matches(left.node($0), right.node($0)) }
    case .comprehension:
      guard one.detail == two.detail else { return false }
      clauses = clausesText(two)
      return clauses != nil && matches(NodeID(index: one.a), NodeID(index: two.a))
    default: return false
    }
  }

  private mutating func bind(_ name: String, _ s: NodeID) -> Bool {
    guard let known = bindings[name] else {
      // A number alone has a spelling of its own: log(1 + 2).
      if subject[s].kind == .number, name == "x" { return false }
      bindings[name] = s
      return true
    }
    return unspaced(known) == unspaced(s)
  }

  private func unspaced(_ id: NodeID) -> [UInt8] {
    let range = subject.range(of: id)
    return subject.source.bytes[Int(range.start)..<Int(range.end)].filter { $0 > 0x20 }
  }

  // MARK: Chains

  private struct Term {
    /// The operator before it; of the first one that of its kind.
    let operation: ChainOperator
    let operand: NodeID
  }

  private func terms(_ node: Node, _ script: Script) -> [Term] {
    let list = script.list(node.a)
    let first: ChainOperator =
      node.kind == .sum ? .add : node.kind == .product ? .multiply : .power
    return stride(from: 0, to: list.count, by: 3).map { i in
      Term(
        operation: i == 0 ? first : ChainOperator(rawValue: list[i - 2]) ?? first,
        operand: list.node(i))
    }
  }

  private mutating func matchesInOrder(_ left: [Term], _ right: [Term]) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy {
        $0.operation == $1.operation && matches($0.operand, $1.operand)
      }
  }

  /// Terms and factors may stand in any order.
  private mutating func matchesTerms(_ left: [Term], _ right: [Term]) -> Bool {
    guard left.count == right.count, left.count <= 3 else { return false }
    guard let first = left.first else { return true }
    for index in right.indices where right[index].operation == first.operation {
      let saved = self
      var rest = right
      rest.remove(at: index)
      if matches(first.operand, right[index].operand),
        matchesTerms(Array(left.dropFirst()), rest)
      {
        return true
      }
      self = saved
    }
    return false
  }

  private mutating func matchesCall(_ one: Node, _ two: Node) -> Bool {
    let left = pattern.list(one.b)
    let right = subject.list(two.b)
    guard left.count == right.count, matches(NodeID(index: one.a), NodeID(index: two.a)) else {
      return false
    }
    for i in stride(from: 0, to: left.count, by: 3) {
      guard left[i] == right[i], matches(left.node(i + 2), right.node(i + 2)) else { return false }
    }
    return true
  }

  private func clausesText(_ node: Node) -> String? {
    var start = Int(subject.range(of: NodeID(index: node.a)).end)
    let bytes = subject.source.bytes
    // Behind the element there may be brackets that are no part of its node.
    while start < Int(node.range.end), bytes[start] <= 0x20 || bytes[start] == UInt8(ascii: ")") {
      start += 1
    }
    guard bytes[start...].starts(with: "for".utf8) else { return nil }
    return subject.source.text(
      SourceRange(start: UInt32(start), end: node.range.end - (node.detail == 0 ? 1 : 0)))
  }

  // MARK: Replacement

  /// The replacement with the user's own text.
  func replacement(_ row: StablePattern) -> String {
    let symbols = SymbolTable()
    let source = Source(text: row.replacement)
    let tree = parse(source, symbols: symbols).tree
    var pieces: [(range: SourceRange, text: String)] = []
    for (index, node) in tree.nodes.enumerated() {
      if node.kind == .comprehension, let clauses {
        let start = tree[NodeID(index: node.a)].range.end + 1
        pieces.append((SourceRange(start: start, end: node.range.end), clauses))
      }
      guard node.kind == .name, let id = bindings[source.text(node.range)] else { continue }
      let text = subject.text(of: id)
      let isOperand = tree.nodes[(index + 1)...].contains {
        $0.kind == .sign && $0.a == UInt32(index)
      }
      pieces.append((node.range, isOperand && needsBrackets(id) ? "(\(text))" : text))
    }
    var result = row.replacement
    for piece in pieces.sorted(by: { $0.range.start > $1.range.start }) {
      let start = result.utf8.index(result.startIndex, offsetBy: Int(piece.range.start))
      let end = result.utf8.index(result.startIndex, offsetBy: Int(piece.range.end))
      result.replaceSubrange(start..<end, with: piece.text)
    }
    // A comment in it would swallow the rest.
    if result.contains("#") { return row.replacement }
    return result.split(whereSeparator: \.isNewline).map(\.trimmingSpaces).joined(separator: " ")
  }

  private func needsBrackets(_ id: NodeID) -> Bool {
    switch subject[id].kind {
    case .name, .number, .call, .index, .member, .array, .block, .power: false
    default: true
    }
  }
}
