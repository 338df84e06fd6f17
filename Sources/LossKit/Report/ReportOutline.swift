/// The parts of a text for a document: its statements and what stands between them.
struct ReportOutline {
  enum Part {
    case heading(ReportComment.Heading)
    case prose(String)
    /// A statement with its nodes: `param a = 1, b = 2` has two.
    case statement(Report.Statement, [NodeID])
  }

  var parts: [Part] = []
  private let tree: SyntaxTree
  private let symbols: SymbolTable
  /// The first line of the text if it reads as a title: the first of its comments, alone above an
  /// empty line.
  private var titleLine: String?

  private var bytes: [UInt8] { tree.source.bytes }

  init(tree: SyntaxTree, symbols: SymbolTable) {
    self.tree = tree
    self.symbols = symbols
    let mark = tree.source.bytes.starts(with: Lexer.byteOrderMark) ? Lexer.byteOrderMark.count : 0
    var end = mark
    if bytes[end...].starts(with: "#!".utf8) { end = lineEnd(from: end) }
    for group in groups() {
      let start = Int(tree[group[0]].range.start)
      let gap = ReportGap(bytes, from: end, to: start)
      let documentation = documentation(of: group[0])
      append(gap, isFirst: parts.isEmpty, hasDocumentation: documentation != nil)
      let code = code(of: group)
      end = code.upperBound
      appendStatement(group, code: code, documentation: documentation, gap)
    }
    append(
      ReportGap(bytes, from: end, to: bytes.count), isFirst: parts.isEmpty, hasDocumentation: false)
  }

  // MARK: Statements

  /// The statements, those together that one `param`, `data` or assignment makes.
  private func groups() -> [[NodeID]] {
    var groups: [[NodeID]] = []
    for statement in tree.statements {
      if let last = groups.last?.last, tree[last].kind == tree[statement].kind,
        follows(tree[statement].range.start, commaAfter: tree[last].range.end)
      {
        groups[groups.count - 1].append(statement)
      } else {
        groups.append([statement])
      }
    }
    return groups
  }

  private func follows(_ start: UInt32, commaAfter end: UInt32) -> Bool {
    var position = Int(end)
    while position < Int(start), bytes[position] == 0x20 || bytes[position] == 0x09 {
      position += 1
    }
    return position < Int(start) && bytes[position] == UInt8(ascii: ",")
  }

  /// The text of a statement, with the comment behind it where it is the last of its line.
  private func code(of group: [NodeID]) -> Range<Int> {
    let start = Int(tree[group[0]].range.start)
    let end = max(start, Int(tree[group[group.count - 1]].range.end))
    var next = end
    while next < bytes.count, [0x20, 0x09, 0x0D, UInt8(ascii: ";")].contains(bytes[next]) {
      next += 1
    }
    guard next < bytes.count, bytes[next] == UInt8(ascii: "#") else { return start..<end }
    return start..<lineEnd(from: next)
  }

  private func lineEnd(from position: Int) -> Int {
    var end = position
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    return end
  }

  private func documentation(of statement: NodeID) -> String? {
    let node = tree[statement]
    guard node.kind == .formula || node.kind == .function else { return nil }
    let index = tree.list(at: node.b).dropFirst(2).first ?? .max
    return index == .max ? nil : tree.texts[Int(index)]
  }

  private mutating func appendStatement(
    _ group: [NodeID], code: Range<Int>, documentation: String?, _ gap: ReportGap
  ) {
    if let heading = heading(of: group[0]) {
      parts.append(.heading(heading))
      return
    }
    let statement = Report.Statement(
      kind: kind(of: group[0]),
      code: ReportGap.dedented(String(decoding: bytes[code], as: UTF8.self), by: column(code)),
      documentation: documentation, isApart: gap.endsBlank)
    parts.append(.statement(statement, group))
  }

  /// The spaces before a statement's first line, which its other lines need not keep.
  private func column(_ code: Range<Int>) -> Int {
    var start = code.lowerBound
    while start > 0, bytes[start - 1] == 0x20 { start -= 1 }
    return code.lowerBound - start
  }

