/// The syntax tree of one text.
///
/// All nodes lie in one array and refer to each other by index. An `indirect enum` would be more
/// convenient, but a deep one overflows the stack when it is released, and 50 MB of text would
/// become tens of millions of objects. Sums, products, powers, comparisons and `else if` ladders
/// are chains (one node with a list of operands), not towers, so that a sum of a million terms is
/// one level deep.
struct SyntaxTree: Sendable {
  let source: Source

  /// Expressions and statements, children before parents.
  var nodes: [Node] = []

  /// The lists that nodes refer to; see `NodeList`.
  var lists: [UInt32] = []

  /// The values of number literals.
  var numbers: [Double] = []

  /// The contents of text literals and of `##` documentation, escapes resolved.
  var texts: [String] = []

  /// The statements in the order of the text.
  var statements: [NodeID] = []
}

extension SyntaxTree {
  /// About how many bytes the tree and its text take.
  var byteCount: Int {
    source.bytes.count + nodes.count * MemoryLayout<Node>.stride
      + lists.count * MemoryLayout<UInt32>.stride + numbers.count * MemoryLayout<Double>.stride
      + texts.reduce(0) { $0 + MemoryLayout<String>.stride + $1.utf8.count }
      + statements.count * MemoryLayout<NodeID>.stride
  }

  /// The most bytes of tree that a byte of text becomes while it is parsed: a node for every second
  /// byte and a list of as many words, which double when they grow and are copied once.
  static let bytesPerSourceByte = 24
}

/// The index of a node in its tree.
struct NodeID: Hashable, Sendable {
  var index: UInt32

  /// Stands where a child is absent: an open end of a slice, an assertion without a message.
  static let none = NodeID(index: .max)
  var isNone: Bool { index == .max }
}

/// One node: its kind, its place in the text and two words of content that depend on the kind.
struct Node: Sendable {
  var kind: Kind
  /// What `kind` says: a `ChainOperator`, whether a range is closed, whether a comprehension is bare.
  var detail: UInt8 = 0
  var range: SourceRange
  var a: UInt32 = 0
  var b: UInt32 = 0

  /// What a node is.
  ///
  /// `a` and `b` are its two words; "list at `a`" is the offset of the list in `SyntaxTree.lists`,
  /// "child" is a node's index, "symbol" a `Symbol`'s.
  enum Kind: UInt8, Sendable {
    // MARK: Expressions

    /// A number literal: `a` is the index in `numbers`.
    case number
    /// `true` or `false`: `a` is 1 or 0.
    case truth
    /// A text literal: `a` is the index in `texts`.
    case text
    /// A name: `a` is its symbol. (`pi`, `inf` and `nan` are names of built-in constants.)
    case name
    /// A run of signs before an operand: `a` the operand, `b` the number of minus signs in the run
    /// (0 where all are `+`). `- - -x` is one node, so that 200,000 of them are one level deep.
    case sign
    /// A run of `not`: `a` the operand, `b` how many.
    case not
    /// A chain of `+ -`, of `* / % @`, of comparisons, of `and`, of `or` or of `^` (right to left):
    /// list at `a` is first operand, then for each further one: operator (`ChainOperator`), offset
    /// of the operator in the text, operand. `detail` is 1 in a chain all of whose operators agree.
    case sum, product, comparison, and, or, power
    /// A range: `a` lower end, `b` upper end (`NodeID.none` where left out, only inside an index);
    /// `detail` 1 for `...` (closed), 0 for `..<`. Both ends left out, `...`, takes a whole axis.
    case range
    /// `if c then a else if d then b else e`: list at `a` is c, a, d, b, …, e (an odd number).
    case conditional
    /// `(x, y) -> e`: list at `a` is the parameters' symbols, each followed by its offset in the
    /// text; `b` the body.
    case lambda
    /// `f(x, k = 2)`: `a` the callee, list at `b` is for each argument: label's symbol or
    /// `Symbol.none`, label's offset (without a label the value's), value. `∇f` is a call of the
    /// name `grad` placed at the `∇`.
    case call
    /// `v[i, ...]`: `a` the base, list at `b` the subscripts.
    case index
    /// `r.field`, `M.T`: `a` the base, `b` the field's symbol.
    case member
    /// `[a, b]`: list at `a` the elements.
    case array
    /// `(w, b)`, at least two elements, meaningful only where a built-in takes several names: list
    /// at `a` the elements.
    case tuple
    /// `[e for i, v in r, w in q if c]`: `a` the element; list at `b` is the filter (or
    /// `NodeID.none`), then for each clause: symbol of the index or `Symbol.none`, symbol of the
    /// element or `Symbol.none` (for `_`), the iterated expression. `detail` is 1 for one without
    /// brackets, the only positional argument of an aggregate.
    case comprehension
    /// `{ let m = e; let f(a) = e; assert c; e }`: list at `a` is `let` nodes (`formula`, `function`)
    /// and `assert` nodes, then the value.
    case block
    /// `e at (x = 1, s = v)`: `a` the expression, list at `b` is for each binding: symbol, offset of
    /// the name, value.
    case at

