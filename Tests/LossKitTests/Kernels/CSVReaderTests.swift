import Foundation
import Testing

@testable import LossKit

@Suite("CSV")
struct CSVReaderTests {
  private func read(_ text: String, maximumElements: Int = .max) throws -> CSVTable {
    try read(Array(text.utf8), maximumElements: maximumElements)
  }

  private func read(_ bytes: [UInt8], maximumElements: Int = .max) throws -> CSVTable {
    try bytes.withUnsafeBufferPointer {
      try CSVReader.read($0, maximumElements: maximumElements)
    }
  }

  private func numbers(_ column: CSVColumn) -> [Double] {
    if case .numbers(let values) = column.content { values } else { [] }
  }

  private func column(_ name: String, _ numbers: [Double]) -> CSVColumn {
    CSVColumn(name: name, content: .numbers(numbers), missingCount: 0)
  }

  private func column(_ name: String, _ texts: [String], missing: Int = 0) -> CSVColumn {
    CSVColumn(name: name, content: .texts(texts), missingCount: missing)
  }

  // MARK: Form

  @Test(
    "One table, however it is written",
    arguments: [
      "a,b\n1,x\n2,y\n", "a,b\n1,x\n2,y", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r1,x\r2,y",
      "\u{feff}a,b\n1,x\n2,y\n", "\n\na,b\n\n1,x\n\r\n2,y\n\n", "a;b\n1;x\n2;y\n",
      "a\tb\n1\tx\n2\ty\n", " a , b \n 1 , x \n 2 ,y\n", "\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n",
    ])
  func forms(text: String) throws {
    let expected = CSVTable(columns: [column("a", [1, 2]), column("b", ["x", "y"])], rowCount: 2)
    #expect(try read(text) == expected)
  }

