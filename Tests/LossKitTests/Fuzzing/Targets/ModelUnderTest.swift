@testable import LossKit

/// What an embedding program asks of a model: functions of all its params and what they compute.
enum ModelUnderTest {
  /// The most inputs of a function whose Hessian is asked for.
  private static let hessianLimit = 24
  private static let rowCount = 3

  /// The first text is the model, the others are losses.
  static func run(_ texts: [String]) throws {
    guard let source = texts.first else { return }
    var made: LossModel?
    try attempt(needsPlace: false) { () throws(LossError) in
      made = try LossModel(source: source, limits: SessionTarget.limits, files: fuzzFiles)
    }
    guard let model = made else { return }
    let params = model.params
    for param in params { try require(model.size(of: param) != nil, "'\(param)' has no size") }
    let losses = texts.count > 1 ? Array(texts.dropFirst()) : ["sum(\(params.first ?? "1"))"]
    for loss in losses {
      var function: LossFunction?
      try attempt(needsPlace: false) { () throws(LossError) in
        function = try model.function(loss, of: params)
      }
      if let function { try call(function) }
    }
  }

  private static func call(_ function: LossFunction) throws {
    let count = function.inputCount
    // Places with a corner, a tie and a sign among them.
    let points = [[Double](repeating: 0, count: count), (0..<count).map { Double($0 % 7) - 2.5 }]
    for point in points {
      var values: [Double] = []
      try attempt(needsPlace: false) { () throws(LossError) in
        values.append(try function.value(at: point))
        let (value, gradient) = try function.valueWithGradient(at: point)
        values.append(value)
        values += gradient
      }
      try require(
        values.count <= 1 || values.count == 2 + function.gradientCount,
        "\(values.count) values of \(function.gradientCount)")
      guard count <= hessianLimit else { continue }
      try attempt(needsPlace: false) { () throws(LossError) in
        values = try function.hessian(at: point)
      }
    }
    guard count > 0, count <= 4096 else { return }
    let rows = points[0] + points[1] + points[1]
    try attempt(needsPlace: false) { () throws(LossError) in
      var values = [Double](repeating: 0, count: rowCount)
      var gradients = [Double](repeating: 0, count: rowCount * function.gradientCount)
      var valueSpan = values.mutableSpan
      var gradientSpan = gradients.mutableSpan
      try function.valuesWithGradients(
        at: rows.span, count: rowCount, values: &valueSpan, gradients: &gradientSpan)
    }
    try attempt(needsPlace: false) { () throws(LossError) in
      _ = try function.minimized(from: points[1], options: Descent.Options(steps: 5))
    }
  }
}
