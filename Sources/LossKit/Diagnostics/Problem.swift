/// What went wrong, as data; its words are made when they are shown.
///
/// Each part of the library has an enumeration of its own problems, with the wording in one
/// exhaustive switch. A `LossError` adds the place.
protocol Problem: Sendable {
  /// What is wrong, in one line, without a capital letter or a full stop. Further lines, if any,
  /// stand below it as they are.
  var message: String { get }

  /// What to do about it, where that is known.
  var hint: String? { get }

  /// Whether it is a request to stop rather than a mistake.
  var isCancellation: Bool { get }

  /// The limit that was reached, where that is the problem.
  var limit: Limits.Kind? { get }
}

extension Problem {
  var hint: String? { nil }
  var isCancellation: Bool { false }
  var limit: Limits.Kind? { nil }
}
