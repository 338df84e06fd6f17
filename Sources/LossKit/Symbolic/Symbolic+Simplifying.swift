// What is known of an expression without running it. Nothing is assumed but what holds for numbers
// and arrays alike; 0 · x is 0, though x may be nan at some point.
extension Symbolic {
  /// A sum: without zeros, terms that differ by a factor collected.
  static func adding(_ terms: [Symbolic]) -> Symbolic {
    var order: [Symbolic] = []
    var coefficients: [Symbolic: Double] = [:]
    var constant = 0.0
    func add(_ term: Symbolic, _ sign: Double) {
      switch term {
      case .sum(let inner): for term in inner { add(term, sign) }
      case .negated(let inner): add(inner, -sign)
      case .number(let value): constant += sign * value
      default:
        let (coefficient, rest) = term.withoutCoefficient
        if let known = coefficients[rest] {
          coefficients[rest] = known + sign * coefficient
        } else {
          order.append(rest)
          coefficients[rest] = sign * coefficient
        }
      }
    }
    for term in terms { add(term, 1) }
    var result = order.compactMap { rest -> Symbolic? in
      let coefficient = coefficients[rest] ?? 0
      return coefficient == 0 ? nil : scaled(rest, by: coefficient)
    }
    // x - y reads better than -y + x.
    if let first = result.first, case .negated = first,
      let place = result.firstIndex(where: { if case .negated = $0 { false } else { true } })
    {
      result.insert(result.remove(at: place), at: 0)
    }
    if constant != 0 {
      let term = constant < 0 ? Symbolic.negated(.number(-constant)) : .number(constant)
      // 1 - x, but x - 1.
      let isFirst = result.allSatisfy { if case .negated = $0 { true } else { false } }
      result.insert(term, at: isFirst && constant > 0 ? 0 : result.count)
    }
    switch result.count {
    case 0: return .zero
    case 1: return result[0]
    default: return .sum(result)
    }
  }

  private static func scaled(_ x: Symbolic, by factor: Double) -> Symbolic {
    if factor == 1 { return x }
    if factor < 0 { return .negating(scaled(x, by: -factor)) }
    if case .product(let factors) = x { return .product([.number(factor)] + factors) }
    return .product([.number(factor), x])
  }

  /// A term as a number times the rest.
  private var withoutCoefficient: (Double, Symbolic) {
    guard case .product(let factors) = self, case .number(let value)? = factors.first else {
      return (1, self)
    }
    let rest = Array(factors.dropFirst())
    return (value, rest.count == 1 ? rest[0] : .product(rest))
  }

  static func negating(_ x: Symbolic) -> Symbolic {
    switch x {
    case .negated(let inner): inner
    case .number(0): x
    case .sum(let terms): .adding(terms.map(negating))
    default: .negated(x)
    }
  }

  static func subtracting(_ x: Symbolic, _ y: Symbolic) -> Symbolic { adding([x, negating(y)]) }

  /// A product, element by element: without ones, its numbers in front, its sign outside.
  static func multiplying(_ factors: [Symbolic]) -> Symbolic {
    var numerator: [Symbolic] = []
    var denominator: [Symbolic] = []
    var number = 1.0
    func add(_ factor: Symbolic) {
      switch factor {
      case .number(let value): number *= value
      case .negated(let inner):
        number = -number
        add(inner)
      case .product(let inner): for factor in inner { add(factor) }
      case .quotient(let above, let below):
        add(above)
        denominator.append(below)
      default: numerator.append(factor)
      }
    }
    for factor in factors { add(factor) }
    if number == 0 { return .zero }
    // x · (1 / x) and what else cancels at sight.
    for below in denominator {
      if let place = numerator.firstIndex(of: below) {
        numerator.remove(at: place)
        if let place = denominator.firstIndex(of: below) { denominator.remove(at: place) }
      }
    }
    if denominator.count == 1, case .number(let below) = denominator[0], below != 0,
      (number / below).rounded() == number / below
    {
      number /= below
      denominator = []
    }
    // Letters before what has brackets.
    func isLetter(_ x: Symbolic) -> Bool {
      switch x {
      case .name, .index(.name, _), .power(.name, _): true
      default: false
      }
    }
    var all = numerator.filter(isLetter) + numerator.filter { !isLetter($0) }
    if number.magnitude != 1 || all.isEmpty { all.insert(.number(number.magnitude), at: 0) }
    var result = all.count == 1 ? all[0] : .product(all)
    if !denominator.isEmpty {
      let below = denominator.count == 1 ? denominator[0] : .product(denominator)
      result = .quotient(result, below)
    }
    return number < 0 ? .negated(result) : result
  }

  /// A sum whose terms share a factor as that factor times a sum.
  var withCommonFactorsOutside: Symbolic {
    guard case .sum(let terms) = self else { return self }
    func factors(_ term: Symbolic) -> [Symbolic] {
      switch term {
      case .negated(let x): factors(x)
      case .product(let all): all
      default: [term]
      }
    }
    let common = factors(terms[0]).filter { factor in
      if case .number = factor { return false }
      return terms.allSatisfy { factors($0).contains(factor) }
    }
    // A factor that stands there twice is left alone.
    guard let factor = common.first, terms.allSatisfy({ factors($0).count { $0 == factor } == 1 })
    else { return self }
    let rest = terms.map { term -> Symbolic in
      let others = Symbolic.multiplying(factors(term).filter { $0 != factor })
      if case .negated = term { return .negating(others) }
      return others
    }
    return .multiplying([factor, Symbolic.adding(rest).withCommonFactorsOutside])
  }

  static func dividing(_ x: Symbolic, by y: Symbolic) -> Symbolic {
    switch (x, y) {
    case (_, .number(1)): return x
    case (.number(0), _): return .zero
    case (_, .negated(let y)): return negating(dividing(x, by: y))
    case (_, .quotient(let above, let below)): return multiplying([x, .quotient(below, above)])
    case (_, .product(let factors)):
      return multiplying([x] + factors.map { .quotient(.one, $0) })
    default: return x == y ? .one : multiplying([x, .quotient(.one, y)])
    }
  }

  static func raising(_ x: Symbolic, to p: Symbolic) -> Symbolic {
    switch p {
    case .number(1): x
    case .number(0): .one
    default: .power(x, p)
    }
  }
}
