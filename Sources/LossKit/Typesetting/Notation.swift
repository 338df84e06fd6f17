/// How calls of a built-in function are typeset: part of its entry in the table.
struct Notation: Sendable {
  /// The function's name in a formula, where that is not its name in the language.
  var name: Box?
  /// The parameter that is set as a subscript of the name: the sharpness of softplus.
  var subscripted: String?
  /// Whether a call gives an array, so that products of it are taken element by element.
  var givesArray = false
  /// A form of its own for a call, `nil` for a call that is set by name.
  var layout: @Sendable (inout Typesetter, Typesetter.Call) -> Typeset? = { _, _ in nil }

  func symbol(of builtin: Builtin) -> Box { name ?? .operation(builtin.name) }

  /// By name: softplus(x).
  static let standard = Notation()
  static let array = Notation(givesArray: true)

  static func called(_ name: String, subscript parameter: String? = nil) -> Notation {
    Notation(name: .operation(name), subscripted: parameter)
  }

  /// A form for calls with these arguments and no others, each of them given.
  static func form(
    _ parameters: String..., name: Box? = nil, givesArray: Bool = false,
    _ layout: @escaping @Sendable (inout Typesetter, [NodeID]) -> Typeset
  ) -> Notation {
    Notation(name: name, givesArray: givesArray) { setter, call in
      guard call.isBound, call.comprehension == nil,
        call.arguments.count == parameters.count
      else { return nil }
      let ids = parameters.compactMap { call[$0] }
      return ids.count == parameters.count ? layout(&setter, ids) : nil
    }
  }
}

// MARK: - Functions of numbers

extension Notation {
  /// Between brackets of their own: |x|.
  static func between(_ fence: Fence, _ parameter: String = "x") -> Notation {
    form(parameter) { setter, ids in Typeset(.fenced(fence, setter.expression(ids[0]).box)) }
  }

  static let exponential = form("x") { setter, ids in setter.exponential(ids[0]) }

  /// e^x - 1.
  static let exponentialLessOne = form("x") { setter, ids in
    Typeset([setter.exponential(ids[0]).box, .sign(.minus), .number("1")], .sum)
  }

  /// log of what `argument` makes of the arguments.
  static func logarithm(
    _ parameters: String...,
    of argument: @escaping @Sendable (inout Typesetter, [NodeID]) -> Typeset
  ) -> Notation {
    Notation { setter, call in
      let ids = parameters.compactMap { call[$0] }
      guard ids.count == parameters.count, call.arguments.count == ids.count,
        call.comprehension == nil
      else { return nil }
      return setter.logarithm(argument(&setter, ids))
    }
  }

  static let logarithm = logarithm("x") { setter, ids in setter.expression(ids[0]) }

  static let logarithmOfOneMore = logarithm("x") { setter, ids in
    Typeset([.number("1"), .sign(.plus), setter.operand(setter.expression(ids[0]))], .sum)
  }

  static let logarithmOfOneLessExponential = logarithm("x") { setter, ids in
    Typeset([.number("1"), .sign(.minus), setter.exponential(ids[0]).box], .sum)
  }

  static let logarithmOfSumOfExponentials = logarithm("a", "b") { setter, ids in
    Typeset(
      [setter.exponential(ids[0]).box, .sign(.plus), setter.exponential(ids[1]).box], .sum)
  }

  static let logarithmOfGamma = form("x") { setter, ids in
    let gamma = setter.application(.upright("Γ"), setter.expression(ids[0]).box)
    return Typeset(
      [.operation("log"), .sign(.application), .fenced(.magnitude, gamma.box)], .power)
  }

  static func logarithm(base: String) -> Notation {
    Notation(name: .scripts(.operation("log"), sub: .number(base), sup: nil))
  }

  /// log σ(x).
  static let logarithmOfSigmoid = form("x") { setter, ids in
    let sigmoid = setter.application(.variable("σ"), setter.expression(ids[0]).box)
    return Typeset([.operation("log"), .sign(.application), sigmoid.box], .power)
  }

  /// x log y.
  static let productWithLogarithm = form("x", "y") { setter, ids in
    let x = setter.expression(ids[0])
    let y = setter.expression(ids[1])
    return setter.product(x, setter.logarithm(y))
  }

