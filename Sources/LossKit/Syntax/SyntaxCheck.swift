/// The syntax of the language by itself.
public enum Syntax {
  /// Finds the errors that parsing a text shows, without evaluating any of it.
  ///
  /// - Returns: One error a statement at most, and not more than 20, in the order of the text.
  public static func check(_ text: String) -> [LossError] {
    parse(Source(text: text), symbols: SymbolTable()).errors
  }
}
