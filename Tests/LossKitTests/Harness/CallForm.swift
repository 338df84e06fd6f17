@testable import LossKit

/// One way to call a built-in function: a template, what its holes take, and what comes of it.
///
/// Found by trying (`CallFormSearch`), so that a new entry of the table is drawn from at once.
struct CallForm: Sendable {
  typealias Kind = GeneratedExpression.Kind

  struct Operand: Sendable {
    let kind: Kind
    /// Where its elements are drawn; anywhere where there is none.
    var interval: ClosedRange<Double>?
    /// Whether it is a positive definite matrix.
    var isDefinite = false
  }

  let builtin: Builtin
  /// The call, with `#` for each operand: `softmax(#, axis = 0)`.
  let template: String
  var operands: [Operand]
  let result: Kind

  /// Whether it has no counterpart inside `smooth`.
  var isRefusedInSmooth: Bool {
    if case .refused = builtin.smooth { true } else { false }
  }

  /// Whether Clarke's gradient and the one-sided slopes are not promised: it jumps, or says that it
  /// has no derivative.
  var jumps: Bool {
    builtin.isWithoutDerivative && operands.contains { $0.kind.size != nil }
      || Self.unbounded.contains(builtin.name)
  }

  /// The function in steps, where rounding within it shows in more than its result: what cancels in it
  /// is small beside its terms.
  var steps: (@Sendable ([GeneratedExpression]) -> GeneratedExpression)? {
    guard operands.count == 2 else { return nil }
    let (kind, result) = (operands[0].kind, result)
    @Sendable func node(
      _ kind: Kind, _ template: String, _ operands: GeneratedExpression...
    ) -> GeneratedExpression {
      GeneratedExpression(kind, template, operands)
    }
    switch builtin.name {
    case "cross_entropy" where operands[1].kind == kind || operands[1].kind == kind.ofTruths:
      return { node(result, "-dot(#, #)", node(kind, "logsoftmax(#)", $0[0]), $0[1]) }
    case "lse" where template == "lse(#, k = #)", "smoothmax" where template == "smoothmax(#, #)":
      // Its derivative by k is a difference of terms of the size of the entries.
      return {
        node(
          .number, "# / #", node(.number, "log(#)", node(.number, "sum(exp(# * #))", $0[0], $0[1])),
          $0[1])
      }
    case "cossim":
      return { operands in
        let units = operands.map {
          node(.vector(3), "# * #", $0, node(.number, "1 / #", node(.number, "norm(#)", $0)))
        }
        return node(.number, "dot(#, #)", units[0], units[1])
      }
    default: return nil
    }
  }

  /// What the guide says is not promised where the slope is infinite.
  private static let unbounded: Set<String> = ["sqrt", "log", "asin", "acos", "atan2", "xlogy"]
}

extension CallForm {
  /// All forms of the functions that are called with values.
  static let all: [CallForm] = {
    var search = CallFormSearch()
    return Builtins.all.flatMap { search.forms(of: $0) }
  }()

  /// The functions that have forms with a result of each kind, with these.
  static let byResult: [Kind: [[CallForm]]] = Dictionary(grouping: all, by: \.result).mapValues {
    forms in
    Dictionary(grouping: forms, by: \.builtin.name).sorted { $0.key < $1.key }.map(\.value)
  }

  /// The functions with forms, whatever the result.
  static let byFunction: [[CallForm]] =
    Dictionary(grouping: all, by: \.builtin.name).sorted { $0.key < $1.key }.map(\.value)
}

/// Tries calls of built-in functions with arguments of all kinds.
struct CallFormSearch {
  typealias Kind = CallForm.Kind

  private let session = Session()

  /// An argument that is tried: its text, and the operand that it becomes; a literal stays.
  private struct Candidate {
    let text: String
    var operand: CallForm.Operand?
    var prefix = ""
    var hole: String { prefix + (operand == nil ? text : "#") }
    var call: String { prefix + text }
  }

