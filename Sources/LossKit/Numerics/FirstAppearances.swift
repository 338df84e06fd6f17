// Which elements of a row came before. In many small tables rather than one: a table that is full
// doubles and moves all that it holds at once, which took 400 ms with 50 million numbers, and a request
// to stop would have to wait for it.

/// The different elements of a row, as they appear.
struct DistinctElements<Element: Hashable> {
  private var tables = [Set<Element>](repeating: [], count: tableCount)
  private(set) var count = 0
  private var poll = StopPoll()

  /// Whether an element appears for the first time.
  mutating func isFirst(_ element: Element, _ account: MemoryAccount) throws(EvaluationProblem)
    -> Bool
  {
    if poll.shouldStop(after: 50, { account.isCancelled }) { throw .cancelled }
    // Each nan differs from all others, but has the same hash: a table of them would be searched
    // from end to end.
    guard element == element else { return true }
    guard tables[table(of: element)].insert(element).inserted else { return false }
    count += 1
    return true
  }
}

/// The numbers of the different elements of a row, from 0 on in the order of first appearance.
struct AppearanceNumbers<Element: Hashable> {
  private var tables = [[Element: Int]](repeating: [:], count: tableCount)
  private var count = 0
  private var poll = StopPoll()

  mutating func number(of element: Element, _ account: MemoryAccount) throws(EvaluationProblem)
    -> Int
  {
    if poll.shouldStop(after: 50, { account.isCancelled }) { throw .cancelled }
    let table = table(of: element)
    if let number = tables[table][element] { return number }
    tables[table][element] = count
    count += 1
    return count - 1
  }
}

private let tableCount = 256

/// By the upper bits of the hash; the tables themselves hash with a seed of their own.
private func table(of element: some Hashable) -> Int {
  Int(UInt(bitPattern: element.hashValue) >> (UInt.bitWidth - 8))
}
