import Testing

@testable import LossKit

/// `smooth(e, error = …)`: the least sharpness that keeps the bound; and `gap`.
@Suite struct SharpnessChoiceTests {
  static let inputs = """
    param s = [2, 1, 0.5], x = 0.25, t = 0.01, A = [[1, 3], [2, 0]]
    data d = [1, 2]
    let f(v) = max(v) + relu(v[0])
    let hinge = relu(max(s[j] for j in 0..<3 if j != 0) - s[0] + 1)
    """

  /// The sharpness that a note names.
  private func sharpness(_ notes: [String]) throws -> Double {
    let note = try #require(notes.first { $0.hasPrefix("smooth uses k = ") })
    return try #require(Double(note.dropFirst("smooth uses k = ".count)))
  }

  /// The closed forms, exact but for rounding up.
  @Test(arguments: [
    ("max(s)", SmoothFamily.lse, "log(3)"), ("relu(x)", .lse, "log(2)"), ("abs(x)", .lse, "log(2)"),
    ("max(s)", .mellow, "log(3)"), ("max(s)", .sparse, "1 / 3"), ("max(s)", .sqrt, "1"),
    ("max(s)", .abs, "log(6) / 2"), ("max(s)", .expexp, "log1p(log(3))"),
    ("max(s, 0)", .lse, "log(2)"), ("sum(relu(s))", .lse, "3 * log(2)"),
    ("hinge", .lse, "2 * log(2)"), ("f(s)", .lse, "log(3) + log(2)"),
    ("sum(max(row) for row in A)", .lse, "2 * log(2)"),
  ])
  func closedForm(_ e: String, _ family: SmoothFamily, _ constant: String) throws {
    let test = try TestSession(Self.inputs)
    for error in [1.0, 0.001, 3e-7] {
      let k = try sharpness(
        test.notes("smooth(\(e), error = \(error), family = \"\(family.rawValue)\")"))
      let expected = try test.number("(\(constant)) / \(error)")
      #expect(abs(k - expected) <= 1e-14 * expected, "\(e): \(k), not \(expected)")
      // The bound is kept, whichever way the quotient was rounded.
      #expect(
        try test.number("max(gap(\(e), \(literal(k)), \"\(family.rawValue)\").bound)") <= error)
    }
  }

  /// Through anything else the least sharpness is found by bisection: a smaller one breaks the bound.
  @Test(arguments: [
    ("max(s)^2", "lse"), ("exp(max(s)) * relu(x)", "lse"), ("max(s)", "power"),
    ("exp(relu(s))", "mellow"), ("1 / (1 + abs(x))", "sqrt"), ("sin(max(s)) * max(s)", "boltzmann"),
    ("tanh(max(s) - 2)", "lse"), ("fold((a, b) -> max(a, b) * 1.5, 0, s)", "sparse"),
    ("log(max(s))", "lse"), ("softmax(relu(s))", "lse"),
  ])
  func isTheLeast(_ e: String, _ family: String) throws {
    let test = try TestSession(Self.inputs)
    for error in [0.1, 1e-5] {
      let call = "smooth(\(e), error = \(error), family = \"\(family)\")"
      let k = try sharpness(test.notes(call))
      func bound(_ k: Double) throws -> Double {
        try #require(test.numbers("gap(\(e), \(literal(k)), \"\(family)\").bound").max())
      }
      #expect(try bound(k) <= error)
      #expect(try bound(k * (1 - 1e-8)) > error, "\(e), \(error)")
      #expect(try test.numbers(call) == test.numbers("smooth(\(e), \(literal(k)), \"\(family)\")"))
    }
  }

  /// The sharpness is a constant: the gradient is that at this k, and the error has none.
  @Test(arguments: ["max(s)", "max(s)^2 + relu(x)", "hinge", "sum(relu(r - x) for r in s)"])
  func isHeldConstant(_ e: String) throws {
    let test = try TestSession(Self.inputs)
    let call = "smooth(\(e), error = t)"
    let k = try literal(sharpness(test.notes(call)))
    #expect(try test.shownGradient(call) == test.shownGradient("smooth(\(e), \(k))"))
    #expect(try test.numbers("grad(\(call), t)") == [0])
    #expect(try test.numbers("grad(\(call), s)") == test.numbers("grad(smooth(\(e), \(k)), s)"))
    #expect(try test.numbers("hess(\(call), s)") == test.numbers("hess(smooth(\(e), \(k)), s)"))
    #expect(
      try test.numbers("diff(\(call), x, 3)") == test.numbers("diff(smooth(\(e), \(k)), x, 3)"))
  }

  /// Gradients by so many elements come in chunks, each of which chooses the same.
  @Test func chunksChooseAlike() throws {
    let test = try TestSession("param v = randn(300, seed = 3); let e = max(v)^2 + max(0 * v)")
    let k = try literal(sharpness(test.notes("smooth(e, error = 0.1)")))
    #expect(
      try test.shownGradient("smooth(e, error = 0.1)") == test.shownGradient("smooth(e, \(k))"))
    // Ties outside are settled as if nothing else had been evaluated.
    #expect(
      try test.shownGradient("max(v - v) + smooth(e, error = 0.1)")
        == test.shownGradient("max(v - v) + smooth(e, \(k))"))
  }

  @Test func reachesEverything() throws {
    let file = "param w = 0.5\nlet whole = relu(w) + max(w, 1)\n"
    let test = TestSession(files: ["parts.loss": file])
    try test.run("import \"parts.loss\"; param s = [1, 2]")
    let k = try sharpness(test.notes("smooth(whole, error = 0.01)"))
    #expect(try abs(k - test.number("2 * log(2) / 0.01")) <= 1e-12 * k)
    #expect(
      try sharpness(test.notes("smooth(sum(map(abs, s)), error = 0.01)"))
        == sharpness(test.notes("smooth(sum(abs(r) for r in s), error = 0.01)")))
  }

  /// Elements have sharpnesses of their own; an inner `smooth` its own, whatever stands outside.
  @Test func everyPlaceHasItsOwn() throws {
    let test = try TestSession(Self.inputs)
    #expect(
      try test.notes("sum(smooth(relu(r)^2, error = 0.1) for r in s)").first?
        .hasPrefix("smooth uses k from ") == true)
    #expect(
      try test.number("sum(smooth(relu(r)^2, error = 0.1) for r in s)")
        == test.number(
          "smooth(relu(s[0])^2, error = 0.1) + smooth(relu(s[1])^2, error = 0.1) + smooth(relu(s[2])^2, error = 0.1)"
        ))
    #expect(
      try test.notes("smooth(max(s), error = 0.1) + smooth(relu(x), error = 0.5)") == [
        "smooth uses k = 10.986122886681096 (column 1)",
        "smooth uses k = 1.3862943611198906 (column 31)",
      ])
    #expect(
      try sharpness(test.notes("smooth(max(s) + smooth(max(s), 2), error = 0.1)"))
        == sharpness(test.notes("smooth(max(s), error = 0.1)")))
    #expect(
      try test.text("check smooth(hinge, error = 0.1) <= hinge + 0.1").contains("holds at 1000"))
    #expect(try test.notes("smooth(sum(s), error = 0.1)") == ["smooth uses k = 1"])
    #expect(try test.notes("smooth(tanh(max(s)), error = 5)") == ["smooth uses k = 1"])
    #expect(try test.notes("sum(s)").isEmpty)
  }

  @Test func isAmongTheNotesOfJSON() throws {
    let test = try TestSession("param x = 1; smooth(relu(x), error = 0.001)")
    let line = try #require(test.outputs.last).json(file: nil)
    #expect(line.contains("\"notes\": [\"smooth uses k = 693.14718055994"), "\(line)")
  }

  @Test(arguments: [
    ("step(x)", "step jumps", 8), ("sign(x)", "sign jumps", 8),
    ("hardmax(s)[0]", "hardmax jumps", 8),
    ("argmax(s)", "argmax jumps", 8), ("argmin(s)", "argmin jumps", 8),
    ("1 + 2 * step(x)", "step jumps", 16), ("solve(A, relu(A))", "the error that solve", 8),
    ("floor(max(d))", "the error that floor", 8), ("max(d) % 2", "the error that %", 15),
    ("{ let m = max(d); smooth(relu(m), error = 1) }", "the error that relu", 33),
    ("grad(max(s), s)", "the error that max", 13),
    ("log(relu(x) - 1)", "its bound is infinite", 1),
    ("1 / relu(x - 1)", "its bound is infinite", 1),
    ("relu", "not known before it is called", 1),
    ("exp(max(s)) * 1e20", "never falls below", 1), ("\"text\"", "not a text", 1),
  ])
  func isRefused(_ e: String, _ message: String, _ column: Int) throws {
    let error = try TestSession(Self.inputs).error("smooth(\(e), error = 0.001)")
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.column == column, "\(error.column)")
  }

  @Test(arguments: [
    ("smooth(relu(x), 2, error = 1)", "either k or error"),
    ("smooth(relu(x), k = 2, error = 1)", "either k or error"),
    ("smooth(relu(x), error = 0)", "'error' must be a positive number"),
    ("smooth(relu(x), error = -1)", "'error' must be a positive number"),
    ("smooth(relu(x), error = nan)", "'error' must be a positive number"),
    ("smooth(relu(x), error = inf)", "'error' must be a positive number"),
    ("smooth(relu(x), error = [1, 2])", "'error' must be a positive number"),
    ("smooth(relu(x), error = \"small\")", "'error' must be a positive number"),
    ("smooth(min(s), error = 1, family = \"power\")", "smooths max only"),
    ("smooth(max(-s), error = 1, family = \"abs\")", "needs entry 0"),
    ("gap(max)", "not a function"), ("gap()", "needs an argument"),
    ("gap(relu(x), error = 1)", "no argument 'error'"), ("gap(relu(x), 0)", "positive"),
    ("gap(relu(x), 1, \"best\")", "best"), ("gap(sort(s), 1)", "no smooth counterpart"),
  ])
  func argumentsAreChecked(_ e: String, _ message: String) throws {
    let error = try TestSession(Self.inputs).error(e)
    #expect(error.message.contains(message), "\(error.message)")
  }

  // MARK: gap

  @Test func gapIsARecord() throws {
    let test = try TestSession(Self.inputs)
    #expect(
      try test.text("gap(relu(x), 2)")
        == "{hard = 0.25, smooth = \(literal(test.number("softplus(x, 2)"))), gap = \(literal(test.number("softplus(x, 2) - x"))), bound = \(literal(test.number("log(2) / 2")))}"
    )
    #expect(try test.numbers("gap(relu(s)).bound") == test.numbers("log(2) * ones(3)"))
    #expect(try test.numbers("gap(max(A, axis = 1), k = 4).gap").count == 2)
    #expect(
      try test.numbers("gap(max(s), family = \"sparse\", k = 2).smooth")
        == test.numbers("smoothmax(s, 2, \"sparse\")"))
    #expect(
      try test.shownGradient("gap(max(s), 2).gap") == test.shownGradient("smoothmax(s, 2) - max(s)")
    )
    #expect(
      try test.numbers("[gap(relu(s[j]), j + 1).bound for j in 0..<3]")
        == test.numbers("[log(2), log(2) / 2, log(2) / 3]"))
    let table = try test.text("table gap(max(s), k).gap, gap(max(s), k).bound for k in [1, 2]")
    #expect(table.contains("0.4643687841079      1.098612288668\n"), "\(table)")
  }

  @Test func equalInfinitiesHaveNoGap() throws {
    let test = try TestSession(Self.inputs)
    #expect(try test.numbers("gap(max([]), 2)") == [-.infinity, -.infinity, 0, 0])
    #expect(try test.numbers("gap(relu([inf, -1]), 2).gap")[0] == 0)
    #expect(try test.numbers("gap(max(inf, x), 2)") == [.infinity, .infinity, 0, 0])
  }

  /// A jump has no bound; the other fields are there all the same.
  @Test func jumpsHaveAnInfiniteBound() throws {
    let test = try TestSession(Self.inputs)
    #expect(
      try test.numbers("gap(step(x), 4)")
        == test.numbers(
          "[1, sigmoid(x, 4), sigmoid(x, 4) - 1, inf]"))
    #expect(try test.numbers("gap(step(s), 4).bound") == [.infinity, .infinity, .infinity])
    #expect(try test.numbers("gap(hardmax(s), 4).smooth") == test.numbers("softmax(s, 4)"))
  }
}