  private static let numbers: [Kind] =
    [[], [3], [4], [1], [3, 3], [3, 4], [4, 3]].map(Kind.array)
  private static let masks: [Kind] = [.truth, .mask([3]), .mask([4]), .mask([3, 4])]
  private static let functions: [Kind] = [
    .function([.number], .number), .function([.number, .number], .number),
    .function([.number], .vector(3)), .function([.vector(3)], .number),
    .function([.vector(3)], .vector(3)), .function([.vector(3), .vector(3)], .vector(3)),
    .function([.number, .vector(4)], .number),
  ]

  /// A value of a kind at which every function of numbers is defined: all ones, an identity matrix.
  private static func probe(_ kind: Kind) -> String {
    switch kind {
    case .array([]): "1"
    case .array(let shape) where shape.count == 2 && shape[0] == shape[1]: "eye(\(shape[0]))"
    case .array(let shape): "ones(\(list(shape)))"
    case .mask([]): "true"
    case .mask(let shape): "(ones(\(list(shape))) > 0)"
    case .function(let arguments, let result):
      // It takes arguments of those shapes alone.
      {
        let names = arguments.indices.map { "a\($0)" }
        let uses = zip(names, arguments).map { name, kind in
          kind == .number
            ? "0 * full(1, \(name))[0]" : "0 * dot(\(name), ones(\(kind.size ?? 0)))"
        }
        return "((\(names.joined(separator: ", "))) -> \(probe(result)) + "
          + uses.joined(separator: " + ") + ")"
      }()
    }
  }

