import Foundation
import Testing

@testable import LossKit

/// `gradcheck` and the finite differences behind it.
@Suite struct GradientCheckTests {
  private func ok(_ e: String, _ inputs: String = "param x = 1") throws -> Bool {
    try TestSession(inputs).text("gradcheck(\(e)).ok") == "true"
  }

  private func field(_ name: String, _ e: String, _ inputs: String) throws -> Double {
    try TestSession(inputs).number("gradcheck(\(e)).\(name)")
  }

  @Test(arguments: [
    "x^3", "exp(20 * x)", "log(x)", "sin(100 * x)", "softplus(x, 1000)", "lgamma(x)", "1 / x",
    "x + 1e10",
    "tanh(x)^2", "relu(x)", "max(x, 1)", "min(x, 1) + max(x, 1)", "abs(x - 1)", "max(x, 1.0001)",
    "clamp(x, 1, 2)", "norm([x - 1, 2 * x - 2])", "relu(x - 1) - relu(1 - x)",
    "smooth(relu(x), k = 3)",
    "quantile([x, 1, 2], 0.25)", "where(x > 0, sqrt(x), 0)", "grad(x^3, x)", "1e-200 * x^2",
    "1e200 * x",
  ])
  func holdsForExactDerivatives(_ e: String) throws {
    #expect(try ok(e))
    #expect(try field("compared", e, "param x = 1") >= 3)
  }

  @Test(arguments: ["1e-10", "1e8", "-3e-5", "1e-300", "0", "1e150", "-1"])
  func holdsAtAnyScale(_ x: String) throws {
    for e in ["x^2", "x + 1", "sin(x)", "exp(-abs(x))", "hypot(x, 1)", "relu(x)"] {
      // A corner nearer than rounding lets see, and waves shorter than it, are false alarms.
      if x == "1e-300" && e.contains("abs") || x == "1e150" && e == "sin(x)" { continue }
      #expect(try ok(e, "param x = \(x)"), "\(e) at \(x)")
    }
  }

  /// Whoever cuts a derivative is found out.
  @Test(arguments: [
    ("stop(x) * x", "right"), ("x^2 + stop(x^2)", "right"), ("x + 1e-4 * stop(sin(x))", "right"),
    ("if x >= 1 then x else 2 - x", "left"), ("if x > 1 then 2 * x else x + 1", "right"),
    ("x + abs(stop(x) - 1)", "right"),
  ])
  func failsForAWrongDerivative(_ e: String, _ side: String) throws {
    #expect(try !ok(e), "\(e)")
    #expect(try field("worst", e, "param x = 1") > 1)
    let direction = try TestSession("param x = 1").text("gradcheck(\(e)).direction")
    #expect(direction == "\"\(side)\"" || e.contains("stop"), "\(direction)")
  }

  @Test func namesTheWorstComparison() throws {
    let test = try TestSession(
      "param w = 1, s = [[1, 2], [3, 4]]; let e = w * sum(s) + stop(s[1, 0]) * s[1, 0]")
    #expect(try test.text("gradcheck(e).input") == "\"s[1, 0]\"")
    #expect(try test.number("abs(abs(gradcheck(e).estimate) - 7)") < 1e-6)
    #expect(try test.number("abs(gradcheck(e).exact)") == 4)
    #expect(try test.text("gradcheck(e, w).ok") == "true")
    #expect(try test.text("gradcheck(e, (w, s)).ok") == "false")
    #expect(try test.error("assert gradcheck(e).ok").message.contains("assertion failed"))
    try test.run("assert gradcheck(w^2).ok; check gradcheck(lse(s) + t * w).ok over (t = randn())")
  }

  @Test func cornersAreCounted() throws {
    #expect(try field("corners", "relu(x)", "param x = 0") == 1)
    #expect(try field("corners", "relu(x) - relu(-x)", "param x = 0") == 0)
    #expect(try field("corners", "max(s)", "param s = [1, 1, 0]") == 2)
    #expect(try field("corners", "sum(abs(s))", "param s = [0, 1, 0]") == 2)
    for e in [
      "max(s)", "norm(s - [1, 1, 0])", "sum(abs(s)) - 2 * max(s)", "abs(s[0] - s[1]) + s[2]",
    ] {
      #expect(try ok(e, "param s = [1, 1, 0]"), "\(e)")
    }
    let test = try TestSession("param x = 0\n:set corners symmetric")
    #expect(try test.text("gradcheck(relu(x)).ok") == "true")
    // Nothing is noted: the corner is what is looked at.
    #expect(try test.notes("gradcheck(relu(x))").isEmpty)
  }

