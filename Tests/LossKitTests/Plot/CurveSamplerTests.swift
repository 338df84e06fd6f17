import Testing

@testable import LossKit

@Suite struct CurveSamplerTests {
  private func sample(
    over interval: ClosedRange<Double> = -1...1, _ f: @escaping (Double) -> Double
  ) throws -> (curve: SampledCurve, count: Int) {
    let (curves, count) = try CurveSampler.sample(over: interval) { [$0.map(f)] }
    return (try #require(curves.first), count)
  }

  /// The largest distance of a function from its samples joined by lines.
  private func error(_ points: [Plot.Point], _ f: (Double) -> Double) -> Double {
    var worst = 0.0
    for (a, b) in zip(points, points.dropFirst()) where a.y.isFinite && b.y.isFinite {
      for i in 0...8 {
        let t = Double(i) / 8
        worst = max(worst, abs(a.y * (1 - t) + b.y * t - f(a.x * (1 - t) + b.x * t)))
      }
    }
    return worst
  }

  @Test func endsAreIncluded() throws {
    let (curve, _) = try sample(over: -3...7) { $0 }
    #expect(curve.points.first == .init(x: -3, y: -3))
    #expect(curve.points.last == .init(x: 7, y: 7))
    #expect(curve.thinned(in: -3...7, over: -3...7) == [.init(x: -3, y: -3), .init(x: 7, y: 7)])
  }

  @Test func aCornerIsFound() throws {
    let f = { (x: Double) in max(x - 0.3, 0) }
    let (curve, count) = try sample(f)
    #expect(curve.points.contains { abs($0.x - 0.3) < 1e-12 })
    #expect(error(curve.points, f) < 1e-12)
    #expect(count < 600)
    #expect(curve.jumps.isEmpty)
    let thinned = curve.thinned(in: 0...0.7, over: -1...1)
    #expect(thinned.count <= 6)
    #expect(error(thinned, f) < 2e-5)
  }

  @Test func aJumpIsALocatedGap() throws {
    let (curve, count) = try sample { $0 < 0.3 ? 0 : 1 }
    #expect(curve.jumps.count == 1)
    #expect(abs(curve.jumps[0] - 0.3) < 2e-9)
    #expect(count < 700)
    let segments = curve.points.split { !$0.y.isFinite }
    #expect(segments.count == 2)
    #expect(segments[0].allSatisfy { $0.y == 0 } && segments[1].allSatisfy { $0.y == 1 })
  }

  @Test func aPointOfItsOwnIsKept() throws {
    // step(0) is 1/2.
    let (curve, _) = try sample(Scalar.step)
    #expect(curve.jumps.count == 2)
    #expect(curve.points.contains(Plot.Point(x: 0, y: 0.5)))
  }

  @Test func steepIsNoJump() throws {
    let f = { (x: Double) in Scalar.tanh(1e5 * (x - 0.1234)) }
    let (curve, count) = try sample(f)
    #expect(curve.jumps.isEmpty)
    #expect(count < 1500)
    #expect(curve.points.allSatisfy { $0.y.isFinite })
  }

  @Test func aSpikeIsSharp() throws {
    let f = { (x: Double) in Scalar.exp(-Scalar.pow((x - 0.2345) / 0.004, 2)) }
    let (curve, _) = try sample(f)
    #expect(curve.points.map(\.y).max() ?? 0 > 0.9999)
    // Its flanks are steep, and the tolerance is one of distance.
    #expect(error(curve.points, f) < 0.01)
    let range = Plot.VerticalRange(of: [curve.points])
    #expect(!range.isClipped && range.interval.upperBound > 0.9999)
  }

  @Test func gapsBeginWhereTheFunctionDoes() throws {
    let (curve, count) = try sample { Scalar.sqrt(0.25 - $0 * $0) }
    let segments = curve.points.split { !$0.y.isFinite }
    #expect(segments.count == 1)
    #expect(abs((segments[0].first?.x ?? 0) + 0.5) < 2e-9)
    #expect(abs((segments[0].last?.x ?? 0) - 0.5) < 2e-9)
    #expect(count < 1500)
  }

  @Test func smoothCurvesAreClose() throws {
    for f in [Scalar.sin, Scalar.exp, { $0 * $0 }, Scalar.tanh] as [(Double) -> Double] {
      let (curve, count) = try sample(over: -6...6, f)
      let heights = curve.points.map(\.y)
      let height = (heights.max() ?? 0) - (heights.min() ?? 0)
      #expect(error(curve.points, f) < 2e-4 * height)
      #expect(count < 1000)
    }
  }

  @Test func polesAreClippedAndPassedThrough() throws {
    let (curve, count) = try sample { 1 / ($0 - 0.1) }
    #expect(count < 1500)
    let range = Plot.VerticalRange(of: [curve.points])
    #expect(range.isClipped)
    #expect(range.interval.upperBound < 20 && range.interval.upperBound > 3)
    let segments = curve.points.split { !$0.y.isFinite }
    #expect(segments.count >= 2)
    // Bounded functions are shown whole, however steep they end.
    for f in [{ Scalar.pow(abs($0), 0.1) }, { Scalar.exp(8 * $0) }, { $0 < 0.9 ? 0 : 100 }]
      as [(Double) -> Double]
    {
      let points = try sample(f).curve.points
      #expect(!Plot.VerticalRange(of: [points]).isClipped)
    }
  }

  @Test func workIsBounded() throws {
    var random = SplitMix64(seed: 3)
    for f in [{ Scalar.sin(1 / $0) }, { _ in Double.random(in: 0...1, using: &random) }]
      as [(Double) -> Double]
    {
      let (curve, count) = try sample(f)
      #expect(count <= CurveSampler.evaluationLimit)
      #expect(curve.points.count <= 2 * CurveSampler.evaluationLimit)
    }
  }

  @Test func extremeIntervals() throws {
    let greatest = Double.greatestFiniteMagnitude
    let least = Double.leastNonzeroMagnitude
    for interval in [-greatest...greatest, 0...least, 1...1.0.nextUp, -least...1e300] {
      let (curve, _) = try sample(over: interval) { $0 }
      #expect(curve.points.first?.x == interval.lowerBound)
      #expect(curve.points.last?.x == interval.upperBound)
      #expect(curve.points.allSatisfy { $0.y == $0.x }, "\(interval)")
    }
  }

  @Test func rangesOfConstantsAndRoundings() {
    func range(_ ys: [Double]) -> ClosedRange<Double> {
      let points = ys.enumerated().map { Plot.Point(x: Double($0.offset), y: $0.element) }
      return Plot.VerticalRange(of: [points]).interval
    }
    #expect(range([0, 0]) == -1...1)
    #expect(range([2, 2]) == 1...3)
    #expect(range([.nan, .nan]) == -1...1)
    #expect(range([1, 1.0.nextUp]).upperBound > 1.4)
    let least = Double.leastNonzeroMagnitude
    #expect(range([least, least]).lowerBound < range([least, least]).upperBound)
    let greatest = Double.greatestFiniteMagnitude
    #expect(range([greatest, greatest]).upperBound.isFinite)
    #expect(range([-greatest, greatest]) == -greatest...greatest)
  }
}
