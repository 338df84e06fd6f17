/// A built-in function: one entry of the table that help, completion, the guide and the generated
/// tests read.
final class Builtin: Sendable {
  /// The heading under which help lists a function.
  enum Topic: String, CaseIterable, Sendable {
    case hardAndSmooth = "the hard and the smooth"
    case elementwise
    case reductions
    case arrays
    case linearAlgebra = "linear algebra"
    case random = "random, repeatable"
    case functions
    case data
    case derivatives
    case smoothing
    case constants
  }

  struct Parameter: Sendable {
    enum Kind: Sendable {
      case required
      /// May be left out; the text says what stands for it then.
      case optional(String)
      /// Goes by name only.
      case option(String)
      /// Any number of further arguments.
      case rest
    }
    let name: String
    let kind: Kind
    /// Whether it is an index, an axis, a size or a seed: what decides which elements there are is
    /// not smoothed.
    let isPlace: Bool
  }

  enum Implementation: Sendable {
    /// A function of one value, which every call with one argument reaches without a list.
    case unary(@Sendable (Value) throws -> Value)
    case general(@Sendable (BoundArguments, CallContext) throws -> Value)
    /// A function of several values whose call with the first alone is as common as `unary`.
    case unaryOrGeneral(
      @Sendable (Value) throws -> Value, @Sendable (BoundArguments, CallContext) throws -> Value)
    /// Calls functions that it is given.
    case higherOrder(@Sendable (BoundArguments, Caller) throws -> Value)
    /// Takes its first argument as an expression.
    case special(DerivativeForm)
    /// Evaluates its first argument in another frame.
    case frame(FrameForm)
    case constant(Double)
    /// Parsed and known, but part of a later version.
    case later(String)
  }

  /// What the function becomes inside `smooth`.
  enum SmoothCounterpart: Sendable {
    case unchanged
    /// The smooth function that it tends to, as an expression of its parameters and of `k`, and what
    /// it answers with.
    case twin(String, @Sendable (BoundArguments, CallContext, Smoothing) throws -> Value)
    /// Has none: an error that names it.
    case refused
  }

  /// What a reduction does with the elements that a filter drops, where it is not known yet which.
  enum Filtering: Sendable {
    /// The reduction takes no filter of that kind.
    case none
    /// A number takes their place that changes nothing: 0 in a sum.
    case neutral(Double)
    /// A sum, in which they count 0, over the number of those that are left.
    case mean
  }

  /// Where generated tests draw arguments.
  enum Samples: Sendable {
    /// Numbers, one interval for each argument.
    case numbers([ClosedRange<Double>])
    /// One vector with entries in an interval.
    case vector(ClosedRange<Double>)
    /// Tested by hand.
    case none
  }

  let name: String
  let topic: Topic
  let parameters: [Parameter]
  let summary: String
  let formula: String?
  let derivative: BuiltinDerivative?
  let example: String?
  /// Calls at the limits of the function, which help runs and shows: where it is infinite or nan, its
  /// slopes at a corner.
  let edges: [String]
  let implementation: Implementation
  let smooth: SmoothCounterpart
  let samples: Samples
  /// Whether the result is constant wherever it is differentiable.
  let isWithoutDerivative: Bool
  let filtering: Filtering
  /// How calls are typeset.
  let notation: Notation

  init(
    _ name: String, _ signature: String, _ topic: Topic, _ summary: String, formula: String? = nil,
    derivative: BuiltinDerivative? = nil, example: String? = nil, edges: [String] = [],
    smooth: SmoothCounterpart = .unchanged, samples: Samples = .none,
    isWithoutDerivative: Bool = false, filtering: Filtering = .none,
    notation: Notation = .standard, _ implementation: Implementation
  ) {
    self.name = name
    self.topic = topic
    self.summary = summary
    self.formula = formula
    self.derivative = derivative
    self.example = example
    self.edges = edges
    self.implementation = implementation
    self.smooth = smooth
    self.samples = samples
    self.isWithoutDerivative = isWithoutDerivative
    self.filtering = filtering
    self.notation = notation
    parameters = Builtin.parameters(of: signature)
  }

