/// Says what each piece of a text is, so that a prompt, a report or a page can colour it.
///
/// Made on the language's own lexer, and total: any text has an answer, broken or not, in time linear
/// in its length.
public struct SyntaxHighlighter: Sendable {
  /// The names that are defined outside the text; `nil` where that is not known.
  let definedNames: Set<String>?

  /// A highlighter that calls every name `SyntaxRole.name` but for those of the language.
  public init() { definedNames = nil }

  /// A highlighter that tells defined names from unknown ones.
  ///
  /// - Parameter definedNames: the names defined outside the text, as `Session.definedNames` has
  ///   them.
  public init(definedNames: Set<String>) { self.definedNames = definedNames }

  /// Takes a text apart.
  public func highlighting(of text: String) -> SyntaxHighlighting {
    var text = text
    return text.withUTF8 { highlighting(of: $0) }
  }

  /// Takes apart bytes that may not even be UTF-8.
  public func highlighting(of bytes: [UInt8]) -> SyntaxHighlighting {
    bytes.withUnsafeBufferPointer { highlighting(of: $0) }
  }

  /// The pieces of a text, in order; see `SyntaxHighlighting.spans`.
  public func spans(of text: String) -> [SyntaxSpan] { highlighting(of: text).spans }

  private func highlighting(of bytes: UnsafeBufferPointer<UInt8>) -> SyntaxHighlighting {
    // What is not parsed has no colours either; offsets of tokens would not fit.
    guard bytes.count <= Source.maximumLength else {
      return SyntaxHighlighting(spans: [], partners: [:], endsInsideBracket: false)
    }
    var walk = HighlightingWalk(bytes: bytes, definedNames: definedNames)
    return walk.run()
  }
}

extension Session {
  /// The names that a text of this session may use besides those of the language: its own and those
  /// it imported.
  public var definedNames: Set<String> {
    var names = Set(root.visibleNames.map { symbols.name(of: $0) })
    // An imported file's own definitions are reached through its name.
    names.formUnion(root.importedModuleNames)
    if evaluator.lastValue != nil { names.insert(KnownName.lastValue.spelling) }
    return names
  }
}
