/// A value that can be called.
enum Function: @unchecked Sendable {
  case closure(Closure)
  case builtin(Builtin)
  /// `grad(f)`: the function that gives a derivative of another by its first argument.
  case derivative(FunctionDerivative)
  /// `smooth(f)`: a function whose calls are smoothed.
  case smoothed(SmoothedFunction)
}

/// A function written in the language.
final class Closure: @unchecked Sendable {  // Immutable.
  struct Parameter {
    let symbol: Symbol
    let offset: UInt32
    /// Evaluated in the function's own environment when the argument is left out.
    let defaultValue: NodeID
  }

  /// The name of a `let` function, for errors.
  let name: String?
  let parameters: [Parameter]
  let body: NodeID
  let environment: Environment
  /// The replacements in force where the function was made, which it keeps; `nil` for a function
  /// at the top of a text, which follows its caller's.
  let frame: Frame?
  /// See `Function.nesting`.
  let nesting: Int

  init(
    name: String?, parameters: [Parameter], body: NodeID, environment: Environment, frame: Frame?
  ) {
    self.name = name
    self.parameters = parameters
    self.body = body
    self.environment = environment
    self.frame = frame
    nesting = 1 + (environment.scope?.nesting ?? 0)
  }
}

/// The derivative of a function by its first argument.
final class FunctionDerivative: @unchecked Sendable {  // Immutable.
  let form: DerivativeForm
  let base: Function
  /// The order, for `diff`.
  let order: Int
  /// See `Function.nesting`.
  let nesting: Int

  init(form: DerivativeForm, base: Function, order: Int) {
    nesting = 1 + base.nesting
    self.form = form
    self.base = base
    self.order = order
  }
}

/// A positional or named argument of a call, evaluated.
struct Argument {
  /// `Symbol.none` for a positional one.
  let label: Symbol
  let value: Value
}
