import Synchronization

/// A name as a small number: equal names of one `SymbolTable` have equal symbols.
struct Symbol: Hashable, Sendable {
  let index: UInt32

  /// Stands where a name is absent: `for _ in r`, an argument without a label.
  static let none = Symbol(index: .max)
}

/// The names of a session, each with its `Symbol`; safe to share between threads.
final class SymbolTable: Sendable {
  private let names: Mutex<NameTable>

  convenience init() { self.init(NameTable()) }

  private init(_ names: NameTable) { self.names = Mutex(names) }

  /// The symbol of a name, made when the name is new.
  ///
  /// Names that are the same to a reader (an accented letter as one scalar or as two) have one
  /// symbol.
  func intern(_ name: String) -> Symbol {
    names.withLock { names in
      var name = name
      return name.withUTF8 { names.intern($0) }
    }
  }

  /// The symbol of a name that the table has.
  func symbol(of name: String) -> Symbol? {
    names.withLock { names in
      var name = name
      return name.withUTF8 { names.symbol(of: $0) }
    }
  }

  /// How many spellings of names the table has.
  var count: Int { names.withLock { $0.count } }

  /// Forgets the spellings from a number on: those that were new in a text of which nothing is kept.
  func forget(from first: Int) { names.withLock { $0.forget(from: first) } }

  /// A table of its own with the same names: what is added to one is not in the other.
  func copy() -> SymbolTable { SymbolTable(names.withLock { $0 }) }

  /// The name of a symbol of this table; the empty text for `Symbol.none` and for a stranger.
  func name(of symbol: Symbol) -> String {
    names.withLock { $0.name(of: symbol) }
  }

  /// Runs `body` with the names themselves, so that a parser takes the lock once and not for each
  /// name.
  ///
  /// `body` must not call other methods of the table.
  func withNames<Result: Sendable>(_ body: (inout NameTable) -> Result) -> Result {
    names.withLock { names in body(&names) }
  }
}

/// Names that the syntax itself gives a meaning to without reserving them.
enum KnownName: UInt32, CaseIterable {
  case over, to, with, within, grad, pi, inf, lastValue

  var spelling: String {
    switch self {
    case .lastValue: "_"
    default: "\(self)"
    }
  }

  /// The name's symbol: every `NameTable` begins with the reserved words and then these.
  var symbol: Symbol { Symbol(index: UInt32(TokenKind.reservedWordCount) + rawValue) }
}
