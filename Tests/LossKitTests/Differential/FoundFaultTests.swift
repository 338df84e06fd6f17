import Testing

@testable import LossKit

/// Faults that generated expressions have found, and that no script shows.
@Suite struct FoundFaultTests {
  /// One singular matrix among many took the gradients of the others away.
  @Test func logdetOfManyMatrices() throws {
    let function = try LossModel(source: "param A = eye(2)").function("logdet(A)", of: ["A"])
    let points = [[2.0, 1, 1, 3], [1, 1, 1, 1], [1, 0, 0, 4]]
    let found = ProgramAgreement(function: function).batch(at: points, layout: .rowMajor)
    for (point, results) in zip(points, try #require(found)) {
      let alone = ProgramAgreement.interpreted(function, at: point)
      #expect(ProgramAgreement.isSame(results.all, alone.all), "\(point): \(results.all)")
    }
  }

  /// A sharpness below 0 is an error also where nothing depends on it, and where it is one of many.
  @Test(arguments: [
    "softplus(1, k)", "logsoftmax([1], k)[0]", "lse([1, 2], k = k)", "smoothmax([1], k)",
    "({ let t = 1; slopes(logsoftmax([2], k)[0], t) })[0]",
  ])
  func sharpnessBelowZero(_ loss: String) throws {
    let function = try LossModel(source: "param k = 1").function(loss, of: ["k"])
    let agreement = ProgramAgreement(function: function)
    #expect(agreement.compiled(at: [1]).error == nil)
    #expect(agreement.compiled(at: [-1]).error?.contains("positive") == true)
    #expect(agreement.compiled(at: [0]).error?.contains("positive") == true)
    #expect(agreement.batch(at: [[1], [2]], layout: .rowMajor) != nil)
    #expect(agreement.batch(at: [[1], [-2]], layout: .rowMajor) == nil)
    #expect(
      try TestSession("param k = 1").error("[(\(loss)) at (k = t) for t in [1, -1]]").message
        .contains("positive"))
  }

  /// The p of a norm that is nan is refused among others, too.
  @Test func ordersAmongOthers() throws {
    let test = try TestSession("param p = 2")
    #expect(try test.error("[norm([1, 2], q) for q in [2, nan, 3]]").message.contains("from 1 on"))
  }

  /// The rules of vectors are no rules of matrices, nor those of one family those of another.
  @Test(arguments: [
    "lse(A)", "max(A)", "min(A) * lse(A, k = 2)", "logmeanexp(A) + var(A)", "std(A)",
  ])
  func symbolicGradientsOfMatrices(_ loss: String) throws {
    let test = try TestSession("param A = [[1, 2.5, -1], [0.25, 3, 2]]")
    let gradient = try #require(try test.session.gradients(of: loss).gradients.first)
    let text = try gradient.result.get()
    #expect(
      distance(try test.numbers(text), try test.numbers("grad(\(loss), A)")) <= 1e-14, "\(text)")
  }

  @Test func symbolicGradientOfAnotherFamily() throws {
    let session = Session()
    try session.run("param v = [1, 2, 4]") { _ in }
    let gradient = try session.gradients(of: "smoothmax(v, 2, \"sqrt\")").gradients[0]
    #expect(throws: FormulaWithGradients.Gradient.Failure.self) { try gradient.result.get() }
    if case .failure(let failure) = gradient.result { #expect(!failure.reason.contains("differs")) }
  }
}
