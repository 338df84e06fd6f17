import Testing

@testable import LossKit

/// Nothing of a session outlives it, and nothing of a line that defines nothing outlives the line.
@Suite struct SessionLifetimeTests {
  private static let files = [
    "inner.loss": "data v = [1, 2]; let g(x) = sum(v) * x",
    "failing.loss": """
    import "inner.loss"; data v = [3, 4]; let g(x) = sum(v) * x; data z = g(1) + no
    """,
    "fine.loss": "import \"inner.loss\"\ndata u = [1, 2]; let h(x) = inner.g(x) * sum(u)",
  ]

  /// Functions that see the scope, or keep the replacements, in which they are bound or remembered.
  @Test(arguments: [
    "let lazily(a, g = b -> a + b) = g(1); lazily([1, 2])",
    "let lazily(a, g = b -> a + b, c = g(2)) = g(c); lazily([1, 2])",
    "param k = 2; let g = v -> v * k; g(3) at (k = [5, 6])",
    "{ let k = 2; let g = v -> v * k; g(3) at (k = [5, 6]) }",
    "param a = [1, 2]; let g = v -> v * a; g(1)", "let twice(g) = v -> g(g(v)); twice(sin)([1, 2])",
    "param a = [1, 2]; let g = v -> v * a; smooth(g)(1)",
    "param a = [1, 2]; let g = v -> sum(relu(v * a)); { let h = smooth(g, 3); h(2) }",
    "{ let f(x) = if x == 0 then [1, 2] else f(x - 1); f(3) }",
    "data held = { let k = [1, 2]; v -> k * v }; held = { let g = held; v -> g(1) + v }; held(2)",
    "import \"fine.loss\"; fine.h(2)", "import \"failing.loss\"", "let a = [1, 2]; a + nothing",
    "let cycle = [1, 2] * cycle; cycle", "param a = [1, 2]; hess(sum(exp(a)), a)",
    "check sum(s) < 0 over (s = [randn(3)])", "fold((a, b) -> a + b, [1, 2], 0..<3)",
    "param a = [1, 2]; minimize sum((a - 1)^2) over a", "plot x * k for x in 0...1, k in 0...1",
  ])
  func aSessionEndsWithAllThatItMade(_ text: String) {
    weak var account: MemoryAccount?
    weak var root: Module?
    do {
      let test = TestSession(files: Self.files)
      for line in text.split(separator: ";") { try? test.run(String(line), echo: .prompt) }
      _ = try? test.session.explanation(of: "sum(a) * 2")
      account = test.session.account
      root = test.session.root
    }
    #expect(account == nil, "an array is left")
    #expect(root == nil, "a definition or a function is left")
  }

  @Test func aFunctionOfAModelEndsWithAllThatItMade() throws {
    weak var root: Module?
    do {
      let model = try LossModel(
        source: """
          param w = 0.5; let k = 2 + w; let g = v -> v * k
          let lazily(a, h = b -> g(a) + b) = h(1)
          """)
      root = model.root
      for loss in ["g(w)", "lazily(w)", "g(w) at (k = 3)", "grad(g)(w)"] {
        let function = try model.function(loss, of: ["w"]).interpreted
        var work = function.makeWorkspace()
        for _ in 0..<3 { _ = try function.value(at: [1.5].span, using: &work) }
        _ = try function.hessian(at: [1.5])
      }
    }
    #expect(root == nil)
  }

  // MARK: Names

  @Test func namesOfALineAreForgotten() throws {
    let test = TestSession(files: Self.files)
    try test.run("param s = [1, 2]; let f(a) = a^2")
    let known = test.session.symbols.count
    for line in [
      "unknown + 1", "sum(new for new in s)", "(argument -> argument + f(1))(2)", "(1 + half",
      "f at (other = 2)", "{ let local = 2; local * s }", "let bad = ", "let sin = fresh",
      "f(named = 2)", "import \"missing.loss\"", "é\u{301}toile + 1", "print x1, x2, x3",
    ] {
      try? test.run(line)
      #expect(test.session.symbols.count == known, "\(line)")
    }
    _ = try? test.session.explanation(of: "sum(new for new in s)")
    _ = try? test.session.kind(of: "other + 1")
    _ = try? test.session.wholeText(of: "sum(new for new in s)", width: nil)
    #expect(test.session.symbols.count == known)
  }

  @Test func namesThatAreUsedStay() throws {
    let test = TestSession(files: Self.files)
    // A function, a file, a definition: each is used after a line that names others.
    try test.run("data kept = argument -> { let inside = argument + 1; inside * 2 }")
    try? test.run("other1 + other2 + other3 + other4")
    #expect(try test.number("kept(2)") == 6)
    try test.run("import \"fine.loss\"; unheard -> unheard")
    try? test.run("other5 + other6")
    #expect(try test.number("fine.h(2)") == 18)
    try test.run("let defined(first, second = first) = first - second")
    try? test.run("other7 + other8")
    #expect(try test.number("defined(second = 1, first = 3)") == 2)
    #expect(try test.error("defined(third = 1)").message.contains("third"))
  }

  @Test func aResetForgetsAllNames() throws {
    let test = TestSession(files: Self.files)
    let known = test.session.symbols.count
    try test.run("import \"fine.loss\"; import losses; param s = 2; let f(own) = own^s; f(3)")
    #expect(test.session.symbols.count > known)
    test.session.reset()
    #expect(test.session.symbols.count == known)
    #expect(try test.number("param t = 2; let g(x) = x^t; g(3)") == 9)
  }

  /// A caller may reset while a text runs, which then goes on.
  @Test func aResetWhileATextRuns() throws {
    let session = Session()
    var shown: [String] = []
    try session.run("let a = 1; a; param fresh = 5; let b = fresh + 1; b", echo: .script) {
      shown.append($0.rendered(session.settings).plain)
      if shown.count == 1 { session.reset() }
    }
    #expect(shown.first == "1")
    #expect(shown.count == 2 && shown.last?.hasPrefix("6") == true)
  }

  /// Names of a stranger's expression are not those of the model.
  @Test func aModelDoesNotGrow() throws {
    let model = try LossModel(source: "param s = [1, 2]")
    let known = model.symbols.count
    #expect(model.size(of: "stranger") == nil)
    let function = try model.function("sum(own * own for own in s)", of: ["s"])
    #expect(try function.value(at: [3, 4]) == 25)
    #expect(throws: LossError.self) { try model.function("nothing + s[0]", of: ["s"]) }
    #expect(throws: LossError.self) { try model.function("s[0]", of: ["stranger"]) }
    #expect(model.symbols.count == known)
  }
}