  static let root = form("x") { setter, ids in Typeset(.root(setter.expression(ids[0]).box)) }

  static let square = form("x") { setter, ids in
    setter.power(setter.expression(ids[0]), .number("2"))
  }

  static let hypotenuse = form("a", "b") { setter, ids in
    let squares = ids.map { setter.power(setter.expression($0), .number("2")).box }
    return Typeset(.root(.row(Typesetter.separated(squares, by: .plus))))
  }

  /// (x)₊.
  static let positivePart = form("x") { setter, ids in
    let x = setter.inBrackets(setter.expression(ids[0]))
    return Typeset(.scripts(x, sub: .sign(.positive), sup: nil))
  }

  /// A function of k x.
  static func sharpened(_ x: String, name: Box? = nil, givesArray: Bool = false) -> Notation {
    Notation(name: name, givesArray: givesArray) { setter, call in
      guard call.isBound, call.comprehension == nil, call.arguments.count == 2, let x = call[x],
        let k = call["k"]
      else { return nil }
      let argument = setter.expression(x)
      return setter.application(
        call.builtin.notation.symbol(of: call.builtin),
        setter.isOne(k) ? argument.box : setter.product(setter.expression(k), argument).box)
    }
  }

  static let choice = form("mask", "a", "b") { setter, ids in
    Typeset(
      .cases([setter.caseRow(ids[1], ids[0]), setter.caseRow(ids[2], nil)]), .choice)
  }
}

// MARK: - Vectors and matrices

extension Notation {
  static let norm = Notation { setter, call in
    guard call.has(only: "v", "p"), call.comprehension == nil, let v = call["v"] else {
      return nil
    }
    let length = Box.fenced(.norm, setter.expression(v).box)
    guard let p = call["p"] else { return Typeset(length) }
    return Typeset(
      .scripts(length, sub: setter.inScript { $0.expression(p).box }, sup: nil))
  }

  static let scalarProduct = form("a", "b") { setter, ids in
    let factors = ids.map { setter.expression($0).box }
    return Typeset(.fenced(.angle, .row(Typesetter.separated(factors))))
  }

  /// a bᵀ.
  static let outerProduct = form("a", "b", givesArray: true) { setter, ids in
    let a = setter.expression(ids[0])
    return setter.product(a, setter.transposed(setter.expression(ids[1])), .thinSpace)
  }

  static let transposed = form("A", givesArray: true) { setter, ids in
    setter.transposed(setter.expression(ids[0]))
  }

  /// A⁻¹ b.
  static let solution = form("A", "b", givesArray: true) { setter, ids in
    let inverse = setter.power(
      setter.expression(ids[0]), .row([.sign(.negative), .number("1")]))
    return setter.product(inverse, setter.expression(ids[1]), .thinSpace)
  }

  static let logarithmOfDeterminant = form("A") { setter, ids in
    let determinant = setter.application(.operation("det"), setter.expression(ids[0]).box)
    return Typeset([.operation("log"), .sign(.application), determinant.box], .power)
  }

  /// A letter in bold with a subscript: the unit vector eᵢ.
  static func bold(_ letter: String, subscript parameter: String) -> Notation {
    Notation(name: .bold(letter), givesArray: true) { setter, call in
      guard call.isBound, call.comprehension == nil, let id = call[parameter] else { return nil }
      let ids = call.all(parameter).count > 1 ? call.all(parameter) : [id]
      let indices = setter.inScript { setter in
        Typesetter.separated(ids.map { setter.expression($0).box }, by: .cross)
      }
      return Typeset(
        .scripts(
          .bold(letter), sub: indices.count == 1 ? indices[0] : .row(indices), sup: nil))
    }
  }
}

extension Sign {
  static let cross = Sign("×", #"\times"#, .binary)
  static let prime = Sign("′", #"\prime"#, .ordinary)
}

extension Typesetter {
  /// log before ∑ and ∏ without brackets, else as any function.
  func logarithm(_ argument: Typeset) -> Typeset {
    guard argument.isOpen, argument.level == .power else {
      return application(.operation("log"), argument.box)
    }
    return Typeset(
      [.operation("log"), .sign(.application), argument.box], .power, isOpen: true)
  }
}
