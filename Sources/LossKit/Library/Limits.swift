/// How much a text may ask for: what a session, or the functions of a model, are given.
///
/// Reaching a limit is an ordinary error with its place in the text, whose ``LossError/limit`` tells
/// which it was; the session can be used on. The standard limits are out of a person's way;
/// ``untrusted`` is for texts from strangers.
///
/// ```swift
/// var limits = Limits.untrusted
/// limits.duration = .milliseconds(200)
/// let session = Session(limits: limits)
/// ```
public struct Limits: Sendable, Hashable {
  /// How many parts of expressions are evaluated in one request; no limit where it is `nil`.
  ///
  /// A step is one operation, call or other compound expression, however many elements it works on,
  /// or one evaluation of a compiled loss. The count does not depend on the machine: a text that
  /// ends within a limit does so everywhere.
  public var steps: Int?

  /// How many elements of 8 bytes are held at once, in arrays, texts, syntax trees and programs.
  ///
  /// What a process needs besides, for itself and for small objects, stays below 64 MB.
  public var elements: Int

  /// How many constructs lie inside one another in a text: brackets, branches, functions.
  ///
  /// At most 1000; on a thread with a small stack fewer are left, whatever stands here.
  public var nesting: Int

  /// How many calls of functions go on at once; at most 20,000, and fewer where the stack ends before.
  public var recursion: Int

  /// How long a text is, in bytes of UTF-8: each of those that are run or imported.
  public var sourceBytes: Int

  /// How many bytes of text, as they are rendered, one request shows; no limit where it is `nil`.
  public var outputBytes: Int?

  /// How long one request takes by the clock; no limit where it is `nil`.
  ///
  /// Looked at between operations and, inside long ones, about every millisecond. A compiled loss is
  /// one operation at each point, which takes a few passes over its arrays.
  public var duration: Duration?

  /// Limits, each with its standard unless given.
  public init(
    steps: Int? = nil, elements: Int = 1 << 27, nesting: Int = 1000, recursion: Int = 20_000,
    sourceBytes: Int = 1 << 26, outputBytes: Int? = nil, duration: Duration? = nil
  ) {
    self.steps = steps
    self.elements = elements
    self.nesting = nesting
    self.recursion = recursion
    self.sourceBytes = sourceBytes
    self.outputBytes = outputBytes
    self.duration = duration
  }

  /// What a person at a prompt does not meet: 1 GiB of elements, texts of 64 MiB, no limit of time.
  public static let standard = Limits()

  /// For texts from strangers: 1,000,000 steps, 1,000,000 elements, texts of 64 KiB, 1 MiB of output
  /// and one second.
  public static let untrusted = Limits(
    steps: 1_000_000, elements: 1_000_000, nesting: 100, recursion: 1000, sourceBytes: 1 << 16,
    outputBytes: 1 << 20, duration: .seconds(1))

  /// Which limit an error is about.
  public enum Kind: String, Sendable, CaseIterable {
    case steps, elements, nesting, recursion, source, output, duration
  }
}
