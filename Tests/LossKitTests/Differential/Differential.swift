@testable import LossKit

/// A case, compared in all ways that there are.
struct Differential {
  /// One way to compare.
  enum Pair: Hashable, Sendable, CustomStringConvertible {
    case executors, batches, hessians, symmetric
    case formatted, saved, json, explanation, symbolic
    /// The place in `DifferentialForm.all`.
    case form(Int)

    static let all: [Pair] =
      [
        .executors, .batches, .hessians, .symmetric, .formatted, .saved, .json, .explanation,
        .symbolic,
      ] + DifferentialForm.all.indices.map { .form($0) }

    var description: String {
      switch self {
      case .executors: "compiled and interpreted"
      case .batches: "batches"
      case .hessians: "compiled Hessian"
      case .symmetric: "compiled and interpreted, symmetric"
      case .formatted: "loss fmt"
      case .saved: ":save"
      case .json: "--json"
      case .explanation: ":explain"
      case .symbolic: "symbolic gradient"
      case .form(let place): DifferentialForm.all[place].name
      }
    }

    /// Of how many cases one is compared so: what takes long is compared more rarely.
    fileprivate var rarity: UInt64 {
      switch self {
      case .executors: 1
      case .form(let place): DifferentialForm.all[place].name == "one-sided differences" ? 8 : 4
      default: 4
      }
    }
  }

  struct Failure: Sendable {
    let pair: Pair
    let point: Int
    let text: String
  }

  struct Outcome: Sendable {
    /// Whether the expression is none: its shapes do not fit, say.
    var isRefused = false
    var isCompiled = false
    var agreed: [Pair: Int] = [:]
    var skipped: [Pair: [String: Int]] = [:]
    var failure: Failure?
  }

  /// Compares a case.
  ///
  /// - Parameter only: the pair and the point to compare; all that the case is chosen for, where it is
  ///   left out.
  static func check(_ test: DifferentialCase, only: (pair: Pair, point: Int)? = nil) -> Outcome {
    var outcome = Outcome()
    guard let executors = try? DifferentialExecutors(test) else {
      outcome.isRefused = true
      return outcome
    }
    outcome.isCompiled = executors.isCompiled
    let benches = (0..<test.pointCount).map { DifferentialBench(test, at: $0) }
    let generic = DifferentialBench(test, at: nil)
    var random = RandomStream(seed: test.seed ^ 0x77, stream: test.number)
    for pair in Pair.all {
      let isChosen = random.nextInteger(below: pair.rarity) == 0
      if let only { if only.pair != pair { continue } } else if !isChosen { continue }
      // The point at which a form is compared; executors take all of them.
      let drawn = Int(random.nextInteger(below: UInt64(max(test.pointCount, 1))))
      let point = only?.point ?? drawn
      let finding: DifferentialFinding
      do {
        finding = try compare(pair, benches[point], generic, executors)
      } catch let error as LossError {
        // The script itself does not run at that point.
        finding = .skipped("error: \(error.message.prefix(40))")
      } catch {
        finding = .differs("\(error)")
      }
      switch finding {
      case .agrees: outcome.agreed[pair, default: 0] += 1
      case .skipped(let why): outcome.skipped[pair, default: [:]][why, default: 0] += 1
      case .differs(let text, let place):
        outcome.failure = Failure(pair: pair, point: place ?? point, text: text)
        return outcome
      }
    }
    return outcome
  }

  private static func compare(
    _ pair: Pair, _ bench: DifferentialBench, _ generic: DifferentialBench,
    _ executors: DifferentialExecutors
  ) throws -> DifferentialFinding {
    var constantCorners: Int { generic.corners }
    return switch pair {
    case .executors: try executors.compare()
    case .batches: try executors.compareBatches()
    case .hessians: try executors.compareHessians()
    case .symmetric: try executors.compareSymmetric()
    case .formatted: try DifferentialExporters.compareFormatted(bench)
    case .saved: try DifferentialExporters.compareSaved(bench)
    case .json: try DifferentialExporters.compareJSON(bench)
    case .explanation: try DifferentialExporters.compareExplanation(bench)
    case .symbolic:
      try DifferentialExporters.compareSymbolic(bench, constantCorners: constantCorners)
    case .form(let place):
      try DifferentialForm.all[place].compare(bench, constantCorners: constantCorners)
    }
  }
}