  /// What cannot be compared is counted, and is no failure.
  @Test func whatIsNotFiniteIsSkipped() throws {
    for (e, x) in [
      ("sqrt(x)", "0"), ("log(x)", "-1"), ("x^1.5", "0"), ("1 / x", "0"), ("x", "inf"),
      ("nan * x", "1"),
    ] {
      let inputs = "param x = \(x)"
      #expect(try ok(e, inputs), "\(e)")
      #expect(try field("skipped", e, inputs) == 3, "\(e)")
      #expect(try field("compared", e, inputs) == 0, "\(e)")
    }
    // A jump has no slope; the other side has.
    #expect(try field("skipped", "step(x) + x", "param x = 0") > 0)
    #expect(try field("skipped", "lse(s)", "param s = [-inf, 1, 0]") == 3)
    // An error beside the point is one of that side.
    #expect(
      try field("compared", "sum([1, 2][..<(if x < 1 then 2 else 9)]) + x", "param x = 0.5") == 3)
    let f = "let f(p) = { assert p >= 0; p^2 }; param x = 0"
    #expect(try field("compared", "f(x) + x", f) == 2)
  }

  @Test func ofManyElementsSomeAreDrawn() throws {
    let test = try TestSession(
      "param s = ones(520); data r = gradcheck(sum(s * stop(s) + s))")
    #expect(try test.numbers("[r.elements, r.sampled]") == [520, 500])
    #expect(try test.text("r.ok") == "false")
  }

  @Test func whereItIsAsked() throws {
    let test = try TestSession("param x = 2; let f(a) = gradcheck(a^2 * x, a).ok")
    #expect(try test.text("f(3)") == "true")
    #expect(try test.numbers("[(if f(a) then 1 else 0) for a in 1...3]") == [1, 1, 1])
    #expect(try test.text("{ let y = x^2; gradcheck(sin(y), y).ok }") == "true")
    #expect(try test.number("grad(x^2 * (if gradcheck(x^3).ok then 1 else 0), x)") == 4)
    #expect(try test.number("x") == 2)
    #expect(try test.error("gradcheck([x, x])").message.contains("one number"))
    #expect(try test.error("gradcheck(3)").message.contains("depends on no param"))
    #expect(try test.error("gradcheck(x, x, x)").message.contains("takes 2 arguments"))
    #expect(try test.error("gradcheck(log(q))").message.contains("'q'"))
  }

  // MARK: Finite differences by themselves

  @Test(arguments: [0.0, 1, 1e-9, 1e6])
  func slopesOfKnownFunctions(_ x: Double) throws {
    let steps = OneSidedSlope.steps(magnitude: x).map { (x + $0) - x }.filter { $0 > 0 }
    #expect(steps.count >= 20)
    for (f, slope) in [
      ({ $0 * $0 }, 2 * x), ({ sin($0) }, cos(x)), ({ max($0, x) }, 1),
      ({ min($0, x) }, 0),
    ] as [((Double) -> Double, Double)] {
      let found = try #require(
        OneSidedSlope(
          start: f(x), values: steps.map { f(x + $0) }, steps: steps,
          noise: 0x1p-52 * f(x).magnitude))
      #expect(
        (found.estimate - slope).magnitude <= 8 * found.error + 1e-8 * slope.magnitude, "\(x)")
      #expect(found.error <= 1e-6 * max(1, slope.magnitude))
    }
    #expect(OneSidedSlope(start: .nan, values: steps, steps: steps, noise: 0) == nil)
    #expect(OneSidedSlope(start: 0, values: [.nan, 1], steps: [2, 1], noise: 0) == nil)
  }

  @Test func noiseIsMeasured() {
    #expect(OneSidedSlope.noise(of: [1, 1, 1, 1, 1, 1, 1]) == 0x1p-52)
    let smooth = (0..<7).map { 1 + 1e-3 * Double($0 * $0) }
    #expect(OneSidedSlope.noise(of: smooth) < 1e-14)
    let rough = zip(smooth, [1, -1, -1, 1, 1, -1, 1]).map { $0 + 1e-9 * Double($1) }
    #expect((0.5e-9...2e-8).contains(OneSidedSlope.noise(of: rough)))
  }
}
