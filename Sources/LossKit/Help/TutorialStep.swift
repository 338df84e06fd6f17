/// A step of the tutorial: from the hinge to cross entropy and back, typed by the reader.
///
/// Whether its goal is reached is asked of the session, not of the text that was typed.
public struct TutorialStep: Sendable {
  /// What the step is about, in a few words.
  public let title: String

  /// What there is to know, a few lines.
  public let text: String

  /// A line that reaches the goal.
  public let answer: String

  /// What to say after a try that did not reach it.
  public let hint: String

  /// What was reached, in a few words.
  public let praise: String

  let goal: Goal

  /// What has to be so after the reader's line.
  enum Goal: Sendable {
    /// A condition holds in the session.
    case holds(String)
    /// The value shown last, `_`, fulfils a condition, and a note tells of a corner.
    case showsCorner(String)
    /// A check held, and a condition tells whether it was about what it should be.
    case checked(String)
    /// A table was shown.
    case tabulated
  }

  /// Whether a line reached the goal.
  ///
  /// - Parameters:
  ///   - session: the session in which it ran.
  ///   - outputs: what it showed.
  public func isReached(in session: Session, showing outputs: [Output]) -> Bool {
    switch goal {
    case .holds(let condition): return session.holds(condition)
    case .showsCorner(let condition):
      let isNoted = outputs.contains { output in
        if case .value(_, _, let notes) = output.content {
          return notes.contains { $0.contains("corner") }
        }
        return false
      }
      return isNoted && session.holds(condition)
    case .checked(let condition):
      let held = outputs.contains { output in
        if case .check = output.content { true } else { false }
      }
      return held && session.holds(condition)
    case .tabulated:
      return outputs.contains { output in
        if case .table = output.content { true } else { false }
      }
    }
  }

  /// The steps in their order.
  public static let all: [TutorialStep] = [
    TutorialStep(
      title: "scores",
      text: """
        A classifier gives each class a score. Scores are what we want gradients by,
        so they are a param. Declare s with the scores 2, 1 and 0.1.
        """,
      answer: "param s = [2, 1, 0.1]", hint: "param declares an input, [a, b, c] is an array",
      praise: "s is an input with three elements.",
      goal: .holds("len(s) == 3 and all(s ~= [2, 1, 0.1])")),
    TutorialStep(
      title: "the right class",
      text: """
        A label has no derivative: it is data. Say that class 0 is the right one, as
        y. Indices count from 0.
        """,
      answer: "data y = 0", hint: "data y = … declares an input without derivative",
      praise: "y is data.", goal: .holds("y == 0")),
    TutorialStep(
      title: "the margin",
      text: """
        How far is the best wrong class ahead of the right one? drop(s, y) is s
        without element y. let names a formula, which follows its inputs as in a
        spreadsheet. Call it margin.
        """,
      answer: "let margin = max(drop(s, y)) - s[y]",
      hint: "the largest wrong score is max(drop(s, y)); take s[y] from it",
      praise: "margin follows s and y.",
      goal: .holds(
        "(margin at (s = [1, 4, 2], y = 0)) ~= 3 and (margin at (s = [1, 4, 2], y = 1)) ~= -2")),
    TutorialStep(
      title: "the hinge",
      text: """
        The hinge loss counts only a margin above 0. relu(x) is max(x, 0). Define
        hinge.
        """,
      answer: "let hinge = relu(margin)", hint: "let hinge = relu(…)",
      praise: "hinge is a loss.",
      goal: .holds(
        "(hinge at (s = [1, 4, 2], y = 0)) ~= 3 and (hinge at (s = [1, 4, 2], y = 1)) == 0")),
    TutorialStep(
      title: "value and gradient",
      text: """
        A number that depends on params is shown with its gradient. Here the hinge
        is 0, and so is its gradient. With at, look where class 1 is ahead: at the
        scores [1, 1.25, 0.1]. (Try :explain hinge, too.)
        """,
      answer: "hinge at (s = [1, 1.25, 0.1])", hint: "hinge at (s = …), with those scores",
      praise: "The gradient lowers the wrong score that is ahead and raises the right one.",
      goal: .holds("_ ~= 0.25")),
    TutorialStep(
      title: "a corner",
      text: """
        Both max and relu have corners: where two scores tie, there is no
        derivative. Loss says so and shows one of Clarke's generalized gradients.
        Look at the hinge where the scores of class 0 and 1 are equal: [1, 1, 0.1].
        """,
      answer: "hinge at (s = [1, 1, 0.1])",
      hint: "as before, with 1 and 1 for the first two scores",
      praise: "The note names the corner and what ties there.",
      goal: .showsCorner("_ == 0")),
    TutorialStep(
      title: "the smooth maximum",
      text: """
        lse(v) is ln Σ eᵛ, a smooth maximum. It is never below the maximum and at
        most ln n above it. Check the first: a check tries a claim at 1000 random
        points.
        """,
      answer: "check lse(s) >= max(s)", hint: "check a >= b, with lse(s) and max(s)",
      praise: "It holds, up to rounding, wherever it was tried.", goal: .checked("len(s) == 3")),
    TutorialStep(
      title: "cross entropy",
      text: """
        smooth(e) puts lse for max and softplus for relu, through all formulas that
        e uses. Smooth the hinge and call it ce.
        """,
      answer: "let ce = smooth(hinge)", hint: "let ce = smooth(…), of the hinge",
      praise: "That is softmax cross entropy, though nobody wrote it down.",
      goal: .holds(
        """
        (ce at (s = [1, 4, 2], y = 0)) ~= cross_entropy([1, 4, 2], 0) \
        and (ce at (s = [1, 4, 2], y = 1)) ~= cross_entropy([1, 4, 2], 1)
        """)),
    TutorialStep(
      title: "the proof by trying",
      text: """
        Softmax cross entropy is usually written lse(s) - s[y]. Check that ce equals
        it.
        """,
      answer: "check ce == lse(s) - s[y]", hint: "check ce == …",
      praise: "The smooth hinge and softmax cross entropy are one.",
      goal: .checked("ce ~= lse(s) - s[y]")),
    TutorialStep(
      title: "back to the hard one",
      text: """
        The sharpness k decides how close the smooth loss is: smooth(hinge, k) tends
        to the hinge. Make a table of smooth(hinge, k) for k in [1, 4, 16, 64].
        """,
      answer: "table smooth(hinge, k), log(3) / k for k in [1, 4, 16, 64]",
      hint: "table e1, e2 for k in [1, 4, 16, 64]",
      praise: "The distance is at most log(3) / k; gap(hinge, k) shows it with a bound.",
      goal: .tabulated),
  ]
}

extension Session {
  /// Whether a condition is true here; an error is no.
  func holds(_ condition: String) -> Bool {
    let last = evaluator.lastValue
    defer { evaluator.lastValue = last }
    guard case .truth(true)? = try? value(of: condition) else { return false }
    return true
  }
}
