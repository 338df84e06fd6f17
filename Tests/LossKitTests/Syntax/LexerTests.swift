import Testing

@testable import LossKit

@Suite struct LexerTests {
  private func numbers(_ text: String) -> [Double] {
    parse(Source(text: text), symbols: SymbolTable()).tree.numbers
  }

  @Test func numbersAreTheNearestDoubles() {
    let spellings = [
      "0", "2", "1_000", ".5", "1e-3", "0.1", "123456789.125", "1E5", "1e+22", "1e22", "1e23",
      "9007199254740993", "9007199254740992", "9007199254740991e22", "1.7976931348623157e308",
      "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400", "0e999999999999",
      "0.000000000000000000000000000000000000000000000000000000001",
      "100000000000000000000000000000000000000000000000000",
      "3.14159265358979323846264338327950288",
      "18446744073709551615", "18446744073709551616", "2.2250738585072011e-308", "0x10", "0xFF",
      "0x1.8p+1", "0x.8", "0x1p-1074", "0x1.fffffffffffff8p0", "8.5e-1_0",
    ]
    for spelling in spellings {
      // The standard library's own reading, which rounds correctly, is the reference.
      let expected = Double(spelling.filter { $0 != "_" })
      #expect(numbers(spelling) == [expected].compactMap { $0 }, "\(spelling)")
    }
  }

  @Test func randomNumbersAreTheNearestDoubles() {
    var state: UInt64 = 7
    for _ in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(bitPattern: state)
      guard value.isFinite, value >= 0 else { continue }
      #expect(numbers("\(value)") == [value])
      let short = Double(state >> 40) / 1000
      #expect(numbers("\(short)") == [short])
    }
  }

  @Test func equalNamesHaveEqualSymbols() {
    let symbols = SymbolTable()
    func names(_ text: String) -> [UInt32] {
      parse(Source(text: text), symbols: symbols).tree.nodes.filter { $0.kind == .name }.map(\.a)
    }
    let first = names("a + abcdefgh + abcdefghi + ä")
    #expect(Set(first).count == 4)
    #expect(names("a + abcdefgh + abcdefghi + a\u{308}") == first)
    #expect(symbols.intern("a\u{308}").index == first[3])
    #expect(symbols.name(of: Symbol(index: first[2])) == "abcdefghi")
    #expect(symbols.name(of: .none) == "")
    #expect(names("π + pi") == [symbols.intern("pi").index, symbols.intern("pi").index])
    #expect(names("∞ + inf") == [symbols.intern("inf").index, symbols.intern("inf").index])
  }

  @Test func manyNamesStayApart() {
    let symbols = SymbolTable()
    let names = (0..<10_000).map { "name_with_a_number_\($0)" }
    let made = names.map { symbols.intern($0) }
    #expect(Set(made).count == names.count)
    #expect(made.map { symbols.name(of: $0) } == names)
    #expect(names.map { symbols.intern($0) } == made)
  }

  @Test func everyTokenKindReadsBackAsItself() {
    for kind in TokenKind.allCases where kind.chainOperator != nil || kind.isReservedWord {
      let text = Array("\(kind.spelling) ".utf8)
      let read = text.withUnsafeBufferPointer { bytes in
        var lexer = Lexer(bytes: bytes, names: NameTable())
        return lexer.next(after: .newline).kind
      }
      #expect(read == kind)
    }
    for name in KnownName.allCases {
      #expect(SymbolTable().intern(name.spelling) == name.symbol)
    }
  }

  @Test func symbolTablesServeManyThreads() async {
    let symbols = SymbolTable()
    let results = await withTaskGroup(of: [UInt32].self) { group in
      for _ in 0..<8 {
        group.addTask {
          let text = (0..<500).map { "n\($0)" }.joined(separator: " + ")
          let tree = parse(Source(text: text), symbols: symbols).tree
          return tree.nodes.filter { $0.kind == .name }.map(\.a)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 8 && Set(results).count == 1)
  }

  @Test func linesAndColumns() {
    let source = Source(text: "a\r\nbé😀c\n\nd")
    #expect((0...3).map { source.line(at: $0) } == [1, 1, 1, 2])
    #expect(source.line(at: 100) == 4)
    #expect(source.column(at: 10) == 4)
    #expect(source.text(SourceRange(start: 3, end: 1000)) == "bé😀c\n\nd")
    #expect(Source(text: "\u{FEFF}ab").column(at: 4) == 2)
  }
}
