extension Evaluator {
  // MARK: Of functions

  /// The derivative of a function, as a function: a form applied to a value that is one.
  func derivative(
    _ form: DerivativeForm, of function: Function, _ rest: ArraySlice<Argument>, _ id: NodeID,
    _ env: Environment
  ) throws -> Value {
    var order = 1
    if let second = rest.first {
      guard form == .repeated else { throw EvaluationProblem.needsExpression("grad") }
      order = try checkedOrder(second.value.wholeNumber(.order))
    }
    return .function(.derivative(FunctionDerivative(form: form, base: function, order: order)))
  }

  /// Calls a function that is the derivative of another by its first argument.
  func apply(
    _ derivative: FunctionDerivative, _ arguments: [Argument], _ id: NodeID, _ env: Environment
  ) throws -> Value {
    guard let first = arguments.first, first.label == .none else {
      throw error(.missingArgument("the derivative", "x"), id, env)
    }
    guard first.value.isNumeric else {
      throw error(.derivativeByKind("grad", "the argument", first.value.kindDescription), id, env)
    }
    func base(_ x: Value) throws -> Value {
      var inner = arguments
      inner[0] = Argument(label: .none, value: x)
      return try apply(derivative.base, inner, id, env)
    }
    let x = first.value
    return try locating(id, env) {
      switch derivative.form {
      case .gradient, .jacobian:
        let (value, result) = try self.derivative(at: [x]) { try base($0[0]) }
        try require(value, for: derivative.form, id, env)
        return try parts(result, [x.shape], of: value.shape)[0]
      case .hessian:
        let (_, result) = try self.derivative(at: [x]) { outer in
          let (value, gradient) = try self.derivative(at: outer) { try base($0[0]) }
          try requireNumber(value, "hess", id, env)
          return gradient
        }
        return try result.movingFirstAxisLast().reshaped(x.shape + x.shape)
      case .repeated:
        guard x.shape.isEmpty else { throw EvaluationProblem.diffNeedsNumber("the argument") }
        return try nthDerivative(at: x, order: derivative.order, base)
      case .slopes:
        return try slopes([x], id, env) { try base($0[0]) }
      default: throw EvaluationProblem.needsExpression("this form")
      }
    }
  }
}
