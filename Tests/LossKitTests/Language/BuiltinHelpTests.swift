import Testing

@testable import LossKit

/// What the table says of each function for help: its derivative, its smooth counterpart, its
/// examples.
@Suite struct BuiltinHelpTests {
  static let differentiable = Builtins.all.filter { !($0.derivative?.byParameter.isEmpty ?? true) }

  /// Printed with every failure.
  private static let seed: UInt64 = 41

  @Test func everyFunctionSaysWhatItsDerivativeIs() {
    for builtin in Builtins.all where builtin.topic != .constants {
      // Of what draws or reads data, some hand through what they are given, as `columns` does.
      let mayHaveOne = builtin.topic == .random || builtin.topic == .data
      if builtin.isWithoutDerivative || !mayHaveOne {
        #expect((builtin.derivative == nil) == builtin.isWithoutDerivative, "\(builtin.name)")
      }
      if let derivative = builtin.derivative {
        #expect(!derivative.lines.isEmpty, "\(builtin.name)")
        if let remark = derivative.remark { #expect(remark.hasSuffix("."), "\(remark)") }
      }
    }
    #expect(Self.differentiable.count >= 60)
  }

  /// The arguments with which a function is called: at the samples of the table, else at its
  /// example; a sharpness once left out and once given.
  private func points(of builtin: Builtin) throws -> [[(name: String, text: String)]] {
    let names = builtin.parameters.map(\.name)
    var random = RandomStream(seed: Self.seed, stream: 3)
    func draw(_ interval: ClosedRange<Double>) -> String {
      let u = random.nextUniform()
      return literal(interval.lowerBound * (1 - u) + interval.upperBound * u)
    }
    func vector(_ interval: ClosedRange<Double>) -> String {
      "[" + (0..<4).map { _ in draw(interval) }.joined(separator: ", ") + "]"
    }
    var points: [[(name: String, text: String)]] = []
    switch builtin.samples {
    case .numbers(let intervals):
      points = (0..<4).map { _ in zip(names, intervals).map { ($0, draw($1)) } }
    case .vector(let interval): points = (0..<4).map { _ in [(names[0], vector(interval))] }
    case .none: break
    }
    let example = try #require(builtin.example)
    let call = try #require(CallText(example))
    let last = names.count - 1
    points.append(call.arguments.enumerated().map { (names[min($0, last)], $1) })
    if names.contains("k") {
      points = points.map { $0.filter { $0.name != "k" } + [("k", draw(0.5...3))] }
    }
    if let p = builtin.parameters.first(where: { $0.name == "p" }) {
      points = points.map { $0 + [(p.name, draw(1.5...4))] }
    }
    return points
  }

  /// Every text that is an expression agrees with what `jac` makes of the function itself.
  @Test(arguments: differentiable.map(\.name))
  func derivativeTextsAgreeWithJac(_ name: String) throws {
    let builtin = try #require(Builtins.all.first { $0.name == name })
    let derivative = try #require(builtin.derivative)
    for point in try points(of: builtin) {
      // A built-in function's name cannot be bound: such an argument stands where it is used.
      let bound = point.filter { argument in
        !Builtins.all.contains { $0.name == argument.name }
      }
      let given = point.map { argument in
        let value = bound.contains { $0.name == argument.name } ? argument.name : argument.text
        return builtin.isOption(argument.name) ? "\(argument.name) = \(value)" : value
      }
      let call = "\(name)(\(given.joined(separator: ", ")))"
      let bindings = bound.map { "let \($0.name) = \($0.text); " }.joined()
      for (parameter, text) in derivative.byParameter {
        let test = TestSession()
        let jacobian = "{ \(bindings)jac(\(call), \(parameter)) }"
        let expected: [Double]
        let found: [Double]
        if derivative.form == .adjoint {
          let size = try test.numbers("{ \(bindings)\(call) }").count
          let u = "reshape(\(literal((0..<size).map { Double($0 * 3 % 7) - 1.5 })), shape(\(call)))"
          expected = try test.numbers("{ \(bindings)vjp(\(call), \(parameter), \(u)) }")
          found = try test.numbers("{ \(bindings)let u = \(u); \(text) }")
        } else {
          expected = try test.numbers(jacobian)
          found = try test.numbers("{ \(bindings)\(text) }")
          let shapes = try ["\(bindings)\(text)", "\(bindings)jac(\(call), \(parameter))"].map {
            try test.value("{ \($0) }").shape
          }
          if derivative.form == .jacobian {
            #expect(shapes[0] == shapes[1], "\(name), \(parameter)")
          }
        }
        // Of an elementwise function at an array, the Jacobian is a diagonal: the sums of its rows.
        let isArray = derivative.form == .elementwise && expected.count != found.count
        let comparable =
          isArray
          ? try test.numbers("{ \(bindings)jvp(\(call), \(parameter), ones(shape(\(parameter)))) }")
          : expected
        let scale = comparable.reduce(1) { max($0, abs($1)) }
        #expect(!comparable.isEmpty)
        #expect(
          distance(found, comparable) <= 1e-13 * scale,
          "\(call) by \(parameter), \(text), at \(point): \(found), not \(comparable)")
      }
    }
  }

  /// What `smooth` makes of a function is what the table says that it becomes.
  @Test(arguments: Builtins.all.filter { $0.hasSmoothTwin }.map(\.name))
  func smoothCounterpartsAreWhatTheySay(_ name: String) throws {
    let builtin = try #require(Builtins.all.first { $0.name == name })
    guard case .twin(let text, _) = builtin.smooth else { return }
    let exampleText = try #require(builtin.example)
    let example = try #require(CallText(exampleText))
    for k in ["1", "2.5"] {
      var bindings = ""
      var call: [String] = []
      for (parameter, argument) in zip(builtin.parameters, example.arguments) {
        bindings += "let \(parameter.name) = \(argument); "
        call.append(parameter.name)
      }
      // Only at its corners is the norm another one.
      if name == "norm" {
        bindings += "let p = 2; "
        call.append("p")
      }
      let given = call.joined(separator: ", ")
      let test = TestSession()
      let smooth = try test.numbers("{ \(bindings)let k = \(k); smooth(\(name)(\(given)), k) }")
      let said = try test.numbers("{ \(bindings)let k = \(k); \(text) }")
      #expect(distance(smooth, said) <= 1e-13, "\(name), \(text), k = \(k): \(smooth), not \(said)")
    }
  }

  @Test func everyEdgeRuns() throws {
    var count = 0
    for builtin in Builtins.all {
      for edge in builtin.edges {
        count += 1
        #expect(edge.contains(builtin.name), "\(builtin.name): \(edge)")
        #expect(try !TestSession().text(edge).isEmpty)
      }
    }
    #expect(count >= 40)
  }
}

extension Builtin {
  fileprivate func isOption(_ parameter: String) -> Bool {
    parameters.contains { $0.name == parameter && $0.isOptionOnly }
  }
}

extension Builtin.Parameter {
  fileprivate var isOptionOnly: Bool {
    if case .option = kind { true } else { false }
  }
}
