#if os(Linux)
  import Foundation
  import Testing

  /// The process stays within the elements that it was allowed and 64 MB, measured by what the system
  /// counted as resident while it was at its prompt.
  @Suite(.serialized) struct MeasuredMemoryTests {
    private static let elements = 4_000_000
    /// In bytes: the limit and what the promise allows besides.
    private static let promise = elements * 8 + 64 << 20

    /// Types lines and answers with the most memory that they took; `nil` where the program ended.
    private func peak(_ lines: [String], _ options: [String] = []) throws -> Int? {
      let terminal = try PseudoTerminal(
        ["--max-elements", "\(Self.elements)", "--max-time", "20", "--quiet"] + options)
      try terminal.expect("loss> ")
      for line in lines {
        terminal.send(line + "\n")
        try terminal.expect("loss> ", within: .seconds(60))
      }
      // Whatever it was, the session goes on.
      terminal.send("print 123456 + 1\n")
      try terminal.expect("123457")
      return terminal.peakMemory
    }

    /// Each would take several times the limit if it could.
    @Test(arguments: [
      "sum(ones(100000000))",
      "let a = ones(1900000)\nsum(a + a)\nsum(sort(a))\nprint quantile(a, 0.5)",
      "[[i, i] for i in 0..<3000000]",
      "[\"a text that is longer than fifteen bytes\" for i in 0..<3000000]",
      "fold((a, i) -> record([\"a\", \"b\"], a, i), 0, 0..<3000000)",
      "let f(g, n) = if n == 0 then g else f(x -> g(x) + 1, n - 1)\nf(x -> x, 100000)(1)",
      "let f(n) = if n == 0 then 0 else 1 + f(n - 1)\nf(100000)",
      "param x = ones(3000)\nhess(sum(exp(x) * sum(x)), x)",
      "param x = ones(1000)\njac(exp(x) * sum(x), x)\nx",
      "param x = ones(100000)\nsum(exp(x) * sin(x) + x^3 / cos(x))",
      "param x = 0.5\ndiff(exp(sin(x)) / cos(x), x, order = 3000)",
      "sum(i * j * k for i in 0..<300, j in 0..<300, k in 0..<300)",
      "scan((a, b) -> a + b, zeros(1000), 0..<20000)",
      "ones(2000, 2000) @ ones(2000, 2000)",
      "unique(randn(3000000))",
      "param x = ones(400000)\nminimize sum((x - 2)^2) over x",
      "param x = 1.5\nminimize (x - 1)^4 over x with (method = \"gd\", rate = 1e-9, steps = 1000000)",
      "let f(x, n) = if n == 0 then x else f(sin(x) + f(x, n - 1), n - 1)\nparam x = ones(40)\nf(x, 12)",
      "plot sin(a * x) for x in 0...1\ntable sum(ones(n)) for n in 1...9000",
      "print ones(3000000)",
    ])
    func theLimitHolds(_ text: String) throws {
      let peak = try #require(try peak(text.split(separator: "\n").map(String.init)))
      #expect(peak < Self.promise, "\(text): \(peak >> 20) MB")
    }

    @Test func aLongScript() throws {
      let folder = try TemporaryFolder()
      let list = Array(repeating: "1", count: 3_000_000).joined(separator: ",")
      let file = try folder.write("let a = [\(list)]\nprint sum(a)\n", to: "a.loss")
      let peak = try #require(try peak([":load \(file)"]))
      #expect(peak < Self.promise, "\(peak >> 20) MB")
    }

    @Test(arguments: ["1", "abc", "a longer text than fits inline"])
    func aLongTable(_ field: String) throws {
      let folder = try TemporaryFolder()
      let rows = Array(repeating: "\(field),\(field)", count: 30_000_000 / (2 * field.count + 2))
      let file = try folder.write("a,b\n" + rows.joined(separator: "\n"), to: "a.csv")
      let peak = try #require(try peak(["let d = csv(\"\(file)\")", "d.a[0]"]))
      #expect(peak < Self.promise, "\(peak >> 20) MB")
    }
  }
#endif
