/// Ends the formatting of a text that is nested too deeply for the stack of its thread.
struct FormatFailure: Error {
  var offset: UInt32
}

/// Turns a text into a layout: the tokens one by one, grouped as the tree says.
///
/// Tokens are only passed over, never made or dropped, but for line ends and `;`. What the layout says
/// is therefore what the text said, whatever the builder makes of the tree.
struct LayoutBuilder {
  let tree: SyntaxTree
  let tokens: [FormatToken]
  private(set) var layout = Layout()
  /// The next token.
  private(set) var cursor = 0
  /// The groups and assignments that are not closed.
  private var openItems: [Int] = []
  /// The comment after the token that was passed over last.
  ///
  /// It waits, so that a comment after the last token of a group is not in the group and does not
  /// break it.
  private var waitingComment: FormatComment?
  /// The tokens before it have had their comments.
  private var commentedEnd = 0
  /// Whether an empty line above the next token is kept.
  private var isAtElement = false
  private let stack = StackGuard()

  init(tree: SyntaxTree, tokens: [FormatToken]) {
    self.tree = tree
    self.tokens = tokens
  }

  /// The next token; the end of the text after the last.
  var current: FormatToken { tokens[min(cursor, tokens.count - 1)] }

  func isAt(_ kind: TokenKind) -> Bool { current.kind == kind }

  // MARK: - Items

  mutating func append(_ item: LayoutItem) {
    switch item {
    case .close, .assigned, .dedent: break
    default: placeWaitingComment()
    }
    layout.items.append(item)
    layout.ends.append(0)
    layout.mustBreak.append(false)
  }

  /// Passes over the next token, with its comments.
  mutating func token() {
    guard cursor < tokens.count else { return }
    placeComments()
    let token = tokens[cursor]
    append(
      .text(
        token.range, width: width(of: token.range),
        isBelowBlankLine: isAtElement && token.isBelowBlankLine))
    isAtElement = false
    waitingComment = token.trailing
    cursor += 1
  }

  /// Passes over the next token and ends the word with a space.
  mutating func word() {
    token()
    append(.space)
  }

  /// Begins an element or a statement: comments and an empty line above it stay there.
  mutating func element() {
    placeComments()
    isAtElement = true
  }

  /// The comments above the next token.
  mutating func placeComments() {
    guard cursor < tokens.count, commentedEnd <= cursor else { return }
    commentedEnd = cursor + 1
    for comment in tokens[cursor].leading {
      breakOpenGroups()
      append(.comment(comment))
    }
  }

  private mutating func placeWaitingComment() {
    guard let comment = waitingComment else { return }
    waitingComment = nil
    breakOpenGroups()
    append(.trailingComment(comment))
  }

  // MARK: - Groups

  mutating func group(
    _ breaking: LayoutItem.Breaking = .all,
    _ body: (inout LayoutBuilder) throws(FormatFailure) -> Void
  ) throws(FormatFailure) {
    // What stands above the group is not in it.
    placeComments()
    open(.open(breaking))
    try body(&self)
    close(.close)
  }

  mutating func indented(
    _ body: (inout LayoutBuilder) throws(FormatFailure) -> Void
  ) throws(FormatFailure) {
    append(.indent)
    try body(&self)
    append(.dedent)
  }

  /// What follows an `=` or `->` that was passed over.
  mutating func assigned(
    _ hugging: LayoutItem.Hugging, _ body: (inout LayoutBuilder) throws(FormatFailure) -> Void
  ) throws(FormatFailure) {
    open(.assign(hugging))
    try body(&self)
    close(.assigned)
  }

  /// Ends lines in all groups that are open.
  mutating func breakOpenGroups() {
    for index in openItems.reversed() {
      // Those around one that was broken before were broken with it.
      if layout.mustBreak[index] { return }
      layout.mustBreak[index] = true
    }
  }

  private mutating func open(_ item: LayoutItem) {
    append(item)
    openItems.append(layout.items.count - 1)
  }

  private mutating func close(_ item: LayoutItem) {
    append(item)
    if let start = openItems.popLast() { layout.ends[start] = layout.items.count - 1 }
  }

  // MARK: - Brackets

  /// Passes over brackets and what is between them.
  ///
  /// A bracket after which the text goes on in a new line keeps that line end, and with it all others
  /// between its elements: a matrix stays a matrix.
  mutating func brackets(
    isEmpty: Bool = false, hugsContent: Bool = false, padding: LayoutItem = .softLine,
    _ content: (inout LayoutBuilder) throws(FormatFailure) -> Void
  ) throws(FormatFailure) {
    try group { (builder) throws(FormatFailure) in
      builder.token()
      if isEmpty {
        builder.append(.softLine)
        builder.token()
        return
      }
      let isOnNewLine = builder.current.startsLine
      if isOnNewLine { builder.breakOpenGroups() }
      if hugsContent, !isOnNewLine {
        try content(&builder)
      } else {
        try builder.indented { (builder) throws(FormatFailure) in
          builder.append(padding)
          try content(&builder)
          // Comments above the closing bracket belong to what is inside.
          builder.placeComments()
        }
        builder.append(padding)
      }
      builder.token()
    }
  }

  /// Elements with commas between them, and after the last one where the text has that.
  mutating func list<Elements: Collection>(
    _ elements: Elements,
    _ body: (inout LayoutBuilder, Elements.Element) throws(FormatFailure) -> Void
  ) throws(FormatFailure) {
    var left = elements.count
    for each in elements {
      element()
      try body(&self, each)
      left -= 1
      if isAt(.comma) {
        token()
        if left > 0 { append(.line) }
      }
    }
  }

  // MARK: - Helpers

  func checkStack() throws(FormatFailure) {
    if stack.isExhausted { throw FormatFailure(offset: current.range.start) }
  }

  private func width(of range: SourceRange) -> Int {
    let bytes = tree.source.bytes[Int(range.start)..<Int(range.end)]
    return bytes.allSatisfy { $0 < 0x80 } ? bytes.count : tree.source.text(range).displayWidth
  }
}
