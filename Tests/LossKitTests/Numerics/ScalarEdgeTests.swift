import Testing

@testable import LossKit

struct ScalarEdgeTests {
  private let tiny = Double.leastNonzeroMagnitude

  // MARK: Remainder, signs, jumps

  /// As Python 3 answers `a % b` (with math.nan for ZeroDivisionError).
  @Test(arguments: [
    (-7.0, 3.0, 2.0), (7, -3, -2), (7, 3, 1), (-7, -3, -1), (6, 3, 0), (5.5, 2, 1.5),
    (1, 0.1, 0.09999999999999995), (-1e-20, 3, 3), (1e300, 7, 1.0), (5, .infinity, 5),
    (-5, .infinity, .infinity), (5, -.infinity, -.infinity), (0, .infinity, 0),
    (.infinity, 3, .nan), (3, 0, .nan), (.nan, 3, .nan), (3, .nan, .nan),
  ])
  func flooredRemainder(a: Double, b: Double, expected: Double) {
    #expect(unitsInTheLastPlace(Scalar.flooredRemainder(a, b), expected) == 0)
  }

  @Test func flooredRemainderOfAMultipleHasTheSignOfTheDivisor() {
    #expect(Scalar.flooredRemainder(-6, 3).sign == .plus)
    #expect(Scalar.flooredRemainder(6, -3).sign == .minus)
  }