  /// Reads a signature: `v, *, k = 1` has an option k, `shape...` takes any number of arguments, and
  /// `#n` is an index, a size or the like.
  private static func parameters(of signature: String) -> [Parameter] {
    var parameters: [Parameter] = []
    var isOption = false
    for part in signature.split(separator: ",") {
      let marked = part.trimmingSpaces
      let isPlace = marked.hasPrefix("#")
      let text = String(marked.dropFirst(isPlace ? 1 : 0))
      func append(_ name: String, _ kind: Parameter.Kind) {
        parameters.append(Parameter(name: name, kind: kind, isPlace: isPlace))
      }
      if text == "*" {
        isOption = true
      } else if text.hasSuffix("...") {
        append(String(text.dropLast(3)), .rest)
      } else if let equals = text.firstIndex(of: "=") {
        let name = text[..<equals].trimmingSpaces
        let value = text[text.index(after: equals)...].trimmingSpaces
        append(name, isOption ? .option(value) : .optional(value))
      } else {
        append(text, .required)
      }
    }
    return parameters
  }

  /// The parameter that each argument of a call goes to, by the names before the arguments; `nil` for
  /// one that fits none, which `bind` refuses.
  func parameters(labelled labels: [String?]) -> [Parameter?] {
    var next = 0
    return labels.map { label in
      if let label { return parameters.first { $0.name == label && !$0.isRest } }
      while next < parameters.count, parameters[next].isOption { next += 1 }
      guard next < parameters.count else { return nil }
      defer { if !parameters[next].isRest { next += 1 } }
      return parameters[next]
    }
  }

  /// Whether the function is another one inside `smooth`.
  var hasSmoothTwin: Bool {
    if case .twin = smooth { true } else { false }
  }

  /// The call as help shows it: `lse(v, k = 1)`.
  var signature: String {
    if case .constant = implementation { return name }
    let list = parameters.map { parameter in
      switch parameter.kind {
      case .required: parameter.name
      case .optional(let value), .option(let value): "\(parameter.name) = \(value)"
      case .rest: "\(parameter.name)…"
      }
    }
    return "\(name)(\(list.joined(separator: ", ")))"
  }
}

extension StringProtocol {
  var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

/// The arguments of a call of a built-in function, in the order of its parameters.
struct BoundArguments {
  var values: [Value?]
  /// The arguments of the parameter that takes any number.
  fileprivate(set) var rest: [Value] = []

  /// A required argument.
  subscript(position: Int) -> Value { values[position] ?? .number(.nan) }
  func optional(_ position: Int) -> Value? { values[position] }
  /// The argument of a parameter that not all functions of a kind have.
  func parameter(_ name: String, of builtin: Builtin) -> Value? {
    builtin.parameters.firstIndex { $0.name == name }.flatMap { values[$0] }
  }
}

extension Builtin {
  /// Matches the arguments of a call with the parameters.
  func bind(_ arguments: [Argument], _ symbols: SymbolTable) throws(EvaluationProblem)
    -> BoundArguments
  {
    var bound = BoundArguments(values: Array(repeating: nil, count: parameters.count))
    var next = 0
    for argument in arguments {
      if argument.label == .none {
        while next < parameters.count, parameters[next].isOption { next += 1 }
        guard next < parameters.count else {
          let optionNames = parameters.filter(\.isOption).map(\.name)
          throw optionNames.isEmpty
            ? .tooManyArguments(name, parameters.count, arguments.count)
            : .optionByPosition(name, parameters.count - optionNames.count, optionNames)
        }
        if case .rest = parameters[next].kind {
          bound.rest.append(argument.value)
        } else {
          bound.values[next] = argument.value
          next += 1
        }
        continue
      }
      let label = symbols.name(of: argument.label)
      guard let place = parameters.firstIndex(where: { $0.name == label && !$0.isRest }) else {
        throw .unknownArgument(name, label, parameters.filter { !$0.isRest }.map(\.name))
      }
      guard bound.values[place] == nil else { throw .argumentGivenTwice(name, label) }
      bound.values[place] = argument.value
    }
    for (parameter, value) in zip(parameters, bound.values) where value == nil {
      if case .required = parameter.kind { throw .missingArgument(name, parameter.name) }
    }
    return bound
  }
}

extension Builtin.Parameter {
  fileprivate var isOption: Bool {
    if case .option = kind { true } else { false }
  }
  fileprivate var isRest: Bool {
    if case .rest = kind { true } else { false }
  }
}
