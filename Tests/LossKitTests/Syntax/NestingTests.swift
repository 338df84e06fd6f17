import Foundation
import Testing

@testable import LossKit

/// Deep and long texts, on a thread with the stack of a server's.
@Suite struct NestingTests {
  /// Parses on a thread of its own with a stack of 512 KB.
  private func parseOnSmallStack(_ text: String) async -> ParseResult {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        continuation.resume(returning: parse(Source(text: text), symbols: SymbolTable()))
      }
      thread.stackSize = 512 * 1024
      thread.start()
    }
  }

  private static func nested(_ opening: String, _ count: Int, _ closing: String = "") -> String {
    String(repeating: opening, count: count) + "x" + String(repeating: closing, count: count)
  }

  @Test(arguments: [
    nested("(", 100_000), nested("(", 100_000, ")"), nested("[", 100_000, "]"),
    nested("{", 100_000, "}"), nested("f(", 100_000, ")"), nested("v[", 100_000, "]"),
    nested("x -> ", 100_000), nested("2^-", 100_000), nested("∇", 100_000),
    nested("if x then 1 else (", 100_000, ")"), nested("if ", 100_000), nested("-(", 100_000, ")"),
    "f" + String(repeating: "(x)", count: 100_000), "r" + String(repeating: ".f", count: 100_000),
    "x" + String(repeating: " at (x = 1)", count: 100_000),
    "[" + nested("x for x in [", 100_000, "]"), nested("{ let f(a) = ", 100_000),
  ])
  func nestingTooDeepIsOneError(_ text: String) async {
    let result = await parseOnSmallStack(text)
    #expect(result.errors.count == 1)
    #expect(result.errors.first?.message.hasPrefix("nested too deeply") == true)
  }

  @Test func theLimitIsNamed() {
    // Steps of a chain of calls need no stack, so that it is the count that ends this.
    let error = parse(
      Source(text: "f" + String(repeating: "(x)", count: 1001)), symbols: SymbolTable()
    ).errors.first
    #expect(error?.message == "nested too deeply: the limit is 1000 levels")
    let atLimit = "f" + String(repeating: ".x", count: 998)
    #expect(parse(Source(text: atLimit), symbols: SymbolTable()).errors.isEmpty)
  }

  @Test(arguments: [
    nested("-", 200_000), nested("- ", 200_000), nested("not ", 200_000),
    String(repeating: "x + ", count: 1_000_000) + "x",
    String(repeating: "x * ", count: 200_000) + "x", String(repeating: "x^", count: 200_000) + "x",
    String(repeating: "x and x or ", count: 100_000) + "x",
    String(repeating: "if c then 1 else ", count: 100_000) + "x",
    "[" + String(repeating: "1, ", count: 200_000) + "]",
    String(repeating: "x; ", count: 200_000), String(repeating: "\n", count: 200_000),
  ])
  func longTextsParse(_ text: String) async {
    let result = await parseOnSmallStack(text)
    #expect(result.errors.isEmpty)
  }

  @Test func modestNestingFitsASmallStack() async {
    let result = await parseOnSmallStack(Self.nested("(1 + f(", 20, "))"))
    #expect(result.errors.isEmpty)
  }

  @Test func chainsAreOneLevelDeep() async {
    let tree = await parseOnSmallStack(String(repeating: "x - ", count: 1000) + "x").tree
    #expect(tree.nodes.filter { $0.kind == .sum }.count == 1)
    #expect(tree.nodes.first { $0.kind == .sum }.map { tree.list(at: $0.a).count } == 3001)
  }

  @Test func theGuardKnowsTheThread() async {
    #expect(!StackGuard().isExhausted)
    let depth = await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: Self.descend(0, StackGuard())) }
      thread.stackSize = 512 * 1024
      thread.start()
    }
    // 512 KB less the reserve, in steps of a little more than 1 KB.
    #expect((200...420).contains(depth))
  }

  /// The depth at which the guard stops a recursion whose frames hold 1 KB; ends without it too.
  @inline(never)
  private static func descend(_ depth: Int, _ stack: StackGuard) -> Int {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 128) { buffer in
      buffer.initialize(repeating: depth)
      if stack.isExhausted || depth > 100_000 { return depth }
      // Read after the call, so that the frame stays.
      return descend(depth + 1, stack) + buffer[depth % 128] - depth
    }
  }
}
