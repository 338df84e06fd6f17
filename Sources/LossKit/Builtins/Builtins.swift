/// The table of built-in functions.
enum Builtins {
  static let all: [Builtin] =
    constants + hardAndSmooth + elementwise + elementwiseOfTwo + reductions + arrays + orders
    + linearAlgebra + random + functions + data + derivatives + smoothing

  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

  static func named(_ name: String) -> Builtin? { byName[name] }

  /// The entries by the index of their symbol in a table of names.
  static func bySymbol(_ symbols: SymbolTable) -> [Builtin?] {
    var result: [Builtin?] = []
    for builtin in all {
      let index = Int(symbols.intern(builtin.name).index)
      if index >= result.count {
        result.append(contentsOf: repeatElement(nil, count: index + 1 - result.count))
      }
      result[index] = builtin
    }
    return result
  }

  static let constants: [Builtin] = [
    Builtin(
      "pi", "", .constants, "The ratio of a circle's circumference to its diameter; also π.",
      .constant(.pi)),
    Builtin("inf", "", .constants, "Infinity; also ∞.", .constant(.infinity)),
    Builtin("nan", "", .constants, "Not a number.", .constant(.nan)),
  ]
}

// MARK: - Making entries

extension Builtin {
  /// An elementwise function of one argument.
  static func elementwise<O: ElementwiseUnary>(
    _ name: String, _ operation: O.Type, _ summary: String, formula: String? = nil,
    derivative: String, example: String? = nil, edges: [String] = [],
    samples: ClosedRange<Double>, notation: Notation = .standard
  ) -> Builtin {
    Builtin(
      name, "x", .elementwise, summary, formula: formula,
      derivative: .elementwise(["x": derivative]), example: example, edges: edges,
      samples: .numbers([samples]), notation: notation, .unary { try .apply(O.self, $0) })
  }

  /// An elementwise function that is constant between its jumps: no derivative.
  static func piecewiseConstant(
    _ name: String, _ topic: Topic, _ summary: String, example: String? = nil,
    smooth: SmoothCounterpart = .refused, notation: Notation = .standard,
    _ function: @escaping @Sendable (Double) -> Double
  ) -> Builtin {
    Builtin(
      name, "x", topic, summary, example: example, smooth: smooth, isWithoutDerivative: true,
      notation: notation,
      .unary { x in
        guard x.isNumeric else { throw EvaluationProblem.notANumber(x.kindDescription) }
        return try .byValue(name, x, function)
      })
  }

  /// An elementwise function of two arguments.
  static func elementwise<O: ElementwiseBinary>(
    _ name: String, _ signature: String, _ operation: O.Type, _ summary: String,
    formula: String? = nil, derivative: KeyValuePairs<String, String>, example: String? = nil,
    edges: [String] = [], samples: [ClosedRange<Double>], notation: Notation = .standard
  ) -> Builtin {
    Builtin(
      name, signature, .elementwise, summary, formula: formula,
      derivative: .elementwise(derivative), example: example, edges: edges,
      samples: .numbers(samples), notation: notation,
      .general { a, _ in try .apply(O.self, a[0], a[1]) })
  }
}

extension BoundArguments {
  /// An optional argument that must be one number known now: an axis, a size.
  func wholeNumber(_ position: Int, _ use: WholeNumberUse) throws -> Int? {
    try optional(position).map { try $0.wholeNumber(use) }
  }

  /// An option that is a truth value.
  func truth(_ position: Int, _ name: String, _ function: String) throws -> Bool {
    guard let value = optional(position) else { return false }
    guard case .truth(let truth) = value else {
      throw EvaluationProblem.argumentKind("\(name) of \(function)", value.kindDescription)
    }
    return truth
  }

  func text(_ position: Int, _ function: String) throws -> String {
    guard case .text(let text) = self[position] else {
      throw EvaluationProblem.needsText(function, self[position].kindDescription)
    }
    return text
  }

  func function(_ position: Int, _ name: String) throws -> Function {
    guard case .function(let function) = self[position] else {
      throw EvaluationProblem.needsFunction(name, self[position].kindDescription)
    }
    return function
  }
}

// MARK: - Axes

extension Value {
  /// A place of an axis, counted from the end where negative.
  func axis(_ axis: Int) throws -> Int {
    let rank = shape.count
    guard axis >= -rank, axis < rank else {
      throw EvaluationProblem.axisOutOfRange(axis, shape)
    }
    return axis < 0 ? axis + rank : axis
  }

  private func numericArray() throws -> Value {
    guard isNumeric else { throw EvaluationProblem.notANumber(kindDescription) }
    return shape.isEmpty ? try reshaped([1]) : self
  }

  /// Reduces all elements, or those along one axis, by a function of rows.
  func reduced(
    _ arguments: BoundArguments, axis position: Int, keep keepPosition: Int, _ name: String,
    _ function: (Value) throws -> Value
  ) throws -> Value {
    let array = try numericArray()
    let keep = try arguments.truth(keepPosition, "keep", name)
    guard let given = try arguments.wholeNumber(position, .axis) else {
      let result = try function(array.reshaped([array.shape.reduce(1, *)]))
      return keep ? try result.reshaped(array.shape.map { _ in 1 }) : result
    }
    let axis = try array.axis(given)
    let result = try function(array.movingAxisLast(axis))
    guard keep else { return result }
    var shape = array.shape
    shape[axis] = 1
    return try result.reshaped(shape)
  }

  /// Applies a function of rows along the last axis, or along one that is named.
  func mappedRows(
    _ arguments: BoundArguments, axis position: Int, _ function: (Value) throws -> Value
  ) throws -> Value {
    let array = try numericArray()
    let axis = try array.axis(try arguments.wholeNumber(position, .axis) ?? -1)
    let result = try function(array.movingAxisLast(axis)).movingLastAxis(to: axis)
    return shape.isEmpty ? try result.reshaped([]) : result
  }
}
