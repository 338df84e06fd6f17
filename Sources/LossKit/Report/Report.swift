/// A script as a document: its comments as prose, its statements with what they showed.
///
/// `Session.report` makes one, `html` writes it as a page.
public struct Report: Sendable {
  /// The document's name: its first heading, or else that of the file.
  public let title: String

  /// The title as inline Markdown.
  let titleMarkdown: String

  /// What stopped the script: an error, or all the syntax errors that kept it from starting.
  public let errors: [LossError]

  /// The parts in the order of the script.
  var blocks: [Block] = []

  /// A part of the document.
  enum Block: Sendable {
    /// Level 2 and beyond: 1 is the title's.
    case heading(level: Int, markdown: String)
    case prose(markdown: String)
    /// Statements between which nothing stands but blank lines.
    case statements([Statement])
  }

  /// A statement, or several that stand in one line of code, with what came of them.
  struct Statement: Sendable {
    /// What became of it.
    enum Outcome: Sendable, Equatable {
      case ran
      case failed
      case notRun
    }

    /// What it is, as far as a page shows kinds differently.
    enum Kind: Sendable {
      case definition, print, claim, other
    }

    let kind: Kind
    /// Its text with the comment that ends its last line.
    var code: String
    /// Its `##` lines, as Markdown.
    var documentation: String?
    /// What it defines or shows, typeset; `nil` where that would say nothing more than its code.
    var formula: TypesetFormula?
    /// Whether a blank line stands above it.
    let isApart: Bool
    var outcome = Outcome.notRun
    var results: [Result] = []
    var errors: [ReportedError] = []
  }

  /// Something that a statement showed, with the settings of that moment.
  struct Result: Sendable {
    let output: Output
    let settings: DisplaySettings
  }

  /// An error, with the name of its file where that is another one than the script.
  struct ReportedError: Sendable {
    let error: LossError
    let file: String?
  }
}
