extension Evaluator {
  /// From so many directions on a derivative is compiled: the reverse sweep of a program costs as
  /// much as a few directions, and compiling it about as much as some more.
  static let compiledDirections = 32

  /// The derivative of a number by many elements through a program; `nil` where there is none, or
  /// where the point lies at a corner or has a result that is not finite.
  ///
  /// The value is the interpreter's, so that it does not depend on whether it is differentiated.
  func compiledDerivative(
    at values: [Value], _ total: Int, _ function: ([Value]) throws -> Value
  ) throws -> (value: Value, derivative: Value)? {
    guard canCompile(values, total) else { return nil }
    return try tracing {
      let compiled = CompiledLoss.compile(
        shapes: values.map(\.shape), gradientBy: Array(values.indices), self, function)
      guard let program = compiled?.gradient else { return nil }
      return try account.holding(total + program.workspaceSize) {
        let point = try Evaluator.joined(values, total, account)
        let gradient = try Tensor(shape: [total], account: account)
        guard Evaluator.run(program, at: point, gradient) else { return nil }
        return (try function(values), .tensor(gradient))
      }
    }
  }

  /// The Hessian of a number by all elements of some arrays; `nil` as for a derivative.
  func compiledHessian(at values: [Value], _ function: ([Value]) throws -> Value) throws -> Value? {
    let total = values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let (count, overflow) = total.multipliedReportingOverflow(by: total)
    guard canCompile(values, total), !overflow else { return nil }
    return try tracing {
      let hessian = CompiledHessian.compile(
        shapes: values.map(\.shape), gradientBy: Array(values.indices), self, function)
      guard let hessian else { return nil }
      return try account.holding(total + hessian.program.workspaceSize) {
        let point = try Evaluator.joined(values, total, account)
        let result = try Tensor(shape: [total, total], account: account)
        var work = Workspace(size: 0, parallelism: 1)
        var rows = MutableSpan(_unsafeStart: result.start, count: count)
        let stands = work.run(
          hessian, at: Span(_unsafeStart: point.start, count: total), into: &rows)
        return stands ? .tensor(result) : nil
      }
    }
  }

  // MARK: To be run often

  /// The programs of a number by all elements of some arrays; `nil` where no program follows it.
  func compiledLoss(_ shapes: [[Int]], _ function: ([Value]) throws -> Value) -> CompiledLoss? {
    guard compilesDerivatives, graph == nil else { return nil }
    return tracing {
      CompiledLoss.compile(
        shapes: shapes, gradientBy: Array(shapes.indices), self, function)
    }
  }

  /// The program of the Hessian of a number by all elements of some arrays.
  func compiledHessian(_ shapes: [[Int]], _ function: ([Value]) throws -> Value)
    -> CompiledHessian?
  {
    guard compilesDerivatives, graph == nil else { return nil }
    return tracing {
      CompiledHessian.compile(
        shapes: shapes, gradientBy: Array(shapes.indices), self, function)
    }
  }

  private func canCompile(_ values: [Value], _ total: Int) -> Bool {
    compilesDerivatives && total >= Evaluator.compiledDirections && derivativeLevel == 0
      && graph == nil && openLanes == 0 && seriesDepth == 0 && provenance == nil
      && values.allSatisfy { $0.level == 0 && $0.lanes.isEmpty }
  }

  /// Leaves no trace of an expression that is evaluated to compile it.
  private func tracing<Result>(_ body: () throws -> Result) rethrows -> Result {
    // What does not go in lanes while it is traced may well do so otherwise.
    let loops = loopsOnly
    let mark = corners.markNotes()
    defer {
      loopsOnly = loops
      corners.rewind(to: mark)
    }
    return try body()
  }

  /// The elements of several arrays, one after another.
  private static func joined(_ values: [Value], _ total: Int, _ account: MemoryAccount) throws
    -> Tensor
  {
    let point = try Tensor(shape: [total], account: account)
    var offset = 0
    for value in values {
      if case .tensor(let tensor) = value {
        (point.start + offset).update(from: tensor.start, count: tensor.count)
        offset += tensor.count
      } else {
        point.start[offset] = try value.numberOrThrow()
        offset += 1
      }
    }
    return point
  }

  private static func run(_ program: Program, at point: Tensor, _ gradient: Tensor) -> Bool {
    let work = Workspace(
      size: program.workspaceSize, parallelism: 1, stop: point.account.stop)
    var result = MutableSpan(_unsafeStart: gradient.start, count: gradient.count)
    return work.run(
      program, at: Span(_unsafeStart: point.start, count: point.count), gradient: &result) != nil
  }
}
