/// Compares the derivatives of one number with one-sided finite differences.
///
/// What is compared: the slopes along each element of the inputs, to the right and to the left, and
/// along some random directions; and the gradient, as far as a gradient at a corner is determined.
struct GradientCheck {
  struct Input {
    let name: String
    let value: Value
    var shape: [Int] { value.shape }
  }

  /// A derivative beside its estimate.
  struct Comparison {
    var input: String
    var direction: String
    var exact: Double
    var estimate: Double
    /// What the difference may be: from the error of the estimate and the size of both.
    var bound: Double

    /// The difference in units of what it may be: up to 1 both agree.
    var ratio: Double { (exact - estimate).magnitude / bound }
  }

  /// The elements compared at most; of more, a random sample, the smaller the more there are: each
  /// takes some 60 evaluations of them all.
  private static func sampleLimit(of count: Int) -> Int {
    min(500, max(16, (1 << 19) / max(count, 1)))
  }
  /// The name of the input of a random direction.
  private static let allInputs = "all"
  /// The random directions.
  private static let randomDirections = 8

  let evaluator: Evaluator
  let inputs: [Input]
  /// The function: its value for given inputs.
  let function: ([Value]) throws -> Value

  let point: [Double]
  private let value: Double
  var isSideBySide = true
  private var comparisons: [Comparison] = []
  private var skipped = 0
  /// The steepest chord of the function.
  private var steepness = 0.0

  /// - Parameter value: that of the function at the inputs.
  init(
    _ evaluator: Evaluator, _ inputs: [Input], value: Double,
    _ function: @escaping ([Value]) throws -> Value
  ) {
    self.evaluator = evaluator
    self.inputs = inputs
    self.value = value
    self.function = function
    point = inputs.flatMap { input -> [Double] in
      switch input.value {
      case .tensor(let tensor): Array(tensor.elements)
      case .number(let x): [x]
      default: []
      }
    }
  }

  // MARK: - All comparisons

  mutating func run() throws -> Value {
    let elements = sample()
    let mark = evaluator.corners.mark()
    let before = evaluator.corners.count
    defer { evaluator.corners.rewind(to: mark) }
    let gradient = try gradient()
    let isSmooth = evaluator.corners.count == before
    var corners = 0
    for element in elements {
      if evaluator.account.isCancelled { throw EvaluationProblem.cancelled }
      let name = name(of: element)
      let right = try compare(name, "right", unit(element, 1), steps(for: element))
      let left = try compare(name, "left", unit(element, -1), steps(for: element))
      let (up, down) = (right.exact, left.exact)
      if (up + down).magnitude > 1e-12 * max(up.magnitude, down.magnitude) { corners += 1 }
      guard let gradient else { continue }
      if point.count == 1, !isSmooth {
        compare(name, gradient: gradient[0], right: right.estimate, left: left.estimate)
      } else if isSmooth || element == 0 && evaluator.cornerRule == .lexicographic {
        // Where there are several inputs and a corner, that is all that is known of a gradient: its
        // derivative along the first input is the right slope.
        note(name, "gradient", exact: gradient[element], right.estimate)
      }
    }
    if point.count > 1 {
      for number in 0..<Self.randomDirections {
        _ = try compare(Self.allInputs, "random \(number + 1)", random(number), Self.randomSteps)
      }
    }
    return result(corners: corners, tested: elements.count)
  }

  private func result(corners: Int, tested: Int) -> Value {
    // What is vague beside all slopes is no comparison: a jump, noise.
    let scale = comparisons.reduce(0) { $1.exact.isFinite ? max($0, $1.exact.magnitude) : $0 }
    let flat = 1e-6 * max(value.magnitude, steepness)
    let clear = comparisons.filter { comparison in
      comparison.bound
        <= 0.1 * max(comparison.exact.magnitude, comparison.estimate.magnitude, scale, flat)
    }
    // Nothing that can be compared is no failure; `compared` tells.
    let wrong = clear.filter { $0.ratio > 1 && $0.input != Self.allInputs }
    // An element says more than a random direction.
    let worst = (wrong.isEmpty ? clear : wrong).max { $0.ratio < $1.ratio }
    let ratio = worst?.ratio ?? 0
    let fields: [(String, Value)] = [
      ("ok", .truth(ratio <= 1)),
      ("worst", .number(Self.rounded(ratio))),
      ("input", .text(worst?.input ?? "none")),
      ("direction", .text(worst?.direction ?? "none")),
      ("exact", .number(worst?.exact ?? 0)),
      ("estimate", .number(worst?.estimate ?? 0)),
      ("bound", .number(Self.rounded(worst?.bound ?? 0))),
      ("corners", .number(Double(corners))),
      ("compared", .number(Double(clear.count))),
      ("skipped", .number(Double(skipped + comparisons.count - clear.count))),
      ("elements", .number(Double(point.count))),
      ("sampled", .number(Double(tested))),
    ]
    return .record(Record(names: fields.map(\.0), values: fields.map(\.1)))
  }

  /// Three digits: more would look as if they meant something.
  private static func rounded(_ x: Double) -> Double {
    Double(NumberFormat.formatted(x, digits: 3)) ?? x
  }

