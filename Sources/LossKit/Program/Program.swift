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
  /// The number of doubles that a run needs beside its operands.
  let workspaceSize: Int
  /// Where the value is after a run.
  let value: Operand
  let checks: [Check]
  /// Whether the program runs at several points side by side.
  let goesInBlocks: Bool

  /// Elements that have to be finite.
  struct Check {
    let place: Operand
    let count: Int
  }

  init(_ lowering: Lowering, value: Operand) {
    let code = UnsafeMutableBufferPointer<Instruction>.allocate(
      capacity: lowering.instructions.count)
    _ = code.initialize(from: lowering.instructions)
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
    checks = lowering.checks
    goesInBlocks = Program.goesInBlocks(lowering.instructions)
  }

  deinit {
    instructions.deallocate()
    constants.deallocate()
  }
}

extension Program {
  /// Whether the results are finite; where they are not, the interpreter knows why.
  func isFinite(_ memory: ProgramMemory) -> Bool {
    for check in checks {
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
  let workspace: UnsafeMutablePointer<Double>
  let point: UnsafePointer<Double>
  let gradient: UnsafeMutablePointer<Double>
  let constants: UnsafePointer<Double>
  /// How many threads may work on a long array.
  let threads: Int

  @inline(__always)
  subscript(_ operand: Operand) -> UnsafeMutablePointer<Double> {
    let base =
      switch operand.base {
      case .workspace: workspace
      case .gradient: gradient
      case .point: UnsafeMutablePointer(mutating: point)
      case .constants, .none: UnsafeMutablePointer(mutating: constants)
      }
    return base + operand.offset
  }

  /// Where an output goes, or nowhere.
  @inline(__always)
  func output(_ operand: Operand) -> UnsafeMutablePointer<Double>? {
    operand.isNone ? nil : self[operand]
  }
}
