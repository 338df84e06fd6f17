@testable import LossKit

/// Whether a function's programs agree with the interpreter.
///
/// Where the interpreter meets a corner or an error, the results are the same to the last bit: the
/// programs leave such points to it. Elsewhere they differ by rounding, within the bound that the
/// caller gives. A derivative that is inf or nan by way of an infinite intermediate result may be
/// finite in a program, which has less of them: it passes over what does not count.
struct ProgramAgreement {
  let function: LossFunction
  /// The corners that the interpreter meets at every point, among values that do not vary.
  var constantCorners = 0

  struct Results {
    var value = Double.nan
    /// What the function without its gradient gives.
    var valueAlone = Double.nan
    var gradient: [Double] = []
    /// The text of the error, where it ended in one.
    var error: String?
    var corners = 0

    var all: [Double] { [value] + gradient }
    var isFinite: Bool { all.allSatisfy(\.isFinite) }
  }

  /// What the interpreter gives at a point, and why the programs disagree with it; `nil` where they
  /// agree.
  ///
  /// - Parameter bounds: of the interpreter's results and the program's: the largest differences
  ///   allowed, of the value and of each element of the gradient; asked for only where the two differ
  ///   by more than two roundings.
  func compare(
    at point: [Double], bounds: (_ expected: Results, _ found: Results) throws -> [Double]
  ) rethrows -> (
    expected: Results, disagreement: String?
  ) {
    let expected = Self.interpreted(function, at: point)
    return (expected, try disagreement(compiled(at: point), expected, bounds))
  }

  /// Why results disagree with the interpreter's; `nil` where they agree.
  func disagreement(
    _ found: Results, _ expected: Results, _ bounds: (Results, Results) throws -> [Double]
  ) rethrows -> String? {
    guard found.error == expected.error else {
      return "error \(found.error ?? "none"), not \(expected.error ?? "none")"
    }
    if expected.error != nil { return nil }
    guard found.gradient.count == expected.gradient.count else { return "\(found.gradient)" }
    // The program of the value alone need not leave corners to the interpreter.
    let a = found.all + [found.valueAlone]
    let b = expected.all + [expected.value]
    let isWithin = zip(a, b).map { $0 == $1 || !$1.isFinite || abs($0 - $1) <= 2 * $1.ulp }
    if expected.corners > constantCorners, !Self.isSame(found.all, expected.all) {
      return "at a corner \(found.all), not \(expected.all)"
    }
    if isWithin.allSatisfy(\.self) { return nil }
    let bounds = try bounds(expected, found)
    for i in a.indices where !isWithin[i] {
      let bound = i < bounds.count ? bounds[i] : bounds[0]
      if abs(a[i] - b[i]) <= bound { continue }
      let place = i == 0 ? "value" : i < bounds.count ? "gradient[\(i - 1)]" : "value alone"
      return "\(place): \(a[i]), not \(b[i]), allowed \(bound); \(found.all), not \(expected.all)"
    }
    return nil
  }

  func compiled(at point: [Double]) -> Results {
    do throws(LossError) {
      let (value, gradient) = try function.valueWithGradient(at: point)
      return Results(
        value: value, valueAlone: try function.value(at: point), gradient: gradient)
    } catch {
      return Results(error: error.message)
    }
  }

  /// What one call gives at several points; `nil` where it ends in an error.
  func batch(at points: [[Double]], layout: BatchLayout, parallelism: Int = 1) -> [Results]? {
    let count = points.count
    func place(_ i: Int, _ j: Int, of n: Int) -> Int {
      layout == .rowMajor ? i * n + j : j * count + i
    }
    var elements = [Double](repeating: 0, count: count * function.inputCount)
    for (i, point) in points.enumerated() {
      for (j, x) in point.enumerated() { elements[place(i, j, of: point.count)] = x }
    }
    let n = function.gradientCount
    var values = [Double](repeating: 0, count: count)
    var gradients = [Double](repeating: 0, count: count * n)
    do {
      var valueSpan = values.mutableSpan
      var gradientSpan = gradients.mutableSpan
      try function.valuesWithGradients(
        at: elements.span, count: count, layout: layout, parallelism: parallelism,
        values: &valueSpan, gradients: &gradientSpan)
    } catch { return nil }
    return points.indices.map { i in
      Results(
        value: values[i], valueAlone: values[i],
        gradient: (0..<n).map { gradients[place(i, $0, of: n)] })
    }
  }

  static func interpreted(_ function: LossFunction, at point: [Double]) -> Results {
    var work = function.interpreted.makeWorkspace()
    let evaluator = work.evaluator(of: function)
    var gradient = [Double](repeating: 0, count: function.gradientCount)
    var span = gradient.mutableSpan
    do throws(LossError) {
      let value = try function.interpreted.valueWithGradient(
        at: point.span, gradient: &span, using: &work)
      return Results(value: value, gradient: gradient, corners: evaluator.corners.count)
    } catch {
      return Results(error: error.message)
    }
  }

  static func isSame(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }
}
