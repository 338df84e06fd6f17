@testable import LossKit

/// Makes a case that fails as simple as it goes: its expression, its points, its inputs.
struct DifferentialShrinker {
  /// Whether a case still fails, in the same way.
  let fails: (DifferentialCase) -> Bool
  /// How often that may be asked.
  var budget = 1500

  /// The simplest case that was found.
  mutating func shrunk(_ test: DifferentialCase) -> DifferentialCase {
    var current = test
    // What one step simplifies may let another one go on.
    for _ in 0..<4 {
      let before = current
      shrinkExpression(&current)
      shrinkPoints(&current)
      shrinkParams(&current)
      shrinkShapes(&current)
      shrinkNumbers(&current)
      if current.script(at: 0) == before.script(at: 0) || budget <= 0 { break }
    }
    return current
  }

  private mutating func accept(_ candidate: DifferentialCase, _ current: inout DifferentialCase)
    -> Bool
  {
    guard budget > 0 else { return false }
    budget -= 1
    guard fails(candidate) else { return false }
    current = candidate
    return true
  }

  private mutating func shrinkExpression(_ current: inout DifferentialCase) {
    let test = current
    current.expression = current.expression.shrunk(budget: &budget) { expression in
      var candidate = test
      candidate.expression = expression
      return fails(candidate)
    }
  }

  /// Points before and after the one that fails.
  private mutating func shrinkPoints(_ current: inout DifferentialCase) {
    var place = 0
    while current.pointCount > 1, place < current.pointCount {
      var candidate = current
      for i in candidate.inputs.indices { candidate.inputs[i].values.remove(at: place) }
      if !accept(candidate, &current) { place += 1 }
    }
  }

  /// Params become data.
  private mutating func shrinkParams(_ current: inout DifferentialCase) {
    for place in current.inputs.indices where current.inputs[place].isParam {
      var candidate = current
      candidate.inputs[place].isParam = false
      _ = accept(candidate, &current)
    }
  }

  /// Axes become shorter, as far as the expression does without their ends.
  private mutating func shrinkShapes(_ current: inout DifferentialCase) {
    let used = Set(current.usedInputs.map(\.name))
    for place in current.inputs.indices where used.contains(current.inputs[place].name) {
      for axis in current.inputs[place].shape.indices {
        while current.inputs[place].shape[axis] > 1 {
          var candidate = current
          candidate.inputs[place].dropLast(ofAxis: axis)
          if !accept(candidate, &current) { break }
        }
      }
    }
  }

  /// Elements become whole, short or small numbers.
  private mutating func shrinkNumbers(_ current: inout DifferentialCase) {
    let used = Set(current.usedInputs.map(\.name))
    for place in current.inputs.indices where used.contains(current.inputs[place].name) {
      for point in current.inputs[place].values.indices {
        for element in current.inputs[place].values[point].indices {
          for x in Self.simpler(current.inputs[place].values[point][element]) {
            var candidate = current
            candidate.inputs[place].values[point][element] = x
            if accept(candidate, &current) { break }
          }
        }
      }
    }
  }

  private static func simpler(_ x: Double) -> [Double] {
    guard x.isFinite else { return [0, 1] }
    let candidates = [
      0, 1, -1, x.rounded(), (x * 2).rounded() / 2, (x * 10).rounded() / 10,
      (x * 100).rounded() / 100,
    ]
    func length(_ x: Double) -> Int { NumberFormat.formatted(x).utf8.count }
    return candidates.filter {
      $0.isFinite && $0 != x && length($0) < length(x) || $0 == 0 && x != 0
    }
  }
}

extension DifferentialCase.Input {
  /// Takes the last part of an axis away, at all points.
  fileprivate mutating func dropLast(ofAxis axis: Int) {
    let length = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    for point in values.indices {
      values[point] = values[point].enumerated().filter { place, _ in
        place / inner % length < length - 1
      }.map(\.element)
    }
    generic = generic.enumerated().filter { place, _ in place / inner % length < length - 1 }
      .map(\.element)
    shape[axis] -= 1
  }
}
