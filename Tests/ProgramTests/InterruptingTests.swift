import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C at the prompt, whatever is typed, searched, completed, evaluated or shown.
///
/// The prompt stays usable.
@Suite struct InterruptingTests {
  private static let seed: UInt64 = 20_261_126

  /// What is going on when Ctrl-C comes: keys, and how long it takes at most.
  private static let moments: [(name: String, keys: String, milliseconds: Double)] = [
    ("typing", "sum(sin(i) for i in 0..<10)", 20),
    ("typing several rows", "print \"" + String(repeating: "wide ", count: 40), 20),
    ("a bracket of several lines", "(1 +\r2 +\r3", 40),
    ("a search", "\u{12}par", 20),
    ("a search that finds nothing", "\u{12}zzzz", 20),
    ("completion", "so\t\t", 30),
    ("a count", "\u{1B}12", 20),
    ("a paste", "\u{1B}[200~print 1\nprint 2\u{1B}[201~", 20),
    ("half a paste", "\u{1B}[200~print 1\nprint", 20),
    ("half a key", "\u{1B}[", 20),
    ("a value", "sum(sin(i * x) for i in 0..<40000)\r", 150),
    ("a plot", "plot sum(sin(t * i) for i in 0..<40) for t in 0...1\r", 200),
    ("a long value", ":show randn(30000)\r", 200),
    ("minimize", "minimize sum((s - 1)^4) + x^2 over s, x with (steps = 4000)\r", 200),
    ("an explanation", ":explain sum(sin(i * x) for i in 0..<2000)\r", 150),
    ("timing", ":time lse(s)\r", 150),
    ("a check", "check lse(s) >= max(s)\r", 100),
    ("help", ":help derivatives\r", 60),
  ]

  @Test func thePromptStaysUsableAfterCtrlCAtAnyMoment() throws {
    var random = Random(state: Self.seed)
    let terminal = try prompt(["--no-init"])
    terminal.send("param x = 2, s = [1, 2, 3]; let f = x * 21\r")
    try terminal.expect("f = x * 21\nloss> ")
    var count = 0
    for round in 0..<4 {
      for (name, keys, milliseconds) in Self.moments {
        terminal.send(keys)
        usleep(UInt32(random.next() * milliseconds * 1000))
        terminal.send("\u{3}")
        // Between two Ctrl-C it may have to be seen that the first one came.
        usleep(20_000)
        if name == "half a paste" { terminal.send("\u{1B}[201~") }
        // A terminal throws away what was typed ahead of a Ctrl-C, so the line that shows that all is
        // well may have to wait for it.
        let mark = "alive \(round) \(count)"
        try alive(terminal, mark, name)
        count += 1
      }
    }
    terminal.send("\u{3}")
    try terminal.expect("loss> ")
    terminal.send("print f - f + 1234, s\r")
    // `minimize` has changed them whole or not at all; they are there.
    try terminal.expect("\n1234 [")
    terminal.send("\u{3}")
    try terminal.expect("loss> ")
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
    print("\(count) times Ctrl-C at the prompt, seed \(Self.seed)")
  }

  /// The prompt takes a line.
  ///
  /// Typed before the program has seen Ctrl-C, on a machine under load, the line is thrown away with
  /// what was typed ahead, and typed again.
  private func alive(_ terminal: PseudoTerminal, _ mark: String, _ name: String) throws {
    for limit in [2, 8] {
      terminal.send("print \"\(mark)\"\r")
      let shown = try? terminal.expect("\n\(mark)\nloss> ", within: .seconds(limit))
      if shown != nil { return }
    }
    terminal.send("\u{3}")
    usleep(50_000)
    terminal.send("print \"\(mark)\"\r")
    let needsAnother = (try? terminal.expect("\n\(mark)\nloss> ", within: .seconds(8))) != nil
    let what = needsAnother ? "one Ctrl-C is not enough" : "the prompt is lost"
    Issue.record("\(name): \(what): \(terminal.shown.suffix(300).debugDescription)")
  }

  /// A value that goes on for megabytes ends with Ctrl-C, as what computes one does.
  @Test func ctrlCEndsOutput() throws {
    let terminal = try prompt()
    terminal.send(":show linspace(0, 1, 300000)\r")
    try terminal.expect("[0, ", within: .seconds(30))
    terminal.send("\u{3}")
    try terminal.expect("\nloss> ")
    terminal.send("print \"alive\"\r")
    try terminal.expect("\nalive\nloss> ")
    // The whole has some 6 MB.
    #expect(terminal.received.utf8.count < 3_000_000)
  }

  private struct Random {
    var state: UInt64

    /// From 0 to 1.
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
  }
}
