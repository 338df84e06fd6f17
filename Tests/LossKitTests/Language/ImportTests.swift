import Testing

@testable import LossKit

/// `import` and `csv`, through files in memory.
@Suite struct ImportTests {
  private static let files = [
    "hinges.loss": """
    ## The hinge.
    let hinge(m) = relu(width - m)
    param width = 1
    print "not shown"
    assert false
    width = 2
    """,
    "folder/outer.loss": "import \"inner.loss\"; let twice(x) = 2 * inner_value(x)",
    "folder/inner.loss": "let inner_value(x) = x + shift; let shift = 10",
    "a.loss": "import \"b.loss\"; let a = 1", "b.loss": "import \"a.loss\"; let b = 1",
    "self.loss": "import \"self.loss\"", "broken.loss": "let x = (",
    "failing.loss": "param x = nope",
    "numbers.csv": "a,b,name\n1,2,u\n3,,v\n5,6,u\n", "empty.csv": "",
  ]

  private func session() -> TestSession { TestSession(files: Self.files) }

  @Test func definitionsComeInAndNothingIsShown() throws {
    let test = session()
    #expect(try test.text("import \"hinges.loss\"") == "")
    #expect(try test.number("hinge(0.5)") == 1.5)
    #expect(try test.shownGradient("hinge(0.5)") == [1])
  }

  @Test func namesInsideAreLookedUpThereFirst() throws {
    let test = session()
    try test.run("param width = 100; import \"hinges.loss\"")
    #expect(try test.number("hinge(0.5)") == 1.5)
    #expect(try test.number("width") == 100)
    #expect(try test.number("hinges.width") == 2)
  }

  @Test func yoursIsNeverReplaced() throws {
    let test = session()
    try test.run("let hinge(m) = 7; import \"hinges.loss\"")
    #expect(try test.number("hinge(1)") == 7)
    #expect(try test.number("hinges.hinge(0)") == 2)
    try test.run("let shift = 1; import \"folder/outer.loss\"")
    #expect(try test.number("twice(1)") == 22)
  }

  @Test func aFileIsReadOnce() throws {
    let test = session()
    try test.run("import \"hinges.loss\"; width = 5; import \"hinges.loss\"")
    #expect(try test.number("hinge(0)") == 5)
  }

  @Test(arguments: [
    ("import \"a.loss\"", "a.loss"), ("import \"self.loss\"", "self.loss"),
    ("import \"none.loss\"", "none.loss"),
    ("import nothing", "nothing"), ("csv(\"none.csv\")", "none.csv"), ("csv(1)", "csv"),
    ("import \"failing.loss\"", "nope"),
  ])
  func failuresAreErrors(_ text: String, _ part: String) throws {
    let test = session()
    #expect(try test.error(text).description.contains(part))
    #expect(try test.number("1") == 1)
  }

  @Test func anErrorInAnImportedFileIsShownThere() throws {
    #expect(try session().error("import \"broken.loss\"").fileName == "broken.loss")
  }

  @Test func withoutAccessNothingIsRead() throws {
    #expect(throws: LossError.self) { try Session().run("import \"a.loss\"") { _ in } }
    #expect(throws: LossError.self) { try Session().run("csv(\"a.csv\")") { _ in } }
  }

  // MARK: Records

  @Test func columnsOfATable() throws {
    let test = session()
    try test.run("data t = csv(\"numbers.csv\")")
    #expect(try test.numbers("t.a") == [1, 3, 5])
    #expect(try test.numbers("isnan(t.b)") == [0, 1, 0])
    #expect(try test.numbers("t[\"a\"][1...]") == [3, 5])
    #expect(try test.numbers("codes(t.name)") == [0, 1, 0])
    #expect(try test.text("unique(t.name)") == "[\"u\", \"v\"]")
    #expect(try test.value("columns(t, \"a\", \"b\")").shape == [3, 2])
    #expect(try test.numbers("[x for x in t.a if x > 1]") == [3, 5])
    #expect(try test.numbers("[n == \"u\" for n in t.name]") == [1, 0, 1])
    #expect(try test.error("t.c").message.contains("c"))
    #expect(try !test.error("columns(t, \"name\")").message.isEmpty)
    #expect(try !test.error("t.a.b").message.isEmpty)
    #expect(try !test.error("t + 1").message.isEmpty)
    #expect(try test.error("grad(sum(t.a), t)").message.contains("data"))
    _ = try? test.run("csv(\"empty.csv\")")
  }
}
