/// The operations of a traced expression: what it does to numbers that are not known yet.
///
/// A node is added after its operands, so the order of the nodes is an order of evaluation. Equal
/// operations on equal operands are one node, and the arithmetic of constants is done as it is met.
/// Elements lie row-major; what is a lane in the language is a leading extent here.
final class Graph {
  struct Node {
    let operation: GraphOperation
    let operands: [Int]
    /// The lengths of the axes, lanes first.
    let extents: [Int]
    let size: Int
    /// The symbolic tangents that the node is linear in, one bit each.
    let seeds: UInt8
  }

  /// More nodes than this would take longer to plan than a compiled program saves.
  static let nodeLimit = 20_000

  private(set) var nodes: [Node] = []
  private(set) var constants: [Tensor] = []
  /// Places in an operand, for `gather` and `scatter`.
  private(set) var tables: [[Int32]] = []
  /// Places where a corner would be: see `Guard`.
  private(set) var guards: [Guard] = []
  /// Those that matter to the value alone.
  private(set) var guardsOfValue: [Guard] = []
  let account: MemoryAccount
  private var known: [Key: Int] = [:]
  private var knownConstants: [ConstantKey: Int] = [:]
  private var knownTables: [[Int32]: Int] = [:]
  private var tableSize = 0

  /// A condition on which the gradient of the program is not the one of the language: the
  /// interpreter settles such a point.
  enum Guard: Hashable {
    /// Two operands are equal, element by element.
    case tie(Int, Int)
    /// The largest entry of a row occurs twice.
    case tieInRows(Int)
    /// An element is not zero.
    case isSet(Int)
  }

  private struct Key: Hashable {
    let operation: GraphOperation
    let operands: [Int]
    let extents: [Int]
  }

  private struct ConstantKey: Hashable {
    let start: UnsafeMutablePointer<Double>
    let count: Int
  }

  init(account: MemoryAccount) { self.account = account }

  /// The node of an operation; the one that is there already, where there is one.
  func node(_ operation: GraphOperation, _ operands: [Int], _ extents: [Int]) throws -> Int {
    let key = Key(operation: operation, operands: operands, extents: extents)
    if let id = known[key] { return id }
    guard nodes.count < Graph.nodeLimit, !extents.contains(0) else { throw Untraceable() }
    var seeds: UInt8 = 0
    if case .seed(let level, _) = operation { seeds = 1 << level }
    for operand in operands { seeds |= nodes[operand].seeds }
    nodes.append(
      Node(
        operation: operation, operands: operands, extents: extents, size: extents.reduce(1, *),
        seeds: seeds))
    known[key] = nodes.count - 1
    return nodes.count - 1
  }

  /// The node of an operation, if there is one.
  func existing(_ operation: GraphOperation, _ operands: [Int], _ extents: [Int]) -> Int? {
    known[Key(operation: operation, operands: operands, extents: extents)]
  }

  /// - Parameter level: that of the derivative which a corner has. The loss itself is differentiated
  ///   at level 1; the derivatives of higher levels are parts of its value.
  func note(_ condition: Guard, level: Int) {
    if !guards.contains(condition) { guards.append(condition) }
    if level != 1, !guardsOfValue.contains(condition) { guardsOfValue.append(condition) }
  }

  /// Leaves the points at which an element of a mask holds to the interpreter, also for the value
  /// alone.
  func refuse(where mask: Value) throws {
    let node = try traced(mask).node
    switch literal(node) {
    case 0?: return
    case .some: throw Untraceable()
    case nil: note(.isSet(node), level: 0)
    }
  }

  // MARK: Leaves

  func number(_ x: Double) throws -> Int { try node(.number(x.bitPattern), [], []) }

  func constant(_ tensor: Tensor) throws -> Int {
    if tensor.count == 1 { return try number(tensor.start[0]) }
    let key = ConstantKey(start: tensor.start, count: tensor.count)
    let extents = tensor.lanes.map(\.size) + tensor.shape
    let id = knownConstants[key] ?? constants.count
    if id == constants.count {
      constants.append(tensor)
      knownConstants[key] = id
    }
    return try node(.constant(id), [], extents)
  }

  func table(_ places: [Int32]) throws -> Int {
    if let id = knownTables[places] { return id }
    // Tables count like arrays: two places take the room of an element.
    tableSize += places.count / 2
    guard tableSize <= account.limit else { throw Untraceable() }
    tables.append(places)
    knownTables[places] = tables.count - 1
    return tables.count - 1
  }

  /// The number that a node always is.
  func literal(_ id: Int) -> Double? {
    if case .number(let bits) = nodes[id].operation { Double(bitPattern: bits) } else { nil }
  }

