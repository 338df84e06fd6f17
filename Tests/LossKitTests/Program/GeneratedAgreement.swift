import Testing

@testable import LossKit

/// Generated expressions, compiled and interpreted at several points.
struct GeneratedAgreement {
  let seed: UInt64
  private let model: LossModel

  init(seed: UInt64) throws(LossError) {
    self.seed = seed
    model = try LossModel(source: ExpressionGenerator.declarations)
  }

  struct Outcome {
    var isCompiled = false
    var points = 0
    /// The points at which the interpreter met a corner.
    var corners = 0
    /// The points at which a program gave a finite number where the interpreter has none.
    var beyond = 0
    /// Whether the expression is none: its shapes do not fit, say.
    var isRefused = false
    /// A script that shows the first disagreement, and what it is.
    var failure: String?
  }

  /// The outcomes of several expressions.
  struct Tally: CustomStringConvertible {
    var expressions = 0
    var compiled = 0
    var refused = 0
    var points = 0
    var corners = 0
    var beyond = 0

    mutating func add(_ outcome: Outcome) {
      expressions += 1
      compiled += outcome.isCompiled ? 1 : 0
      refused += outcome.isRefused ? 1 : 0
      points += outcome.points
      corners += outcome.corners
      beyond += outcome.beyond
    }

    var description: String {
      "\(compiled) of \(expressions) compiled, \(refused) refused; \(corners) of \(points) points "
        + "at corners, \(beyond) finite beyond the interpreter"
    }
  }

  /// Compares an expression at a generic point, one whose elements tie, and one of both.
  func check(_ number: Int) -> Outcome {
    var generator = ExpressionGenerator(seed: seed, number: UInt64(number))
    let expression = generator.expression()
    var random = RandomStream(seed: seed ^ 0x9e37, stream: UInt64(number))
    let case_ = Case(random: &random)
    var outcome = check(expression, case_)
    if outcome.failure != nil {
      let smallest = expression.shrunk { check($0, case_).failure != nil }
      outcome.failure = (check(smallest, case_).failure ?? "") + "\n# case \(number), seed \(seed)"
    }
    return outcome
  }

  /// The inputs, those that are differentiated by, and the points.
  struct Case {
    var names: [String] = []
    var wrt: [String] = []
    var points: [[Double]] = []
    /// How the points are also given all at once, in some cases.
    var layout: BatchLayout?

    init(random: inout RandomStream) {
      let inputs = ExpressionGenerator.inputs
      names = random.permutation(inputs.count).map { inputs[$0].name }
      wrt =
        random.nextInteger(below: 4) == 0
        ? random.permutation(names.count).prefix(3).map { names[$0] } : names
      let count = inputs.reduce(0) { $0 + ($1.kind.size ?? 0) }
      let coarse = [-1.0, -0.5, 0, 0, 0.5, 1, 1, 2]
      func generic(_ random: inout RandomStream) -> Double { random.nextUniform() * 4 - 2 }
      func tied(_ random: inout RandomStream) -> Double {
        coarse[Int(random.nextInteger(below: 8))]
      }
      points.append((0..<count).map { _ in generic(&random) })
      points.append((0..<count).map { _ in tied(&random) })
      let scale = [1.0, 1e-3, 100][Int(random.nextInteger(below: 3))]
      points.append(
        (0..<count).map { _ in
          random.nextInteger(below: 2) == 0 ? generic(&random) * scale : tied(&random)
        })
      let layouts: [BatchLayout?] = [.rowMajor, .columnMajor, nil, nil]
      layout = layouts[Int(random.nextInteger(below: 4))]
    }
  }

