import LossKit
import Testing

/// The fragments of Swift in the guide, built and run as they stand there: `GuideTests` looks for
/// their lines here and in the embedding example.
@Suite struct EmbeddingTests {
  @Test func aLoopWithAWorkspaceAndABatch() {
    do throws(LossError) {
      let model = try LossModel(source: "param s = [2.0, 1.0, 0.1]; let ce = lse(s) - s[0]")
      let ce = try model.function("ce", of: ["s"])

      var work = ce.makeWorkspace()
      var point = [2, 1, 0.1]
      var slope = [0.0, 0, 0]
      for _ in 0..<100 {
        var buffer = slope.mutableSpan
        _ = try ce.valueWithGradient(at: point.span, gradient: &buffer, using: &work)
        for i in point.indices { point[i] -= 0.5 * slope[i] }
      }
      print("after 100 steps of descent:", try ce.value(at: point))
      #expect(try ce.value(at: point) < 0.02)

      let rows = [2, 1, 0.1, 0, 0, 0, -1, 1, 3]
      var values = [0.0, 0, 0]
      var gradients = [Double](repeating: 0, count: 9)
      var valueBuffer = values.mutableSpan
      var gradientBuffer = gradients.mutableSpan
      try ce.valuesWithGradients(
        at: rows.span, count: 3, layout: .rowMajor, parallelism: 2, values: &valueBuffer,
        gradients: &gradientBuffer)
      print("values:", values)
      #expect(abs(values[1] - 1.0986122886681098) < 1e-15)
      #expect(abs(gradients[3] + 2 / 3.0) < 1e-15)
    } catch {
      print(error.rendered().plain)
      Issue.record(error)
    }
  }

  @Test func limits() {
    var answers: [String] = []
    func print(_ text: String) { answers.append(text) }
    var limits = Limits.untrusted
    limits.outputBytes = 10_000
    // The clock of a machine under load must not decide what the guide says.
    limits.duration = .seconds(100)
    for text in [
      "param s = [2, 1, 0.1]; lse(s) - s[0]",
      "let f(n) = if n < 1 then 0 else f(n - 1) + f(n - 1); f(100)",
      "sum(zeros(1e9))",
      "csv(\"/etc/passwd\")",
    ] {
      // A session of its own for each: what one stranger defines is not there for the next.
      let session = Session(limits: limits)
      do throws(LossError) {
        try session.run(text) { print($0.rendered(session.settings).plain) }
      } catch {
        print("\(error.limit.map { "limit of \($0)" } ?? "error"): \(error.message)")
      }
    }
    #expect(answers.count == 4)
    #expect(answers[1].hasPrefix("limit of steps: this takes more than 1000000 steps"))
    #expect(answers[2].hasPrefix("limit of elements: this needs 1000000000 more elements"))
    #expect(answers[3].hasPrefix("error: cannot read \"/etc/passwd\""))
  }

  @Test func aSession() {
    var lines = 0
    let session = Session()
    do throws(LossError) {
      try session.run(
        """
        param s = [2.0, 1.0, 0.1]
        data y = 0
        let ce = lse(s) - s[y]
        ce
        """
      ) { output in
        print(output.json(file: nil))
        lines += 1
      }
    } catch {
      Issue.record(error)
    }
    #expect(lines == 1)
  }

  @Test func minimizing() throws {
    let model = try LossModel(
      source: "param x = [-1.2, 1]; let f = (1 - x[0])^2 + 100 * (x[1] - x[0]^2)^2")
    let rosenbrock = try model.function("f", of: ["x"])
    let descent = try rosenbrock.minimized(from: [-1.2, 1])
    print(descent.value, descent.point, descent.explanation)
    #expect(descent.reason == .gradient)
  }

  @Test func aPictureInAPage() throws {
    let session = Session()
    var page = "<!doctype html><title>Softplus</title>"
    try session.run("plot relu(x), softplus(x) for x in -3...3") { output in
      if let plot = output.plot { page += plot.svg(SVGStyle(.page, width: 480, height: 300)) }
    }
    #expect(page.contains("<svg") && page.contains("softplus(x)"))
  }

  @Test func filesFromMemory() throws {
    let files = FileAccess { path throws(FileAccess.Failure) in
      guard path == "numbers.csv" else { throw FileAccess.Failure(reason: "there is no such file") }
      return Array("a,b\n1,2\n3,4\n".utf8)
    }
    let session = Session(files: files)
    try session.run("assert sum(csv(\"numbers.csv\").a) == 4") { _ in }
    #expect(throws: LossError.self) { try session.run("csv(\"other.csv\")") { _ in } }
  }

  @Test func stopping() {
    let cancellation = Cancellation()
    let session = Session(cancellation: cancellation)
    // ... elsewhere:
    cancellation.cancel()
    do throws(LossError) {
      try session.run("sum(i for i in 0..<1000000)") { _ in }
      Issue.record("not stopped")
    } catch {
      #expect(error.isCancellation)
    }
  }
}
