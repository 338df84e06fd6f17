/// An expression or a definition of the language, typeset as in a paper.
///
/// ```swift
/// let formula = TypesetFormula("let ce = lse(s) - s[y]")
/// formula?.mathML    // <math display="block">…</math>, for a page
/// formula?.latex     // \mathrm{ce} = \log \sum_{j} …, for a displayed formula
/// ```
///
/// Brackets stand where the reader needs them, not where the text had them. What is too long or too
/// deep for a page is left out, with dots in its place. Assertions in a block, default values and
/// comments are not shown.
public struct TypesetFormula: Sendable {
  let display: DisplayedFormula

  /// What is known of the names in a text.
  public struct Names: Sendable {
    /// Names that are known to be arrays: their product, element by element, is a ⊙ b.
    public var arrays: Set<String>

    /// Without arguments, nothing is known.
    public init(arrays: Set<String> = []) { self.arrays = arrays }
  }

  /// Typesets one statement: an expression, `let`, `param`, `data`, an assignment, or the claim of
  /// an `assert` or a `check`.
  ///
  /// `nil` where the text has a syntax error, is not one statement, or has nothing to typeset
  /// (`import`, `print`, `plot` and the like).
  public init?(_ text: String, names: Names = Names()) {
    let symbols = SymbolTable()
    let result = parse(Source(text: text), symbols: symbols)
    guard result.errors.isEmpty, result.tree.statements.count == 1 else { return nil }
    let statement = result.tree.statements[0]
    var typesetter = Typesetter(
      script: Script(tree: result.tree, serial: 0), symbols: symbols, names: names)
    guard let display = typesetter.statement(statement) else { return nil }
    self.display = display
  }

  init(display: DisplayedFormula) { self.display = display }

  /// The formula as a `math` element of MathML Core, well-formed as XML, without a namespace, as
  /// HTML wants it.
  public var mathML: String { MathMLWriter.math(display) }

  /// The content of a displayed formula of LaTeX, to stand between `\[` and `\]`.
  ///
  /// Needs the packages amsmath and amssymb. Sums that are too long for a line of an article are
  /// broken over several, in an `aligned` environment.
  public var latex: String { LaTeXWriter.display(display) }
}

/// A formula on lines of its own.
struct DisplayedFormula: Sendable {
  struct Line: Sendable {
    var left: [Box]
    var relation: [Box]
    var right: Box

    var boxes: [Box] { left + relation + [right] }
  }
  var lines: [Line]
}
