import Testing

@testable import LossKit

/// What becomes of comments: titles, headings, prose.
@Suite struct ReportCommentTests {
  /// The parts of a script's document, one a line.
  private func outline(_ text: String, title: String? = nil) -> [String] {
    let report = Session().report(on: Array(text.utf8), fileName: "folder/file.loss", title: title)
    return ["title \(report.title)"]
      + report.blocks.flatMap { block -> [String] in
        switch block {
        case .heading(let level, let markdown): ["h\(level) \(markdown)"]
        case .prose(let markdown): ["prose \(markdown)"]
        case .statements(let statements):
          statements.map { statement in
            (statement.documentation.map { "doc \($0) | " } ?? "") + "code \(statement.code)"
          }
        }
      }
  }

  @Test(arguments: [
    ("# A title\n\n# Text.", ["title A title", "prose Text."]),
    ("#!/usr/bin/env loss\n# A title\n#\n# Text.", ["title A title", "prose Text."]),
    ("\u{FEFF}# A title\r\n\r\n# Text.\r\n", ["title A title", "prose Text."]),
    // A sentence, a line that goes on, and one that says what the statement is are no titles.
    ("# A sentence.\n\n# Text.", ["title file", "prose A sentence.\n\nText."]),
    ("# Two\n# lines\n\n1", ["title file", "prose Two\nlines", "code 1"]),
    ("# scores\n1", ["title file", "prose scores", "code 1"]),
    ("# - item\n\n1", ["title file", "prose - item", "code 1"]),
    ("1\n\n# Not first\n\n2", ["title file", "code 1", "prose Not first", "code 2"]),
    ("# # Marked\n# ## Part\n# Text.", ["title Marked", "h2 Part", "prose Text."]),
    ("# Marked\n# ======\n# ## Part", ["title Marked", "h2 Part"]),
    ("", ["title file"]),
  ])
  func titles(script: String, expected: [String]) {
    #expect(outline(script) == expected)
  }

  @Test func aGivenTitleTakesThePlaceOfTheOwn() {
    #expect(outline("# # Own\n1", title: "Given *it*") == ["title Given *it*", "code 1"])
    #expect(outline("1", title: "Given") == ["title Given", "code 1"])
    let report = Session().report(on: [], fileName: nil, title: "a*b")
    #expect(report.titleMarkdown == #"a\*b"#)
  }

  @Test(arguments: [
    ("1\n# # One\n2\n# ## Two\n3", ["code 1", "h2 One", "code 2", "h3 Two", "code 3"]),
    ("1\n# ## One ##\n# ### Two #hash", ["code 1", "h2 One", "h3 Two #hash"]),
    ("1\n#: Of a library", ["code 1", "h2 Of a library"]),
    // What has two marks and documents nothing is a heading, as in Markdown; several are prose.
    ("1\n## Heading\n\nlet a = 1", ["code 1", "h2 Heading", "code let a = 1"]),
    ("1\n## Two\n## lines\n\n2", ["code 1", "prose Two\nlines", "code 2"]),
    ("1\n# #hashtag, no heading", ["code 1", "prose #hashtag, no heading"]),
    // In a block of code it is code.
    ("1\n# ```\n# # code\n# ---\n# ```", ["code 1", "prose ```\n# code\n---\n```"]),
  ])
  func headings(script: String, expected: [String]) {
    #expect(outline(script).dropFirst() == expected[...])
  }

  @Test(arguments: [
    ("1\n# =====\n# Banner\n# =====\n# Text.", ["code 1", "h2 Banner", "prose Text."]),
    ("1\n#######\n# Banner\n#######", ["code 1", "h2 Banner"]),
    ("1\n# Under\n# -----", ["code 1", "h2 Under"]),
    // Below several lines, or between two texts, it is a rule; at an end it is nothing.
    ("1\n# a\n# b\n# ---\n# c", ["code 1", "prose a\nb\n\n***\n\nc"]),
    ("1\n# -----\n2", ["code 1", "code 2"]),
  ])
  func rules(script: String, expected: [String]) {
    #expect(outline(script).dropFirst() == expected[...])
  }

  @Test(arguments: [
    ("print \"1. Part\"", ["h2 1\\. Part"]),
    ("print \"1.2. Part *x*\"", ["h3 1\\.2\\. Part \\*x\\*"]),
    ("print \"1.5 is a number\"", ["code print \"1.5 is a number\""]),
    ("print \"1. Part\", 2", ["code print \"1. Part\", 2"]),
    ("print \"1.\"", ["code print \"1.\""]),
    ("print \"9.9.9.9.9.9. Deep\"", ["code print \"9.9.9.9.9.9. Deep\""]),
  ])
  func numberedPrints(script: String, expected: [String]) {
    #expect(outline(script).dropFirst() == expected[...])
  }

  @Test func documentationGoesWithItsDefinition() {
    #expect(
      outline("1\n# Prose.\n## What *f* is,\n## in two lines.\nlet f(x) = x").dropFirst()
        == ["code 1", "prose Prose.", "doc What *f* is,\nin two lines. | code let f(x) = x"])
    // Above anything else it documents nothing.
    #expect(outline("1\n## Heading\n2").dropFirst() == ["code 1", "h2 Heading", "code 2"])
  }

  @Test func statementsKeepTheirComments() {
    let script = """
      param a = 1,  # one
        b = 2       # two
      let f(x) = {  # opens
        let y = x

        # inside
        y + 1
      }             # closes
      a; b          # both
        sum([
          1,
            2])
      """
    #expect(
      outline(script).dropFirst() == [
        "code param a = 1,  # one\n  b = 2       # two",
        "code let f(x) = {  # opens\n  let y = x\n\n  # inside\n  y + 1\n}             # closes",
        "code a", "code b          # both", "code sum([\n  1,\n    2])",
      ])
  }

  @Test func blankLinesBetweenCommentsPartParagraphs() {
    #expect(
      outline("1\n\n# a\n#\n# b\n\n\n#   c\n\n2").dropFirst()
        == ["code 1", "prose a\n\nb\n\n\n  c", "code 2"])
  }
}
