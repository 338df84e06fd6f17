/// What `minimize` shows: where it ended, why, and the way there.
struct DescentSummary {
  let descent: Descent
  /// The inputs at the point that was reached.
  let inputs: [(name: String, value: Value)]
  /// Why it ended, in words.
  let reason: String
  let notes: [String]

  /// The loss, how it ended, and on a line each the inputs.
  func rendered(_ settings: DisplaySettings, columns: Int?) -> StyledText {
    let values = ValueText(settings: settings)
    var text = StyledText()
    text.append(values.text(descent.value), as: .value)
    text.append("        \(ending)")
    // The reason why it ended may be a long one.
    text = text.wrapped(to: columns)
    for (name, value) in inputs {
      text.append("\n  ")
      let label = "\(name) = "
      text.append(label + values.fitted(value, after: 2 + label.displayWidth), as: .value)
    }
    return text
  }

  /// How it ended, and after how much.
  var ending: String {
    let steps = "\(counted(descent.steps, "step")) (\(counted(descent.evaluations, "evaluation")))"
    if descent.reason == .interrupted { return "interrupted after \(steps)" }
    // Where precision ended it the gradient tells how near a minimum is: beside a corner not at all.
    let norm =
      descent.reason == .gradient || descent.reason == .bounds
      ? "" : "; gradient norm \(NumberFormat.formatted(descent.gradientNorm, digits: 2))"
    return "after \(steps): \(reason)\(norm)"
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  var json: String {
    var object = JSONObject()
    object.add("value", JSON.number(descent.value))
    var parts = JSONObject()
    for (name, value) in inputs { parts.add(name, JSON.value(value)) }
    object.add("inputs", parts.finished)
    object.add("steps", String(descent.steps))
    object.add("reason", JSON.text(reason))
    object.add("evaluations", String(descent.evaluations))
    object.add("gradient_norm", JSON.number(descent.gradientNorm))
    object.add("trajectory", JSON.array(descent.trajectory.map(DescentSummary.json)))
    return object.finished
  }

  private static func json(_ step: Descent.Step) -> String {
    var object = JSONObject()
    object.add("step", String(step.number))
    object.add("value", JSON.number(step.value))
    object.add("gradient_norm", JSON.number(step.gradientNorm))
    object.add("step_length", JSON.number(step.length))
    return object.finished
  }
}