  @Test func roundHalfEven() {
    let rounded = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994].map(Scalar.roundHalfEven)
    #expect(rounded == [0, 2, 2, 0, -2, 0])
    #expect(Scalar.roundHalfEven(4_503_599_627_370_497) == 4_503_599_627_370_497)
    #expect(Scalar.roundHalfEven(.infinity) == .infinity)
  }

  @Test func signAndStep() {
    #expect([-3, -0.0, 0, tiny, .infinity].map(Scalar.sign) == [-1, 0, 0, 1, 1])
    #expect(Scalar.sign(-0.0).sign == .plus)
    #expect([-3, -0.0, 0, tiny, -.infinity].map(Scalar.step) == [0, 0.5, 0.5, 1, 0])
    #expect(Scalar.sign(.nan).isNaN && Scalar.step(.nan).isNaN)
  }

  @Test func xlogy() {
    #expect(Scalar.xlogy(0, 0) == 0)
    #expect(Scalar.xlogy(0, -1) == 0)
    #expect(Scalar.xlogy(0, .infinity) == 0)
    #expect(Scalar.xlogy(0, .nan).isNaN)
    #expect(Scalar.xlogy(2, 0) == -.infinity)
    #expect(Scalar.xlogy(2, 1) == 0)
    #expect(Scalar.xlogy(.nan, 1).isNaN)
  }

  // MARK: Ends of domains

  @Test func powSlopeAtZeroAndInfinity() {
    #expect(Scalar.powSlope(0, 0) == 0)
    #expect(Scalar.powSlope(0, 1) == 1)
    #expect(Scalar.powSlope(0, 2) == 0)
    #expect(Scalar.powSlope(0, 0.5) == .infinity)
    #expect(Scalar.powSlope(.infinity, 2) == .infinity)
    #expect(Scalar.powSlope(-1, 0.5).isNaN)
    #expect(Scalar.powSlope(1.5, 1e300) == .infinity)
    #expect(Scalar.powSlope(0.5, 1e300) == 0)
    #expect(Scalar.powSlope(.nan, 2).isNaN && Scalar.powSlope(2, .nan).isNaN)
  }

  @Test func log1mexpAtItsEnds() {
    #expect(Scalar.log1mexp(0) == -.infinity && Scalar.log1mexp(-0.0) == -.infinity)
    #expect(Scalar.log1mexp(-.infinity) == 0)
    #expect(Scalar.log1mexp(1e-300).isNaN && Scalar.log1mexp(.nan).isNaN)
    #expect(Scalar.log1mexpSlope(0) == -.infinity && Scalar.log1mexpSlope(-0.0) == -.infinity)
    #expect(Scalar.log1mexpSlope(-.infinity) == 0)
    #expect(Scalar.log1mexpSlope(1).isNaN && Scalar.log1mexpSlope(.nan).isNaN)
  }

  @Test func logaddexpOfInfinitiesAndNan() {
    let infinity = Double.infinity
    #expect(Scalar.logaddexp(-infinity, -infinity) == -infinity)
    #expect(Scalar.logaddexp(infinity, infinity) == infinity)
    #expect(Scalar.logaddexp(infinity, -infinity) == infinity)
    #expect(Scalar.logaddexp(-infinity, 3) == 3 && Scalar.logaddexp(3, -infinity) == 3)
    #expect(Scalar.logaddexp(1e308, -1e308) == 1e308)
    #expect(Scalar.logaddexp(.nan, 1).isNaN && Scalar.logaddexp(1, .nan).isNaN)
    #expect(Scalar.logaddexp(.nan, -infinity).isNaN && Scalar.logaddexp(-infinity, .nan).isNaN)
  }

  @Test func inverseSinesOutsideTheirDomain() {
    #expect(Scalar.asinSlope(1) == .infinity && Scalar.asinSlope(-1) == .infinity)
    #expect(Scalar.acosSlope(0) == -1)
    #expect([1.5, -2, 1e300, .infinity].allSatisfy { Scalar.asinSlope($0).isNaN })
  }

  @Test func gammaFunctionsAtTheirPoles() {
    #expect([0.0, -1, -2, .infinity].map(Scalar.lgamma).allSatisfy { $0 == .infinity })
    #expect(Scalar.digamma(0) == -.infinity && Scalar.digamma(-0.0) == .infinity)
    #expect([-1.0, -7, -1e300, -.infinity, .nan].allSatisfy { Scalar.digamma($0).isNaN })
    #expect(Scalar.digamma(.infinity) == .infinity)
    #expect(Scalar.trigamma(-0.0) == .infinity && Scalar.trigamma(-3) == .infinity)
    #expect(Scalar.trigamma(.infinity) == 0)
    #expect(Scalar.polygamma(2, 0) == -.infinity && Scalar.polygamma(2, -3).isNaN)
    #expect(Scalar.polygamma(20, 1e-300) == -.infinity)
    #expect(Scalar.polygamma(21, 1).isNaN && Scalar.polygamma(-1, 1).isNaN)
    #expect(Scalar.polygamma(3, -.infinity).isNaN && Scalar.polygamma(3, .nan).isNaN)
  }

  // MARK: Sharpness

  static let sharp: [@Sendable (Double, Double) -> Double] = [
    { Scalar.softplus($0, k: $1) }, { Scalar.smoothabs($0, k: $1) },
    { Scalar.sigmoid($0, k: $1) }, { Scalar.tanh($0, k: $1) },
    { Scalar.sigmoidSlope($0, k: $1) }, { Scalar.tanhSlope($0, k: $1) },
    { Scalar.softplusSharpnessSlope($0, k: $1) }, { Scalar.smoothabsSharpnessSlope($0, k: $1) },
    { Scalar.binaryEntropy($0, k: $1) },
  ]

  @Test func onlyPositiveSharpnessIsOne() {
    for function in Self.sharp {
      for k in [0, -0.0, -1, -.infinity, .nan] {
        for x in [0, 1, -1e300, .infinity] { #expect(function(x, k).isNaN) }
      }
      #expect(function(.nan, 2).isNaN)
    }
  }

  @Test func infiniteSharpnessIsTheLimit() {
    let expected: [(Double) -> Double] = [
      { max($0, 0) }, { $0.magnitude }, Scalar.step, Scalar.sign,
    ]
    for x in [-.infinity, -3, -tiny, 0, tiny, 3, .infinity] {
      for (function, limit) in zip(Self.sharp, expected) {
        #expect(function(x, .infinity) == limit(x))
      }
      for function in Self.sharp[6...7] { #expect(function(x, .infinity) == 0) }
    }
  }

  @Test func productsKeepTheirRoundingError() {
    let (high, low) = Scalar.product(-1 - 0x1p-52, k: -1 - 0x1p-52)
    #expect(high == 1 + 0x1p-51 && low == 0x1p-104)
    #expect(Scalar.product(1e200, k: 1e200) == (.infinity, 0))
    #expect(Scalar.product(0, k: .infinity) == (0, 0))
    #expect(Scalar.product(0, k: .nan).high.isNaN)
  }

  @Test func extremeProductsGiveTheirFiniteLimits() {
    #expect(Scalar.softplus(1e300, k: 1e300) == 1e300)
    #expect(Scalar.softplus(-1e300, k: 1e300) == 0)
    #expect(Scalar.smoothabs(-1e300, k: 1e300) == 1e300)
    #expect(Scalar.softplusSharpnessSlope(1e300, k: 1e300) == 0)
    #expect(Scalar.sigmoid(1e300, k: 1e300) == 1 && Scalar.tanh(-1e300, k: 1e300) == -1)
    #expect(Scalar.softplus(1, k: tiny) == .infinity)
  }
}
