extension LayoutBuilder {
  /// How the lines of an expression after its first are indented.
  enum Continuation {
    /// Further than the first one.
    case indented
    /// As the first one, which begins a line whenever there is another.
    case aligned
  }

  mutating func expression(
    _ id: NodeID, _ continuation: Continuation = .indented
  ) throws(FormatFailure) {
    try checkStack()
    let node = tree[id]
    // Brackets for grouping have no node: what is inside begins after them.
    if isAt(.leftParenthesis), current.range.start < node.range.start {
      try brackets { (builder) throws(FormatFailure) in try builder.expression(id, .aligned) }
      return
    }
    switch node.kind {
    case .sign:
      while isAt(.minus) || isAt(.plus) { token() }
      try expression(NodeID(index: node.a))
    case .not:
      while isAt(.not) { word() }
      try expression(NodeID(index: node.a))
    case .sum, .product, .comparison, .and, .or:
      try group(breaking(node)) { (builder) throws(FormatFailure) in
        try builder.chain(node, continuation)
      }
    case .power: try power(node)
    case .range:
      try child(node.a)
      token()
      try child(node.b)
    case .conditional: try conditional(node, continuation)
    case .lambda: try lambda(node)
    case .call: try call(node)
    case .index:
      try child(node.a)
      let subscripts = nodes(node.b)
      try brackets { (builder) throws(FormatFailure) in try builder.elements(subscripts) }
    case .member:
      try child(node.a)
      // `2.T` would be read as a number.
      if cursor > 0, tokens[cursor - 1].kind == .number { append(.space) }
      token()
      token()
    case .array: try array(node)
    case .tuple:
      let elements = nodes(node.a)
      try brackets { (builder) throws(FormatFailure) in try builder.elements(elements) }
    case .comprehension: try comprehension(node)
    case .block: try block(node)
    case .at: try at(node)
    default: token()
    }
  }

  private mutating func child(_ index: UInt32) throws(FormatFailure) {
    let id = NodeID(index: index)
    if !id.isNone { try expression(id) }
  }

  func nodes(_ list: UInt32) -> [NodeID] { tree.list(at: list).map { NodeID(index: $0) } }

  /// The items of a list in groups of three.
  func triples(_ list: UInt32, from start: Int = 0) -> [(UInt32, UInt32, NodeID)] {
    let items = Array(tree.list(at: list).dropFirst(start))
    return stride(from: 0, to: items.count - 2, by: 3).map {
      (items[$0], items[$0 + 1], NodeID(index: items[$0 + 2]))
    }
  }

  private mutating func elements(_ ids: [NodeID]) throws(FormatFailure) {
    let continuation = ids.count == 1 ? Continuation.aligned : .indented
    func content(_ builder: inout LayoutBuilder) throws(FormatFailure) {
      try builder.list(ids) { (builder, id) throws(FormatFailure) in
        try builder.expression(id, continuation)
      }
    }
    if isFilled(ids) { try group(.asNeeded, content) } else { try content(&self) }
  }

  // MARK: - Operators

  /// Terms and conditions stand below each other; factors and `a <= b <= c` stay together as far as
  /// they fit.
  func breaking(_ node: Node) -> LayoutItem.Breaking {
    node.kind == .comparison || node.kind == .product ? .asNeeded : .all
  }

  /// The operands and operators of a chain, in a group that is open.
  mutating func chain(_ node: Node, _ continuation: Continuation) throws(FormatFailure) {
    let list = tree.list(at: node.a)
    try child(list[list.startIndex])
    if continuation == .indented { append(.indent) }
    for index in stride(from: list.startIndex + 3, to: list.endIndex, by: 3) {
      append(.space)
      token()
      append(.line)
      try child(list[index])
    }
    if continuation == .indented { append(.dedent) }
  }

