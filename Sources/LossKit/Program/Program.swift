import CLossKernels

/// A compiled expression: instructions over memory that is laid out beforehand.
///
/// Immutable; any number of threads run it, each with a workspace of its own.
final class Program: @unchecked Sendable {  // The memory is written in `init` only.
  let instructions: UnsafeBufferPointer<Instruction>
  let constants: UnsafeBufferPointer<Double>
  let tables: [[Int32]]
  let walks: [StridedWalk]
  let functions: [MapFunction]
  let zipFunctions: [ZipFunction]
  let forms: [MatrixForm]
  /// Instructions that go together through chunks of long arrays.
  let groups: [[Instruction]]
  /// The number of doubles that a run needs beside its operands.
  let workspaceSize: Int
  /// Where the value is after a run.
  let value: Operand
  let checks: UnsafeBufferPointer<Check>
  /// Whether the program runs at several points side by side.
  let goesInBlocks: Bool

  /// Elements that have to be finite.
  struct Check {
    let place: Operand
    let count: Int
  }

  init(_ lowering: Lowering, value: Operand) {
    let (steps, groups) = Program.grouped(lowering.instructions)
    self.groups = groups
    let code = UnsafeMutableBufferPointer<Instruction>.allocate(capacity: steps.count)
    _ = code.initialize(from: steps)
    instructions = UnsafeBufferPointer(code)
    let numbers = UnsafeMutableBufferPointer<Double>.allocate(capacity: lowering.constants.count)
    _ = numbers.initialize(from: lowering.constants)
    constants = UnsafeBufferPointer(numbers)
    tables = lowering.graph.tables
    walks = lowering.walks
    functions = lowering.functions
    zipFunctions = lowering.zipFunctions
    forms = lowering.forms
    workspaceSize = lowering.workspaceSize
    self.value = value
    let watched = UnsafeMutableBufferPointer<Check>.allocate(capacity: lowering.checks.count)
    _ = watched.initialize(from: lowering.checks)
    checks = UnsafeBufferPointer(watched)
    goesInBlocks = groups.isEmpty && Program.goesInBlocks(steps)
  }

  deinit {
    instructions.deallocate()
    constants.deallocate()
    checks.deallocate()
  }
}

extension Program {
  /// Whether the results are finite; where they are not, the interpreter knows why.
  @inline(__always)
  func isFinite(_ memory: ProgramMemory) -> Bool {
    for i in checks.indices {
      let check = checks.baseAddress.unsafelyUnwrapped[i]
      let elements = memory[check.place]
      if check.count == 1 {
        if !elements[0].isFinite { return false }
      } else if loss_all_finite(elements, check.count) == 0 {
        return false
      }
    }
    return true
  }
}

/// The memory of one run at one point.
struct ProgramMemory {
  /// Where each `Operand.Base` begins.
  let bases: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  /// The threads that may work on a long array: the workspace keeps them.
  let pool: Unmanaged<WorkerPool>?

  /// The room for the bases: a whole line of the cache.
  static let baseCount = 8

  /// - Parameter bases: room for `baseCount`.
  init(
    bases: UnsafeMutablePointer<UnsafeMutablePointer<Double>>,
    workspace: UnsafeMutablePointer<Double>, point: UnsafePointer<Double>?,
    gradient: UnsafeMutablePointer<Double>?, constants: UnsafePointer<Double>?,
    pool: Unmanaged<WorkerPool>?
  ) {
    self.bases = bases
    self.pool = pool
    // In the order of the cases; where there is nothing, nothing is read.
    bases[0] = workspace
    bases[1] = point.map { UnsafeMutablePointer(mutating: $0) } ?? workspace
    bases[2] = gradient ?? workspace
    bases[3] = constants.map { UnsafeMutablePointer(mutating: $0) } ?? workspace
    bases[4] = workspace
  }

  @inline(__always)
  subscript(_ operand: Operand) -> UnsafeMutablePointer<Double> {
    bases[Int(operand.base.rawValue)] + operand.offset
  }

  /// Where an output goes, or nowhere.
  @inline(__always)
  func output(_ operand: Operand) -> UnsafeMutablePointer<Double>? {
    operand.isNone ? nil : self[operand]
  }
}
