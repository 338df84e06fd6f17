/// A definition at the top of a text, as lint sees it.
final class LintDefinition {
  let kind: Definition.Kind
  let symbol: Symbol
  let name: String
  /// Where its name stands.
  let range: SourceRange
  /// The value, or the body of a function.
  let body: NodeID
  /// Of a function; of a formula that is written as a function, too.
  let signature: LintSignature?
  /// The names of definitions that it uses.
  var uses: [LintUse] = []
  /// What the value of an input was made of when it was evaluated.
  var sources: [LintDefinition] = []
  /// Whether anything that is evaluated reached it.
  var isRead = false
  /// Whether something that is shown, asserted, checked or drawn depends on it.
  var isUsed = false

  init(
    kind: Definition.Kind, symbol: Symbol, name: String, range: SourceRange, body: NodeID,
    signature: LintSignature?
  ) {
    self.kind = kind
    self.symbol = symbol
    self.name = name
    self.range = range
    self.body = body
    self.signature = signature
  }

  var isInput: Bool { kind == .param || kind == .data }
}

/// The parameters of a function of the language.
struct LintSignature {
  let name: String
  let parameters: [(symbol: Symbol, hasDefault: Bool)]
}

/// A name where it is used.
struct LintUse {
  let symbol: Symbol
  let range: SourceRange
  /// Whether it stands in the body of a function without a name, which may never be called.
  let isDeferred: Bool
}

/// A name with a meaning inside one expression.
struct LintLocal {
  enum Kind { case parameter, block, loop }

  let symbol: Symbol
  let kind: Kind
  let range: SourceRange?
  let signature: LintSignature?
  var isUsed = false
}

/// What an import brings.
final class LintModule {
  let name: String
  let range: SourceRange
  let definitions: [Symbol: LintSignature?]
  let order: [String]
  var isUsed = false

  init(
    name: String, range: SourceRange, definitions: [Symbol: LintSignature?], order: [String]
  ) {
    self.name = name
    self.range = range
    self.definitions = definitions
    self.order = order
  }
}

extension Script {
  /// The definitions at the top of the text, in its order.
  func lintDefinitions(_ symbols: SymbolTable) -> [(statement: NodeID, LintDefinition)] {
    tree.statements.compactMap { id in
      let node = self[id]
      let kind: Definition.Kind
      let place: Int
      switch node.kind {
      case .param: (kind, place) = (.param, 2)
      case .data: (kind, place) = (.data, 1)
      case .formula: (kind, place) = (.formula, 1)
      case .function: (kind, place) = (.function, 1)
      default: return nil
      }
      let list = list(node.b)
      let symbol = Symbol(index: node.a)
      let name = symbols.name(of: symbol)
      return (
        id,
        LintDefinition(
          kind: kind, symbol: symbol, name: name, range: nameRange(at: list[place]),
          body: list.node(0), signature: signature(of: id, name))
      )
    }
  }

  func nameRange(at offset: UInt32) -> SourceRange {
    SourceRange(start: offset, end: source.nameEnd(at: offset))
  }

  /// The parameters of a `let f(…)` or of a formula that is a function: `let f = x -> e`.
  func signature(of id: NodeID, _ name: String) -> LintSignature? {
    let node = self[id]
    switch node.kind {
    case .function:
      let parts = list(node.b)
      return LintSignature(
        name: name,
        parameters: stride(from: 3, to: parts.count, by: 3).map {
          (parts.symbol($0), !parts.node($0 + 2).isNone)
        })
    case .formula:
      let body = self[list(node.b).node(0)]
      guard body.kind == .lambda else { return nil }
      let names = list(body.a)
      return LintSignature(
        name: "the function",
        parameters: stride(from: 0, to: names.count, by: 2).map { (names.symbol($0), false) })
    default: return nil
    }
  }
}
