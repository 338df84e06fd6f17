@testable import LossKit

/// Random well-typed expressions of some inputs, the same for a seed on every platform.
///
/// Functions come from the table of built-ins, with the places where they are defined (`samples`);
/// a new entry is drawn from at once.
struct ExpressionGenerator {
  typealias Kind = GeneratedExpression.Kind
  typealias Variable = (name: String, kind: Kind)

  /// The inputs that expressions are made of.
  static let inputs: [Variable] = [
    ("x", .number), ("y", .number), ("z", .number), ("u", .vector(3)), ("v", .vector(3)),
    ("w", .vector(4)), ("s", .vector(1)), ("A", .matrix(3, 4)), ("B", .matrix(4, 3)),
  ]
  /// Values that are known beforehand.
  private static let constants: [Variable] = [
    ("p", .vector(3)), ("q", .vector(4)), ("C", .matrix(3, 3)), ("h", .number),
  ]
  /// Vectors for `GeneratedExpression.perturbedText`: most expressions need a short one.
  static let perturbations: [(name: String, count: Int)] = [
    ("e", 128), ("long_e", 512), ("longest_e", 4096),
  ]
  static let declarations = """
    param x = 0.3; param y = -0.7; param z = 1.2
    param u = [0.4, -1.1, 0.9]; param v = [-0.2, 0.6, 1.3]; param w = [0.8, -0.5, 0.1, -1.4]
    param s = [0.35]
    param A = [[0.2, -0.6, 1.1, 0.5], [-0.9, 0.7, 0.3, -1.2], [1.4, -0.1, -0.8, 0.6]]
    param B = [[0.3, -0.4, 0.9], [1.2, -0.7, 0.1], [-1.1, 0.5, 0.8], [0.6, -0.2, -1.3]]
    data p = [0.25, -1, 2]; data q = [0.5, 0.25, -2, 1]; data h = 0.75
    data C = [[1, 0.5, -0.25], [0, -1, 0.75], [2, 0.125, -0.5]]
    \(perturbations.map { "data \($0.name) = zeros(\($0.count))" }.joined(separator: "; "))
    let rounded(c, e, d) = { let r = c * (1 + e); r + d * (r - stop(r)) }
    """

  private var random: RandomStream
  /// The variables that are bound where the generator stands.
  var scope: [Variable] = []
  /// Whether the generator stands inside `smooth`, where comparisons and jumps are refused.
  var isSmooth = false
  var names = 0

  init(seed: UInt64, number: UInt64) { random = RandomStream(seed: seed, stream: number) }

  /// A number, of the inputs and constants.
  mutating func expression() -> GeneratedExpression { number(2 + below(3)) }

  // MARK: Draws

  mutating func below(_ n: Int) -> Int {
    Int(random.nextInteger(below: UInt64(max(n, 1))))
  }

  mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

  mutating func plainNumber() -> String {
    pick(["0", "1", "2", "0.5", "3", "0.1", "1.5", "0.25", "-1", "-0.5"])
  }

  mutating func newName() -> String {
    names += 1
    return "a\(names)"
  }

  mutating func node(_ kind: Kind, _ template: String, _ operands: GeneratedExpression...)
    -> GeneratedExpression
  {
    GeneratedExpression(kind, template, operands)
  }

  /// An expression in which some variables are bound.
  mutating func inScope(
    _ variables: [Variable], _ body: (inout ExpressionGenerator) -> GeneratedExpression
  ) -> GeneratedExpression {
    let outer = scope
    scope += variables
    defer { scope = outer }
    return body(&self)
  }

  // MARK: By kind

  mutating func any(_ kind: Kind, _ depth: Int) -> GeneratedExpression {
    switch kind {
    case .number: number(depth)
    case .vector(let n): vector(n, depth)
    case .matrix(let m, let n): matrix(m, n, depth)
    case .truth: truth(depth)
    case .mask(let n): mask(n, depth)
    }
  }

  mutating func leaf(_ kind: Kind) -> GeneratedExpression {
    let known = (Self.inputs + Self.inputs + Self.constants).filter { $0.kind == kind }
    let bound = scope.filter { $0.kind == kind }
    if !bound.isEmpty, below(3) > 0 { return node(kind, pick(bound).name) }
    switch kind {
    case .number:
      switch below(6) {
      case 0: return node(kind, plainNumber())
      case 1: return node(kind, "\(pick(["u", "v", "p"]))[\(below(3))]")
      case 2: return node(kind, "A[\(below(3)), \(below(4))]")
      default: return node(kind, pick(known).name)
      }
    case .vector(let n):
      if known.isEmpty || below(5) == 0 {
        switch below(3) {
        case 0 where n <= 4: return node(kind, "w[..<\(n)]")
        case 1 where n == 4: return node(kind, "A[\(below(3))]")
        default:
          return node(kind, "[\((0..<n).map { _ in plainNumber() }.joined(separator: ", "))]")
        }
      }
      return node(kind, pick(known).name)
    case .matrix(let m, let n):
      if known.isEmpty { return node(kind, "outer(#, #)", leaf(.vector(m)), leaf(.vector(n))) }
      return node(kind, pick(known).name)
    case .truth, .mask: return any(kind, 0)
    }
  }

