import Foundation
import Testing

@testable import LossKit

/// Compiled functions against the references that the interpreter is tested against, and against the
/// interpreter.
@Suite struct ReferenceAgreementTests {
  /// At the points of `expressions.jsonl` nothing ties, so the programs themselves answer.
  @Test func expressions() throws {
    var compiled = 0
    for row in try ExpressionReferenceTests.rows() {
      let model = try LossModel(source: row.declarations)
      let function = try model.function(row.expression, of: row.names)
      if function.isCompiled { compiled += 1 }
      let point = function.inputs.flatMap { input in row.point[input.name] ?? [] }
      let expected = row.names.flatMap { row.gradient[$0] ?? [] }
      let scale = row.names.flatMap { row.gradientScale[$0] ?? [] }
      let (value, gradient) = try function.valueWithGradient(at: point)
      #expect(gradient.count == expected.count)
      for (found, (number, scale)) in zip(
        [value, try function.value(at: point)] + gradient,
        zip([row.value, row.value] + expected, [row.valueScale, row.valueScale] + scale))
      {
        // As the file's README says: 4 · 2^-52 of the scale and the rounding of the result.
        #expect(
          abs(found - number) <= 0x1p-52 * (4 * scale + abs(number)),
          "\(row.testDescription): \(found), not \(number); scale \(scale)")
      }
    }
    #expect(compiled == 300)
  }

  /// At a corner the gradient is the interpreter's to the last bit, beside it within rounding.
  @Test func kinks() throws {
    var (compiled, corners) = (0, 0)
    for row in try KinkReferenceTests.rows() {
      let model = try LossModel(source: row.declarations(row.point.indices))
      for names in [row.variables, row.variables.reversed()] {
        let function = try model.function(row.expression, of: names)
        if function.isCompiled { compiled += 1 }
        let point = names.map { row.point[row.variables.firstIndex(of: $0) ?? 0] }
        let beside = point.indices.map { point[$0] + 0.25 * Double($0 + 1) }
        for place in [point, beside] {
          let (expected, problem) = ProgramAgreement(function: function).compare(at: place) {
            Self.normwise($0, $1)
          }
          corners += expected.corners > 0 ? 1 : 0
          #expect(problem == nil, "\(row.testDescription) at \(place)")
        }
      }
    }
    #expect(compiled == 2 * (try KinkReferenceTests.rows().count))
    #expect(corners >= 200)
  }

  /// The library of losses by the inputs that `losses.jsonl` differentiates by.
  @Test func losses() throws {
    var (compiled, count) = (0, 0)
    for test in LossLibraryTests.cases {
      let inputs = test.inputs.sorted { $0.key < $1.key }
      let declarations = try inputs.map { name, value in
        "param \(name) = \(try LossLibraryTests.text(value))"
      }
      let model = try LossModel(
        source: (["import losses"] + declarations).joined(separator: "\n"))
      let names = inputs.map(\.key).filter { test.gradient[$0] != nil }
      let function = try model.function(test.call, of: names)
      count += 1
      if function.isCompiled { compiled += 1 } else { print("\(test.call) is interpreted") }
      let point = names.flatMap { LossLibraryTests.numbers(test.inputs[$0] ?? .null) }
      let tolerance = try #require(test.json["tolerance"]?.double)
      let value = try #require(test.json["value"]?.double)
      let (found, gradient) = try function.valueWithGradient(at: point)
      let expected = names.flatMap { LossLibraryTests.numbers(test.gradient[$0] ?? .null) }
      #expect(gradient.count == expected.count)
      #expect(
        LossLibraryTests.agree(found, value, tolerance),
        "line \(test.line), \(test.call): \(found), not \(value)")
      // An element that is a sum of larger ones of both signs is known as well as they are: one sweep
      // back adds them up one by one, not compensated as along each direction.
      let largest = expected.filter(\.isFinite).reduce(0) { max($0, abs($1)) }
      for (a, b) in zip(gradient, expected) {
        #expect(
          LossLibraryTests.agree(a, b, tolerance) || abs(a - b) <= 4 * tolerance * largest,
          "line \(test.line), gradient of \(test.call): \(a), not \(b)")
      }
    }
    print("losses: \(compiled) of \(count) compiled")
    #expect(Double(compiled) >= 0.95 * Double(count))
  }

  /// Every formula of the example scripts that is one number, by all params of its script.
  @Test func examples() throws {
    var (compiled, count) = (0, 0)
    for file in Project.files(in: Project.examples, ending: ".loss") {
      let path = Project.examples.appending(path: file)
      let files = FileAccess { path throws(FileAccess.Failure) in
        guard let data = try? Data(contentsOf: Project.examples.appending(path: path)) else {
          throw FileAccess.Failure(reason: "there is no such file")
        }
        return Array(data)
      }
      let model = try LossModel(source: try Project.text(path), files: files)
      for name in model.root.order.compactMap({ model.root.own($0) }).filter({
        $0.kind == .formula
      }).map(\.name) {
        guard model.size(of: name) == 1,
          let function = try? model.function(name, of: model.params)
        else { continue }
        // The interpreter would take hours for the Hessian of the 650 numbers of the digits.
        if function.inputCount > 100 { continue }
        count += 1
        if function.isCompiled { compiled += 1 } else { print("\(file): \(name) is interpreted") }
        var random = RandomStream(seed: 17, stream: UInt64(count))
        for _ in 0..<3 {
          let point = (0..<function.inputCount).map { _ in random.nextUniform() * 2 - 1 }
          let (_, problem) = ProgramAgreement(function: function).compare(at: point) {
            Self.normwise($0, $1)
          }
          #expect(problem == nil, "\(file): \(name)")
        }
      }
    }
    print("examples: \(compiled) of \(count) formulas compiled")
    #expect(count >= 18)
    #expect(Double(compiled) >= 0.9 * Double(count))
  }

  /// Every form of every built-in function, in a sum with weights.
  @Test(arguments: BuiltinForm.all)
  func builtins(_ form: BuiltinForm) throws {
    let points = form.points(3, seed: 11)
    let count = try #require(
      try LossModel(source: "data v = \(literal(points[0])); let y = \(form.expression)")
        .size(of: "y"))
    let weights = (0..<count).map { 0.25 + Double($0) / 8 }
    let model = try LossModel(
      source: """
        param v = \(literal(points[0])); data w = \(literal(weights))
        let g = dot(reshape(\(form.expression), -1), w)
        """)
    let function = try model.function("g", of: ["v"])
    #expect(function.isCompiled != Self.interpretedForms.contains(form.expression))
    // The last point has ties.
    for point in points + [points[0].map { ($0 * 2).rounded() / 2 }] {
      let (_, problem) = ProgramAgreement(function: function).compare(at: point) {
        Self.normwise($0, $1)
      }
      #expect(problem == nil, "\(form.expression) at \(point)")
    }
  }

  /// The forms that are left to the interpreter.
  static let interpretedForms: Set<String> = [
    "solve(reshape(v, 3, 3) + 9 * eye(3), reshape(v, 3, 3)[0])",
    "solve(reshape(v, 3, 3) + 9 * eye(3), reshape(v, 3, 3))",
    "logdet(reshape(v, 3, 3) + 9 * eye(3))",
    "cholesky(reshape(v, 3, 3) @ reshape(v, 3, 3).T + 3 * eye(3))",
    // How many elements there are depends on the values.
    "v[v > 0]", "[x^2 for x in v if x > 0]",
  ]

  /// 32 roundings of the largest number of the result, or of 1: the parts of a short sum of numbers
  /// near 1 are known to no more.
  static func normwise(
    _ expected: ProgramAgreement.Results, _ found: ProgramAgreement.Results
  ) -> [Double] {
    let largest = expected.all.reduce(1) { max($0, abs($1)) }
    return expected.all.map { _ in 32 * 0x1p-53 * largest }
  }
}
