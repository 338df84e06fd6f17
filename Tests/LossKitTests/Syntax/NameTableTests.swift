import Testing

@testable import LossKit

@Suite struct NameTableTests {
  /// Names of all lengths around the eight bytes that an entry holds, and beyond ASCII.
  private static let names = (0..<600).map { i in
    switch i % 4 {
    case 0: "n\(i)"
    case 1: "longerName\(i)"
    case 2: "é\(i % 40)"
    // The same name to a reader.
    default: "e\u{301}\(i % 40)"
    }
  }

  /// Against a list: what is forgotten is as if it had never been there.
  @Test func forgetting() {
    let table = SymbolTable()
    let first = table.count
    var generator = SplitMix64(seed: 12)
    var marks: [(count: Int, names: [String: Symbol])] = []
    var known: [String: Symbol] = [:]
    for _ in 0..<400 {
      if generator.next() % 3 == 0, let mark = marks.popLast() {
        table.forget(from: mark.count)
        known = mark.names
      } else {
        marks.append((table.count, known))
        for _ in 0..<generator.next() % 60 {
          let name = Self.names[Int(generator.next() % UInt64(Self.names.count))]
          let symbol = table.intern(name)
          #expect(known[name] == nil || known[name] == symbol)
          known[name] = symbol
        }
      }
      for name in Self.names where table.symbol(of: name) != known[name] {
        Issue.record("\(name): \(String(describing: table.symbol(of: name)))")
        return
      }
      #expect(Set(known.values).count == known.count)
    }
    table.forget(from: first)
    #expect(table.count == first)
    #expect(table.symbol(of: "over") == KnownName.over.symbol)
    let symbol = Int(table.intern("new").index)
    #expect(symbol == TokenKind.reservedWordCount + KnownName.allCases.count)
  }

  @Test func copies() {
    let table = SymbolTable()
    let a = table.intern("a")
    let copy = table.copy()
    let b = copy.intern("b")
    #expect(copy.symbol(of: "a") == a)
    #expect(table.symbol(of: "b") == nil)
    #expect(table.intern("c") == b)
    #expect(copy.name(of: b) == "b")
    #expect(table.name(of: b) == "c")
  }
}
