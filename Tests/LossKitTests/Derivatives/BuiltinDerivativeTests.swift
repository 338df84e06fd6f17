import Testing

@testable import LossKit

/// What every differentiable built-in function has to do, made from the table of built-ins.
@Suite struct BuiltinDerivativeTests {
  /// Printed with every failure.
  private static let seed: UInt64 = 20_261
  private static let points = 3

  private func sessions(_ form: BuiltinForm) throws -> [(point: [Double], test: TestSession)] {
    try form.points(Self.points, seed: Self.seed).map { point in
      (
        point,
        try TestSession(
          """
          param v = \(literal(point))
          let f(v) = \(form.expression)
          data y = f(v)
          data w = cos(\(literal(try Array(0..<size(form, at: point)).map(Double.init))))
          let g(v) = dot(reshape(f(v), -1), w)
          """)
      )
    }
  }

  /// The number of elements of a form's value.
  private func size(_ form: BuiltinForm, at point: [Double]) throws -> Int {
    try TestSession("let f(v) = \(form.expression)").numbers("f(\(literal(point)))").count
  }

  /// The derivative by each element, by differences of order 8 in steps of 2^-7: the truncation is
  /// below 1e-14 of the ninth derivative, the rounding near 1e-14 of the value.
  private func differences(
    _ point: [Double], _ function: ([[Double]]) throws -> [[Double]]
  ) throws -> [[Double]] {
    let h = 0x1p-7
    let weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280]
    return try point.indices.map { i in
      var places: [[Double]] = []
      for step in 1...4 {
        for sign in [1.0, -1] {
          var place = point
          place[i] += sign * Double(step) * h
          places.append(place)
        }
      }
      let values = try function(places)
      return values[0].indices.map { j in
        weights.enumerated().reduce(0) { sum, term in
          sum + term.element * (values[2 * term.offset][j] - values[2 * term.offset + 1][j])
        } / h
      }
    }
  }

  private func expect(
    _ found: [Double], _ expected: [Double], within tolerance: Double, _ what: String,
    _ point: [Double]
  ) {
    let scale = expected.reduce(1) { max($0, abs($1)) }
    #expect(!found.contains { $0.isNaN }, "\(what) at \(point)")
    #expect(
      distance(found, expected) <= tolerance * scale,
      "\(what) at \(point), seed \(Self.seed): \(found), not \(expected)")
  }

  private func transposed(_ rows: [[Double]]) -> [Double] {
    (rows.first?.indices ?? 0..<0).flatMap { j in rows.map { $0[j] } }
  }

  @Test(arguments: BuiltinForm.all)
  func jacobianAgreesWithDifferences(_ form: BuiltinForm) throws {
    if form.expression.contains("stop") || form.expression.contains("%") { return }
    for (point, test) in try sessions(form) {
      let rows = try differences(point) { places in
        try places.map { try test.numbers("f(\(literal($0)))") }
      }
      expect(
        try test.numbers("jac(f(v), v)"), transposed(rows), within: 1e-10,
        "jac of \(form.expression)",
        point)
    }
  }

  @Test(arguments: BuiltinForm.all)
  func hessianAgreesWithDifferences(_ form: BuiltinForm) throws {
    if form.expression.contains("stop") || form.expression.contains("%") { return }
    for (point, test) in try sessions(form) {
      let rows = try differences(point) { places in
        try places.map { try test.numbers("grad(g)(\(literal($0)))") }
      }
      let hessian = try test.numbers("hess(g(v), v)")
      expect(hessian, transposed(rows), within: 1e-9, "hess of \(form.expression)", point)
      for other in ["jac(grad(g(v), v), v)", "hess(g)(v)", "hess(g(v)).v.v", "jac(grad(g))(v)"] {
        expect(
          try test.numbers(other), hessian, within: 1e-13, "\(other), \(form.expression)", point)
      }
    }
  }

  @Test(arguments: BuiltinForm.all)
  func productsAgreeWithTheJacobian(_ form: BuiltinForm) throws {
    for (point, test) in try sessions(form) {
      let direction = point.indices.map { Double($0 * 3 % 5) - 1.5 }
      let jacobian = try test.numbers("jac(f(v), v)")
      let n = point.count
      let along = stride(from: 0, to: jacobian.count, by: n).map { row in
        (0..<n).reduce(0) { $0 + jacobian[row + $1] * direction[$1] }
      }
      expect(
        try test.numbers("jvp(f(v), v, \(literal(direction)))"), along, within: 1e-13,
        "jvp of \(form.expression)", point)
      let weights = along.indices.map { Double($0 * 2 % 7) - 2.5 }
      let back = (0..<n).map { column in
        along.indices.reduce(0) { $0 + jacobian[$1 * n + column] * weights[$1] }
      }
      expect(
        try test.numbers("vjp(f(v), v, reshape(\(literal(weights)), shape(y)))"), back,
        within: 1e-13, "vjp of \(form.expression)", point)
      expect(
        try test.numbers("hvp(g(v), v, \(literal(direction)))"),
        try test.numbers("hess(g(v), v) @ \(literal(direction))"), within: 1e-13,
        "hvp of \(form.expression)", point)
    }
  }

  @Test(arguments: BuiltinForm.all)
  func seriesAgreeWithNestedDerivatives(_ form: BuiltinForm) throws {
    for (point, test) in try sessions(form) {
      let direction = literal(point.indices.map { Double($0 * 3 % 5) / 2 - 0.75 })
      try test.run("let line(t) = g(\(literal(point)) + t * \(direction))")
      var nested = "line"
      for order in 1...3 {
        nested = "grad(\(nested))"
        let expected = try test.numbers("\(nested)(0)")
        let scale = max(1, abs(expected[0]))
        expect(
          try test.numbers("diff(line, \(order))(0)").map { $0 / scale },
          expected.map { $0 / scale }, within: 1e-11, "order \(order) of \(form.expression)", point)
      }
    }
  }

  @Test(arguments: BuiltinForm.all)
  func lanesAgreeWithSingleElements(_ form: BuiltinForm) throws {
    let points = form.points(5, seed: Self.seed)
    let test = try TestSession(
      "let f(v) = \(form.expression); data P = [\(points.map(literal).joined(separator: ", "))]")
    // How many elements a mask keeps may differ from lane to lane: an error in both forms.
    if form.expression.contains("> 0") { return }
    for e in ["f(p)", "jac(f)(p)", "{ let d = p; jvp(f(d), d, p) }"] {
      let lanes = try test.numbers("[\(e) for p in P]")
      let single = try points.flatMap { try test.numbers("{ let p = \(literal($0)); \(e) }") }
      #expect(lanes == single, "\(form.expression), \(e): \(lanes), not \(single)")
    }
  }

  /// A value does not depend on its being differentiated, to the last bit.
  @Test(arguments: BuiltinForm.all)
  func dualsHaveTheSameValue(_ form: BuiltinForm) throws {
    for (point, test) in try sessions(form) {
      let kept = try test.numbers("grad(v[0] * (if all(f(v) == y) then 1 else 0), v)")
      #expect(kept[0] == 1, "\(form.expression) at \(point)")
      let nested = try test.numbers("hess(v[0]^2 / 2 * (if all(f(v) == y) then 1 else 0), v)")
      #expect(nested[0] == 1, "\(form.expression) at \(point)")
      let series = try test.number(
        "diff(t -> t * (if all(f(v + 0 * t) == y) then 1 else 0), 1)(0.5)")
      #expect(series == 1, "\(form.expression) at \(point)")
    }
  }

  @Test func elementwiseFunctionsGoElementByElement() throws {
    var count = 0
    for builtin in Builtins.all where builtin.topic == .elementwise {
      guard case .numbers(let intervals) = builtin.samples, intervals.count == 1 else { continue }
      count += 1
      let points = BuiltinForm(expression: "", intervals: Array(repeating: intervals[0], count: 9))
        .points(1, seed: Self.seed)[0]
      let test = try TestSession("param v = \(literal(points))")
      let name = builtin.name
      let whole = try test.numbers("\(name)(v)")
      #expect(try test.numbers("[\(name)(x) for x in v]") == whole, "\(name)")
      let single = try points.map { try test.number("\(name)(\(literal($0)))") }
      #expect(single == whole, "\(name)")
      #expect(try test.numbers("\(name)(reshape(v, 3, 3))") == whole, "\(name)")
    }
    #expect(count >= 20)
  }
}
