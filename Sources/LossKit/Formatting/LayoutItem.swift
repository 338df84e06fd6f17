/// A step of a layout: text, a place where a line may end, or the bound of a group.
///
/// The layouts of Oppen ("Prettyprinting", 1980) as a flat list: a group is what lies between `open`
/// and its `close`. One that fits on the rest of the line has no line end; of one that does not, all
/// its places are line ends, or those that need to be. A tree of documents as in Wadler's printers
/// would be as deep as the text is nested, and a million terms wide.
enum LayoutItem {
  /// A token; whether an empty line above it is kept where it begins a line.
  case text(SourceRange, width: Int, isBelowBlankLine: Bool)
  /// A space; nothing at the start of a line.
  case space

  // MARK: Places
  /// Nothing, or a line end.
  case softLine
  /// A space, or a line end.
  case line
  /// `; `, or a line end.
  case separator
  /// What follows `=` or `->`: a space, or a line end after which all up to `assigned` is indented.
  case assign(Hugging)
  case assigned

  // MARK: Groups
  case open(Breaking)
  case close
  case indent, dedent

  // MARK: Comments
  /// On a line of its own.
  case comment(FormatComment)
  /// At the end of a line.
  case trailingComment(FormatComment)

  /// Which places of a group that does not fit are line ends.
  enum Breaking {
    case all
    /// Those before something that does not fit on the rest of the line.
    case asNeeded
  }

  /// Whether what is assigned may begin on the line of the `=` and end on a later one.
  enum Hugging {
    case never
    /// A call, if it does not fit on one line of its own either.
    case ifLong
    /// An array or a block.
    case always
  }

  /// The columns that the item takes where no line ends.
  var flatWidth: Int {
    switch self {
    case .text(_, let width, _): width
    case .space, .line, .assign: 1
    case .separator: 2
    default: 0
    }
  }

  /// Whether a line may end here.
  var isPlace: Bool {
    switch self {
    case .softLine, .line, .separator, .assign: true
    default: false
    }
  }
}

/// A text as a list of items, ready to be printed.
struct Layout {
  var items: [LayoutItem] = []
  /// Of each `open` and `assign` the index of its end; 0 for others.
  var ends: [Int] = []
  /// Of each `open` and `assign` whether there must be a line end in it.
  var mustBreak: [Bool] = []
}
