import Foundation
import Testing

/// The files of independently computed values in `Reference/` (its README explains each).
enum ReferenceFile {
  /// A line of a CSV file, by column.
  struct Row: Sendable {
    let line: Int
    let values: [String: Double]

    /// The number of a column; a column that is not there is nan, which no comparison accepts.
    subscript(column: String) -> Double { values[column] ?? .nan }
  }

  static func csv(_ name: String) throws -> [Row] {
    let lines = try text("\(name).csv").split(separator: "\n")
    let header = try #require(lines.first).split(separator: ",").map(String.init)
    var rows: [Row] = []
    for line in lines.dropFirst() {
      let numbers = try line.split(separator: ",").map { try #require(Double($0), "\($0)") }
      try #require(numbers.count == header.count)
      rows.append(
        Row(
          line: rows.count + 2,
          values: Dictionary(uniqueKeysWithValues: zip(header, numbers))))
    }
    return rows
  }

  static func jsonLines(_ name: String) throws -> [ReferenceValue] {
    let decoder = JSONDecoder()
    return try text("\(name).jsonl").split(separator: "\n").map {
      try decoder.decode(ReferenceValue.self, from: Data($0.utf8))
    }
  }

  private static func text(_ file: String) throws -> String {
    let directory = try #require(Bundle.module.url(forResource: "Reference", withExtension: nil))
    return try String(contentsOf: directory.appending(path: file), encoding: .utf8)
  }
}

/// A JSON value of a reference file, in which exact numbers are texts such as `0x1.8p+1` or `inf`.
enum ReferenceValue: Decodable, Sendable {
  case truth(Bool)
  case number(Double)
  case text(String)
  case list([ReferenceValue])
  case object([String: ReferenceValue])
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .truth(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([ReferenceValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: ReferenceValue].self))
    }
  }

  subscript(key: String) -> ReferenceValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var text: String? { if case .text(let value) = self { value } else { nil } }
  var truth: Bool? { if case .truth(let value) = self { value } else { nil } }
  var list: [ReferenceValue]? { if case .list(let value) = self { value } else { nil } }
  var object: [String: ReferenceValue]? { if case .object(let value) = self { value } else { nil } }

  /// A plain number, or a text that is one.
  var double: Double? {
    switch self {
    case .number(let value): value
    case .text(let value): Double(value)
    default: nil
    }
  }

  /// A list of numbers; nil if anything else is in it.
  var doubles: [Double]? {
    guard let numbers = list?.map(\.double) else { return nil }
    let present = numbers.compactMap { $0 }
    return present.count == numbers.count ? present : nil
  }

  /// A list of lists of numbers.
  var matrix: [[Double]]? {
    guard let rows = list?.map(\.doubles) else { return nil }
    let present = rows.compactMap { $0 }
    return present.count == rows.count ? present : nil
  }
}
