@testable import LossKit

/// The executors of one case: functions of all inputs, interpreted and compiled, one point at a time
/// and several.
struct DifferentialExecutors {
  private let test: DifferentialCase
  private let function: LossFunction
  private let inputs: [DifferentialCase.Input]

  /// - Throws: the error of the expression at its first point.
  init(_ test: DifferentialCase) throws(LossError) {
    self.test = test
    inputs = test.usedInputs
    let model = try LossModel(source: test.script(at: 0))
    function = try model.function(
      "f", of: inputs.map(\.name), wrt: inputs.filter(\.isParam).map(\.name))
  }

  var isCompiled: Bool { function.isCompiled }

  private func point(_ place: Int?) -> [Double] { inputs.flatMap { $0.elements(at: place) } }

  private func agreement(_ function: LossFunction) -> ProgramAgreement {
    let generic = ProgramAgreement.interpreted(function, at: point(nil))
    return ProgramAgreement(function: function, constantCorners: generic.corners)
  }

  /// Compares the compiled programs with the interpreter at all points.
  ///
  /// To the last bit at corners and errors, which programs leave to the interpreter; else to rounding.
  func compare() throws -> DifferentialFinding {
    guard function.isCompiled else { return .skipped("not compiled") }
    let agreement = agreement(function)
    for place in 0..<test.pointCount {
      let (_, problem) = try agreement.compare(at: point(place)) { expected, found in
        try bounds(at: place, expected, found)
      }
      if let problem { return .differs("compiled: \(problem)", at: place) }
    }
    return .agrees
  }

  /// Compares batches with the interpreter, and batches of both layouts and several numbers of threads
  /// with each other, to the last bit.
  func compareBatches() throws -> DifferentialFinding {
    let agreement = agreement(function)
    let points = (0..<test.pointCount).map(point)
    var first: [ProgramAgreement.Results]?
    for layout in [BatchLayout.rowMajor, .columnMajor] {
      for threads in [1, 2] {
        guard let found = agreement.batch(at: points, layout: layout, parallelism: threads) else {
          return .skipped("an error")
        }
        if let first {
          for (place, (a, b)) in zip(first, found).enumerated()
          where !ProgramAgreement.isSame(a.all, b.all) {
            return .differs(
              "by rows \(a.all), \(layout) with \(threads) threads \(b.all)", at: place)
          }
        }
        first = first ?? found
      }
    }
    for (place, found) in (first ?? []).enumerated() {
      let expected = ProgramAgreement.interpreted(function, at: points[place])
      let problem = try agreement.disagreement(found, expected) { expected, found in
        try bounds(at: place, expected, found)
      }
      if let problem { return .differs("in a batch: \(problem)", at: place) }
    }
    return .agrees
  }

  /// Compares the compiled Hessian with the interpreted one.
  ///
  /// It is a sum of diagonals and outer products, which may be larger than it is: each entry is held
  /// to 256 roundings of the magnitudes of its terms, and of those that its row and its column have on
  /// the diagonal, which are made of the same vectors; beside what rounding of the intermediate results
  /// does.
  func compareHessians() throws -> DifferentialFinding {
    guard function.isHessianCompiled else { return .skipped("not compiled") }
    var compared = false
    for place in 0..<test.pointCount {
      do throws(LossError) {
        let expected = try function.interpreted.hessian(at: point(place))
        let found = try function.hessian(at: point(place))
        compared = compared || expected.allSatisfy(\.isFinite)
        if ProgramAgreement.isSame(expected, found) || !expected.allSatisfy(\.isFinite) { continue }
        let terms = function.compiledHessian?.termMagnitudes(at: point(place)) ?? expected
        let n = function.gradientCount
        let value = try function.interpreted.value(at: point(place))
        let underflow = RoundingBounds.underflow(point(place), value)
        let distances = expected.indices.map { i in
          let (row, column) = (i / n, i % n)
          let own = max(terms[i], (terms[row * (n + 1)] * terms[column * (n + 1)]).squareRoot())
          return abs(found[i] - expected[i]) - 256 * 0x1p-53 * own - underflow
        }
        if distances.allSatisfy({ $0 <= 0 }) { continue }
        guard let moved = try? moved({ try $0.hessian(at: $1) }) else { continue }
        let bounds = RoundingBounds.widest(
          expected, isEnough: { zip(distances, $0).allSatisfy { $0 <= $1 } }
        ) { (try? moved(place, $0)) ?? expected.map { _ in .nan } }
        for i in expected.indices where !(distances[i] <= bounds[i]) {
          return .differs(
            "Hessian: \(found), not \(expected), allowed \(bounds[i])", at: place)
        }
      } catch { continue }
    }
    return compared ? .agrees : .skipped("not finite")
  }