  private func kind(of statement: NodeID) -> Report.Statement.Kind {
    switch tree[statement].kind {
    case .param, .data, .assignment, .formula, .function, .importFile, .setting: .definition
    case .print: .print
    case .assert, .check: .claim
    default: .other
    }
  }

  /// `print "2. The margin"` reads as a heading in what a script shows, and is one here.
  private func heading(of statement: NodeID) -> ReportComment.Heading? {
    let node = tree[statement]
    guard node.kind == .print else { return nil }
    let items = tree.list(at: node.a)
    guard items.count == 1, let item = items.first,
      case let literal = tree[NodeID(index: item)], literal.kind == .text
    else { return nil }
    return ReportComment.numberedHeading(tree.texts[Int(literal.a)])
  }

  // MARK: What stands between

  private mutating func append(_ gap: ReportGap, isFirst: Bool, hasDocumentation: Bool) {
    var lines = gap.lines
    if hasDocumentation { while lines.last?.isDocumentation == true { lines.removeLast() } }
    if isFirst, titleLine == nil, let title = ReportComment.title(of: lines) {
      titleLine = title.text
      lines.removeSubrange(title.lines)
    }
    for part in ReportComment.parts(of: lines) {
      switch part {
      case .heading(let heading): parts.append(.heading(heading))
      case .prose(let markdown): parts.append(.prose(markdown))
      case .code(let code):
        // What lies beyond the last error that the parser looks for.
        parts.append(
          .statement(
            Report.Statement(kind: .other, code: code, documentation: nil, isApart: true), []))
      }
    }
  }

  // MARK: The document

  /// Puts a syntax error with the last statement that begins before it.
  mutating func place(_ error: LossError) {
    let offset = error.range?.start ?? 0
    let index =
      parts.lastIndex {
        if case .statement(_, let nodes) = $0, let first = nodes.first {
          return tree[first].range.start <= offset
        }
        return false
      }
      ?? parts.firstIndex { if case .statement = $0 { true } else { false } }
    let reported = Report.ReportedError(error, in: tree.source)
    guard let index, case .statement(var statement, let nodes) = parts[index] else {
      var statement = Report.Statement(kind: .other, code: "", documentation: nil, isApart: true)
      statement.outcome = .failed
      statement.errors = [reported]
      parts.append(.statement(statement, []))
      return
    }
    statement.outcome = .failed
    statement.errors.append(reported)
    parts[index] = .statement(statement, nodes)
  }

  /// The document, once the statements have run.
  func report(title: String?, errors: [LossError]) -> Report {
    var parts = parts[...]
    var own = titleLine
    // A heading above everything is the title.
    if own == nil, case .heading(let first)? = parts.first, first.origin == .markdown {
      own = first.text
      parts.removeFirst()
    }
    let fileName = tree.source.name.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let stem = fileName.map { $0.hasSuffix(".loss") ? String($0.dropLast(5)) : $0 }
    let plain = title ?? (own == nil ? stem ?? "Report" : nil)
    var report = Report(
      title: plain ?? own ?? "", titleMarkdown: plain.map(ReportComment.escaped) ?? own ?? "",
      errors: errors)
    // The highest of the other headings comes right below the title.
    let levels = parts.compactMap { part in
      if case .heading(let heading) = part, heading.origin == .markdown {
        heading.level
      } else {
        nil
      }
    }
    let shift = 2 - (levels.min() ?? 2)
    // Gathered first: an array in a case of an enum would be copied for each that is added.
    var statements: [Report.Statement] = []
    func add(_ block: Report.Block?) {
      if !statements.isEmpty { report.blocks.append(.statements(statements)) }
      statements = []
      if let block { report.blocks.append(block) }
    }
    for part in parts {
      switch part {
      case .heading(let heading):
        let level = heading.origin == .markdown ? heading.level + shift : heading.level
        add(.heading(level: min(max(level, 2), 6), markdown: heading.text))
      case .prose(let markdown): add(.prose(markdown: markdown))
      case .statement(let statement, _): statements.append(statement)
      }
    }
    add(nil)
    return report
  }
}

extension Report.ReportedError {
  /// An error of a script or of a file that it imports.
  init(_ error: LossError, in source: Source) {
    self.init(error: error, file: error.source.name == source.name ? nil : error.source.name)
  }
}
