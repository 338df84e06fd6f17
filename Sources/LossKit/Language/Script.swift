import Synchronization

/// A parsed text, kept as long as anything defined in it can be evaluated.
final class Script: @unchecked Sendable {  // Immutable.
  let tree: SyntaxTree
  /// What `import` and `csv` in it are relative to: a folder with its final `/`, or nothing.
  let folder: String
  /// The number of the text in its session, which `randn` without a seed mixes in.
  let serial: UInt64
  private let user: NamesUser?
  /// Unique in the process, as an address is not: that of a text which is gone is soon another's.
  let identity = Script.made.wrappingAdd(1, ordering: .relaxed).newValue
  private static let made = Atomic<UInt64>(0)
  private let nodes: UnsafeMutablePointer<Node>
  private let nodeCount: Int
  private let lists: UnsafeMutablePointer<UInt32>
  private let listWords: Int
  private let numbers: UnsafeMutablePointer<Double>

  /// What its text and tree take of the session's elements.
  private let room: DrawnElements?

  /// - Parameter user: kept as long as the text: it uses the names of a session.
  init(tree: SyntaxTree, serial: UInt64, user: NamesUser? = nil, room: DrawnElements? = nil) {
    self.serial = serial
    self.user = user
    self.room = room
    // Arrays read through a class cost a retain and a check of exclusivity each time: the
    // interpreter reads through pointers, which this class owns. Bounds are checked in debug only.
    nodes = .allocate(capacity: max(tree.nodes.count, 1))
    nodes.initialize(from: tree.nodes, count: tree.nodes.count)
    nodeCount = tree.nodes.count
    lists = .allocate(capacity: max(tree.lists.count, 1))
    lists.initialize(from: tree.lists, count: tree.lists.count)
    listWords = tree.lists.count
    numbers = .allocate(capacity: max(tree.numbers.count, 1))
    numbers.initialize(from: tree.numbers, count: tree.numbers.count)
    var tree = tree
    tree.nodes = []
    tree.lists = []
    tree.numbers = []
    self.tree = tree
    let name = tree.source.name ?? ""
    folder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
  }

  deinit {
    nodes.deallocate()
    lists.deallocate()
    numbers.deallocate()
  }

  var source: Source { tree.source }

  @inline(__always)
  subscript(id: NodeID) -> Node {
    assert(Int(id.index) < nodeCount, "there is no such node")
    return nodes[Int(id.index)]
  }

  @inline(__always)
  func number(_ index: UInt32) -> Double { numbers[Int(index)] }

  /// The list that starts at an offset.
  @inline(__always)
  func list(_ offset: UInt32) -> List {
    assert(Int(offset) < listWords, "the node has no list")
    return List(start: lists + Int(offset) + 1, count: Int(lists[Int(offset)]))
  }

  func range(of id: NodeID) -> SourceRange { self[id].range }
  func text(of id: NodeID) -> String { source.text(self[id].range) }

  /// A node's text as a label: its lines joined, without their comments.
  func label(of id: NodeID) -> String { label(of: self[id].range) }

  func label(of range: SourceRange) -> String {
    let text = source.text(range)
    guard text.utf8.contains(0x0A) else { return text }
    var bytes = Array(text.utf8)
    for span in SyntaxHighlighter().spans(of: text).reversed()
    where span.role == .comment || span.role == .documentation {
      bytes.removeSubrange(span.range)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    return lines.dropFirst().reduce(lines.first ?? "") { label, line in
      let isTight = label.hasSuffix("(") || label.hasSuffix("[") || ")]".contains(line.prefix(1))
      return label + (isTight ? "" : " ") + line
    }
  }

  /// The words of a list; valid while the script lives.
  struct List: RandomAccessCollection {
    let start: UnsafePointer<UInt32>
    let count: Int
    var startIndex: Int { 0 }
    var endIndex: Int { count }
    @inline(__always)
    subscript(position: Int) -> UInt32 {
      assert(position >= 0 && position < count, "the list has no such item")
      return start[position]
    }

    @inline(__always)
    func node(_ position: Int) -> NodeID { NodeID(index: self[position]) }
    @inline(__always)
    func symbol(_ position: Int) -> Symbol { Symbol(index: self[position]) }
  }
}

extension Script {
  /// Calls `body` with each child of a node, in the order of the text.
  func forEachChild(of id: NodeID, _ body: (NodeID) throws -> Void) rethrows {
    func visit(_ index: UInt32) throws {
      let child = NodeID(index: index)
      if !child.isNone { try body(child) }
    }
    func visit(_ list: List, from start: Int, stride step: Int) throws {
      var i = start
      while i < list.count {
        try visit(list[i])
        i += step
      }
    }
    let node = self[id]
    switch node.kind {
    case .number, .truth, .text, .name, .importFile, .setting, .invalid: break
    case .sign, .not, .member, .show: try visit(node.a)
    case .sum, .product, .comparison, .and, .or, .power:
      try visit(list(node.a), from: 0, stride: 3)
    case .range:
      try visit(node.a)
      try visit(node.b)
    case .conditional, .array, .tuple, .block, .print:
      try visit(list(node.a), from: 0, stride: 1)
    case .lambda: try visit(node.b)
    case .call:
      try visit(node.a)
      try visit(list(node.b), from: 2, stride: 3)
    case .index:
      try visit(node.a)
      try visit(list(node.b), from: 0, stride: 1)
    case .comprehension:
      let list = list(node.b)
      try visit(list, from: 3, stride: 3)
      try visit(list[0])
      try visit(node.a)
    case .at:
      try visit(node.a)
      try visit(list(node.b), from: 2, stride: 3)
    case .param:
      let list = list(node.b)
      try visit(list[0])
      try visit(list[1])
    case .data, .assignment, .formula: try visit(list(node.b)[0])
    case .function:
      let list = list(node.b)
      try visit(list, from: 5, stride: 3)
      try visit(list[0])
    case .assert:
      try visit(node.a)
      try visit(list(node.b), from: 0, stride: 1)
    case .check:
      let list = list(node.b)
      try visit(list, from: 4, stride: 4)
      try visit(node.a)
      try visit(list[0])
    case .table, .plot:
      try visit(list(node.b), from: 4, stride: 3)
      try visit(list(node.a), from: 0, stride: 1)
    case .minimize:
      let list = list(node.b)
      try visit(node.a)
      try visit(list, from: 1 + 2 * Int(list[0]) + 2, stride: 3)
    }
  }
}
