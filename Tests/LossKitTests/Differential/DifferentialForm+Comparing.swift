@testable import LossKit

/// What a comparison found.
enum DifferentialFinding {
  case agrees
  /// There was nothing to compare: for a reason.
  case skipped(String)
  /// They differ: what is said of it, and at which point where that is not the one that was asked for.
  case differs(String, at: Int? = nil)
}

extension DifferentialForm {
  /// Compares both texts at a point.
  ///
  /// - Parameter constantCorners: the corners that the expression meets wherever it is: of derivatives
  ///   within it, at constants.
  func compare(_ bench: DifferentialBench, constantCorners: Int) throws -> DifferentialFinding {
    let atCorner = bench.corners > constantCorners
    switch place {
    case .everywhere: break
    case .smooth: if atCorner { return .skipped("at a corner") }
    case .lipschitz:
      guard bench.isModerate else { return .skipped("extreme") }
      if !bench.test.isLipschitz, atCorner || !bench.isGeneric { return .skipped("not promised") }
    }
    guard let left = substituted(left, bench), let right = substituted(right, bench) else {
      return .skipped("no such param")
    }
    let key = DifferentialBench.Key(corners: corners == .symmetric ? .symmetric : .lexicographic)
    let (a, b) = (try bench.numbers(left, key), try bench.numbers(right, key))
    guard case .some(let x) = a, case .some(let y) = b else {
      switch (a, b) {
      case (.none(let one), .none(let other)):
        return one == other ? .skipped("both refuse") : .skipped("both refuse, in other words")
      case (.none, _) where mayFail: return .skipped("refused")
      case (.none(let message), .some(let y))
      where name == Self.joint && y.allSatisfy { $0 == 0 }
        && (message.hasSuffix("depends on no param") || message.hasPrefix("there is no field")):
        return .skipped("does not depend on it")
      default: return .differs("\(left) gives \(a), \(right) gives \(b)")
      }
    }
    func difference(_ i: Int, _ more: String = "") -> DifferentialFinding {
      .differs("\(left) gives \(a)\n# \(right) gives \(b)" + more)
    }
    guard x.count == y.count else { return difference(0) }
    if ProgramAgreement.isSame(x, y) { return .agrees }
    guard case .rounding(let scale) = agreement else { return difference(0) }
    if !(x + y).allSatisfy(\.isFinite) { return .skipped("not finite") }
    guard let scale = substituted(scale, bench),
      case .some(let total) = try bench.numbers(scale, key), let total = total.first
    else { return .skipped("no scale") }
    let own = total * 0x1p-48
    let distances = zip(x, y).map { abs($0 - $1) - own }
    if distances.allSatisfy({ $0 <= 0 }) { return .agrees }
    let wide = try bench.bounds(left, x, key) { zip(distances, $0).allSatisfy { $0 <= $1 } }
    if zip(distances, wide).allSatisfy({ $0 <= $1 }) { return .agrees }
    let wider = try bench.bounds(right, y, key) { other in
      zip(distances, zip(wide, other)).allSatisfy { $0 <= $1.0 + $1.1 }
    }
    for i in x.indices where distances[i] > wide[i] + wider[i] {
      return difference(i, "\n# allowed \(wide[i] + wider[i] + own)")
    }
    return .agrees
  }

  /// A text with params and directions put in; `nil` where the case has no such param.
  private func substituted(_ text: String, _ bench: DifferentialBench) -> String? {
    var random = RandomStream(seed: bench.test.seed ^ 0x5a, stream: bench.test.number)
    let params = bench.test.params
    guard !params.isEmpty else { return nil }
    let one = params[Int(random.nextInteger(below: UInt64(params.count)))]
    let numbers =
      params.filter { $0.shape.isEmpty && $0.name != one.name }
      + (one.shape.isEmpty ? [one] : [])
    var result = text
    if text.contains("$Z") {
      guard let number = numbers.first else { return nil }
      result = result.replacing("$Z", with: number.name)
    }
    let count = one.shape.reduce(1, *)
    func array(_ elements: [Double]) -> String {
      if one.shape.isEmpty { return literal(elements[0]) }
      if one.shape.count == 1 { return literal(elements) }
      return "reshape(\(literal(elements)), \(one.shape.map(String.init).joined(separator: ", ")))"
    }
    let direction = (0..<count).map { _ in (random.nextUniform() * 512).rounded() / 128 - 2 }
    result = result.replacing("$D", with: array(direction))
    result = result.replacing("$1", with: array((0..<count).map { $0 == 0 ? 1 : 0 }))
    return result.replacing("$X", with: one.name)
  }
}
