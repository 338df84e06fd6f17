/// A problem that arose at some inputs, which are shown with it.
struct ProblemAtPoint: Problem {
  let problem: any Problem
  /// `x = -1`, a line for each input.
  let point: [String]

  var message: String {
    ([problem.message] + point.map { "  at " + $0 }).joined(separator: "\n")
  }
  var hint: String? { problem.hint }
  var isCancellation: Bool { problem.isCancellation }
  var limit: Limits.Kind? { problem.limit }
}