  mutating func number(_ depth: Int) -> GeneratedExpression {
    if depth <= 0 { return leaf(.number) }
    let d = depth - 1
    switch below(isSmooth ? 13 : 24) {
    case 0, 1, 2: return arithmetic(.number, d)
    case 3, 4: return elementwise(.number, d)
    case 5, 6: return reduction(d)
    case 7: return node(.number, "dot(#, #)", vector(3, d), vector(3, d))
    case 8: return aggregate(d)
    case 9: return letBlock(.number, d)
    case 10: return node(.number, "cross_entropy(#, \(below(4)))", vector(4, d))
    case 11: return element(d)
    case 12: return norm(d)
    case 13: return node(.number, "if # then # else #", truth(d), number(d), number(d))
    case 14: return smooth(d)
    case 15: return localFunction(d)
    case 16: return nestedDerivative(.number, d)
    case 17: return node(.number, "sum(#, axis = \(below(2)))[0]", matrix(3, 4, d))
    case 18: return node(.number, "mean(cross_entropy(#, [0, 2, 1]))", matrix(3, 4, d))
    case 19:
      return GeneratedExpression(
        .number, "cross_entropy(#, softmax(#))", [vector(4, d), vector(4, d)],
        perturbed: "-dot(logsoftmax(#) * ~4, softmax(#) * ~4)")
    case 20: return filteredAggregate(d)
    case 21: return fold(d)
    case 22: return node(.number, "trace(# @ #)", matrix(3, 4, d), matrix(4, 3, d))
    default: return ordered(d)
    }
  }

  mutating func vector(_ n: Int, _ depth: Int) -> GeneratedExpression {
    let kind = Kind.vector(n)
    if depth <= 0 { return leaf(kind) }
    let d = depth - 1
    switch below(isSmooth ? 8 : 16) {
    case 0, 1: return arithmetic(kind, d)
    case 2, 3: return elementwise(kind, d)
    case 4: return rowFunction(n, d)
    case 5:
      return n == 3
        ? node(kind, pick(["# @ #", "(#).T @ #"]), matrix(3, 3, d), vector(3, d))
        : node(kind, "# @ #", matrix(n, 3, d), vector(3, d))
    case 6: return letBlock(kind, d)
    case 7:
      let parts = (0..<n).map { _ in number(d - 1) }
      return GeneratedExpression(
        kind, "[" + parts.map { _ in "#" }.joined(separator: ", ") + "]", parts)
    case 8: return comprehension(n, d)
    case 9: return node(kind, "where(#, #, #)", mask(n, d), vector(n, d), vector(n, d))
    case 10: return node(kind, "if # then # else #", truth(d), vector(n, d), vector(n, d))
    case 11: return node(kind, "reverse(#)", vector(n, d))
    case 12: return node(kind, "concat(#, #)", vector(1, d), vector(max(n - 1, 1), d)).fitted(n)
    case 13: return node(kind, "drop(#, \(below(n + 1)))", vector(n + 1, d))
    case 14: return nestedDerivative(kind, d)
    default:
      let template = pick([
        "(#)[\(below(3))]", "sum(#, axis = 0)", "max(#, axis = 0)", "mean(#, axis = 0)",
        "lse(#, axis = 0)", "norm(#, axis = 0)", "min(#, axis = 0)", "std(#, axis = 0)",
      ])
      return node(kind, template, matrix(3, n, d))
    }
  }

  mutating func matrix(_ m: Int, _ n: Int, _ depth: Int) -> GeneratedExpression {
    let kind = Kind.matrix(m, n)
    if depth <= 0 { return leaf(kind) }
    let d = depth - 1
    switch below(isSmooth ? 6 : 9) {
    case 0, 1: return arithmetic(kind, d)
    case 2: return elementwise(kind, d)
    case 3: return node(kind, "outer(#, #)", vector(m, d), vector(n, d))
    case 4: return node(kind, "(#).T", matrix(n, m, d))
    case 5: return node(kind, "# @ #", matrix(m, 3, d), matrix(3, n, d))
    case 6: return node(kind, "softmax(#, axis = \(below(2)))", matrix(m, n, d))
    case 7:
      let name = newName()
      let body = inScope([(name, .vector(n))]) { $0.vector(n, d) }
      return node(kind, "[# for \(name) in #]", body, matrix(m, n, d))
    default: return node(kind, "where(# > #, #, 0)", matrix(m, n, d), vector(n, d), matrix(m, n, d))
    }
  }

  // MARK: Truth values

  mutating func truth(_ depth: Int) -> GeneratedExpression {
    let d = min(depth, 1)
    switch below(6) {
    case 0:
      return node(.truth, "# and #", truth(d - 1), truth(d - 1)).unless(depth <= 0, comparison(d))
    case 1: return node(.truth, "not #", comparison(d))
    case 2: return node(.truth, "\(pick(["any", "all"]))(#)", mask(3, d))
    default: return comparison(d)
    }
  }

  mutating func comparison(_ d: Int) -> GeneratedExpression {
    node(.truth, "# \(pick(["<", "<=", ">", ">=", "==", "!="])) #", number(d), leaf(.number))
  }

  mutating func mask(_ n: Int, _ depth: Int) -> GeneratedExpression {
    let d = min(depth, 1)
    return node(
      .mask(n), "# \(pick(["<", "<=", ">", ">="])) #", vector(n, d),
      below(2) == 0 ? leaf(.number) : leaf(.vector(n)))
  }
}

extension GeneratedExpression {
  /// Another one where this cannot be.
  func unless(_ isWrong: Bool, _ other: @autoclosure () -> GeneratedExpression)
    -> GeneratedExpression
  {
    isWrong ? other() : self
  }

  /// The first elements of a vector that may be longer.
  func fitted(_ n: Int) -> GeneratedExpression {
    n == 1 ? GeneratedExpression(kind, "(#)[..<1]", [self]) : self
  }
}
