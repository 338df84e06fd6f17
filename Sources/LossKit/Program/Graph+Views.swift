extension Graph {
  /// Elements of a node in another order, once, several times or not at all.
  ///
  /// A view of a view reads the same memory where that is possible.
  func view(_ base: Int, offset: Int = 0, strides: [Int], extents: [Int]) throws -> Int {
    let source = nodes[base]
    if offset == 0, source.extents == extents, isRowMajor(strides, extents) { return base }
    guard case .view(let innerOffset, let innerStrides) = source.operation else {
      return try node(.view(offset: offset, strides: strides), [base], extents)
    }
    if let composed = compose(offset, strides, extents, innerStrides, source.extents) {
      return try view(
        source.operands[0], offset: innerOffset + composed.offset, strides: composed.strides,
        extents: extents)
    }
    return try node(
      .view(offset: offset, strides: strides), [try node(.copy, [base], source.extents)], extents)
  }

  /// The same elements under other axes.
  func labelled(_ base: Int, extents: [Int]) throws -> Int {
    try view(base, strides: rowMajorStrides(of: extents), extents: extents)
  }

  /// Neighbouring elements.
  func slice(_ base: Int, _ offset: Int, extents: [Int]) throws -> Int {
    try view(base, offset: offset, strides: rowMajorStrides(of: extents), extents: extents)
  }

  /// Whether elements lie one after another; axes of length 1 do not count.
  func isRowMajor(_ strides: [Int], _ extents: [Int]) -> Bool {
    var step = 1
    for axis in extents.indices.reversed() where extents[axis] != 1 {
      if strides[axis] != step { return false }
      step *= extents[axis]
    }
    return true
  }

  /// Steps through a view as steps through what it reads.
  private func compose(
    _ offset: Int, _ strides: [Int], _ extents: [Int], _ innerStrides: [Int], _ innerExtents: [Int]
  ) -> (offset: Int, strides: [Int])? {
    let rowMajor = rowMajorStrides(of: innerExtents)
    // The view's own first place, axis by axis.
    var place: [Int] = []
    var rest = offset
    for axis in innerExtents.indices {
      place.append(rowMajor[axis] == 0 ? 0 : rest / rowMajor[axis])
      rest -= place[axis] * rowMajor[axis]
    }
    var base = 0
    for axis in place.indices { base += place[axis] * innerStrides[axis] }
    var result: [Int] = []
    for (axis, step) in strides.enumerated() {
      if step == 0 || extents[axis] == 1 {
        result.append(0)
        continue
      }
      guard
        let inner = innerExtents.indices.first(where: {
          innerExtents[$0] != 1 && rowMajor[$0] == step
            && place[$0] + extents[axis] <= innerExtents[$0]
        })
      else {
        if let run = evenRun(step, count: extents[axis], from: offset, innerStrides, innerExtents) {
          result.append(run)
          continue
        }
        return nil
      }
      place[inner] += extents[axis] - 1
      result.append(innerStrides[inner])
    }
    return (base, result)
  }

  /// The step of a walk over several axes of a view where these lie evenly, as in a slice.
  private func evenRun(
    _ step: Int, count: Int, from offset: Int, _ strides: [Int], _ extents: [Int]
  ) -> Int? {
    // Evenly over all axes: the whole view is one run with a common step.
    var expected: Int?
    var size = 1
    for axis in extents.indices.reversed() where extents[axis] != 1 {
      if let step = expected, strides[axis] != step * size { return nil }
      if expected == nil { expected = strides[axis] }
      size *= extents[axis]
    }
    guard let unit = expected, offset + step * (count - 1) < size else { return nil }
    return unit * step
  }
}
