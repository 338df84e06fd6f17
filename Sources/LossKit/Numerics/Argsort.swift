/// Orders of doubles: ascending, nan last, equal numbers (-0 and 0 among them) as they came.
enum Sorting {
  /// The places of the elements in ascending order.
  ///
  /// A radix sort of the bits: linear, stable by construction, and one byte that all elements share
  /// (most exponents' upper half, the lower bits of whole numbers) costs no pass.
  ///
  /// Asks whether to stop every quarter of a million elements of each pass.
  static func stableArgsort(
    _ values: UnsafeBufferPointer<Double>, shouldStop: () -> Bool = { false }
  ) throws(KernelStopped) -> [Int] {
    var entries: [Entry] = []
    entries.reserveCapacity(values.count)
    for index in values.indices {
      if index & 0x3ffff == 0x3ffff, shouldStop() { throw KernelStopped() }
      entries.append(Entry(key: sortKey(values[index]), index: index))
    }
    // Below that the counting of bytes costs more than comparisons.
    if entries.count < 512 {
      entries.sort { ($0.key, $0.index) < ($1.key, $1.index) }
    } else {
      try radixSort(&entries, shouldStop)
    }
    var places: [Int] = []
    places.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      if index & 0x3ffff == 0x3ffff, shouldStop() { throw KernelStopped() }
      places.append(entry.index)
    }
    return places
  }

  private struct Entry {
    var key: UInt64
    var index: Int
  }

  /// A whole number that is ordered as the double is: the bits of a negative one reversed, those of
  /// the others above them.
  @inline(__always)
  private static func sortKey(_ value: Double) -> UInt64 {
    if value.isNaN { return .max }
    let bits = (value + 0).bitPattern  // -0 + 0 is 0
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }

  private static func radixSort(
    _ entries: inout [Entry], _ shouldStop: () -> Bool
  ) throws(KernelStopped) {
    let count = entries.count
    var counts = [Int](repeating: 0, count: 8 * 256)
    for (place, entry) in entries.enumerated() {
      if place & 0x3ffff == 0x3ffff, shouldStop() { throw KernelStopped() }
      for digit in 0..<8 { counts[digit &* 256 &+ byte(digit, of: entry.key)] &+= 1 }
    }
    if shouldStop() { throw KernelStopped() }
    var spare = entries
    for digit in 0..<8 {
      let own = digit * 256..<(digit + 1) * 256
      if counts[own].contains(count) { continue }
      if shouldStop() { throw KernelStopped() }
      var next = 0
      for place in own {
        let number = counts[place]
        counts[place] = next
        next += number
      }
      for (index, entry) in entries.enumerated() {
        if index & 0x3ffff == 0x3ffff, shouldStop() { throw KernelStopped() }
        let place = own.lowerBound &+ byte(digit, of: entry.key)
        spare[counts[place]] = entry
        counts[place] &+= 1
      }
      swap(&entries, &spare)
    }
  }

  @inline(__always)
  private static func byte(_ digit: Int, of key: UInt64) -> Int {
    Int(truncatingIfNeeded: key >> UInt64(truncatingIfNeeded: 8 &* digit) & 255)
  }
}
