import Testing

@testable import LossKit

/// Broadcasting, slices, picks and masks, with their derivatives.
@Suite struct ArrayTests {
  private static let inputs = "param v = [1, 2, 3, 4], M = [[1, 2, 3], [4, 5, 6]], x = 10\n"

  static let results: [(String, [Double])] = [
    ("v + [[10], [20]]", [11, 12, 13, 14, 21, 22, 23, 24]),
    ("M * [1, 0, -1]", [1, 0, -3, 4, 0, -6]),
    ("M + [[1], [2]]", [2, 3, 4, 6, 7, 8]), ("x - v", [9, 8, 7, 6]), ("[] + x", []),
    ("zeros(0, 3) + ones(1, 3)", []),
    ("reshape(v, 2, 1, 2) + ones(3, 1)", [2, 3, 2, 3, 2, 3, 4, 5, 4, 5, 4, 5]),
    ("max(M, [2, 4, 4])", [2, 4, 4, 4, 5, 6]), ("v < 3", [1, 1, 0, 0]),
    ("1 < v < 4", [0, 1, 1, 0]),
    ("v == v and not (v > 2)", [1, 1, 0, 0]), ("v % 2 == 0 or v == 1", [1, 1, 0, 1]),
    ("-7 % 3", [2]),
    ("7 % -3", [-2]), ("[1, 2]^[3, 2]", [1, 4]), ("2^3^2", [512]), ("-2^2", [-4]), ("2^-1", [0.5]),
    ("v[0]", [1]), ("v[-1]", [4]), ("v[1..<3]", [2, 3]), ("v[1...2]", [2, 3]), ("v[..<2]", [1, 2]),
    ("v[...1]", [1, 2]), ("v[2...]", [3, 4]), ("v[4...]", []), ("v[2..<2]", []),
    ("v[v > 2]", [3, 4]),
    ("v[v > 9]", []), ("v[[0, 2, 0]]", [1, 3, 1]), ("v[[-1, -2]]", [4, 3]), ("v[[]]", []),
    ("M[1]", [4, 5, 6]), ("M[1, 2]", [6]), ("M[..., 1]", [2, 5]), ("M[0, 1...]", [2, 3]),
    ("M[-1, -1]", [6]),
    ("M[[1, 0], 0]", [4, 1]), ("M[0..<1, ..<2]", [1, 2]), ("M[..., [2, 0]]", [3, 1, 6, 4]),
    ("M[[true, false]]", [1, 2, 3]), ("M[M > 4]", [5, 6]), ("M.T[2]", [3, 6]),
    ("shape(M.T)", [3, 2]),
    ("M @ [1, 1, 1]", [6, 15]), ("[1, 1] @ M", [5, 7, 9]), ("M @ M.T", [14, 32, 32, 77]),
    ("[1, 2] @ [3, 4]", [11]), ("len(M)", [2]),
    ("0...3", [0, 1, 2, 3]), ("3..<1", []), ("-2...0", [-2, -1, 0]), ("true + true", [2]),
    ("sum(M, axis = 0)", [5, 7, 9]), ("sum(M, axis = -1)", [6, 15]),
    ("max(M, axis = 1, keep = true)", [3, 6]),
    ("mean([])", [.nan]), ("sum([])", [0]), ("prod([])", [1]), ("max([])", [-.infinity]),
    ("min([])", [.infinity]),
    ("lse([])", [-.infinity]), ("sort([2, nan, 1])", [1, 2, .nan]), ("max([1, nan])", [.nan]),
    ("argmax([1, 3, 3])", [1]), ("hardmax([1, 3, 3])", [0, 1, 0]), ("median([3, 1, 2, 4])", [2.5]),
    ("quantile([1, 2, 3, 4, 5], 0.1)", [1.4]), ("var([1, 2, 3, 4])", [1.25]),
    ("cumsum(v)", [1, 3, 6, 10]),
    ("cross_entropy([0, 0], 1)", [0.6931471805599453]),
    ("round([0.5, 1.5, 2.5, -0.5])", [0, 2, 2, -0.0]),
    ("step([-1, 0, 1])", [0, 0.5, 1]), ("clamp(v, 2, 3)", [2, 2, 3, 3]), ("any(v > 3)", [1]),
    ("count(v > 1)", [3]), ("all([])", [1]), ("any([])", [0]), ("linspace(0, 1, 3)", [0, 0.5, 1]),
    ("linspace(0, 1, 1)", [0]), ("topk(v, 2)", [4, 3]), ("reverse(v)[0]", [4]),
    ("drop(v, -1)", [1, 2, 3]),
    ("concat(v, [5], [])", [1, 2, 3, 4, 5]), ("stack([1, 2], [3, 4], axis = 1)", [1, 3, 2, 4]),
    ("diag(M @ M.T)", [14, 77]), ("trace(eye(5))", [5]),
    ("solve([[2, 0], [0, 4]], [1, 1])", [0.5, 0.25]),
    ("logdet([[2, 0], [0, 3]])", [1.791759469228055]), ("fold((a, b) -> 10 * a + b, 0, v)", [1234]),
    ("scan((a, b) -> a + b, 0, v)", [0, 1, 3, 6, 10]), ("map(r -> sum(r), M)", [6, 15]),
    ("outer([1, 2], [3, 4])", [3, 4, 6, 8]), ("norm([3, 4])", [5]),
    ("norm([3e200, 4e200])", [5e200]),
    ("norm(v, p = inf)", [4]), ("cossim([1, 0], [1, 0])", [1]),
    ("where(v > 2, v, 0)", [0, 0, 3, 4]),
  ]

