/// How a loss was minimized: the point that was reached and the way there.
///
/// ```swift
/// let descent = try rosenbrock.minimized(from: [-1.2, 1])
/// print(descent.value, descent.point, descent.explanation)
/// ```
public struct Descent: Sendable {
  /// The point that was reached; it lies within the bounds.
  ///
  /// Of methods that go at a rate, the best one on the way.
  public let point: [Double]

  /// The loss there.
  public let value: Double

  /// The largest element of the projected gradient there.
  ///
  /// An element of the projected gradient is that of the gradient, cut off at the distance to the
  /// bound that a step against the gradient would meet, so 0 where an input is held by its bound;
  /// without bounds it is the gradient. The norm is the largest magnitude, which does not grow with
  /// the number of inputs.
  public let gradientNorm: Double

  /// How many steps were taken.
  public let steps: Int

  /// How often the loss was evaluated with its gradient.
  public let evaluations: Int

  /// Why it ended.
  public let reason: Reason

  /// How many inputs are held by a bound, the gradient pointing beyond it.
  public let heldInputs: Int

  /// The steps, the start first and the last one last: all of them up to 1,000, beyond that evenly
  /// spaced ones, every second, every fourth and so on, so that there are 501 to 1,001.
  public let trajectory: [Step]

  /// Whether the descent ended at a corner from which the loss rises both ways along each input.
  ///
  /// By the exact one-sided slopes, as far as the bounds let it go: for one input alone that is a
  /// minimum. `false` where it is not known.
  public let risesAlongInputs: Bool

  /// The error that the last evaluation met, where that is why it ended.
  let problem: LossError?

  /// Whether it went at a rate, which is what a step that leads too far is due to.
  let wentAtRate: Bool

  /// A point on the way.
  public struct Step: Sendable, Equatable {
    /// The number of the step; 0 is the start.
    public let number: Int

    /// The loss after it.
    public let value: Double

    /// The norm of the projected gradient after it, as in `Descent.gradientNorm`.
    public let gradientNorm: Double

    /// How far it moved: the Euclidean length of the step.
    public let length: Double

    /// How often the loss was evaluated so far.
    public let evaluations: Int
  }

  /// How steps are found.
  public enum Method: String, Sendable, CaseIterable {
    /// Limited-memory BFGS with a line search to the strong Wolfe conditions.
    case lbfgs

    /// Against the gradient: by a line search, or at a rate where one is given.
    case gradientDescent = "gd"

    /// Adam at a rate, 0.001 unless given (Kingma and Ba 2015).
    case adam

    /// Newton's method with a line search; the Hessian is made positive definite where it is not.
    case newton

    /// The most steps taken unless told otherwise.
    public var defaultSteps: Int {
      switch self {
      case .lbfgs: 1000
      case .newton: 100
      case .gradientDescent, .adam: 10_000
      }
    }

    /// Whether it takes a rate.
    public var takesRate: Bool { self == .gradientDescent || self == .adam }
  }

  /// When to stop, and at which rate to go.
  public struct Options: Sendable {
    /// The most steps; the method's `defaultSteps` where there is none.
    public var steps: Int?

    /// How far a step goes, of methods that go at a rate.
    ///
    /// The step of `gradientDescent` is the gradient times this; that of `adam` is at most about
    /// this in each input. Other methods have no use for it.
    public var rate: Double?

    /// It has converged where the norm of the projected gradient is at most this.
    ///
    /// Not relative to the loss: while one diverges, |loss| grows faster than its gradient.
    public var tolerance: Double

    /// Options with a tolerance of 1e-8.
    public init(steps: Int? = nil, rate: Double? = nil, tolerance: Double = 1e-8) {
      self.steps = steps
      self.rate = rate
      self.tolerance = tolerance
    }
  }

  /// Why a descent ended.
  public enum Reason: Sendable, Equatable {
    /// The norm of the projected gradient is within the tolerance.
    case gradient

    /// Every input is held by a bound, the gradient pointing beyond it: a minimum at a vertex.
    case bounds

    /// No step makes the loss smaller within the precision of doubles.
    ///
    /// Near a smooth minimum that is all that can be had, and the gradient's norm is small. Where it is
    /// not, a corner between two doubles or slopes that overflow have hidden the way down.
    case precision

    /// The steps are used up.
    case steps

    /// No descent was found, and the loss has a corner at the point or within rounding of it.
    case corner

    /// The loss falls without end.
    case unbounded

    /// However small the step, the loss or its gradient is not finite, or meets an error.
    case notFinite

    /// It was asked to stop.
    case interrupted

    /// Whether the point is a minimum, as far as a gradient tells.
    public var isConverged: Bool {
      switch self {
      case .gradient, .bounds, .precision: true
      case .steps, .corner, .unbounded, .notFinite, .interrupted: false
      }
    }
  }
}

/// Thrown inside a descent where it is asked to stop.
struct DescentInterrupted: Error {}

/// The steps of a descent, thinned out so that there are never many.
struct DescentTrajectory {
  /// More than a picture can show.
  static let limit = 1000

  private var kept: [Descent.Step] = []
  /// Steps whose numbers are multiples of this are kept.
  private var spacing = 1
  private var last: Descent.Step?

  mutating func append(_ step: Descent.Step) {
    last = step
    guard step.number % spacing == 0 else { return }
    kept.append(step)
    if kept.count > DescentTrajectory.limit {
      spacing *= 2
      kept.removeAll { $0.number % spacing != 0 }
    }
  }

  var steps: [Descent.Step] {
    guard let last, kept.last != last else { return kept }
    return kept + [last]
  }
}
