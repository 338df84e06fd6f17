import Testing

@testable import LossKit

@Suite("Linear algebra")
struct LinearAlgebraTests {
  private func factor(_ a: TestMatrix) throws -> LUFactors {
    try a.elements.withUnsafeBufferPointer { try LinearAlgebra.luFactor($0, order: a.rows) }
  }

  private func cholesky(_ a: TestMatrix) throws -> TestMatrix {
    let l = try a.elements.withUnsafeBufferPointer {
      try LinearAlgebra.choleskyFactor($0, order: a.rows)
    }
    return TestMatrix(rows: a.rows, columns: a.rows, l)
  }

  private func solving(
    _ b: TestMatrix, _ body: (UnsafeMutableBufferPointer<Double>) throws -> Void
  ) rethrows -> TestMatrix {
    var result = b
    try result.elements.withUnsafeMutableBufferPointer { try body($0) }
    return result
  }

  // MARK: LU

  @Test("Solutions, transposed solutions and inverses", arguments: [1, 2, 3, 8, 17, 60])
  func solutions(order n: Int) throws {
    let a = TestMatrix(random: n, n, stream: UInt64(n))
    let b = TestMatrix(random: n, 3, stream: 100)
    let factors = try factor(a)
    #expect(factors.zeroPivot == nil)
    let x = try solving(b) { try LinearAlgebra.luSolve(factors, $0, columns: 3) }
    #expect((a * x).distance(to: b) < 1e-11)
    let y = try solving(b) { try LinearAlgebra.luSolveTransposed(factors, $0, columns: 3) }
    #expect((a.transposed * y).distance(to: b) < 1e-11)
    let inverse = TestMatrix(rows: n, columns: n, try LinearAlgebra.inverse(factors))
    #expect((a * inverse).distance(to: .identity(n)) < 1e-11)
  }

  @Test("The factors multiply to the permuted matrix, and no multiplier is above 1")
  func factors() throws {
    let n = 20
    let a = TestMatrix(random: n, n, stream: 1)
    let factors = try factor(a)
    var (l, u) = (TestMatrix.identity(n), TestMatrix.identity(n))
    for i in 0..<n {
      for j in 0..<n {
        let element = factors.elements[i * n + j]
        if j < i { l[i, j] = element } else { u[i, j] = element }
      }
    }
    let permuted = TestMatrix(
      rows: n, columns: n,
      factors.permutation.flatMap { row in (0..<n).map { a[row, $0] } })
    #expect((l * u).distance(to: permuted) < 1e-14)
    #expect(l.elements.allSatisfy { abs($0) <= 1 })
  }

  @Test("A pivot is found below a zero, and a subnormal one does not overflow")
  func pivots() throws {
    let swap = try factor(TestMatrix(rows: 2, columns: 2, [0, 1, 1, 0]))
    #expect(LinearAlgebra.logAbsDeterminant(swap) == LogDeterminant(sign: -1, logMagnitude: 0))
    let tiny = Double.leastNonzeroMagnitude
    let small = try factor(TestMatrix(rows: 2, columns: 2, [4 * tiny, 0, 2 * tiny, 1]))
    let x = try solving(TestMatrix(rows: 2, columns: 1, [4 * tiny, 1.5])) {
      try LinearAlgebra.luSolve(small, $0, columns: 1)
    }
    #expect(x.elements == [1, 1.5])
  }

