import Foundation
import Testing

@testable import LossKit

/// Nothing that is typed ends the process: depth and size.
@Suite struct LimitTests {
  /// Runs a text on a thread of its own with the stack of a server's.
  private func messageOnSmallStack(_ text: String) async -> String? {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        do {
          try TestSession().run(text)
          continuation.resume(returning: nil)
        } catch {
          continuation.resume(returning: (error as? LossError)?.message ?? "\(error)")
        }
      }
      thread.stackSize = 512 * 1024
      thread.start()
    }
  }

  private static func nested(_ opening: String, _ count: Int, _ closing: String = "") -> String {
    String(repeating: opening, count: count) + "x" + String(repeating: closing, count: count)
  }

  @Test(arguments: [
    "let f(n) = f(n + 1); f(0)",
    "let f(n) = 1 + f(n + 1); f(0)",
    "let f(n) = { let m = n + 1; f(m) }; f(0)",
    "let f(n) = sum(f(n + 1) for _ in 0..<3); f(0)",
    "let f(n) = map(f, [n, n])[0]; f(0)",
    "let f(n) = fold((a, b) -> f(a), n, [1]); f(0)",
    "let f(n) = [f(n + 1)][0]; f(0)",
    "let f(n) = if n < 0 then 0 else f(n + 1); f(0)",
    "let f(n) = f(n + 1) at (y = 1); param y = 0; f(0)",
    "let f(n) = g(n); let g(n) = f(n); f(0)",
    "let f = x -> x(x); f(f)",
    "param y = 1; let f(x) = grad(f(x), x); f(1)",
    "param y = 1; let f(x) = y * f(x + 1); grad(f(0), y)",
    "param y = 1; let f(x) = y * f(x + 1); diff(f(0), y, 3)",
    "let a = b + 1; let b = a + 1; a",
    "let f(n, m = f(n)) = m; f(1)",
    "param x = 1\n" + nested("(", 100_000, ")"), "param x = 1\n" + nested("-(", 100_000, ")"),
    "param x = 1\n" + nested("[", 100_000, "]"), "param x = 1\n" + nested("{ ", 100_000, " }"),
    "param x = 1\n" + nested("abs(", 100_000, ")"),
    "param x = 1\n" + nested("(", 900, ")") + nested("(", 900, ")"),
  ])
  func endlessDepthIsAnError(_ text: String) async {
    let message = await messageOnSmallStack(text)
    #expect(message != nil, "\(text.prefix(60))")
  }

  @Test(arguments: [
    "param x = 1\n" + nested("-", 200_000),
    "param x = 1\n" + String(repeating: "x + ", count: 1_000_000) + "x",
    "param x = 1\n" + String(repeating: "x * ", count: 200_000) + "x",
    "param x = 1\n" + String(repeating: "x^", count: 100_000) + "x",
    "param x = 1\nsum([" + String(repeating: "x, ", count: 200_000) + "1])",
    "param x = 1\n" + nested("(", 100, ")"), "param x = 1\n" + nested("abs(", 50, ")"),
    (0..<50).map { "let a\($0) = a\($0 + 1) + 1\n" }.joined() + "let a50 = 1\na0",
    "let f(n) = if n == 0 then 0 else f(n - 1); f(25)",
    "print " + String(repeating: "1 < 2 and ", count: 100_000) + "true",
  ])
  func longTextsRun(_ text: String) async {
    #expect(await messageOnSmallStack(text) == nil, "\(text.prefix(60))")
  }

  /// A long chain of formulas is as deep as a recursion: an answer or an error.
  @Test func longChainsOfFormulasEndSomehow() async {
    let text = (0..<20_000).map { "let a\($0) = a\($0 + 1) + 1\n" }.joined() + "let a20000 = 1\na0"
    let message = await messageOnSmallStack(text)
    #expect(message == nil || message?.isEmpty == false)
  }

  // MARK: Memory

  @Test(arguments: [
    "zeros(1e12)", "zeros(1e6, 1e6)", "zeros(1e19)", "ones(1e300)", "full(1e12, 1)", "eye(1e6)",
    "rand(1e12)", "randn(1e9, 1e9)", "linspace(0, 1, 1e12)", "onehot(0, 1e12)",
    "permutation(1e12)", "reshape([1], 1e12, 1e12)", "outer(zeros(1e5), zeros(1e5))",
    "[i for i in 0..<1e12]", "sum(i for i in 0..<1e12)", "[0 for i in 0..<1e6, j in 0..<1e6]",
    "0..<1e12", "0...1e300", "zeros(1e5, 1) + zeros(1, 1e5)",
    "jac(x -> x * ones(1e5), ones(1e5))",
    "param v = zeros(20000); hess(sum(outer(v, v)), v)", "stack(zeros(3), zeros(2, 3))",

    "csv(\"none.csv\")", "zeros(-1)", "zeros(2.5)", "diff(x -> x^2, 1e9)(1)", "topk([1], 1e12)",
    "reshape(zeros(8), -1, 0)", "reshape(zeros(0), -1, 0)", "reshape([1, 2], 1e10, -1, 1e10)",
    "zeros(9223372036854775807, 2)", "[1, 2][9223372036854775807]",
    "[1, 2][-9223372036854775808]", "[1, 2][1e30]", "[1, 2][0..<1e30]", "zeros(3)[-1e30...]",
    "1e30...1e30", "-9223372036854775808...9223372036854775807",
  ])
  func tooMuchIsAnErrorAndTheSessionGoesOn(_ text: String) throws {
    let test = TestSession()
    #expect(try !test.error(text).message.isEmpty)
    #expect(try test.number("1 + 1") == 2)
  }

  /// An evaluation that ran out of memory gives back what it had drawn: most of the limit fits again.
  @Test func whatWasDrawnIsGivenBack() throws {
    let test = TestSession()
    for text in [
      "fold((a, b) -> concat(a, a), [1, 2], 0..<100)", "let v = zeros(1e7); [v for _ in 0..<100]",
      "param w = zeros(2000); hess(sum(outer(w, w) @ w), w)",
    ] {
      #expect(try !test.error(text).message.isEmpty)
    }
    #expect(try test.number("zeros(1.2e8)[1]") == 0)
  }
}
