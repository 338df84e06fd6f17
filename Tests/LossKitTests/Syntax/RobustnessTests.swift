import Testing

@testable import LossKit

/// Whatever the bytes, parsing ends, and what it says lies within the text.
@Suite struct RobustnessTests {
  private static let scripts = [
    """
    ## doc
    param s = [2.0, 1.0, 0.1], p = 0.5 in 0...1
    data y = 0
    let margin = max(s[j] for j in 0..<len(s) if j != y, k = 2) - s[y]
    let f(a, b = 2) = { let m = a - b; m / (1 + exp(-m)) }
    ce at (s = [0, 0], y = 1)
    check ce == lse(s) - s[y] over (s = randn(3), k in 1...8)
    assert sum(abs(grad(ce, s))) ~= 2 * (1 - softmax(s)[y]) within 1e-6, "why\\u{3b1}\\n"
    table L(k), ∇f(k) for k in [1, 2, 4]
    plot x^2, -x^-2 for x in -3...3 to "c.svg"
    minimize ce over s, p with (steps = 100)
    let g = (x, y) -> if x > y then x else if x ≤ y and not true then M[..., 1...] else r["é"].T
    :set digits 5
    import losses
    """,
    "[e for i, v in r, _ in q if c]; {\n let a = 0x1.8p+1\n a }\nx = 1, y = 2\nprint(\"日本\", 1_000.5e-3)",
  ]

  private func check(_ bytes: [UInt8]) {
    let source = Source(name: "f.loss", bytes: bytes)
    let symbols = SymbolTable()
    let result = parse(source, symbols: symbols)
    #expect(result.errors.count <= Parser.maximumErrorCount)
    for error in result.errors {
      #expect((error.range?.end ?? 0) <= bytes.count)
      #expect((error.range.map { $0.start <= $0.end }) == true)
      #expect(error.rendered().plain.hasPrefix("f.loss:\(error.line):\(error.column): error: "))
      #expect(error.length >= 0)
    }
    for node in result.tree.nodes {
      #expect(node.range.start <= node.range.end && Int(node.range.end) <= bytes.count)
    }
    if result.errors.isEmpty {
      #expect(!result.tree.statements.contains { result.tree[$0].kind == .invalid })
      let dump = SyntaxDump(tree: result.tree, symbols: symbols)
      for statement in result.tree.statements { #expect(!dump.node(statement).isEmpty) }
    }
  }

  @Test(arguments: 0..<40)
  func randomBytes(_ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<25 {
      let count = Int.random(in: 0...120, using: &generator)
      check((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
  }

  @Test(arguments: 0..<40)
  func randomTokens(_ seed: UInt64) {
    var generator = SplitMix64(seed: seed &+ 1000)
    let pieces =
      TokenKind.allCases.map(\.spelling) + [
        "x", "2", "\"t\"", "\n", "\"", "'", "#", "##", "0x", "1e", "\\", "é", "…", "over", "to",
        "_",
      ]
    for _ in 0..<25 {
      let count = Int.random(in: 0...40, using: &generator)
      let text = (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }
      check(Array(text.joined(separator: seed % 2 == 0 ? " " : "").utf8))
    }
  }

  @Test(arguments: 0..<40)
  func mutatedScripts(_ seed: UInt64) {
    var generator = SplitMix64(seed: seed &+ 2000)
    for _ in 0..<25 {
      var bytes = Array(Self.scripts[Int(seed) % Self.scripts.count].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: place)
        case 2:
          let end = min(place + Int.random(in: 1...20, using: &generator), bytes.count)
          bytes.insert(contentsOf: bytes[place..<end], at: place)
        default: bytes.removeSubrange(place..<min(place + 8, bytes.count))
        }
      }
      check(bytes)
    }
  }

  @Test func everyBeginningOfAScriptIsParsed() {
    for script in Self.scripts {
      let bytes = Array(script.utf8)
      for count in 0...bytes.count { check(Array(bytes[..<count])) }
    }
  }
}
