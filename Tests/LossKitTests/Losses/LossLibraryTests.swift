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

  /// The names that `losses.loss` defines, with the lines above each.
  static let definitions: [(name: String, documentation: [String])] = {
    let source = Project.root.appending(path: "Sources/LossKit/Losses/losses.loss")
    var found: [(String, [String])] = []
    var above: [String] = []
    for line in (try? Project.text(source))?.split(
      separator: "\n", omittingEmptySubsequences: false) ?? []
    {
      if line.hasPrefix("## ") {
        above.append(String(line))
      } else {
        if line.hasPrefix("let ") {
          let name = line.dropFirst(4).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
          found.append((String(name), above))
        }
        above = []
      }
    }
    return found
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
        try session.run("param \(name) = \(try text(value))")
      }
      let found = try session.number(test.call)
      let expected = try #require(test.json["value"]?.double)
      #expect(
        agree(found, expected, tolerance),
        "line \(test.line), \(test.call): \(found), not \(expected)")
      for (name, slopes) in test.gradient {
        let expected = numbers(slopes)
        let found = try session.numbers("grad(\(test.call), \(name))")
        #expect(found.count == expected.count, "line \(test.line), ∂\(name)")
        for (i, (found, expected)) in zip(found, expected).enumerated() {
          #expect(
            agree(found, expected, tolerance),
            "line \(test.line), \(test.call), ∂\(name)[\(i)]: \(found), not \(expected)")
        }
      }
    }
  }

  @Test func everyLossIsDescribedAndTested() {
    #expect(Self.definitions.count >= 100)
    #expect(Self.cases.count >= 3 * Self.names.count)
    for (name, documentation) in Self.definitions {
      #expect(!documentation.isEmpty, "\(name) has no documentation")
    }
    let known = Set(Self.definitions.map(\.name))
    for name in Self.names { #expect(known.contains(name), "\(name) is not in the library") }
  }

  private func agree(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    found == expected || (found - expected).magnitude <= 1e-310
      || (found - expected).magnitude <= tolerance * expected.magnitude
  }

  private func numbers(_ value: ReferenceValue) -> [Double] {
    if let list = value.list { return list.flatMap(numbers) }
    return [value.double ?? .nan]
  }

  /// The value as a text of the language.
  private func text(_ value: ReferenceValue) throws -> String {
    if let list = value.list { return "[" + (try list.map(text)).joined(separator: ", ") + "]" }
    return literal(try #require(value.double))
  }
}
