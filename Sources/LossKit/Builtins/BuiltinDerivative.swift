/// The derivative of a built-in function in the language's own words: what help shows.
///
/// Each text is an expression of the function's parameters. The tests hold it against `jac` at the
/// samples of the table and at the entry's example, away from corners.
struct BuiltinDerivative: Sendable {
  /// How a text is meant.
  enum Form: Sendable {
    /// Of an elementwise function: by how much an element of the value changes with the element of
    /// the argument that it is computed from.
    case elementwise
    /// The Jacobian: the shape of the value, then that of the argument. Of a number, the gradient.
    case jacobian
    /// What the gradient `u` by the value becomes on the way to the argument: `u` times the
    /// Jacobian. For what moves or mixes elements it is one call where the Jacobian is a large array
    /// of zeros and ones.
    case adjoint
  }

  let form: Form
  /// The name of a parameter and the text, for each parameter that has a derivative.
  let byParameter: KeyValuePairs<String, String>
  /// What the texts leave out, in words; a whole sentence.
  let remark: String?

  /// The texts of an elementwise function.
  static func elementwise(_ byParameter: KeyValuePairs<String, String>, _ remark: String? = nil)
    -> BuiltinDerivative
  {
    BuiltinDerivative(form: .elementwise, byParameter: byParameter, remark: remark)
  }

  /// Jacobians, or gradients of a number.
  static func jacobian(_ byParameter: KeyValuePairs<String, String>, _ remark: String? = nil)
    -> BuiltinDerivative
  {
    BuiltinDerivative(form: .jacobian, byParameter: byParameter, remark: remark)
  }

  /// Texts of `u`, the gradient by the value.
  static func adjoint(_ byParameter: KeyValuePairs<String, String>, _ remark: String? = nil)
    -> BuiltinDerivative
  {
    BuiltinDerivative(form: .adjoint, byParameter: byParameter, remark: remark)
  }

  /// A derivative that no expression of the language says shorter than a sentence.
  static func words(_ remark: String) -> BuiltinDerivative {
    BuiltinDerivative(form: .jacobian, byParameter: [:], remark: remark)
  }

  /// The lines of help, without the words before them: `by x: sigmoid(k * x)`.
  var lines: [String] {
    let texts = byParameter.map { parameter, text in
      form == .adjoint ? "u by \(parameter): \(text)" : "by \(parameter): \(text)"
    }
    return texts + (remark.map { [$0] } ?? [])
  }
}
