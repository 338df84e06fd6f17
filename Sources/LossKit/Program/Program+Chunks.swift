import CLossKernels

extension Program {
  /// Arrays from this many elements on are worked on in chunks, by several threads where there are
  /// any.
  static let chunkedCount = 1 << 16
  /// The number of elements of a chunk.
  ///
  /// The chunks do not depend on the number of threads, and neither does the order of any sum.
  static let chunkSize = 1 << 14

  /// Calls `body` for the chunks of a range; by several threads at a time, in any order.
  func forEachChunk(
    of count: Int, size: Int, pool: Unmanaged<WorkerPool>?,
    _ body: (_ chunk: Int, Range<Int>) -> Void
  ) {
    let chunks = (count + size - 1) / size
    func work(_ chunk: Int) { body(chunk, chunk * size..<min(count, (chunk + 1) * size)) }
    guard chunks > 1, let pool else {
      for chunk in 0..<chunks { work(chunk) }
      return
    }
    // Each chunk writes elements of its own.
    pool._withUnsafeGuaranteedRef { $0.run(chunks, work) }
  }

  /// Log-sum-exp of a long row.
  ///
  /// Its weights are relative to the largest entry of their chunk, so
  /// that the row is read once; `factors` says how the chunks relate to the largest of all.
  func logSumExpInChunks(
    _ x: UnsafePointer<Double>, _ n: Int, k: Double, weights: UnsafeMutablePointer<Double>?,
    factors: UnsafeMutablePointer<Double>, pool: Unmanaged<WorkerPool>?
  ) -> (value: Double, inverse: Double) {
    let chunks = (n + Program.chunkSize - 1) / Program.chunkSize
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * chunks) { parts in
      guard let largest = parts.baseAddress, k > 0 else { return (.nan, .nan) }
      let sums = largest + chunks
      forEachChunk(of: n, size: Program.chunkSize, pool: pool) { chunk, range in
        let m = loss_max(x + range.lowerBound, range.count)
        largest[chunk] = m
        sums[chunk] = loss_sum_exp_shift(
          x + range.lowerBound, range.count, k, m, weights.map { $0 + range.lowerBound })
      }
      let m = loss_max(largest, chunks)
      guard m.isFinite else { return (.nan, .nan) }
      // The largest entry's own 1 stays out of the sum; that of another chunk counts.
      var isTaken = false
      for chunk in 0..<chunks {
        let isFirst = largest[chunk] == m && !isTaken
        factors[chunk] = largest[chunk] == m ? 1 : loss_exp1(k * (largest[chunk] - m))
        sums[chunk] = factors[chunk] * (isFirst ? sums[chunk] : 1 + sums[chunk])
        if isFirst { isTaken = true }
      }
      let rest = loss_sum(sums, chunks)
      return (m + (rest == 0 ? 0 : loss_log1p1(rest) / k), 1 / (1 + rest))
    }
  }

  /// Weights that are relative to their chunks, times one number.
  func scaleChunks(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) {
    let weights = memory[instruction.pointee.a]
    let number = memory[instruction.pointee.b][0]
    let factors = memory[instruction.pointee.c]
    let out = memory[instruction.pointee.out]
    forEachChunk(
      of: instruction.pointee.count, size: Program.chunkSize, pool: memory.pool
    ) { chunk, range in
      loss_mul_as(
        weights + range.lowerBound, factors[chunk] * number, out + range.lowerBound, range.count)
    }
  }

  /// A matrix product by parts of its rows, or, where the sums are long, by parts of these.
  func multiplyInChunks(
    _ form: MatrixForm, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ out: UnsafeMutablePointer<Double>, pool: Unmanaged<WorkerPool>?
  ) {
    let (aRow, aColumn) = form.isLeftTransposed ? (1, form.rows) : (form.inner, 1)
    let (bRow, bColumn) = form.isRightTransposed ? (1, form.inner) : (form.columns, 1)
    if form.rows * form.columns >= form.inner {
      forEachChunk(of: form.rows, size: 512, pool: pool) { _, rows in
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
      forEachChunk(of: form.inner, size: size, pool: pool) { chunk, range in
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
    value: UnsafeMutablePointer<Double>?, weights: UnsafeMutablePointer<Double>?,
    pool: Unmanaged<WorkerPool>?
  ) {
    forEachChunk(of: rows, size: max(64, Program.chunkSize / length), pool: pool) {
      _, range in
      let start = range.lowerBound * length
      loss_cross_entropy_rows(
        scores + start, length, labels + range.lowerBound, start,
        value.map { $0 + range.lowerBound }, weights.map { $0 + start }, range.count)
    }
  }
}
