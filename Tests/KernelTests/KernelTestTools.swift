import Foundation
import KernelTestSupport
import Testing

/// An instruction set that the processor has.
struct InstructionSet: Sendable, CustomTestStringConvertible {
  /// The tables are constants.
  nonisolated(unsafe) let table: UnsafePointer<kernel_table>
  var kernels: kernel_table { table.pointee }
  var testDescription: String { String(cString: kernels.isa_name) }

  static let available = (0..<3).compactMap { kernels_of($0).map(InstructionSet.init) }

  /// Those with fused multiply-add, which give the same bits; on x86-64 the first has none.
  static var alike: [InstructionSet] {
    #if arch(x86_64)
      Array(available.dropFirst())
    #else
      available
    #endif
  }
}

typealias ArrayFunction =
  @convention(c) (
    UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int
  ) -> Void

/// A function of each element, on every instruction set.
struct Elementwise: Sendable, CustomTestStringConvertible {
  let name: String
  let kernel: @Sendable (kernel_table) -> ArrayFunction?
  var testDescription: String { name }

  static let all = [
    Elementwise(name: "exp") { $0.loss_exp },
    Elementwise(name: "expm1") { $0.loss_expm1 },
    Elementwise(name: "log") { $0.loss_log },
    Elementwise(name: "log1p") { $0.loss_log1p },
    Elementwise(name: "softplus") { $0.loss_softplus },
    Elementwise(name: "sigmoid") { $0.loss_sigmoid },
    Elementwise(name: "tanh") { $0.loss_tanh },
    Elementwise(name: "neg") { $0.loss_neg },
    Elementwise(name: "abs") { $0.loss_abs },
    Elementwise(name: "sqrt") { $0.loss_sqrt },
    Elementwise(name: "square") { $0.loss_square },
    Elementwise(name: "relu") { $0.loss_relu },
  ]

  func callAsFunction(_ x: [Double], on isa: InstructionSet) throws -> [Double] {
    let call = try #require(kernel(isa.kernels))
    var y = [Double](repeating: .nan, count: x.count)
    call(x, &y, x.count)
    return y
  }
}

/// The bit patterns, all nan alike.
func bits(_ values: [Double]) -> [UInt64] {
  values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
}

/// Numbers of all magnitudes and signs, repeatable.
struct RandomDoubles {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2 &+ 1 }

  /// Vigna's xorshift64* (2016).
  mutating func bits() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound
      + (range.upperBound - range.lowerBound) * (Double(bits() >> 11) * 0x1p-53)
  }

  mutating func uniforms(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    (0..<count).map { _ in uniform(range) }
  }
}
