extension LayoutBuilder {
  /// The whole text.
  mutating func text() throws(FormatFailure) -> Layout {
    let statements = tree.statements
    var index = 0
    while index < statements.count {
      element()
      // What stands on one line stays there where it fits.
      try group { (builder) throws(FormatFailure) in
        while true {
          try builder.statement(statements, &index)
          guard index < statements.count, builder.current.followsSemicolon,
            !builder.current.startsLine
          else { return }
          builder.append(.separator)
        }
      }
      append(.line)
    }
    placeComments()
    return layout
  }

  /// Passes over a statement; `param a = 1, b = 2` is two in the tree.
  private mutating func statement(
    _ statements: [NodeID], _ index: inout Int
  ) throws(FormatFailure) {
    let node = tree[statements[index]]
    switch node.kind {
    case .param, .data, .assignment:
      try group(.asNeeded) { (builder) throws(FormatFailure) in
        if node.kind != .assignment { builder.word() }
        try builder.input(node)
        index += 1
        try builder.indented { (builder) throws(FormatFailure) in
          while builder.isAt(.comma), index < statements.count {
            builder.token()
            builder.append(.line)
            try builder.input(builder.tree[statements[index]])
            index += 1
          }
        }
      }
    default:
      try statement(node)
      index += 1
    }
  }

