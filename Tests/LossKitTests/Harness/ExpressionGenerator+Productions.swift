@testable import LossKit

// What expressions are made of, beside leaves and the forms of each kind.

extension ExpressionGenerator {
  mutating func arithmetic(_ kind: Kind, _ d: Int) -> GeneratedExpression {
    let a = any(kind, d)
    // Broadcasting from a number, from [1] and from the last axis.
    var others: [Kind] = [kind, kind]
    if kind != .number { others.append(.number) }
    if case .vector = kind { others.append(.vector(1)) }
    if case .matrix(_, let n) = kind { others.append(.vector(n)) }
    let b = any(pick(others), d)
    switch below(12) {
    case 0, 1, 2: return node(kind, "# + #", a, b)
    case 3, 4: return node(kind, "# - #", a, b)
    case 5, 6, 7: return node(kind, "# * #", a, b)
    case 8: return node(kind, "# / (1 + #^2)", a, b)
    case 9: return node(kind, "-#", a)
    case 10: return node(kind, "#^\(pick(["2", "3", "-1", "0"]))", a)
    default: return node(kind, "# / #", a, b)
    }
  }

  /// The functions of the table that take numbers, elementwise.
  private static let ofNumbers: [(name: String, intervals: [ClosedRange<Double>], isHard: Bool)] =
    Builtins.all.compactMap { builtin in
      guard case .numbers(let intervals) = builtin.samples else { return nil }
      let isRefused = if case .refused = builtin.smooth { true } else { false }
      return (builtin.name, intervals, isRefused)
    } + ["sign", "step", "floor", "ceil", "round"].map { ($0, [-3...3], true) }

  /// An argument where a function is defined, mostly.
  mutating func within(_ interval: ClosedRange<Double>, _ x: GeneratedExpression)
    -> GeneratedExpression
  {
    if interval.lowerBound <= -2, interval.upperBound >= 2 || below(12) == 0 { return x }
    let width = interval.upperBound - interval.lowerBound
    return node(x.kind, "\(interval.lowerBound) + #", node(x.kind, "\(width) * sigmoid(#)", x))
  }

  mutating func elementwise(_ kind: Kind, _ d: Int) -> GeneratedExpression {
    if below(4) == 0 {
      return node(kind, "\(pick(["max", "min", "lse"]))(#, #)", any(kind, d), any(kind, d))
    }
    let smooth = isSmooth
    let known = Self.ofNumbers.filter { !($0.isHard && smooth) }
    let function = pick(known)
    // The second argument may be one number for all.
    let operands = function.intervals.enumerated().map { place, interval in
      within(interval, any(place > 0 && below(2) == 0 ? .number : kind, d))
    }
    let holes = operands.map { _ in "#" }.joined(separator: ", ")
    return GeneratedExpression(kind, "\(function.name)(\(holes))", operands)
  }

  private static let ofVectors:
    (rows: [(String, ClosedRange<Double>)], reductions: [(String, ClosedRange<Double>)]) = {
      var result:
        (rows: [(String, ClosedRange<Double>)], reductions: [(String, ClosedRange<Double>)]) = (
          [], []
        )
      for builtin in Builtins.all {
        guard case .vector(let interval) = builtin.samples,
          let count = try? LossModel(source: "let y = \(builtin.name)([1, 1.5, 0.75])").size(
            of: "y")
        else { continue }
        if count == 1 {
          result.reductions.append((builtin.name, interval))
        } else if count == 3 {
          result.rows.append((builtin.name, interval))
        }
      }
      return result
    }()

  /// What inside `smooth` has no counterpart.
  private static let refused = Set(
    Builtins.all.filter { if case .refused = $0.smooth { true } else { false } }.map(\.name))

  mutating func rowFunction(_ n: Int, _ d: Int) -> GeneratedExpression {
    let smooth = isSmooth
    let (name, interval) = pick(
      Self.ofVectors.rows.filter { !smooth || !Self.refused.contains($0.0) })
    return node(.vector(n), "\(name)(#)", within(interval, vector(n, d)))
  }

  mutating func reduction(_ d: Int) -> GeneratedExpression {
    let smooth = isSmooth
    let (name, interval) = pick(
      Self.ofVectors.reductions.filter { !smooth || !Self.refused.contains($0.0) })
    let kind = pick([Kind.vector(3), .vector(4), .vector(1), .matrix(3, 4)])
    return node(.number, "\(name)(#)", within(interval, any(kind, d)))
  }

  mutating func norm(_ d: Int) -> GeneratedExpression {
    node(
      .number, "norm(#, p = \(pick(["1", "2", "3", "inf", "1.5"])))", vector(pick([1, 3, 4]), d))
  }

  mutating func element(_ d: Int) -> GeneratedExpression {
    if below(2) == 0 { return node(.number, "(#)[\(below(4)), \(below(3))]", matrix(4, 3, d)) }
    return node(.number, "(#)[\(below(3) - 3)]", vector(3, d))
  }

