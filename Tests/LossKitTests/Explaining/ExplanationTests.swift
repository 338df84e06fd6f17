import Testing

@testable import LossKit

/// What `:explain` says: values, derivatives, marks.
@Suite struct ExplanationTests {
  private func explanation(_ text: String, in test: TestSession, rows: Int = 40) throws
    -> Explanation
  {
    try test.session.explanation(of: text, rows: rows)
  }

  private func parts(_ root: ExplainedPart) -> [ExplainedPart] {
    var pending = [root]
    var all: [ExplainedPart] = []
    while let part = pending.popLast() {
      all.append(part)
      pending += part.children
    }
    return all
  }

  /// The sums over the occurrences of each param of what the explanation says of them; `nil` where
  /// parts are missing.
  private func sums(_ root: ExplainedPart) -> [String: [Double]]? {
    var sums: [String: [Double]] = [:]
    for part in parts(root) {
      if part.omitted > 0 || part.evaluations > 64 { return nil }
      // What is inside a derivative is not taken apart.
      if part.marks.contains(where: { $0.kind == .closed }) { return nil }
      guard let name = part.input, let own = part.derivativeNumbers, let value = part.numbers else {
        continue
      }
      // Several evaluations follow one another.
      let copies = max(1, part.evaluations)
      guard own.count == value.count, own.count % copies == 0 else { return nil }
      let size = own.count / copies
      var total = sums[name] ?? Array(repeating: 0, count: size)
      for (i, x) in own.enumerated() { total[i % size] += x }
      sums[name] = total
    }
    return sums
  }

