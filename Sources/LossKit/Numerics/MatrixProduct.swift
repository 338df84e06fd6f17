/// A matrix of doubles that lies in someone else's memory, with any strides.
struct MatrixView {
  /// The element of row 0 and column 0; nil only where there are no elements.
  var base: UnsafePointer<Double>?
  var rows: Int
  var columns: Int
  var rowStride: Int
  var columnStride: Int

  init(
    _ base: UnsafePointer<Double>?, rows: Int, columns: Int, rowStride: Int, columnStride: Int = 1
  ) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// A dense row-major matrix.
  init(_ values: UnsafeBufferPointer<Double>, rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0 && values.count >= rows * columns)
    self.init(values.baseAddress, rows: rows, columns: columns, rowStride: columns)
  }

  /// The transpose, in the same memory.
  var transposed: MatrixView {
    MatrixView(
      base, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }
}

/// The matrix product.
///
/// **Order.** `C[i,j]` is the sum over k of `A[i,k] B[k,j]`, each product rounded, added from the
/// first k to the last within blocks of 128, and the blocks' sums from the first to the last. That
/// does not depend on the number of rows, of columns or of matrices in a batch, nor on strides: a
/// row of `A @ B` is the product of that row of `A`. With p terms the error is at most
/// (129 + p / 128) u Σ|A[i,k] B[k,j]|, u = 2^-53.
///
/// Multiplication and addition stay apart: fused, they are a library call on baseline x86-64, and
/// the doubles would differ from machine to machine.
enum MatrixProduct {
  /// The terms that are added up before they join the element of the result.
  private static let depth = 128
  /// The rows of A, 128 columns of them at a time, that stay in the second-level cache.
  private static let rowBlock = 256

  /// Writes `a · b`, dense and row-major, into `result`, which must not overlap either.
  static func multiply(
    _ a: MatrixView, _ b: MatrixView, into result: UnsafeMutableBufferPointer<Double>,
    shouldStop: () -> Bool = { false }
  ) throws(KernelStopped) {
    let (m, p, n) = (a.rows, a.columns, b.columns)
    precondition(b.rows == p && result.count == m * n)
    guard let target = result.baseAddress, m > 0, n > 0 else { return }
    guard let aBase = a.base, let bBase = b.base, p > 0 else {
      result.update(repeating: 0)
      return
    }
    let panel = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: min(depth, p))
    defer { panel.deallocate() }
    var poll = StopPoll()
    for rowStart in stride(from: 0, to: m, by: rowBlock) {
      let rows = rowStart..<min(rowStart + rowBlock, m)
      for start in stride(from: 0, to: p, by: depth) {
        let terms = min(depth, p - start)
        for column in stride(from: 0, to: n, by: 4) {
          let source = bBase + (start * b.rowStride + column * b.columnStride)
          pack(source, b, terms: terms, width: min(4, n - column), into: panel)
          let block = Block(
            a: aBase + start * a.columnStride, rowStride: a.rowStride,
            columnStride: a.columnStride, panel: panel, terms: terms,
            target: target + column, width: min(4, n - column), targetStride: n)
          if start == 0 { block.store(rows) } else { block.add(rows) }
          // Packing costs about as much as two rows do.
          if poll.shouldStop(after: (rows.count + 2) * terms * 2, shouldStop) {
            throw KernelStopped()
          }
        }
      }
    }
  }

  /// Copies up to four columns of B side by side; the lanes of columns that do not exist are 0.
  @inline(__always)
  private static func pack(
    _ source: UnsafePointer<Double>, _ b: MatrixView, terms: Int, width: Int,
    into panel: UnsafeMutablePointer<SIMD4<Double>>
  ) {
    let (down, right) = (b.rowStride, b.columnStride)
    if width == 4, right == 1 {
      for k in 0..<terms {
        panel[k] = UnsafeRawPointer(source + k &* down).loadUnaligned(as: SIMD4<Double>.self)
      }
    } else {
      for k in 0..<terms {
        let row = source + k &* down
        panel[k] = SIMD4(
          row[0], width > 1 ? row[right] : 0, width > 2 ? row[2 &* right] : 0,
          width > 3 ? row[3 &* right] : 0)
      }
    }
  }
}

/// Some rows of A times at most four columns of B, over at most 128 terms.
private struct Block {
  let a: UnsafePointer<Double>
  let rowStride: Int
  let columnStride: Int
  let panel: UnsafePointer<SIMD4<Double>>
  let terms: Int
  let target: UnsafeMutablePointer<Double>
  let width: Int
  let targetStride: Int

  @inline(never)
  func store(_ rows: Range<Int>) {
    forEachRow(rows) { row, sums in write(sums, row) }
  }

  @inline(never)
  func add(_ rows: Range<Int>) {
    forEachRow(rows) { row, sums in write(read(row) + sums, row) }
  }

  /// Four rows at a time: four accumulators hide the latency of addition, and fit the registers.
  @inline(__always)
  private func forEachRow(_ rows: Range<Int>, _ body: (Int, SIMD4<Double>) -> Void) {
    var row = rows.lowerBound
    while row &+ 4 <= rows.upperBound {
      let (a0, a1) = (a + row &* rowStride, a + (row &+ 1) &* rowStride)
      let (a2, a3) = (a + (row &+ 2) &* rowStride, a + (row &+ 3) &* rowStride)
      var (s0, s1) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
      var (s2, s3) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
      var offset = 0
      for k in 0..<terms {
        let b = panel[k]
        s0 += b * a0[offset]
        s1 += b * a1[offset]
        s2 += b * a2[offset]
        s3 += b * a3[offset]
        offset &+= columnStride
      }
      body(row, s0)
      body(row &+ 1, s1)
      body(row &+ 2, s2)
      body(row &+ 3, s3)
      row &+= 4
    }
    while row < rows.upperBound {
      let a0 = a + row &* rowStride
      var s0 = SIMD4<Double>.zero
      for k in 0..<terms { s0 += panel[k] * a0[k &* columnStride] }
      body(row, s0)
      row &+= 1
    }
  }

  @inline(__always)
  private func read(_ row: Int) -> SIMD4<Double> {
    let place = target + row &* targetStride
    if width == 4 { return UnsafeRawPointer(place).loadUnaligned(as: SIMD4<Double>.self) }
    var values = SIMD4<Double>.zero
    for lane in 0..<width { values[lane] = place[lane] }
    return values
  }

  @inline(__always)
  private func write(_ values: SIMD4<Double>, _ row: Int) {
    let place = target + row &* targetStride
    if width == 4 {
      UnsafeMutableRawPointer(place).storeBytes(of: values, as: SIMD4<Double>.self)
    } else {
      for lane in 0..<width { place[lane] = values[lane] }
    }
  }
}
