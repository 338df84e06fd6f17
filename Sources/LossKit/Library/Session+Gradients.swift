/// A formula with its gradients as expressions of the language.
public struct FormulaWithGradients: Sendable {
  /// The gradient by one param.
  public struct Gradient: Sendable {
    /// The param.
    public let input: String
    /// The gradient as an expression, equal to `grad` at the session's point; or which part of the
    /// formula has no such form, and why.
    public let result: Result<String, Failure>
    /// The gradient with its name: ∇_s f = ….
    let display: DisplayedFormula?

    /// Why there is no expression.
    public struct Failure: Error, Sendable {
      /// A sentence without its full stop: `in 'sort(s)': there is no rule for it`.
      public let reason: String
    }
  }

  /// The formula: a definition, or the expression.
  public let formula: TypesetFormula
  /// The gradients by the params that the formula depends on, in the order of their declaration.
  public let gradients: [Gradient]

  /// Formula and gradients as the content of one displayed formula of LaTeX: an `aligned`
  /// environment where there are several lines; needs the packages amsmath and amssymb.
  public var latex: String {
    let lines = formula.display.lines + gradients.flatMap { $0.display?.lines ?? [] }
    return TypesetFormula(display: DisplayedFormula(lines: lines)).latex
  }
}

extension Session {
  /// Reads the definitions of a text: nothing is shown, no claim is checked.
  ///
  /// - Throws: a syntax error, or that of a definition.
  public func define(bytes: [UInt8], fileName: String?) throws(LossError) {
    try define(Source(name: fileName, bytes: bytes))
  }

  /// A formula by its name, or an expression, with its gradient by each param as an expression.
  ///
  /// A function is shown without gradients: a call of it, `f(s, y)`, has them. Each gradient was
  /// compared with `grad` at the present point.
  /// - Throws: a syntax error in `text`, a name that there is not, an input, or what is wrong with the
  ///   formula where it is evaluated.
  public func gradients(of text: String) throws(LossError) -> FormulaWithGradients {
    try stop.request { () throws(LossError) in try formulaWithGradients(of: text) }
  }

  private func formulaWithGradients(of text: String) throws(LossError) -> FormulaWithGradients {
    let script = try parsed(Source(text: text))
    let expression = try onlyExpression(of: script)
    let names = TypesetFormula.Names(arrays: arrayNames)
    let named =
      script[expression].kind == .name
      ? root.find(Symbol(index: script[expression].a)) : nil
    if let named, named.isInput {
      throw LossError(
        EvaluationProblem.inputIsNoFormula(named.name), in: script.source,
        at: script.range(of: expression))
    }
    let source =
      named.map { "let " + $0.script.definitionText(of: $0.statement) } ?? "let f = \(text)"
    guard let formula = TypesetFormula(source, names: names) else {
      throw LossError(EvaluationProblem.notAnExpression)
    }
    if named?.kind == .function { return FormulaWithGradients(formula: formula, gradients: []) }
    // What is wrong with the formula is said before anything about its gradient.
    let value = try self.value(of: text)
    let env = Environment(script: script, scope: nil, module: root)
    let params = value.shape.isEmpty && value.isNumeric ? evaluator.params(of: expression, env) : []
    let head = named.map { NameLayout.box(of: $0.name) }
    return FormulaWithGradients(
      formula: formula,
      gradients: params.map { gradient(of: expression, script, by: $0, named: head, names) })
  }

  private func gradient(
    of expression: NodeID, _ script: Script, by input: Definition, named head: Box?,
    _ names: TypesetFormula.Names
  ) -> FormulaWithGradients.Gradient {
    func failed(_ reason: String) -> FormulaWithGradients.Gradient {
      .init(input: input.name, result: .failure(.init(reason: reason)), display: nil)
    }
    do throws(SymbolicFailure) {
      let e = try SymbolicReader(script: script, symbols: symbols).read(expression)
      var walk = SymbolicGradient(session: self, input: input)
      let text = try walk.gradient(of: e).text
      if let reason = disagreement(of: text, script.text(of: expression), input) {
        return failed(reason)
      }
      guard let formula = TypesetFormula(text, names: names) else {
        return failed("'\(text)' cannot be read back")
      }
      var display = formula.display
      let nabla = Box.scripts(.sign(.nabla), sub: NameLayout.box(of: input.name), sup: nil)
      display.lines[0].left = [nabla, .thinSpace, head ?? .variable("f")]
      display.lines[0].relation = [.sign(.equal)]
      return .init(input: input.name, result: .success(text), display: display)
    } catch {
      let part = error.part.count > 60 ? error.part.prefix(60) + "…" : error.part[...]
      return failed("in '\(part)': \(error.reason)")
    }
  }

  /// In what a gradient's expression differs from `grad`; nothing where it does not.
  private func disagreement(of text: String, _ expression: String, _ input: Definition) -> String? {
    let difference =
      "max(abs((\(text)) - grad(\(expression), \(input.name))))"
      + " <= 1e-9 * max(1, max(abs(grad(\(expression), \(input.name)))))"
    guard let given = try? value(of: text), given.shape == input.value.shape else {
      return "what the rules give is no gradient here: '\(text.prefix(200))'"
    }
    func agrees(_ text: String) -> Bool {
      if case .truth(true)? = try? value(of: text) { true } else { false }
    }
    if agrees(difference) { return nil }
    // At a corner grad is one of several slopes: beside it there is only one.
    let isBesideCorner = (1...3).allSatisfy { seed in
      let step =
        input.value.shape.isEmpty
        ? "\(seed) * 0.00131" : "0.001 * randn(shape(\(input.name)), seed = \(seed))"
      return agrees("(\(difference)) at (\(input.name) = \(input.name) + \(step))")
    }
    return isBesideCorner
      ? nil : "what the rules give differs from grad here: '\(text.prefix(200))'"
  }

  private var arrayNames: Set<String> {
    Set(
      root.order.compactMap { root.own($0) }.filter { definition in
        switch definition.kind {
        case .param, .data: !definition.value.shape.isEmpty
        case .formula: (try? value(of: definition.name).shape.isEmpty) == false
        case .function: false
        }
      }.map(\.name))
  }
}

extension Script {
  /// A definition from its name on, without the word `let`.
  func definitionText(of statement: NodeID) -> String {
    let offset = list(self[statement].b)[1]
    return source.text(SourceRange(start: offset, end: range(of: statement).end))
  }
}