  private static func list(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: ", ")
  }

  /// What an expression evaluates to; `nil` where that is an error, or no kind that is drawn.
  private func kind(of text: String) -> Kind? {
    switch try? session.value(of: text) {
    case .number?: .number
    case .truth?: .truth
    case .tensor(let tensor)? where tensor.shape.count <= 2 && tensor.shape.allSatisfy { $0 > 0 }:
      tensor.isMask ? .mask(tensor.shape) : .array(tensor.shape)
    default: nil
    }
  }

  // MARK: Forms

  mutating func forms(of builtin: Builtin) -> [CallForm] {
    switch builtin.implementation {
    case .special, .frame, .later: return []
    case .constant:
      return [CallForm(builtin: builtin, template: builtin.name, operands: [], result: .number)]
    default: break
    }
    var result: [CallForm] = []
    var seen: Set<[String]> = []
    func add(_ arguments: [Candidate]) -> Bool {
      guard let kind = kind(of: call(builtin, arguments)), (kind.size ?? 1) <= 16 else {
        return false
      }
      let form = CallForm(
        builtin: builtin, template: call(builtin, arguments, \.hole),
        operands: arguments.compactMap(\.operand), result: kind)
      if seen.insert([form.template] + form.operands.map { "\($0.kind)" }).inserted {
        result.append(withIntervals(form))
      }
      return true
    }
    for arguments in positional(builtin) {
      // What is drawn without a seed depends on the place in the text.
      let added =
        builtin.topic == .random ? kind(of: call(builtin, arguments)) != nil : add(arguments)
      guard added else { continue }
      let options = options(builtin)
      for (place, option) in options.enumerated() {
        guard add(arguments + [option]) else { continue }
        for other in options[(place + 1)...] where other.prefix != option.prefix {
          _ = add(arguments + [option, other])
        }
      }
    }
    return result
  }

  private func call(
    _ builtin: Builtin, _ arguments: [Candidate], _ part: (Candidate) -> String = \.call
  ) -> String {
    "\(builtin.name)(\(arguments.map(part).joined(separator: ", ")))"
  }

  /// The lists of positional arguments that are tried.
  private func positional(_ builtin: Builtin) -> [[Candidate]] {
    var lists: [[Candidate]] = [[]]
    var complete: [[Candidate]] = []
    for parameter in builtin.parameters {
      switch parameter.kind {
      case .required:
        let candidates = candidates(parameter, builtin)
        lists = lists.flatMap { list in candidates.map { list + [$0] } }
      case .optional:
        complete += lists
        let candidates = candidates(parameter, builtin)
        lists = lists.flatMap { list in candidates.map { list + [$0] } }
      case .rest:
        // One of any kind, two of any, three of one kind.
        let candidates = candidates(parameter, builtin)
        let one = lists.flatMap { list in candidates.map { list + [$0] } }
        let two = one.flatMap { list in candidates.map { list + [$0] } }
        complete += one + two
        lists = candidates.map { [$0, $0, $0] }
      case .option: break
      }
    }
    return complete + lists
  }

  private func candidates(_ parameter: Builtin.Parameter, _ builtin: Builtin) -> [Candidate] {
    if parameter.isPlace { return ["0", "1", "2", "3", "4"].map { Candidate(text: $0) } }
    if case .optional(let value) = parameter.kind, value.hasPrefix("\"") {
      return SmoothFamily.allCases.map { Candidate(text: "\"\($0.rawValue)\"") }
    }
    func kinds(_ kinds: [Kind]) -> [Candidate] {
      kinds.map { Candidate(text: Self.probe($0), operand: CallForm.Operand(kind: $0)) }
    }
    if case .higherOrder = builtin.implementation {
      return kinds(parameter.name == builtin.parameters.first?.name ? Self.functions : Self.numbers)
    }
    return kinds(Self.numbers + Self.masks)
  }

  /// Arguments by name, one at a time.
  private func options(_ builtin: Builtin) -> [Candidate] {
    builtin.parameters.flatMap { parameter -> [Candidate] in
      let value: String
      switch parameter.kind {
      case .option(let text), .optional(let text): value = text
      default: return []
      }
      let prefix = "\(parameter.name) = "
      if parameter.isPlace { return ["0", "1", "-1"].map { Candidate(text: $0, prefix: prefix) } }
      if value == "false" { return [Candidate(text: "true", prefix: prefix)] }
      if value.hasPrefix("\"") {
        return SmoothFamily.allCases.map {
          Candidate(text: "\"\($0.rawValue)\"", prefix: prefix)
        }
      }
      return [Kind.number, .vector(3)].map {
        Candidate(text: Self.probe($0), operand: CallForm.Operand(kind: $0), prefix: prefix)
      }
    }
  }

  // MARK: Where a form is defined

  /// The form with the widest intervals from which its operands can be drawn without an error; those
  /// of the table where it names some.
  private func withIntervals(_ form: CallForm) -> CallForm {
    var form = form
    for place in form.operands.indices {
      guard let size = form.operands[place].kind.size, size > 0 else { continue }
      switch form.builtin.samples {
      case .numbers(let intervals) where place < intervals.count:
        form.operands[place].interval = intervals[place]
        continue
      case .vector(let interval) where place == 0:
        form.operands[place].interval = interval
        continue
      default: break
      }
      let intervals: [ClosedRange<Double>?] = [nil, 0...1, 1...3]
      if let fitting = intervals.first(where: { isDefined(form, at: place, in: $0 ?? -3...3) }) {
        form.operands[place].interval = fitting
      } else {
        form.operands[place].isDefinite = true
      }
    }
    return form
  }

  /// Whether random elements of an operand, the others being ones, give no error.
  private func isDefined(_ form: CallForm, at place: Int, in interval: ClosedRange<Double>) -> Bool
  {
    var random = RandomStream(seed: 11, stream: UInt64(place))
    return (0..<4).allSatisfy { _ in
      let arguments = form.operands.enumerated().map { other, operand -> String in
        guard other == place, case .array(let shape) = operand.kind else {
          return Self.probe(operand.kind)
        }
        let elements = (0..<shape.reduce(1, *)).map { _ in
          let u = random.nextUniform()
          return interval.lowerBound * (1 - u) + interval.upperBound * u
        }
        if shape.isEmpty { return literal(elements[0]) }
        return "reshape(\(literal(elements)), \(Self.list(shape)))"
      }
      let pieces = form.template.split(separator: "#", omittingEmptySubsequences: false)
      let text = zip(arguments, pieces.dropFirst()).reduce(String(pieces[0])) { $0 + $1.0 + $1.1 }
      return kind(of: text) == form.result
    }
  }
}
