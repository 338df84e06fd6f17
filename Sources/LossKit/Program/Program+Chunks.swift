import CLossKernels

extension Program {
  /// Arrays from this many elements on are worked on in chunks, by several threads where there are
  /// any.
  static let chunkedCount = 1 << 16
  /// The elements of a chunk. The chunks do not depend on the number of threads, and neither does
  /// the order of any sum.
  static let chunkSize = 1 << 14

  /// Calls `body` for the chunks of a range; by several threads at a time, in any order.
  func forEachChunk(
    of count: Int, size: Int, threads: Int, _ body: @escaping (_ chunk: Int, Range<Int>) -> Void
  ) {
    let chunks = (count + size - 1) / size
    if threads < 2 || chunks < 2 {
      for chunk in 0..<chunks { body(chunk, chunk * size..<min(count, (chunk + 1) * size)) }
      return
    }
    // Each chunk writes elements of its own.
    nonisolated(unsafe) let body = body
    _ = ParallelRanges.run(0..<chunks, blockSize: 1, threads: threads) { range in
      for chunk in range { body(chunk, chunk * size..<min(count, (chunk + 1) * size)) }
      return nil
    }
  }

  /// Log-sum-exp of a long row: the largest entry of all chunks first, then the sums of each.
  func logSumExpInChunks(
    _ x: UnsafePointer<Double>, _ n: Int, k: Double, weights: UnsafeMutablePointer<Double>?,
    threads: Int
  ) -> (value: Double, inverse: Double) {
    let chunks = (n + Program.chunkSize - 1) / Program.chunkSize
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * chunks) { parts in
      guard let largest = parts.baseAddress else { return (.nan, .nan) }
      let rests = largest + chunks
      forEachChunk(of: n, size: Program.chunkSize, threads: threads) { chunk, range in
        largest[chunk] = loss_max(x + range.lowerBound, range.count)
      }
      let m = loss_max(largest, chunks)
      guard m.isFinite, k > 0 else { return (.nan, .nan) }
      forEachChunk(of: n, size: Program.chunkSize, threads: threads) { chunk, range in
        rests[chunk] = loss_sum_exp_shift(
          x + range.lowerBound, range.count, k, m, weights.map { $0 + range.lowerBound })
      }
      // Each chunk that has the largest entry has left it out once.
      var again = -1.0
      for chunk in 0..<chunks where largest[chunk] == m { again += 1 }
      let rest = loss_sum(rests, chunks) + again
      let value = m + (rest == 0 ? 0 : loss_log1p1(rest) / k)
      return (value, 1 / (1 + rest))
    }
  }

  /// A matrix product by parts of its rows, or, where the sums are long, by parts of these.
  func multiplyInChunks(
    _ form: MatrixForm, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, threads: Int
  ) {
    let (aRow, aColumn) = form.isLeftTransposed ? (1, form.rows) : (form.inner, 1)
    let (bRow, bColumn) = form.isRightTransposed ? (1, form.inner) : (form.columns, 1)
    if form.rows * form.columns >= form.inner {
      forEachChunk(of: form.rows, size: 512, threads: threads) { _, rows in
        loss_matrix_product(
          a + rows.lowerBound * aRow, aRow, aColumn, b, bRow, bColumn,
          out + rows.lowerBound * form.columns, form.columns, rows.count, form.inner, form.columns)
      }
      return
    }
    let size = 1024
    let chunks = (form.inner + size - 1) / size
    let count = form.rows * form.columns
    withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks * count) { parts in
      guard let start = parts.baseAddress else { return }
      forEachChunk(of: form.inner, size: size, threads: threads) { chunk, range in
        loss_matrix_product(
          a + range.lowerBound * aColumn, aRow, aColumn, b + range.lowerBound * bRow, bRow,
          bColumn, start + chunk * count, form.columns, form.rows, range.count, form.columns)
      }
      out.update(from: start, count: count)
      for chunk in 1..<max(chunks, 1) { loss_add(out, start + chunk * count, out, count) }
    }
  }

  /// Softmax cross entropy of many rows.
  func crossEntropyInChunks(
    _ scores: UnsafePointer<Double>, length: Int, labels: UnsafePointer<Int32>, rows: Int,
    value: UnsafeMutablePointer<Double>?, weights: UnsafeMutablePointer<Double>?, threads: Int
  ) {
    forEachChunk(of: rows, size: max(64, Program.chunkSize / length), threads: threads) {
      _, range in
      let start = range.lowerBound * length
      loss_cross_entropy_rows(
        scores + start, length, labels + range.lowerBound, start,
        value.map { $0 + range.lowerBound }, weights.map { $0 + start }, range.count)
    }
  }
}
