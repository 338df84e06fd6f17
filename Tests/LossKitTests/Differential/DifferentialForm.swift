/// Two texts of the language that say the same of a formula `f`.
///
/// In them `$X` stands for a param, `$Z` for one that is a number, `$D` for a direction of the shape
/// of `$X`, `$1` for the first unit direction of that shape.
struct DifferentialForm: Sendable {
  /// How alike two results have to be.
  enum Agreement: Sendable {
    /// The same doubles: both do the same arithmetic, in the same order.
    case bits
    /// To rounding. Intermediate results are moved by random relative amounts in both texts, and the
    /// difference is to stay within what that does (`RoundingBounds`); the text is the sum of the
    /// magnitudes that the outermost operation adds up, whose own rounding comes to it.
    case rounding(scale: String)
  }

  /// Where it holds.
  enum Place: Sendable {
    case everywhere
    /// Where the expression meets no corner.
    case smooth
    /// Everywhere, for expressions of locally Lipschitz functions; for others where nothing ties.
    case lipschitz
  }

  let name: String
  let left: String
  let right: String
  let agreement: Agreement
  let place: Place
  var corners: CornerRuleName = .lexicographic
  /// What the left one may refuse.
  var mayFail = false

  enum CornerRuleName: String, Sendable { case lexicographic, symmetric }
}

extension DifferentialForm {
  /// `grad(f)` leaves out the params that `f` does not depend on.
  static let joint = "joint gradient"

  static let all: [DifferentialForm] = [
    // Values: whatever stands around it, an expression is the same numbers.
    .init(name: "hard", left: "hard(f)", right: "f", agreement: .bits, place: .everywhere),
    .init(name: "at", left: "f at ($X = $X)", right: "f", agreement: .bits, place: .everywhere),
    .init(
      name: "fold", left: "fold((t, i) -> f, 0, [1, 2])", right: "f", agreement: .bits,
      place: .everywhere),
    .init(
      name: "in lanes", left: "[f for i in 0..<3][1]", right: "f", agreement: .bits,
      place: .everywhere),
    .init(
      name: "in lanes that differ", left: "map(t -> (f at ($Z = t)), [$Z - 1, $Z, $Z + 1])[1]",
      right: "f", agreement: .bits, place: .everywhere, mayFail: true),
    .init(
      name: "gap's smooth value", left: "gap(f, 2).smooth", right: "smooth(f, 2)", agreement: .bits,
      // What lies between the hard and the smooth cannot be compared.
      place: .everywhere, mayFail: true),
    .init(
      name: "gap's hard value", left: "gap(f, 2).hard", right: "f", agreement: .bits,
      place: .everywhere, mayFail: true),

    // First derivatives.
    .init(
      name: "gradient of a function", left: "grad(t -> (f at ($X = t)))($X)", right: "grad(f, $X)",
      agreement: .bits, place: .everywhere),
    .init(
      name: "gradient in lanes", left: "grad([f for i in 0..<3][2], $X)", right: "grad(f, $X)",
      agreement: .bits, place: .everywhere),
    .init(
      name: "gradient in lanes that differ",
      left: "grad(map(t -> (f at ($Z = t)), [$Z - 1, $Z, $Z + 1])[1], $Z)", right: "grad(f, $Z)",
      agreement: .bits, place: .everywhere, mayFail: true),
    // At a corner the first direction decides first.
    .init(
      name: "first direction", left: "reshape(grad(f, $X), -1)[0]", right: "jvp(f, $X, $1)",
      agreement: .bits, place: .everywhere),
    .init(
      // To rounding: what is constant in the one may vary in the other, as the p of a norm.
      name: joint, left: "grad(f).$X", right: "grad(f, $X)",
      agreement: .rounding(scale: "sum(abs(grad(f, $X)))"), place: .smooth),
    .init(
      name: "gradient along a direction", left: "sum(grad(f, $X) * $D)", right: "jvp(f, $X, $D)",
      agreement: .rounding(scale: "sum(abs(grad(f, $X) * $D))"), place: .smooth),
    .init(
      name: "vjp", left: "vjp(stack(f, f), $X, [1, -0.5])", right: "0.5 * grad(f, $X)",
      agreement: .rounding(scale: "sum(abs(grad(f, $X)))"), place: .smooth),
    .init(
      name: "diff", left: "diff(f, $Z)", right: "jvp(f, $Z, 1)",
      agreement: .rounding(scale: "abs(diff(f, $Z))"), place: .smooth),
    .init(
      name: "slopes", left: "slopes(f, $Z)", right: "[0 - jvp(f, $Z, -1), jvp(f, $Z, 1)]",
      agreement: .bits, place: .everywhere),
    .init(
      name: "symmetric gradient of a number", left: "grad(f, $Z)", right: "mean(slopes(f, $Z))",
      agreement: .rounding(scale: "sum(abs(slopes(f, $Z)))"), place: .lipschitz,
      corners: .symmetric),
    .init(
      name: "symmetric gradient away from corners", left: "grad(f, $X)",
      right: "grad(t -> (f at ($X = t)))($X)", agreement: .bits, place: .everywhere,
      corners: .symmetric),
    .init(
      name: "one-sided differences", left: "gradcheck(f, $X).ok", right: "true", agreement: .bits,
      place: .lipschitz),

    // Second and third derivatives.
    .init(
      name: "hess", left: "hess(f, $X)", right: "jac(grad(f, $X), $X)", agreement: .bits,
      place: .everywhere),
    .init(
      name: "mixed hess", left: "hess(f, $X, $Z)", right: "jac(grad(f, $X), $Z)", agreement: .bits,
      place: .smooth),
    .init(
      name: "hess is symmetric", left: "hess(f, $Z, $X)", right: "hess(f, $X, $Z)",
      agreement: .rounding(scale: "sum(abs(hess(f, $X, $Z)))"), place: .smooth),
    .init(
      name: "hvp", left: "hvp(f, $X, $D)", right: "jvp(grad(f, $X), $X, $D)", agreement: .bits,
      place: .smooth),
    .init(
      name: "hvp along the gradient", left: "sum(hvp(f, $X, $D) * $D)",
      right: "jvp(jvp(f, $X, $D), $X, $D)",
      agreement: .rounding(scale: "sum(abs(hvp(f, $X, $D) * $D))"), place: .smooth),
    .init(
      name: "second diff", left: "diff(f, $Z, 2)", right: "hess(f, $Z)",
      agreement: .rounding(scale: "abs(hess(f, $Z))"), place: .smooth),
    .init(
      name: "third diff", left: "diff(f, $Z, 3)", right: "jvp(hess(f, $Z), $Z, 1)",
      agreement: .rounding(scale: "abs(diff(f, $Z, 3))"), place: .smooth),
  ]
}
