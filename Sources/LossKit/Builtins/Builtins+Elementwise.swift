extension Builtins {
  private static let reals: ClosedRange<Double> = -3...3
  private static let positive: ClosedRange<Double> = 0.2...4

  static let elementwise: [Builtin] = [
    .elementwise(
      "exp", Exp.self, "The exponential function.", derivative: "exp(x)", example: "exp(1)",
      edges: ["exp(-inf)", "exp(710)"], samples: reals, notation: .exponential),
    .elementwise(
      "expm1", Expm1.self, "e^x - 1, exact near 0.", derivative: "exp(x)", example: "expm1(1e-10)",
      samples: reals, notation: .exponentialLessOne),
    .elementwise(
      "log", Log.self, "The natural logarithm, in nats.", derivative: "1 / x", example: "log(10)",
      edges: ["log(0)", "log(-1)"], samples: positive, notation: .logarithm),
    .elementwise(
      "log1p", Log1p.self, "ln(1 + x), exact near 0.", derivative: "1 / (1 + x)",
      example: "log1p(1e-10)", edges: ["log1p(-1)"],
      samples: -0.8...3, notation: .logarithmOfOneMore),
    .elementwise(
      "log2", Log2.self, "The logarithm to base 2.", derivative: "1 / (x * log(2))",
      example: "log2(8)", edges: ["log2(0)"], samples: positive, notation: .logarithm(base: "2")),
    .elementwise(
      "log10", Log10.self, "The logarithm to base 10.", derivative: "1 / (x * log(10))",
      example: "log10(1000)", edges: ["log10(0)"], samples: positive,
      notation: .logarithm(base: "10")),
    .elementwise(
      "logsigmoid", LogSigmoid.self, "The logarithm of the logistic function.",
      formula: "-ln(1 + e^(-x))", derivative: "sigmoid(-x)", example: "logsigmoid(0)",
      edges: ["logsigmoid(-1000)", "logsigmoid(700)"], samples: reals, notation: .logarithmOfSigmoid
    ),
    .elementwise(
      "log1mexp", Log1mExp.self, "ln(1 - e^x), for x ≤ 0; nan above.", derivative: "-1 / expm1(-x)",
      example: "log1mexp(-1)", edges: ["log1mexp(0)", "log1mexp(1)"],
      samples: -4 ... -0.1, notation: .logarithmOfOneLessExponential),
    .elementwise(
      "sqrt", SquareRoot.self, "The square root.", derivative: "1 / (2 * sqrt(x))",
      example: "sqrt(2)", edges: ["sqrt(0)", "sqrt(-1)"], samples: positive, notation: .root),
    .elementwise(
      "square", Square.self, "x².", derivative: "2 * x", example: "square(3)", samples: reals,
      notation: .square),
    .elementwise(
      "sin", Sine.self, "The sine of an angle in radians.", derivative: "cos(x)",
      example: "sin(pi / 6)", samples: reals),
    .elementwise(
      "cos", Cosine.self, "The cosine of an angle in radians.", derivative: "-sin(x)",
      example: "cos(0)", samples: reals),
    .elementwise(
      "tan", Tangent.self, "The tangent of an angle in radians.", derivative: "1 + tan(x)^2",
      example: "tan(0)",
      samples: -1.2...1.2),
    .elementwise(
      "asin", ArcSine.self, "The angle in radians that has a sine.",
      derivative: "1 / sqrt(1 - x^2)", example: "asin(1)", edges: ["asin(2)"],
      samples: -0.9...0.9, notation: .called("arcsin")),
    .elementwise(
      "acos", ArcCosine.self, "The angle in radians that has a cosine.",
      derivative: "-1 / sqrt(1 - x^2)", example: "acos(1)", edges: ["acos(2)"],
      samples: -0.9...0.9, notation: .called("arccos")),
    .elementwise(
      "atan", ArcTangent.self, "The angle in radians that has a tangent.",
      derivative: "1 / (1 + x^2)", example: "atan(1)", edges: ["atan(inf)"],
      samples: reals, notation: .called("arctan")),
    .elementwise(
      "sinh", HyperbolicSine.self, "The hyperbolic sine.", derivative: "cosh(x)",
      example: "sinh(1)", samples: reals),
    .elementwise(
      "cosh", HyperbolicCosine.self, "The hyperbolic cosine.", derivative: "sinh(x)",
      example: "cosh(1)", samples: reals),
    .elementwise(
      "tanh", HyperbolicTangent.self, "The hyperbolic tangent.", derivative: "1 - tanh(x)^2",
      example: "tanh(1)", edges: ["tanh(inf)"], samples: reals),
    .elementwise(
      "erf", ErrorFunction.self, "The error function.", formula: "(2/√π) ∫₀ˣ e^(-t²) dt",
      derivative: "2 / sqrt(pi) * exp(-x^2)", example: "erf(1)", edges: ["erf(inf)"], samples: reals
    ),
    .elementwise(
      "erfc", ComplementaryErrorFunction.self, "1 - erf(x), exact for large x.",
      derivative: "-2 / sqrt(pi) * exp(-x^2)", example: "erfc(5)", edges: ["erfc(26)"],
      samples: reals),
    Builtin(
      "lgamma", "x", .elementwise, "The logarithm of the magnitude of the gamma function.",
      formula: "ln |Γ(x)|", derivative: .words("ψ(x), the digamma function."),
      example: "lgamma(5)", edges: ["lgamma(0)"], samples: .numbers([0.3...6]),
      notation: .logarithmOfGamma,
      .unary { try .apply(LogGamma.self, $0) }),
    .piecewiseConstant(
      "floor", .elementwise, "The largest whole number not above x.", example: "floor(-1.5)",
      notation: .between(.floor)
    ) { $0.rounded(.down) },
    .piecewiseConstant(
      "ceil", .elementwise, "The smallest whole number not below x.", example: "ceil(1.2)",
      notation: .between(.ceiling)
    ) { $0.rounded(.up) },
    .piecewiseConstant(
      "round", .elementwise, "The nearest whole number, ties to the even one.",
      example: "round([0.5, 1.5, 2.5])", Scalar.roundHalfEven),
    .test("isnan", "Whether x is nan.", example: "isnan(0 / 0)") { $0.isNaN },
    .test("isfinite", "Whether x is neither infinite nor nan.", example: "isfinite(inf)") {
      $0.isFinite
    },
  ]

  static let elementwiseOfTwo: [Builtin] = [
    .elementwise(
      "logaddexp", "a, b", LogAddExp.self, "ln(e^a + e^b).",
      derivative: ["a": "sigmoid(a - b)", "b": "sigmoid(b - a)"], example: "logaddexp(0, 0)",
      edges: ["logaddexp(1000, 1000)", "logaddexp(0, -50)"],
      samples: [reals, reals], notation: .logarithmOfSumOfExponentials),
    .elementwise(
      "atan2", "y, x", Atan2.self, "The angle of the point (x, y), in radians.",
      derivative: ["y": "x / (x^2 + y^2)", "x": "-y / (x^2 + y^2)"], example: "atan2(1, -1)",
      edges: ["atan2(0, 0)"], samples: [0.5...3, 0.5...3]),
    .elementwise(
      "xlogy", "x, y", XLogY.self, "x ln y, and 0 where x is 0.",
      derivative: ["x": "log(y)", "y": "x / y"], example: "xlogy(2, 3)",
      edges: ["xlogy(0, 0)", "xlogy(0, -1)", "xlogy(1, 0)"],
      samples: [0.2...3, 0.2...3], notation: .productWithLogarithm),
    Builtin(
      "hypot", "a, b", .elementwise, "√(a² + b²), without overflow on the way.",
      derivative: .elementwise(["a": "a / hypot(a, b)", "b": "b / hypot(a, b)"]),
      example: "hypot(3, 4)", edges: ["hypot(1e300, 1e300)"],
      samples: .numbers([0.5...3, 0.5...3]), notation: .hypotenuse,
      .general { a, c in try hypot(a[0], a[1], c) }),
    Builtin(
      "where", "mask, a, b", .elementwise,
      "a where the mask is true, b elsewhere. What is not chosen contributes neither value nor "
        + "derivative.",
      derivative: .elementwise(["a": "where(mask, 1, 0)", "b": "where(mask, 0, 1)"]),
      example: "where([true, false], 1, 2)", notation: .choice,
      .general { a, _ in
        guard a[0].isMask else {
          throw EvaluationProblem.notATruthValue(.mask, a[0].kindDescription)
        }
        for value in [a[1], a[2]] where !value.isNumeric {
          throw EvaluationProblem.argumentKind("where", value.kindDescription)
        }
        return try .select(a[0], a[1], a[2])
      }),
  ]

  /// At the origin a corner, like the norm of two numbers that it is; elsewhere elementwise.
  private static func hypot(_ a: Value, _ b: Value, _ context: CallContext) throws -> Value {
    guard max(a.level, b.level) > 0, try Enclosure.among(a, b) == nil else {
      return try .apply(Hypot.self, a, b)
    }
    let zeros = try Value.byValue("both 0", a, b, content: .truths) { $0 == 0 && $1 == 0 ? 1 : 0 }
    if let graph = zeros.graph {
      try graph.refuse(where: zeros)
      return try .apply(Hypot.self, a, b)
    }
    let hasZero =
      if case .tensor(let tensor) = zeros { tensor.elements.contains { $0 != 0 } } else {
        try zeros.numberOrThrow() != 0
      }
    guard hasZero else { return try .apply(Hypot.self, a, b) }
    let shape = zeros.shape
    let pair = try Value.stacked(
      [a.broadcast(to: shape, context.account), b.broadcast(to: shape, context.account)],
      account: context.account)
    return try pair.movingFirstAxisLast().normOfRows(
      p: 2, context, corner: "both are 0, and the slope along (da, db) is hypot(da, db)")
  }
}

extension Builtin {
  /// An elementwise question, which gives a mask.
  fileprivate static func test(
    _ name: String, _ summary: String, example: String,
    _ function: @escaping @Sendable (Double) -> Bool
  ) -> Builtin {
    Builtin(
      name, "x", .elementwise, summary, example: example, smooth: .refused,
      isWithoutDerivative: true,
      .unary { x in
        guard x.isNumeric else { throw EvaluationProblem.notANumber(x.kindDescription) }
        return try .whether(name, x, function)
      })
  }
}
