@testable import LossKit

/// Whole sessions: several texts, one after the other, with all that is shown and written of what
/// they give.
///
/// The first byte is the mode, by `Mode`; the rest are texts between NULs.
enum SessionTarget {
  /// What is done with the texts.
  enum Mode: UInt8, CaseIterable {
    /// They run as scripts.
    case script = 0x73  // s
    /// They run at a prompt, which also explains, saves, completes and typesets.
    case prompt = 0x70  // p
    /// The first is a model, the others are losses in it.
    case model = 0x6D  // m
    /// Each becomes a report.
    case report = 0x72  // r
  }

  static let textLimit = 4

  /// Low enough that an input is done in little time; the depths are those of a person's session, so
  /// that the stack is what ends them.
  static let limits = Limits(
    steps: 20_000, elements: 1 << 18, sourceBytes: 1 << 16, outputBytes: 1 << 17,
    duration: .milliseconds(200))

  /// A script in each mode; in that of models with its last formulas as losses.
  static func seeds(of file: [UInt8]) -> [[UInt8]] {
    let symbols = SymbolTable()
    let tree = parse(Source(name: nil, bytes: file), symbols: symbols).tree
    let formulas = tree.statements.map { tree[$0] }.filter { $0.kind == .formula }
      .suffix(textLimit - 1).map { symbols.name(of: Symbol(index: $0.a)) }
    return Mode.allCases.map { mode in
      [mode.rawValue] + file + (mode == .model ? formulas.flatMap { [0] + $0.utf8 } : [])
    }
  }

  static func run(_ input: [UInt8]) throws {
    guard let first = input.first else { return }
    let mode = Mode(rawValue: first) ?? Mode.allCases[Int(first) % Mode.allCases.count]
    let texts = input.dropFirst().split(separator: 0, omittingEmptySubsequences: false)
      .prefix(textLimit).map(Array.init)
    switch mode {
    case .script, .prompt, .report:
      let test = SessionUnderTest()
      for text in texts {
        switch mode {
        case .script: try test.run(text, .script)
        case .prompt: try test.type(text)
        default: try test.report(text)
        }
        try test.requireAlive()
      }
      if mode != .report { try test.requireSavedSessionIsTheSame() }
    case .model:
      try ModelUnderTest.run(
        texts.map { String(decoding: $0, as: UTF8.self) })
    }
  }
}

/// What a session under test may read: a table and a script.
private let files: [String: [UInt8]] = [
  "a.csv": Array("x,y,kind\n1,0.5,a\n2,-1,b\n3,,a\n".utf8),
  "lib.loss": Array("param w = [1, 2]\nlet h(z) = relu(z) + w[0]\nlet l = sum(w)\n".utf8),
]

let fuzzFiles = FileAccess { (path, _) throws(FileAccess.Failure) in
  guard let bytes = files[path] else { throw FileAccess.Failure(reason: "there is no such file") }
  return bytes
} write: { (_, _) throws(FileAccess.Failure) in
}

/// Does something that may throw a good error and nothing else.
func attempt(needsPlace: Bool = true, _ body: () throws(LossError) -> Void) throws {
  do throws(LossError) {
    try body()
  } catch {
    try requireGood(error, needsPlace: needsPlace)
  }
}

/// A session with all that is asked of it after each text.
private struct SessionUnderTest {
  let session = Session(limits: SessionTarget.limits, files: fuzzFiles)

  func run(_ text: [UInt8], _ echo: Session.Echo) throws {
    var json: [String] = []
    try attempt { () throws(LossError) in
      try session.run(bytes: text, fileName: "f.loss", echo: echo) { output in
        _ = output.rendered(session.settings).plain
        let screen = Screen(columns: 40, rows: 12, colors: .many)
        _ = output.rendered(session.settings, on: screen).plain
        json.append(output.json(file: "f.loss"))
        if let plot = output.plot { _ = plot.svg() }
      }
    }
    // Beyond the limit of the output there is none.
    for json in json where !json.isEmpty { try requireJSON(json) }
  }

  /// Whatever came before, the next text runs.
  func requireAlive() throws {
    do {
      guard case .number(2) = try session.value(of: "1 + 1") else {
        throw FuzzFinding("1 + 1 is something else")
      }
    } catch let error as LossError {
      throw FuzzFinding("1 + 1 fails: \(error.message)")
    }
  }

  /// A text at a prompt, with what commands make of it.
  func type(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = Session.needsContinuation(text)
    try run(bytes, .prompt)
    try attempt { () throws(LossError) in _ = try session.kind(of: text) }
    try attempt(needsPlace: false) { () throws(LossError) in
      _ = try session.wholeText(of: text, width: 30)
    }
    try attempt { () throws(LossError) in
      _ = try session.explanation(of: text).rendered(session.settings, width: 40).plain
    }
    try attempt(needsPlace: false) { () throws(LossError) in
      _ = try session.gradients(of: text).latex
    }
    _ = session.completions(of: String(text.suffix(2)))
    _ = session.help(String(text.prefix(8)))
    _ = session.nearestName(to: String(text.prefix(8)))
    for definition in session.definitions() {
      _ = session.statement(defining: definition.name)
    }
  }

  func report(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = TypesetFormula(text).map { $0.mathML + $0.latex }
    var errors: [LossError] = []
    try attempt { () throws(LossError) in
      let report = session.report(on: bytes, fileName: "f.loss")
      errors = report.errors
      _ = report.html()
    }
    for error in errors { try requireGood(error) }
  }

  /// What a session saves restores it, unless it says what it does not restore.
  func requireSavedSessionIsTheSame() throws {
    let saved = session.saved()
    guard saved.notes.isEmpty else { return }
    // Without limits: what they allowed once they might not allow once more.
    let other = Session(files: fuzzFiles)
    do throws(LossError) {
      try other.run(saved.script) { _ in }
    } catch {
      throw FuzzFinding("a saved session fails: \(error.rendered().plain)\nin\n\(saved.script)")
    }
    try require(
      other.savedScript() == saved.script,
      "a saved session saves another one:\n\(saved.script)\nand\n\(other.savedScript())")
  }
}
