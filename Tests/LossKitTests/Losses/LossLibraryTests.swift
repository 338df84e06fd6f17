import Foundation
import Testing

@testable import LossKit

/// The library of losses against `losses.jsonl`, whose README says how it was computed.
@Suite struct LossLibraryTests {
  struct Case {
    let line: Int
    let json: ReferenceValue
    let loss: String
    let call: String
    let inputs: [String: ReferenceValue]
    let gradient: [String: ReferenceValue]

    init(_ line: Int, _ json: ReferenceValue) throws {
      self.line = line
      self.json = json
      loss = try #require(json["loss"]?.text)
      call = try #require(json["call"]?.text)
      inputs = try #require(json["inputs"]?.object)
      gradient = try #require(json["gradient"]?.object)
    }
  }

  static let file = Project.tests.appending(path: "Losses/losses.jsonl")

  static let cases: [Case] = {
    let decoder = JSONDecoder()
    let lines = (try? Project.text(file))?.split(separator: "\n") ?? []
    return
      (try? lines.enumerated().map { line, text in
        try Case(line + 1, decoder.decode(ReferenceValue.self, from: Data(text.utf8)))
      }) ?? []
  }()

  struct Group {
    let name: String
    var definitions: [String] = []
  }

  /// The groups of `losses.loss`, and the definitions without a line of documentation above them.
  static let (groups, undocumented): ([Group], [String]) = {
    let source = Project.root.appending(path: "Sources/LossKit/Losses/losses.loss")
    var groups: [Group] = []
    var undocumented: [String] = []
    var isDocumented = false
    for line in (try? Project.text(source))?.split(
      separator: "\n", omittingEmptySubsequences: false) ?? []
    {
      if line.hasPrefix("#: ") {
        groups.append(Group(name: String(line.dropFirst(3))))
      } else if line.hasPrefix("let "), !groups.isEmpty {
        let name = String(line.dropFirst(4).prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        groups[groups.count - 1].definitions.append(name)
        if !isDocumented { undocumented.append(name) }
      }
      isDocumented = line.hasPrefix("## ")
    }
    return (groups, undocumented)
  }()

  static let names = Array(Set(cases.map(\.loss))).sorted()

  @Test(arguments: names)
  func agrees(_ name: String) throws {
    let cases = Self.cases.filter { $0.loss == name }
    #expect(cases.count >= 3)
    for test in cases {
      let tolerance = try #require(test.json["tolerance"]?.double)
      #expect(tolerance <= 1e-12)
      let session = try TestSession("import losses")
      for (name, value) in test.inputs.sorted(by: { $0.key < $1.key }) {
        try session.run("param \(name) = \(try Self.text(value))")
      }
      let found = try session.number(test.call)
      let expected = try #require(test.json["value"]?.double)
      #expect(
        Self.agree(found, expected, tolerance),
        "line \(test.line), \(test.call): \(found), not \(expected)")
      for (name, slopes) in test.gradient {
        let expected = Self.numbers(slopes)
        let found = try session.numbers("grad(\(test.call), \(name))")
        #expect(found.count == expected.count, "line \(test.line), ∂\(name)")
        for (i, (found, expected)) in zip(found, expected).enumerated() {
          #expect(
            Self.agree(found, expected, tolerance),
            "line \(test.line), \(test.call), ∂\(name)[\(i)]: \(found), not \(expected)")
        }
      }
    }
  }

  @Test func everyLossIsDescribedAndTested() {
    let known = Set(Self.groups.flatMap(\.definitions))
    #expect(known.count >= 100)
    #expect(Self.undocumented.isEmpty, "\(Self.undocumented)")
    #expect(Self.names.count >= 80)
    for name in Self.names { #expect(known.contains(name), "\(name) is not in the library") }
  }

  /// The list of losses in the guide, made from the library.
  @Test func lossesAreListed() throws {
    let file = Project.guide.appending(path: "Losses.md")
    let page = try Project.text(file)
    let begin = "<!-- begin generated: losses -->\n\n"
    let end = "\n<!-- end generated: losses -->"
    let start = try #require(page.range(of: begin)).upperBound
    let stop = try #require(page.range(of: end)).lowerBound
    var list = ""
    for group in Self.groups {
      list += "- **\(group.name)**: "
      list += group.definitions.map { "`\($0)`" }.joined(separator: ", ") + "\n"
    }
    try Project.expect(page[..<start] + list + page[stop...], in: file, "Losses.md")
  }

  static func agree(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    found == expected || (found - expected).magnitude <= 0x1p-1030
      || (found - expected).magnitude <= tolerance * expected.magnitude
  }

  static func numbers(_ value: ReferenceValue) -> [Double] {
    if let list = value.list { return list.flatMap(numbers) }
    return [value.double ?? .nan]
  }

  /// The value as a text of the language.
  static func text(_ value: ReferenceValue) throws -> String {
    if let list = value.list { return "[" + (try list.map(text)).joined(separator: ", ") + "]" }
    return literal(try #require(value.double))
  }
}