  private mutating func input(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.b)
    let value = NodeID(index: list[list.startIndex])
    word()
    token()
    try assigned(hugging(value)) { (builder) throws(FormatFailure) in
      try builder.expression(value, .aligned)
    }
    if node.kind == .param, isAt(.in) {
      append(.space)
      word()
      try expression(NodeID(index: list[list.startIndex + 1]))
    }
  }

  /// What may stand in a block: a definition or an assertion.
  mutating func blockStatement(_ id: NodeID) throws(FormatFailure) { try statement(tree[id]) }

  private mutating func statement(_ node: Node) throws(FormatFailure) {
    switch node.kind {
    case .formula, .function: try definition(node)
    case .show: try expression(NodeID(index: node.a))
    case .print: try printing(nodes(node.a))
    case .assert: try assertion(node)
    case .check: try check(node)
    case .table, .plot: try columns(node)
    case .minimize: try minimize(node)
    case .setting: setting(tree.list(at: node.a).count)
    case .importFile:
      word()
      token()
    default: break
    }
  }

  // MARK: - Definitions

  private mutating func definition(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.b)
    let value = NodeID(index: list[list.startIndex])
    word()
    token()
    if node.kind == .function {
      let parameters = triples(node.b, from: 3)
      try brackets(isEmpty: parameters.isEmpty) { (builder) throws(FormatFailure) in
        try builder.list(parameters) { (builder, parameter) throws(FormatFailure) in
          if parameter.2.isNone {
            builder.token()
          } else {
            try builder.binding(parameter.2)
          }
        }
      }
    }
    append(.space)
    token()
    try assigned(hugging(value)) { (builder) throws(FormatFailure) in
      try builder.expression(value, .aligned)
    }
  }

  // MARK: - Actions

  private mutating func printing(_ values: [NodeID]) throws(FormatFailure) {
    word()
    if values.count > 1, isAtUnpackedTuple(values) {
      try brackets { (builder) throws(FormatFailure) in
        try builder.list(values) { (builder, value) throws(FormatFailure) in
          try builder.expression(value)
        }
      }
    } else {
      try group(.asNeeded) { (builder) throws(FormatFailure) in try builder.row(values) }
    }
  }

  /// Values with commas between them and no brackets around, in a group that is open.
  private mutating func row(_ values: [NodeID]) throws(FormatFailure) {
    try indented { (builder) throws(FormatFailure) in
      try builder.list(values) { (builder, value) throws(FormatFailure) in
        try builder.expression(value)
      }
    }
  }

  /// Whether a bracket opens around all the values: `print("a", x)` prints two, and its tuple is not
  /// in the tree.
  private func isAtUnpackedTuple(_ values: [NodeID]) -> Bool {
    guard isAt(.leftParenthesis), let second = values.dropFirst().first else { return false }
    var depth = 0
    for token in tokens[cursor...] {
      if token.range.start >= tree[second].range.start { return depth > 0 }
      if token.kind.closing != nil { depth += 1 }
      if token.kind.isClosingBracket { depth -= 1 }
      if depth == 0 { return false }
    }
    return false
  }

  /// `c`, without a group of its own where it is a chain: its lines end where those of the statement
  /// do.
  private mutating func condition(_ id: NodeID) throws(FormatFailure) {
    let node = tree[id]
    if isChain(id) { try chain(node, .indented) } else { try expression(id) }
  }

  private func isChain(_ id: NodeID) -> Bool {
    let chains: Set<Node.Kind> = [.comparison, .and, .or]
    return chains.contains(tree[id].kind) && current.range.start == tree[id].range.start
  }

  private func breaking(_ condition: NodeID) -> LayoutItem.Breaking {
    isChain(condition) ? breaking(tree[condition]) : .all
  }

  private mutating func assertion(_ node: Node) throws(FormatFailure) {
    let condition = NodeID(index: node.a)
    let list = tree.list(at: node.b)
    let message = NodeID(index: list[list.startIndex])
    word()
    if !message.isNone, isAtUnpackedTuple([condition, message]) {
      return try brackets { (builder) throws(FormatFailure) in
        try builder.list([condition, message]) { (builder, part) throws(FormatFailure) in
          try builder.expression(part)
        }
      }
    }
    try group { (builder) throws(FormatFailure) in
      try builder.group(builder.breaking(condition)) { (builder) throws(FormatFailure) in
        try builder.condition(condition)
        try builder.within(NodeID(index: list[list.startIndex + 1]))
      }
      guard !message.isNone else { return }
      try builder.indented { (builder) throws(FormatFailure) in
        builder.token()
        builder.append(.line)
        try builder.expression(message)
      }
    }
  }

  private mutating func within(_ tolerance: NodeID) throws(FormatFailure) {
    guard !tolerance.isNone else { return }
    append(.space)
    word()
    try expression(tolerance)
  }

  private mutating func check(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.b)
    let draws = stride(from: list.startIndex + 1, to: list.endIndex - 3, by: 4).map {
      NodeID(index: list[$0 + 3])
    }
    word()
    try group(breaking(NodeID(index: node.a))) { (builder) throws(FormatFailure) in
      try builder.condition(NodeID(index: node.a))
      try builder.within(NodeID(index: list[list.startIndex]))
      guard !draws.isEmpty else { return }
      try builder.indented { (builder) throws(FormatFailure) in
        builder.append(.space)
        builder.word()
        try builder.brackets { (builder) throws(FormatFailure) in
          try builder.list(draws) { (builder, draw) throws(FormatFailure) in
            try builder.binding(draw)
          }
        }
      }
    }
  }

  private mutating func columns(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.b)
    let ranges = triples(node.b, from: 2)
    word()
    try group(.asNeeded) { (builder) throws(FormatFailure) in
      try builder.row(builder.nodes(node.a))
      builder.append(.space)
      for range in ranges {
        // `for`, or the comma between two names.
        builder.word()
        builder.word()
        builder.word()
        try builder.expression(range.2)
      }
      guard list[list.startIndex] != .max else { return }
      builder.append(.space)
      builder.word()
      builder.token()
    }
  }

  private mutating func minimize(_ node: Node) throws(FormatFailure) {
    let list = tree.list(at: node.b)
    let nameCount = Int(list[list.startIndex])
    let options = triples(node.b, from: 1 + 2 * nameCount)
    word()
    try expression(NodeID(index: node.a))
    append(.space)
    word()
    for index in 0..<nameCount {
      if index > 0 { word() }
      token()
    }
    guard !options.isEmpty else { return }
    append(.space)
    word()
    try bindings(options)
  }

  /// `:set digits 5`.
  private mutating func setting(_ count: Int) {
    token()
    token()
    for _ in 0..<count {
      append(.space)
      token()
    }
  }
}
