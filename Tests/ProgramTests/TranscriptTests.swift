import Foundation
import Testing

/// The transcripts of the README and the guide: whoever types them sees what they show.
@Suite struct TranscriptTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let pages: [String] = {
    let guide = "Sources/LossKit/LossKit.docc"
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: guide).path)
    return ["README.md"]
      + (files ?? []).filter { $0.hasSuffix(".md") }.sorted().map { "\(guide)/\($0)" }
  }()

  /// An entry at the prompt and what follows it.
  struct Exchange: Sendable {
    let line: Int
    let entry: String
    var answer: [String] = []
  }

  static func exchanges(in page: String) throws -> [Exchange] {
    let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
    var exchanges: [Exchange] = []
    var isInside = false
    var isTranscript = false
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") {
        isInside.toggle()
        isTranscript = false
      } else if isInside, line.hasPrefix("loss> ") {
        isTranscript = true
        exchanges.append(Exchange(line: number + 1, entry: String(line.dropFirst(6))))
      } else if isTranscript {
        exchanges[exchanges.count - 1].answer.append(String(line))
      }
    }
    return exchanges
  }

  /// How long `:time` took, how often it ran and whether it names the first run are the machine's.
  private static func withoutTimes(_ line: String) -> String {
    guard line.hasPrefix("median ") else { return line }
    return line.replacing(/[0-9][0-9.,]*( [nµm]?s\b)?/, with: "N")
      .replacing(/, the first N$/, with: "")
  }

  /// A page is one session, at a terminal of 80 columns.
  @Test(arguments: pages)
  func transcripts(_ page: String) throws {
    let exchanges = try Self.exchanges(in: page)
    guard !exchanges.isEmpty else { return }
    let terminal = try prompt(columns: 80)
    for exchange in exchanges {
      terminal.send(exchange.entry + "\r")
      // The end of the line that was typed.
      try terminal.expect("\n")
      let shown = try terminal.text(before: "loss> ").split(
        separator: "\n", omittingEmptySubsequences: false
      ).dropLast().map(String.init)
      #expect(
        shown.map(Self.withoutTimes) == exchange.answer.map(Self.withoutTimes),
        "\(page), line \(exchange.line), shows\n\(shown.joined(separator: "\n"))")
    }
  }

  @Test func pagesHaveTranscripts() throws {
    let count = try Self.pages.reduce(0) { $0 + (try Self.exchanges(in: $1).count) }
    #expect(count >= 20)
  }
}