  @Test(arguments: results)
  func gives(_ e: String, _ expected: [Double]) throws {
    let found = try TestSession(Self.inputs).numbers(e)
    #expect(
      distance(found, expected) <= 4e-16
        * (expected.map(\.magnitude).filter { $0.isFinite }.max() ?? 1),
      "\(e): \(found), not \(expected)")
  }

  static let gradients: [(String, [Double])] = [
    ("sum(v + [[10], [20]])", [2, 2, 2, 2]), ("v[-1] * v[0]", [4, 0, 0, 1]),
    ("sum(v[1..<3]^2)", [0, 4, 6, 0]),
    ("sum(v[v > 2])", [0, 0, 1, 1]), ("sum(v[[0, 2, 0]])", [2, 0, 1, 0]),
    ("sum(v[[]])", [0, 0, 0, 0]),
    ("sum(reshape(v, 2, 2) @ [1, 10])", [1, 10, 1, 10]),
    ("sum(reverse(v) * [1, 2, 3, 4])", [4, 3, 2, 1]),
    ("sum(sort(-v) * [1, 2, 3, 4])", [-4, -3, -2, -1]), ("sum(drop(v, 1))", [1, 0, 1, 1]),
    ("sum(reshape(v, 2, 2).T * [[1, 2], [3, 4]])", [1, 3, 2, 4]), ("dot(v, v)", [2, 4, 6, 8]),
    ("sum(stack(v, 2 * v))", [3, 3, 3, 3]), ("max(v) - min(v)", [-1, 0, 0, 1]),
    ("sum(cumsum(v))", [4, 3, 2, 1]), ("sum(topk(v, 2))", [0, 0, 1, 1]),
    ("median(v)", [0, 0.5, 0.5, 0]),
    ("sum(where(v > 2, v^2, v))", [1, 1, 6, 8]), ("sum(outer(v, [1, 2]))", [3, 3, 3, 3]),
    ("sum(diag(v) @ v)", [2, 4, 6, 8]), ("v @ v", [2, 4, 6, 8]),
    ("sum(concat(v, v)[2..<6])", [1, 1, 1, 1]),
  ]

  @Test(arguments: gradients)
  func gradientIs(_ e: String, _ expected: [Double]) throws {
    let found = try TestSession(Self.inputs).numbers("grad(\(e), v)")
    #expect(found == expected, "\(e): \(found), not \(expected)")
  }

  @Test(arguments: [
    "v + [1, 2]", "M + [1, 2]", "v[4]", "v[-5]", "v[1.5]", "v[nan]", "v[0..<5]", "v[-1...9]",
    "v[1, 2]",
    "v[[4]]", "v[[true, false]]", "M[2, 0]", "M @ v", "v @ M", "1 @ v", "[1, [2]]", "[[1, 2], [3]]",
    "v[\"a\"]", "v.x", "x[0]", "\"a\" + 1", "not v", "not 3", "v and 1", "if v > 1 then 1 else 2",
    "if 1 then 2 else 3", "sum(v, axis = 1)", "sum(M, axis = 2)", "sum(M, axis = -3)",
    "sum(v, axis = 0.5)",
    "max(v, x, axis = 0)", "reshape(v, 3)", "reshape(v, -1, -1)", "stack(v, [1])", "concat(M, v)",
    "onehot(4, 4)", "drop(v, 4)", "topk(v, 5)", "quantile(v, 2)", "norm(v, p = 0.5)", "solve(M, v)",
    "solve(zeros(2, 2), [1, 1])", "cholesky([[1, 2], [2, 1]])", "cross_entropy(v, 4)",
    "cross_entropy(v, 0.5)",
    "lse(v, 2, k = [1, 2])", "eye(-1)", "linspace(0, 1, -1)", "0.5...3", "0..<nan", "v(1)", "3(4)",
    "dot(v, M)",
    "where(v, 1, 2)", "where(v > 1, [1, 2], 3)", "\"a\" < 1", "(x -> y)(1)", "unique(relu)",
    "map(1, v)", "fold(relu, 0, v)",
  ])
  func isAnErrorWithAPlace(_ e: String) throws {
    let test = try TestSession(Self.inputs)
    let error = try test.error(e)
    #expect(error.length > 0, "\(e): \(error.message)")
    #expect(try test.number("x") == 10)
  }
}
