/// What can be wrong with a `minimize`.
enum MinimizeProblem: Problem {
  case unknownInput(String, suggestion: String?)
  case overData(String)
  case overFormula(String, params: [String])
  case overFunction(String)
  case lossKind(String, isArray: Bool)
  case independent(of: String, isByValue: Bool)
  case startNotFinite(value: Double, gradient: Double?)
  case unknownOption(String)
  case unknownMethod(String)
  case optionValue(String, range: String, given: String)
  case noRate(Descent.Method)

  var message: String {
    switch self {
    case .unknownInput(let name, _): "there is no param '\(name)'"
    case .overData(let name): "'\(name)' is data: minimize moves params only"
    case .overFormula(let name, _): "'\(name)' is a formula: minimize moves params only"
    case .overFunction(let name): "'\(name)' is a function: minimize moves params only"
    case .lossKind(let kind, _): "what is minimized must be one number, not \(kind)"
    case .independent(let name, isByValue: false): "the loss does not depend on '\(name)'"
    case .independent(let name, isByValue: true):
      "the loss depends on '\(name)' without a derivative: as an index, a size, or through "
        + "something like floor or stop"
    case .startNotFinite(let value, nil):
      "the loss is \(NumberFormat.formatted(value)) at the start"
    case .startNotFinite(_, let slope?):
      "the gradient is not finite at the start: an element is \(NumberFormat.formatted(slope))"
    case .unknownOption(let name): "minimize has no option '\(name)'"
    case .unknownMethod(let name): "there is no method \"\(name)\""
    case .optionValue(let name, let range, let given): "'\(name)' must be \(range), not \(given)"
    case .noRate(let method): "the method \"\(method.rawValue)\" takes no rate"
    }
  }

  var hint: String? {
    switch self {
    case .unknownInput(let name, let suggestion):
      suggestion.map { "did you mean '\($0)'?" } ?? "declare it with param \(name) = …"
    case .overData(let name): "declare it with param \(name) = …"
    case .overFormula(_, let params):
      params.isEmpty ? nil : "it depends on \(params.prefix(8).joined(separator: ", "))"
    case .lossKind(_, isArray: true): "minimize its sum(…) or mean(…)"
    case .startNotFinite: "give the params other values, at which it is finite, to begin at"
    case .unknownOption(let name):
      nearest(to: name, among: MinimizeOption.allCases.map(\.rawValue)).map {
        "did you mean '\($0)'?"
      }
        ?? "the options are " + MinimizeOption.allCases.map(\.rawValue).joined(separator: ", ")
    case .unknownMethod(let name):
      nearest(to: name, among: Descent.Method.allCases.map(\.rawValue)).map {
        "did you mean \"\($0)\"?"
      }
        ?? "the methods are "
        + Descent.Method.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    case .noRate:
      "the rate is for "
        + Descent.Method.allCases.filter(\.takesRate).map { "\"\($0.rawValue)\"" }
        .joined(separator: " and ") + "; the others search along lines"
    case .overFunction, .lossKind, .independent, .optionValue: nil
    }
  }

}

/// What may stand in `with (…)`.
enum MinimizeOption: String, CaseIterable {
  case method, steps, rate, tolerance
}
