/// The memory that evaluations of a `LossFunction` reuse; one for each thread.
public struct Workspace: ~Copyable {
  private var memory: UnsafeMutablePointer<Double>
  private var size: Int
  private let cancellation: Cancellation?
  /// How many threads work on long arrays.
  private let parallelism: Int
  /// Made where a point has to be interpreted.
  private var evaluator: Evaluator?

  /// - Parameter size: the number of doubles that programs need.
  init(size: Int, parallelism: Int, cancellation: Cancellation?) {
    // Vectors of eight doubles that begin with a line of the cache are read fastest.
    self.size = size
    memory = Workspace.allocated(size)
    self.parallelism = parallelism
    self.cancellation = cancellation
  }

  deinit { UnsafeMutableRawPointer(memory).deallocate() }

  private static func allocated(_ size: Int) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer.allocate(
      byteCount: max(size, 1) * MemoryLayout<Double>.stride, alignment: 64
    ).bindMemory(to: Double.self, capacity: max(size, 1))
  }

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
          constants: program.constants.baseAddress ?? UnsafePointer(workspace), threads: parallelism
        ))
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
            constants: program.constants.baseAddress ?? UnsafePointer(workspace),
            threads: parallelism))
      }
    }
  }

  /// Runs the program of a Hessian; `false` where the interpreter has to settle the point.
  mutating func run(
    _ hessian: CompiledHessian, at point: Span<Double>, into result: inout MutableSpan<Double>
  ) -> Bool {
    if hessian.workspaceSize > size {
      UnsafeMutableRawPointer(memory).deallocate()
      size = hessian.workspaceSize
      memory = Workspace.allocated(size)
    }
    let workspace = memory
    let threads = parallelism
    return point.withUnsafeBufferPointer { point in
      result.withUnsafeMutableBufferPointer { result in
        guard let rows = result.baseAddress else { return true }
        return hessian.run(
          ProgramMemory(
            workspace: workspace, point: point.baseAddress ?? UnsafePointer(workspace),
            gradient: workspace, constants: hessian.constants ?? UnsafePointer(workspace),
            threads: threads), into: rows)
      }
    }
  }

  @inline(__always)
  private func run(_ program: Program, _ memory: ProgramMemory) -> Double? {
    guard program.run(memory), program.isFinite(memory) else { return nil }
    return memory[program.value][0]
  }
}
