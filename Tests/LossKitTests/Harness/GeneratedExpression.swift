/// An expression made by `ExpressionGenerator`: a template whose holes are its operands.
struct GeneratedExpression: Sendable {
  /// What an expression evaluates to.
  enum Kind: Hashable, Sendable {
    case array([Int])
    case mask([Int])
    /// What a built-in function is given to call: its arguments and its result.
    indirect case function([Kind], Kind)

    static let number = Kind.array([])
    static let truth = Kind.mask([])
    static func vector(_ n: Int) -> Kind { .array([n]) }
    static func matrix(_ m: Int, _ n: Int) -> Kind { .array([m, n]) }

    /// The mask of the same shape.
    var ofTruths: Kind {
      if case .array(let shape) = self { .mask(shape) } else { self }
    }

    /// The number of elements; `nil` where they are no numbers.
    var size: Int? {
      if case .array(let shape) = self { shape.reduce(1, *) } else { nil }
    }
  }

  /// What a name stands for in an operand that binds it: how the operand reads without the name.
  struct Binding: Sendable {
    let name: String
    let value: GeneratedExpression
  }

  let kind: Kind
  /// The text before, between and after the operands.
  private let pieces: [String]
  /// The same in several steps, where a function has intermediate results of its own that cancel.
  private let steps: (@Sendable ([GeneratedExpression]) -> GeneratedExpression)?
  private(set) var operands: [GeneratedExpression]
  /// The operand whose value, with these names bound, is like that of the whole: of a block its last
  /// expression, of a sum over elements the summand at the first one.
  private var body: (operand: Int, bindings: [Binding])?

  /// - Parameters:
  ///   - template: a text of the language in which `#` stands for the next operand.
  ///   - steps: an expression of the operands that says the same in several steps, for
  ///     `perturbedText`.
  init(
    _ kind: Kind, _ template: String, _ operands: [GeneratedExpression] = [],
    steps: (@Sendable ([GeneratedExpression]) -> GeneratedExpression)? = nil
  ) {
    self.kind = kind
    self.steps = steps
    pieces = template.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
    self.operands = operands
    assert(pieces.count == operands.count + 1, "\(template) has not \(operands.count) holes")
  }

  /// The expression with what binds names in one of its operands.
  func binding(in operand: Int, _ bindings: [(String, GeneratedExpression)])
    -> GeneratedExpression
  {
    var result = self
    result.body = (operand, bindings.map { Binding(name: $0.0, value: $0.1) })
    return result
  }

  /// How many nodes there are.
  var size: Int { operands.reduce(1) { $0 + $1.size } }

  var text: String {
    zip(operands, pieces.dropFirst()).reduce(pieces[0]) { $0 + "(\($1.0.text))" + $1.1 }
  }

  // MARK: Rounding

  /// The expression with every intermediate result c as `rounded(c, e, d)`.
  ///
  /// That multiplies each element by 1 + eᵢ and its derivatives by a further 1 + dᵢ: what rounding
  /// does to it. A factor on the value alone would leave `x / x` without a derivative.
  ///
  /// - Parameters:
  ///   - e: the vector that holds all e and d.
  ///   - count: raised by the number of its elements that are used.
  func perturbedText(_ e: String, _ count: inout Int) -> String {
    if let steps { return steps(operands).perturbedText(e, &count) }
    var result = pieces[0]
    for (operand, piece) in zip(operands, pieces.dropFirst()) {
      result += "(\(operand.perturbedText(e, &count)))" + piece
    }
    guard case .array(let shape) = kind, let size = kind.size, size > 0 else { return result }
    func factors() -> String {
      let start = count
      count += size
      if shape.isEmpty { return "\(e)[\(start)]" }
      let all = "\(e)[\(start)..<\(count)]"
      return shape.count == 1 ? all : "reshape(\(all), \(Self.lengths(shape)))"
    }
    return "rounded(\(result), \(factors()), \(factors()))"
  }

  private static func lengths(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: ", ")
  }

  // MARK: Shrinking

  /// Simpler expressions of the same kind, the simplest first: a plain number or array instead of a
  /// node, a part instead of the whole, and the same one node further in.
  var simpler: [GeneratedExpression] {
    var result = leaves.filter { $0.text != text }
    result += operands.filter { $0.kind == kind }
    if let body, operands[body.operand].kind == kind {
      result.append(operands[body.operand].replacing(body.bindings))
    }
    for (place, operand) in operands.enumerated() {
      for other in operand.simpler {
        var copy = self
        copy.operands[place] = other
        result.append(copy)
      }
    }
    return result
  }

  /// The expression without names that something outside it bound.
  private func replacing(_ bindings: [Binding]) -> GeneratedExpression {
    if operands.isEmpty, let bound = bindings.first(where: { $0.name == pieces[0] }) {
      return bound.value
    }
    var copy = self
    copy.operands = operands.map { $0.replacing(bindings) }
    return copy
  }

  private var leaves: [GeneratedExpression] {
    switch kind {
    case .array([]): [GeneratedExpression(.number, "1"), GeneratedExpression(.number, "x")]
    case .mask([]): [GeneratedExpression(.truth, "true")]
    case .array(let shape):
      [GeneratedExpression(kind, "ones(\(Self.lengths(shape)))")]
        + ExpressionGenerator.inputs.filter { $0.kind == kind }.map {
          GeneratedExpression(kind, $0.name)
        }
    case .mask(let shape):
      [GeneratedExpression(kind, "(zeros(\(Self.lengths(shape))) < 1)")]
    case .function: []
    }
  }

  /// The simplest expression for which `fails` holds that steps of `simpler` find.
  ///
  /// - Parameter budget: how often `fails` may be asked; lowered by how often it was.
  func shrunk(budget: inout Int, while fails: (GeneratedExpression) -> Bool)
    -> GeneratedExpression
  {
    var current = self
    while budget > 0 {
      // Each step makes the text shorter, so that there is no circle.
      let next = current.simpler.first { candidate in
        guard budget > 0, candidate.text.utf8.count < current.text.utf8.count else { return false }
        budget -= 1
        return fails(candidate)
      }
      guard let next else { break }
      current = next
    }
    return current
  }
}
