import Testing

@testable import LossKit

@Suite("Argsort")
struct ArgsortTests {
  private func argsort(_ values: [Double]) -> [Int] {
    values.withUnsafeBufferPointer { (try? Sorting.stableArgsort($0)) ?? [] }
  }

  @Test("Ascending, ties as they came, zeros equal, nan last")
  func small() {
    #expect(argsort([]) == [])
    #expect(argsort([3, 1, 2]) == [1, 2, 0])
    #expect(argsort([0, -0.0, 0, -0.0]) == [0, 1, 2, 3])
    #expect(
      argsort([
        .nan, .infinity, -.infinity, -.nan, 0, -1, .leastNonzeroMagnitude,
        -Double.leastNonzeroMagnitude,
      ])
        == [2, 5, 7, 4, 6, 1, 0, 3])
  }

  @Test(
    "As a comparison sort would have it, on either side of the switch between methods",
    arguments: [2, 50, 511, 512, 513, 5000])
  func againstComparisons(count: Int) {
    let specials: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, 1e300, -1e-300]
    var random = RandomStream(seed: 4, stream: UInt64(count))
    let values = (0..<count).map { _ in
      switch random.nextInteger(below: 4) {
      case 0: specials[Int(random.nextInteger(below: 7))]
      case 1: Double(random.nextInteger(below: 20)) - 10
      default: random.nextNormal()
      }
    }
    let expected = values.indices.sorted { a, b in
      let (x, y) = (values[a], values[b])
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
      return x == y ? a < b : x < y
    }
    #expect(argsort(values) == expected)
  }

  @Test("Whole numbers, which share their lower bytes, and numbers that share their upper ones")
  func sharedBytes() {
    var random = RandomStream(seed: 4, stream: 0)
    let order = random.permutation(3000)
    var places = Array(repeating: 0, count: 3000)
    for (place, value) in order.enumerated() { places[value] = place }
    #expect(argsort(order.map(Double.init)) == places)
    #expect(argsort(order.map { 1 + Double($0) * 0x1p-52 }) == places)
    #expect(argsort(order.map { -Double($0) }) == places.reversed())
    #expect(argsort(Array(repeating: 2, count: 3000)) == Array(0..<3000))
  }
}
