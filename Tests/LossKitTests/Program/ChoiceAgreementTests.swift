import Testing

@testable import LossKit

/// Programs that choose by values: indices and labels that are inputs, filters, orders, norms.
@Suite struct ChoiceAgreementTests {
  private static let declarations = """
    param i = 2; param L = [0, 2, 1]; param x = 0.3
    param w = [0.8, -0.5, 0.1, -1.4]; param u = [0.4, -1.1, 0.9]
    param A = [[0.2, -0.6, 1.1, 0.5], [-0.9, 0.7, 0.3, -1.2], [1.4, -0.1, -0.8, 0.6]]
    data p = [0.25, -1, 2]
    let rivals(s, y) = drop(s, y) - s[y]
    """

  /// Labels within bounds, negative ones, one that is out of bounds and one that is no whole number:
  /// those are the interpreter's errors.
  @Test(arguments: [
    "w[i]", "A[i][1]", "sum(A[i]^2)", "A[1, i]", "sum(exp(A[j, i]) for j in 0..<3)", "w[i] * w[-1]",
    "cross_entropy(w, i)", "sum(drop(w, i)^2)", "onehot(i, 4)[2] * x", "sum(u[L] * u)",
    "mean(cross_entropy(A, L))", "mean(cross_entropy(A[j], L[j]) for j in 0..<3)",
    "sum(A[j, L[j]]^2 for j in 0..<3)", "sum(drop(A, i)^2)", "relu(1 + max(rivals(w, i)))",
    "sum(A[L]^2)", "sum(p[L] * u)", "x * i", "sum(grad(t -> cross_entropy(t, i))(w)^2)",
    "w[argmax(w)]", "sum(u[argsort(u)] * u)", "dot(hardmax(w), w)", "x * w[i]",
  ])
  func indicesThatAreInputs(_ loss: String) throws {
    let model = try LossModel(source: Self.declarations)
    let names = ["i", "L", "x", "w", "u", "A"]
    for wrt in [names, ["w", "x", "u", "A"]] {
      let function = try model.function(loss, of: names, wrt: wrt)
      #expect(function.isCompiled)
      for (place, index) in [2, -1, 7, 1.5, -5, .nan, .infinity, 1e300].enumerated() {
        var random = RandomStream(seed: 5, stream: UInt64(place))
        let labels = [2.0, -2, place == 3 ? 17 : 0]
        let point =
          [index] + labels
          + (4..<function.inputCount).map { _ in random.nextUniform() * 2 - 1 }
        let (_, problem) = ProgramAgreement(function: function).compare(at: point) {
          ReferenceAgreementTests.normwise($0, $1)
        }
        #expect(problem == nil, "\(loss) at \(point)")
      }
    }
  }

  /// Elements that a filter drops count for nothing, whichever they are; where it drops all, the
  /// interpreter answers.
  @Test(arguments: [
    "sum(t^2 for t in w if t > x)", "mean(t * x for t in w if t > x)",
    "max(t * x for t in w if t > x)",
    "min(exp(t) for t in w if t < x)", "lse(t for t in w if t < x)", "prod(t for t in w if t > x)",
    "x * count(t > 0 for t in w if t > x)", "if any(t > 0 for t in w if t < x) then x else w[0]",
    "if all(t > -1 for t in w if t < x) then x else w[0]", "sum(log(t) for t in w if t > 0)",
    "sum(s * t for s in w, t in u if s > t)", "sum(sum(t * s for t in w if t > s) for s in u)",
    "smooth(mean(relu(t) for t in w if t > x), 2)",
    "lse(sum(t for t in row if t > x) for row in A)",
  ])
  func filtersThatDependOnInputs(_ loss: String) throws {
    let function = try LossModel(source: Self.declarations).function(
      loss, of: ["x", "w", "u", "A"])
    #expect(function.isCompiled)
    var random = RandomStream(seed: 6, stream: 2)
    for round in 0..<8 {
      var point = (0..<function.inputCount).map { _ in random.nextUniform() * 2 - 1 }
      // All, none, and one that ties with the bound.
      point[0] = round == 5 ? -3 : round == 6 ? 3 : round == 7 ? point[2] : point[0]
      let (_, problem) = ProgramAgreement(function: function).compare(at: point) {
        ReferenceAgreementTests.normwise($0, $1)
      }
      #expect(problem == nil, "\(loss) at \(point)")
    }
  }

