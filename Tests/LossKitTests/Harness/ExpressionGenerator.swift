@testable import LossKit

/// Random well-typed expressions of some inputs, the same for a seed on every platform.
///
/// Calls come from the table of built-ins (`CallForm`); a new entry is drawn from at once. The cases
/// of derivative and smoothing forms are switched over without a default, so that a new one does not
/// compile until it is generated.
struct ExpressionGenerator {
  typealias Kind = GeneratedExpression.Kind
  typealias Variable = (name: String, kind: Kind)

  /// The inputs that expressions are made of.
  static let inputs: [Variable] = [
    ("x", .number), ("y", .number), ("z", .number), ("u", .vector(3)), ("v", .vector(3)),
    ("w", .vector(4)), ("s", .vector(1)), ("A", .matrix(3, 4)), ("B", .matrix(4, 3)),
  ]
  /// Values that are known beforehand.
  static let constants: [Variable] = [
    ("p", .vector(3)), ("q", .vector(4)), ("C", .matrix(3, 3)), ("h", .number), ("r.a", .number),
    ("r.b", .vector(3)), ("m", .mask([3])),
  ]
  /// Formulas over the inputs.
  private static let formulas: [Variable] = [("fx", .number), ("fu", .vector(3))]
  static let declarations = """
    param x = 0.3; param y = -0.7; param z = 1.2
    param u = [0.4, -1.1, 0.9]; param v = [-0.2, 0.6, 1.3]; param w = [0.8, -0.5, 0.1, -1.4]
    param s = [0.35]
    param A = [[0.2, -0.6, 1.1, 0.5], [-0.9, 0.7, 0.3, -1.2], [1.4, -0.1, -0.8, 0.6]]
    param B = [[0.3, -0.4, 0.9], [1.2, -0.7, 0.1], [-1.1, 0.5, 0.8], [0.6, -0.2, -1.3]]
    \(definitions.map(\.statement).joined(separator: "; "))
    """
  /// What `GeneratedExpression.perturbedText` calls.
  static let rounding = "let rounded(c, e, d) = { let r = c * (1 + e); r + d * (r - stop(r)) }"
  /// Constants, formulas and a function; each with the inputs that it uses.
  static let definitions: [(name: String, statement: String, inputs: [String])] = [
    ("p", "data p = [0.25, -1, 2]", []), ("q", "data q = [0.5, 0.25, -2, 1]", []),
    ("h", "data h = 0.75", []),
    ("C", "data C = [[1, 0.5, -0.25], [0, -1, 0.75], [2, 0.125, -0.5]]", []),
    ("r", #"data r = record(["a", "b"], 0.4, [1, -0.5, 2])"#, []),
    ("m", "data m = [true, false, true]", []), ("fx", "let fx = x * y + 1", ["x", "y"]),
    ("fu", "let fu = max(u, 0) - v", ["u", "v"]), ("g", "let g(a, b = 2) = a * b - abs(a)", []),
  ]

  private var random: RandomStream
  /// The variables that are bound where the generator stands.
  var scope: [Variable] = []
  /// Whether the generator stands inside `smooth`, where comparisons and jumps are refused.
  var isSmooth = false
  /// Whether the expression is made of locally Lipschitz functions alone, for which the guide promises
  /// one-sided slopes and an element of Clarke's gradient everywhere.
  let isLipschitz: Bool
  var names = 0

  init(seed: UInt64, number: UInt64) {
    random = RandomStream(seed: seed, stream: number)
    isLipschitz = random.nextInteger(below: 3) == 0
  }

  /// A number, of the inputs and constants.
  mutating func expression() -> GeneratedExpression { number(2 + below(3)) }

  // MARK: Draws

  mutating func below(_ n: Int) -> Int {
    Int(random.nextInteger(below: UInt64(max(n, 1))))
  }

  mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

  mutating func plainNumber() -> String {
    if below(24) == 0 { return pick(["1e-300", "1e150", "-1e8", "(-0)", "1e-9", "5e-324"]) }
    return pick(["0", "1", "2", "0.5", "3", "0.1", "1.5", "0.25", "-1", "-0.5"])
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
    case .array([]): number(depth)
    case .array(let shape): array(shape, depth)
    case .mask(let shape): shape.isEmpty ? truth(depth) : mask(shape, depth)
    case .function(let arguments, let result): function(arguments, result, depth)
    }
  }

  mutating func vector(_ n: Int, _ depth: Int) -> GeneratedExpression { array([n], depth) }

