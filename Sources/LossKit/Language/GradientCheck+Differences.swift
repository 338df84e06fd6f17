extension GradientCheck {
  // MARK: - Finite differences

  mutating func estimate(along direction: Direction, _ steps: [Double]) throws
    -> OneSidedSlope?
  {
    // Steps as they come out: beside a large element a small one is rounded.
    var taken: [Double] = []
    var points: [[Double]] = []
    for step in steps {
      let (moved, length) = moved(along: direction, by: step)
      guard length > 0, length.isFinite else { continue }
      taken.append(length)
      points.append(moved)
    }
    let scale = direction.count == 1 ? point[direction[0].element].magnitude : 0
    // A random direction moves each element by its own size.
    let argumentNoise = (direction.count == 1 ? scale : 1) * 0x1p-52
    let close = (scale == 0 ? 1 : scale.binade) * 0x1p-40
    for i in 0..<OneSidedSlope.noisePoints {
      points.append(moved(along: direction, by: Double(i) * close).point)
    }
    let values = try numbers(at: points)
    let start = values[taken.count]
    guard start.isFinite else { return nil }
    return OneSidedSlope(
      start: start, values: Array(values.prefix(taken.count)), steps: taken,
      noise: OneSidedSlope.noise(of: Array(values.dropFirst(taken.count))),
      argumentNoise: argumentNoise)
  }

  /// The point at some distance, and the distance that rounding has left.
  private func moved(along direction: Direction, by step: Double) -> (
    point: [Double], length: Double
  ) {
    var result = point
    for (element, amount) in direction { result[element] += step * amount }
    guard direction.count == 1, let (element, amount) = direction.first else {
      return (result, step)
    }
    return (result, (result[element] - point[element]) / amount)
  }

  /// The function at several points, side by side where that goes; nan where it is an error.
  private mutating func numbers(at points: [[Double]]) throws -> [Double] {
    var results: [Double] = []
    let block = max(1, (1 << 20) / max(point.count, 1))
    var start = 0
    while start < points.count {
      if evaluator.account.isCancelled { throw EvaluationProblem.cancelled }
      let some = Array(points[start..<min(start + block, points.count)])
      start += some.count
      if isSideBySide, some.count > 1 {
        if let found = try numbersInLanes(at: some) {
          results += found
          continue
        }
        isSideBySide = false
      }
      for point in some {
        do {
          results.append(try function(values(point)).plain.numberOrThrow())
        } catch let error as LossError where error.isCancellation {
          throw error
        } catch {
          results.append(.nan)
        }
      }
    }
    return results
  }

  private func numbersInLanes(at points: [[Double]]) throws -> [Double]? {
    let (extent, lanes) = (evaluator.openExtent, evaluator.openLanes)
    let lane = evaluator.newLane(size: points.count, kind: .elements)
    evaluator.openExtent = points.count
    evaluator.openLanes += 1
    defer { (evaluator.openExtent, evaluator.openLanes) = (extent, lanes) }
    do {
      var offset = 0
      let values = try inputs.map { input -> Value in
        let size = input.shape.reduce(1, *)
        let tensor = try Tensor(lanes: [lane], shape: input.shape, account: evaluator.account)
        for (row, point) in points.enumerated() {
          for i in 0..<size { tensor.start[row * size + i] = point[offset + i] }
        }
        offset += size
        return .tensor(tensor)
      }
      let result = try function(values).plain.closingLane(lane, account: evaluator.account)
      return Array(try result.arrayOrThrow().elements)
    } catch let error as LossError where error.isCancellation {
      throw error
    } catch {
      // What differs from point to point, or is an error at one, is evaluated point by point.
      return nil
    }
  }

  // MARK: - Inputs

  /// Elements of all inputs as values of their shapes.
  func values(_ elements: [Double]) throws -> [Value] {
    var offset = 0
    return try inputs.map { input in
      let size = input.shape.reduce(1, *)
      defer { offset += size }
      return input.shape.isEmpty
        ? .number(elements[offset])
        : .tensor(
          try Tensor(
            Array(elements[offset..<offset + size]), shape: input.shape, account: evaluator.account
          ))
    }
  }

  /// `x`, `s[2]`, `w[0, 1]`.
  func name(of element: Int) -> String {
    var rest = element
    for input in inputs {
      let size = input.shape.reduce(1, *)
      guard rest >= size else {
        var places: [String] = []
        for n in input.shape.reversed() {
          places.append(String(rest % n))
          rest /= n
        }
        return places.isEmpty
          ? input.name : "\(input.name)[\(places.reversed().joined(separator: ", "))]"
      }
      rest -= size
    }
    return ""
  }
}
