/// The storage of a `SymbolTable`: a hash table over the bytes of names.
///
/// A dictionary keyed by `String` would make a string for every name that the lexer meets.
struct NameTable {
  /// One spelling.
  ///
  /// A name that can be written in several ways has an entry for each that was met.
  private struct Entry {
    /// The first 8 bytes, zero-padded: with `length` the whole of most names.
    var head: UInt64
    /// Where the bytes lie in `spellings`.
    var offset: Int
    var length: UInt32
    var hash: UInt32
    var symbol: UInt32
  }

  private var entries: [Entry] = []
  /// Open addressing with linear probing; 0 is free, else the entry's index plus one.
  ///
  /// The count is a power of two, and at most half are taken.
  private var slots: [UInt32] = Array(repeating: 0, count: 256)
  private var spellings: [UInt8] = []
  /// The entry of each symbol's first spelling.
  private var firstEntries: [UInt32] = []
  /// Names beyond ASCII.
  ///
  /// Strings compare by canonical equivalence, so that `é` is one name whether it was typed as one
  /// scalar or as two.
  private var unicodeNames: [String: UInt32] = [:]
  /// Differs from process to process, so that no text can be made to collide on purpose.
  private let seed = UInt64.random(in: .min ... .max)

  init() {
    for word in TokenKind.allCases.prefix(TokenKind.reservedWordCount) { intern(word.spelling) }
    for name in KnownName.allCases { intern(name.spelling) }
  }

  /// Without even the reserved words: stands for a table that was lent.
  private init(slots: [UInt32]) { self.slots = slots }

  /// The table itself, leaving an empty one that must not be used until the table is back.
  mutating func take() -> NameTable {
    var taken = NameTable(slots: [0, 0])
    swap(&taken, &self)
    return taken
  }

  private mutating func intern(_ name: String) {
    var name = name
    _ = name.withUTF8 { intern($0) }
  }

  /// The symbol of a name given by its UTF-8 bytes.
  mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> Symbol {
    let (head, hash) = digest(name)
    let slot = slot(of: name, head: head, hash: hash)
    let taken = slots[slot]
    if taken != 0 { return Symbol(index: entries[Int(taken) - 1].symbol) }
    return add(name, head: head, hash: hash, slot: slot)
  }

  /// The slot of a spelling, or the free one where it belongs.
  @inline(__always)
  private func slot(of name: UnsafeBufferPointer<UInt8>, head: UInt64, hash: UInt32) -> Int {
    let length = UInt32(truncatingIfNeeded: name.count)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.head == head, entry.hash == hash, entry.length == length,
        length <= 8 || matches(entry, name)
      {
        break
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  /// The symbol of a name that is there already.
  func symbol(of name: UnsafeBufferPointer<UInt8>) -> Symbol? {
    let (head, hash) = digest(name)
    let taken = slots[slot(of: name, head: head, hash: hash)]
    if taken != 0 { return Symbol(index: entries[Int(taken) - 1].symbol) }
    if unicodeNames.isEmpty { return nil }
    return unicodeNames[String(decoding: name, as: UTF8.self)].map { Symbol(index: $0) }
  }

  /// How many spellings there are.
  var count: Int { entries.count }

  /// Forgets the spellings from a number on, the last ones that were added.
  mutating func forget(from first: Int) {
    let mask = slots.count - 1
    while entries.count > first, let entry = entries.popLast() {
      // The youngest entry stands in no other one's way, so its slot can be free again.
      var slot = Int(truncatingIfNeeded: entry.hash) & mask
      while slots[slot] != UInt32(entries.count + 1) { slot = (slot + 1) & mask }
      slots[slot] = 0
      spellings.removeSubrange(entry.offset...)
      if firstEntries.last == UInt32(entries.count) { firstEntries.removeLast() }
    }
    let names = UInt32(firstEntries.count)
    if unicodeNames.contains(where: { $0.value >= names }) {
      unicodeNames = unicodeNames.filter { $0.value < names }
    }
  }

  func name(of symbol: Symbol) -> String {
    guard Int(symbol.index) < firstEntries.count else { return "" }
    let entry = entries[Int(firstEntries[Int(symbol.index)])]
    return String(
      decoding: spellings[entry.offset..<entry.offset + Int(entry.length)], as: UTF8.self)
  }

  private func matches(_ entry: Entry, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    spellings[entry.offset..<entry.offset + Int(entry.length)].elementsEqual(name)
  }

  private mutating func add(
    _ name: UnsafeBufferPointer<UInt8>, head: UInt64, hash: UInt32, slot: Int
  ) -> Symbol {
    let symbol: UInt32
    if name.allSatisfy({ $0 < 0x80 }) {
      symbol = UInt32(firstEntries.count)
      firstEntries.append(UInt32(entries.count))
    } else {
      let text = String(decoding: name, as: UTF8.self)
      if let known = unicodeNames[text] {
        symbol = known
      } else {
        symbol = UInt32(firstEntries.count)
        firstEntries.append(UInt32(entries.count))
        unicodeNames[text] = symbol
      }
    }
    entries.append(
      Entry(
        head: head, offset: spellings.count, length: UInt32(truncatingIfNeeded: name.count),
        hash: hash, symbol: symbol))
    spellings.append(contentsOf: name)
    slots[slot] = UInt32(entries.count)
    if entries.count * 2 > slots.count { grow() }
    return Symbol(index: symbol)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (index, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(index + 1)
    }
  }

  /// The first 8 bytes and a hash: each 8 bytes are mixed by a 64 by 64 bit product whose halves
  /// are folded, which is one step for most names.
  private func digest(_ name: UnsafeBufferPointer<UInt8>) -> (head: UInt64, hash: UInt32) {
    var hash = seed ^ UInt64(truncatingIfNeeded: name.count)
    var head: UInt64 = 0
    var index = 0
    repeat {
      var word: UInt64 = 0
      let end = min(index + 8, name.count)
      var shift: UInt64 = 0
      var next = index
      while next < end {
        word |= UInt64(name[next]) &<< shift
        shift &+= 8
        next += 1
      }
      if index == 0 { head = word }
      let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      hash = product.high ^ product.low
      index = end
    } while index < name.count
    return (head, UInt32(truncatingIfNeeded: hash >> 32))
  }
}
