import Foundation
import LossKit
import Testing

/// The tutorial at a terminal.
@Suite struct TutorialTests {
  @Test func tenAnswersReachTheEnd() throws {
    let terminal = try prompt()
    terminal.send("param mine = 3\r")
    try terminal.expect("mine = 3\nloss> ")
    terminal.send(":tutorial\r")
    try terminal.expect("1. scores")
    for (i, step) in TutorialStep.all.enumerated() {
      try terminal.expect("loss (\(i + 1)/10)> ")
      terminal.send(step.answer + "\r")
      try terminal.expect(step.praise)
    }
    try terminal.expect("your own definitions are back.\nloss> ")
    terminal.send("mine\r")
    try terminal.expect("\n3\n")
    terminal.send("print hinge\r")
    try terminal.expect("there is no 'hinge'")
  }

  @Test func aWrongAnswerGetsAHintThenTheAnswer() throws {
    let terminal = try prompt()
    terminal.send(":tutorial 3\r")
    try terminal.expect("loss (3/10)> ")
    terminal.send("let margin = s[1]\r")
    try terminal.expect("not yet: the largest wrong score is max(drop(s, y))")
    terminal.send("let margin = s[9\u{3}")
    try terminal.expect("loss (3/10)> ")
    terminal.send("sofplus(1)\r")
    try terminal.expect("error: there is no 'sofplus'")
    try terminal.expect("\n  type  let margin = ")
    // A command is no try.
    terminal.send(":type s\r")
    try terminal.expect("\narray (3)\nloss (3/10)> ")
  }

  @Test func controlDBringsTheSessionBack() throws {
    let terminal = try prompt()
    terminal.send("param mine = 3\r")
    try terminal.expect("mine = 3\nloss> ")
    terminal.send(":tutorial\r")
    try terminal.expect("loss (1/10)> ")
    terminal.send("\u{4}")
    try terminal.expect("your own definitions are back\nloss> ")
    terminal.send("print mine\r")
    try terminal.expect("\n3\nloss> ")
    terminal.send("\u{4}")
    #expect(try terminal.wait() == 0)
  }

  @Test func aResetKeepsWhatTheStepsDefine() throws {
    let terminal = try prompt()
    terminal.send(":tutorial 3\r")
    try terminal.expect("loss (3/10)> ")
    terminal.send("let own = 1\r")
    try terminal.expect("loss (3/10)> ")
    terminal.send(":reset\r")
    try terminal.expect("loss (3/10)> ")
    terminal.send(":list\r")
    try terminal.expect("\ns = [2, 1, 0.1]\ny = 0\nloss (3/10)> ")
  }

  /// Sentences are broken between words, at the width of the terminal.
  @Test(arguments: [30, 80] as [UInt16]) func textsFit(columns: UInt16) throws {
    let terminal = try prompt(columns: columns)
    terminal.send(":tutorial 5\r")
    try terminal.expect("loss (5/10)> ")
    let page = terminal.shown.components(separatedBy: ":tutorial 5\n").last ?? ""
    let lines = page.split(separator: "\n")
    #expect(lines.count >= 5)
    #expect(lines.allSatisfy { $0.count <= columns && !$0.hasSuffix(" ") || $0.hasPrefix("loss") })
  }

  @Test func itsCommandMoves() throws {
    let terminal = try prompt()
    terminal.send(":tutorial next\r")
    try terminal.expect("error: no tutorial is running\n  :tutorial begins it\nloss> ")
    terminal.send(":tutorial 11\r")
    try terminal.expect("error: the tutorial has steps 1 to 10\nloss> ")
    terminal.send(":tutorial 9\r")
    try terminal.expect("loss (9/10)> ")
    terminal.send(":tutorial back\r")
    try terminal.expect("8. cross entropy")
    terminal.send(":tutorial next\r")
    try terminal.expect("9. the proof by trying")
    terminal.send(":tutorial up\r")
    try terminal.expect(
      "error: ':tutorial up' is not known\n  next, back, stop, or a step's number")
    terminal.send(":tutorial 9223372036854775807\r")
    try terminal.expect("error: the tutorial has steps 1 to 10")
    terminal.send(":tutorial stop\r")
    try terminal.expect("your own definitions are back\nloss> ")
  }
}