  func check(_ expression: GeneratedExpression, _ test: Case) -> Outcome {
    var outcome = Outcome()
    guard let function = try? model.function(expression.text, of: test.names, wrt: test.wrt) else {
      outcome.isRefused = true
      return outcome
    }
    outcome.isCompiled = function.isCompiled
    guard function.isCompiled else { return outcome }
    var perturbed: LossFunction?
    // The first point has no ties.
    var agreement = ProgramAgreement(function: function, constantCorners: .max)
    let batch = test.layout.flatMap { agreement.batch(at: test.points, layout: $0) }
    for (place, point) in test.points.enumerated() {
      do {
        func bounds(
          _ expected: ProgramAgreement.Results, _ found: ProgramAgreement.Results
        ) throws -> [Double] {
          if perturbed == nil { perturbed = try self.perturbed(expression, test) }
          guard let perturbed else { return [] }
          return try self.bounds(
            perturbed, point, expected, found, isSmoothed: expression.text.contains("smooth("))
        }
        var (expected, problem) = try agreement.compare(at: point, bounds: bounds)
        if problem == nil, let found = batch?[place] {
          problem = try agreement.disagreement(found, expected, bounds).map { "in a batch: " + $0 }
        }
        outcome.points += 1
        outcome.corners += expected.corners > agreement.constantCorners ? 1 : 0
        agreement.constantCorners = min(agreement.constantCorners, expected.corners)
        if !expected.isFinite, expected.error == nil,
          !ProgramAgreement.isSame(agreement.compiled(at: point).all, expected.all)
        {
          outcome.beyond += 1
        }
        if let problem {
          outcome.failure = script(expression, test, point) + "\n# " + problem
          return outcome
        }
      } catch {
        outcome.failure = "\(error)"
      }
    }
    return outcome
  }

  /// The expression with all intermediate results moved by an input after its own.
  private func perturbed(_ expression: GeneratedExpression, _ test: Case) throws -> LossFunction {
    var used = 0
    _ = expression.perturbedText("e", &used)
    let input = try #require(ExpressionGenerator.perturbations.first { $0.count >= used })
    used = 0
    let text = expression.perturbedText(input.name, &used)
    return try model.function(text, of: test.names + [input.name], wrt: test.wrt).interpreted
  }

  /// How far results may differ by the rounding of the intermediate ones.
  ///
  /// Stochastic arithmetic (Parker, "Monte Carlo arithmetic", 1997): each element of each
  /// intermediate result and of its derivatives is moved by a relative ±2^-30 at random, and what
  /// that does to the results is scaled to 128 roundings of 2^-53. A function and its derivative take
  /// some ten steps of their own, each of which errs by at most 4 roundings (see `Scalar`), on both
  /// sides; a few draws find a good part of the worst choice of signs.
  private func bounds(
    _ perturbed: LossFunction, _ point: [Double], _ expected: ProgramAgreement.Results,
    _ found: ProgramAgreement.Results, isSmoothed: Bool
  ) throws -> [Double] {
    let width = 0x1p-30
    let factor = 128 * 0x1p-53 / width
    // Where an intermediate result underflows, the error is 2^-1074, times what follows.
    var bounds = expected.all.map { max(4 * $0.ulp, 0x1p-1054) }
    if isSmoothed {
      // What stands inside is computed by other functions than are moved here: |x| near 0 by the
      // difference of two weights near 1/2.
      let largest = expected.all.filter(\.isFinite).reduce(0) { max($0, abs($1)) }
      bounds = bounds.map { max($0, 0x1p-50 * largest) }
    }
    var random = RandomStream(seed: seed, stream: 3)
    for _ in 0..<6 {
      let noise = (0..<perturbed.inputCount - point.count).map { i in
        random.nextInteger(below: 2) == 0 ? width : -width
      }
      let (value, gradient) = try perturbed.valueWithGradient(at: point + noise)
      for (i, x) in ([value] + gradient).enumerated() {
        let moved = abs(x - expected.all[i]) * factor
        bounds[i] = moved.isFinite ? max(bounds[i], moved) : .infinity
      }
      // More draws only widen the bounds.
      let differences = zip(found.all, expected.all).map { abs($0 - $1) }
      if zip(differences, bounds).allSatisfy({ $0 <= $1 }) { break }
    }
    return bounds
  }

  /// The disagreement as a text that the program runs.
  private func script(_ expression: GeneratedExpression, _ test: Case, _ point: [Double]) -> String
  {
    var offset = 0
    var lines: [String] = []
    for name in test.names {
      guard let kind = ExpressionGenerator.inputs.first(where: { $0.name == name })?.kind,
        let size = kind.size
      else { continue }
      let own = Array(point[offset..<offset + size])
      offset += size
      let value =
        switch kind {
        case .number: literal(own[0])
        case .matrix(let m, let n): "reshape(\(literal(own)), \(m), \(n))"
        default: literal(own)
        }
      lines.append("param \(name) = \(value)")
    }
    lines += ExpressionGenerator.declarations.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("data") && !$0.contains("data e")
    }
    return (lines + ["# by \(test.wrt.joined(separator: ", "))", expression.text])
      .joined(separator: "\n")
  }
}
