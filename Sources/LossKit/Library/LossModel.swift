/// A text of the language, parsed and checked, from which functions are made.
///
/// ```swift
/// let model = try LossModel(source: "param s = [2, 1, 0.1]; let ce = lse(s) - s[0]")
/// let ce = try model.function("ce", of: ["s"])
/// let (value, gradient) = try ce.valueWithGradient(at: [2, 1, 0.1])
/// ```
///
/// Immutable: models and their functions may be used from any number of threads.
public struct LossModel: Sendable {
  /// The names of the text; each function has a copy, for names that only its expression has.
  let symbols: SymbolTable
  let owner: ModuleOwner
  var root: Module { owner.root }
  let builtins: [Builtin?]
  let files: FileAccess

  /// What its functions may ask for; each call is a request of its own.
  public let limits: Limits

  /// Parses a text and makes its definitions; what it would show, check or assert is left out.
  ///
  /// - Parameters:
  ///   - fileName: what diagnostics call the text, and what paths in it are relative to.
  ///   - limits: what the text and the functions made from it may ask for.
  ///   - files: what `import` and `csv` in it may read; nothing unless given.
  ///   - cancellation: stops the evaluation of its inputs.
  /// - Throws: the first error, with its place; further syntax errors are in `LossError.further`.
  public init(
    source: String, fileName: String? = nil, limits: Limits = .standard,
    files: FileAccess = .none, cancellation: Cancellation? = nil
  ) throws(LossError) {
    let session = Session(limits: limits, files: files, cancellation: cancellation)
    try session.define(Source(name: fileName, text: source))
    self.limits = limits
    symbols = session.symbols
    owner = session.owner
    builtins = Builtins.bySymbol(symbols)
    self.files = files
  }

  /// The names of the inputs that the text declares with `param`, in order.
  public var params: [String] {
    root.order.compactMap { root.own($0) }.filter { $0.kind == .param }.map(\.name)
  }

  /// The number of elements of an input or formula, at its present value; `nil` where there is none
  /// of that name, or it holds no numbers.
  public func size(of name: String) -> Int? {
    guard let symbol = symbols.symbol(of: name), let definition = root.find(symbol) else {
      return nil
    }
    let stop = makeStopSignal(nil)
    let evaluator = makeEvaluator(symbols, stop)
    let env = Environment(script: definition.script, scope: nil, module: root)
    let value = try? stop.request { () throws(LossError) in
      try located(evaluator, definition.script, definition.body) {
        try evaluator.value(of: definition, definition.body, env)
      }
    }
    guard let value, value.isNumeric else { return nil }
    return value.shape.reduce(1, *)
  }

  /// A function of some inputs.
  ///
  /// - Parameters:
  ///   - loss: the name of a formula, or an expression, whose value is one number.
  ///   - inputs: the params, data or formulas that a call supplies, in the order of its vector;
  ///     each with the number of elements that it has in the model, arrays in row-major order.
  ///   - gradientInputs: those of them by which gradients are taken; all of them unless given.
  ///   - corners: which generalized gradient is taken at corners.
  ///   - cancellation: stops the making of the function, not its calls.
  /// - Throws: an error where the loss or a name does not exist, or the loss is not one number at
  ///   the model's own values.
  public func function(
    _ loss: String, of inputs: [String], wrt gradientInputs: [String]? = nil,
    corners: CornerRule = .lexicographic, cancellation: Cancellation? = nil
  ) throws(LossError) -> LossFunction {
    let stop = makeStopSignal(cancellation)
    return try stop.request { () throws(LossError) in
      try LossFunction(
        model: self, loss: loss, inputs: inputs, gradientInputs: gradientInputs, corners: corners,
        stop: stop)
    }
  }

  func makeStopSignal(_ cancellation: Cancellation?) -> StopSignal {
    StopSignal(cancellation: cancellation, duration: limits.duration)
  }

  func makeEvaluator(_ symbols: SymbolTable, _ stop: StopSignal) -> Evaluator {
    Evaluator(
      root: root, symbols: symbols, builtins: builtins,
      account: MemoryAccount(limit: limits.elements, stop: stop), limits: limits, files: files)
  }
}
