/// What is known of the terminal, or the paper, that text goes to.
public struct Screen: Sendable, Equatable {
  /// The colours that a terminal has.
  public enum Colors: Sendable, Comparable {
    /// None: text and shades say everything.
    case none
    /// The 8 named ones, in the reader's own palette.
    case named
    /// 256 or more, which show shades of a scale.
    case many
  }

  /// The columns of the terminal; `nil` where there is none: notes are then not broken into lines,
  /// and pictures are 80 columns wide.
  public var columns: Int?

  /// The lines of the terminal; `nil` where there is none.
  public var rows: Int?

  /// The colours that roles become.
  public var colors: Colors

  /// A screen with a size and colours.
  public init(columns: Int?, rows: Int? = nil, colors: Colors = .none) {
    self.columns = columns
    self.rows = rows
    self.colors = colors
  }

  /// No terminal: a pipe, a file, a test.
  public static let none = Screen(columns: nil)
}
