/// A repeatable stream of random numbers: the same on every platform, for ever.
///
/// Scripts rely on the numbers that they have seen. Nothing here may change what a pair of seed and
/// stream gives: the tests hold the first numbers of some.
///
/// The generator is xoshiro256++ 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", 2021; public domain, https://prng.di.unimi.it): 256 bits of state, period 2^256 - 1.
/// Its state comes from SplitMix64 (Steele, Lea and Flood 2014), as its authors advise, begun at a
/// mixture of seed and stream. Begun at their sum, or at multiples of SplitMix64's own increment,
/// neighbouring streams would be the same numbers shifted.
struct RandomStream: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// One of 2^64 streams of a seed, each of which looks independent of all others.
  init(seed: UInt64, stream: UInt64) {
    var seeding = SplitMix64(state: seed)
    seeding = SplitMix64(state: seeding.next() ^ stream)
    seeding = SplitMix64(state: seeding.next())
    // All four are 0, the one state that xoshiro cannot leave, for no start of SplitMix64: its
    // output is a bijection of its state, which differs from one number to the next.
    state = (seeding.next(), seeding.next(), seeding.next(), seeding.next())
  }

  /// The next 64 random bits.
  @inline(__always)
  mutating func nextBits() -> UInt64 {
    let result = rotated(state.0 &+ state.3, 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// A number in `[0, 1)`, one of the 2^53 multiples of 2^-53, each as likely.
  @inline(__always)
  mutating func nextUniform() -> Double {
    Double(nextBits() >> 11) * 0x1p-53
  }

  /// A number of the standard normal distribution; takes 64 bits of the stream, always.
  @inline(__always)
  mutating func nextNormal() -> Double {
    normalQuantile(bits: nextBits())
  }

  /// A whole number below `bound`, each exactly as likely; 0 if the bound is 0 or 1.
  ///
  /// The high half of a product, with the surplus rejected (Lemire, "Fast random integer generation
  /// in an interval", 2019). The number of rejections is geometric with p < 1/2.
  mutating func nextInteger(below bound: UInt64) -> UInt64 {
    guard bound > 1 else { return 0 }
    var product = nextBits().multipliedFullWidth(by: bound)
    if product.low < bound {
      let surplus = (0 &- bound) % bound
      while product.low < surplus { product = nextBits().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// The numbers from 0 to `count - 1` in a random order, each order as likely (as far as 256 bits
  /// of state reach): the shuffle of Fisher and Yates, from the end, as Durstenfeld wrote it.
  mutating func permutation(_ count: Int) -> [Int] {
    guard count > 0 else { return [] }
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(truncatingIfNeeded: nextInteger(below: UInt64(last) + 1)))
    }
    return order
  }
}

// MARK: - Many at a time

extension RandomStream {
  /// The same numbers as of `nextUniform`, one after the other.
  mutating func fillUniform(
    _ values: UnsafeMutableBufferPointer<Double>, shouldStop: () -> Bool = { false }
  ) throws(KernelStopped) {
    var poll = StopPoll()
    for index in values.indices {
      values[index] = nextUniform()
      if poll.shouldStop(after: 2, shouldStop) { throw KernelStopped() }
    }
  }

  /// The same numbers as of `nextNormal`, one after the other.
  mutating func fillNormal(
    _ values: UnsafeMutableBufferPointer<Double>, shouldStop: () -> Bool = { false }
  ) throws(KernelStopped) {
    var poll = StopPoll()
    for index in values.indices {
      values[index] = nextNormal()
      if poll.shouldStop(after: 10, shouldStop) { throw KernelStopped() }
    }
  }
}

// MARK: - SplitMix64

/// The generator that seeds the other; every number of its sequence is a bijection of its place.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

@inline(__always)
private func rotated(_ bits: UInt64, _ count: UInt64) -> UInt64 {
  bits << count | bits >> (64 &- count)
}
