import CLossKernels

extension Program {
  /// The instructions that go along rows, or pick from them by places that were computed.
  func orderedStep(_ instruction: UnsafePointer<Instruction>, _ memory: ProgramMemory) -> Bool {
    let rows = instruction.pointee.count
    let n = instruction.pointee.length
    let m = instruction.pointee.index
    let a = memory[instruction.pointee.a]
    let b = memory[instruction.pointee.b]
    let out = memory[instruction.pointee.out]
    switch instruction.pointee.code {
    case .order: for row in 0..<rows { Program.order(a + row &* n, n, out + row &* n) }
    case .pickEach:
      for row in 0..<rows {
        for j in row &* m..<(row &+ 1) &* m { out[j] = b[row &* n &+ Int(a[j])] }
      }
    case .placeEach:
      out.update(repeating: 0, count: rows &* n)
      for row in 0..<rows {
        for j in row &* m..<(row &+ 1) &* m { out[row &* n &+ Int(a[j])] += b[j] }
      }
    case .runningSum:
      for row in 0..<rows {
        var total = CumulativeSum.Total()
        CumulativeSum.fill(out + row &* n, a + row &* n, n, by: 1, &total)
      }
    case .runningSumFromEnd:
      for row in 0..<rows {
        let last = (row &+ 1) &* n &- 1
        var total = CumulativeSum.Total()
        CumulativeSum.fill(out + last, a + last, n, by: -1, &total)
      }
    case .runningProduct:
      for row in 0..<rows {
        var product = 1.0
        for i in row &* n..<(row &+ 1) &* n {
          product *= a[i]
          out[i] = product
        }
      }
    case .runningLogSumExp:
      for row in 0..<rows {
        var total = -Double.infinity
        for i in row &* n..<(row &+ 1) &* n {
          total = Scalar.logaddexp(total, a[i])
          out[i] = total
        }
      }
    case .recurrence:
      for row in 0..<rows {
        var z = 0.0
        for i in row &* n..<(row &+ 1) &* n {
          z = ChainProduct.value(a[i], z) + b[i]
          out[i] = z
        }
      }
    case .recurrenceFromEnd:
      for row in 0..<rows {
        var z = 0.0
        for i in (row &* n..<(row &+ 1) &* n).reversed() {
          z += b[i]
          out[i] = z
          z = ChainProduct.value(a[i], z)
        }
      }
    case .crossEntropyAt:
      let value = memory.output(instruction.pointee.out)
      let weights = memory.output(instruction.pointee.out2)
      for row in 0..<rows {
        var label = Int32(a[row])
        loss_cross_entropy_rows(
          b + row &* n, n, &label, 0, value.map { $0 + row }, weights.map { $0 + row &* n }, 1)
      }
    default: return false
    }
    return true
  }

  /// The places of a row from the largest element to the smallest, equal ones as they come.
  private static func order(
    _ row: UnsafePointer<Double>, _ n: Int, _ out: UnsafeMutablePointer<Double>
  ) {
    // By insertion, as long as that is faster than a list.
    guard n > 32 else {
      for i in 0..<n {
        var j = i
        while j > 0, row[Int(out[j &- 1])] < row[i] {
          out[j] = out[j &- 1]
          j &-= 1
        }
        out[j] = Double(i)
      }
      return
    }
    let reversed = UnsafeBufferPointer(start: row, count: n).map { -$0 }
    let places = (try? reversed.withUnsafeBufferPointer { try Sorting.stableArgsort($0) }) ?? []
    for (i, place) in places.enumerated() { out[i] = Double(place) }
  }
}
