import CLossKernels
import KernelTestSupport
import Testing

/// A result depends on the element only: not on lane, count, alignment or instruction set.
@Suite struct SameBitsTests {
  /// All kinds of numbers: ordinary, of random bits, special.
  private static func arguments(_ count: Int) -> [Double] {
    var random = RandomDoubles(seed: 7)
    let special = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 709.782712893384, 709.7827128933841,
      -745.1332191019411, -745.1332191019412, -708.4, 36.8, -37, 0x1p-1022, 0x1p-54,
    ]
    return (0..<count).map { i in
      switch i % 3 {
      case 0: special[i / 3 % special.count]
      case 1: random.uniform(-50...50)
      default: Double(bitPattern: random.bits())
      }
    }
  }

  @Test(arguments: Elementwise.all)
  func onEveryInstructionSet(_ function: Elementwise) throws {
    let x = Self.arguments(3001)
    let results = try InstructionSet.alike.map { bits(try function(x, on: $0)) }
    for result in results { #expect(result == results[0]) }
  }

  @Test(arguments: Elementwise.all, InstructionSet.available)
  func inEveryLaneAndCount(_ function: Elementwise, _ isa: InstructionSet) throws {
    let x = Self.arguments(120)
    let whole = bits(try function(x, on: isa))
    for start in 0..<17 {
      for count in [0, 1, 2, 3, 5, 7, 8, 9, 10, 15, 16, 17, 31, 33] {
        // At the same offset of the array, so that alignment varies with it.
        var y = [Double](repeating: 7, count: x.count + 1)
        let call = try #require(function.kernel(isa.kernels))
        x.withUnsafeBufferPointer { x in
          y.withUnsafeMutableBufferPointer { y in
            call(x.baseAddress.map { $0 + start }, y.baseAddress.map { $0 + start }, count)
          }
        }
        #expect(Array(bits(y)[start..<start + count]) == Array(whole[start..<start + count]))
        // Nothing around them is written.
        #expect(y[..<start].allSatisfy { $0 == 7 } && y[(start + count)...].allSatisfy { $0 == 7 })
      }
    }
  }

  @Test(arguments: Elementwise.all, InstructionSet.available)
  func inPlace(_ function: Elementwise, _ isa: InstructionSet) throws {
    let x = Self.arguments(37)
    var y = x
    let call = try #require(function.kernel(isa.kernels))
    y.withUnsafeMutableBufferPointer { call($0.baseAddress, $0.baseAddress, $0.count) }
    #expect(bits(y) == bits(try function(x, on: isa)))
  }

  @Test(arguments: InstructionSet.available)
  func softplusWithItsSlope(_ isa: InstructionSet) throws {
    let x = Self.arguments(301)
    var (y, s) = (x, x)
    isa.kernels.loss_softplus_sigmoid(x, &y, &s, x.count)
    let all = Elementwise.all
    let softplus = try #require(all.first { $0.name == "softplus" })
    let sigmoid = try #require(all.first { $0.name == "sigmoid" })
    #expect(bits(y) == bits(try softplus(x, on: isa)))
    #expect(bits(s) == bits(try sigmoid(x, on: isa)))
  }

  @Test func theBestSetIsInUse() throws {
    let best = try #require(InstructionSet.available.last)
    #expect(String(cString: loss_kernels_isa()) == best.testDescription)
    #expect(loss_exp1(0.3).bitPattern == best.kernels.loss_exp1(0.3).bitPattern)
    // No processor has this one.
    #expect(loss_kernels_select(loss_isa(rawValue: 99)) == 0)
    #expect(String(cString: loss_kernels_isa()) == best.testDescription)
  }
}
