/// `max over p in the simplex of p·x + (1 - p·p)/2k` of each row, attained at sparsemax(k x).
///
/// Its gradient is that p, by k its derivative is -(1 - p·p)/2k² (the envelope theorem): once
/// differentiable. Martins and Astudillo, "From softmax to sparsemax", 2016.
struct SparseMaximum: BinaryOperation {
  func value(_ x: Value, _ k: Value) throws -> Value {
    let p = try Value.apply(SparsemaxWeights(), x, k)
    let largest = try x.largestEntries()(x)
    let slack = try Value.number(1) - Value.apply(RowProduct(), p, p)
    let relative = try x - SmoothFamily.commonPart(x).keepingRowAxis()
    let twice = try Value.number(2) * k
    return try largest + Value.apply(RowProduct(), relative, p) + slack / twice
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result y: Value) throws
    -> Value?
  {
    let p = try Value.apply(SparsemaxWeights(), x, k)
    let fromX = try tx.map { try Value.apply(RowProduct(), $0, p) }
    let fromK = try tk.map { tk in
      let slack = try Value.number(1) - Value.apply(RowProduct(), p, p)
      let twice = try Value.number(2) * k * k
      return try (-(slack / twice)).chained(tk)
    }
    return try sum(fromX, fromK)
  }
}

/// The projection of k x onto the simplex: `max(k xᵢ - τ, 0)` with τ such that the sum is 1.
///
/// Between its corners it is linear: on the support the change less its mean there, 0 elsewhere.
struct SparsemaxWeights: BinaryOperation {
  func value(_ x: Value, _ k: Value) throws -> Value {
    let relative = try x - SmoothFamily.commonPart(x).keepingRowAxis()
    let logits = try (k * relative).arrayOrThrow()
    return try logits.mappingRows { row, result in
      // From the largest entry down, while the entry still exceeds the threshold that it would set.
      let m = row.max() ?? 0
      if m.isInfinite {
        // Masks alone have no weight; entries of +inf share it.
        let share = m < 0 ? 0 : 1 / Double(row.count { $0 == m })
        for i in row.indices { result[i] = row[i] == m ? share : 0 }
        return
      }
      var sum = 0.0
      var threshold = -1.0
      var count = 0
      let below = row.map { m - $0 }
      let order = try below.withUnsafeBufferPointer {
        try Sorting.stableArgsort($0, shouldStop: { logits.account.isCancelled })
      }
      for place in order {
        let z = -below[place]
        guard 1 + Double(count + 1) * z > sum + z else { break }
        sum += z
        count += 1
        threshold = (sum - 1) / Double(count)
      }
      for i in row.indices { result[i] = max(row[i] - m - threshold, 0) }
    }
  }

  func tangent(_ tx: Value?, _ tk: Value?, at x: Value, _ k: Value, result p: Value) throws
    -> Value?
  {
    let fromX = try tx.map { try k * $0 }
    let relative = try x - SmoothFamily.commonPart(x).keepingRowAxis()
    let fromK = try tk.map { try relative * $0.keepingRowAxis() }
    guard let change = try sum(fromX, fromK) else { return nil }
    let support = try Value.byValue("1 above 0", p) { $0 > 0 ? 1 : 0 }
    let size = try Value.apply(SumRows(), support)
    let mean = try Value.apply(RowProduct(), change, support) / size
    return try (change - mean.keepingRowAxis()).chained(support)
  }
}
