import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Bench {
  /// P8: a whole process that reads a table of 10 columns of numbers.
  func measureTable() {
    guard let program = lossProgram else {
      return report.skip(.table, "the program loss is not beside loss-bench")
    }
    let rows = isQuick ? 10_000 : 1_000_000
    // Six digits are what instruments write, seventeen what programs do.
    for digits in [6, 17] {
      let text = Self.table(rows: rows, digits: digits)
      let path =
        (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/loss-bench-\(getpid()).csv"
      defer { unlink(path) }
      guard let file = fopen(path, "w") else {
        return report.skip(.table, "\(path) cannot be written")
      }
      let written = text.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
      guard fclose(file) == 0, written == text.count else {
        return report.skip(.table, "\(path) cannot be written")
      }
      let call = [program, "-e", "print count(csv(\"\(path)\").c9 < 1)"]
      guard let first = run(call) else { return report.skip(.table, "the program loss fails") }
      report.check(.table, [Double(first.output.dropLast()) ?? .nan], is: [Double(rows)])
      do throws(LossError) {
        let times = try clock.times { calls throws(LossError) in
          for _ in 0..<calls { _ = run(call) }
        }
        report.add(
          .table, times.best, median: times.median, "s",
          [
            "digits": "\(digits)", "megabytes": "\(text.count / 1_000_000)",
            "memory_megabytes": "\(first.memory / 1_000_000)",
          ])
      } catch {
        report.skip(.table, error.message)
      }
    }
  }

  /// Numbers in 0..<1 with so many digits, by the rule of the other inputs' kind: whole numbers only.
  private static func table(rows: Int, digits: Int) -> [UInt8] {
    var text = Array("c0,c1,c2,c3,c4,c5,c6,c7,c8,c9\n".utf8)
    text.reserveCapacity(rows * 10 * (digits + 3))
    var state: UInt64 = 1
    for _ in 0..<rows {
      for column in 0..<10 {
        text += [UInt8(ascii: "0"), UInt8(ascii: ".")]
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var rest = state >> 4
        for _ in 0..<digits {
          text.append(UInt8(ascii: "0") + UInt8(rest % 10))
          rest /= 10
        }
        text.append(column < 9 ? UInt8(ascii: ",") : UInt8(ascii: "\n"))
      }
    }
    return text
  }
}
