/// A function of some numbers that is to be minimized: what the optimizers know of a loss.
///
/// They depend on nothing else of the language, so that they can be tested on any function.
struct Objective {
  /// The number of inputs.
  let count: Int

  /// The value at a point; the gradient is written into `gradient`, which has `count` elements.
  let evaluate: (_ point: [Double], _ gradient: inout [Double]) throws -> Double

  /// Writes the Hessian row by row into `count²` elements; none where there is no such thing.
  var hessian: ((_ point: [Double], _ rows: inout [Double]) throws -> Void)?

  /// The exact one-sided slope at a point along a direction; none where only gradients are known.
  var slope: ((_ point: [Double], _ direction: [Double]) throws -> Double)?

  /// Whether a primitive of the loss is at a corner at a point; `false` where that is not known.
  var isAtCorner: (_ point: [Double]) throws -> Bool = { _ in false }

  /// Whether to stop; asked before each evaluation.
  var isCancelled: () -> Bool = { false }
}