    // MARK: Statements

    /// `param x = e in l...u`: `a` symbol; list at `b` is value, interval (`range` node or none),
    /// offset of the name. `param a = 1, b = 2` is two statements.
    case param
    /// `data y = e`: `a` symbol; list at `b` is value, offset of the name.
    case data
    /// `x = e`: `a` symbol; list at `b` is value, offset of the name.
    case assignment
    /// `let a = e`: `a` symbol; list at `b` is value, offset of the name, documentation (index in
    /// `texts`, or `UInt32.max`).
    case formula
    /// `let f(a, b = 2) = e`: `a` symbol; list at `b` is body, offset of the name, documentation,
    /// then for each parameter: symbol, offset, default value or `NodeID.none`.
    case function
    /// An expression as a statement: `a` the expression.
    case show
    /// `print e, …`: list at `a` the values.
    case print
    /// `assert c, "why"`, `assert a ~= b within t`: `a` the condition; list at `b` is message or
    /// none, tolerance or none.
    case assert
    /// `check c within t over (s = e, k in r)`: `a` the condition; list at `b` is tolerance or none,
    /// then for each name: symbol, offset, 0 for `=` or 1 for `in`, expression.
    case check
    /// `import "file"`, `import losses`: `a` the index in `texts` of the path, or `UInt32.max`;
    /// `b` the symbol of a library's name.
    case importFile
    /// `table e1, e2 for k in r`, and `plot … for x in a...b [, y in c...d] [to "file"]`: list at `a`
    /// the columns; list at `b` is target (a text's index or `UInt32.max`), its offset, then for each
    /// name: symbol, offset, range.
    case table, plot
    /// `minimize e over w, v with (steps = 100)`: `a` the loss; list at `b` is the count of names,
    /// then symbol and offset of each, then for each option: symbol, offset, value.
    case minimize
    /// `:set digits 5` in a script: list at `a` is the words after `set` (indices in `texts`).
    case setting
    /// A statement with a syntax error, already reported.
    case invalid
  }
}

/// An operator within a chain.
enum ChainOperator: UInt32, Sendable, CaseIterable {
  case add, subtract
  case multiply, divide, remainder, matrixProduct
  /// `·`: multiplies numbers, an error between arrays.
  case dot
  case power
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, approximatelyEqual
  case and, or
}

/// A view of one list in `SyntaxTree.lists`: the count stands first, the items follow.
struct NodeList: RandomAccessCollection {
  let words: ArraySlice<UInt32>
  var startIndex: Int { words.startIndex }
  var endIndex: Int { words.endIndex }
  subscript(position: Int) -> UInt32 { words[position] }
}

extension SyntaxTree {
  subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

  /// The list that starts at an offset in `lists`.
  func list(at offset: UInt32) -> NodeList {
    let start = Int(offset) + 1
    return NodeList(words: lists[start..<start + Int(lists[Int(offset)])])
  }

  /// A node's text, as the user wrote it.
  func text(of id: NodeID) -> String { source.text(self[id].range) }
}
