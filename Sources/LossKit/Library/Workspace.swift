/// The memory that evaluations of a `LossFunction` reuse; one for each thread.
public struct Workspace: ~Copyable {
  /// Where the operands of a program begin, and room for what it computes.
  private var bases: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  private var memory: UnsafeMutablePointer<Double>
  private var size: Int
  let stop: StopSignal
  /// The threads that work on long arrays beside the caller's.
  private let pool: WorkerPool?
  /// Made where a point has to be interpreted.
  private var evaluator: Evaluator?

  /// A run that needs no more doubles than this takes less than a millisecond or so.
  private static let stoppableSize = 1 << 17

  /// - Parameter size: the number of doubles that programs need.
  init(size: Int, parallelism: Int, stop: StopSignal = StopSignal()) {
    // Vectors of eight doubles that begin with a line of the cache are read fastest.
    self.size = size
    (bases, memory) = Workspace.allocated(size)
    pool = parallelism > 1 ? WorkerPool(helpers: parallelism - 1) : nil
    self.stop = stop
  }

  deinit { UnsafeMutableRawPointer(bases).deallocate() }

  private static func allocated(_ size: Int) -> (
    UnsafeMutablePointer<UnsafeMutablePointer<Double>>, UnsafeMutablePointer<Double>
  ) {
    let header = ProgramMemory.baseCount * MemoryLayout<UnsafeMutablePointer<Double>>.stride
    let start = UnsafeMutableRawPointer.allocate(
      byteCount: header + size * MemoryLayout<Double>.stride, alignment: 64)
    return (
      start.bindMemory(
        to: UnsafeMutablePointer<Double>.self, capacity: ProgramMemory.baseCount),
      (start + header).bindMemory(to: Double.self, capacity: size)
    )
  }

  mutating func evaluator(of function: LossFunction) -> Evaluator {
    if let evaluator { return evaluator }
    let made = function.makeEvaluator(stop)
    evaluator = made
    return made
  }

  @inline(__always)
  private func memory(
    of program: Program, _ point: UnsafePointer<Double>?, _ gradient: UnsafeMutablePointer<Double>?
  ) -> ProgramMemory {
    ProgramMemory(
      bases: bases, workspace: memory, point: point, gradient: gradient,
      constants: program.constants.baseAddress, pool: pool.map(Unmanaged.passUnretained))
  }

  /// Runs a program that has no gradient; `nil` where the interpreter has to settle the point.
  @inline(__always)
  func run(_ program: Program, at point: Span<Double>) -> Double? {
    point.withUnsafeBufferPointer { point in
      run(program, memory(of: program, point.baseAddress, nil))
    }
  }

  /// Runs a program; `nil` where the interpreter has to settle the point.
  @inline(__always)
  func run(
    _ program: Program, at point: Span<Double>, gradient: inout MutableSpan<Double>
  ) -> Double? {
    point.withUnsafeBufferPointer { point in
      gradient.withUnsafeMutableBufferPointer { gradient in
        run(program, memory(of: program, point.baseAddress, gradient.baseAddress))
      }
    }
  }

  @inline(__always)
  private func run(_ program: Program, _ memory: ProgramMemory) -> Double? {
    let stands =
      if size > Workspace.stoppableSize {
        program.run(memory, unlessStopped: stop)
      } else { program.run(memory) }
    guard stands, program.isFinite(memory) else { return nil }
    return memory[program.value][0]
  }

  /// Runs the program of a Hessian; `false` where the interpreter has to settle the point.
  mutating func run(
    _ hessian: CompiledHessian, at point: Span<Double>, into result: inout MutableSpan<Double>
  ) -> Bool {
    if hessian.program.workspaceSize > size {
      UnsafeMutableRawPointer(bases).deallocate()
      size = hessian.program.workspaceSize
      (bases, memory) = Workspace.allocated(size)
    }
    return run(hessian, on: point, into: &result)
  }

  private func run(
    _ hessian: CompiledHessian, on point: Span<Double>, into result: inout MutableSpan<Double>
  ) -> Bool {
    point.withUnsafeBufferPointer { point in
      result.withUnsafeMutableBufferPointer { result in
        guard let rows = result.baseAddress else { return true }
        return hessian.run(memory(of: hessian.program, point.baseAddress, nil), into: rows)
      }
    }
  }
}