  private mutating func power(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.a)
    for index in stride(from: list.startIndex, to: list.endIndex, by: 3) {
      if index > list.startIndex { token() }
      try child(list[index])
    }
  }

  // MARK: - Choice and functions

  private mutating func conditional(
    _ node: Node, _ continuation: Continuation
  ) throws(FormatFailure) {
    let parts = nodes(node.a)
    guard let last = parts.last else { return }
    let isBlock = tree[last].kind == .block
    try group { (builder) throws(FormatFailure) in
      for index in stride(from: 0, to: parts.count - 1, by: 2) {
        builder.word()
        // From the second line on.
        if index == 0, continuation == .indented { builder.append(.indent) }
        try builder.group { (builder) throws(FormatFailure) in
          try builder.expression(parts[index])
          builder.append(.line)
          builder.word()
          try builder.expression(parts[index + 1])
        }
        builder.append(.line)
        builder.word()
      }
      if !isBlock { try builder.expression(last) }
      if continuation == .indented { builder.append(.dedent) }
    }
    // A block of several lines at the end does not drive the branches before it apart.
    if isBlock { try expression(last) }
  }

  private mutating func lambda(_ node: Node) throws(FormatFailure) {
    while !isAt(.arrow), !isAt(.end) {
      token()
      if tokens[cursor - 1].kind == .comma { append(.space) }
    }
    append(.space)
    token()
    let body = NodeID(index: node.b)
    try assigned(hugging(body)) { (builder) throws(FormatFailure) in
      try builder.expression(body, .aligned)
    }
  }

  /// Whether a value may begin on the line of its `=`.
  func hugging(_ id: NodeID) -> LayoutItem.Hugging {
    let node = tree[id]
    switch node.kind {
    case .block, .array, .comprehension: return .always
    case .call: return .ifLong
    case .conditional: return nodes(node.a).last.map { tree[$0].kind } == .block ? .always : .never
    case .lambda: return .always
    default: return .never
    }
  }

  // MARK: - Calls

  private mutating func call(_ node: Node) throws(FormatFailure) {
    let arguments = triples(node.b)
    if isAt(.nabla), current.range.start == node.range.start,
      tree[NodeID(index: node.a)].range == current.range
    {
      token()
      for argument in arguments { try expression(argument.2) }
      return
    }
    try child(node.a)
    let only = arguments.count == 1 ? arguments[0] : nil
    let hugs = only.map { $0.0 == Symbol.none.index && isBracket($0.2) } ?? false
    try brackets(isEmpty: arguments.isEmpty, hugsContent: hugs) { (builder) throws(FormatFailure) in
      if arguments.allSatisfy({ $0.0 == Symbol.none.index }) {
        return try builder.elements(arguments.map(\.2))
      }
      try builder.list(arguments) { (builder, argument) throws(FormatFailure) in
        if argument.0 != Symbol.none.index {
          try builder.binding(argument.2)
        } else {
          try builder.expression(argument.2, arguments.count == 1 ? .aligned : .indented)
        }
      }
    }
  }

  /// `k = 2`.
  mutating func binding(_ value: NodeID) throws(FormatFailure) {
    word()
    word()
    try expression(value)
  }

  /// Whether a node is brackets and what is between them.
  private func isBracket(_ id: NodeID) -> Bool {
    switch tree[id].kind {
    case .array, .block: true
    case .comprehension: tree[id].detail == 0
    default: false
    }
  }

  private mutating func at(_ node: Node) throws(FormatFailure) {
    let bindings = triples(node.b)
    try group { (builder) throws(FormatFailure) in
      try builder.child(node.a)
      try builder.indented { (builder) throws(FormatFailure) in
        builder.append(.line)
        builder.word()
        try builder.bindings(bindings)
      }
    }
  }

  /// `(x = 1, s = v)`.
  mutating func bindings(_ bindings: [(UInt32, UInt32, NodeID)]) throws(FormatFailure) {
    try brackets { (builder) throws(FormatFailure) in
      try builder.list(bindings) { (builder, each) throws(FormatFailure) in
        try builder.binding(each.2)
      }
    }
  }

  // MARK: - Arrays and blocks

  private mutating func array(_ node: Node) throws(FormatFailure) {
    let elements = nodes(node.a)
    let hugs = elements.count == 1 && isBracket(elements[0])
    try brackets(isEmpty: elements.isEmpty, hugsContent: hugs) { (builder) throws(FormatFailure) in
      try builder.elements(elements)
    }
  }

  /// Whether as many elements stand on a line as fit: numbers, and many of what is short.
  private func isFilled(_ elements: [NodeID]) -> Bool {
    if elements.count > 1, elements.allSatisfy(isNumber) { return true }
    let short: Set<Node.Kind> = [.number, .text, .name, .truth]
    return elements.count > 8
      && elements.allSatisfy { short.contains(tree[$0].kind) || isNumber($0) }
  }

  private func isNumber(_ id: NodeID) -> Bool {
    let node = tree[id]
    return node.kind == .number
      || node.kind == .sign && tree[NodeID(index: node.a)].kind == .number
  }

  private mutating func comprehension(_ node: Node) throws(FormatFailure) {
    guard node.detail == 0 else { return try clauses(node) }
    try brackets { (builder) throws(FormatFailure) in try builder.clauses(node) }
  }

  /// `e for i in r if c`, in a group that is open.
  private mutating func clauses(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.b)
    let filter = list[list.startIndex]
    try child(node.a)
    append(.line)
    try group(.asNeeded) { (builder) throws(FormatFailure) in
      builder.word()
      try builder.indented { (builder) throws(FormatFailure) in
        let clauses = builder.triples(node.b, from: 1)
        for (index, clause) in clauses.enumerated() {
          // A comma after the last clause belongs to the call.
          if index > 0 {
            builder.token()
            builder.append(.line)
          }
          builder.token()
          if builder.isAt(.comma) {
            builder.word()
            builder.token()
          }
          builder.append(.space)
          builder.word()
          try builder.expression(clause.2)
        }
        if filter != NodeID.none.index {
          builder.append(.line)
          builder.word()
          try builder.child(filter)
        }
      }
    }
  }

  private mutating func block(_ node: Node) throws(FormatFailure) {
    let parts = nodes(node.a)
    try brackets(padding: .line) { (builder) throws(FormatFailure) in
      for (index, part) in parts.enumerated() {
        if index > 0 { builder.append(.separator) }
        builder.element()
        if index < parts.count - 1 {
          try builder.blockStatement(part)
        } else {
          try builder.expression(part)
        }
      }
    }
  }
}
