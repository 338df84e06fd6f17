import Foundation
import Testing

@testable import LossKit

/// Every input that was once a finding of `bin/fuzz`: a file `Cases/TARGET/NAME.input`.
@Suite struct FuzzCaseTests {
  static let folder = Project.tests.appending(path: "Fuzzing/Cases")
  static let cases = Project.files(in: folder, ending: ".input")

  @Test(.timeLimit(.minutes(1)), arguments: cases)
  func findingStaysMended(_ path: String) throws {
    let target = try #require(
      path.split(separator: "/").first.flatMap { FuzzTarget(rawValue: String($0)) })
    let input = Array(try Data(contentsOf: Self.folder.appending(path: path)))
    #expect(throws: Never.self, "\(path)") { try target.run(input) }
  }

  @Test func casesAreFound() {
    // A walk that finds nothing would pass every test above.
    #expect(Self.cases.count >= 1)
  }

  /// The targets' own reader of JSON: what it takes, and what it does not.
  @Test func jsonIsRead() throws {
    for text in [
      "0", "-1.5e+10", "[]", "{}", "[1, {\"a\": [true, null]}]", "\"\\u00e9\\n\"", "1e-9",
    ] {
      #expect(throws: Never.self) { try requireJSON(text) }
    }
    for text in [
      "", "01", "1.", "-", "nan", "[1,]", "[1 2]", "{\"a\"}", "{a: 1}", "\"", "\"\\x\"", "[}",
      "1 2",
      "\"\t\"", "{\"a\": 1,}", "[1]]", "\n1",
    ] {
      #expect(throws: FuzzFinding.self) { try requireJSON(text) }
    }
  }
}
