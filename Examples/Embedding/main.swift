// Loss inside a program: a model from text, one point, a batch, a session. The library needs
// neither Foundation nor readline, and starts nothing that was not asked for.

import LossKit

do throws(LossError) {
  // A model is parsed and checked once.
  let model = try LossModel(
    source: """
      param s = [2.0, 1.0, 0.1]    # scores
      data y = 0                   # the label
      let hinge = relu(1 + max(drop(s, y)) - s[y])
      let ce = lse(s) - s[y]
      """)

  // A function of some of its inputs: values and exact gradients at one point.
  let ce = try model.function("ce", of: ["s"])
  let (value, gradient) = try ce.valueWithGradient(at: [2, 1, 0.1])
  print("ce =", value, " gradient =", gradient)

  // The label as an input too; gradients by the scores only.
  let hinge = try model.function("hinge", of: ["s", "y"], wrt: ["s"])
  print("hinge =", try hinge.valueWithGradient(at: [2, 1, 0.1, 1]))

  // Calls in a loop reuse a workspace and write into a buffer of the caller's.
  var work = ce.makeWorkspace()
  var point = [2, 1, 0.1]
  var slope = [0.0, 0, 0]
  for _ in 0..<100 {
    var buffer = slope.mutableSpan
    _ = try ce.valueWithGradient(at: point.span, gradient: &buffer, using: &work)
    for i in point.indices { point[i] -= 0.5 * slope[i] }
  }
  print("after 100 steps of descent:", try ce.value(at: point))

  // Many points at once, on two threads.
  let rows = [2, 1, 0.1, 0, 0, 0, -1, 1, 3]
  var values = [0.0, 0, 0]
  var gradients = [Double](repeating: 0, count: 9)
  var valueBuffer = values.mutableSpan
  var gradientBuffer = gradients.mutableSpan
  try ce.valuesWithGradients(
    at: rows.span, count: 3, layout: .rowMajor, parallelism: 2, values: &valueBuffer,
    gradients: &gradientBuffer)
  print("values:", values)

  // Second derivatives.
  print("Hessian:", try ce.hessian(at: [2, 1, 0.1]))

  // What the prompt and the script runner use: statements, with everything they show.
  let session = Session()
  try session.run("param x = 0.5; softplus(x, 4)") { output in
    print(output.rendered(session.settings).plain)
  }

  // An error has its place, its cause and, where it helps, a hint.
  try session.run("sofplus(x)") { _ in }
} catch {
  print(error.rendered().plain)
}