  func size(_ id: Int) -> Int { nodes[id].size }
  func extents(_ id: Int) -> [Int] { nodes[id].extents }
}

/// What a node computes; its operands are said beside each.
enum GraphOperation: Hashable {
  /// Elements of the point, from an offset on.
  case input(offset: Int)
  /// A symbolic tangent of the elements of the point from an offset on.
  case seed(level: Int, offset: Int)
  case number(UInt64)
  case constant(Int)
  /// x
  case map(MapFunction)
  /// a, b: of the node's size, or of one element
  case zip(ZipFunction)
  /// mask, a, b: of the node's size, or of one element
  case select
  /// x: element (i, j, …) is element `offset + i s₀ + j s₁ + …` of x
  case view(offset: Int, strides: [Int])
  /// x: the elements themselves, in memory of their own
  case copy
  /// x: the elements at the places of a table; 0 at place -1
  case gather(table: Int)
  /// x: each element added to its place of a table
  case scatter(table: Int)
  /// parts: each added from its offset on
  case assemble(offsets: [Int])
  /// x: the sum of each row
  case sumRows
  /// x: the sum over the first axis
  case sumColumns
  /// a, b: the sum of products of each row
  case dotRows
  /// x, k: `(1/k) ln Σ e^{k x}` of each row
  case logSumExp
  /// x, k: `e^{k (x - m)}` with m the largest entry of the row
  case weights
  /// x, k: `1 / Σ e^{k (x - m)}` of each row
  case weightScale
  /// a, b: matrices, either of which may be read as its transpose
  case matrixProduct(MatrixForm)
  /// x: the place of the first largest entry of each row
  case largestPlace
  /// place, x: the entry of each row at its place
  case pick
  /// place, x: rows of zeros but for an entry at their place
  case place
  /// s: softmax cross entropy of each row, by a table of labels
  case crossEntropy(table: Int)
  /// s: its derivative by the scores
  case crossEntropyWeights(table: Int)
  /// place, s: softmax cross entropy of each row, whose label is its place
  case crossEntropyAt
  /// place, s: its derivative by the scores
  case crossEntropyWeightsAt
  /// x: the places of each row's elements, the largest first, equal ones as they come
  case order
  /// place, x: the entries of each row at its places
  case pickEach
  /// place, x: rows of zeros, to which each entry is added at its place
  case placeEach
  /// x: the sums of each row up to each element, or from it to the end
  case runningSum(isReversed: Bool)
  /// x: the products of each row up to each element
  case runningProduct
  /// x: `ln Σ e^x` of each row up to each element
  case runningLogSumExp
  /// a, b: `zᵢ = aᵢ zᵢ₋₁ + bᵢ` along each row, or its transpose `zᵢ = aᵢ₊₁ zᵢ₊₁ + bᵢ`
  case recurrence(isReversed: Bool)
}

/// The shape of a matrix product: the result has `rows` by `columns` elements.
struct MatrixForm: Hashable {
  let rows: Int
  let inner: Int
  let columns: Int
  /// Whether the left operand lies as `inner` by `rows`.
  let isLeftTransposed: Bool
  /// Whether the right operand lies as `columns` by `inner`.
  let isRightTransposed: Bool
}

/// What tells functions apart.
enum FunctionID: Hashable {
  case type(ObjectIdentifier)
  /// A built-in function that has no rule.
  case name(String)
}

/// A function of one number, by the type of its rule.
struct MapFunction: Hashable {
  let id: FunctionID
  let scalar: @Sendable (Double) -> Double

  init<O: ElementwiseUnary>(_ operation: O.Type) {
    id = .type(ObjectIdentifier(operation))
    scalar = { O.value($0) }
  }

  init(_ name: String, _ scalar: @escaping @Sendable (Double) -> Double) {
    id = .name(name)
    self.scalar = scalar
  }

  static func == (a: MapFunction, b: MapFunction) -> Bool { a.id == b.id }
  func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// A function of two numbers, by the type of its rule.
struct ZipFunction: Hashable {
  let id: FunctionID
  let scalar: @Sendable (Double, Double) -> Double

  init<O: ElementwiseBinary>(_ operation: O.Type) {
    id = .type(ObjectIdentifier(operation))
    scalar = { O.value($0, $1) }
  }

  init(_ name: String, _ scalar: @escaping @Sendable (Double, Double) -> Double) {
    id = .name(name)
    self.scalar = scalar
  }

  static func == (a: ZipFunction, b: ZipFunction) -> Bool { a.id == b.id }
  func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
