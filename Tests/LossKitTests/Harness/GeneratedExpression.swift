/// An expression made by `ExpressionGenerator`: a template whose holes are its operands.
struct GeneratedExpression: Sendable {
  /// What an expression evaluates to.
  enum Kind: Hashable, Sendable {
    case number, truth
    case vector(Int), mask(Int)
    case matrix(Int, Int)

    /// The number of elements; `nil` where they are truth values.
    var size: Int? {
      switch self {
      case .number: 1
      case .vector(let n): n
      case .matrix(let m, let n): m * n
      case .truth, .mask: nil
      }
    }
  }

  let kind: Kind
  /// The text before, between and after the operands.
  private let pieces: [String]
  /// The same for `perturbedText`.
  private let perturbedPieces: [String]
  private(set) var operands: [GeneratedExpression]

  /// - Parameters:
  ///   - template: a text of the language in which `#` stands for the next operand.
  ///   - perturbed: the same in steps, for `perturbedText`: `~` and a number n stand for a factor of n
  ///     elements near 1.
  init(
    _ kind: Kind, _ template: String, _ operands: [GeneratedExpression] = [],
    perturbed: String? = nil
  ) {
    self.kind = kind
    func split(_ text: String) -> [String] {
      text.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
    }
    pieces = split(template)
    perturbedPieces = split(perturbed ?? template)
    self.operands = operands
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
    var result = Self.perturbed(perturbedPieces[0], e, &count)
    for (operand, piece) in zip(operands, perturbedPieces.dropFirst()) {
      result += "(\(operand.perturbedText(e, &count)))" + Self.perturbed(piece, e, &count)
    }
    guard let size = kind.size else { return result }
    func factors() -> String {
      let start = count
      count += size
      switch kind {
      case .number: return "\(e)[\(start)]"
      case .matrix(let m, let n): return "reshape(\(e)[\(start)..<\(count)], \(m), \(n))"
      default: return "\(e)[\(start)..<\(count)]"
      }
    }
    return "rounded(\(result), \(factors()), \(factors()))"
  }

  private static func perturbed(_ piece: String, _ e: String, _ count: inout Int) -> String {
    let parts = piece.split(separator: "~", omittingEmptySubsequences: false)
    return parts.dropFirst().reduce(String(parts[0])) { text, part in
      let digits = part.prefix { $0.isNumber }
      let start = count
      count += Int(digits) ?? 0
      return text + "(1 + \(e)[\(start)..<\(count)])" + part.dropFirst(digits.count)
    }
  }

  // MARK: Shrinking

  /// Simpler expressions of the same kind, the simplest first: a plain number or array instead of a
  /// node, a part instead of the whole, and the same one node further in.
  var simpler: [GeneratedExpression] {
    var result: [GeneratedExpression] = []
    if let leaf, leaf.text != text { result.append(leaf) }
    result += operands.filter { $0.kind == kind }
    for (place, operand) in operands.enumerated() {
      for other in operand.simpler {
        var copy = self
        copy.operands[place] = other
        result.append(copy)
      }
    }
    return result
  }

  private var leaf: GeneratedExpression? {
    switch kind {
    case .number: GeneratedExpression(.number, "1")
    case .truth: GeneratedExpression(.truth, "true")
    case .vector(let n): GeneratedExpression(kind, "ones(\(n))")
    case .matrix(let m, let n): GeneratedExpression(kind, "ones(\(m), \(n))")
    case .mask: nil
    }
  }

  /// The simplest expression for which `fails` holds that steps of `simpler` find.
  func shrunk(while fails: (GeneratedExpression) -> Bool) -> GeneratedExpression {
    var current = self
    // Far more steps than an expression has nodes would be a circle.
    for _ in 0..<1000 {
      guard
        let next = current.simpler.first(where: { $0.text.count < current.text.count && fails($0) })
      else { break }
      current = next
    }
    return current
  }
}
