import Testing

@testable import LossKit

/// Hessians as sums of outer products agree with those of the interpreter.
@Suite struct HessianAgreementTests {
  @Test(arguments: [
    ("lse(s)", true), ("lse(s, k = 3)", true), ("softplus(lse(drop(s, 0)) - s[0])", true),
    ("max(s)", true), ("sum(s^2) + s[1] * s[2]", true), ("sum(s^3) * s[0]", true),
    ("mean(square(s - mean(s)))", true), ("sum(exp(-t^2) for t in s)", true),
    ("logsoftmax(s)[1]", true), ("dot(softmax(s), s)", true), ("sum((s - 1) / (s^2 + 1))", true),
    ("sum(where(s > 0, log(s), 0))", true), ("lse(s) * k + k^2 * s[0]", true), ("lse(k * s)", true),
    ("3", true), ("k^4", true), ("sum(tanh(M @ s)^2)", false),
  ])
  func agrees(_ loss: String, isStructured: Bool) throws {
    let model = try LossModel(
      source: "param s = [0.3, -1.2, 2.5]; param k = 2; data M = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]")
    let function = try model.function(loss, of: ["s", "k"])
    #expect(function.isHessianCompiled == isStructured)
    var generator = SplitMix64(seed: 9)
    for _ in 0..<40 {
      let point = (0..<4).map { _ in Double(generator.next() % 5_999) / 1_000 - 2.9995 }
      let found = try function.hessian(at: point)
      let expected = try function.interpreted.hessian(at: point)
      let scale = expected.map(\.magnitude).max() ?? 0
      for (a, b) in zip(found, expected) {
        #expect(abs(a - b) <= 256 * 0x1p-53 * scale || a.isNaN && b.isNaN, "\(loss) at \(point)")
      }
    }
  }

  /// Where one weight is nearly 1 an entry is the small rest, which the interpreter computes.
  @Test func aConfidentScore() throws {
    let function = try LossModel(source: "param s = [50, 0, 0]").function("lse(s)", of: ["s"])
    #expect(function.isHessianCompiled)
    let hessian = try function.hessian(at: [50, 0, 0])
    let small = 1.9287498479639178e-22
    #expect(abs(hessian[0] - 2 * small) <= 4 * (2 * small).ulp)
    #expect(try function.hessian(at: [50, 0, 0]) == function.interpreted.hessian(at: [50, 0, 0]))
  }

  @Test func wrongSizes() throws {
    let function = try LossModel(source: "param s = [1, 2]").function("sum(s^2)", of: ["s"])
    var work = function.makeWorkspace()
    var result = [0.0, 0, 0]
    var span = result.mutableSpan
    #expect(throws: LossError.self) {
      try function.hessian(at: [1, 2].span, into: &span, using: &work)
    }
    #expect(throws: LossError.self) { try function.hessian(at: [1, 2, 3]) }
  }

  /// `hess` of many inputs at a prompt is the same program.
  @Test func inASession() throws {
    let session = Session()
    try session.run(
      """
      param s = randn(40)
      let p = softmax(s)
      let H = hess(lse(s), s)
      assert max(abs(H - (diag(p) - outer(p, p)))) <= 1e-16
      assert max(abs(hess(lse(s)).s.s - H)) <= 1e-16
      assert max(abs(H @ ones(40))) <= 1e-16
      """
    ) { _ in }
  }
}
