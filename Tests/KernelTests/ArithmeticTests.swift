import KernelTestSupport
import Testing

/// Arithmetic of arrays and scalars against that of Swift.
@Suite struct ArithmeticTests {
  typealias Arrays =
    @convention(c) (
      UnsafePointer<Double>?, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int
    ) -> Void
  typealias ArrayScalar =
    @convention(c) (
      UnsafePointer<Double>?, Double, UnsafeMutablePointer<Double>?, Int
    ) -> Void
  typealias ScalarArray =
    @convention(c) (
      Double, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int
    ) -> Void

  struct Operation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: @Sendable (Double, Double) -> Double
    let forms: @Sendable (kernel_table) -> (Arrays?, ArrayScalar?, ScalarArray?)
  }

  static let operations = [
    Operation(testDescription: "add", expected: { $0 + $1 }) {
      ($0.loss_add, $0.loss_add_as, $0.loss_add_sa)
    },
    Operation(testDescription: "sub", expected: { $0 - $1 }) {
      ($0.loss_sub, $0.loss_sub_as, $0.loss_sub_sa)
    },
    Operation(testDescription: "mul", expected: { $0 * $1 }) {
      ($0.loss_mul, $0.loss_mul_as, $0.loss_mul_sa)
    },
    Operation(testDescription: "div", expected: { $0 / $1 }) {
      ($0.loss_div, $0.loss_div_as, $0.loss_div_sa)
    },
    // `Double.maximum` is that of IEEE 754-2019 but for nan, which wins here.
    Operation(testDescription: "max2", expected: { larger($0, $1) }) {
      ($0.loss_max2, $0.loss_max2_as, $0.loss_max2_sa)
    },
    Operation(testDescription: "min2", expected: { -larger(-$0, -$1) }) {
      ($0.loss_min2, $0.loss_min2_as, $0.loss_min2_sa)
    },
  ]

  private static func larger(_ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    if a == b { return a.sign == .plus ? a : b }
    return a > b ? a : b
  }

  static let special: [Double] = [
    0, -0.0, 1, -1, 2.5, 1e300, -1e300, 0x1p-1060, .infinity, -.infinity, .nan,
  ]

  @Test(arguments: operations, InstructionSet.available)
  func twoOperands(_ operation: Operation, _ isa: InstructionSet) throws {
    let pairs = Self.special.flatMap { a in Self.special.map { (a, $0) } }
    let (a, b) = (pairs.map(\.0), pairs.map(\.1))
    let (arrays, arrayScalar, scalarArray) = operation.forms(isa.kernels)
    let (both, left, right) = (
      try #require(arrays), try #require(arrayScalar), try #require(scalarArray)
    )
    var y = [Double](repeating: 7, count: a.count)
    both(a, b, &y, a.count)
    #expect(bits(y) == bits(pairs.map { operation.expected($0, $1) }))
    for scalar in Self.special {
      var y = [Double](repeating: 7, count: 11)
      left(Self.special, scalar, &y, 11)
      #expect(bits(y) == bits(Self.special.map { operation.expected($0, scalar) }))
      right(scalar, Self.special, &y, 11)
      #expect(bits(y) == bits(Self.special.map { operation.expected(scalar, $0) }))
    }
  }

  @Test(arguments: InstructionSet.available)
  func oneOperand(_ isa: InstructionSet) throws {
    func check(_ name: String, _ expected: (Double) -> Double) throws {
      let function = try #require(Elementwise.all.first { $0.name == name })
      let x = Self.special
      #expect(bits(try function(x, on: isa)) == bits(x.map(expected)), "\(name)")
    }
    try check("neg") { -$0 }
    try check("abs") { $0.magnitude }
    try check("sqrt") { $0.squareRoot() }
    try check("square") { $0 * $0 }
    try check("relu") { $0.isNaN ? .nan : $0 > 0 ? $0 : 0 }
  }

  @Test(arguments: InstructionSet.available)
  func multiplicationWithAddition(_ isa: InstructionSet) {
    var random = RandomDoubles(seed: 3)
    for count in [0, 1, 7, 8, 9, 31] {
      let (a, b) = (random.uniforms(-1...1, count: count), random.uniforms(-1...1, count: count))
      let c = random.uniforms(-1...1, count: count)
      var y = [Double](repeating: 7, count: count)
      isa.kernels.loss_fma(a, b, c, &y, count)
      let isFused = InstructionSet.alike.contains { $0.testDescription == isa.testDescription }
      func expected(_ a: Double, _ b: Double, _ c: Double) -> Double {
        isFused ? c.addingProduct(a, b) : a * b + c
      }
      #expect(y == (0..<count).map { expected(a[$0], b[$0], c[$0]) })
      y = c
      isa.kernels.loss_add_scaled(0.3, b, &y, count)
      #expect(y == (0..<count).map { expected(0.3, b[$0], c[$0]) })
    }
  }
}
