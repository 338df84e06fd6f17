import LossKit

/// One session and what happens beside it.
final class Endurance {
  private let cancellation = Cancellation()
  private let files = FileAccess { path, _ throws(FileAccess.Failure) in
    guard let text = SessionLines.files[path] else {
      throw FileAccess.Failure(reason: "there is no such file")
    }
    return Array(text.utf8)
  } write: { _, _ throws(FileAccess.Failure) in
  }
  private let session: Session
  private(set) var lines = 0
  private(set) var errors = 0
  /// How much was shown, so that nothing is left out.
  private(set) var shown = 0
  private var cycle = 0

  init() { session = Session(files: files, cancellation: cancellation) }

  /// Every kind of line once and, after so many cycles, `:reset`: each brings names of its own.
  ///
  /// - Returns: whether all definitions were dropped, so that memory can be compared.
  func runCycle() -> Bool {
    for line in SessionLines.lines(cycle) { run(line) }
    runStopped()
    ask(cycle)
    serve(cycle)
    cycle += 1
    guard cycle % 5 == 0 else { return false }
    session.reset()
    return true
  }

  private func run(_ line: String) {
    lines += 1
    do {
      try session.run(line, echo: .prompt) {
        shown += $0.rendered(session.settings).plain.utf8.count
      }
    } catch {
      errors += 1
      shown += error.description.utf8.count
    }
  }

  private func runStopped() {
    cancellation.cancel()
    run(SessionLines.stopped[0])
    cancellation.reset()
    session.onProgress = { [cancellation] _ in cancellation.cancel() }
    run(SessionLines.stopped[1])
    session.onProgress = nil
    cancellation.reset()
  }

  /// What a prompt asks a session beside running lines.
  private func ask(_ n: Int) {
    shown +=
      (try? session.explanation(of: "hinge + new\(n % 2 == 0 ? "" : "er")"))?.notes.count ?? 0
    shown += (try? session.explanation(of: "hinge * x"))?.notes.count ?? 0
    shown += (try? session.kind(of: "f + \(n)"))?.utf8.count ?? 0
    shown += (try? session.wholeText(of: "s", width: 80))?.utf8.count ?? 0
    shown += (try? session.gradients(of: "f"))?.gradients.count ?? 0
    let timed = try? session.timedRuns(of: "f + x", within: .zero) { _ in }
    shown += timed?.others.count ?? 0
    shown += session.completions(of: "s").count + session.definedNames.count
    shown += session.savedScript().utf8.count
    shown += session.help("softplus")?.plain.utf8.count ?? 0
    shown += SyntaxHighlighter(definedNames: session.definedNames).spans(of: "f + new\(n)").count
  }

  /// What a server does for a stranger.
  private func serve(_ n: Int) {
    let text = """
      param s = [2, 1, 0.1], w = \(n); data y = \(n % 3); let k = 2 + w; let g = v -> v * k
      let own\(n) = g(2) + lse(s) - s[y]
      data h = { let k = 3; v -> k * v }
      """
    guard let model = try? LossModel(source: text, files: files) else { return }
    shown += model.size(of: "stranger\(n)") ?? 1
    let losses = [
      "own\(n)", "g(w) + h(1)", "sum(v\(n)^2 for v\(n) in s) + g(w) at (k = 3)", "nothing\(n)",
    ]
    for loss in losses {
      guard let function = try? model.function(loss, of: ["s", "w"]) else { continue }
      shown += (try? function.value(at: [1, 2, 3, 4])).map { $0 > 0 ? 1 : 0 } ?? 0
      shown += (try? function.valueWithGradient(at: [1, 2, 3, 4]))?.gradient.count ?? 0
      shown += (try? function.hessian(at: [1, 2, 3, 4]))?.count ?? 0
    }
  }
}
