import Testing

@testable import LossKit

/// A saved session, run in a fresh one, defines the same.
@Suite struct SavedSessionTests {
  private static let files = FileAccess { path throws(FileAccess.Failure) in
    let texts = [
      "/home/lib/margins.loss": "param m = 2\ndata label = 1\nlet hinge(x) = relu(m - x)",
      "/home/other.loss": "import \"lib/margins.loss\"\nlet twice(x) = 2 * x\nparam m = 7",
      "/home/b.csv": "x\n1\n2\n",
      "/home/a.csv": "x,long name,t\n1,2.5,a\n,3,b\n",
    ]
    guard let text = texts[path] else { throw FileAccess.Failure(reason: "there is no such file") }
    return Array(text.utf8)
  }

  /// A session that reads relative paths from a folder.
  private func session(in folder: String = "") -> Session {
    Session(
      files: FileAccess { path throws(FileAccess.Failure) in
        try Self.files.read(path.hasPrefix("/") ? path : folder + path, atMost: .max)
      })
  }

  /// Two values with the same kind, shape and bits.
  private func areSame(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)): a.bitPattern == b.bitPattern || a.isNaN && b.isNaN
    case (.truth(let a), .truth(let b)): a == b
    case (.tensor(let a), .tensor(let b)):
      a.shape == b.shape && a.isMask == b.isMask
        && zip(a.elements, b.elements).allSatisfy {
          $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN
        }
    case (.text(let a), .text(let b)): a == b
    case (.texts(let a), .texts(let b)): a.elements == b.elements
    case (.record(let a), .record(let b)):
      a.names == b.names && zip(a.values, b.values).allSatisfy { areSame($0, $1) }
    // Functions are compared by what they give, below.
    case (.function, .function): true
    default: false
    }
  }

  private static let texts: [String] = [
    "param x = 0.1, y = -0 in -1...1; param z = 1e300; z = 2",
    "data a = nan; data b = [inf, -inf, nan, -0, 5e-324, 1e+21, 0.30000000000000004]",
    "data t = true; data m = [true, false]; data n = [[true], [false]]",
    "data e = []; data f = zeros(0, 3); data g = zeros(2, 0) > 0; data h = zeros(3, 0, 2)",
    "data q = reshape(1...24, 2, 3, 4); data r = randn(5); param s = rand(2, 2); data p = permutation(9)",
    "data w = \"a\\\"b\\\\c\\n\\t\\u{7}é\"; data v = [\"x\", \"y\\n\"]; data u = unique([\"a\"][..<0])",
    "data c = csv(\"a.csv\")",
    "param a = 3; data c = grad(a^2); data d = record([\"a b\", \"f\", \"r\"], [1, 2], x -> x + 1, "
      + "record([\"n\"], nan))",
    "let a = b + 1; let b = c * 2; param c = 3; let a = b - 1; c = 5",
    "## Doc of a.\n##\n##  and more\nlet a = 1\n## Of f.\nlet f(x, k = 2 + 1) = x^k",
    "let a = (1\n  + 2)\nlet b = (x ->\n x +\n 1\n * 2)\nlet c = {\n let q = 2 # why\n q + 1\n}\n"
      + "let d = 1 + # c\n 2\nlet e = if true\n then 1\n else 2\ndata g = (x ->\n x\n + 1)",
    "let mk(n) = x -> x + n; data f = mk(3); let mk(n) = x -> x * n; data g = mk(4); data h = mk",
    "param a = 3; data f = (x -> x * a) at (a = 10); a = 4",
    "data f = softplus; data g = grad(x -> x^3); data h = diff(x -> x^3, 2); data i = smooth(relu, 2)",
    "let f(x, k = 2) = x * k; data g = f; data h = grad(f); data i = smooth(f, 3, family = \"sqrt\")",
    "import losses; param s = [1, 2]; let h = losses.hinge",
    "import \"other.loss\"; import \"lib/margins.loss\"; m = 9; label = 4; let z = twice(m)",
    ":set digits 5\n:set elide 12\n:set corners symmetric\nparam x = 1/3",
    ":set elide none\nparam x = 1",
    "param über = 1; let α₁ = über; data π2 = 3",
    "let d = csv(\"b.csv\").x; let n = len(csv(\"/home/b.csv\").x)",
    "data k = x -> 1 + # why\n x",
    "let sq = x -> x^2; data w = (x, y) -> { let z = x; z * y }; data q = () -> 3",
  ]

  @Test(arguments: texts)
  func aSavedSessionIsRestored(text: String) throws {
    let first = session(in: "/home/")
    try first.run(text) { _ in }
    let saved = first.saved(folder: "/home/")
    #expect(saved.notes.isEmpty)

    // In another folder, and silent.
    let second = session(in: "/elsewhere/")
    try second.run(saved.script) {
      Issue.record("shown: \($0.rendered(.init()).plain)")
    }
    #expect(second.saved(folder: "/elsewhere/").script == saved.script)
    #expect(second.settings == first.settings)
    #expect(second.corners == first.corners)
    #expect(second.definedNames == first.definedNames)

    let names = first.root.order.map { first.symbols.name(of: $0) }
    for name in names {
      let before = try #require(first.root.find(first.symbols.intern(name)))
      let after = try #require(second.root.find(second.symbols.intern(name)), "\(name)")
      #expect(before.kind == after.kind)
      #expect(before.interval == after.interval)
      #expect(before.documentation == after.documentation)
      if before.isInput { #expect(areSame(before.value, after.value), "\(name)") }
      // What a use of the name shows, derivatives and all.
      for use in [name, "\(name)(2)", "\(name)(0.5, 3)", "\(name)(1)(2)", "grad(\(name))"] {
        #expect(shown(use, in: first) == shown(use, in: second), "\(use)")
      }
    }
  }

  private func shown(_ text: String, in session: Session) -> String {
    var result = ""
    do throws(LossError) {
      try session.run(text) { result += $0.json(file: nil) }
    } catch {
      result += error.rendered().plain
    }
    return result
  }

  @Test func whatCannotBeRestoredIsSaid() throws {
    let session = session()
    try session.run("let noise = randn(3); let steady = randn(3, seed = 4)") { _ in }
    #expect(
      session.saved().notes == [
        "noise draws anew: without a seed a draw goes by its place in the text"
      ])

    try session.run(
      "let mk(n) = { let m = n + 1; x -> x + m }; data f = mk(3); data g = [1]"
    ) { _ in }
    let saved = session.saved()
    #expect(
      saved.notes.last
        == "f is left out: a function that was made inside another one cannot be written")
    // The rest is whole.
    let second = self.session()
    try second.run(saved.script) { _ in }
    #expect(second.definedNames == ["noise", "steady", "mk", "g"])
    #expect(second.saved().script.contains("# data f") == false)
  }

  @Test func aStatementDefinesOneName() throws {
    let session = session()
    try session.run("## What.\nlet f(x) = x; param p = 2 in 0...3; p = 1; data r = [1, 2]") { _ in }
    #expect(session.statement(defining: "f") == "## What.\nlet f(x) = x")
    #expect(session.statement(defining: "p") == "param p = 1 in 0...3")
    #expect(session.statement(defining: "r") == "data r = [1, 2]")
    #expect(session.statement(defining: "q") == nil)
  }
}