  @Test("Quotation marks keep separators, line ends, spaces and themselves")
  func quotes() throws {
    let table = try read("t,n\n\"a,b\",1\n\"c\r\nd\",2\n\"say \"\"so\"\"\",3\n\" e \",4\nf\"g,5\n")
    #expect(
      table.columns == [
        column("t", ["a,b", "c\r\nd", "say \"so\"", " e ", "f\"g"]),
        column("n", [1, 2, 3, 4, 5]),
      ])
    #expect(try read("t\n\"\"\"\"\n").columns == [column("t", ["\""])])
  }

  @Test("The separator is what the header has most of, outside quotation marks")
  func separators() throws {
    #expect(try read("a,b;c;d\n1;2;3\n").columns.map(\.name) == ["a,b", "c", "d"])
    #expect(try read("\";;;;\",b\n1,2\n").columns.map(\.name) == [";;;;", "b"])
    #expect(try read("a,b;c\n1,2\n").columns.map(\.name) == ["a", "b;c"])
    #expect(try read("a\n1\n2\n").columns == [column("a", [1, 2])])
    #expect(try read("5\";b\n1;2\n").columns.map(\.name) == ["5\"", "b"])
    #expect(try read("\"a\"\",,\n\";b\n1;2\n").columns.map(\.name) == ["a\",,\n", "b"])
  }

  @Test("Names: missing ones are numbered, a header alone is a table without rows")
  func names() throws {
    #expect(try read(",b,\n1,2,3\n").columns.map(\.name) == ["column1", "b", "column3"])
    #expect(
      try read("a,b\n") == CSVTable(columns: [column("a", []), column("b", [])], rowCount: 0))
    #expect(try read("größe,日本\n1,2\n").columns.map(\.name) == ["größe", "日本"])
  }

  // MARK: Formats

  private func read(_ text: String, _ format: CSVFormat) throws -> CSVTable {
    try Array(text.utf8).withUnsafeBufferPointer { try CSVReader.read($0, format) }
  }

  @Test("A given separator is the only one; a bar is found, too")
  func givenSeparator() throws {
    let table = try read("a;b c;d\n1;2 3;4\n", CSVFormat(separator: UInt8(ascii: " ")))
    #expect(table.columns.map(\.name) == ["a;b", "c;d"])
    #expect(try read("a|b,c|d\n1|2|3\n").columns.map(\.name) == ["a", "b,c", "d"])
  }

  @Test("Decimal commas, by every way to a number")
  func decimalCommas() throws {
    let format = CSVFormat(mark: .comma)
    let fields = [
      "1,5", "-,25e2", "123456789012345678901234567890,5", "7", "1,7976931348623157e308",
    ]
    let table = try read("a;b\n" + fields.map { "\($0);1\n" }.joined(), format)
    #expect(
      table.columns[0]
        == column("a", [1.5, -25, 123456789012345678901234567890.5, 7, .greatestFiniteMagnitude]))
    // A comma cannot separate then, and a point groups nothing.
    #expect(try read("a,b\n1,5\n", format).columns == [column("a,b", [1.5])])
    #expect(try read("a\n1.234,5\n", format).columns == [column("a", ["1.234,5"])])
  }

  @Test("Without names the columns are numbered; names that are numbers are noticed")
  func headers() throws {
    let table = try read("5.1,x\n4.9,y\n", CSVFormat(hasHeader: false))
    #expect(table.columns == [column("column1", [5.1, 4.9]), column("column2", ["x", "y"])])
    #expect(!table.hasNumbersForNames)
    #expect(try read("1,2\n3,4\n").hasNumbersForNames)
    #expect(try !read("1,b\n3,4\n").hasNumbersForNames)
    #expect(throws: CSVProblem.noHeader(isExpected: false)) {
      try read("\n", CSVFormat(hasHeader: false))
    }
    #expect(throws: CSVProblem.raggedRow(line: 2, expected: 2, found: 1)) {
      try read("1,2\n3\n", CSVFormat(hasHeader: false))
    }
  }

  // MARK: Content

  @Test("Missing values: counted, nan among numbers, empty among texts")
  func missing() throws {
    let table = try read("n,t,e\n1,a,\n,,\nNA,NA,NaN\nnan,b,\n")
    #expect(table.columns.map(\.missingCount) == [3, 1, 4])
    let values = numbers(table.columns[0])
    #expect(values.map(\.isNaN) == [false, true, true, true])
    #expect(table.columns[1] == column("t", ["a", "", "NA", "b"], missing: 1))
    #expect(numbers(table.columns[2]).count == 4)
    let single = try read("a\n1\n\"\"\n2\n")
    #expect(single.columns[0].missingCount == 1)
  }

  @Test("One field that is no number makes texts of the column, from its first field on")
  func lateText() throws {
    let lines = (0..<1000).map { "\($0),\($0 == 999 ? "x" : "1.50")" }
    let table = try read("i,v\n" + lines.joined(separator: "\n"))
    #expect(numbers(table.columns[0]) == (0..<1000).map(Double.init))
    #expect(
      table.columns[1] == column("v", Array(repeating: "1.50", count: 999) + ["x"]))
  }

  // MARK: Errors

  @Test(
    "Errors say where",
    arguments: [
      ("", CSVProblem.noHeader(isExpected: true)), ("\n\r\n", .noHeader(isExpected: true)),
      ("\u{feff}", .noHeader(isExpected: true)),
      ("a,b\n1,2\n3\n", .raggedRow(line: 3, expected: 2, found: 1)),
      ("a,b\n\n\"x\ny\",2\n1,2,3\n", .raggedRow(line: 5, expected: 2, found: 3)),
      ("a,b\n1,\"2\n3,4\n", .unterminatedQuote(line: 2, field: 2)),
      ("a,b\n1,2\n\"3\"x,4\n", .textAfterQuote(line: 3, field: 1)),
      ("a,b,a\n", .duplicateName("a", first: 1, second: 3)),
      ("a;b\n1;x\n2,5;y\n", .decimalComma(line: 3, column: "a")),
      ("a\tb\n1,5e3\t2\n", .decimalComma(line: 2, column: "a")),
    ])
  func problems(text: String, expected: CSVProblem) {
    #expect(throws: expected) { try read(text) }
  }

  @Test("A comma inside a text, or in quotation marks between commas, is no decimal comma")
  func harmlessCommas() throws {
    #expect(try read("a;b\n1,5;1\nx;2\n").columns[0] == column("a", ["1,5", "x"]))
    #expect(try read("a,b\n\"1,500\",1\n").columns[0] == column("a", ["1,500"]))
  }

  @Test("Text that is not UTF-8, by place; UTF-16 by its mark")
  func encodings() {
    #expect(throws: CSVProblem.invalidUTF8(line: 2, field: 2)) {
      try read(Array("a,b\n1,".utf8) + [0xff, 0x0a])
    }
    #expect(throws: CSVProblem.utf16) { try read([0xff, 0xfe, 0x61, 0]) }
  }

  @Test("The limit counts fields below the header")
  func limits() throws {
    let text = "a,b\n1,2\n3,4\n"
    #expect(try read(text, maximumElements: 4).rowCount == 2)
    #expect(throws: CSVProblem.tooManyElements(limit: 3)) { try read(text, maximumElements: 3) }
    #expect(throws: CSVProblem.tooManyElements(limit: 1)) { try read(text, maximumElements: 1) }
  }

  @Test("It stops when asked")
  func stopping() {
    let bytes = Array(("a,b\n" + String(repeating: "1,2\n", count: 400_000)).utf8)
    #expect(throws: CSVProblem.stopped) {
      try bytes.withUnsafeBufferPointer { buffer in try CSVReader.read(buffer) { true } }
    }
  }

  @Test("Messages are sentences with their numbers")
  func messages() {
    #expect(
      CSVProblem.raggedRow(line: 3, expected: 2, found: 1).message
        == "line 3 has 1 field, the header has 2")
    #expect(
      CSVProblem.decimalComma(line: 2, column: "a").message
        == "line 2: a number of column \"a\" has a decimal comma")
  }

  @Test("Bytes of any kind give a table or an error; what is given is rectangular")
  func randomBytes() {
    let alphabet = Array("a1.,;\t\"\n\r -eN\u{e4}".utf8) + [0xff, 0]
    var random = RandomStream(seed: 9, stream: 0)
    var tables = 0
    for _ in 0..<20_000 {
      let bytes = (0..<random.nextInteger(below: 30)).map { _ in
        alphabet[Int(random.nextInteger(below: UInt64(alphabet.count)))]
      }
      guard let table = try? read(bytes) else { continue }
      tables += 1
      for column in table.columns {
        switch column.content {
        case .numbers(let values): #expect(values.count == table.rowCount)
        case .texts(let values): #expect(values.count == table.rowCount)
        }
      }
    }
    #expect(tables > 1000)
  }

  // MARK: Real files

  private static let data = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Examples/data")

  private func example(_ name: String) throws -> CSVTable {
    try read(Array(Data(contentsOf: Self.data.appending(path: name))))
  }

  @Test("Iris: four measures and a species")
  func iris() throws {
    let table = try example("iris.csv")
    #expect(table.rowCount == 150)
    #expect(
      table.columns.map(\.name) == [
        "sepal_length", "sepal_width", "petal_length", "petal_width", "species",
      ])
    #expect(table.columns.allSatisfy { $0.missingCount == 0 })
    // In tenths, so that the expected sums are whole.
    let tenths = table.columns.prefix(4).map { column in
      numbers(column).map { ($0 * 10).rounded() }.reduce(0, +)
    }
    #expect(tenths == [8765, 4586, 5637, 1799])
    guard case .texts(let species) = table.columns[4].content else {
      Issue.record("species should be texts")
      return
    }
    #expect(Set(species) == ["setosa", "versicolor", "virginica"])
    #expect(species[0] == "setosa" && species[149] == "virginica")
  }

  @Test("Digits: 64 pixels and a digit")
  func digits() throws {
    let table = try example("digits.csv")
    #expect(table.rowCount == 1797)
    #expect(table.columns.count == 65)
    let pixels = table.columns.prefix(64).flatMap(numbers)
    #expect(pixels.count == 64 * 1797)
    #expect(pixels.allSatisfy { (0...16).contains($0) })
    #expect(Set(numbers(table.columns[64])) == Set((0...9).map(Double.init)))
  }
}
