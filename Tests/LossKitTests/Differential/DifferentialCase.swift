@testable import LossKit

/// An expression with the inputs that it is differentiated by, and some points.
struct DifferentialCase: Sendable {
  struct Input: Sendable {
    let name: String
    var shape: [Int]
    /// Whether gradients are taken by it; otherwise it is data.
    var isParam: Bool
    /// Its elements at each point.
    var values: [[Double]]
    /// Its elements where nothing ties: what is a corner there is one everywhere.
    var generic: [Double] = []

    func elements(at point: Int?) -> [Double] { point.map { values[$0] } ?? generic }
  }

  let seed: UInt64
  let number: UInt64
  var expression: GeneratedExpression
  /// Whether it is made of locally Lipschitz functions alone.
  let isLipschitz: Bool
  /// In the order in which they are declared, which decides at corners.
  var inputs: [Input]

  /// What gradients are taken by.
  var params: [Input] { usedInputs.filter(\.isParam) }
  var pointCount: Int { inputs.first?.values.count ?? 0 }

  init(seed: UInt64, number: UInt64) {
    self.seed = seed
    self.number = number
    var generator = ExpressionGenerator(seed: seed, number: number)
    expression = generator.expression()
    isLipschitz = generator.isLipschitz
    var random = RandomStream(seed: seed ^ 0x9e37, stream: number)
    let order = random.permutation(ExpressionGenerator.inputs.count)
    let known = random.nextInteger(below: 4) == 0 ? 3 : order.count
    inputs = order.enumerated().map { place, index in
      let input = ExpressionGenerator.inputs[index]
      guard case .array(let shape) = input.kind else {
        return Input(name: input.name, shape: [], isParam: false, values: [])
      }
      return Input(name: input.name, shape: shape, isParam: place < known, values: [])
    }
    for kind in PointKind.drawn(&random) {
      for place in inputs.indices {
        let count = inputs[place].shape.reduce(1, *)
        inputs[place].values.append((0..<count).map { _ in kind.element(&random) })
      }
    }
    for place in inputs.indices {
      inputs[place].generic = inputs[place].values[0].map { _ in
        PointKind.generic.element(&random)
      }
    }
  }

  /// The script of the expression at a point: what is shown of a failure, and what sessions run.
  ///
  /// - Parameter point: the number of one of its points; that where nothing ties without one.
  func script(at point: Int?) -> String { script(at: point, formula: expression.text) }

  /// The same with another formula in its place.
  func script(at point: Int?, formula: String) -> String {
    let inputs = usedInputs.map { input in
      "\(input.isParam ? "param" : "data") \(input.name) = \(Self.text(input, at: point))"
    }
    let definitions = ExpressionGenerator.definitions.filter { words.contains($0.name) }
    return (inputs + definitions.map(\.statement) + ["let f = \(formula)"])
      .joined(separator: "\n")
  }

  /// Forgets all points but one.
  mutating func keepPoint(_ point: Int) {
    for place in inputs.indices { inputs[place].values = [inputs[place].values[point]] }
  }

  /// The inputs that the expression names, itself or through formulas.
  var usedInputs: [Input] {
    let words = words
    let definitions = ExpressionGenerator.definitions.filter { words.contains($0.name) }
    let all = words.union(definitions.flatMap(\.inputs))
    return inputs.filter { all.contains($0.name) }
  }

  private var words: Set<String> {
    Set(expression.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
  }

  private static func text(_ input: Input, at point: Int?) -> String {
    let values = input.elements(at: point)
    if input.shape.isEmpty { return literal(values[0]) }
    if input.shape.count == 1 { return literal(values) }
    return "reshape(\(literal(values)), \(input.shape.map(String.init).joined(separator: ", ")))"
  }

  /// The kinds of points: where nothing ties, where much does, and where numbers are extreme.
  private enum PointKind {
    case generic, tied
    case scaled(Double)
    case extreme

    static func drawn(_ random: inout RandomStream) -> [PointKind] {
      let third: [PointKind] = [.scaled(1), .scaled(1e-3), .scaled(100), .extreme]
      return [.generic, .tied, third[Int(random.nextInteger(below: 4))]]
    }

    func element(_ random: inout RandomStream) -> Double {
      let coarse = [-1.0, -0.5, 0, 0, 0.5, 1, 1, 2]
      let extremes = [
        -0.0, 1e300, -1e300, 1e150, .leastNonzeroMagnitude, -1e-300, 1e-150, 1e16, 709.5, -745, 0,
        1,
      ]
      func tied() -> Double { coarse[Int(random.nextInteger(below: 8))] }
      let generic = random.nextUniform() * 4 - 2
      switch self {
      case .generic: return generic
      case .tied: return tied()
      case .scaled(let scale): return random.nextInteger(below: 2) == 0 ? generic * scale : tied()
      case .extreme:
        return random.nextInteger(below: 2) == 0
          ? extremes[Int(random.nextInteger(below: UInt64(extremes.count)))] : generic
      }
    }
  }
}
