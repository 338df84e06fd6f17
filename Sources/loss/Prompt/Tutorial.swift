import LossKit

/// The tutorial while it runs: ten steps that the reader types at the prompt.
///
/// It has a session of its own; that of the prompt is put aside and comes back at the end.
final class Tutorial {
  let session: Session
  /// The session of the prompt.
  let saved: Session
  private var step = 0
  private var failedTries = 0
  private var outputs: [Output] = []

  init(session: Session, saved: Session) {
    self.session = session
    self.saved = saved
  }

  private var steps: [TutorialStep] { TutorialStep.all }

  /// What the prompt shows: `loss (3/10)> `.
  var prompt: String { "loss (\(step + 1)/\(steps.count))> " }

  /// Keeps what a line shows, until the step is looked at.
  func note(_ output: Output) { outputs.append(output) }

  /// The text of the step.
  var page: StyledText {
    let current = steps[step]
    var text = StyledText()
    text.append("\(step + 1). \(current.title)", as: .heading)
    // Its lines are those of the source; the screen has its own.
    text.append("\n" + current.text.split(separator: "\n").joined(separator: " "))
    text.append("\n  type  ", as: .hint)
    text.append(current.answer, as: .value)
    return text
  }

  /// What to say after a line of the reader's; `nil` once the last step is done.
  func afterLine() -> StyledText? {
    defer { outputs = [] }
    let current = steps[step]
    var text = StyledText()
    guard current.isReached(in: session, showing: outputs) else {
      failedTries += 1
      text.append("not yet: \(current.hint)", as: .note)
      if failedTries > 1 { text.append("\n  type  \(current.answer)", as: .hint) }
      return text
    }
    guard step + 1 < steps.count else { return nil }
    text.append(current.praise + "\n\n", as: .note)
    go(to: step + 1)
    text.append(page)
    return text
  }

  /// What is said at the end.
  var farewell: StyledText {
    StyledText(
      "\(steps[steps.count - 1].praise)\nThat was the tutorial; your own definitions are back.",
      as: .note)
  }

  /// Goes to a step, counted from 0; what the steps before it define is defined.
  ///
  /// - Returns: whether there is such a step.
  @discardableResult
  func go(to number: Int) -> Bool {
    guard steps.indices.contains(number) else { return false }
    for earlier in steps[..<number] where !earlier.isReached(in: session, showing: []) {
      try? session.run(earlier.answer, output: { _ in })
    }
    step = number
    failedTries = 0
    outputs = []
    return true
  }

  /// The step after or before this one.
  func number(movedBy offset: Int) -> Int { step + offset }
}

extension PromptCommand {
  @Sendable static func tutorial(_ prompt: Prompt, _ argument: String) {
    let console = prompt.console
    guard let tutorial = prompt.tutorial else {
      guard argument.isEmpty || Int(argument) != nil else {
        return console.fail("no tutorial is running", hint: ":tutorial begins it")
      }
      // Without the files and the `--set` of the call: the steps are the same for everybody.
      let session = Session(
        limits: prompt.session.limits, cancellation: Interruption.cancellation)
      session.settings = prompt.session.settings
      session.onProgress = prompt.session.onProgress
      let begun = Tutorial(session: session, saved: prompt.session)
      prompt.begin(begun)
      guard begun.go(to: (Int(argument) ?? 1) &- 1) else {
        prompt.endTutorial()
        return console.fail(missingStep)
      }
      console.show(
        prose: StyledText(
          "Ten steps in a session of its own; :tutorial stop ends them, and yours comes back.\n",
          as: .note))
      return console.show(prose: begun.page)
    }
    let wanted: Int
    switch argument {
    case "": return console.show(prose: tutorial.page)
    case "stop": return prompt.leaveTutorial()
    case "next": wanted = tutorial.number(movedBy: 1)
    case "back": wanted = tutorial.number(movedBy: -1)
    default:
      guard let number = Int(argument) else {
        return console.fail(
          "':tutorial \(argument)' is not known", hint: "next, back, stop, or a step's number")
      }
      wanted = number &- 1
    }
    guard tutorial.go(to: wanted) else { return console.fail(missingStep) }
    console.show(prose: tutorial.page)
  }

  private static var missingStep: String {
    "the tutorial has steps 1 to \(TutorialStep.all.count)"
  }
}