  @Test("A singular matrix has determinant 0 and no solution")
  func singular() throws {
    let factors = try factor(TestMatrix(rows: 3, columns: 3, [1, 2, 3, 2, 4, 6, 1, 1, 1]))
    #expect(factors.zeroPivot == 2)
    #expect(
      LinearAlgebra.logAbsDeterminant(factors)
        == LogDeterminant(sign: 0, logMagnitude: -.infinity))
    #expect(throws: LinearAlgebraFailure.singular(pivot: 2)) {
      try LinearAlgebra.inverse(factors)
    }
    let zero = try factor(TestMatrix(rows: 1, columns: 1, [0]))
    #expect(zero.zeroPivot == 0)
  }

  @Test("Nan is not singular: it spreads")
  func nan() throws {
    let factors = try factor(TestMatrix(rows: 2, columns: 2, [0, 1, .nan, 1]))
    #expect(factors.zeroPivot == nil)
    #expect(LinearAlgebra.logAbsDeterminant(factors).logMagnitude.isNaN)
    #expect(LinearAlgebra.logAbsDeterminant(factors).sign.isNaN)
    #expect(try LinearAlgebra.inverse(factors).contains { $0.isNaN })
  }

  @Test("Nothing: the determinant of no rows is 1")
  func empty() throws {
    let factors = try factor(TestMatrix(rows: 0, columns: 0, []))
    #expect(LinearAlgebra.logAbsDeterminant(factors) == LogDeterminant(sign: 1, logMagnitude: 0))
    #expect(try LinearAlgebra.inverse(factors) == [])
    #expect(try cholesky(TestMatrix(rows: 0, columns: 0, [])).elements == [])
  }

  // MARK: Refinement

  @Test("A badly scaled system, and its transpose, that pivoting alone gets wrong")
  func refinement() throws {
    let a = TestMatrix(rows: 2, columns: 2, [1, 1e20, 1, 1])
    let factors = try factor(a)
    let b = TestMatrix(rows: 2, columns: 1, [1e20, 2])
    let plain = try solving(b) { try LinearAlgebra.luSolve(factors, $0, columns: 1) }
    #expect(plain.elements == [0, 1], "else this test shows nothing")
    try a.elements.withUnsafeBufferPointer { a in
      let refined = try solving(b) { try LinearAlgebra.solve(a, factors, $0, columns: 1) }
      #expect(refined.elements == [1, 1])
    }
  }

  @Test("Refined solutions have residuals of an ulp or so", arguments: [1, 4, 30])
  func refinedResiduals(order n: Int) throws {
    var a = TestMatrix(random: n, n, stream: UInt64(n))
    for i in 0..<n { for j in 0..<n { a[i, j] *= i % 2 == 0 ? 1e12 : 1e-12 } }
    let x = TestMatrix(random: n, 2, stream: 7)
    let factors = try factor(a)
    try a.elements.withUnsafeBufferPointer { elements in
      let solution = try solving(a * x) {
        try LinearAlgebra.solve(elements, factors, $0, columns: 2)
      }
      #expect(solution.distance(to: x) < 1e-13)
      let transposed = try solving(a.transposed * x) {
        try LinearAlgebra.solveTransposed(elements, factors, $0, columns: 2)
      }
      // The right-hand side goes up to 1e13.
      #expect((a.transposed * transposed).distance(to: a.transposed * x) < 0.05)
    }
  }

  @Test("Refinement neither makes nan of infinity nor hides a singular matrix")
  func refinementEdges() throws {
    let a = TestMatrix(rows: 2, columns: 2, [1e-200, 0, 0, 1])
    let factors = try factor(a)
    try a.elements.withUnsafeBufferPointer { elements in
      let x = try solving(TestMatrix(rows: 2, columns: 1, [1e200, -0.0])) {
        try LinearAlgebra.solve(elements, factors, $0, columns: 1)
      }
      #expect(x.elements == [.infinity, 0])
    }
    let singular = TestMatrix(rows: 1, columns: 1, [0])
    let zero = try factor(singular)
    #expect(throws: LinearAlgebraFailure.singular(pivot: 0)) {
      try singular.elements.withUnsafeBufferPointer { elements in
        _ = try solving(TestMatrix(rows: 1, columns: 1, [1])) {
          try LinearAlgebra.solve(elements, zero, $0, columns: 1)
        }
      }
    }
  }

  // MARK: Determinants

  @Test("Logarithms of determinants, where factors cancel and where the product would overflow")
  func determinants() {
    func of(_ diagonal: [Double]) -> LogDeterminant { LogDeterminant(diagonal: diagonal) }
    #expect(of([1e300, 1e-300]).logMagnitude.magnitude < 1e-15)
    #expect(of([-2, 3]) == LogDeterminant(sign: -1, logMagnitude: 1.791759469228055))
    // 1000 log 10 and 1000 log 1e-300, to 20 digits from mpmath.
    #expect(of(Array(repeating: 10, count: 1000)).logMagnitude == 2302.5850929940457)
    let small = of(Array(repeating: 1e-300, count: 1000)).logMagnitude
    #expect(abs(small / -690775.52789821370521 - 1) < 1e-15)
    #expect(of([1 + 0x1p-52]).logMagnitude == (0x1p-52).nextDown)
    #expect(of([1 - 0x1p-53]).logMagnitude == -0x1p-53)
    #expect(of([0.9999]).logMagnitude == -0.00010000500033334732)
    #expect(of([.leastNonzeroMagnitude]).logMagnitude == -744.4400719213812)
    #expect(of([.infinity, -1]) == LogDeterminant(sign: -1, logMagnitude: .infinity))
    #expect(of([.infinity, 0]).logMagnitude.isNaN)
  }

  // MARK: Cholesky

  @Test("The factor times its transpose", arguments: [1, 2, 5, 16, 33, 70])
  func choleskyFactors(order n: Int) throws {
    let root = TestMatrix(random: n, n + 3, stream: UInt64(n))
    var a = root * root.transposed
    let l = try cholesky(a)
    #expect((l * l.transposed).distance(to: a) < 1e-14 * Double(4 * n))
    for i in 0..<n {
      #expect(l[i, i] > 0)
      for j in (i + 1)..<max(n, i + 1) {
        #expect(l[i, j] == 0)
        a[i, j] = .nan
      }
    }
    #expect(try cholesky(a) == l, "the upper triangle is not read")
    let logDeterminant = l.elements.withUnsafeBufferPointer {
      LinearAlgebra.logDeterminant(choleskyFactor: $0, order: n)
    }
    let expected = LinearAlgebra.logAbsDeterminant(try factor(l * l.transposed)).logMagnitude
    #expect(abs(logDeterminant - expected) < 1e-10)
  }

  @Test("The pivot that is not positive is named")
  func notPositiveDefinite() throws {
    #expect(throws: LinearAlgebraFailure.notPositiveDefinite(pivot: 1)) {
      try cholesky(TestMatrix(rows: 2, columns: 2, [1, 2, 2, 1]))
    }
    #expect(throws: LinearAlgebraFailure.notPositiveDefinite(pivot: 0)) {
      try cholesky(TestMatrix(rows: 1, columns: 1, [-0.0]))
    }
    #expect(try cholesky(TestMatrix(rows: 1, columns: 1, [.nan])).elements[0].isNaN)
  }

  // MARK: Triangular systems

  @Test("Both triangles, both ways round; the other triangle is not read")
  func triangles() throws {
    let n = 13
    let b = TestMatrix(random: n, 5, stream: 50)
    var lower = TestMatrix(random: n, n, stream: 51)
    for k in 0..<n { lower[k, k] += lower[k, k] < 0 ? -4 : 4 }
    for i in 0..<n { for j in 0..<n where j > i { lower[i, j] = 0 } }
    let upper = lower.transposed
    var (noisyLower, noisyUpper) = (lower, upper)
    for i in 0..<n {
      for j in 0..<n where j > i {
        noisyLower[i, j] = .nan
        noisyUpper[j, i] = .nan
      }
    }
    try noisyLower.elements.withUnsafeBufferPointer { l in
      let x = try solving(b) { try LinearAlgebra.solveLower(l, order: n, $0, columns: 5) }
      #expect((lower * x).distance(to: b) < 1e-13)
      let y = try solving(b) { try LinearAlgebra.solveLowerTransposed(l, order: n, $0, columns: 5) }
      #expect((upper * y).distance(to: b) < 1e-13)
    }
    try noisyUpper.elements.withUnsafeBufferPointer { u in
      let x = try solving(b) { try LinearAlgebra.solveUpper(u, order: n, $0, columns: 5) }
      #expect((upper * x).distance(to: b) < 1e-13)
      let y = try solving(b) { try LinearAlgebra.solveUpperTransposed(u, order: n, $0, columns: 5) }
      #expect((lower * y).distance(to: b) < 1e-13)
    }
  }

  @Test("A zero on the diagonal is singular")
  func singularTriangle() {
    #expect(throws: LinearAlgebraFailure.singular(pivot: 1)) {
      try [1.0, 0, 1, 0].withUnsafeBufferPointer { l in
        _ = try solving(TestMatrix(rows: 2, columns: 1, [1, 1])) {
          try LinearAlgebra.solveLower(l, order: 2, $0, columns: 1)
        }
      }
    }
  }

  @Test("Each stops when asked")
  func stopping() throws {
    let n = 200
    let a = TestMatrix(random: n, n, stream: 1)
    let factors = try factor(a)
    #expect(throws: LinearAlgebraFailure.stopped) {
      try a.elements.withUnsafeBufferPointer { elements in
        try LinearAlgebra.luFactor(elements, order: n) { true }
      }
    }
    #expect(throws: LinearAlgebraFailure.stopped) {
      try LinearAlgebra.inverse(factors) { true }
    }
    #expect(throws: LinearAlgebraFailure.stopped) {
      try a.elements.withUnsafeBufferPointer { elements in
        _ = try solving(a) { try LinearAlgebra.solve(elements, factors, $0, columns: n) { true } }
      }
    }
    var dominant = a
    for k in 0..<n { dominant[k, k] = 1000 }
    #expect(throws: LinearAlgebraFailure.stopped) {
      try dominant.elements.withUnsafeBufferPointer { elements in
        try LinearAlgebra.choleskyFactor(elements, order: n) { true }
      }
    }
  }
}
