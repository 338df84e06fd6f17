/// Text with roles, which a front end turns into colours, or into nothing.
///
/// Diagnostics and everything that a session shows are rendered to this once; plain text and
/// coloured text are two formatters of the same value, so colour can never carry something that
/// the text does not say.
public struct StyledText: Sendable, Equatable {
  /// What a piece of the text is, so that a front end can choose its look.
  public enum Role: Sendable, Equatable {
    case plain, error, place, caret, label, hint, note, value, derivative, heading
    /// The axes of a picture and the lines at 0.
    case axis
    /// A curve of a picture, by its number; curves beyond `Plot.seriesCount` also have marks.
    case series(Int)
    /// Half blocks of a picture: places in `ColorMap`, `nil` for the background.
    case levels(upper: UInt8?, lower: UInt8?)
  }

  /// A piece of text with one role.
  public struct Span: Sendable, Equatable {
    /// The piece itself.
    public var text: String
    /// What it is.
    public var role: Role
  }

  /// The pieces, in order; line ends are part of their text, and the last line has none.
  public private(set) var spans: [Span] = []

  /// An empty text.
  public init() {}

  /// The text without its roles.
  public var plain: String { spans.map(\.text).joined() }

  /// Appends a piece.
  public mutating func append(_ text: String, as role: Role = .plain) {
    if text.isEmpty { return }
    if spans.last?.role == role {
      spans[spans.count - 1].text += text
    } else {
      spans.append(Span(text: text, role: role))
    }
  }

  /// The text with its lines broken at spaces, where they are longer than a screen is wide.
  ///
  /// What a line goes on in begins as far in as the line does. A word wider than the screen stays whole.
  ///
  /// - Parameter columns: the width of the screen; `nil` where there is none, and nothing is broken.
  public func wrapped(to columns: Int?) -> StyledText {
    guard let columns else { return self }
    var wrapping = Wrapping(columns: columns)
    for span in spans {
      for (number, line) in span.text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        if number > 0 { wrapping.endLine(span.role) }
        for (place, word) in line.split(separator: " ", omittingEmptySubsequences: false)
          .enumerated()
        {
          if place > 0 { wrapping.space(span.role) }
          wrapping.add(String(word), span.role)
        }
      }
    }
    return wrapping.finished
  }

  /// Appends another text.
  public mutating func append(_ other: StyledText) {
    for span in other.spans { append(span.text, as: span.role) }
  }
}

/// A text that is being broken at its spaces.
private struct Wrapping {
  let columns: Int
  private var result = StyledText()
  private var column = 0
  private var indent = 0
  /// The word that grows, which may have several roles: `error` and its colon.
  private var word = StyledText()
  private var width = 0
  /// The spaces before the word, with the role of the last.
  private var spaces = 0
  private var spaceRole = StyledText.Role.plain

  init(columns: Int) { self.columns = columns }

  mutating func add(_ text: String, _ role: StyledText.Role) {
    word.append(text, as: role)
    width += text.displayWidth
  }

  mutating func space(_ role: StyledText.Role) {
    if width > 0 { placeWord() }
    spaces += 1
    spaceRole = role
  }

  mutating func endLine(_ role: StyledText.Role) {
    placeWord()
    result.append("\n", as: role)
    (column, indent) = (0, 0)
  }

  var finished: StyledText {
    var copy = self
    copy.placeWord()
    return copy.result
  }

  private mutating func placeWord() {
    // What a line begins with is its indentation.
    if column == indent { indent += spaces }
    if width > 0, column > indent, column + spaces + width > columns {
      result.append("\n" + String(repeating: " ", count: indent), as: spaceRole)
      column = indent
    } else if width > 0 || column + spaces <= columns {
      // At the end of a line blanks that have no room would take a row of their own.
      result.append(String(repeating: " ", count: spaces), as: spaceRole)
      column += spaces
    }
    result.append(word)
    column += width
    (word, width, spaces) = (StyledText(), 0, 0)
  }
}
