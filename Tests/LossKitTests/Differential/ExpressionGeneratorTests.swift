import Testing

@testable import LossKit

/// What the generator draws.
@Suite struct ExpressionGeneratorTests {
  /// The functions that no expression calls, and why not.
  private static let exempt: [String: String] = [
    "csv": "reads a file", "codes": "takes texts", "kinks": "counts", "gradcheck": "reports",
  ]

  /// A new entry of the table is drawn from at once: nothing names the functions a second time.
  @Test func everyFunctionIsCalled() {
    var text = ""
    for number in UInt64(0)..<3_000 {
      text += DifferentialCase(seed: 5, number: number).expression.text + "\n"
    }
    let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    for builtin in Builtins.all {
      let isCalled = words.contains(builtin.name)
      #expect(isCalled != (Self.exempt[builtin.name] != nil), "\(builtin.name)")
    }
  }

  @Test func formsAreFoundByTrying() throws {
    let forms = CallForm.all.map { form in
      "\(form.template): \(form.operands.map(\.kind)) -> \(form.result)"
    }
    #expect(
      CallForm.all.contains { $0.template == "softmax(#, axis = 0)" && $0.result == .matrix(3, 4) })
    #expect(CallForm.all.contains { $0.template == "max(#, #, #)" && $0.result == .number })
    #expect(CallForm.all.contains { $0.template == "smoothmax(#, #, \"sparse\")" })
    #expect(CallForm.all.contains { $0.template == "topk(#, 2)" && $0.result == .vector(2) })
    // Cholesky's matrix has to be positive definite, the sharpness positive.
    #expect(CallForm.all.contains { $0.template == "cholesky(#)" && $0.operands[0].isDefinite })
    #expect(
      CallForm.all.contains { $0.template == "lse(#, k = #)" && $0.operands[1].interval == 0...1 })
    #expect(forms.count > 1_000 && Set(forms).count == forms.count)
  }

  /// The same for a seed, and different for different ones.
  @Test func expressionsAreRepeatable() {
    let texts = (0..<200).map { DifferentialCase(seed: 9, number: $0).script(at: 2) }
    #expect(texts == (0..<200).map { DifferentialCase(seed: 9, number: $0).script(at: 2) })
    #expect(Set(texts).count > 195)
  }
}
