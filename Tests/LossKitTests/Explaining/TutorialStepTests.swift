import Foundation
import Testing

@testable import LossKit

/// The steps of the tutorial, and the transcripts of the guide's chapter on explaining.
@Suite struct TutorialStepTests {
  private func reaches(_ step: TutorialStep, _ line: String, in session: Session) -> Bool {
    var outputs: [Output] = []
    try? session.run(line, echo: .prompt) { outputs.append($0) }
    return step.isReached(in: session, showing: outputs)
  }

  @Test func everyAnswerReachesItsGoal() {
    let session = Session()
    #expect(TutorialStep.all.count == 10)
    for step in TutorialStep.all {
      #expect(!reaches(step, "1 + 1", in: session), "\(step.title)")
      #expect(reaches(step, step.answer, in: session), "\(step.title)")
      #expect(step.text.split(separator: "\n").allSatisfy { $0.count < 80 }, "\(step.title)")
    }
  }

  @Test func anotherTextWithTheSameMeaningWillDo() {
    let session = Session()
    for (step, line) in zip(
      TutorialStep.all,
      [
        "param s = [4 / 2, 1, 0.1]", "param y = 0",
        "let margin = max(s[j] - s[y] for j in 0..<len(s) if j != y)",
        "let hinge = max(0, margin)", "let other = hinge at (s = [1, 1.25, 0.1]); other",
        "max(margin, 0) at (s = [1, 1, 0.1])", "check max(s) <= lse(s)",
        "let ce = -logsoftmax(s)[y]", "check lse(s) - s[y] == ce",
        "table smooth(hinge, k) for k in 1...3",
      ])
    {
      #expect(reaches(step, line, in: session), "\(step.title): \(line)")
    }
  }

  @Test func wrongAnswersDoNot() {
    let session = Session()
    for (step, lines) in zip(
      TutorialStep.all,
      [
        ["param s = [2, 1]", "param s = \"text\"", "data t = [2, 1, 0.1]"], ["data y = 1"],
        ["let margin = s[1] - s[0]", "let margin = max(s) - s[y]", "let margin = s[9]"],
        ["let hinge = margin", "let hinge = softplus(margin)"], ["hinge at (s = [1, 1, 1])"],
        ["hinge at (s = [1, 3, 0.1])"], ["check lse(s) <= max(s)", "lse(s) >= max(s)"],
        ["let ce = smooth(hinge, k = 2)"], ["check ce == lse(s)"], ["smooth(hinge, k = 3)"],
      ])
    {
      for line in lines { #expect(!reaches(step, line, in: session), "\(step.title): \(line)") }
      #expect(reaches(step, step.answer, in: session))
    }
  }

  /// What the prompt shows in the chapter is what a session answers.
  @Test func theChaptersTranscriptsAreTrue() throws {
    let chapter = try Project.text(Project.guide.appending(path: "Explaining.md"))
    let test = TestSession()
    var count = 0
    for block in chapter.components(separatedBy: "```text\n").dropFirst() {
      let text = block.components(separatedBy: "```")[0]
      for entry in ("\n" + text).components(separatedBy: "\nloss> ").dropFirst() {
        let lines = entry.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let line = String(lines[0])
        let expected = lines.count > 1 ? String(lines[1]) : ""
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        let shown: String
        switch words[0] {
        case ":explain":
          shown = try test.session.explanation(of: words[1])
            .rendered(test.session.settings, width: 80).plain
        case ":help": shown = try #require(test.session.help(words[1], width: 80)).plain
        case ":type": shown = try test.session.kind(of: words[1])
        default: shown = try test.text(line, echo: .prompt)
        }
        count += 1
        #expect(
          shown.trimmingCharacters(in: .newlines) == expected.trimmingCharacters(in: .newlines),
          "\(line)")
      }
    }
    #expect(count == 10)
  }
}
