/// What a piece of a text in the language is, for whoever colours it.
public enum SyntaxRole: Sendable, Hashable, CaseIterable {
  /// A reserved word, or `over`, `to`, `with`, `within` where a statement reads them as words.
  case keyword
  /// The name of a built-in function.
  case builtin
  /// `pi`, `inf`, `nan`, `true`, `false`.
  case constant
  /// A number literal.
  case number
  /// A text literal with its quotes, whole or not closed yet.
  case text
  /// A comment: `#` to the end of the line.
  case comment
  /// A comment that begins with `##`, which documents the definition below it.
  case documentation
  /// A name of which nothing more is known: a parameter, a loop variable, a label, or any name
  /// where nobody said what is defined.
  case name
  /// A name that is defined.
  case definedName
  /// A name that nothing defines, where no more text to come could bind it.
  case unknownName
  /// What follows a point: `r.field`.
  case field
  /// An operator, or `,` `=` `->` `:` `;`.
  case operation
  /// A bracket, closed or not.
  case bracket
  /// A closing bracket that closes nothing, or another kind than the innermost open one.
  case unmatchedBracket
  /// The command of a line such as `:set digits 5`, with its colon.
  case command
  /// The words of such a line.
  case commandWord
  /// What is no part of the language.
  case invalid
}

/// A piece of a text with what it is.
public struct SyntaxSpan: Sendable, Hashable {
  /// Where it lies: offsets into the UTF-8 bytes of the text.
  public let range: Range<Int>

  /// What it is.
  public let role: SyntaxRole

  /// A piece with its place and role.
  public init(range: Range<Int>, role: SyntaxRole) {
    self.range = range
    self.role = role
  }
}

/// A text taken apart for colouring.
public struct SyntaxHighlighting: Sendable {
  /// The pieces in the order of the text, none empty and none overlapping.
  ///
  /// What lies between them is white space.
  public let spans: [SyntaxSpan]

  /// The brackets that belong together, each in one byte: the offset of either gives the other's.
  ///
  /// Brackets in texts and comments are not among them.
  public let partners: [Int: Int]

  /// Whether the text ends inside an open bracket.
  public let endsInsideBracket: Bool
}
