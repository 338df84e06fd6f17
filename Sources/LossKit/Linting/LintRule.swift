/// What `loss lint` looks for; the raw value is the name in its answers and in `# lint: allow NAME`.
public enum LintRule: String, CaseIterable, Sendable {
  case syntax
  case unknownName = "unknown-name"
  case usedTooEarly = "used-too-early"
  case wrongCall = "wrong-call"
  case wrongDefinition = "wrong-definition"
  case cycle
  case importFails = "import"
  case unusedDefinition = "unused-definition"
  case unusedLocal = "unused-local"
  case unusedImport = "unused-import"
  case replacedDefinition = "replaced-definition"
  case hiddenInput = "hidden-input"
  case unstable
  case sameSides = "same-sides"
  case nanComparison = "nan-comparison"
  case unknownRule = "unknown-rule"

  /// Whether a script with it cannot run, or may still do what it should.
  public enum Severity: String, Sendable { case error, warning }

  /// How bad it is.
  public var severity: Severity {
    switch self {
    case .syntax, .unknownName, .usedTooEarly, .wrongCall, .wrongDefinition, .cycle, .importFails:
      .error
    case .unusedDefinition, .unusedLocal, .unusedImport, .replacedDefinition, .hiddenInput,
      .unstable, .sameSides, .nanComparison, .unknownRule:
      .warning
    }
  }

  /// What is reported, in a sentence: the guide lists it.
  public var summary: String {
    switch self {
    case .syntax: "The text cannot be parsed. Nothing else is looked for then."
    case .unknownName: "A name stands for nothing, here and in the files that are imported."
    case .usedTooEarly: "A statement needs a definition that only comes after it."
    case .wrongCall:
      "Too few or too many arguments, unknown labels, options by position, a derivative by something "
        + "that is no name, a family that there is not, a call of something that is no function."
    case .wrongDefinition:
      "A name of a built-in is defined, or something gets a new value that is no input."
    case .cycle: "A formula depends on itself."
    case .importFails: "A file or library to be imported cannot be read or parsed."
    case .unusedDefinition:
      "Nothing that the script shows, asserts, checks or draws uses a definition. A file of "
        + "definitions alone is a library, in which nothing is unused; nor is a name that begins "
        + "with `_`."
    case .unusedLocal:
      "A name of a block or a comprehension is not used; `for _ in r` names nothing."
    case .unusedImport: "Nothing of an import is used."
    case .replacedDefinition: "A definition is replaced before anything used it."
    case .hiddenInput:
      "A function's parameter hides an input that a formula in its body uses all the same."
    case .unstable:
      "A spelling that overflows or cancels though there is a word that does neither. In `assert` "
        + "and `check` both may stand side by side."
    case .sameSides: "Both sides of what is asserted or checked are the same text."
    case .nanComparison: "A comparison with `nan` is false whatever the other side is."
    case .unknownRule: "`# lint: allow NAME` names no rule."
    }
  }
}

/// Something that `Syntax.lint` found.
public struct LintDiagnostic: Sendable {
  /// What was looked for.
  public let rule: LintRule
  let error: LossError
  /// What may stand in the place of the text, where that is known in full.
  public let replacement: String?

  /// What is wrong.
  public var message: String { error.message }

  /// What to do about it, where that is known.
  public var hint: String? { error.hint }

  /// The line of the place, counted from 1.
  public var line: Int { error.line }

  /// The column of the place, counted from 1 in characters as a reader sees them.
  public var column: Int { error.column }

  /// How many characters of its first line the place covers.
  public var length: Int { error.length }

  /// The place as a range of bytes of the text in UTF-8.
  public var utf8Range: Range<Int> {
    error.range.map { Int($0.start)..<max(Int($0.start), Int($0.end)) } ?? 0..<0
  }

  /// As it is shown: `FILE:LINE:COLUMN: warning: …`, the line with marks, the hint.
  public func rendered() -> StyledText {
    error.rendered(as: rule.severity.rawValue, suffix: rule == .syntax ? "" : " [\(rule.rawValue)]")
  }

  /// As one JSON object on one line, in the form of an error with `rule` added; a warning has the
  /// key `warning` in the place of `error`.
  public func json(file: String?) -> String {
    var object = JSONObject()
    if let file { object.add("file", JSON.text(file)) }
    object.add("line", String(line))
    object.add("column", String(column))
    object.add("length", String(length))
    object.add(rule.severity.rawValue, JSON.text(message))
    object.add("rule", JSON.text(rule.rawValue))
    if let hint { object.add("hint", JSON.text(hint)) }
    if let replacement { object.add("replacement", JSON.text(replacement)) }
    return object.finished
  }
}

/// What lint says besides the errors that evaluation knows.
enum LintProblem: Problem {
  case usedTooEarly(String, line: Int, user: Int)
  case importHasErrors(String, first: String)
  case unusedDefinition(String)
  case unusedLocal(String, isLoop: Bool)
  case unusedImport(String)
  case replacedDefinition(String, line: Int)
  case hiddenInput(String, formula: String)
  case unstable(reason: String, replacement: String)
  case sameSides(String)
  case nanComparison
  case unknownRule(String)

  var message: String {
    switch self {
    case .usedTooEarly(let name, _, let user):
      "'\(name)' is not yet defined where line \(user) needs it"
    case .importHasErrors(let file, let first): "\"\(file)\" has a syntax error: \(first)"
    case .unusedDefinition(let name): "'\(name)' is not used"
    case .unusedLocal(let name, _): "'\(name)' is not used"
    case .unusedImport(let name): "nothing of '\(name)' is used"
    case .replacedDefinition(let name, let line):
      "'\(name)' is defined anew in line \(line) before anything used it"
    case .hiddenInput(let name, let formula):
      "'\(name)' is the function's own here; '\(formula)' in its body still uses the input '\(name)'"
    case .unstable(let reason, _): reason
    case .sameSides(let text): "both sides are '\(text)'"
    case .nanComparison: "a comparison with nan is always false, but for '!='"
    case .unknownRule(let name): "there is no rule '\(name)'"
    }
  }

  var hint: String? {
    switch self {
    case .usedTooEarly(let name, let line, _): "'\(name)' is defined in line \(line): move it up"
    case .unusedLocal(_, true): "write 'for _ in …'"
    case .unstable(_, let replacement): "write \(replacement)"
    case .nanComparison: "write isnan(x)"
    case .unknownRule(let name):
      nearest(to: name, among: LintRule.allCases.map(\.rawValue)).map { "did you mean '\($0)'?" }
    default: nil
    }
  }
}
