import CAllocations
import LossKit

extension Bench {
  /// The smoothed hinge of so many scores.
  private func hingeFunction(_ scores: Int) throws(LossError) -> LossFunction {
    let model = try LossModel(
      source: "param s = zeros(\(scores)); let S = softplus(lse(drop(s, 0)) - s[0])")
    return try model.function("S", of: ["s"])
  }

  // MARK: P1: one call

  func measureOnePoint() throws(LossError) {
    let function = try hingeFunction(10)
    let point = (0..<10).map(score)
    var gradient = [Double](repeating: 0, count: 10)
    var work = function.makeWorkspace()
    var value = 0.0
    let body = { (calls: Int) throws(LossError) in
      var buffer = gradient.mutableSpan
      for _ in 0..<calls {
        value = try function.valueWithGradient(at: point.span, gradient: &buffer, using: &work)
      }
    }
    try body(1)
    // mpmath 1.3.0 at 40 digits.
    let wanted = [
      6.390996433630984, -0.9983234152366544, 0.19341442989749666, 0.05530766676696335,
      0.015815459088686402, 0.00452249680392089, 0.5217249733906214, 0.14918944252289618,
      0.042661346294474024, 0.01219919075290946, 0.0034884097186859897,
    ]
    report.check(.onePoint, [value] + gradient, is: wanted, within: 2e-15)
    let formula = hinge(point)
    report.check(.onePoint, [formula.value] + formula.gradient, is: wanted, within: 2e-15)
    let times = try clock.times(body)
    report.add(.onePoint, times.best * 1e9, median: times.median * 1e9, "ns")

    let before = allocations_of_this_thread()
    guard before >= 0 else { return }
    try body(10)
    let each = Double(allocations_of_this_thread() - before) / 10
    if each > 0 { report.allocations += 1 }
    report.add(.onePoint, each, "allocations")
  }

  // MARK: P3: one call with many scores

  func measureManyScores() throws(LossError) {
    let count = isQuick ? 1000 : 1_000_000
    let function = try hingeFunction(count)
    let point = (0..<count).map(score)
    var gradient = [Double](repeating: 0, count: count)
    let wanted = hinge(point)
    for threads in [1, 2] {
      let deadline = Deadline(seconds: limit)
      var work = function.makeWorkspace(
        parallelism: threads, cancellation: deadline.cancellation)
      var value = 0.0
      let body = { (calls: Int) throws(LossError) in
        var buffer = gradient.mutableSpan
        for _ in 0..<calls {
          value = try function.valueWithGradient(at: point.span, gradient: &buffer, using: &work)
        }
      }
      try body(1)
      deadline.release()
      // The sum of a million terms, in an order that need not be the formula's.
      report.check(.manyScores, [value] + gradient, is: [wanted.value] + wanted.gradient)
      let times = try clock.times(body)
      report.add(
        .manyScores, times.best * 1e3, median: times.median * 1e3, "ms", ["threads": "\(threads)"])
    }
  }

  // MARK: P5: second derivatives

  func measureHessian() throws(LossError) {
    let function = try hingeFunction(100)
    let point = (0..<100).map(score)
    var hessian = [Double](repeating: 0, count: 10_000)
    var work = function.makeWorkspace()
    let body = { (calls: Int) throws(LossError) in
      var buffer = hessian.mutableSpan
      for _ in 0..<calls { try function.hessian(at: point.span, into: &buffer, using: &work) }
    }
    try body(1)
    report.check(.hessian, hessian, is: hingeHessian(point))
    let times = try clock.times(body)
    report.add(.hessian, times.best * 1e6, median: times.median * 1e6, "us")
  }

  // MARK: The cost of a gradient, over that of the value alone

