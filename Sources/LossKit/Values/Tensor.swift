/// The elements of an array, drawn from a `MemoryAccount` and given back when released.
final class ElementStorage: @unchecked Sendable {  // Written only by the function that made it.
  let start: UnsafeMutablePointer<Double>
  let count: Int
  let account: MemoryAccount

  init(count: Int, account: MemoryAccount) throws(EvaluationProblem) {
    try account.draw(count)
    start = .allocate(capacity: count)
    self.count = count
    self.account = account
  }

  deinit {
    start.deallocate()
    account.giveBack(count)
  }
}

/// An array of doubles of any rank, row-major, with lanes before its axes.
///
/// Immutable once filled. The elements of lanes `[l₀, l₁]` and shape `[n₀, n₁]` lie as an array of
/// shape `[l₀, l₁, n₀, n₁]`.
final class Tensor: @unchecked Sendable {  // Filled by its maker, immutable afterwards.
  /// What the elements are.
  enum Content: Sendable { case numbers, truths }

  let lanes: [Lane]
  let shape: [Int]
  /// The number of elements within one point of the lanes.
  let size: Int
  /// The number of elements in all.
  let count: Int
  let content: Content
  let storage: ElementStorage
  /// What results computed from the array are drawn from: the account of the evaluation that uses
  /// it, which for a model's data is another than the one that holds its elements.
  let account: MemoryAccount
  /// Where the elements begin: within `storage`, which rows and relabelled arrays share.
  let start: UnsafeMutablePointer<Double>

  /// An array to be filled at once by its maker.
  init(lanes: [Lane] = [], shape: [Int], content: Content = .numbers, account: MemoryAccount)
    throws(EvaluationProblem)
  {
    try Tensor.check(lanes: lanes, shape: shape, account: account)
    self.lanes = lanes
    self.shape = shape
    size = shape.reduce(1, *)
    count = size * lanes.extent
    self.content = content
    storage = try ElementStorage(count: count, account: account)
    self.account = account
    start = storage.start
  }

  /// The same elements, or a part of them, under other lanes and axes.
  init(
    sharing other: Tensor, lanes: [Lane], shape: [Int], offset: Int = 0, content: Content? = nil,
    account: MemoryAccount? = nil
  ) {
    self.lanes = lanes
    self.shape = shape
    size = shape.reduce(1, *)
    count = size * lanes.extent
    self.content = content ?? other.content
    storage = other.storage
    self.account = account ?? other.account
    start = other.start + offset
  }

  /// Elements made one by one, as an array of one axis.
  init(_ elements: inout GrowingElements, content: Content = .numbers)
    throws(EvaluationProblem)
  {
    storage = try elements.finished()
    account = storage.account
    lanes = []
    shape = [elements.count]
    size = elements.count
    count = elements.count
    self.content = content
    start = storage.start
  }

  /// The most axes of an array: what walks over them calls itself once for each.
  static let rankLimit = 32

  /// Refuses what is too large to be walked over, however few elements it has.
  ///
  /// An axis without elements counts as one: the steps along `(0, 10¹², 10¹²)` overflow although
  /// there is nothing to step to, and to write `(10¹², 0)` takes 10¹² brackets. Every product of
  /// extents and strides of an array that passed is therefore an `Int`.
  static func check(lanes: [Lane] = [], shape: [Int], account: MemoryAccount)
    throws(EvaluationProblem)
  {
    guard shape.count <= rankLimit else {
      throw .tooManyAxes(shape.count, limit: rankLimit)
    }
    // Constants of no session have no limit of their own.
    let limit = min(account.limit, 1 << 40)
    var places = 1
    var isEmpty = false
    for n in [lanes.map(\.size), shape].joined() {
      if n == 0 { isEmpty = true }
      let (product, overflow) = places.multipliedReportingOverflow(by: max(n, 1))
      places = overflow ? .max : product
    }
    guard places > limit else { return }
    // Among lanes it is a matter of how many are open at once, as for elements.
    if isEmpty, lanes.isEmpty { throw .emptyAxesTooLong(shape, limit: limit) }
    throw .tooManyElements(wanted: places, limit: account.limit)
  }

  var elements: UnsafeBufferPointer<Double> { UnsafeBufferPointer(start: start, count: count) }
  var isMask: Bool { content == .truths }

  convenience init(
    _ elements: [Double], shape: [Int]? = nil, content: Content = .numbers, account: MemoryAccount
  ) throws(EvaluationProblem) {
    try self.init(shape: shape ?? [elements.count], content: content, account: account)
    for i in 0..<min(count, elements.count) { start[i] = elements[i] }
  }
}

/// Elements whose number is not known beforehand, drawn from an account as they come.
struct GrowingElements: ~Copyable {
  private(set) var count = 0
  private var storage: ElementStorage?
  private let account: MemoryAccount
  /// How many are made room for first.
  private let expected: Int

  init(expecting expected: Int = 1 << 10, account: MemoryAccount) {
    self.expected = max(expected, 1)
    self.account = account
  }

  subscript(index: Int) -> Double? { index < count ? storage?.start[index] : nil }

  mutating func append(_ x: Double) throws(EvaluationProblem) {
    if count == storage?.count ?? 0 { try grow(to: count == 0 ? expected : 2 * count) }
    storage?.start[count] = x
    count += 1
  }

  private mutating func grow(to capacity: Int) throws(EvaluationProblem) {
    let larger = try ElementStorage(count: capacity, account: account)
    if let storage { larger.start.update(from: storage.start, count: count) }
    storage = larger
  }

  /// The elements, without the room that was left over where that is much.
  mutating func finished() throws(EvaluationProblem) -> ElementStorage {
    if let storage, storage.count - count <= count / 4 { return storage }
    try grow(to: count)
    if let storage { return storage }
    return try ElementStorage(count: 0, account: account)
  }
}