  /// What the occurrences of a param say adds up to the gradient that is shown, at points with ties,
  /// too, and by both rules for corners.
  @Test(arguments: 0..<4)
  func occurrencesAddUpToTheGradient(_ shard: Int) throws {
    let test = try TestSession(ExpressionGenerator.declarations)
    let tied = try TestSession(ExpressionGenerator.declarations)
    try tied.run("x = 0; y = 0; u = [1, 1, 0]; v = [0, 0, 0]; w = [1, 1, 1, 1]; s = [0]")
    var compared = 0
    for number in stride(from: shard, to: 180, by: 4) {
      var generator = ExpressionGenerator(seed: 977, number: UInt64(number))
      let text = generator.expression().text
      // What passes through the fields of a record is not followed, and a param that `at` replaces is
      // listed as itself.
      if ["record(", "gap(", " at ("].contains(where: text.contains) { continue }
      for session in [test, tied] {
        session.session.corners = number % 3 == 0 ? .symmetric : .lexicographic
        guard let (value, shown) = try? session.valueAndGradient(text), value.isFinite,
          shown.allSatisfy({ $0.value.allSatisfy(\.isFinite) })
        else { continue }
        let explained = try explanation(text, in: session, rows: 2000)
        #expect(explained.root.numbers == [value], "\(text)")
        guard explained.derivative == .ofWhole, let sums = sums(explained.root) else { continue }
        compared += 1
        for (name, gradient) in shown {
          let sum = sums[name] ?? Array(repeating: 0, count: gradient.count)
          let scale = gradient.reduce(1) { max($0, abs($1)) }
          #expect(
            distance(sum, gradient) <= 1e-9 * scale,
            "seed 977, number \(number), \(session === tied ? "tied" : "generic"): \(text) by \(name): \(sum), not \(gradient)"
          )
        }
      }
    }
    #expect(compared > 15)
  }

  @Test func cornersAreMarkedOnTheirPart() throws {
    let test = try TestSession("param x = 0")
    let explained = try explanation("relu(x) - relu(-x)", in: test)
    let marked = parts(explained.root).filter { $0.marks.contains { $0.kind == .corner } }
    #expect(Set(marked.map(\.text)) == ["relu(x)", "relu(-x)"])
    #expect(marked[0].marks[0].text == "corner: slopes 0 and 1")
    let maximum = try explanation("max(x, x^2, -1) + x", in: test)
    let tie = try #require(maximum.root.children.first?.marks.first)
    #expect(tie.kind == .corner)
    #expect(tie.text == "corner: x and x^2 tie")
    // An expression that is smooth here has no corner, though a part moved by itself would have one.
    let none = try explanation("max(x, x) + relu(x + 1)", in: test)
    #expect(!parts(none.root).contains { $0.marks.contains { $0.kind == .corner } })
  }

  @Test func theFirstFaultIsMarked() throws {
    let test = try TestSession("param p = [0.2, 0, 0.8], x = 0")
    let value = try explanation("-sum(p * log(p)) + 1", in: test)
    let marked = parts(value.root).filter { $0.marks.contains { $0.kind == .firstFault } }
    #expect(marked.map(\.text) == ["p * log(p)"])
    #expect(marked.first?.marks.first?.text == "first nan: 0 * -inf; xlogy(p, p) is 0 there")
    let slope = try explanation("sqrt(x) + 1", in: test)
    let steep = parts(slope.root).filter { $0.marks.contains { $0.kind == .firstFault } }
    #expect(steep.map(\.text) == ["sqrt(x)"])
    #expect(
      steep.first?.marks.first?.text.hasPrefix("first infinity in the derivative: sqrt of 0")
        == true)
  }

  @Test func anErrorIsMarkedWhereItArose() throws {
    let test = try TestSession("param s = [1, 2, 3]; let m = s[7] + 1; let f(a) = m * a")
    let explained = try explanation("2 + f(3)", in: test)
    let marked = parts(explained.root).filter { $0.marks.contains { $0.kind == .error } }
    #expect(marked.map(\.text) == ["s[7]"])
    #expect(marked.first?.marks.first?.text.hasPrefix("error: index 7 is out of bounds") == true)
    #expect(explained.derivative == .absent("an error ended the evaluation"))
    #expect(parts(explained.root).contains { $0.text == "m = s[7] + 1" && $0.numbers == nil })
    #expect(parts(explained.root).contains { $0.text == "s" && $0.numbers == [1, 2, 3] })
  }

  @Test func aGradientThatEndsIsMarked() throws {
    let test = try TestSession("param x = 0.5")
    let explained = try explanation("3 * relu(x - 1) + x", in: test)
    let cut = parts(explained.root).filter { $0.marks.contains { $0.kind == .cut } }
    #expect(cut.map(\.text) == ["relu(x - 1)"])
    #expect(cut.first?.derivativeNumbers == [3])
  }

  @Test func aFormulaIsTakenApartOnce() throws {
    let test = try TestSession("param x = 2; let m = x^2")
    let explained = try explanation("m * m + m", in: test)
    let all = parts(explained.root)
    #expect(all.count { $0.text == "m = x^2" } == 1)
    #expect(all.count { $0.text == "m" && $0.marks.map(\.kind) == [.repeated] } == 2)
    // By the definition, over all its uses: 2m + 1.
    #expect(all.first { $0.text == "m = x^2" }?.derivativeNumbers == [9])
    #expect(all.first { $0.text == "x" }?.derivativeNumbers == [36])
  }

  /// Within a larger part a literal is no part, but it may be the whole.
  @Test(arguments: ["3", "true", "\"a\"", "3 at (x = 1)"])
  func aLiteralIsAnExpression(_ text: String) throws {
    let explained = try explanation(text, in: try TestSession("param x = 2"))
    #expect(explained.root.text == text.prefix { $0 != " " })
    #expect(explained.root.children.isEmpty)
    #expect(explained.derivative == .absent("it depends on no param"))
  }

  @Test func atExplainsAnotherPoint() throws {
    let test = try TestSession("param x = 2; let m = x^2")
    let explained = try explanation("m at (x = 3)", in: test)
    #expect(explained.root.text == "m = x^2")
    #expect(explained.root.numbers == [9])
    #expect(parts(explained.root).first { $0.text == "x" }?.derivativeNumbers == [6])
  }

  @Test func aVectorHasDerivativesByTheOneParam() throws {
    let test = try TestSession("param x = 2, y = 1")
    let explained = try explanation("[x, x^2]", in: test)
    #expect(explained.derivative == .byParam("x"))
    #expect(explained.root.derivativeNumbers == [1, 4])
    #expect(
      try explanation("[x, y]", in: test).derivative == .absent("the whole is not one number"))
    #expect(try explanation("2 + 3", in: test).derivative == .absent("it depends on no param"))
  }

  @Test func largeExpressionsAreBounded() throws {
    let test = try TestSession("param x = 1; let f(n) = if n == 0 then x else f(n - 1) + x")
    let sum = try explanation(
      Array(repeating: "x^2", count: 3000).joined(separator: " + "), in: test)
    #expect(parts(sum.root).count == 40)
    #expect(parts(sum.root).reduce(0) { $0 + $1.omitted } > 2900)
    let deep = try explanation("f(500)", in: test)
    #expect(deep.root.numbers == [501])
    let wide = try TestSession("param w = ones(100000)")
    let large = try explanation("sum(w^2)", in: wide)
    // More elements than are moved one by one: a param that occurs once has its gradient.
    #expect(parts(large.root).first { $0.text == "w" }?.derivativeNumbers?.count == 100_000)
    let loop = try TestSession("param x = 0.1; let g(i) = if i % 2 == 0 then x else x^2")
    let many = try explanation("sum(g(i) for i in 0..<1000)", in: loop)
    #expect(many.root.numbers?.count == 1)
  }

  @Test func nothingStaysBehind() throws {
    let test = try TestSession("let c = 2 * 3; param x = 1; let m = c * x")
    _ = try explanation("m + c", in: test)
    #expect(try test.number("c") == 6)
    #expect(try test.shownGradient("m") == [6])
    _ = try explanation("m + sofplus(c)", in: test)
    #expect(try test.shownGradient("m + c") == [6])
    #expect(test.session.evaluator.observer == nil)
    #expect(test.session.evaluator.compilesDerivatives)
  }

  @Test func functionsAskForTheirArguments() throws {
    let test = try TestSession("let f(a, b = 2) = a * b")
    for (text, hint) in [
      ("f", "give it its arguments: f(a, b = 2)"),
      ("softplus", "give it its arguments: softplus(x, k = 1)"),
      ("x -> x", "give it its arguments: (x -> x)(x)"),
    ] {
      do {
        _ = try explanation(text, in: test)
        Issue.record("\(text) was explained")
      } catch let error as LossError {
        #expect(error.message == "\(text) is a function: only a call of it has parts with values")
        #expect(error.hint == hint)
      }
    }
    #expect(throws: LossError.self) { try explanation("let a = 2", in: test) }
  }

  @Test(arguments: [80, 50])
  func rendering(_ width: Int) throws {
    let test = try TestSession(
      """
      param s = [1, 1.25, 0.1]; data y = 0; param x = 0; param p = [0.2, 0, 0.8]
      let margin = max(s[j] for j in 0..<len(s) if j != y) - s[y]
      let hinge = relu(margin)
      """)
    var shown = ""
    for text in [
      "hinge", "smooth(hinge, k = 2)", "relu(x) - relu(-x)", "-sum(p * log(p))",
      "hinge + sofplus(x)", "x * [1, 2]", "mean(if v > 0 then v^2 else -v for v in s)",
      "norm(grad(smooth(hinge), s)) + relu(x - 1)", "s + [x, x, x]",
      "sum(s) at (s = linspace(0, 1, 20))",
    ] {
      let explained = try explanation(text, in: test)
      let rendered = explained.rendered(test.session.settings, width: width).plain
      for line in rendered.split(separator: "\n") {
        #expect(String(line).displayWidth <= width, "\(line)")
      }
      shown += "\(text)\n\n\(rendered)\n\n"
    }
    try Project.expect(
      shown,
      in: Project.tests.appending(path: "Reference/explanations-\(width).txt"),
      "rendering-\(width)")
  }
}

extension TestSession {
  /// A value with the gradient that is shown, by the name of each param.
  func valueAndGradient(_ text: String) throws -> (Double, [(name: String, value: [Double])]) {
    let count = outputs.count
    try run(text)
    guard outputs.count > count, case .value(let value, let gradient, _) = outputs[count].content
    else { return (.nan, []) }
    return (value.elements.first ?? .nan, (gradient ?? []).map { ($0.name, $0.value.elements) })
  }
}
