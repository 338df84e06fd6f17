#if os(Linux)
  import Foundation
  import Testing

  /// A session of many lines: memory stays where it was.
  ///
  /// Not under a sanitizer, which keeps memory for its own purposes; `bin/nightly` runs 100,000 lines.
  @Suite(.enabled(if: ProcessInfo.processInfo.environment["LOSS_SANITIZER"] == nil))
  struct EnduranceTests {
    private static let lines =
      ProcessInfo.processInfo.environment["LOSS_ENDURANCE_LINES"].flatMap { Int($0) } ?? 10_000

    @Test func memoryStaysFlat() throws {
      let result = try Program.run(["\(Self.lines)"], executable: "EnduranceRun")
      #expect(result.status == 0, "\(result.errors)")
      // "20210 lines, 29188096 bytes"
      let milestones = result.outputLines.compactMap { line -> (lines: Int, bytes: Int)? in
        let words = line.split(separator: " ")
        guard words.count == 4, words[1] == "lines," else { return nil }
        return Int(words[0]).flatMap { lines in Int(words[2]).map { (lines, $0) } }
      }
      try #require(milestones.count >= 10)
      // Caches, and what is made when it is first needed, are there after a fifth.
      let start = try #require(milestones.first { $0.lines >= Self.lines / 5 })
      for milestone in milestones where milestone.lines > start.lines {
        #expect(milestone.bytes <= start.bytes + 1 << 20, "\(milestone) after \(start)")
      }
      print("resident: \(start) at first, \(milestones.last ?? start) at the end")
    }
  }
#endif
