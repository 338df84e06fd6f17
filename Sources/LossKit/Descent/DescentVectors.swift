import CLossKernels

// What the optimizers need of vectors; sums go in the order of the kernels, so that results are the
// same on every machine.

/// The sum of the products.
func dot(_ a: [Double], _ b: [Double]) -> Double { loss_dot(a, b, min(a.count, b.count)) }

/// `y += a x`.
func add(_ a: Double, _ x: [Double], to y: inout [Double]) {
  loss_add_scaled(a, x, &y, min(x.count, y.count))
}

/// `z = y + a x`, without room of its own.
func store(_ y: [Double], plus a: Double, _ x: [Double], in z: inout [Double]) {
  let n = min(x.count, y.count, z.count)
  loss_mul_as(x, a, &z, n)
  z.withUnsafeMutableBufferPointer { z in
    guard let z = z.baseAddress else { return }
    loss_add(y, z, z, n)
  }
}

/// `a - b`.
func difference(_ a: [Double], _ b: [Double]) -> [Double] {
  let n = min(a.count, b.count)
  return Array(unsafeUninitializedCapacity: n) { buffer, count in
    if let start = buffer.baseAddress { loss_sub(a, b, start, n) }
    count = n
  }
}

func scale(_ x: inout [Double], by a: Double) {
  x.withUnsafeMutableBufferPointer { x in
    guard let start = x.baseAddress else { return }
    loss_mul_as(start, a, start, x.count)
  }
}

/// The Euclidean length, which neither overflows nor underflows where it is a double itself.
func length(_ x: [Double]) -> Double {
  let square = dot(x, x)
  if square > 0x1p-900, square < .infinity { return square.squareRoot() }
  let largest = largestMagnitude(x)
  guard largest > 0, largest.isFinite else { return largest }
  return largest * x.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}

/// The largest magnitude; nan where there is one.
func largestMagnitude(_ x: [Double]) -> Double {
  x.withUnsafeBufferPointer { x in
    var result = 0.0
    for element in x {
      if element.isNaN { return .nan }
      result = max(result, element.magnitude)
    }
    return result
  }
}

func isFinite(_ x: [Double]) -> Bool { loss_all_finite(x, x.count) != 0 }