  mutating func ordered(_ d: Int) -> GeneratedExpression {
    let template = pick([
      "sort(#)[\(below(4))]", "topk(#, 2)[\(below(2))]", "quantile(#, 0.3)", "median(#)",
      "argmax(#) + 1", "sum(hardmax(#) * w)", "sum(sort(#)[1..<3])", "max(#, axis = 0)",
    ])
    return node(.number, template, vector(4, d))
  }

  mutating func letBlock(_ kind: Kind, _ d: Int) -> GeneratedExpression {
    let name = newName()
    let bound = pick([Kind.number, .vector(3)])
    let value = any(bound, d)
    let body = inScope([(name, bound)]) { $0.any(kind, d) }
    return node(kind, "{ let \(name) = #; # }", value, body)
  }

  mutating func localFunction(_ d: Int) -> GeneratedExpression {
    let (name, first, second) = (newName(), newName(), newName())
    let body = inScope([(first, .number), (second, .vector(3))]) { $0.number(d) }
    return node(
      .number, "{ let \(name)(\(first), \(second)) = #; \(name)(#, #) }", body, number(d),
      vector(3, d))
  }

  mutating func smooth(_ d: Int) -> GeneratedExpression {
    if isSmooth { return number(d) }
    isSmooth = true
    // Conditions that were bound outside may vary.
    defer { isSmooth = false }
    let family = pick([
      "", "", ", \"lse\"", ", \"mellow\"", ", \"boltzmann\"", ", \"sqrt\"", ", \"sparse\"",
    ])
    return node(.number, "smooth(#, \(pick(["1", "2", "0.5", "8"]))\(family))", number(d))
  }

  private static let aggregates = ["sum", "mean", "max", "lse", "min", "prod"]

  mutating func aggregate(_ d: Int) -> GeneratedExpression {
    let (place, name) = (newName(), newName())
    let bound = pick([Kind.vector(3), .matrix(3, 4)])
    let inner: Variable = bound == .vector(3) ? (name, .number) : (name, .vector(4))
    let source = any(bound, d)
    let body = inScope([inner, (place, .number)]) { $0.number(d) }
    let function = pick(isSmooth ? ["sum", "mean"] : Self.aggregates)
    switch below(3) {
    case 0: return node(.number, "\(function)(# for \(place), \(name) in #)", body, source)
    case 1:
      return node(
        .number, "\(function)(# for \(place), \(name) in # if \(place) != 1)", body, source)
    default:
      let other = newName()
      let pair = inScope([inner, (place, .number), (other, .number)]) { $0.number(d) }
      return node(
        .number, "\(function)(# for \(place), \(name) in #, \(other) in p)", pair, source)
    }
  }

  /// Which elements count depends on the inputs.
  mutating func filteredAggregate(_ d: Int) -> GeneratedExpression {
    let name = newName()
    let source = vector(4, d)
    let body = inScope([(name, .number)]) { $0.number(d) }
    return node(
      .number,
      "\(pick(["sum", "mean", "max", "lse", "prod"]))(# for \(name) in # if \(name) > -9 and \(name) \(pick(["<", ">"])) #)",
      body, source, leaf(.number))
  }

  mutating func comprehension(_ n: Int, _ d: Int) -> GeneratedExpression {
    let (place, name) = (newName(), newName())
    let body = inScope([(name, .number), (place, .number)]) { $0.number(d) }
    if below(2) == 0 {
      return node(.vector(n), "[# for \(place), \(name) in #]", body, vector(n, d))
    }
    return node(
      .vector(n), "[# for \(place) in 0..<\(n) for \(name) in #[\(place)..=\(place)]]", body,
      vector(n, d)
    ).unless(true, node(.vector(n), "[# for \(place), \(name) in #]", body, leaf(.vector(n))))
  }

  mutating func fold(_ d: Int) -> GeneratedExpression {
    let (total, name) = (newName(), newName())
    let body = inScope([(total, .number), (name, .number)]) { $0.number(min(d, 1)) }
    return node(.number, "fold((\(total), \(name)) -> #, 0, #)", body, vector(3, d))
  }

  mutating func nestedDerivative(_ kind: Kind, _ depth: Int) -> GeneratedExpression {
    let d = min(depth, 2)
    let name = newName()
    switch kind {
    case .number:
      if below(2) == 0 {
        let body = inScope([(name, .number)]) { $0.number(d) }
        return node(.number, "grad(\(name) -> #)(#)", body, number(d))
      }
      let body = inScope([(name, .vector(3))]) { $0.number(d) }
      return node(.number, "sum(grad(\(name) -> #)(#)^2)", body, vector(3, d))
    default:
      let body = inScope([(name, kind)]) { $0.number(d) }
      return node(kind, "grad(\(name) -> #)(#)", body, any(kind, d))
    }
  }
}
