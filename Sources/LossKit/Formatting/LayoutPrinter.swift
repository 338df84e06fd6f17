/// Decides where lines end, and writes them.
struct LayoutPrinter {
  /// A line as it is written: its comment is placed when its neighbours are known.
  struct Line {
    var text: [UInt8] = []
    /// The columns of `text`.
    var width = 0
    var comment: FormatComment?
  }

  private enum Mode { case flat, broken, asNeeded }

  private let layout: Layout
  private let source: Source
  private let limit: Int
  /// The columns of all items before each one, on a line without an end.
  private var flatStart: [Int]

  private(set) var lines: [Line] = []
  private var line = Line()
  private var modes: [Mode] = [.broken]
  private var indentation = 0
  /// Of each assignment that is open whether it is indented.
  private var assignments: [Bool] = []
  /// Whether a comment was written, after which a line must end.
  private var isAfterComment = false
  private var isAfterOpening = true

  init(_ layout: Layout, source: Source, limit: Int) {
    self.layout = layout
    self.source = source
    self.limit = limit
    flatStart = []
    flatStart.reserveCapacity(layout.items.count + 1)
    var width = 0
    for item in layout.items {
      flatStart.append(width)
      width += item.flatWidth
    }
    flatStart.append(width)
  }

  /// The lines of the layout.
  mutating func print() -> [Line] {
    for index in layout.items.indices { print(layout.items[index], at: index) }
    if !line.text.isEmpty || line.comment != nil { endLine() }
    return lines
  }

  private mutating func print(_ item: LayoutItem, at index: Int) {
    switch item {
    case .text(let range, let width, let isBelowBlankLine):
      if isAfterComment { endLine() }
      if isBelowBlankLine, line.text.isEmpty { blankLine() }
      indent()
      line.text += source.bytes[Int(range.start)..<Int(range.end)]
      line.width += width
      isAfterOpening =
        width == 1 && [0x28, 0x5B, 0x7B].contains(source.bytes[Int(range.start)])
    case .space:
      if !isAfterComment, !line.text.isEmpty { write(" ") }
    case .softLine: place(index, flat: "")
    case .line: place(index, flat: " ")
    case .separator: place(index, flat: "; ")
    case .assign(let hugging): assign(hugging, at: index)
    case .assigned:
      if assignments.popLast() == true { indentation -= 2 }
    case .open(let breaking): modes.append(mode(of: breaking, at: index))
    case .close: modes.removeLast()
    case .indent: indentation += 2
    case .dedent: indentation -= 2
    case .comment(let comment): write(comment)
    case .trailingComment(let comment):
      line.comment = comment
      isAfterComment = true
    }
  }

  // MARK: - Lines

  private mutating func write(_ text: StaticString) {
    text.withUTF8Buffer { line.text += $0 }
    line.width += text.utf8CodeUnitCount
  }

  private mutating func indent() {
    guard line.text.isEmpty else { return }
    line.text = Array(repeating: 0x20, count: indentation)
    line.width = indentation
  }

  private mutating func endLine() {
    isAfterComment = false
    while line.text.last == 0x20 {
      line.text.removeLast()
      line.width -= 1
    }
    // Two places in a row, or one after a comment, end one line.
    guard !line.text.isEmpty || line.comment != nil else { return }
    lines.append(line)
    line = Line()
  }

  /// Leaves a line empty, if there is not one already and something is above it.
  private mutating func blankLine() {
    guard !isAfterOpening, let last = lines.last, !last.text.isEmpty || last.comment != nil else {
      return
    }
    lines.append(Line())
  }

  private mutating func write(_ comment: FormatComment) {
    endLine()
    if comment.continuesComment {
      line.comment = comment
    } else {
      if comment.isBelowBlankLine { blankLine() }
      indent()
      line.text += source.bytes[Int(comment.range.start)..<Int(comment.range.end)]
      isAfterOpening = false
    }
    isAfterComment = true
  }

  // MARK: - Places

  private mutating func place(_ index: Int, flat: StaticString) {
    switch modes.last ?? .broken {
    case .flat: write(flat)
    case .broken: endLine()
    case .asNeeded:
      if !isAfterComment, let end = endOfSegment(after: index), fits(from: index, to: end) {
        write(flat)
      } else {
        endLine()
      }
    }
  }

  private mutating func assign(_ hugging: LayoutItem.Hugging, at index: Int) {
    let end = layout.ends[index]
    var breaks = isAfterComment
    if !breaks, modes.last != .flat, layout.mustBreak[index] || !fits(from: index, to: end) {
      switch hugging {
      case .always: break
      case .never: breaks = true
      case .ifLong:
        breaks =
          !layout.mustBreak[index]
          && indentation + 2 + width(from: index + 1, to: end) <= limit
      }
    }
    assignments.append(breaks)
    if breaks {
      indentation += 2
      endLine()
    } else {
      write(" ")
    }
  }

  private func mode(of breaking: LayoutItem.Breaking, at index: Int) -> Mode {
    if modes.last == .flat { return .flat }
    if !layout.mustBreak[index], fits(from: index, to: layout.ends[index]) { return .flat }
    return breaking == .all ? .broken : .asNeeded
  }

  // MARK: - Widths

  /// Whether the items up to `end` fit on the line, and after them what no line end parts from them.
  private func fits(from start: Int, to end: Int) -> Bool {
    let column = line.text.isEmpty ? indentation : line.width
    return column + width(from: start, to: end) <= limit
  }

  private func width(from start: Int, to end: Int) -> Int {
    var next = end
    let first = flatStart[start]
    while next < layout.items.count, !layout.items[next].isPlace {
      if case .trailingComment = layout.items[next] { break }
      if case .comment = layout.items[next] { break }
      if flatStart[next] - first > limit { break }
      next += 1
    }
    return flatStart[next] - first
  }

  /// The end of what follows a place: the next place of the same group, or the group's end; `nil`
  /// where a line must end before.
  private func endOfSegment(after place: Int) -> Int? {
    var index = place + 1
    while index < layout.items.count {
      switch layout.items[index] {
      case .open, .assign:
        if layout.mustBreak[index] { return nil }
        index = layout.ends[index] + 1
      case .close, .softLine, .line, .separator, .comment, .trailingComment: return index
      default: index += 1
      }
    }
    return index
  }
}
