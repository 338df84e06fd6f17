import Testing

@testable import LossKit

@Suite("Summation")
struct SummationTests {
  private func sum(_ values: [Double]) -> Double {
    values.withUnsafeBufferPointer { Summation.sum($0) }
  }

  private func mean(_ values: [Double]) -> Double {
    values.withUnsafeBufferPointer { Summation.mean($0) }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let first = a.baseAddress, let second = b.baseAddress else { return 0 }
        return Summation.dot(first, second, count: a.count)
      }
    }
  }

  @Test("Nothing sums to +0, negative zeros to -0, a zero of each sign to +0")
  func zeros() {
    #expect(sum([]).bitPattern == 0)
    for count in 1...20 {
      #expect(sum(Array(repeating: -0.0, count: count)).bitPattern == (-0.0).bitPattern)
    }
    #expect(sum([-0.0, 0.0]).bitPattern == 0)
    #expect(sum([1, -1]).bitPattern == 0)
  }

  @Test("What cancels leaves what it should", arguments: 0..<40)
  func cancellation(padding: Int) {
    let zeros = Array(repeating: 0.0, count: padding)
    #expect(sum([1e16] + zeros + [1, -1e16]) == 1)
    #expect(sum([1, 1e100] + zeros + [1, -1e100]) == 2)
    #expect(sum(zeros + [0.1, 0.2, -0.3]) == 0x1p-55)
  }

  @Test("Within an ulp of the exact sum at every length, terms of both signs")
  func accuracy() {
    for count in Array(0...70) + [1000, 4097] {
      let values = normals(count, stream: UInt64(count)).enumerated().map { index, value in
        value * (index % 3 == 0 ? 1e9 : 1)
      }
      let exact = exactSum(values)
      #expect(abs(sum(values) - exact) <= exact.ulp, "\(count) terms")
    }
  }

  @Test("A thousand tenths are a hundred")
  func tenths() {
    #expect(sum(Array(repeating: 0.1, count: 1000)) == 100)
    #expect(mean(Array(repeating: 0.1, count: 1000)) == 0.1)
  }

  @Test("Infinities and nan as in IEEE 754, in any place", arguments: 0..<20)
  func specials(place: Int) {
    var values = normals(20, stream: 3)
    values[place] = .infinity
    #expect(sum(values) == .infinity)
    values[(place + 7) % 20] = .infinity
    #expect(sum(values) == .infinity)
    values[(place + 3) % 20] = -.infinity
    #expect(sum(values).isNaN)
    values = normals(20, stream: 3)
    values[place] = -.infinity
    #expect(sum(values) == -.infinity)
    values[place] = .nan
    #expect(sum(values).isNaN)
  }

  @Test("What overflows on the way only does not overflow")
  func overflow() {
    let most = Double.greatestFiniteMagnitude
    #expect(sum([most, most, -most]) == most)
    #expect(sum([1e308, 1e308, 1e308, -1e308, -1e308, -1e308, 5]) == 5)
    #expect(sum([most, most]) == .infinity)
    #expect(sum([-most, -most]) == -.infinity)
    #expect(mean([most, most, most]) == most)
    #expect(mean([-1e308, -1.5e308]) == -1.25e308)
    // Lanes that overflow upward must not make a nan of a -inf elsewhere.
    #expect(sum([-.infinity] + Array(repeating: most, count: 30)) == -.infinity)
  }

  @Test("Subnormal terms add exactly")
  func subnormals() {
    let least = Double.leastNonzeroMagnitude
    #expect(sum(Array(repeating: least, count: 100)) == 100 * least)
  }

  @Test("The same double with any stride and alignment", arguments: [1, 2, 3, 7])
  func strides(stride: Int) {
    let values = normals(101, stream: 5).map { $0 * $0 * $0 }
    var spread = Array(repeating: Double.nan, count: values.count * stride + 1)
    for (index, value) in values.enumerated() { spread[index * stride + 1] = value }
    spread.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let (first, count) = (base + 1, values.count)
      #expect(Summation.sum(first, stride: stride, count: count) == sum(values))
      #expect(Summation.mean(first, stride: stride, count: count) == mean(values))
      let square = Summation.dot(first, first, count: count, strideA: stride, strideB: stride)
      #expect(square == dot(values, values))
    }
    let reversed = values.withUnsafeBufferPointer { buffer -> Double in
      guard let base = buffer.baseAddress else { return .nan }
      return Summation.sum(base + 100, stride: -1, count: 101)
    }
    #expect(reversed == sum(values.reversed()))
  }

  @Test("A dot product is the sum of the products")
  func dotProducts() {
    for count in [1, 7, 8, 9, 100, 1001] {
      let (a, b) = (normals(count, stream: 8), normals(count, stream: 9))
      #expect(dot(a, b) == sum(zip(a, b).map { $0 * $1 }))
    }
    #expect(dot([1e8, 1, -1e8], [1e8, 1, 1e8]) == 1)
    #expect(dot([0], [.infinity]).isNaN)
  }

  @Test("The mean of nothing is nan")
  func emptyMean() {
    #expect(mean([]).isNaN)
    #expect(mean([3]) == 3)
  }
}
