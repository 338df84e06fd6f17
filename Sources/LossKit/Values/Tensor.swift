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
  /// Where the elements begin: within `storage`, which rows and relabelled arrays share.
  let start: UnsafeMutablePointer<Double>

  /// An array to be filled at once by its maker.
  init(lanes: [Lane] = [], shape: [Int], content: Content = .numbers, account: MemoryAccount)
    throws(EvaluationProblem)
  {
    var size = 1
    var count = 1
    for n in shape { size = try Tensor.product(size, n, account) }
    count = size
    for lane in lanes { count = try Tensor.product(count, lane.size, account) }
    self.lanes = lanes
    self.shape = shape
    self.size = size
    self.count = count
    self.content = content
    storage = try ElementStorage(count: count, account: account)
    start = storage.start
  }

  /// The same elements, or a part of them, under other lanes and axes.
  init(
    sharing other: Tensor, lanes: [Lane], shape: [Int], offset: Int = 0, content: Content? = nil
  ) {
    self.lanes = lanes
    self.shape = shape
    size = shape.reduce(1, *)
    count = size * lanes.extent
    self.content = content ?? other.content
    storage = other.storage
    start = other.start + offset
  }

  private static func product(_ a: Int, _ b: Int, _ account: MemoryAccount)
    throws(EvaluationProblem) -> Int
  {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw .tooManyElements(wanted: .max, limit: account.limit) }
    return product
  }

  var account: MemoryAccount { storage.account }
  var elements: UnsafeBufferPointer<Double> { UnsafeBufferPointer(start: start, count: count) }
  var isMask: Bool { content == .truths }

  convenience init(
    _ elements: [Double], shape: [Int]? = nil, content: Content = .numbers, account: MemoryAccount
  ) throws(EvaluationProblem) {
    try self.init(shape: shape ?? [elements.count], content: content, account: account)
    for i in 0..<min(count, elements.count) { start[i] = elements[i] }
  }
}
