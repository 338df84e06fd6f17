/// The memory that evaluations of a `LossFunction` reuse; one for each thread.
public struct Workspace: ~Copyable {
  private let memory: UnsafeMutablePointer<Double>
  private let cancellation: Cancellation?
  /// Made where a point has to be interpreted.
  private var evaluator: Evaluator?

  /// - Parameter size: the number of doubles that programs need.
  init(size: Int, cancellation: Cancellation?) {
    // Vectors of eight doubles that begin with a line of the cache are read fastest.
    memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(size, 1) * MemoryLayout<Double>.stride, alignment: 64
    ).bindMemory(to: Double.self, capacity: max(size, 1))
    self.cancellation = cancellation
  }

  deinit { UnsafeMutableRawPointer(memory).deallocate() }

  mutating func evaluator(of function: LossFunction) -> Evaluator {
    if let evaluator { return evaluator }
    let made = function.makeEvaluator(cancellation)
    evaluator = made
    return made
  }

  /// Runs a program that has no gradient; `nil` where the interpreter has to settle the point.
  func run(_ program: Program, at point: Span<Double>) -> Double? {
    point.withUnsafeBufferPointer { point in
      let workspace = memory
      return run(
        program,
        ProgramMemory(
          workspace: workspace, point: point.baseAddress ?? UnsafePointer(workspace),
          gradient: workspace,
          constants: program.constants.baseAddress ?? UnsafePointer(workspace)))
    }
  }

  /// Runs a program; `nil` where the interpreter has to settle the point.
  func run(
    _ program: Program, at point: Span<Double>, gradient: inout MutableSpan<Double>
  ) -> Double? {
    point.withUnsafeBufferPointer { point in
      gradient.withUnsafeMutableBufferPointer { gradient in
        let workspace = memory
        return run(
          program,
          ProgramMemory(
            workspace: workspace, point: point.baseAddress ?? UnsafePointer(workspace),
            gradient: gradient.baseAddress ?? workspace,
            constants: program.constants.baseAddress ?? UnsafePointer(workspace)))
      }
    }
  }

  @inline(__always)
  private func run(_ program: Program, _ memory: ProgramMemory) -> Double? {
    guard program.run(memory), program.isFinite(memory) else { return nil }
    return memory[program.value][0]
  }
}