  /// The symmetric rule, compiled and interpreted: the same bits at corners.
  func compareSymmetric() throws -> DifferentialFinding {
    guard function.isCompiled else { return .skipped("not compiled") }
    let symmetric = try function.model.function(
      "f", of: inputs.map(\.name), wrt: inputs.filter(\.isParam).map(\.name), corners: .symmetric)
    let agreement = agreement(symmetric)
    for place in 0..<test.pointCount {
      let (_, problem) = try agreement.compare(at: point(place)) { expected, found in
        try bounds(at: place, expected, found)
      }
      if let problem { return .differs("symmetric: \(problem)", at: place) }
    }
    return .agrees
  }

  // MARK: Rounding

  /// The function with all intermediate results moved by an input after its own.
  private func moved<Result>(_ result: @escaping (LossFunction, [Double]) throws -> Result) throws
    -> (_ place: Int, _ draw: UInt64) throws -> Result
  {
    var count = 0
    let formula = test.expression.perturbedText("e", &count)
    count = max(count, 1)
    let model = try LossModel(
      source: "data e = zeros(\(count)); \(ExpressionGenerator.rounding)\n"
        + test.script(at: 0, formula: formula))
    let function = try model.function(
      "f", of: inputs.map(\.name) + ["e"], wrt: inputs.filter(\.isParam).map(\.name)
    ).interpreted
    return { [count] place, draw in
      var random = RandomStream(seed: draw, stream: 3)
      let noise = (0..<count).map { _ in
        random.nextInteger(below: 2) == 0 ? RoundingBounds.width : -RoundingBounds.width
      }
      return try result(function, point(place) + noise)
    }
  }

  private func bounds(
    at place: Int, _ expected: ProgramAgreement.Results, _ found: ProgramAgreement.Results
  ) throws -> [Double] {
    let moved = try moved { function, point in
      let (value, gradient) = try function.valueWithGradient(at: point)
      return [value] + gradient
    }
    let differences = zip(found.all, expected.all).map { abs($0 - $1) }
    var bounds = try RoundingBounds.widest(expected.all) {
      zip(differences, $0).allSatisfy { $0 <= $1 }
    } _: {
      try moved(place, $0)
    }
    let underflow = RoundingBounds.underflow(point(place), expected.value)
    bounds = bounds.map { $0 + underflow }
    if test.expression.text.contains("smooth(") || test.expression.text.contains("gap(") {
      // What stands inside is computed by other functions than are moved here: |x| near 0 by the
      // difference of two weights near 1/2.
      let largest = expected.all.filter(\.isFinite).reduce(0) { max($0, abs($1)) }
      bounds = bounds.map { max($0, 0x1p-50 * largest) }
    }
    return bounds
  }
}

extension CompiledHessian {
  /// The sums of the magnitudes of all terms of each entry.
  fileprivate func termMagnitudes(at point: [Double]) -> [Double] {
    let bases = UnsafeMutablePointer<UnsafeMutablePointer<Double>>.allocate(
      capacity: ProgramMemory.baseCount)
    let workspace = UnsafeMutablePointer<Double>.allocate(capacity: max(program.workspaceSize, 1))
    defer {
      bases.deallocate()
      workspace.deallocate()
    }
    var result = [Double](repeating: 0, count: order * order)
    point.withUnsafeBufferPointer { point in
      let memory = ProgramMemory(
        bases: bases, workspace: workspace, point: point.baseAddress, gradient: nil,
        constants: program.constants.baseAddress.map { UnsafePointer($0) }, pool: nil)
      _ = program.run(memory)
      for i in 0..<order {
        for j in 0..<order {
          for (left, right) in products {
            result[i * order + j] += abs(memory[left][i] * memory[right][j])
          }
        }
      }
      for (entries, places) in diagonals {
        for (e, place) in places.enumerated() where place >= 0 {
          result[Int(place) * order + e] += abs(memory[entries][e])
        }
      }
    }
    return result
  }
}
