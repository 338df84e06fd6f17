@testable import LossKit

/// What writes an expression or its results as text, which is read back.
enum DifferentialExporters {
  /// The formatter: what it writes has the same value and gradient, to the last bit.
  static func compareFormatted(_ bench: DifferentialBench) throws -> DifferentialFinding {
    let text = bench.test.script(at: bench.point)
    let formatted: String
    do throws(LossError) { formatted = try Syntax.formatted(text) } catch {
      return .differs("loss fmt: \(error.message)")
    }
    return try compare(bench, with: formatted, "formatted")
  }

  /// `:save`: the script that it writes has the same value and gradient, to the last bit.
  static func compareSaved(_ bench: DifferentialBench) throws -> DifferentialFinding {
    try compare(bench, with: bench.session().savedScript(), "saved")
  }

  private static func compare(_ bench: DifferentialBench, with script: String, _ how: String) throws
    -> DifferentialFinding
  {
    let session = Session()
    session.evaluator.compilesDerivatives = false
    do throws(LossError) { try session.run(script) { _ in } } catch {
      return .differs("\(how): \(error.rendered().plain)\n\(script)")
    }
    for text in ["f", "grad(f)"] {
      let expected = try bench.numbers(text)
      let found: DifferentialBench.Numbers
      do throws(LossError) {
        found = .some(try session.value(of: text).elements)
      } catch { found = .none(error.message) }
      switch (expected, found) {
      case (.some(let a), .some(let b)) where ProgramAgreement.isSame(a, b): continue
      case (.none(let a), .none(let b)) where a == b: continue
      default: return .differs("\(how): \(text) is \(found), not \(expected)\n\(script)")
      }
    }
    return .agrees
  }

  /// `--json`: value and gradient read back to the same doubles.
  static func compareJSON(_ bench: DifferentialBench) throws -> DifferentialFinding {
    let session = try bench.session()
    var outputs: [Output] = []
    do throws(LossError) { try session.run("f") { outputs.append($0) } } catch {
      return .skipped("an error")
    }
    guard let output = outputs.last, case .value(let value, let gradient, _) = output.content
    else { return .differs("no value is shown: \(outputs.map { $0.json(file: nil) })") }
    let json = output.json(file: nil)
    for (name, value) in [("value", value)] + (gradient ?? []).map({ ($0.name, $0.value) }) {
      let found = numbers(of: name, in: json)
      if !ProgramAgreement.isSame(found, value.elements) {
        return .differs("JSON has \(name) \(found), not \(value.elements)")
      }
    }
    // What is shown is what `grad` gives.
    guard let gradient, case .some(let expected) = try bench.numbers("grad(f)") else {
      return .agrees
    }
    let shown = gradient.flatMap(\.value.elements)
    return ProgramAgreement.isSame(shown, expected)
      ? .agrees : .differs("shown is the gradient \(shown), grad(f) is \(expected)")
  }

  /// The numbers that a JSON object has at a key, in their order.
  ///
  /// Not by `JSONSerialization`, which rounds some numbers to the wrong double.
  private static func numbers(of key: String, in json: String) -> [Double] {
    guard let start = json.firstRange(of: "\"\(key)\": ")?.upperBound else { return [] }
    var depth = 0
    let value = json[start...].prefix { character in
      depth += character == "[" ? 1 : character == "]" ? -1 : 0
      return character != "}" && (character != "," || depth > 0)
    }
    return value.split { "[], \"".contains($0) }.map {
      $0 == "true" ? 1 : $0 == "false" ? 0 : Double($0) ?? .nan
    }
  }

  /// `:explain`: the whole has the value of the expression, to the last bit.
  static func compareExplanation(_ bench: DifferentialBench) throws -> DifferentialFinding {
    let session = try bench.session()
    do throws(LossError) {
      let explained = try session.explanation(of: bench.test.expression.text)
      guard let found = explained.root.numbers else { return .skipped("an error") }
      session.evaluator.begin()
      let expected = try session.value(of: bench.test.expression.text).elements
      return ProgramAgreement.isSame(found, expected)
        ? .agrees : .differs("explained is \(found), not \(expected)")
    } catch { return .skipped("an error") }
  }

  /// `loss latex`: the gradient as an expression, at this point and at another one.
  ///
  /// Its rules are those that the table states for readers, not those that are evaluated: they need
  /// not be stable, so that they are held to 1e-9 of the gradient's size and of 1, beside rounding.
  static func compareSymbolic(_ bench: DifferentialBench, constantCorners: Int) throws
    -> DifferentialFinding
  {
    if bench.corners > constantCorners { return .skipped("at a corner") }
    let session = try bench.session()
    let formula: FormulaWithGradients
    do throws(LossError) { formula = try session.gradients(of: "f") } catch {
      return .skipped("an error")
    }
    var compared = false
    var isRefuted = false
    for gradient in formula.gradients {
      switch gradient.result {
      case .failure(let failure):
        // The program compares its own rules with `grad`, and gives no gradient where they differ.
        if failure.reason.contains("cannot be read back") { return .differs(failure.reason) }
        isRefuted = isRefuted || failure.reason.contains("what the rules give")
      case .success(let text):
        let exact = "grad(f, \(gradient.input))"
        guard case .some(let found) = try bench.numbers(text),
          case .some(let expected) = try bench.numbers(exact), found.count == expected.count
        else { continue }
        guard (found + expected).allSatisfy(\.isFinite) else { continue }
        compared = true
        let scale = max(1, expected.reduce(0) { max($0, $1.magnitude) })
        if distance(found, expected) <= 1e-9 * scale { continue }
        return .differs("symbolic, by \(gradient.input): \(text) is \(found), not \(expected)")
      }
    }
    return compared ? .agrees : .skipped(isRefuted ? "refused: the rules differ" : "no rules")
  }
}
