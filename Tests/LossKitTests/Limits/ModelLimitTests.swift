import Foundation
import Testing

@testable import LossKit

/// The limits of a model hold for its text, its functions and their calls.
@Suite struct ModelLimitTests {
  private static let slow =
    "let slow(n, x) = if n < 1 then x else slow(n - 1, x) + slow(n - 1, x)"
  /// A recursion that ends by an input cannot be compiled.
  private static let interpreted = "param x = 1\n\(slow)\nlet a = slow(x, x)"

  @Test func theText() {
    let error = #expect(throws: LossError.self) {
      try LossModel(source: "\(Self.slow)\nparam a = slow(20, 1)", limits: Limits(steps: 1000))
    }
    #expect(error?.limit == .steps)
  }

  @Test func theMakingOfAFunction() throws {
    let model = try LossModel(
      source: "param x = 1\n\(Self.slow)\nlet a = slow(20, x)", limits: Limits(steps: 1000))
    let error = #expect(throws: LossError.self) { try model.function("a", of: ["x"]) }
    #expect(error?.limit == .steps)
    let nested = #expect(throws: LossError.self) {
      try model.function(String(repeating: "(", count: 2000) + "x", of: ["x"])
    }
    #expect(nested?.limit == .nesting)
  }

  @Test(arguments: [1, 2, 8])
  func callsOfAnInterpretedFunction(_ threads: Int) throws {
    let model = try LossModel(source: Self.interpreted, limits: Limits(steps: 2000))
    let a = try model.function("a", of: ["x"])
    #expect(!a.isCompiled)
    // Each call has all steps.
    for _ in 0..<20 { #expect(try a.value(at: [6]) == 384) }
    for call in [
      { _ = try a.value(at: [20]) }, { _ = try a.valueWithGradient(at: [20]) },
      { _ = try a.hessian(at: [20]) }, { _ = try a.minimized(from: [20]) },
    ] as [() throws -> Void] {
      let error = #expect(throws: LossError.self) { try call() }
      #expect(error?.limit == .steps)
    }
    let points = [Double](repeating: 4, count: 600)
    var values = [Double](repeating: 0, count: 600)
    var gradients = values
    func batch(_ points: [Double]) throws {
      var valueBuffer = values.mutableSpan
      var gradientBuffer = gradients.mutableSpan
      try a.valuesWithGradients(
        at: points.span, count: 600, parallelism: threads, values: &valueBuffer,
        gradients: &gradientBuffer)
    }
    try batch(points)
    #expect(values.allSatisfy { $0 == 64 })
    let error = #expect(throws: LossError.self) { try batch(points.map { _ in 30 }) }
    #expect(error?.limit == .steps)
  }

  @Test func theTimeOfACall() throws {
    let model = try LossModel(
      source: Self.interpreted, limits: Limits(duration: .milliseconds(100)))
    let a = try model.function("a", of: ["x"])
    let clock = ContinuousClock()
    let start = clock.now
    let error = #expect(throws: LossError.self) { try a.valueWithGradient(at: [60]) }
    #expect(error?.limit == .duration)
    #expect(clock.now - start < .seconds(5))
    // A call that follows has its own time.
    #expect(try a.value(at: [3]) == 24)
  }

  @Test func cancellationFromAnotherThread() async throws {
    let model = try LossModel(source: Self.interpreted)
    let a = try model.function("a", of: ["x"])
    let cancellation = Cancellation()
    let call = Task.detached { () -> Bool in
      var work = a.makeWorkspace(cancellation: cancellation)
      let point = [60.0]
      do throws(LossError) {
        _ = try a.value(at: point.span, using: &work)
        return false
      } catch {
        return error.isCancellation && error.limit == nil
      }
    }
    try await Task.sleep(for: .milliseconds(50))
    cancellation.cancel()
    #expect(await call.value)
  }
}