  func measureGradientCurve() throws(LossError) {
    for count in isQuick ? [1, 10] : [1, 10, 100, 1000, 10_000] {
      // The label's score is a constant, so that there can be one input.
      let model = try LossModel(
        source: "param s = zeros(\(count)); let S = softplus(lse(s) - 1)")
      let function = try model.function("S", of: ["s"])
      let point = (0..<count).map(score)
      var gradient = [Double](repeating: 0, count: count)
      let deadline = Deadline(seconds: limit)
      var work = function.makeWorkspace(cancellation: deadline.cancellation)
      var values = (alone: 0.0, withGradient: 0.0)
      let withGradient = { (calls: Int) throws(LossError) in
        var buffer = gradient.mutableSpan
        for _ in 0..<calls {
          values.withGradient = try function.valueWithGradient(
            at: point.span, gradient: &buffer, using: &work)
        }
      }
      do throws(LossError) {
        try withGradient(1)
      } catch {
        report.skip(.gradientCurve, report.reason(of: error, limit: limit))
        break
      }
      deadline.release()
      let both = try clock.times(withGradient)
      let alone = try clock.times { calls throws(LossError) in
        for _ in 0..<calls { values.alone = try function.value(at: point.span, using: &work) }
      }
      let wanted = hinge([1] + point)
      report.check(.gradientCurve, gradient, is: wanted.gradient.dropFirst())
      report.check(
        .gradientCurve, [values.alone, values.withGradient], is: [wanted.value, wanted.value])
      report.add(
        .gradientCurve, both.best / alone.best, median: both.median / alone.median, "ratio",
        ["inputs": "\(count)"])
    }
  }

  // MARK: P2: many points

  func measureRows() throws(LossError) {
    let rows = isQuick ? 1000 : 1_000_000
    for layout in [Layout.columns, .rows] {
      for threads in [1, 2] {
        guard let times = try rowTimes(rows, layout, threads: threads, as: .rows) else { return }
        let millions = Double(rows) / 1e6
        report.add(
          .rows, millions / times.best, median: millions / times.median, "M rows/s",
          ["layout": layout.rawValue, "threads": "\(threads)"])
      }
    }
  }

  func measureRowsCurve() throws(LossError) {
    for rows in isQuick ? [1, 100] : [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] {
      guard let times = try rowTimes(rows, .columns, threads: 1, as: .rowsCurve) else { return }
      report.add(
        .rowsCurve, times.best / Double(rows) * 1e9, median: times.median / Double(rows) * 1e9,
        "ns", ["rows": "\(rows)"])
    }
  }

  private enum Layout: String {
    case columns, rows

    var ofBatch: BatchLayout { self == .columns ? .columnMajor : .rowMajor }

    /// Where an element of a row lies.
    func place(_ row: Int, _ element: Int, of width: Int, rows: Int) -> Int {
      self == .columns ? element * rows + row : row * width + element
    }
  }

  /// The time of values and gradients at many points; `nil` if it took too long, which is reported.
  private func rowTimes(
    _ rows: Int, _ layout: Layout, threads: Int, as work: Work
  ) throws(LossError) -> Times? {
    let function = try hingeFunction(10)
    var points = [Double](repeating: 0, count: rows * 10)
    for row in 0..<rows {
      for element in 0..<10 {
        points[layout.place(row, element, of: 10, rows: rows)] = score(row * 10 + element)
      }
    }
    var values = [Double](repeating: 0, count: rows)
    var gradients = [Double](repeating: 0, count: rows * 10)
    let deadline = Deadline(seconds: limit)
    let body = { (calls: Int) throws(LossError) in
      var valuesSpan = values.mutableSpan
      var gradientsSpan = gradients.mutableSpan
      for _ in 0..<calls {
        try function.valuesWithGradients(
          at: points.span, count: rows, layout: layout.ofBatch, parallelism: threads,
          values: &valuesSpan, gradients: &gradientsSpan, cancellation: deadline.cancellation)
      }
    }
    do throws(LossError) {
      try body(1)
    } catch {
      report.skip(work, report.reason(of: error, limit: limit))
      return nil
    }
    deadline.release()
    for row in 0..<rows {
      let wanted = hinge((0..<10).map { score(row * 10 + $0) })
      let gradient = (0..<10).map { gradients[layout.place(row, $0, of: 10, rows: rows)] }
      report.check(work, [values[row]] + gradient, is: [wanted.value] + wanted.gradient)
      if report.wrongAnswers > 0 { return nil }
    }
    return try clock.times(body)
  }
}
