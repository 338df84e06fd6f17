/// An error in a text of the language: what is wrong and where.
public struct LossError: Error, Sendable {
  /// A part of the text that takes part in the error, with a few words drawn beneath it: the two
  /// operands whose shapes do not fit, the bracket that was opened.
  struct Label: Sendable {
    var range: SourceRange
    var text: String
  }

  let problem: any Problem
  let source: Source
  /// The place of the error, `nil` for one that has none (a file that cannot be read).
  let range: SourceRange?
  let labels: [Label]

  /// The other syntax errors of the same text, at most 19, in its order.
  public internal(set) var further: [LossError] = []

  init(_ problem: any Problem, in source: Source, at range: SourceRange?, labels: [Label] = []) {
    self.problem = problem
    self.source = source
    self.range = range
    self.labels = labels
  }

  /// An error without a place.
  init(_ problem: any Problem, fileName: String? = nil) {
    self.problem = problem
    self.source = Source(name: fileName, bytes: [])
    self.range = nil
    self.labels = []
  }

  /// What is wrong.
  ///
  /// However long a name or a text in it is, it is bounded: what is cut shows as `…`.
  public var message: String { problem.message.cutForReaders }

  /// What to do about it, where that is known.
  public var hint: String? { problem.hint?.cutForReaders }

  /// Whether the evaluation was stopped through its `Cancellation`.
  public var isCancellation: Bool { problem.isCancellation }

  /// Which of the ``Limits`` was reached, where that is what is wrong.
  public var limit: Limits.Kind? { problem.limit }

  /// The name of the file, `nil` for a text that is not from a file.
  public var fileName: String? { source.name }

  /// The line of the place, counted from 1.
  public var line: Int { range.map { source.line(at: $0.start) } ?? 1 }

  /// The column of the place, counted from 1 in characters as a reader sees them.
  public var column: Int { range.map { source.column(at: $0.start) } ?? 1 }

  /// How many characters of its first line the place covers; 0 at the end of a line.
  public var length: Int {
    guard let range else { return 0 }
    let line = source.lineBounds(at: range.start)
    return source.characterCount(
      from: Int(range.start), to: min(Int(range.end), line.upperBound))
  }
}

extension LossError: CustomStringConvertible {
  /// The error as `rendered()` shows it, without roles.
  public var description: String { rendered().plain }
}
