import Foundation
import Testing

@testable import LossKit

/// A request to stop, from another thread.
///
/// One after another: beside each other these tests would measure each other's load.
@Suite(.serialized) struct CancellationTests {
  /// 100 ms where the kernels are optimized. In debug, beside other tests, a second still tells a loop
  /// that looks at the request from one that does not: each example runs for several.
  #if DEBUG
    private static let promise = Duration.seconds(1)
  #else
    private static let promise = Duration.milliseconds(100)
  #endif

  /// From the request to stop to the end of `run`.
  private func timeToStop(_ text: String, after delay: Duration) async -> Duration? {
    let cancellation = Cancellation()
    return await withCheckedContinuation { continuation in
      let thread = Thread {
        let clock = ContinuousClock()
        let requested = Handover(clock.now)
        let timer = Thread {
          Thread.sleep(forTimeInterval: delay / .seconds(1))
          requested.value = clock.now
          cancellation.cancel()
        }
        timer.start()
        do {
          let test = TestSession(cancellation: cancellation)
          try test.run("let spin(n) = if n == 0 then 0 else spin(n - 1) + spin(n - 1); param p = 1")
          try test.run(text)
          continuation.resume(returning: nil)
        } catch let error as LossError where error.isCancellation {
          continuation.resume(returning: clock.now - requested.value)
        } catch {
          Issue.record("\(text): \(error)")
          continuation.resume(returning: nil)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  /// Each would run for seconds, in kernels, in lanes, one by one, in recursion and in loops of
  /// statements.
  @Test(arguments: [
    "sum(sin(i) * cos(i) for i in 0..<4000000)",
    "[if i % 2 == 0 then i else -i for i in 0..<1000000]",
    "spin(60)",
    "let A = ones(700, 700); sum(A @ A @ A @ A)",
    "let v = linspace(0, 1, 1000000); sum(sum(erf(lgamma(v + 1)) * sin(v)) for _ in 0..<100)",
    "check sum(sort(randn(2000) + p)) < inf",
    "sum(sum(sort(randn(2000) + i)) for i in 0..<20000)",
    "fold((a, b) -> a + b, 0, 0..<400000)",
    "sum(i * j for i in 0..<3000, j in 0..<3000 if i != j)",
    "let B = eye(400) + ones(400, 400); logdet(B @ B @ B) + sum(solve(B, B) @ B @ B)",
    "grad(sum(p * sin(i * p) for i in 0..<4000000), p)",
    "table spin(12) for k in 0..<100000",
  ])
  func stopsWithinATenthOfASecond(_ text: String) async {
    guard let time = await timeToStop(text, after: .milliseconds(100)) else {
      Issue.record("\(text) ended before it was stopped")
      return
    }
    print("stopped after \(time): \(text)")
    #expect(time < Self.promise, "\(text): \(time)")
  }

  @Test func theSessionGoesOnAfterAStop() throws {
    let cancellation = Cancellation()
    let test = TestSession(cancellation: cancellation)
    try test.run("param x = 2; let f = x^2")
    cancellation.cancel()
    #expect(try test.error("sum(f * i for i in 0..<1000000)").isCancellation)
    cancellation.reset()
    #expect(try test.number("f") == 4)
    #expect(try test.shownGradient("f") == [4])
  }
}

/// A value that two threads hand over.
private final class Handover<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: Value
  init(_ value: Value) { stored = value }
  var value: Value {
    get { lock.withLock { stored } }
    set { lock.withLock { stored = newValue } }
  }
}
