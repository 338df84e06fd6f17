extension Symbolic {
  /// How tightly the text of an expression holds together.
  private enum Level: Int, Comparable {
    case choice, or, and, not, comparison, range, sum, product, sign, power, postfix

    static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// The expression in the language.
  var text: String { written.text }

  private func text(from level: Level) -> String {
    let (text, own) = written
    return own < level ? "(\(text))" : text
  }

  private var written: (text: String, level: Level) {
    switch self {
    case .number(let value):
      let text = NumberFormat.formatted(value.magnitude)
      return value.sign == .minus ? ("-\(text)", .sign) : (text, .postfix)
    case .name(let name): return (name, .postfix)
    case .literal(let text): return (text, .postfix)
    case .sum(let terms):
      var text = ""
      for (place, term) in terms.enumerated() {
        if place == 0 {
          text = term.text(from: .product)
        } else if case .negated(let inner) = term {
          text += " - \(inner.text(from: .product))"
        } else {
          text += " + \(term.text(from: .product))"
        }
      }
      return (text, .sum)
    case .negated(let x): return ("-\(x.text(from: .product))", .product)
    case .product(let factors):
      // The first factor may be a product, the others not: they are read from the left.
      let texts = factors.enumerated().map { $1.text(from: $0 == 0 ? .product : .sign) }
      return (texts.joined(separator: " * "), .product)
    case .quotient(let x, let y):
      return ("\(x.text(from: .product)) / \(y.text(from: .sign))", .product)
    case .remainder(let x, let y):
      return ("\(x.text(from: .product)) % \(y.text(from: .sign))", .product)
    case .matrixProduct(let x, let y):
      return ("\(x.text(from: .power)) @ \(y.text(from: .power))", .product)
    case .power(let x, let p):
      return ("\(x.text(from: .postfix))^\(p.text(from: .power))", .power)
    case .claims(let operands, let operators): return claimsText(operands, operators)
    case .not(let x): return ("not \(x.text(from: .comparison))", .not)
    case .call(let f, let arguments):
      let texts = arguments.map { argument in
        (argument.label.map { "\($0) = " } ?? "") + argument.value.text
      }
      return ("\(f.text(from: .postfix))(\(texts.joined(separator: ", ")))", .postfix)
    case .index(let x, let subscripts):
      let texts = subscripts.map(\.text)
      return ("\(x.text(from: .postfix))[\(texts.joined(separator: ", "))]", .postfix)
    case .range(let a, let b, let isClosed):
      let ends = [a, b].map { $0?.text(from: .sum) ?? "" }
      return (ends[0] + (isClosed ? "..." : "..<") + ends[1], .range)
    case .member(let x, let name): return ("\(x.text(from: .postfix)).\(name)", .postfix)
    case .array(let all): return ("[\(all.map(\.text).joined(separator: ", "))]", .postfix)
    case .tuple(let all): return ("(\(all.map(\.text).joined(separator: ", ")))", .postfix)
    case .comprehension(let it):
      return (it.isBare ? it.text : "[\(it.text)]", .postfix)
    case .conditional(let parts):
      var text = ""
      for place in stride(from: 0, to: parts.count - 1, by: 2) {
        text +=
          "if \(parts[place].text(from: .or)) then \(parts[place + 1].text(from: .or)) else "
      }
      return (text + (parts.last?.text(from: .or) ?? ""), .choice)
    case .function(let parameters, let body):
      let head =
        parameters.count == 1 ? parameters[0] : "(\(parameters.joined(separator: ", ")))"
      return ("\(head) -> \(body.text)", .choice)
    }
  }

  private func claimsText(_ operands: [Symbolic], _ operators: [String]) -> (String, Level) {
    let level: Level =
      switch operators.first {
      case "and": .and
      case "or": .or
      default: .comparison
      }
    let next = Level(rawValue: level.rawValue + 1) ?? .postfix
    var text = operands.first?.text(from: next) ?? ""
    for (operation, operand) in zip(operators, operands.dropFirst()) {
      text += " \(operation) \(operand.text(from: next))"
    }
    return (text, level)
  }
}

extension Symbolic.Comprehension {
  /// Without brackets.
  fileprivate var text: String {
    let clauses = clauses.map { clause in
      let names = [clause.index, clause.element].compactMap(\.self).joined(separator: ", ")
      return "\(names) in \(clause.iterated.clauseText)"
    }
    return "\(element.text) for \(clauses.joined(separator: ", "))"
      + (filter.map { " if \($0.clauseText)" } ?? "")
  }
}

extension Symbolic {
  /// As what a clause runs through: no choice without brackets.
  fileprivate var clauseText: String {
    switch self {
    case .conditional, .function: "(\(text))"
    default: text
    }
  }
}
