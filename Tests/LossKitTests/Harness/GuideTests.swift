import Foundation
import Testing

@testable import LossKit

/// The snippets of the README and the guide: what they show is what a session shows.
@Suite struct GuideTests {
  static let pages: [String] =
    ["README.md"]
    + Project.files(in: Project.guide, ending: ".md").map { "Sources/LossKit/LossKit.docc/\($0)" }

  /// A fenced block of a page.
  struct Block: Sendable {
    let language: String
    let line: Int
    var lines: [String] = []
    var text: String { lines.map { $0 + "\n" }.joined() }
  }

  static func blocks(of page: String) throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    let text = try Project.text(Project.root.appending(path: page))
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          open = Block(language: String(line.dropFirst(3)), line: number + 1)
        }
      } else {
        open?.lines.append(String(line))
      }
    }
    #expect(open == nil, "\(page): a block that is not closed")
    return blocks
  }

  /// The files that the blocks of a page show: ```` ```csv NAME ````.
  private static func files(in blocks: [Block]) -> FileAccess {
    let shown = blocks.filter { $0.language.hasPrefix("csv ") }
    let files = Dictionary(
      shown.map { ($0.language.dropFirst(4), Array($0.text.utf8)) }, uniquingKeysWith: { $1 })
    return FileAccess { path throws(FileAccess.Failure) in
      guard let bytes = files[path[...]] else {
        throw FileAccess.Failure(reason: "there is no such file")
      }
      return bytes
    }
  }

  /// The snippets of a page run in one session, as a reader would type them.
  @Test(arguments: pages)
  func snippets(_ page: String) throws {
    let blocks = try Self.blocks(of: page)
    let session = Session(
      files: FileAccess(
        read: Self.files(in: blocks).read, write: Project.comparison(in: Project.guide)))
    for (place, block) in blocks.enumerated() where block.language == "loss" {
      let shown = Project.transcript(of: Array(block.text.utf8), in: session)
      let next = place + 1 < blocks.count ? blocks[place + 1] : nil
      let expected = next?.language == "text" ? next?.text ?? "" : ""
      #expect(shown == expected, "\(page), line \(block.line), shows\n\(shown)")
    }
  }

  @Test func pagesHaveSnippets() throws {
    let count = try Self.pages.reduce(0) { count, page in
      count + (try Self.blocks(of: page).count { $0.language == "loss" })
    }
    #expect(Self.pages.count >= 5)
    #expect(count >= 10)
  }

  /// The Swift of the README and the guide is taken from code that is built and run.
  @Test(arguments: pages)
  func swiftSnippetsAreBuilt(_ page: String) throws {
    func lines(_ text: some StringProtocol) -> [String] {
      text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let sources = [
      Project.examples.appending(path: "Embedding/main.swift"),
      Project.tests.appending(path: "Harness/EmbeddingTests.swift"),
    ]
    let built = Set(try sources.flatMap { lines(try Project.text($0)) })
    for block in try Self.blocks(of: page) where block.language == "swift" {
      // A line of a package's manifest.
      if block.text.hasPrefix(".product(") { continue }
      for line in lines(block.text) where !line.isEmpty {
        #expect(built.contains(line), "\(page), line \(block.line): \(line)")
      }
    }
  }

  /// The list of built-in functions in the guide, made from the table.
  @Test func builtinFunctionsAreListed() throws {
    let file = Project.guide.appending(path: "BuiltInFunctions.md")
    let page = try Project.text(file)
    let begin = "<!-- begin generated: built-in functions -->\n"
    let end = "<!-- end generated: built-in functions -->"
    let start = try #require(page.range(of: begin)).upperBound
    let stop = try #require(page.range(of: end)).lowerBound
    try Project.expect(
      page[..<start] + Self.builtinList + page[stop...], in: file, "BuiltInFunctions.md")
  }

  /// ` ∂x: \`sigmoid(k * x)\`, …`, and what is said in words.
  private static func derivative(of entry: Builtin) -> String {
    guard let derivative = entry.derivative else { return "" }
    let mark = derivative.form == .adjoint ? "uᵀ∂" : "∂"
    let texts = derivative.byParameter.map { "\(mark)\($0): `\($1)`" }
    let remark = derivative.remark.map { texts.isEmpty ? "∂: \($0)" : $0 }
    let list = texts.isEmpty ? "" : texts.joined(separator: ", ") + "."
    return "\n  " + [list, remark ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static var builtinList: String {
    var text = "\n"
    for topic in Builtin.Topic.allCases {
      let entries = Builtins.all.filter { $0.topic == topic }
      if entries.isEmpty { continue }
      text += "## \(topic.rawValue.prefix(1).uppercased())\(topic.rawValue.dropFirst())\n\n"
      for entry in entries {
        let formula = entry.formula.map { " `\($0)`" } ?? ""
        text += "- `\(entry.signature)`: \(entry.summary)\(formula)\(derivative(of: entry))\n"
      }
      text += "\n"
    }
    return text
  }
}
