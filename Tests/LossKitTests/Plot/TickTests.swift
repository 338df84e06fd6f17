import Testing

@testable import LossKit

@Suite struct TickTests {
  private func labels(_ interval: ClosedRange<Double>, _ limit: Int = 6) -> [String] {
    let ticks = Ticks(in: interval, atMost: limit)
    return ticks.ticks.map(\.label) + (ticks.offset.map { ["+ \($0)"] } ?? [])
  }

  @Test func stepsAreRound() {
    #expect(labels(-3...3, 7) == ["-3", "-2", "-1", "0", "1", "2", "3"])
    #expect(labels(0...1) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(labels(0...1, 5) == ["0", "0.5", "1"])
    #expect(labels(0.13...0.87) == ["0.2", "0.4", "0.6", "0.8"])
    #expect(labels(0...70_000, 8).last == "70000")
    #expect(labels(-0.002...0.002, 5) == ["-0.002", "-0.001", "0", "0.001", "0.002"])
  }

  @Test func largeAndSmallNumbersHaveExponents() {
    #expect(labels(0...3e6, 4) == ["0", "1e6", "2e6", "3e6"])
    #expect(labels(0...1e-9, 3) == ["0", "5e-10", "1e-9"])
    #expect(labels(0...1.5e300, 4) == ["0", "5e299", "1e300", "1.5e300"])
  }

  /// A difference of two doubles may be infinite, and a power of ten 0.
  @Test func bothEndsOfTheDoubles() {
    let all = labels(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    #expect(all == ["-1e308", "0", "1e308"])
    let least = Double.leastNonzeroMagnitude
    let few = Ticks(in: 0...10 * least, atMost: 4)
    #expect(few.ticks.map(\.label) == ["0", "2e-323", "4e-323"])
    #expect(few.ticks.map(\.value) == [0, 4 * least, 8 * least])
    #expect(labels(0...Double.leastNonzeroMagnitude).first == "0")
  }

  @Test func sharedDigitsAreSaidOnce() {
    #expect(labels(1...1.0000000003, 4) == ["0", "1e-10", "2e-10", "3e-10", "+ 1"])
    // Not 0.99999999 and 1.1e-8.
    #expect(labels(1 - 1e-9...1 + 1e-9, 3) == ["-1e-9", "0", "1e-9", "+ 1"])
    #expect(labels(-1 - 1e-9 ... -1 + 1e-9, 3) == ["-1e-9", "0", "1e-9", "+ -1"])
    let ticks = Ticks(in: 1e15...1e15 + 4, atMost: 5)
    #expect(ticks.ticks.map { $0.value - 1e15 } == [0, 1, 2, 3, 4])
    #expect(ticks.ticks.map(\.label) == ["0", "1", "2", "3", "4"])
    #expect(ticks.offset == "1e15")
  }

  /// For any interval: not too many, within it, ascending, equal steps, different labels.
  @Test func ticksOfRandomIntervals() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<5_000 {
      let scale = Double.random(in: -320...300, using: &random)
      let a = Double.random(in: -1...1, using: &random) * Scalar.pow(10, scale)
      let b = a + Double.random(in: 1e-9...1, using: &random) * Scalar.pow(10, scale)
      guard a < b else { continue }
      let limit = Int.random(in: 2...12, using: &random)
      let ticks = Ticks(in: a...b, atMost: limit)
      #expect(ticks.ticks.count <= limit)
      let isInside = ticks.ticks.allSatisfy { a <= $0.value && $0.value <= b }
      #expect(isInside || scale < -300, "\(a) \(b)")
      let isAscending = zip(ticks.ticks, ticks.ticks.dropFirst()).allSatisfy { $0.value < $1.value }
      #expect(isAscending)
      #expect(Set(ticks.ticks.map(\.label)).count == ticks.ticks.count, "\(a) \(b)")
      if limit >= 6, scale > -300 { #expect(ticks.ticks.count >= 2, "\(a) \(b)") }
      for tick in ticks.ticks where ticks.offset == nil {
        #expect(Double(tick.label) == tick.value, "\(tick.label)")
      }
    }
  }
}
