/// A value of the language.
///
/// Numbers and arrays carry no derivative. A dual adds one level of differentiation to a value of
/// lower levels; a series adds a truncated Taylor expansion. Everything else is constant.
enum Value: @unchecked Sendable {
  case number(Double)
  case truth(Bool)
  case tensor(Tensor)
  /// The commonest dual by far, one number with one direction, without an allocation: 3 times
  /// faster for scalar losses than a boxed `Dual`.
  case scalarDual(ScalarDual)
  case dual(Dual)
  case series(Series)
  /// What is not known yet, while an expression is compiled.
  case traced(TracedValue)
  /// Within the computation of a bound only: a value and how far its smooth counterpart lies from it.
  case enclosed(Enclosure)
  case text(String)
  case texts(TextArray)
  case function(Function)
  case record(Record)
}

/// A number with its derivative in one direction.
struct ScalarDual {
  let level: Int
  let primal: Double
  let tangent: Double
}

/// A value with its derivative in one or several directions.
///
/// `level` tells the derivatives of nested evaluations apart: an operation works on the highest
/// level among its operands and takes all lower ones as constants. The tangent has the primal's
/// shape; its lanes are the primal's and, where there are several directions, one more. Primal and
/// tangent may themselves be of lower levels.
final class Dual: @unchecked Sendable {
  let level: Int
  let primal: Value
  let tangent: Value

  init(level: Int, primal: Value, tangent: Value) {
    self.level = level
    self.primal = primal
    self.tangent = tangent
  }
}

/// Texts in order: a text column of a data set.
final class TextArray: Sendable {
  let elements: [String]
  private let room: DrawnElements

  init(_ elements: [String], account: MemoryAccount) throws(EvaluationProblem) {
    room = try DrawnElements(bytes: elements.byteCount, account: account)
    self.elements = elements
  }
}

extension [String] {
  /// About how many bytes texts take: short ones lie in the array itself, others have 32 bytes more.
  var byteCount: Int {
    reduce(count * MemoryLayout<String>.stride) {
      $0 + ($1.utf8.count > 15 ? $1.utf8.count + 32 : 0)
    }
  }
}

/// Named values in order.
final class Record: Sendable {
  let names: [String]
  let values: [Value]
  /// How many records lie inside one another, this one included: it is released by recursion.
  let depth: Int
  /// How many fields it has with all records in it, each as often as it stands there: what is shown.
  let fieldCount: Int

  init(names: [String], values: [Value]) {
    self.names = names
    self.values = values
    var depth = 1
    var fieldCount = values.count
    for case .record(let inner) in values {
      depth = max(depth, inner.depth + 1)
      fieldCount = fieldCount.addingReportingOverflow(inner.fieldCount).partialValue
    }
    self.depth = depth
    self.fieldCount = fieldCount
  }

  static let depthLimit = 100
  static let fieldLimit = 1 << 16

  subscript(name: String) -> Value? {
    names.firstIndex(of: name).map { values[$0] }
  }
}

extension Value {
  /// The level of the outermost layer: 0 for plain values.
  var level: Int {
    switch self {
    case .scalarDual(let dual): dual.level
    case .dual(let dual): dual.level
    case .series(let series): series.level
    // Not a plain value: primitives leave their fast paths and meet the rule for enclosures.
    case .enclosed: 1
    default: 0
    }
  }

  /// Whether this is a number, a truth value, an array or one of these with derivatives.
  var isNumeric: Bool {
    switch self {
    case .number, .truth, .tensor, .scalarDual, .dual, .series, .traced, .enclosed: true
    case .text, .texts, .function, .record: false
    }
  }

  /// The value with every derivative taken off. (An enclosure is none: it stays.)
  var plain: Value {
    switch self {
    case .scalarDual(let dual): return .number(dual.primal)
    case .dual(let dual): return dual.primal.plain
    case .series(let series): return series.constantTerm.plain
    default: return self
    }
  }

  /// The same derivatives on another plain value: an equal one, but for the sign of a zero, so that
  /// a value never depends on being differentiated.
  func replacingPlain(with plain: Value) throws -> Value {
    switch self {
    case .scalarDual(let dual):
      .dual(level: dual.level, primal: plain, tangent: .number(dual.tangent))
    case .dual(let dual):
      .dual(
        level: dual.level, primal: try dual.primal.replacingPlain(with: plain),
        tangent: dual.tangent)
    case .series: self
    default: plain
    }
  }

  /// The shape without lanes; empty for a number.
  var shape: [Int] {
    switch self {
    case .tensor(let tensor): tensor.shape
    case .dual(let dual): dual.primal.shape
    case .series(let series): series.constantTerm.shape
    case .traced(let traced): traced.shape
    case .enclosed(let enclosure): enclosure.center.shape
    case .texts(let texts): [texts.elements.count]
    default: []
    }
  }

  /// The lanes of the primal.
  var lanes: [Lane] {
    switch self {
    case .tensor(let tensor): tensor.lanes
    case .dual(let dual): dual.primal.lanes
    case .series(let series): series.constantTerm.lanes
    case .traced(let traced): traced.lanes
    case .enclosed(let enclosure): enclosure.center.lanes
    default: []
    }
  }

  /// The account that the value's arrays were drawn from, if there is one.
  var account: MemoryAccount? {
    switch self {
    case .tensor(let tensor): tensor.account
    case .dual(let dual): dual.primal.account ?? dual.tangent.account
    case .series(let series): series.constantTerm.account
    case .traced(let traced): traced.graph.account
    case .enclosed(let enclosure): enclosure.center.account
    default: nil
    }
  }

  /// The value for an evaluation with its own account: what is computed from the data of a model
  /// belongs to the call that computes it, with its limit and its request to stop.
  @inline(__always)
  func used(by account: MemoryAccount) -> Value {
    switch self {
    case .tensor(let tensor) where tensor.account !== account:
      .tensor(
        Tensor(sharing: tensor, lanes: tensor.lanes, shape: tensor.shape, account: account))
    case .record(let record)
    where record.values.contains { $0.account.map { $0 !== account } ?? false }:
      .record(Record(names: record.names, values: record.values.map { $0.used(by: account) }))
    default: self
    }
  }

  /// A dual, in its unboxed form where it has one.
  static func dual(level: Int, primal: Value, tangent: Value?) -> Value {
    guard let tangent else { return primal }
    if case .number(let p) = primal, case .number(let t) = tangent {
      return .scalarDual(ScalarDual(level: level, primal: p, tangent: t))
    }
    return .dual(Dual(level: level, primal: primal, tangent: tangent))
  }

  /// The value's layer at a level: the primal and, where the value has derivatives of that level,
  /// the tangent.
  @inline(__always)
  func split(at level: Int) -> (primal: Value, tangent: Value?) {
    switch self {
    case .scalarDual(let dual) where dual.level == level:
      (.number(dual.primal), .number(dual.tangent))
    case .dual(let dual) where dual.level == level: (dual.primal, dual.tangent)
    default: (self, nil)
    }
  }
}