  /// Ties, zeros, rows of nan and magnitudes whose squares overflow or vanish.
  @Test(arguments: [
    "norm(w)", "norm(w, p = 3)", "norm(w, p = 1)", "norm(w, p = inf)", "norm(A, axis = 1)[1]",
    "std(w)",
    "var(w)", "prod(w)", "cumprod(w)[2]", "sum(cumsum(w)^2)", "cumlse(w)[3]", "hypot(w[0], w[1])",
    "sort(w)[1]", "sum(topk(w, 2) * [1, 2])", "median(w)", "quantile(w, 0.3)", "logmeanexp(w)",
    "cossim(w, A[1])", "sum(sign(w) * w)", "sum(floor(w) * w)", "round(w[0]) + ceil(x)",
    "if isfinite(w[0]) then x else u[0]", "lse(w, k = 1 + x^2)", "sum(hess(t -> prod(t))(u))",
    "smooth(max(w), 2, \"mellow\")", "smooth(max(w), 2, \"boltzmann\")",
    "smooth(max(w), 2, \"sparse\")", "smooth(max(w), 2, \"sqrt\")", "smooth(max(w^2), 2, \"abs\")",
    "smooth(max(w^2), 2, \"power\")", "smooth(max(w^2), 1, \"expexp\")",
    "smooth(max(w), 1 + x^2, \"sparse\")", "smooth(argmax(w), 2)",
    "smooth(max(w + 3), 2, \"power\")",
  ])
  func choicesAndNorms(_ loss: String) throws {
    let function = try LossModel(source: Self.declarations).function(
      loss, of: ["w", "x", "u", "A"])
    #expect(function.isCompiled)
    let special: [[Double]] = [
      [0, 0, 0, 0], [1, 1, 0.5, -1], [0, 0, 1, 1], [1e200, 1, -1e200, 3], [1e-200, 0, 2e-200, 0],
      [.nan, 1, 2, 3], [.infinity, 1, 2, 3], [-.infinity, 1, 2, 3], [2, -2, 2, -2],
      [0x1p-1070, 0, 0, 0],
    ]
    var random = RandomStream(seed: 7, stream: 3)
    for round in 0..<16 {
      var point = (0..<function.inputCount).map { _ in random.nextUniform() * 2 - 1 }
      if round < special.count { point.replaceSubrange(0..<4, with: special[round]) }
      let (_, problem) = ProgramAgreement(function: function).compare(at: point) {
        ReferenceAgreementTests.normwise($0, $1)
      }
      #expect(problem == nil, "\(loss) at \(point)")
    }
  }

  /// A derivative inside the loss has corners of its own, which its value depends on.
  @Test(arguments: [
    "sum(grad(t -> max(t))(w)^2)", "grad(t -> abs(t))(x) * x",
    "sum(grad(t -> median(t))(w) * A[0])",
    "sum(grad(t -> norm(t))(w) * A[0])",
  ])
  func cornersOfInnerDerivatives(_ loss: String) throws {
    let function = try LossModel(source: Self.declarations).function(loss, of: ["w", "x", "A"])
    #expect(function.isCompiled)
    let rest = (0..<12).map { Double($0) / 8 }
    for w in [[1.0, 1, 1, 1], [0, 0, 0, 0], [2, 1, 1, 0], [1, 1, 0, 2]] {
      let point = w + [0] + rest
      let expected = try function.interpreted.valueWithGradient(at: point)
      #expect(try function.value(at: point) == expected.value, "\(loss) at \(point)")
      let gradient = try function.valueWithGradient(at: point).gradient
      #expect(distance(gradient, expected.gradient) <= 0x1p-50, "\(loss) at \(point)")
    }
  }

  /// A product of matrices that differ from element to element of a comprehension.
  @Test(arguments: [
    "sum(sum(A @ a) * s for s, a in stack(w, w^2))", "sum([sum(A.T @ a) for a in A.T])",
    "sum([sum(outer(a, a) @ outer(a, a^2)) for a in A])", "sum([sum(a @ outer(a, u)) for a in A])",
    "sum([sum(A @ outer(a, u)) for a in A])", "sum([sum(outer(u, a) @ a) for a in A])",
  ])
  func productsSideBySide(_ loss: String) throws {
    let function = try LossModel(source: Self.declarations).function(loss, of: ["w", "u", "A"])
    #expect(function.isCompiled)
    var random = RandomStream(seed: 8, stream: 1)
    let point = (0..<function.inputCount).map { _ in random.nextUniform() * 2 - 1 }
    let (_, problem) = ProgramAgreement(function: function).compare(at: point) {
      ReferenceAgreementTests.normwise($0, $1)
    }
    #expect(problem == nil, "\(loss) at \(point)")
  }
}
