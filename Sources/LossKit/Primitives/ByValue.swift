extension Value {
  /// An elementwise function by value alone: it has no derivative.
  ///
  /// - Parameter name: another for each function, by which a compiled program tells it from others;
  ///   numbers that the function depends on belong to it.
  static func byValue(
    _ name: String, _ x: Value, content: Tensor.Content = .numbers,
    _ function: @escaping @Sendable (Double) -> Double
  ) throws -> Value {
    let x = x.plain
    if case .traced(let traced) = x {
      return try traced.graph.recorded(
        MapFunction(name, function), traced, isMask: content == .truths)
    }
    return try .mapped(x, .number(0), content: content) { x, _ in function(x) }
  }

  /// The same of two values, with broadcasting.
  static func byValue(
    _ name: String, _ a: Value, _ b: Value, content: Tensor.Content = .numbers,
    _ function: @escaping @Sendable (Double, Double) -> Double
  ) throws -> Value {
    let (a, b) = (a.plain, b.plain)
    if let graph = a.graph ?? b.graph {
      return try graph.recorded(ZipFunction(name, function), a, b, isMask: content == .truths)
    }
    return try .mapped(a, b, content: content, function)
  }

  /// The mask of the places where a question is answered by yes.
  static func whether(
    _ name: String, _ x: Value, _ question: @escaping @Sendable (Double) -> Bool
  ) throws -> Value {
    try byValue(name, x, content: .truths) { question($0) ? 1 : 0 }
  }
}
