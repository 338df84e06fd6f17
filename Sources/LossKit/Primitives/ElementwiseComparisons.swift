// Questions about two numbers, as elementwise functions: 1 where they hold. They are by value alone.

/// A function of two numbers that is applied to plain values only.
protocol ElementwisePlain: ElementwiseBinary {}

extension ElementwisePlain {
  static func tangent<N: Arithmetic>(_ ta: N?, _ tb: N?, _ a: N, _ b: N, _ y: N) -> N? { nil }
}

protocol ElementwiseQuestion: ElementwisePlain {
  static func holds(_ a: Double, _ b: Double) -> Bool
}

extension ElementwiseQuestion {
  @inline(__always)
  static func value(_ a: Double, _ b: Double) -> Double { holds(a, b) ? 1 : 0 }
}

extension Value {
  /// The answers to a question about two values, known or not, with broadcasting: a mask.
  static func answer<Q: ElementwiseQuestion>(_ question: Q.Type, _ a: Value, _ b: Value) throws
    -> Value
  {
    if let graph = a.graph ?? b.graph { return try graph.recordedMask(question, a, b) }
    return try mapped(a, b, content: .truths) { Q.value($0, $1) }
  }
}

enum IsLess: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a < b }
}

enum IsLessOrEqual: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a <= b }
}

enum IsGreater: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a > b }
}

enum IsGreaterOrEqual: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a >= b }
}

enum IsEqual: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a == b }
}

enum IsNotEqual: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a != b }
}

/// Within the tolerance of `~=`.
enum IsClose: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { Evaluator.isClose(a, b) }
}

/// Of two truth values.
enum BothHold: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a != 0 && b != 0 }
}

/// Of two truth values.
enum EitherHolds: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a != 0 || b != 0 }
}

/// Whether a maximum takes its first operand; a nan is taken first.
enum IsNotSmaller: ElementwiseQuestion {
  static func holds(_ a: Double, _ b: Double) -> Bool { a >= b || a.isNaN }
}

/// The larger of two; nan wins.
enum Larger: ElementwisePlain {
  static func value(_ a: Double, _ b: Double) -> Double {
    // Of two zeros the positive one, if there is one.
    a > b || a.isNaN ? a : a == b ? (a == 0 ? a + b : a) : b
  }
}

/// The smaller of two; nan wins.
enum Smaller: ElementwisePlain {
  static func value(_ a: Double, _ b: Double) -> Double {
    a < b || a.isNaN || (a == b && a.sign == .minus) ? a : b
  }
}

/// The magnitude of a plain value.
enum Magnitude: ElementwiseUnary {
  @inline(__always)
  static func value(_ x: Double) -> Double { x.magnitude }
  /// Never asked for: a magnitude of something with derivatives is a choice.
  static func slope<N: Arithmetic>(_ x: N, _ y: N) -> N { .constant(.nan) }
}
