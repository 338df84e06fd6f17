import Testing

@testable import LossKit

@Suite("Random numbers")
struct RandomTests {
  // MARK: The same for ever

  /// From a second implementation of the published algorithms, in Python.
  @Test("The first numbers of a stream are these, on every platform")
  func golden() {
    var bits = RandomStream(seed: 0, stream: 0)
    #expect(
      (0..<4).map { _ in bits.nextBits() } == [
        0x3ed1653f0682083a, 0x852cecd8e7418ff7, 0x8deb058ebaf6ffc3, 0x5d6618916da2d0f5,
      ])
    var uniform = RandomStream(seed: 42, stream: 7)
    #expect(
      (0..<3).map { _ in uniform.nextUniform() } == [
        0.9498230207469822, 0.40016485453130635, 0.7353638053534011,
      ])
    var normal = RandomStream(seed: 42, stream: 7)
    #expect(
      (0..<6).map { _ in normal.nextNormal() } == [
        -0.12610849705652122, 0.252920420562983, -0.7212956858925672, 1.976166367539599,
        0.22053558699085557, -0.8618554788869452,
      ])
    var order = RandomStream(seed: 42, stream: 7)
    #expect(order.permutation(10) == [7, 6, 1, 4, 8, 2, 0, 5, 3, 9])
  }

  @Test("Filling gives the numbers of one call after another")
  func filling() throws {
    var (one, many) = (RandomStream(seed: 1, stream: 2), RandomStream(seed: 1, stream: 2))
    var values = Array(repeating: 0.0, count: 100)
    try values.withUnsafeMutableBufferPointer { try many.fillNormal($0) }
    #expect(values == (0..<100).map { _ in one.nextNormal() })
    try values.withUnsafeMutableBufferPointer { try many.fillUniform($0) }
    #expect(values == (0..<100).map { _ in one.nextUniform() })
    #expect(throws: KernelStopped.self) {
      var large = Array(repeating: 0.0, count: 1 << 20)
      try large.withUnsafeMutableBufferPointer { try many.fillUniform($0) { true } }
    }
  }

  // MARK: Distributions

  private func chiSquare(_ counts: [Double], expected: Double) -> Double {
    counts.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +)
  }

  @Test("Uniform numbers: range, mean, variance and 256 bins")
  func uniform() {
    var random = RandomStream(seed: 1, stream: 1)
    let count = 256 * 1000
    var bins = Array(repeating: 0.0, count: 256)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<count {
      let value = random.nextUniform()
      #expect(value >= 0 && value < 1)
      bins[Int(value * 256)] += 1
      sum += value - 0.5
      squares += (value - 0.5) * (value - 0.5)
    }
    let n = Double(count)
    #expect(abs(sum / n) < 4 * (1 / (12 * n)).squareRoot())
    #expect(abs(squares / n - 1 / 12) < 4 * (1 / (180 * n)).squareRoot())
    // 255 degrees of freedom: mean 255, deviation 22.6.
    #expect(abs(chiSquare(bins, expected: 1000) - 255) < 4 * 22.6)
  }

  @Test("Normal numbers: four moments and tails")
  func normal() {
    var random = RandomStream(seed: 1, stream: 2)
    let count = 400_000
    var moments = (0.0, 0.0, 0.0, 0.0)
    var (beyond2, beyond3) = (0.0, 0.0)
    for _ in 0..<count {
      let x = random.nextNormal()
      moments.0 += x
      moments.1 += x * x
      moments.2 += x * x * x
      moments.3 += x * x * x * x
      if abs(x) > 2 { beyond2 += 1 }
      if abs(x) > 3 { beyond3 += 1 }
    }
    // Four standard errors; the variances of the powers are 1, 2, 15 and 96.
    let n = Double(count)
    #expect(abs(moments.0 / n) < 4 * (1 / n).squareRoot())
    #expect(abs(moments.1 / n - 1) < 4 * (2 / n).squareRoot())
    #expect(abs(moments.2 / n) < 4 * (15 / n).squareRoot())
    #expect(abs(moments.3 / n - 3) < 4 * (96 / n).squareRoot())
    #expect(abs(beyond2 / n - 0.0455003) < 4 * (0.0455 * 0.9545 / n).squareRoot())
    #expect(abs(beyond3 / n - 0.0026998) < 4 * (0.0027 / n).squareRoot())
  }

  @Test("Whole numbers below a bound that does not divide 2^64")
  func integers() {
    var random = RandomStream(seed: 1, stream: 3)
    var counts = Array(repeating: 0.0, count: 7)
    for _ in 0..<70_000 { counts[Int(random.nextInteger(below: 7))] += 1 }
    #expect(
      chiSquare(counts, expected: 10_000) < 22.5, "one in a thousand, with 6 degrees of freedom")
    #expect(random.nextInteger(below: 0) == 0)
    #expect(random.nextInteger(below: 1) == 0)
    // A quarter of all bits is rejected here; kept, they would be half of the multiples of 3.
    let multiples = (0..<9000).filter { _ in random.nextInteger(below: 3 << 62) % 3 == 0 }.count
    #expect(abs(Double(multiples) - 3000) < 4 * 2000.squareRoot())
  }

  @Test("Permutations of three: all six, equally often")
  func permutations() {
    var random = RandomStream(seed: 1, stream: 4)
    var counts: [[Int]: Double] = [:]
    for _ in 0..<60_000 { counts[random.permutation(3), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(
      chiSquare(Array(counts.values), expected: 10_000) < 20.5,
      "one in a thousand, with 5 degrees of freedom")
    #expect(random.permutation(1000).sorted() == Array(0..<1000))
    #expect(random.permutation(0) == [])
    #expect(random.permutation(-1) == [])
  }

  @Test("Neighbouring seeds and streams are not correlated, also when shifted by some places")
  func correlation() {
    func numbers(_ seed: UInt64, _ stream: UInt64) -> [Double] {
      var random = RandomStream(seed: seed, stream: stream)
      return (0..<20_000).map { _ in random.nextNormal() }
    }
    let base = numbers(5, 5)
    for other in [numbers(5, 6), numbers(6, 5), numbers(6, 6), numbers(4, 6), base] {
      for shift in 0...5 where other != base || shift > 0 {
        let products = zip(base, other.dropFirst(shift)).map { $0 * $1 }
        let correlation = products.reduce(0, +) / Double(products.count)
        #expect(abs(correlation) < 4.5 / Double(products.count).squareRoot())
      }
    }
  }

  @Test("The first numbers of a thousand streams are as random as those of one")
  func firstNumbers() {
    let first = (0..<1000).map { stream -> Double in
      var random = RandomStream(seed: 0, stream: UInt64(stream))
      return random.nextNormal()
    }
    #expect(Set(first).count == 1000)
    let mean = first.reduce(0, +) / 1000
    let meanSquare = first.map { $0 * $0 }.reduce(0, +) / 1000
    #expect(abs(mean) < 4 / 1000.0.squareRoot())
    #expect(abs(meanSquare - 1) < 4 * 0.002.squareRoot())
  }

  // MARK: The normal quantile

  @Test("Quantiles to 2e-15 of values by mpmath, from the middle to the farthest tail")
  func quantiles() {
    let expected: [(p: Double, x: Double)] = [
      (0.49999999, 2.5066282733116222e-08),
      (0.4, 0.2533471031357997),
      (0.25, 0.6744897501960817),
      (0.0751, 1.43882539275254),
      (0.075, 1.439531470938456),
      (0.0749, 1.4402382675279637),
      (0.05, 1.6448536269514726),
      (0.01, 2.326347874040841),
      (0.001, 3.0902323061678136),
      (1e-06, 4.753424308822899),
      (1e-10, 6.361340902404057),
      (1.4e-11, 6.656723091518184),
      (1.38e-11, 6.658838502850766),
      (1e-15, 7.941345326170997),
      (1.1102230246251565e-16, 8.209536151601387),
      (8.673617379884035e-19, 8.773321169027552),
      (2.710505431213761e-20, 9.155293772686072),
    ]
    #expect(expected.count > 10)
    for (p, x) in expected {
      #expect(abs(upperNormalQuantile(p) - x) <= 2e-15 * abs(x), "p = \(p)")
    }
    #expect(upperNormalQuantile(0.5) == 0)
  }

  @Test("The first bit is the sign; the ends are finite")
  func ends() {
    #expect(normalQuantile(bits: 0) > 9.1)
    #expect(normalQuantile(bits: 0) < 9.3)
    #expect(normalQuantile(bits: 1 << 63) == -normalQuantile(bits: 0))
    #expect(normalQuantile(bits: .max) == 0)
    #expect(normalQuantile(bits: 12345 << 40 | 1 << 63) == -normalQuantile(bits: 12345 << 40))
  }

  @Test("The logarithm of its own, within 2 ulp of values by mpmath")
  func logarithm() {
    let expected: [(x: Double, log: Double)] = [
      (2.710505431213761e-20, -45.054566736396445),
      (3.3e-20, -44.85777939140848),
      (1e-16, -36.841361487904734),
      (7.1e-12, -25.67092633188128),
      (2e-09, -20.030118656386467),
      (1e-06, -13.815510557964274),
      (0.000123, -9.003326202591856),
      (0.001, -6.907755278982137),
      (0.0055, -5.2030071867437115),
      (0.0156, -4.160484364726646),
      (0.02, -3.912023005428146),
      (0.03125, -3.4657359027997265),
      (0.05, -2.995732273553991),
      (0.0625, -2.772588722239781),
      (0.07, -2.659260036932778),
      (0.075, -2.5902671654458267),
    ]
    #expect(expected.count > 10)
    for (x, log) in expected { #expect(abs(portableLog(x) - log) <= 2 * log.ulp, "x = \(x)") }
  }
}
