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
    var result = StyledText()
    var column = 0
    var indent = 0
    for span in spans {
      for (number, line) in span.text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        if number > 0 {
          result.append("\n", as: span.role)
          (column, indent) = (0, 0)
        }
        for (place, word) in line.split(separator: " ", omittingEmptySubsequences: false)
          .enumerated()
        {
          let width = String(word).displayWidth
          if place > 0 {
            if column == indent { indent += 1 }
            if width > 0, column > indent, column + 1 + width > columns {
              result.append("\n" + String(repeating: " ", count: indent), as: span.role)
              column = indent
            } else {
              result.append(" ", as: span.role)
              column += 1
            }
          }
          result.append(String(word), as: span.role)
          column += width
        }
      }
    }
    return result
  }

  /// Appends another text.
  public mutating func append(_ other: StyledText) {
    for span in other.spans { append(span.text, as: span.role) }
  }
}
