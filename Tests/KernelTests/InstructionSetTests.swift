import CLossKernels
import Testing

@Suite struct InstructionSetTests {
  @Test func oneIsPickedAtLoad() {
    #expect(["baseline", "avx2", "avx512"].contains(String(cString: loss_kernels_isa())))
  }
}
