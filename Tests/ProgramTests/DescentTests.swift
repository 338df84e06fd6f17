import Foundation
import Testing

/// `minimize` as a person sees it.
@Suite(.serialized) struct DescentTests {
  /// A descent that takes hours.
  private static let endless =
    "minimize sum((x - 3)^2) over x with (method = \"gd\", rate = 1e-12, steps = 1e12)"

  /// The first lines are short by a digit or two, so that a third field may fit.
  private static func hasWholeFields(_ line: Substring) -> Bool {
    line.wholeMatch(of: /step \d+(   loss [\d.]+(   gradient norm [\d.]+)?)? */) != nil
  }

  @Test func progressIsShownAndControlCKeepsWhatWasReached() throws {
    let terminal = try prompt()
    terminal.send("param x = zeros(3)\r")
    try terminal.expect("x = [0, 0, 0]\nloss> ")
    terminal.send(Self.endless + "\r")
    try terminal.expect("step ")
    try terminal.expect("   loss 26.9")
    try terminal.expect("   gradient norm 6   step length 1e-11   ")
    try terminal.expect(" steps/s")
    terminal.send("\u{3}")
    try terminal.expect("        interrupted after ")
    try terminal.expect(" evaluations)\n  x = [")
    try terminal.expect("]\nloss> ")
    // The line of progress is gone: blanks over it, and the answer at the left.
    #expect(terminal.received.contains(" \r26.9"))
    terminal.send("print x[0] > 0, x[0] < 1e-3, _ < 27\r")
    try terminal.expect("\ntrue true true\nloss> ")
    // The token that was used up is there again.
    terminal.send("minimize sum((x - 3)^2) over x\r")
    // Where it began depends on when the other was interrupted, and so how long the line is: whether
    // it is broken before its last word.
    try terminal.expect("tolerance\n  x = [")
  }

  @Test func theLineOfProgressFitsTheTerminal() throws {
    let terminal = try prompt(columns: 40)
    terminal.send("param x = zeros(3)\r")
    try terminal.expect("loss> ")
    terminal.send(Self.endless + "\r")
    try terminal.expect("   loss 26.9")
    terminal.resize(columns: 20)
    usleep(400_000)
    terminal.send("\u{3}")
    try terminal.expect("interrupted after\n")
    try terminal.expect("loss> ")
    let drawn = terminal.received.split(separator: "\r").filter { $0.hasPrefix("step ") }
    #expect(drawn.count >= 2)
    #expect(drawn.allSatisfy { $0.count < 40 })
    // The last may have the ^C behind it.
    #expect(drawn.dropLast().last?.count ?? 100 < 20)
    // No field is cut.
    #expect(drawn.dropLast().allSatisfy(Self.hasWholeFields), "\(drawn)")
  }

  @Test func aScriptThatIsInterruptedAnswers130() throws {
    let script = "param x = zeros(3); \(Self.endless); print \"not\", \"reached\""
    let terminal = try PseudoTerminal(["-e", script])
    try terminal.expect("   loss 26.9")
    terminal.send("\u{3}")
    try terminal.expect("interrupted after ")
    try terminal.expect("error: stopped")
    #expect(try terminal.wait() == 130)
    #expect(!terminal.shown.contains("not reached"))

    let last = try PseudoTerminal(["-e", "param x = zeros(3); \(Self.endless)"])
    try last.expect("   loss 26.9")
    last.send("\u{3}")
    try last.expect("interrupted after ")
    #expect(try last.wait() == 130)
    #expect(!last.shown.contains("error"))
  }

  @Test(arguments: [[], ["--json"], ["--quiet"]])
  func nothingOfItIsShownElsewhere(_ options: [String]) throws {
    // Long enough that a terminal would show something.
    let script =
      "param x = zeros(3); minimize sum((x - 3)^2) over x with (method = \"gd\", rate = 1e-12, steps = 1000000)"
    let piped = try Program.run(options + ["-e", script])
    #expect(piped.status == 0)
    #expect(piped.errors.isEmpty)
    #expect(!piped.output.contains("\r"))
    #expect(!piped.output.contains("steps/s"))
    if options.isEmpty { return }
    let terminal = try PseudoTerminal(options + ["-e", script])
    #expect(try terminal.wait(within: .seconds(60)) == 0)
    #expect(!terminal.shown.contains("steps/s"))
  }

  @Test func jsonHasTheWay() throws {
    let result = try Program.run([
      "--json", "-e", "param w = [4, 2] in 0...9\nminimize sum((w - 1)^2) over w",
    ])
    #expect(result.status == 0)
    let line = try #require(result.outputLines.first)
    #expect(
      line.hasPrefix(
        #"{"line": 2, "minimize": {"value": 0, "inputs": {"w": [1, 1]}, "steps": 2, "reason": "the gradient's norm is within the tolerance", "evaluations": "#
      ))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let minimize = try #require(object["minimize"] as? [String: Any])
    let trajectory = try #require(minimize["trajectory"] as? [[String: Any]])
    #expect(trajectory.count == 3)
    #expect(trajectory[0]["value"] as? Double == 10)
    #expect(trajectory[0]["gradient_norm"] as? Double == 4, "the way to the bound")
    #expect(trajectory[2]["step"] as? Int == 2)
    #expect(minimize["gradient_norm"] as? Double == 0)
  }
}
