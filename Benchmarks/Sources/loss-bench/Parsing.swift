import LossKit

extension Bench {
  /// P7: lexing and parsing of generated scripts.
  func measureParsing() {
    let lines = [
      "let margin_1 = max(s[j] for j in 0..<len(s) if j != y) - s[y]",
      "let f(a, b = 2.5e-3) = softplus(a*x + b, k = 4) - relu(-a) / (1 + b^2)   # a comment",
      "check lse(s) >= max(s) - 1e-9 over (s = randn(5), k in 1...8)",
      "assert [1, 2, 3] @ w ~= 0.25 within 1e-6, \"three terms\"",
    ]
    let block = lines.joined(separator: "\n") + "\n"
    // A text that is wrong at its end is one that was read to its end.
    let wrong = Syntax.check(block + "let = 3")
    report.check(.parsing, wrong.map { Double($0.line) }, is: [Double(lines.count + 1)])
    for megabytes in isQuick ? [1] : [5, 25, 50] {
      let text = String(
        repeating: block, count: megabytes * 1_000_000 / block.utf8.count)
      var errors = 0
      do throws(LossError) {
        let times = try clock.times { calls throws(LossError) in
          for _ in 0..<calls { errors += Syntax.check(text).count }
        }
        report.check(.parsing, [Double(errors)], is: [0])
        let size = Double(text.utf8.count) / 1e6
        report.add(
          .parsing, size / times.best, median: size / times.median, "MB/s",
          ["megabytes": "\(megabytes)"])
      } catch {
        report.skip(.parsing, error.message)
      }
    }
  }
}