  /// The elements to compare: all, or the first and a random choice of the others.
  private func sample() -> [Int] {
    let limit = Self.sampleLimit(of: point.count)
    guard point.count > limit else { return Array(point.indices) }
    var stream = RandomStream(seed: 1, stream: 0)
    var chosen: Set<Int> = [0]
    while chosen.count < limit {
      chosen.insert(Int(truncatingIfNeeded: stream.nextInteger(below: UInt64(point.count))))
    }
    return chosen.sorted()
  }

  // MARK: - One comparison

  /// Where to go, by element, for a step of 1.
  typealias Direction = [(element: Int, amount: Double)]

  private func unit(_ element: Int, _ sign: Double) -> Direction { [(element, sign)] }

  private func steps(for element: Int) -> [Double] {
    OneSidedSlope.steps(magnitude: point[element].magnitude)
  }

  /// Steps of a direction whose amounts are of the size of the elements.
  private static let randomSteps = OneSidedSlope.steps(magnitude: 0)

  private func random(_ number: Int) -> Direction {
    var stream = RandomStream(seed: 1, stream: UInt64(number) + 1)
    let amounts = point.map { _ in stream.nextNormal() }
    let largest = amounts.reduce(1e-3) { max($0, $1.magnitude) }
    return zip(point, amounts).enumerated().compactMap { i, pair in
      let (x, amount) = pair
      // An element that is not finite stays where it is.
      guard x.isFinite else { return nil }
      return (i, amount / largest * (x == 0 ? 1 : x.magnitude))
    }
  }

  private mutating func compare(
    _ input: String, _ name: String, _ direction: Direction, _ steps: [Double]
  ) throws -> (exact: Double, estimate: OneSidedSlope?) {
    let exact = try slope(along: direction)
    let estimate = try estimate(along: direction, steps)
    steepness = max(steepness, estimate?.chord.magnitude ?? 0)
    note(input, name, exact: exact, estimate)
    return (exact, estimate)
  }

  private mutating func note(
    _ input: String, _ direction: String, exact: Double, _ estimate: OneSidedSlope?
  ) {
    guard let estimate, exact.isFinite else {
      skipped += 1
      return
    }
    comparisons.append(
      Comparison(
        input: input, direction: direction, exact: exact, estimate: estimate.estimate,
        bound: bound(estimate, exact)))
  }

  /// What a derivative and its estimate may differ by: eight times the error of the estimate, which
  /// is itself an estimate, and the last half of the digits.
  private func bound(_ estimate: OneSidedSlope, _ exact: Double) -> Double {
    max(
      8 * estimate.error + 1e-8 * max(exact.magnitude, estimate.estimate.magnitude),
      .leastNormalMagnitude)
  }

  /// The gradient by one number at a corner, which lies between the slopes.
  private mutating func compare(
    _ input: String, gradient: Double, right: OneSidedSlope?, left: OneSidedSlope?
  ) {
    guard let right, let left, gradient.isFinite else {
      skipped += 1
      return
    }
    let (a, b) = (-left.estimate, right.estimate)
    let nearest = min(max(gradient, min(a, b)), max(a, b))
    comparisons.append(
      Comparison(
        input: input, direction: "gradient", exact: gradient, estimate: nearest,
        bound: max(bound(right, gradient), bound(left, gradient))))
  }

  // MARK: - Derivatives

  /// The gradient by all elements; `nil` where it is not one of numbers.
  private func gradient() throws -> [Double]? {
    let (_, derivative) = try evaluator.derivative(at: inputs.map(\.value), function)
    guard case .tensor(let tensor) = derivative.plain, tensor.count == point.count else {
      return nil
    }
    return Array(tensor.elements)
  }

  private func slope(along direction: Direction) throws -> Double {
    var tangent = [Double](repeating: 0, count: point.count)
    for (element, amount) in direction { tangent[element] = amount }
    let (_, slope) = try evaluator.directionalDerivative(
      at: inputs.map(\.value), along: values(tangent), function)
    return try slope.plain.numberOrThrow()
  }
}

extension Evaluator {
  /// `gradcheck(e)`, `gradcheck(e, x)`: how the derivatives of e compare with finite differences.
  func gradientCheck(_ arguments: [NodeID], _ builtin: Builtin, _ env: Environment) throws -> Value
  {
    // Which of several lanes is a corner differs: one after another.
    guard openLanes == 0 else { throw LaneDependence() }
    let e = arguments[0]
    let names: [NamedTarget]
    if arguments.count > 1 {
      names = try targets(arguments[1], builtin, env)
    } else {
      names = try params(of: e, env).map {
        NamedTarget(name: $0.name, target: .definition($0), value: try self.value(of: $0, e, env))
      }
      // What is wrong with the expression comes first.
      if names.isEmpty { _ = try evaluate(e, env) }
      if names.isEmpty { throw error(.noParams(env.script.text(of: e)), e, env) }
    }
    func function(_ values: [Value]) throws -> Value {
      try replacing(zip(names, values).map { ($0.target, $1) }, in: env) { try evaluate(e, $0) }
    }
    let inputs = names.map { GradientCheck.Input(name: $0.name, value: $0.value.plain) }
    let value = try function(inputs.map(\.value))
    try requireNumber(value, builtin.name, e, env)
    var check = GradientCheck(self, inputs, value: try value.plain.numberOrThrow(), function)
    return try check.run()
  }
}
