import Foundation
import Testing

@testable import LossKit

/// What holds of every text: formatting keeps its meaning and its comments, and a second time changes
/// nothing.
@Suite struct FormatPropertyTests {
  /// Every script of the project.
  static let scripts: [URL] =
    Project.files(in: Project.scripts, ending: ".loss").map { Project.scripts.appending(path: $0) }
    + Project.files(in: Project.examples, ending: ".loss").map {
      Project.examples.appending(path: $0)
    } + [losses]
  static let losses = Project.root.appending(path: "Sources/LossKit/Losses/losses.loss")

  @Test func everyScriptKeepsItsMeaning() throws {
    var count = 0
    for script in Self.scripts {
      guard let text = try? Project.text(script), Syntax.check(text).isEmpty else { continue }
      try expectGoodFormat(of: text, script.lastPathComponent)
      count += 1
    }
    #expect(count > 300)
  }

  /// The layout of the author is random: line ends, spaces and comments wherever they may stand.
  @Test func noLayoutMatters() throws {
    var random = SplitMix64(seed: 20_261)
    var comments = 0
    for (index, script) in Self.scripts.enumerated() {
      guard index % 7 == 0 || script == Self.losses else { continue }
      guard let text = try? Project.text(script), Syntax.check(text).isEmpty else { continue }
      let scrambled = Self.scrambled(text, &random)
      #expect(SyntaxDump.text(of: scrambled) == SyntaxDump.text(of: text))
      try expectGoodFormat(of: scrambled, script.lastPathComponent)
      comments += scrambled.split(separator: "#scrambled").count - 1
    }
    #expect(comments > 500)
  }

  private func expectGoodFormat(of text: String, _ name: String) throws {
    let formatted = try Syntax.formatted(text)
    #expect(SyntaxDump.text(of: formatted) == SyntaxDump.text(of: text), "\(name)")
    #expect(Self.comments(of: formatted) == Self.comments(of: text), "\(name)")
    let again = try Syntax.formatted(formatted)
    #expect(again == formatted, "\(name)")
    for line in formatted.split(separator: "\n") {
      #expect(line.last != " ", "\(name)")
    }
  }

  private static func comments(of text: String) -> [String] {
    let source = Source(text: text)
    return FormatTokenReader.tokens(of: source).flatMap { token in
      (token.leading + (token.trailing.map { [$0] } ?? [])).map { source.text($0.range) }
    }
  }

  /// The same tokens with other spaces, line ends and comments between them.
  private static func scrambled(_ text: String, _ random: inout SplitMix64) -> String {
    let source = Source(text: text)
    let tokens = FormatTokenReader.tokens(of: source)
    var brackets: [TokenKind] = []
    var result = ""
    var position: UInt32 = 0
    var isCommand = false
    var previous = TokenKind.newline
    for token in tokens {
      let gap = source.text(SourceRange(start: position, end: token.range.start))
      let mayEndLine =
        previous != .newline
        && (previous.continuesLine || brackets.last.map { $0 != .leftBrace } == true)
      if isCommand || gap.contains("#") || gap.contains(";") || previous == .newline {
        result += gap
      } else if mayEndLine {
        let choices = [
          "\n", "\n\n   ", " #scrambled\n", "\n  #scrambled\n", "\n#scrambled\n\n  #scrambled\n ",
          "\t ",
          "  ", " ", " ", gap, gap, gap,
        ]
        var choice = choices[Int(truncatingIfNeeded: random.next() % UInt64(choices.count))]
        if choice.isEmpty, !gap.isEmpty { choice = " " }
        result += choice
      } else {
        result += gap.contains("\n") ? gap : gap + " "
      }
      result += source.text(token.range)
      isCommand = token.kind == .colon || isCommand && !gap.contains("\n")
      if token.kind.closing != nil { brackets.append(token.kind) }
      if token.kind.isClosingBracket { _ = brackets.popLast() }
      position = token.range.end
      previous = token.kind
    }
    return result
  }
}