  mutating func leaf(_ kind: Kind) -> GeneratedExpression {
    let bound = scope.filter { $0.kind == kind }
    if !bound.isEmpty, below(3) > 0 { return node(kind, pick(bound).name) }
    let inputs = Self.inputs.filter { $0.kind == kind }
    if !inputs.isEmpty, below(4) > 0 { return node(kind, pick(inputs).name) }
    let others = (Self.formulas + Self.constants).filter { $0.kind == kind }
    if !others.isEmpty, below(3) > 0 { return node(kind, pick(others).name) }
    switch kind {
    case .array([]):
      return node(
        kind,
        pick([
          plainNumber(), "\(pick(["u", "v", "p"]))[\(below(3))]", "A[\(below(3)), \(below(4))]",
        ]))
    case .array(let shape):
      // Parts of the inputs where they fit; a list of numbers always does.
      if shape.count == 1, shape[0] <= 4, below(3) > 0 {
        return node(kind, shape[0] == 4 ? "A[\(below(3))]" : "w[..<\(shape[0])]")
      }
      if shape.count == 2, below(3) > 0 {
        return node(kind, "outer(#, #)", leaf(.vector(shape[0])), leaf(.vector(shape[1])))
      }
      let elements = (0..<shape.reduce(1, *)).map { _ in plainNumber() }.joined(separator: ", ")
      if shape.count == 1 { return node(kind, "[\(elements)]") }
      return node(
        kind, "reshape([\(elements)], \(shape.map(String.init).joined(separator: ", ")))")
    case .mask, .function: return any(kind, 0)
    }
  }

  mutating func number(_ depth: Int) -> GeneratedExpression {
    if depth <= 0 { return leaf(.number) }
    let d = depth - 1
    switch below(28) {
    case 0, 1, 2, 3: return arithmetic(.number, d)
    case 4, 5, 6, 7, 8, 9, 10, 11: return call(.number, d) ?? arithmetic(.number, d)
    case 12, 13: return reducedCall(d)
    case 14: return aggregate(d)
    case 15: return letBlock(.number, d)
    case 16: return element(d)
    case 17: return choice(.number, d)
    case 18: return localFunction(d)
    case 19, 20: return isLipschitz || isSmooth ? reducedCall(d) : nestedDerivative(.number, d)
    case 21: return filteredAggregate(d)
    case 22: return field(d)
    case 23: return replaced(d)
    case 24, 25: return frame(pick(FrameForm.allCases), d)
    case 26: return node(.number, "g(#, b = #)", number(d), number(d))
    default: return node(.number, "sum(#)", part(d))
    }
  }

  mutating func array(_ shape: [Int], _ depth: Int) -> GeneratedExpression {
    let kind = Kind.array(shape)
    if depth <= 0 { return leaf(kind) }
    let d = depth - 1
    switch below(16) {
    case 0, 1, 2: return arithmetic(kind, d)
    case 3, 4, 5, 6, 7, 8: return call(kind, d) ?? arithmetic(kind, d)
    case 9: return letBlock(kind, d)
    case 10: return choice(kind, d)
    case 11: return listed(shape, d)
    case 12: return comprehension(shape, d)
    case 13: return product(shape, d)
    case 14:
      if shape.count == 2 { return node(kind, "(#).T", array(shape.reversed(), d)) }
      return isLipschitz || isSmooth ? arithmetic(kind, d) : nestedDerivative(kind, d)
    default: return shape.count == 1 ? row(shape[0], d) : leaf(kind)
    }
  }

  // MARK: Truth values

  mutating func truth(_ depth: Int) -> GeneratedExpression {
    let d = min(depth, 1)
    switch below(7) {
    case 0 where depth > 0: return node(.truth, "# and #", truth(d - 1), truth(d - 1))
    case 1: return node(.truth, "not #", comparison(d))
    case 2 where depth > 0: return node(.truth, "\(pick(["any", "all"]))(#)", mask([3], d))
    case 3 where depth > 0: return node(.truth, "# or #", truth(d - 1), comparison(d))
    case 4: return node(.truth, "# < # <= #", compared(.number, d), leaf(.number), leaf(.number))
    default: return comparison(d)
    }
  }

  /// Something to compare: where a comparison of what varies is no part of the expression, a constant.
  private mutating func compared(_ kind: Kind, _ depth: Int) -> GeneratedExpression {
    guard isSmooth || isLipschitz else { return any(kind, depth) }
    let known = Self.constants.filter { $0.kind == kind }
    if !known.isEmpty { return node(kind, pick(known).name) }
    guard case .array(let shape) = kind else { return any(kind, 0) }
    return node(kind, "full([\(shape.map(String.init).joined(separator: ", "))], h)")
  }

  mutating func comparison(_ d: Int) -> GeneratedExpression {
    node(
      .truth, "# \(pick(["<", "<=", ">", ">=", "==", "!=", "~="])) #", compared(.number, d),
      compared(.number, 0))
  }

  mutating func mask(_ shape: [Int], _ depth: Int) -> GeneratedExpression {
    let d = min(depth, 1)
    let kind = Kind.mask(shape)
    switch below(6) {
    case 0 where depth > 0: return node(kind, "not #", mask(shape, 0))
    case 1 where depth > 0: return node(kind, "# and #", mask(shape, 0), mask(shape, 0))
    case 2 where shape == [3]: return node(kind, "m")
    default:
      return node(
        kind, "# \(pick(["<", "<=", ">", ">=", "=="])) #", compared(.array(shape), d),
        compared(below(2) == 0 ? .number : .array(shape), 0))
    }
  }
}
