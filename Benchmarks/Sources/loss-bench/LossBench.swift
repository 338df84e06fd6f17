import ArgumentParser
import LossKit

/// The pieces of work, in the order in which they are measured.
enum Work: String, CaseIterable {
  case onePoint = "P1"
  case rows = "P2"
  case manyScores = "P3"
  case regression = "P4"
  case hessian = "P5"
  case process = "P6"
  case parsing = "P7"
  case table = "P8"
  case gradientCurve = "curve-gradient"
  case rowsCurve = "curve-rows"
  case nodes
}

@main
struct LossBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss-bench",
    abstract: "Checks the answers of Loss at several pieces of work, and measures them.",
    discussion:
      "What the works are stands in Benchmarks/README.md. Figures are the least of several "
      + "times, with their median.")

  @Flag(help: "Print a line of JSON for each figure.")
  var json = false

  @Flag(help: "Do little work, once: whether everything runs, not how fast.")
  var quick = false

  @Flag(help: "End with an error where a call that should not allocate memory does.")
  var strict = false

  @Flag(help: "Print the names of the works, and do nothing else.")
  var list = false

  @Option(help: "Leave out what has taken so many seconds without an answer.")
  var limit = 20.0

  @Option(
    help: ArgumentHelp(
      "The works to measure, with commas between; all of them unless given.",
      valueName: "works"),
    transform: { text in
      try text.split(separator: ",").map { name in
        guard let work = Work(rawValue: String(name)) else {
          throw ValidationError("There is no work '\(name)': --list names them.")
        }
        return work
      }
    })
  var only: [Work] = Work.allCases

  mutating func run() throws {
    if list { return Work.allCases.forEach { print($0.rawValue) } }
    let bench = Bench(clock: WorkClock(isQuick: quick), limit: limit, report: Report(isJSON: json))
    for work in Work.allCases where only.contains(work) {
      do throws(LossError) {
        try bench.measure(work)
      } catch {
        // A library that refuses the work, or that takes too long.
        bench.report.skip(work, bench.report.reason(of: error, limit: limit))
      }
    }
    if bench.report.wrongAnswers > 0 || (strict && bench.report.allocations > 0) {
      throw ExitCode.failure
    }
  }
}

/// What each work is given: how to take times, how long to wait, where figures go.
struct Bench {
  let clock: WorkClock
  let limit: Double
  let report: Report

  var isQuick: Bool { clock.isQuick }

  func measure(_ work: Work) throws(LossError) {
    switch work {
    case .onePoint: try measureOnePoint()
    case .rows: try measureRows()
    case .manyScores: try measureManyScores()
    case .regression: try measureRegression()
    case .hessian: try measureHessian()
    case .process: measureProcess()
    case .parsing: measureParsing()
    case .table: measureTable()
    case .gradientCurve: try measureGradientCurve()
    case .rowsCurve: try measureRowsCurve()
    case .nodes: try measureNodes()
    }
  }
}
