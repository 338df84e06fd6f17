/// Elements of one shape that are made one by one and become the rows of an array.
///
/// Numbers, by far the commonest, lie in an array from the start: as values in a list they would
/// take many times the memory, and none of it from the account.
final class CollectedElements {
  private let account: MemoryAccount
  private var numbers: GrowingElements
  private var truths = 0
  /// The elements from the first on that is not a plain number or truth value.
  private var others: [Value] = []

  /// What a small array takes beside its elements, in elements.
  private static let overhead = 16

  init(expecting expected: Int, account: MemoryAccount) {
    self.account = account
    numbers = GrowingElements(expecting: expected, account: account)
  }

  deinit { account.giveBack(others.count * CollectedElements.overhead) }

  var isEmpty: Bool { numbers.count == 0 && others.isEmpty }

  func append(_ value: Value) throws {
    guard value.isNumeric else {
      if case .text = value { throw EvaluationProblem.notANumber(value.kindDescription) }
      throw EvaluationProblem.elementIsNoNumber(value.kindDescription)
    }
    let first = numbers.count > 0 ? [] : others.first?.shape ?? value.shape
    guard first == value.shape else {
      throw EvaluationProblem.raggedComprehension(first, value.shape)
    }
    if others.isEmpty {
      switch value {
      case .number(let x): return try numbers.append(x)
      case .truth(let x):
        truths += 1
        return try numbers.append(x ? 1 : 0)
      default: break
      }
    }
    try account.draw(CollectedElements.overhead)
    others.append(value)
  }

  /// The elements under a new first axis.
  func stacked() throws -> Value {
    let count = numbers.count
    let content: Tensor.Content = truths == count && count > 0 ? .truths : .numbers
    let plain = Value.tensor(try Tensor(&numbers, content: content))
    if others.isEmpty { return plain }
    let stacked = try Value.stacked(others, account: account)
    return count == 0 ? stacked : try .concatenated([plain, stacked], account: account)
  }
}
